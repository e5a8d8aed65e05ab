#include "opencl/product.h"

#include "opencl/private.h"

#include <clblast_c.h>

static const struct {
    const char *name;
    CLBlastTranspose a;
    CLBlastTranspose b;
} forms[RIPPLE_N_PRODUCTS] = {
    [RIPPLE_PRODUCT_NT] = {"NT", CLBlastTransposeNo, CLBlastTransposeYes},
    [RIPPLE_PRODUCT_NN] = {"NN", CLBlastTransposeNo, CLBlastTransposeNo},
    [RIPPLE_PRODUCT_TN] = {"TN", CLBlastTransposeYes, CLBlastTransposeNo},
};

const char *ripple_product_name(RippleProductForm form)
{
    return forms[form].name;
}

gboolean ripple_opencl_product(RippleBackend *backend, RippleProductForm form, gsize m, gsize n,
                               gsize k, RippleView a, RippleView b, RippleView c, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    gint64 start = g_get_monotonic_time();
    gsize a_columns = forms[form].a == CLBlastTransposeYes ? m : k;
    gsize b_columns = forms[form].b == CLBlastTransposeYes ? k : n;

    size_t temporary = 0;
    CLBlastStatusCode status = CLBlastSGemmTempBufferSize(
        CLBlastLayoutRowMajor, forms[form].a, forms[form].b, m, n, k, a.offset, a_columns, b.offset,
        b_columns, c.offset, n, &self->queue, &temporary);
    if (status != CLBlastSuccess)
        return ripple_opencl_report(self, "CLBlastSGemmTempBufferSize", (cl_int)status, error);
    if (!ripple_opencl_scratch(self, &self->product, temporary, error))
        return FALSE;

    status = CLBlastSgemmWithTempBuffer(
        CLBlastLayoutRowMajor, forms[form].a, forms[form].b, m, n, k, 1.0f, ripple_opencl_memory(a),
        a.offset, a_columns, ripple_opencl_memory(b), b.offset, b_columns, 0.0f,
        ripple_opencl_memory(c), c.offset, n, &self->queue, NULL, self->product.memory);
    if (status != CLBlastSuccess)
        return ripple_opencl_report(self, "CLBlastSgemm", (cl_int)status, error);
    /* CLBlast compiles all its kernels for products at the first call. */
    if (!self->product_ready)
        self->parent.compile_seconds += (g_get_monotonic_time() - start) / 1e6;
    self->product_ready = TRUE;
    return TRUE;
}
