#include "train/observation.h"

#include "train/json_object.h"

#include <math.h>

static const struct {
    const char *name;
    RippleRole role;
} observed[RIPPLE_N_OBSERVED] = {
    {"weight", RIPPLE_ROLE_WEIGHT},
    {"bias", RIPPLE_ROLE_BIAS},
    {"z", RIPPLE_ROLE_Z},
    {"activation", RIPPLE_ROLE_ACTIVATION},
    {"delta", RIPPLE_ROLE_DELTA},
    {"weight.gradient", RIPPLE_ROLE_WEIGHT_GRADIENT},
    {"bias.gradient", RIPPLE_ROLE_BIAS_GRADIENT},
};

const char *ripple_observed_name(RippleObserved tensor)
{
    return observed[tensor].name;
}

RippleRole ripple_observed_role(RippleObserved tensor)
{
    return observed[tensor].role;
}

RippleObservation *ripple_observation_new(guint n_layers)
{
    RippleObservation *self = g_new0(RippleObservation, 1);
    self->n_layers = n_layers;
    self->layers = g_new0(RippleLayerObservation, n_layers);
    return self;
}

void ripple_observation_free(RippleObservation *observation)
{
    if (!observation)
        return;
    g_free(observation->layers);
    g_free(observation);
}

/* ---- judging -------------------------------------------------------------------------------- */

/* The largest |f′| there is; 0 where units cannot saturate. */
static gdouble largest_derivative(RippleActivation activation)
{
    switch (activation) {
    case RIPPLE_ACTIVATION_SIGMOID:
        return 0.25;
    case RIPPLE_ACTIVATION_LEAKY_RELU:
    case RIPPLE_ACTIVATION_ELU:
    case RIPPLE_ACTIVATION_TANH:
    case RIPPLE_ACTIVATION_SOFTPLUS:
    case RIPPLE_ACTIVATION_SILU: /* 1.0998 and 1.1290 at their very peaks, 1 far to the right */
    case RIPPLE_ACTIVATION_GELU:
        return 1;
    default:
        return 0;
    }
}

void ripple_observation_count_units(RippleActivation activation, const gfloat *peaks, gsize count,
                                    gdouble *dead, gdouble *saturated)
{
    gdouble low = RIPPLE_SATURATED_SHARE * largest_derivative(activation);
    gsize zeros = 0, few = 0;
    for (gsize i = 0; i < count; i++) {
        zeros += peaks[i] == 0;
        few += peaks[i] < low;
    }
    *dead = activation == RIPPLE_ACTIVATION_RELU ? zeros : NAN;
    *saturated = low > 0 ? few : NAN;
}

static gdouble root_mean_square(const RippleTensorObservation *tensor)
{
    return tensor->summary[RIPPLE_SUMMARY_NORM] / sqrt((gdouble)tensor->count);
}

static RippleGradientState judge(const RippleLayerObservation *layer)
{
    const RippleTensorObservation *gradient = &layer->tensors[RIPPLE_OBSERVED_WEIGHT_GRADIENT];
    if (gradient->summary[RIPPLE_SUMMARY_NOT_FINITE] > 0 ||
        layer->gradient_ratio > 1 / RIPPLE_VANISHING_SHARE ||
        layer->update_ratio >= RIPPLE_EXPLODING_UPDATE)
        return RIPPLE_GRADIENT_EXPLODING;
    return layer->gradient_ratio < RIPPLE_VANISHING_SHARE ? RIPPLE_GRADIENT_VANISHING
                                                          : RIPPLE_GRADIENT_SOUND;
}

/* NAN where there is nothing to compare with. */
static gdouble ratio(gdouble part, gdouble whole)
{
    return whole > 0 ? part / whole : NAN;
}

void ripple_observation_judge(RippleObservation *observation)
{
    const RippleLayerObservation *last = &observation->layers[observation->n_layers - 1];
    gdouble of_last = root_mean_square(&last->tensors[RIPPLE_OBSERVED_WEIGHT_GRADIENT]);
    for (guint l = 0; l < observation->n_layers; l++) {
        RippleLayerObservation *layer = &observation->layers[l];
        const RippleTensorObservation *tensors = layer->tensors;
        layer->update_ratio = ratio(layer->weight_update,
                                    tensors[RIPPLE_OBSERVED_WEIGHT].summary[RIPPLE_SUMMARY_NORM]);
        layer->gradient_ratio =
            ratio(root_mean_square(&tensors[RIPPLE_OBSERVED_WEIGHT_GRADIENT]), of_last);
        layer->state = judge(layer);
    }
}

const char *ripple_gradient_state_name(RippleGradientState state)
{
    static const char *const names[] = {NULL, "vanishing", "exploding"};
    return names[state];
}

/* ---- the line ------------------------------------------------------------------------------- */

/* As many digits as tell any two floats apart; they came as such. */
static void set_number(GString *json, const char *name, gdouble value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    gdouble rounded = isfinite(value)
                          ? g_ascii_strtod(g_ascii_formatd(text, sizeof text, "%.9g", value), NULL)
                          : value;
    ripple_json_set_number(json, name, rounded);
}

static void set_tensor(GString *json, const char *name, const RippleTensorObservation *tensor)
{
    const gdouble *summary = tensor->summary;
    ripple_json_begin_object(json, name);
    ripple_json_set_whole(json, "count", tensor->count);
    set_number(json, "mean", summary[RIPPLE_SUMMARY_MEAN]);
    set_number(json, "deviation", summary[RIPPLE_SUMMARY_DEVIATION]);
    set_number(json, "norm", summary[RIPPLE_SUMMARY_NORM]);
    set_number(json, "least", summary[RIPPLE_SUMMARY_LEAST]);
    set_number(json, "most", summary[RIPPLE_SUMMARY_MOST]);
    set_number(json, "zeros", summary[RIPPLE_SUMMARY_ZEROS]);
    set_number(json, "not_finite", summary[RIPPLE_SUMMARY_NOT_FINITE]);
    ripple_json_begin_array(json, "histogram");
    for (guint b = 0; b < RIPPLE_HISTOGRAM_BINS; b++)
        ripple_json_set_whole(json, NULL, tensor->bins[b]);
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}

static void set_layer(GString *json, const RippleLayerObservation *layer)
{
    ripple_json_begin_object(json, NULL);
    for (guint t = 0; t < RIPPLE_N_OBSERVED; t++)
        set_tensor(json, observed[t].name, &layer->tensors[t]);
    set_number(json, "weight.update", layer->weight_update);
    set_number(json, "bias.update", layer->bias_update);
    set_number(json, "update_ratio", layer->update_ratio);
    set_number(json, "gradient_ratio", layer->gradient_ratio);
    set_number(json, "dead", layer->dead);
    set_number(json, "saturated", layer->saturated);
    ripple_json_set_text(json, "gradient", ripple_gradient_state_name(layer->state));
    ripple_json_end_object(json);
}

GString *ripple_observation_line(const RippleObservation *observation)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_whole(json, "step", observation->step);
    ripple_json_set_whole(json, "epoch", observation->epoch);
    set_number(json, "loss", observation->loss);
    ripple_json_set_number(json, "learning_rate", observation->learning_rate);
    ripple_json_begin_array(json, "layers");
    for (guint l = 0; l < observation->n_layers; l++)
        set_layer(json, &observation->layers[l]);
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    g_string_append_c(json, '\n');
    return json;
}
