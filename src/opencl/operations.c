/* The operations of a training step that are no products. Nothing here waits. */
#include "opencl/launch.h"
#include "opencl/optimizer.h"
#include "opencl/product_private.h"

/* ---- gather --------------------------------------------------------------------------------- */

/* Rows as they come, element by element. */
static gboolean gather_rows(RippleOpencl *self, const RippleGather *gather, GError **error)
{
    static const char *const options[] = {
        [RIPPLE_ELEMENT_REAL] = "",
        [RIPPLE_ELEMENT_INDEX] = "-DSOURCE=uint -DDESTINATION=uint",
        [RIPPLE_ELEMENT_BYTE] = "-DSOURCE=uchar -DSCALED=1",
    };
    RippleView to = gather->destination;
    cl_kernel kernel =
        ripple_kernel_get(self, "gather", options[gather->source.buffer->element], error);
    if (!kernel)
        return FALSE;

    RippleOperand order = ripple_operand(gather->order), source = ripple_operand(gather->source);
    RippleOperand destination = ripple_operand(to);
    order.offset += gather->first;
    cl_uint columns = (cl_uint)to.columns;
    cl_float scale = (cl_float)gather->scale, shift = (cl_float)gather->shift;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(order),       RIPPLE_OPERAND(source),
                                        RIPPLE_OPERAND(destination), RIPPLE_ARGUMENT(columns),
                                        RIPPLE_ARGUMENT(scale),      RIPPLE_ARGUMENT(shift)};
    return ripple_kernel_launch(self, kernel, to.columns, to.rows, arguments,
                                G_N_ELEMENTS(arguments), error);
}

/* Rows, and their transposed copy with them. */
static gboolean gather_blocks(RippleOpencl *self, const RippleGather *gather,
                              const RippleTransposedView *transposed, GError **error)
{
    RippleView to = gather->destination;
    g_autofree char *options = g_strdup_printf(
        "%s -DPREFETCH=%d",
        gather->source.buffer->element == RIPPLE_ELEMENT_BYTE ? "-DSOURCE=uchar -DSCALED=1" : "",
        self->device->kind == RIPPLE_DEVICE_CPU);
    cl_kernel kernel = ripple_kernel_get(self, "gather_block", options, error);
    if (!kernel)
        return FALSE;

    RippleOperand order = ripple_operand(gather->order), source = ripple_operand(gather->source);
    RippleOperand destination = ripple_operand(to);
    order.offset += gather->first;
    cl_mem copy = transposed->memory;
    cl_uint width = (cl_uint)transposed->width;
    cl_uint rows = (cl_uint)to.rows, columns = (cl_uint)to.columns;
    cl_uint ahead = (cl_uint)(gather->order.columns - gather->first - to.rows);
    cl_float scale = (cl_float)gather->scale, shift = (cl_float)gather->shift;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(order),       RIPPLE_OPERAND(source),
                                        RIPPLE_OPERAND(destination), RIPPLE_ARGUMENT(copy),
                                        RIPPLE_ARGUMENT(width),      RIPPLE_ARGUMENT(rows),
                                        RIPPLE_ARGUMENT(columns),    RIPPLE_ARGUMENT(ahead),
                                        RIPPLE_ARGUMENT(scale),      RIPPLE_ARGUMENT(shift)};
    const gsize global[2] = {ripple_ceiling(to.columns, 16),
                             ripple_ceiling(to.rows, transposed->width) * transposed->width / 16};
    const gsize local[2] = {1, 1};
    return ripple_kernel_launch_groups(self, kernel, global, local, arguments,
                                       G_N_ELEMENTS(arguments), error);
}

gboolean ripple_opencl_gather(RippleBackend *backend, const RippleGather *gather, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleTransposedView transposed;
    if (ripple_transposed_target(gather->destination, &transposed))
        return gather_blocks(self, gather, &transposed, error);
    return gather_rows(self, gather, error);
}

/* ---- loss ----------------------------------------------------------------------------------- */

static gboolean loss_of_samples(RippleOpencl *self, const RippleLossOperation *loss,
                                cl_float divisor, GError **error)
{
    RippleView given = loss->loss == RIPPLE_LOSS_MSE ? loss->a : loss->z;
    g_autofree char *activation = ripple_activation_option(loss->activation);
    g_autofree char *name = ripple_choice_option("LOSS", ripple_loss_name(loss->loss));
    g_autofree char *options =
        g_strdup_printf("%s %s -DLABELS=%d", name, activation, loss->labels.buffer != NULL);
    cl_kernel kernel = ripple_kernel_get(self, "loss", options, error);
    if (!kernel)
        return FALSE;

    RippleOperand z = ripple_operand(loss->z), a = ripple_operand(loss->a);
    RippleOperand labels = ripple_operand(loss->labels), targets = ripple_operand(loss->targets);
    RippleOperand delta = ripple_operand(loss->delta);
    cl_uint rows = (cl_uint)given.rows, columns = (cl_uint)given.columns;
    cl_uint write_delta = loss->delta.buffer != NULL;
    const RippleArgument arguments[] = {
        RIPPLE_OPERAND(z),
        RIPPLE_OPERAND(a),
        RIPPLE_OPERAND(labels),
        RIPPLE_OPERAND(targets),
        RIPPLE_OPERAND(delta),
        RIPPLE_ARGUMENT(self->losses.memory),
        RIPPLE_ARGUMENT(self->rights.memory),
        RIPPLE_ARGUMENT(rows),
        RIPPLE_ARGUMENT(columns),
        RIPPLE_ARGUMENT(divisor),
        RIPPLE_ARGUMENT(write_delta),
    };
    return ripple_kernel_launch(self, kernel, rows, 1, arguments, G_N_ELEMENTS(arguments), error);
}

gboolean ripple_opencl_loss(RippleBackend *backend, const RippleLossOperation *loss,
                            const RippleLossScalars *scalars, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    gsize samples = loss->loss == RIPPLE_LOSS_MSE ? loss->a.rows : loss->z.rows;
    cl_float divisor = (cl_float)scalars->divisor;

    ripple_opencl_written(loss->delta);
    ripple_opencl_written(loss->result);
    if (!ripple_opencl_scratch(self, &self->losses, samples * sizeof(cl_float), error) ||
        !ripple_opencl_scratch(self, &self->rights, samples * sizeof(cl_float), error) ||
        !loss_of_samples(self, loss, divisor, error))
        return FALSE;

    cl_kernel kernel = ripple_kernel_get(self, "loss_sum", "", error);
    if (!kernel)
        return FALSE;
    RippleOperand result = ripple_operand(loss->result);
    cl_uint rows = (cl_uint)samples;
    const RippleArgument arguments[] = {
        RIPPLE_ARGUMENT(self->losses.memory), RIPPLE_ARGUMENT(self->rights.memory),
        RIPPLE_OPERAND(result), RIPPLE_ARGUMENT(rows), RIPPLE_ARGUMENT(divisor)};
    return ripple_kernel_launch(self, kernel, RIPPLE_GROUP_WIDTH, 1, arguments,
                                G_N_ELEMENTS(arguments), error);
}

/* ---- update ---------------------------------------------------------------------------------- */

gboolean ripple_opencl_update(RippleBackend *backend, const RippleUpdate *update,
                              const RippleUpdateScalars *scalars, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    cl_kernel kernel =
        ripple_kernel_get(self, "update", ripple_opencl_optimizer_option(&update->rates), error);
    if (!kernel)
        return FALSE;

    ripple_opencl_written(update->parameter);
    ripple_opencl_written(update->first_moment);
    ripple_opencl_written(update->second_moment);
    RippleOperand parameter = ripple_operand(update->parameter);
    RippleOperand gradient = ripple_operand(update->gradient);
    RippleOperand first = ripple_operand(update->first_moment);
    RippleOperand second = ripple_operand(update->second_moment);
    cl_ulong count = update->parameter.rows * update->parameter.columns;
    RippleOptimizerArgument optimizer = ripple_opencl_optimizer_argument(scalars);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(parameter), RIPPLE_OPERAND(gradient),
                                        RIPPLE_OPERAND(first),     RIPPLE_OPERAND(second),
                                        RIPPLE_ARGUMENT(count),    RIPPLE_ARGUMENT(optimizer)};
    return ripple_kernel_launch(self, kernel, count, 1, arguments, G_N_ELEMENTS(arguments), error);
}

/* ---- finite ---------------------------------------------------------------------------------- */

gboolean ripple_opencl_check_finite(RippleBackend *backend, const RippleFiniteCheck *check,
                                    GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    cl_kernel kernel = ripple_kernel_get(self, "check_finite", "", error);
    if (!kernel)
        return FALSE;

    ripple_opencl_written(check->result);
    RippleOperand values = ripple_operand(check->values), result = ripple_operand(check->result);
    cl_ulong count = check->values.rows * check->values.columns;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(values), RIPPLE_OPERAND(result),
                                        RIPPLE_ARGUMENT(count)};
    return ripple_kernel_launch(self, kernel, ripple_ceiling(count, 16), 1, arguments,
                                G_N_ELEMENTS(arguments), error);
}
