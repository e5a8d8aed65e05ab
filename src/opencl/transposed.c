/* Transposed copies of what forward products read, kept beside the buffer they are of. */
#include "opencl/launch.h"
#include "opencl/product_private.h"
#include "opencl/programs.h"

/* How many elements of each row of xᵀ there are, zeros included. */
static gsize padded(gsize rows, gsize width)
{
    return ripple_ceiling(rows, width) * width;
}

gsize ripple_transposed_bytes(gsize rows, gsize columns, gsize width)
{
    return columns * padded(rows, width) * sizeof(cl_float);
}

static gboolean transpose(RippleOpencl *self, RippleView x, const RippleTransposedView *to,
                          GError **error)
{
    cl_kernel kernel = ripple_kernel_get(self, "transpose", "", error);
    if (!kernel)
        return FALSE;
    cl_mem from = ripple_opencl_memory(x);
    cl_ulong offset = x.offset;
    cl_uint rows = (cl_uint)x.rows, columns = (cl_uint)x.columns, width = (cl_uint)to->width;
    const RippleArgument arguments[] = {RIPPLE_ARGUMENT(from),       RIPPLE_ARGUMENT(offset),
                                        RIPPLE_ARGUMENT(to->memory), RIPPLE_ARGUMENT(rows),
                                        RIPPLE_ARGUMENT(columns),    RIPPLE_ARGUMENT(width)};
    const gsize global[2] = {(x.columns + 15) / 16, padded(x.rows, to->width) / 16};
    const gsize local[2] = {1, 1};
    return ripple_kernel_launch_groups(self, kernel, global, local, arguments,
                                       G_N_ELEMENTS(arguments), error);
}

static gboolean is_of(const RippleTransposed *kept, RippleView x)
{
    return kept->offset == x.offset && kept->rows == x.rows && kept->columns == x.columns;
}

gboolean ripple_transposed_of(RippleOpencl *self, RippleView x, gsize width,
                              RippleTransposedView *transposed, GError **error)
{
    RippleTransposed *kept = &((RippleOpenclBuffer *)x.buffer)->transposed;
    gsize bytes = ripple_transposed_bytes(x.rows, x.columns, width);
    if (!ripple_opencl_scratch(self, &kept->scratch, bytes, error))
        return FALSE;
    *transposed = (RippleTransposedView){kept->scratch.memory, width};
    if (g_atomic_int_get(&kept->is_valid) && is_of(kept, x) && kept->width == width)
        return TRUE;
    kept->offset = x.offset;
    kept->rows = x.rows;
    kept->columns = x.columns;
    kept->width = width;
    gboolean is_valid = transpose(self, x, transposed, error);
    g_atomic_int_set(&kept->is_valid, is_valid);
    return is_valid;
}

gboolean ripple_transposed_target(RippleView x, RippleTransposedView *transposed)
{
    RippleTransposed *kept = &((RippleOpenclBuffer *)x.buffer)->transposed;
    gboolean is_valid = kept->scratch.memory && is_of(kept, x);
    g_atomic_int_set(&kept->is_valid, is_valid);
    *transposed = (RippleTransposedView){kept->scratch.memory, kept->width};
    return is_valid;
}

gboolean ripple_transposed_once(RippleOpencl *self, RippleView x, gsize width,
                                RippleTransposedView *transposed, GError **error)
{
    gsize bytes = ripple_transposed_bytes(x.rows, x.columns, width);
    if (!ripple_opencl_scratch(self, &self->transposed, bytes, error))
        return FALSE;
    *transposed = (RippleTransposedView){self->transposed.memory, width};
    return transpose(self, x, transposed, error);
}
