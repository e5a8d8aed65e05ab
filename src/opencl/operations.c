/* The operations of a training step as kernels and products on the queue. Nothing here waits. */
#include "opencl/optimizer.h"
#include "opencl/product.h"
#include "opencl/programs.h"

/* "relu" → "-DACTIVATION=ACTIVATION_RELU": the names that kernels know. */
static char *choice_option(const char *macro, const char *name)
{
    g_autofree char *upper = g_ascii_strup(name, -1);
    g_strdelimit(upper, "-", '_');
    return g_strdup_printf("-D%s=%s_%s", macro, macro, upper);
}

static char *activation_option(RippleActivation activation)
{
    return choice_option("ACTIVATION", ripple_activation_name(activation));
}

/* A view as the pair of kernel arguments that stands for it: memory, and offset in elements. */
typedef struct {
    cl_mem memory;
    cl_ulong offset;
} Operand;

static Operand operand(RippleView view)
{
    return (Operand){ripple_opencl_memory(view), view.offset};
}

#define OPERAND(x) RIPPLE_ARGUMENT((x).memory), RIPPLE_ARGUMENT((x).offset)

/* ---- gather --------------------------------------------------------------------------------- */

gboolean ripple_opencl_gather(RippleBackend *backend, const RippleGather *gather, GError **error)
{
    static const char *const options[] = {
        [RIPPLE_ELEMENT_REAL] = "",
        [RIPPLE_ELEMENT_INDEX] = "-DSOURCE=uint -DDESTINATION=uint",
        [RIPPLE_ELEMENT_BYTE] = "-DSOURCE=uchar -DSCALED=1",
    };
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleView to = gather->destination;
    cl_kernel kernel =
        ripple_kernel_get(self, "gather", options[gather->source.buffer->element], error);
    if (!kernel)
        return FALSE;

    Operand order = operand(gather->order), source = operand(gather->source);
    Operand destination = operand(to);
    order.offset += gather->first;
    cl_uint columns = (cl_uint)to.columns;
    cl_float scale = (cl_float)gather->scale, shift = (cl_float)gather->shift;
    const RippleArgument arguments[] = {OPERAND(order),         OPERAND(source),
                                        OPERAND(destination),   RIPPLE_ARGUMENT(columns),
                                        RIPPLE_ARGUMENT(scale), RIPPLE_ARGUMENT(shift)};
    return ripple_kernel_launch(self, kernel, to.columns, to.rows, arguments,
                                G_N_ELEMENTS(arguments), error);
}

/* ---- forward -------------------------------------------------------------------------------- */

/* values ← values + bias, activated; a apart when it is given. */
static gboolean add_bias(RippleOpencl *self, RippleView values, RippleView bias, RippleView a,
                         RippleActivation activation, GError **error)
{
    g_autofree char *activation_text = activation_option(activation);
    g_autofree char *options = g_strdup_printf("%s -DKEEP_Z=%d", activation_text, a.buffer != NULL);
    cl_kernel kernel = ripple_kernel_get(self, "bias_activation", options, error);
    if (!kernel)
        return FALSE;

    Operand values_operand = operand(values), bias_operand = operand(bias), a_operand = operand(a);
    cl_uint columns = (cl_uint)values.columns;
    const RippleArgument arguments[] = {OPERAND(values_operand), OPERAND(bias_operand),
                                        OPERAND(a_operand), RIPPLE_ARGUMENT(columns)};
    return ripple_kernel_launch(self, kernel, values.columns, values.rows, arguments,
                                G_N_ELEMENTS(arguments), error);
}

static gboolean softmax(RippleOpencl *self, RippleView z, RippleView a, GError **error)
{
    cl_kernel kernel = ripple_kernel_get(self, "softmax", "", error);
    if (!kernel)
        return FALSE;
    Operand z_operand = operand(z), a_operand = operand(a);
    cl_uint rows = (cl_uint)z.rows, columns = (cl_uint)z.columns;
    const RippleArgument arguments[] = {OPERAND(z_operand), OPERAND(a_operand),
                                        RIPPLE_ARGUMENT(rows), RIPPLE_ARGUMENT(columns)};
    return ripple_kernel_launch(self, kernel, z.rows, 1, arguments, G_N_ELEMENTS(arguments), error);
}

gboolean ripple_opencl_forward(RippleBackend *backend, const RippleForward *forward, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleView z = forward->z, a = forward->a;
    RippleView values = z.buffer ? z : a;

    if (!ripple_opencl_product(backend, RIPPLE_PRODUCT_NT, forward->x.rows, forward->weight.rows,
                               forward->x.columns, forward->x, forward->weight, values, error))
        return FALSE;
    if (forward->activation == RIPPLE_ACTIVATION_SOFTMAX)
        return add_bias(self, values, forward->bias, RIPPLE_NO_VIEW, RIPPLE_ACTIVATION_IDENTITY,
                        error) &&
               (!a.buffer || softmax(self, values, a, error));
    if (!a.buffer)
        return add_bias(self, z, forward->bias, RIPPLE_NO_VIEW, RIPPLE_ACTIVATION_IDENTITY, error);
    return add_bias(self, values, forward->bias, z.buffer ? a : RIPPLE_NO_VIEW, forward->activation,
                    error);
}

/* ---- loss ----------------------------------------------------------------------------------- */

static gboolean loss_of_samples(RippleOpencl *self, const RippleLossOperation *loss,
                                cl_float divisor, GError **error)
{
    RippleView given = loss->loss == RIPPLE_LOSS_MSE ? loss->a : loss->z;
    g_autofree char *activation = activation_option(loss->activation);
    g_autofree char *name = choice_option("LOSS", ripple_loss_name(loss->loss));
    g_autofree char *options =
        g_strdup_printf("%s %s -DLABELS=%d", name, activation, loss->labels.buffer != NULL);
    cl_kernel kernel = ripple_kernel_get(self, "loss", options, error);
    if (!kernel)
        return FALSE;

    Operand z = operand(loss->z), a = operand(loss->a);
    Operand labels = operand(loss->labels), targets = operand(loss->targets);
    Operand delta = operand(loss->delta);
    cl_uint rows = (cl_uint)given.rows, columns = (cl_uint)given.columns;
    cl_uint write_delta = loss->delta.buffer != NULL;
    const RippleArgument arguments[] = {
        OPERAND(z),
        OPERAND(a),
        OPERAND(labels),
        OPERAND(targets),
        OPERAND(delta),
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

    if (!ripple_opencl_scratch(self, &self->losses, samples * sizeof(cl_float), error) ||
        !ripple_opencl_scratch(self, &self->rights, samples * sizeof(cl_float), error) ||
        !loss_of_samples(self, loss, divisor, error))
        return FALSE;

    cl_kernel kernel = ripple_kernel_get(self, "loss_sum", "", error);
    if (!kernel)
        return FALSE;
    Operand result = operand(loss->result);
    cl_uint rows = (cl_uint)samples;
    const RippleArgument arguments[] = {RIPPLE_ARGUMENT(self->losses.memory),
                                        RIPPLE_ARGUMENT(self->rights.memory), OPERAND(result),
                                        RIPPLE_ARGUMENT(rows), RIPPLE_ARGUMENT(divisor)};
    return ripple_kernel_launch(self, kernel, RIPPLE_GROUP_WIDTH, 1, arguments,
                                G_N_ELEMENTS(arguments), error);
}

/* ---- delta, gradient, update ---------------------------------------------------------------- */

gboolean ripple_opencl_delta(RippleBackend *backend, const RippleDelta *delta, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleView to = delta->delta;

    if (!ripple_opencl_product(backend, RIPPLE_PRODUCT_NN, to.rows, to.columns,
                               delta->delta_above.columns, delta->delta_above, delta->weight_above,
                               to, error))
        return FALSE;
    if (delta->activation == RIPPLE_ACTIVATION_IDENTITY)
        return TRUE;

    g_autofree char *options = activation_option(delta->activation);
    cl_kernel kernel = ripple_kernel_get(self, "derivative", options, error);
    if (!kernel)
        return FALSE;
    Operand product = operand(to);
    Operand source = operand(ripple_activation_needs_z(delta->activation) ? delta->z : delta->a);
    cl_ulong count = to.rows * to.columns;
    const RippleArgument arguments[] = {OPERAND(product), OPERAND(source), RIPPLE_ARGUMENT(count)};
    return ripple_kernel_launch(self, kernel, count, 1, arguments, G_N_ELEMENTS(arguments), error);
}

gboolean ripple_opencl_gradient(RippleBackend *backend, const RippleGradient *gradient,
                                GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleView delta = gradient->delta, x = gradient->x;

    if (!ripple_opencl_product(backend, RIPPLE_PRODUCT_TN, delta.columns, x.columns, x.rows, delta,
                               x, gradient->weight_gradient, error))
        return FALSE;

    cl_kernel kernel = ripple_kernel_get(self, "bias_gradient", "", error);
    if (!kernel)
        return FALSE;
    Operand source = operand(delta), sum = operand(gradient->bias_gradient);
    cl_uint rows = (cl_uint)delta.rows, columns = (cl_uint)delta.columns;
    const RippleArgument arguments[] = {OPERAND(source), OPERAND(sum), RIPPLE_ARGUMENT(rows),
                                        RIPPLE_ARGUMENT(columns)};
    return ripple_kernel_launch(self, kernel, columns, 1, arguments, G_N_ELEMENTS(arguments),
                                error);
}

gboolean ripple_opencl_update(RippleBackend *backend, const RippleUpdate *update,
                              const RippleUpdateScalars *scalars, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    cl_kernel kernel =
        ripple_kernel_get(self, "update", ripple_opencl_optimizer_option(&update->rates), error);
    if (!kernel)
        return FALSE;

    Operand parameter = operand(update->parameter), gradient = operand(update->gradient);
    Operand first = operand(update->first_moment), second = operand(update->second_moment);
    cl_ulong count = update->parameter.rows * update->parameter.columns;
    RippleOptimizerArgument optimizer = ripple_opencl_optimizer_argument(scalars);
    const RippleArgument arguments[] = {OPERAND(parameter),     OPERAND(gradient),
                                        OPERAND(first),         OPERAND(second),
                                        RIPPLE_ARGUMENT(count), RIPPLE_ARGUMENT(optimizer)};
    return ripple_kernel_launch(self, kernel, count, 1, arguments, G_N_ELEMENTS(arguments), error);
}
