#include <ripple/network.h>

#include "base/random.h"
#include "base/text.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

static gboolean check_layer(guint layer, guint n_layers, guint width, RippleActivation activation,
                            RippleLoss loss, GError **error)
{
    if (width == 0 || width > RIPPLE_MAXIMUM_WIDTH) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "Layer %u has %u outputs; a layer has between 1 and %u.", layer, width,
                    RIPPLE_MAXIMUM_WIDTH);
        return FALSE;
    }
    gboolean is_output = layer + 1 == n_layers;
    if (activation == RIPPLE_ACTIVATION_SOFTMAX && !is_output) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "Layer %u is hidden and has the activation softmax, which stands at the output "
                    "only.",
                    layer);
        return FALSE;
    }
    if (activation == RIPPLE_ACTIVATION_SOFTMAX && width == 1) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "Softmax over a single output is always 1; for two classes try --loss "
                            "binary-cross-entropy.");
        return FALSE;
    }
    if (is_output && loss != RIPPLE_LOSS_MSE &&
        activation != ripple_loss_default_activation(loss)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The loss %s needs the output activation %s, not %s.", ripple_loss_name(loss),
                    ripple_activation_name(ripple_loss_default_activation(loss)),
                    ripple_activation_name(activation));
        return FALSE;
    }
    return TRUE;
}

RippleNetwork *ripple_network_new(guint inputs, const guint *widths,
                                  const RippleActivation *activations, guint n_layers,
                                  RippleLoss loss, GError **error)
{
    if (inputs == 0 || inputs > RIPPLE_MAXIMUM_WIDTH) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The network has %u inputs; it needs between 1 and %u.", inputs,
                    RIPPLE_MAXIMUM_WIDTH);
        return NULL;
    }
    if (n_layers == 0 || n_layers > RIPPLE_MAXIMUM_LAYERS) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The network has %u layers; it needs between 1 and %u.", n_layers,
                    RIPPLE_MAXIMUM_LAYERS);
        return NULL;
    }

    g_autoptr(RippleNetwork) network = g_new0(RippleNetwork, 1);
    network->inputs = inputs;
    network->n_layers = n_layers;
    network->layers = g_new0(RippleLayer, n_layers);
    network->loss = loss;

    guint width = inputs;
    for (guint l = 0; l < n_layers; l++) {
        if (!check_layer(l, n_layers, widths[l], activations[l], loss, error))
            return NULL;
        RippleLayer *layer = &network->layers[l];
        layer->inputs = width;
        layer->outputs = width = widths[l];
        layer->activation = activations[l];
        /* At most 2^48 weights a layer and 1024 layers: no overflow in 64 bits. */
        gsize weights = (gsize)layer->inputs * layer->outputs;
        layer->weight_offset = network->parameter_span;
        layer->bias_offset = layer->weight_offset + weights;
        network->parameter_count += weights + layer->outputs;
        gsize end = layer->bias_offset + layer->outputs;
        network->parameter_span = (end + RIPPLE_PARAMETER_ALIGNMENT - 1) /
                                  RIPPLE_PARAMETER_ALIGNMENT * RIPPLE_PARAMETER_ALIGNMENT;
    }
    network->outputs = width;
    return g_steal_pointer(&network);
}

void ripple_network_free(RippleNetwork *network)
{
    if (!network)
        return;
    g_free(network->layers);
    g_free(network);
}

RippleNetwork *ripple_network_copy(const RippleNetwork *network)
{
    RippleNetwork *copy = g_memdup2(network, sizeof *network);
    copy->layers = g_memdup2(network->layers, sizeof *network->layers * network->n_layers);
    return copy;
}

char *ripple_network_describe(const RippleNetwork *network)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%u", network->inputs);
    for (guint l = 0; l < network->n_layers; l++)
        g_string_append_printf(text, " → %u %s", network->layers[l].outputs,
                               ripple_activation_name(network->layers[l].activation));
    g_autofree char *parameters = ripple_text_count(network->parameter_count);
    g_string_append_printf(text, ", %s, %s parameters", ripple_loss_name(network->loss),
                           parameters);
    return g_string_free(text, FALSE);
}

static gdouble initial_limit(const RippleLayer *layer)
{
    switch (layer->activation) {
    case RIPPLE_ACTIVATION_RELU:
    case RIPPLE_ACTIVATION_LEAKY_RELU:
    case RIPPLE_ACTIVATION_ELU:
    case RIPPLE_ACTIVATION_SOFTPLUS:
    case RIPPLE_ACTIVATION_SILU:
    case RIPPLE_ACTIVATION_GELU:
        return sqrt(6.0 / layer->inputs);
    default:
        return sqrt(6.0 / ((gdouble)layer->inputs + layer->outputs));
    }
}

void ripple_network_initialise(const RippleNetwork *network, guint64 seed, gfloat *parameters)
{
    memset(parameters, 0, network->parameter_span * sizeof *parameters);
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        gfloat limit = (gfloat)initial_limit(layer);
        gfloat *weight = parameters + layer->weight_offset;
        gsize count = (gsize)layer->inputs * layer->outputs;
        for (gsize i = 0; i < count; i++) {
            gfloat unit = ripple_random_unit(seed, RIPPLE_STREAM_WEIGHTS, l, i);
            weight[i] = limit * (2.0f * unit - 1.0f);
        }
    }
}
