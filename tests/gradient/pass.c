#include "gradient/pass.h"

#include <math.h>

static RippleBuffer *buffer_new(RippleBackend *backend, RippleElement element, gsize length,
                                gconstpointer values)
{
    g_autoptr(GError) error = NULL;
    RippleBuffer *buffer = ripple_buffer_new(backend, element, length, &error);
    g_assert_no_error(error);
    if (values)
        ripple_backend_upload(ripple_buffer_view(buffer), values, &error);
    g_assert_no_error(error);
    return buffer;
}

Pass *pass_new(RippleBackend *backend, const RippleNetwork *network, gsize samples,
               const gfloat *input, const guint32 *labels, const gfloat *targets)
{
    const RippleElement real = RIPPLE_ELEMENT_REAL;
    Pass *pass = g_new0(Pass, 1);
    pass->backend = backend;
    pass->network = network;
    pass->samples = samples;
    pass->parameters = buffer_new(backend, real, network->parameter_span, NULL);
    pass->gradients = buffer_new(backend, real, network->parameter_span, NULL);
    pass->input = buffer_new(backend, real, samples * network->inputs, input);
    if (labels)
        pass->labels = buffer_new(backend, RIPPLE_ELEMENT_INDEX, samples, labels);
    if (targets)
        pass->targets = buffer_new(backend, real, samples * network->outputs, targets);
    pass->result = buffer_new(backend, real, 2, NULL);
    pass->z = g_new0(RippleBuffer *, network->n_layers);
    pass->a = g_new0(RippleBuffer *, network->n_layers);
    pass->delta = g_new0(RippleBuffer *, network->n_layers);
    for (guint l = 0; l < network->n_layers; l++) {
        gsize length = samples * network->layers[l].outputs;
        pass->z[l] = buffer_new(backend, real, length, NULL);
        pass->a[l] = buffer_new(backend, real, length, NULL);
        pass->delta[l] = buffer_new(backend, real, length, NULL);
    }
    return pass;
}

void pass_free(Pass *pass)
{
    if (!pass)
        return;
    for (guint l = 0; l < pass->network->n_layers; l++) {
        ripple_buffer_free(pass->z[l]);
        ripple_buffer_free(pass->a[l]);
        ripple_buffer_free(pass->delta[l]);
    }
    g_free(pass->z);
    g_free(pass->a);
    g_free(pass->delta);
    ripple_buffer_free(pass->parameters);
    ripple_buffer_free(pass->gradients);
    ripple_buffer_free(pass->input);
    ripple_buffer_free(pass->labels);
    ripple_buffer_free(pass->targets);
    ripple_buffer_free(pass->result);
    g_free(pass);
}

/* ---- views ---------------------------------------------------------------------------------- */

static RippleView weight_in(RippleBuffer *parameters, const RippleLayer *layer)
{
    return ripple_view(parameters, layer->weight_offset, layer->outputs, layer->inputs);
}

static RippleView bias_in(RippleBuffer *parameters, const RippleLayer *layer)
{
    return ripple_view(parameters, layer->bias_offset, 1, layer->outputs);
}

/* samples × columns of a buffer that may not be there */
static RippleView per_sample(const Pass *pass, RippleBuffer *buffer, gsize columns)
{
    return buffer ? ripple_view(buffer, 0, pass->samples, columns) : RIPPLE_NO_VIEW;
}

/* What enters layer l: the input, or the activations of the layer before. */
static RippleView input_of(const Pass *pass, guint l)
{
    return per_sample(pass, l == 0 ? pass->input : pass->a[l - 1], pass->network->layers[l].inputs);
}

static RippleView output_of(const Pass *pass, RippleBuffer *const *buffers, guint l)
{
    return per_sample(pass, buffers[l], pass->network->layers[l].outputs);
}

/* z, where f′ needs it or may have it */
static RippleView z_for(const Pass *pass, guint l, RippleActivation activation, gboolean has_z)
{
    return has_z || ripple_activation_needs_z(activation) ? output_of(pass, pass->z, l)
                                                          : RIPPLE_NO_VIEW;
}

static gdouble *download(RippleView view)
{
    g_autoptr(GError) error = NULL;
    gdouble *values = g_new(gdouble, view.rows * view.columns);
    ripple_backend_download_exact(view, values, &error);
    g_assert_no_error(error);
    return values;
}

/* ---- forward -------------------------------------------------------------------------------- */

static RippleLossOperation loss_of(const Pass *pass)
{
    guint last = pass->network->n_layers - 1;
    return (RippleLossOperation){
        .loss = pass->network->loss,
        .activation = pass->network->layers[last].activation,
        .z = output_of(pass, pass->z, last),
        .a = output_of(pass, pass->a, last),
        .labels = per_sample(pass, pass->labels, 1),
        .targets = per_sample(pass, pass->targets, pass->network->outputs),
        .result = ripple_buffer_view(pass->result),
    };
}

gdouble pass_loss(Pass *pass, const gfloat *parameters)
{
    g_autoptr(GError) error = NULL;
    ripple_backend_upload(ripple_buffer_view(pass->parameters), parameters, &error);
    g_assert_no_error(error);
    for (guint l = 0; l < pass->network->n_layers; l++) {
        const RippleLayer *layer = &pass->network->layers[l];
        RippleForward forward = {.x = input_of(pass, l),
                                 .weight = weight_in(pass->parameters, layer),
                                 .bias = bias_in(pass->parameters, layer),
                                 .z = output_of(pass, pass->z, l),
                                 .a = output_of(pass, pass->a, l),
                                 .activation = layer->activation};
        ripple_backend_forward(pass->backend, &forward, &error);
        g_assert_no_error(error);
    }
    RippleLossOperation loss = loss_of(pass);
    ripple_backend_loss(pass->backend, &loss, &error);
    g_assert_no_error(error);
    g_autofree gdouble *result = download(ripple_buffer_view(pass->result));
    return result[0];
}

gdouble pass_smallest_z(Pass *pass)
{
    gdouble smallest = INFINITY;
    for (guint l = 0; l < pass->network->n_layers; l++) {
        g_autofree gdouble *z = download(ripple_buffer_view(pass->z[l]));
        for (gsize i = 0; i < pass->z[l]->length; i++)
            smallest = fmin(smallest, fabs(z[i]));
    }
    return smallest;
}

/* ---- backward ------------------------------------------------------------------------------- */

static void output_delta(Pass *pass, RippleActivation derivative_of, gboolean has_z)
{
    g_autoptr(GError) error = NULL;
    guint last = pass->network->n_layers - 1;
    RippleLossOperation loss = loss_of(pass);
    loss.activation = derivative_of;
    loss.delta = output_of(pass, pass->delta, last);
    if (loss.loss == RIPPLE_LOSS_MSE)
        loss.z = z_for(pass, last, derivative_of, has_z);
    ripple_backend_loss(pass->backend, &loss, &error);
    g_assert_no_error(error);
}

static void hidden_delta(Pass *pass, guint l, RippleActivation derivative_of, gboolean has_z)
{
    g_autoptr(GError) error = NULL;
    RippleDelta delta = {.delta_above = output_of(pass, pass->delta, l + 1),
                         .weight_above = weight_in(pass->parameters, &pass->network->layers[l + 1]),
                         .z = z_for(pass, l, derivative_of, has_z),
                         .a = output_of(pass, pass->a, l),
                         .delta = output_of(pass, pass->delta, l),
                         .activation = derivative_of};
    ripple_backend_delta(pass->backend, &delta, &error);
    g_assert_no_error(error);
}

static void scale_delta(Pass *pass, guint l, gdouble scale)
{
    g_autoptr(GError) error = NULL;
    RippleView view = output_of(pass, pass->delta, l);
    g_autofree gdouble *delta = download(view);
    g_autofree gfloat *scaled = g_new(gfloat, view.rows * view.columns);
    for (gsize i = 0; i < view.rows * view.columns; i++)
        scaled[i] = (gfloat)(delta[i] * scale);
    ripple_backend_upload(view, scaled, &error);
    g_assert_no_error(error);
}

gdouble *pass_gradient(Pass *pass, gboolean has_z, const Plant *plant)
{
    g_autoptr(GError) error = NULL;
    for (guint l = pass->network->n_layers; l-- > 0;) {
        const RippleLayer *layer = &pass->network->layers[l];
        gboolean is_planted = plant && plant->layer == l;
        RippleActivation derivative_of = is_planted ? plant->derivative_of : layer->activation;
        if (l == pass->network->n_layers - 1)
            output_delta(pass, derivative_of, has_z);
        else
            hidden_delta(pass, l, derivative_of, has_z);
        if (is_planted && plant->scale != 1)
            scale_delta(pass, l, plant->scale);

        RippleGradient gradient = {.delta = output_of(pass, pass->delta, l),
                                   .x = input_of(pass, l),
                                   .weight_gradient = weight_in(pass->gradients, layer),
                                   .bias_gradient = bias_in(pass->gradients, layer)};
        ripple_backend_gradient(pass->backend, &gradient, &error);
        g_assert_no_error(error);
    }
    return download(ripple_buffer_view(pass->gradients));
}
