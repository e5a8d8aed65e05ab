#include "playground/chain_json.h"

#include "reference/activation.h"
#include "train/json_object.h"

#include <math.h>

/* What is looked at. */
typedef struct {
    const RippleSnapshot *snapshot;
    const RippleNetwork *network;
    guint layer;
    guint unit;
    guint input;
    gsize sample;
} Place;

static gboolean is_output(const Place *at)
{
    return at->layer + 1 == at->network->n_layers;
}

/* What the weight multiplies in one sample; NAN where that was not computed yet. A bias multiplies
 * 1. */
static gdouble factor_below(const Place *at, gsize sample)
{
    guint inputs = at->network->layers[at->layer].inputs;
    if (at->input == inputs)
        return 1;
    const gdouble *below =
        at->layer ? at->snapshot->layers[at->layer - 1].activation : at->snapshot->input;
    return below ? below[sample * inputs + at->input] : NAN;
}

static gdouble of_unit(const Place *at, const gdouble *values, gsize sample)
{
    return values ? values[sample * at->network->layers[at->layer].outputs + at->unit] : NAN;
}

/* ---- the target ----------------------------------------------------------------------------- */

/* What the output unit should have been: ripple/loss.h. */
static gdouble target(const Place *at)
{
    const RippleDataset *train = at->snapshot->start->train;
    guint32 sample = at->snapshot->samples[at->sample];
    if (train->target_kind == RIPPLE_TARGET_VALUES)
        return train->target_values[sample];
    guint32 label = train->labels[sample];
    return at->network->outputs == 1 ? label : label == at->unit;
}

/* ---- the delta of a hidden unit ------------------------------------------------------------- */

/* ∂L/∂a = Σ δ·w over the units above, whose weights are those from before the step. */
static void write_above(GString *json, const Place *at)
{
    const RippleLayer *above = &at->network->layers[at->layer + 1];
    const gdouble *delta = at->snapshot->layers[at->layer + 1].delta;
    if (!delta) {
        ripple_json_set_text(json, "above", NULL);
        ripple_json_set_number(json, "upstream", NAN);
        return;
    }
    const gdouble *weight = at->snapshot->before + above->weight_offset;
    gdouble sum = 0;
    ripple_json_begin_array(json, "above");
    for (guint unit = 0; unit < above->outputs; unit++) {
        gdouble own_delta = delta[at->sample * above->outputs + unit];
        gdouble own_weight = weight[unit * above->inputs + at->unit];
        sum += own_delta * own_weight;
        ripple_json_begin_object(json, NULL);
        ripple_json_set_number(json, "delta", own_delta);
        ripple_json_set_number(json, "weight", own_weight);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_set_number(json, "upstream", sum);
}

static void write_delta(GString *json, const Place *at)
{
    const RippleSnapshotLayer *layer = &at->snapshot->layers[at->layer];
    RippleActivation activation = at->network->layers[at->layer].activation;
    gdouble z = of_unit(at, layer->z, at->sample);
    ripple_json_set_number(json, "z", z);
    ripple_json_set_number(json, "own_activation", of_unit(at, layer->activation, at->sample));
    if (activation == RIPPLE_ACTIVATION_SOFTMAX || isnan(z))
        ripple_json_set_number(json, "derivative", NAN);
    else
        ripple_json_set_number(json, "derivative", ripple_reference_derivative(activation, z));
    if (is_output(at))
        ripple_json_set_number(json, "target", target(at));
    else
        write_above(json, at);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* δ and a of every sample in the batch. */
static void write_terms(GString *json, const Place *at)
{
    const gdouble *delta = at->snapshot->layers[at->layer].delta;
    ripple_json_begin_array(json, "terms");
    for (gsize i = 0; i < at->snapshot->count; i++) {
        ripple_json_begin_array(json, NULL);
        ripple_json_set_number(json, NULL, of_unit(at, delta, i));
        ripple_json_set_number(json, NULL, factor_below(at, i));
        ripple_json_end_array(json);
    }
    ripple_json_end_array(json);
}

static void write_parameter(GString *json, const Place *at)
{
    const RippleLayer *layer = &at->network->layers[at->layer];
    const RippleSnapshotLayer *step = &at->snapshot->layers[at->layer];
    gboolean is_bias = at->input == layer->inputs;
    gsize place = is_bias ? layer->bias_offset + at->unit
                          : layer->weight_offset + (gsize)at->unit * layer->inputs + at->input;
    ripple_json_set_flag(json, "bias", is_bias);
    ripple_json_set_number(json, "gradient",
                           step->has_gradient ? at->snapshot->gradient[place] : NAN);
    ripple_json_set_number(json, "before", at->snapshot->before[place]);
    ripple_json_set_number(json, "after", step->is_updated ? at->snapshot->parameters[place] : NAN);
}

void ripple_chain_write(GString *json, const char *name, const RippleSnapshot *snapshot,
                        guint layer, guint unit, guint input, gsize sample)
{
    const RippleNetwork *network = snapshot->start->model->network;
    Place at = {snapshot, network, layer, unit, input, sample};
    if (snapshot->count == 0 || layer >= network->n_layers ||
        unit >= network->layers[layer].outputs || input > network->layers[layer].inputs) {
        ripple_json_set_text(json, name, NULL);
        return;
    }
    ripple_json_begin_object(json, name);
    ripple_json_set_whole(json, "layer", layer);
    ripple_json_set_whole(json, "unit", unit);
    ripple_json_set_whole(json, "input", input);
    ripple_json_set_number(json, "delta", of_unit(&at, snapshot->layers[layer].delta, sample));
    ripple_json_set_number(json, "a", factor_below(&at, sample));
    write_parameter(json, &at);
    write_delta(json, &at);
    write_terms(json, &at);
    ripple_json_end_object(json);
}
