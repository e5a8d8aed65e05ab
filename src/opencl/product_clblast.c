#include "opencl/product_private.h"
#include "opencl/profile_hooks.h"

#include <clblast_c.h>

static const struct {
    CLBlastTranspose a;
    CLBlastTranspose b;
} transposes[RIPPLE_N_PRODUCTS] = {
    [RIPPLE_PRODUCT_NT] = {CLBlastTransposeNo, CLBlastTransposeYes},
    [RIPPLE_PRODUCT_NN] = {CLBlastTransposeNo, CLBlastTransposeNo},
    [RIPPLE_PRODUCT_TN] = {CLBlastTransposeYes, CLBlastTransposeNo},
};

gboolean ripple_clblast_product(RippleOpencl *self, const RippleProductPlan *plan,
                                const RippleProduct *product, RippleView a, RippleView b,
                                RippleView c, GError **error)
{
    gsize m = product->m, n = product->n, k = product->k;
    gint64 start = g_get_monotonic_time();
    CLBlastTranspose a_transpose = transposes[product->form].a,
                     b_transpose = transposes[product->form].b;
    gsize a_columns = a_transpose == CLBlastTransposeYes ? m : k;
    gsize b_columns = b_transpose == CLBlastTransposeYes ? k : n;

    size_t temporary = 0;
    CLBlastStatusCode status = CLBlastSGemmTempBufferSize(
        CLBlastLayoutRowMajor, a_transpose, b_transpose, m, n, k, a.offset, a_columns, b.offset,
        b_columns, c.offset, n, &self->queue, &temporary);
    if (status != CLBlastSuccess)
        return ripple_opencl_report(self, "CLBlastSGemmTempBufferSize", (cl_int)status, error);
    if (!ripple_opencl_scratch(self, &self->product, temporary, error))
        return FALSE;

    status = CLBlastSgemmWithTempBuffer(
        CLBlastLayoutRowMajor, a_transpose, b_transpose, m, n, k, 1.0f, ripple_opencl_memory(a),
        a.offset, a_columns, ripple_opencl_memory(b), b.offset, b_columns, 0.0f,
        ripple_opencl_memory(c), c.offset, n, &self->queue,
        ripple_profile_next_group(self, self->queue, "clblast"), self->product.memory);
    if (status != CLBlastSuccess)
        return ripple_opencl_report(self, "CLBlastSgemm", (cl_int)status, error);
    /* CLBlast compiles all its kernels for products at the first call. */
    if (!self->product_ready)
        self->parent.compile_seconds += (g_get_monotonic_time() - start) / 1e6;
    self->product_ready = TRUE;
    return TRUE;
}

/* A descent forms the gradient, of weights and biases, before it updates. */
void ripple_clblast_add_scratch(RippleOpencl *self, const RippleProductPlan *plan,
                                const RippleProduct *product, RippleScratchNeed *need)
{
    gsize m = product->m, n = product->n, k = product->k;
    CLBlastTranspose a = transposes[product->form].a, b = transposes[product->form].b;
    size_t temporary = 0;
    CLBlastSGemmTempBufferSize(CLBlastLayoutRowMajor, a, b, m, n, k, 0,
                               a == CLBlastTransposeYes ? m : k, 0,
                               b == CLBlastTransposeYes ? k : n, 0, n, &self->queue, &temporary);
    ripple_scratch_raise(need, &need->product, temporary);
    if (product->form == RIPPLE_PRODUCT_TN)
        ripple_scratch_raise(need, &need->gradient, m * (n + 1) * sizeof(cl_float));
}
