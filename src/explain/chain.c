#include "explain/chain.h"

#include <math.h>
#include <ripple/error.h>

/* ---- which parameter ------------------------------------------------------------------------ */

RipplePlace ripple_chain_largest(const RippleSample *sample)
{
    RipplePlace place = {0};
    gdouble largest = -1;
    for (guint l = 0; l < sample->network->n_layers; l++) {
        const RippleLayer *layer = &sample->network->layers[l];
        const gdouble *gradient = sample->gradient + layer->weight_offset;
        for (gsize i = 0; i < (gsize)layer->outputs * layer->inputs; i++)
            if (fabs(gradient[i]) > largest) {
                largest = fabs(gradient[i]);
                place =
                    (RipplePlace){l, FALSE, (guint)(i / layer->inputs), (guint)(i % layer->inputs)};
            }
    }
    return place;
}

static gboolean check_place(const RipplePlace *place, const RippleNetwork *network, GError **error)
{
    if (place->layer >= network->n_layers) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "There is no layer %u; the network has layers 0 to %u.", place->layer,
                    network->n_layers - 1);
        return FALSE;
    }
    const RippleLayer *layer = &network->layers[place->layer];
    if (place->output < layer->outputs && (place->is_bias || place->input < layer->inputs))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "Layer %u has outputs 0 to %u and inputs 0 to %u, and so no %s %u%s.", place->layer,
                layer->outputs - 1, layer->inputs - 1, place->is_bias ? "bias" : "weight to output",
                place->output, place->is_bias ? "" : " from that input");
    return FALSE;
}

char *ripple_place_name(const RipplePlace *place)
{
    if (place->is_bias)
        return g_strdup_printf("layers.%u.bias[%u]", place->layer, place->output);
    return g_strdup_printf("layers.%u.weight[%u,%u]", place->layer, place->output, place->input);
}

/* ---- at the output -------------------------------------------------------------------------- */

/* ∂L/∂a_j of each loss of ripple/loss.h, for a batch of one. */
static gdouble loss_slope(const RippleSample *sample, guint j, gdouble divisor)
{
    gdouble a = sample->activation[sample->network->n_layers - 1][j], t = sample->target[j];
    switch (sample->network->loss) {
    case RIPPLE_LOSS_MSE:
        return 2 * (a - t) / divisor;
    case RIPPLE_LOSS_CROSS_ENTROPY:
        return t == 0 ? 0 : -t / a;
    case RIPPLE_LOSS_BINARY_CROSS_ENTROPY:
        return (a - t) / (a * (1 - a)) / divisor;
    case RIPPLE_N_LOSSES:
        break;
    }
    g_assert_not_reached();
}

static gint by_product(gconstpointer a, gconstpointer b)
{
    const RippleOutputTerm *x = a, *y = b;
    gdouble difference = fabs(y->product) - fabs(x->product);
    if (difference != 0 && !isnan(difference))
        return difference > 0 ? 1 : -1;
    return x->output < y->output ? -1 : x->output > y->output;
}

static void add_output(RippleChain *self, const RippleSample *sample, guint j,
                       gdouble activation_slope)
{
    gdouble slope = loss_slope(sample, j, self->divisor);
    /* Nothing times something below zero is no −0. */
    RippleOutputTerm term = {j, slope, activation_slope, slope * activation_slope + 0.0};
    g_array_append_val(self->outputs, term);
}

static void explain_output(RippleChain *self, const RippleSample *sample)
{
    const RippleNetwork *network = sample->network;
    guint own = self->place.output;
    const gdouble *a = sample->activation[self->place.layer];
    self->is_fused = network->loss != RIPPLE_LOSS_MSE;
    self->divisor = network->loss == RIPPLE_LOSS_CROSS_ENTROPY ? 1 : network->outputs;
    self->target = sample->target[own];
    if (self->activation == RIPPLE_ACTIVATION_SOFTMAX) {
        for (guint j = 0; j < network->outputs; j++)
            add_output(self, sample, j, a[j] * ((j == own) - a[own]));
        g_array_sort(self->outputs, by_product);
        self->loss_slope = NAN;
        return;
    }
    add_output(self, sample, own, self->derivative);
    self->loss_slope = g_array_index(self->outputs, RippleOutputTerm, 0).loss_slope;
}

/* ---- below it ------------------------------------------------------------------------------- */

static gint by_term(gconstpointer a, gconstpointer b)
{
    const RippleChainTerm *x = a, *y = b;
    gdouble difference = fabs(y->product) - fabs(x->product);
    if (difference != 0)
        return difference > 0 ? 1 : -1;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void explain_hidden(RippleChain *self, const RippleSample *sample)
{
    guint above = self->place.layer + 1;
    const RippleLayer *layer = &sample->network->layers[above];
    const gdouble *weight = ripple_sample_weight(sample, above);
    self->loss_slope = 0;
    for (guint k = 0; k < layer->outputs; k++) {
        gdouble own = weight[(gsize)k * layer->inputs + self->place.output];
        gdouble delta = sample->delta[above][k];
        RippleChainTerm term = {k, own, delta, own * delta};
        self->loss_slope += term.product;
        g_array_append_val(self->terms, term);
    }
    g_array_sort(self->terms, by_term);
}

/* ---- by values of the loss ------------------------------------------------------------------ */

static gboolean measure(RippleChain *self, const RippleSample *sample, GError **error)
{
    RippleLossPoint centre, after;
    /* Once at its own value, so that nothing stands where another parameter left it. */
    if (!ripple_loss_probe_at(sample->probe, 0, self->index, self->value, &centre, error) ||
        !ripple_slope_measure(sample->probe, self->place.layer, self->index, &self->slope, error) ||
        !ripple_loss_probe_at(sample->probe, self->place.layer, self->index,
                              self->value - self->rate * self->gradient, &after, error))
        return FALSE;
    self->loss = sample->loss;
    self->loss_after = after.loss;
    self->predicted = -self->rate * self->gradient * self->gradient;
    return TRUE;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void fill(RippleChain *self, const RippleSample *sample)
{
    const RipplePlace *place = &self->place;
    const RippleLayer *layer = &sample->network->layers[place->layer];
    self->index = place->is_bias
                      ? layer->bias_offset + place->output
                      : layer->weight_offset + (gsize)place->output * layer->inputs + place->input;
    self->is_output = place->layer + 1 == sample->network->n_layers;
    self->activation = layer->activation;
    self->value = sample->parameters[self->index];
    self->gradient = sample->gradient[self->index];
    self->x = place->is_bias ? 1 : ripple_sample_x(sample, place->layer)[place->input];
    self->z = sample->z[place->layer][place->output];
    self->a = sample->activation[place->layer][place->output];
    self->delta = sample->delta[place->layer][place->output];
    self->derivative = ripple_sample_derivative(sample, place->layer, place->output);
    self->target = NAN;
    if (self->is_output)
        explain_output(self, sample);
    else
        explain_hidden(self, sample);
}

RippleChain *ripple_chain_new(const RippleSample *sample, const RipplePlace *place, gdouble rate,
                              guint paths, GError **error)
{
    if (place && !check_place(place, sample->network, error))
        return NULL;
    g_autoptr(RippleChain) self = g_new0(RippleChain, 1);
    self->place = place ? *place : ripple_chain_largest(sample);
    self->is_largest = place == NULL;
    self->rate = rate;
    self->outputs = g_array_new(FALSE, FALSE, sizeof(RippleOutputTerm));
    self->terms = g_array_new(FALSE, FALSE, sizeof(RippleChainTerm));
    fill(self, sample);
    self->paths =
        ripple_paths_new(sample, self->place.layer, self->place.output, self->x, paths, error);
    return self->paths && measure(self, sample, error) ? g_steal_pointer(&self) : NULL;
}

void ripple_chain_free(RippleChain *chain)
{
    if (!chain)
        return;
    g_array_unref(chain->outputs);
    g_array_unref(chain->terms);
    ripple_paths_free(chain->paths);
    g_free(chain);
}
