/* Transposed copies of what forward products read, kept beside the buffer they are of. */
#include "opencl/product_private.h"
#include "opencl/programs.h"

/* Rows of a transposed copy begin at whole panels of any width that kernels use, and cache lines.
 */
#define STEP_MULTIPLE 64

static gsize step_of(gsize rows)
{
    return (rows + STEP_MULTIPLE - 1) / STEP_MULTIPLE * STEP_MULTIPLE;
}

static gboolean transpose(RippleOpencl *self, RippleView x, cl_mem memory, GError **error)
{
    cl_kernel kernel = ripple_kernel_get(self, "transpose", "", error);
    if (!kernel)
        return FALSE;
    cl_mem from = ripple_opencl_memory(x);
    cl_ulong offset = x.offset;
    cl_uint rows = (cl_uint)x.rows, columns = (cl_uint)x.columns, step = (cl_uint)step_of(x.rows);
    const RippleArgument arguments[] = {RIPPLE_ARGUMENT(from),    RIPPLE_ARGUMENT(offset),
                                        RIPPLE_ARGUMENT(memory),  RIPPLE_ARGUMENT(rows),
                                        RIPPLE_ARGUMENT(columns), RIPPLE_ARGUMENT(step)};
    const gsize global[2] = {(x.columns + 15) / 16, step_of(x.rows) / 16}, local[2] = {1, 1};
    return ripple_kernel_launch_groups(self, kernel, global, local, arguments,
                                       G_N_ELEMENTS(arguments), error);
}

static gboolean is_of(const RippleTransposed *kept, RippleView x)
{
    return kept->offset == x.offset && kept->rows == x.rows && kept->columns == x.columns;
}

gboolean ripple_transposed_of(RippleOpencl *self, RippleView x, RippleTransposedView *transposed,
                              GError **error)
{
    RippleTransposed *kept = &((RippleOpenclBuffer *)x.buffer)->transposed;
    gsize step = step_of(x.rows);
    if (!ripple_opencl_scratch(self, &kept->scratch, x.columns * step * sizeof(cl_float), error))
        return FALSE;
    *transposed = (RippleTransposedView){kept->scratch.memory, step};
    if (g_atomic_int_get(&kept->is_valid) && is_of(kept, x))
        return TRUE;
    kept->offset = x.offset;
    kept->rows = x.rows;
    kept->columns = x.columns;
    gboolean is_valid = transpose(self, x, kept->scratch.memory, error);
    g_atomic_int_set(&kept->is_valid, is_valid);
    return is_valid;
}

gboolean ripple_transposed_target(RippleView x, RippleTransposedView *transposed)
{
    RippleTransposed *kept = &((RippleOpenclBuffer *)x.buffer)->transposed;
    gboolean is_valid = kept->scratch.memory && is_of(kept, x);
    g_atomic_int_set(&kept->is_valid, is_valid);
    *transposed = (RippleTransposedView){kept->scratch.memory, step_of(x.rows)};
    return is_valid;
}

gboolean ripple_transposed_once(RippleOpencl *self, RippleView x, RippleTransposedView *transposed,
                                GError **error)
{
    gsize step = step_of(x.rows);
    if (!ripple_opencl_scratch(self, &self->transposed, x.columns * step * sizeof(cl_float), error))
        return FALSE;
    *transposed = (RippleTransposedView){self->transposed.memory, step};
    return transpose(self, x, self->transposed.memory, error);
}
