/** \file
 * What one step of training did to a network, layer by layer, and how that stands as a line in
 * observations.jsonl (docs/formats.md).
 */
#pragma once

#include "network/backend.h"

/** The tensors of a layer that are observed. */
typedef enum {
    RIPPLE_OBSERVED_WEIGHT, /**< before the step's update, as the bias is */
    RIPPLE_OBSERVED_BIAS,
    RIPPLE_OBSERVED_Z,
    RIPPLE_OBSERVED_ACTIVATION,
    RIPPLE_OBSERVED_DELTA,
    RIPPLE_OBSERVED_WEIGHT_GRADIENT,
    RIPPLE_OBSERVED_BIAS_GRADIENT,
    RIPPLE_N_OBSERVED
} RippleObserved;

/** "weight", "weight.gradient": its name in a line and within its layer. Static. */
const char *ripple_observed_name(RippleObserved tensor);

/** Its role in a schedule. */
RippleRole ripple_observed_role(RippleObserved tensor);

/** A tensor: its elements, what they are like (what cannot be said is NAN), and how they spread
 * between least and most (RippleSummary, RippleHistogram). */
typedef struct {
    guint64 count;
    gdouble summary[RIPPLE_SUMMARY_VALUES];
    guint64 bins[RIPPLE_HISTOGRAM_BINS];
} RippleTensorObservation;

/** What is wrong with the gradient of a layer's weight, if anything; see
 * ripple_layer_observation_judge(). */
typedef enum {
    RIPPLE_GRADIENT_SOUND,
    RIPPLE_GRADIENT_VANISHING,
    RIPPLE_GRADIENT_EXPLODING,
    RIPPLE_N_GRADIENT_STATES
} RippleGradientState;

/** A layer; what does not apply is NAN. */
typedef struct {
    RippleTensorObservation tensors[RIPPLE_N_OBSERVED];
    gdouble weight_update; /**< ‖Δw‖, the norm of what the step's update changed */
    gdouble bias_update;
    gdouble update_ratio;   /**< ‖Δw‖ / ‖w‖ of the weight */
    gdouble gradient_ratio; /**< root mean square of the weight's gradient, over the last layer's */
    gdouble dead;           /**< units of relu with f′(z) = 0 for every sample of the batch */
    gdouble saturated; /**< units of another activation whose |f′(z)| stays below a twentieth of the
                            largest that the activation has, for every sample */
    RippleGradientState state;
} RippleLayerObservation;

typedef struct {
    guint64 step;  /**< counted from 1, as in metrics.jsonl */
    guint64 epoch; /**< counted from 1 */
    gdouble loss;  /**< of the step's batch, before its update */
    gdouble learning_rate;
    guint n_layers;
    RippleLayerObservation *layers;
} RippleObservation;

RippleObservation *ripple_observation_new(guint n_layers);
void ripple_observation_free(RippleObservation *observation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleObservation, ripple_observation_free)

/** A gradient vanishes where a weight's, by root mean square, is less than this share of one in the
 * last layer, and explodes where it is more than the inverse. That gradients shrink or grow from
 * layer to layer on their way back: Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen",
 * 1991; Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
 * networks", 2010. The share is ours: three orders of magnitude are what the learning rate would
 * have to differ by between the two layers for both to learn as fast. */
#define RIPPLE_VANISHING_SHARE 1e-3

/** A step that changes a weight by as much as its own norm replaces it: that counts as exploding,
 * too. A usual step changes it by about a thousandth. */
#define RIPPLE_EXPLODING_UPDATE 1.0

/** So many observations in a row make it worth a word. */
#define RIPPLE_TROUBLE_IN_A_ROW 3

/** Units that pass on less than this share of what their activation can are saturated. */
#define RIPPLE_SATURATED_SHARE 0.05

/** Units of an activation whose largest |f′(z)| are `peaks` that are dead, and that are saturated;
 * NAN where the activation cannot be that. */
void ripple_observation_count_units(RippleActivation activation, const gfloat *peaks, gsize count,
                                    gdouble *dead, gdouble *saturated);

/** Set the ratios and the state of every layer from its summaries and updates. The last layer is
 * what the others are held against: it can explode, but not vanish. A gradient that is 0
 * everywhere has stopped rather than vanished, where the last layer's is 0, too. */
void ripple_observation_judge(RippleObservation *observation);

/** "vanishing"; NULL where all is sound. Static. */
const char *ripple_gradient_state_name(RippleGradientState state);

/** `observation` as a line of JSON, with its end. Free with g_string_free. */
GString *ripple_observation_line(const RippleObservation *observation);
