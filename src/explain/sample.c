#include "explain/sample.h"

#include "reference/activation.h"
#include "reference/reference.h"

#include <math.h>
#include <ripple/error.h>

/* ---- the sample alone ----------------------------------------------------------------------- */

/* A data set of one, which borrows from `dataset`. */
static RippleDataset only(const RippleDataset *dataset, gsize index)
{
    RippleDataset one = *dataset;
    one.samples = 1;
    if (one.input_bytes)
        one.input_bytes += index * dataset->inputs;
    if (one.input_values)
        one.input_values += index * dataset->inputs;
    if (one.labels)
        one.labels += index;
    if (one.target_values)
        one.target_values += index * dataset->targets;
    return one;
}

static RippleLossProbe *open_probe(const RippleModel *model, RippleDataset *one, GError **error)
{
    guint32 order = 0;
    RippleMaterial material = {
        .train = one, .train_order = &order, .n_train = 1, .model = (RippleModel *)model};
    g_autoptr(RippleConfig) config = ripple_config_new();
    config->batch = 1;
    config->shuffle = FALSE;
    return ripple_loss_probe_new(ripple_reference_backend_new(), &material, config, error);
}

/* ---- what happened to it -------------------------------------------------------------------- */

static void set_target(RippleSample *self, const RippleDataset *one)
{
    guint outputs = self->network->outputs;
    self->target = g_new0(gdouble, outputs);
    self->label = -1;
    if (one->target_kind == RIPPLE_TARGET_VALUES) {
        for (guint o = 0; o < outputs; o++)
            self->target[o] = one->target_values[o];
        return;
    }
    self->label = *one->labels;
    if (outputs == 1)
        self->target[0] = (gdouble)self->label;
    else
        self->target[self->label] = 1;
}

static gdouble *keep(RippleSample *self, RippleRole role, guint layer, gsize count, GError **error)
{
    g_autofree gdouble *values = ripple_loss_probe_values(self->probe, role, layer, error);
    for (gsize i = 0; values && i < count; i++)
        if (!isfinite(values[i])) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                        "On the way of sample %" G_GSIZE_FORMAT " through the model the numbers of "
                        "layer %u stop being finite, so that there is nothing to explain; look at "
                        "its input.",
                        self->index, layer);
            return NULL;
        }
    return g_steal_pointer(&values);
}

static gboolean keep_layer(RippleSample *self, guint l, GError **error)
{
    gsize outputs = self->network->layers[l].outputs;
    self->z[l] = keep(self, RIPPLE_ROLE_Z, l, outputs, error);
    self->activation[l] = self->z[l] ? keep(self, RIPPLE_ROLE_ACTIVATION, l, outputs, error) : NULL;
    self->delta[l] = self->activation[l] ? keep(self, RIPPLE_ROLE_DELTA, l, outputs, error) : NULL;
    return self->delta[l] != NULL;
}

/* ∂L/∂x = Σ_o W[o,i]·δ_o, which no row of a training step needs. */
static void set_input_delta(RippleSample *self)
{
    const gdouble *weight = ripple_sample_weight(self, 0);
    guint inputs = self->network->inputs;
    self->input_delta = g_new0(gdouble, inputs);
    for (guint o = 0; o < self->network->layers[0].outputs; o++)
        for (guint i = 0; i < inputs; i++)
            self->input_delta[i] += weight[(gsize)o * inputs + i] * self->delta[0][o];
}

static gboolean keep_all(RippleSample *self, GError **error)
{
    guint n_layers = self->network->n_layers;
    self->z = g_new0(gdouble *, n_layers);
    self->activation = g_new0(gdouble *, n_layers);
    self->delta = g_new0(gdouble *, n_layers);
    self->input = keep(self, RIPPLE_ROLE_INPUT, 0, self->network->inputs, error);
    if (!self->input)
        return FALSE;
    for (guint l = 0; l < n_layers; l++)
        if (!keep_layer(self, l, error))
            return FALSE;
    set_input_delta(self);
    return TRUE;
}

RippleSample *ripple_sample_new(const RippleModel *model, const RippleDataset *dataset,
                                guint64 index, GError **error)
{
    if (index >= dataset->samples) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "There is no sample %" G_GUINT64_FORMAT " in %s: it has %" G_GSIZE_FORMAT
                    ", counted from 0.",
                    index, dataset->source, dataset->samples);
        return NULL;
    }
    g_autoptr(RippleSample) self = g_new0(RippleSample, 1);
    RippleDataset one = only(dataset, index);
    self->index = index;
    self->probe = open_probe(model, &one, error);
    if (!self->probe)
        return NULL;
    self->network = self->probe->network;
    self->parameters = self->probe->parameters;
    self->gradient = self->probe->gradient;
    self->loss = self->probe->loss;
    set_target(self, &one);
    return keep_all(self, error) ? g_steal_pointer(&self) : NULL;
}

void ripple_sample_free(RippleSample *sample)
{
    if (!sample)
        return;
    for (guint l = 0; sample->delta && l < sample->network->n_layers; l++) {
        g_free(sample->z[l]);
        g_free(sample->activation[l]);
        g_free(sample->delta[l]);
    }
    g_free(sample->z);
    g_free(sample->activation);
    g_free(sample->delta);
    g_free(sample->input);
    g_free(sample->input_delta);
    g_free(sample->target);
    ripple_loss_probe_free(sample->probe);
    g_free(sample);
}

/* ---- reading it ----------------------------------------------------------------------------- */

const gdouble *ripple_sample_x(const RippleSample *sample, guint layer)
{
    return layer == 0 ? sample->input : sample->activation[layer - 1];
}

const gdouble *ripple_sample_weight(const RippleSample *sample, guint layer)
{
    return sample->parameters + sample->network->layers[layer].weight_offset;
}

gdouble ripple_sample_derivative(const RippleSample *sample, guint layer, guint unit)
{
    RippleActivation activation = sample->network->layers[layer].activation;
    if (activation == RIPPLE_ACTIVATION_SOFTMAX)
        return NAN;
    return ripple_reference_derivative(activation, sample->z[layer][unit]);
}

gdouble ripple_norm(const gdouble *values, gsize count)
{
    gdouble sum = 0, largest = 0;
    for (gsize i = 0; i < count; i++)
        largest = fmax(largest, fabs(values[i]));
    if (largest == 0)
        return 0;
    for (gsize i = 0; i < count; i++) /* scaled: no square may vanish or overflow */
        sum += (values[i] / largest) * (values[i] / largest);
    return largest * sqrt(sum);
}
