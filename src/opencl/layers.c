/* The operations of a layer that are products. A provider that can do what follows a product at its
 * end does; after another, kernels of their own do it. */
#include "opencl/launch.h"
#include "opencl/product_private.h"

/* ---- forward -------------------------------------------------------------------------------- */

/* values ← values + bias, activated; a apart when it is given. */
static gboolean add_bias(RippleOpencl *self, RippleView values, RippleView bias, RippleView a,
                         RippleActivation activation, GError **error)
{
    g_autofree char *activation_text = ripple_activation_option(activation);
    g_autofree char *options = g_strdup_printf("%s -DKEEP_Z=%d", activation_text, a.buffer != NULL);
    cl_kernel kernel = ripple_kernel_get(self, "bias_activation", options, error);
    if (!kernel)
        return FALSE;

    RippleOperand values_operand = ripple_operand(values), bias_operand = ripple_operand(bias),
                  a_operand = ripple_operand(a);
    cl_uint columns = (cl_uint)values.columns;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(values_operand),
                                        RIPPLE_OPERAND(bias_operand), RIPPLE_OPERAND(a_operand),
                                        RIPPLE_ARGUMENT(columns)};
    return ripple_kernel_launch(self, kernel, values.columns, values.rows, arguments,
                                G_N_ELEMENTS(arguments), error);
}

static gboolean softmax(RippleOpencl *self, RippleView z, RippleView a, GError **error)
{
    cl_kernel kernel = ripple_kernel_get(self, "softmax", "", error);
    if (!kernel)
        return FALSE;
    RippleOperand z_operand = ripple_operand(z), a_operand = ripple_operand(a);
    cl_uint rows = (cl_uint)z.rows, columns = (cl_uint)z.columns;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(z_operand), RIPPLE_OPERAND(a_operand),
                                        RIPPLE_ARGUMENT(rows), RIPPLE_ARGUMENT(columns)};
    return ripple_kernel_launch(self, kernel, z.rows, 1, arguments, G_N_ELEMENTS(arguments), error);
}

/* z and a, of an activation that works on each element by itself. */
static gboolean forward_elements(RippleOpencl *self, const RippleForward *forward, GError **error)
{
    RippleView z = forward->z, a = forward->a;
    RippleView values = z.buffer ? z : a;

    RippleProduct product = {RIPPLE_PRODUCT_NT, forward->x.rows, forward->weight.rows,
                             forward->x.columns};
    RippleProductPlan plan = ripple_product_plan(self, &product);
    const RippleProvider *provider = ripple_provider(&plan);
    if (provider->forward)
        return provider->forward(self, &plan, forward, error);
    if (!provider->product(self, &plan, &product, forward->x, forward->weight, values, error))
        return FALSE;
    if (!a.buffer)
        return add_bias(self, z, forward->bias, RIPPLE_NO_VIEW, RIPPLE_ACTIVATION_IDENTITY, error);
    return add_bias(self, values, forward->bias, z.buffer ? a : RIPPLE_NO_VIEW, forward->activation,
                    error);
}

gboolean ripple_opencl_forward(RippleBackend *backend, const RippleForward *forward, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    ripple_opencl_written(forward->z);
    ripple_opencl_written(forward->a);
    if (forward->activation != RIPPLE_ACTIVATION_SOFTMAX)
        return forward_elements(self, forward, error);

    RippleForward linear = *forward;
    linear.z = forward->z.buffer ? forward->z : forward->a;
    linear.a = RIPPLE_NO_VIEW;
    linear.activation = RIPPLE_ACTIVATION_IDENTITY;
    return forward_elements(self, &linear, error) &&
           (!forward->a.buffer || softmax(self, linear.z, forward->a, error));
}

/* ---- delta ---------------------------------------------------------------------------------- */

gboolean ripple_opencl_delta(RippleBackend *backend, const RippleDelta *delta, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleView to = delta->delta;
    ripple_opencl_written(to);
    RippleProduct product = {RIPPLE_PRODUCT_NN, to.rows, to.columns, delta->delta_above.columns};
    RippleProductPlan plan = ripple_product_plan(self, &product);
    const RippleProvider *provider = ripple_provider(&plan);
    if (provider->delta)
        return provider->delta(self, &plan, delta, error);

    if (!provider->product(self, &plan, &product, delta->delta_above, delta->weight_above, to,
                           error))
        return FALSE;
    if (delta->activation == RIPPLE_ACTIVATION_IDENTITY)
        return TRUE;

    g_autofree char *options = ripple_activation_option(delta->activation);
    cl_kernel kernel = ripple_kernel_get(self, "derivative", options, error);
    if (!kernel)
        return FALSE;
    RippleOperand to_operand = ripple_operand(to);
    RippleOperand source =
        ripple_operand(ripple_activation_needs_z(delta->activation) ? delta->z : delta->a);
    cl_ulong count = to.rows * to.columns;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(to_operand), RIPPLE_OPERAND(source),
                                        RIPPLE_ARGUMENT(count)};
    return ripple_kernel_launch(self, kernel, count, 1, arguments, G_N_ELEMENTS(arguments), error);
}

/* ---- gradient ------------------------------------------------------------------------------- */

gboolean ripple_opencl_gradient(RippleBackend *backend, const RippleGradient *gradient,
                                GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleView delta = gradient->delta, x = gradient->x;
    ripple_opencl_written(gradient->weight_gradient);
    ripple_opencl_written(gradient->bias_gradient);
    RippleProduct product = {RIPPLE_PRODUCT_TN, delta.columns, x.columns, x.rows};
    RippleProductPlan plan = ripple_product_plan(self, &product);
    const RippleProvider *provider = ripple_provider(&plan);
    if (provider->gradient)
        return provider->gradient(self, &plan, gradient, error);

    if (!provider->product(self, &plan, &product, delta, x, gradient->weight_gradient, error))
        return FALSE;
    cl_kernel kernel = ripple_kernel_get(self, "bias_gradient", "", error);
    if (!kernel)
        return FALSE;
    RippleOperand source = ripple_operand(delta), sum = ripple_operand(gradient->bias_gradient);
    cl_uint rows = (cl_uint)delta.rows, columns = (cl_uint)delta.columns;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(source), RIPPLE_OPERAND(sum),
                                        RIPPLE_ARGUMENT(rows), RIPPLE_ARGUMENT(columns)};
    return ripple_kernel_launch(self, kernel, columns, 1, arguments, G_N_ELEMENTS(arguments),
                                error);
}

/* ---- descent -------------------------------------------------------------------------------- */

/* Gradient, then update, by way of memory of the backend's own. */
static gboolean descend_apart(RippleOpencl *self, const RippleDescent *descent,
                              const RippleUpdateScalars *scalars, GError **error)
{
    gsize inputs = descent->x.columns, outputs = descent->delta.columns;
    gsize count = descent->parameter.columns;
    if (!ripple_opencl_scratch(self, &self->gradient, count * sizeof(cl_float), error))
        return FALSE;
    RippleOpenclBuffer buffer = {
        .parent = {&self->parent, RIPPLE_ELEMENT_REAL, count},
        .memory = self->gradient.memory,
    };
    RippleGradient gradient = {
        .delta = descent->delta,
        .x = descent->x,
        .weight_gradient = ripple_view(&buffer.parent, 0, outputs, inputs),
        .bias_gradient = ripple_view(&buffer.parent, outputs * inputs, 1, outputs),
    };
    RippleUpdate update = {
        .parameter = descent->parameter,
        .gradient = ripple_buffer_view(&buffer.parent),
        .first_moment = descent->first_moment,
        .second_moment = descent->second_moment,
        .rates = descent->rates,
    };
    return ripple_opencl_gradient(&self->parent, &gradient, error) &&
           ripple_opencl_update(&self->parent, &update, scalars, error);
}

gboolean ripple_opencl_descend(RippleBackend *backend, const RippleDescent *descent,
                               const RippleUpdateScalars *scalars, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleProduct product = {RIPPLE_PRODUCT_TN, descent->delta.columns, descent->x.columns,
                             descent->x.rows};
    RippleProductPlan plan = ripple_product_plan(self, &product);
    const RippleProvider *provider = ripple_provider(&plan);
    if (!provider->descend)
        return descend_apart(self, descent, scalars, error);
    ripple_opencl_written(descent->parameter);
    ripple_opencl_written(descent->first_moment);
    ripple_opencl_written(descent->second_moment);
    return provider->descend(self, &plan, descent, scalars, error);
}
