/** \file
 * One weight's story: its gradient by the chain rule, factor by factor, with numbers.
 *
 *     ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w,   δ = ∂L/∂z = ∂L/∂a · ∂a/∂z
 *
 * At the output, ∂L/∂a is the loss's own derivative; below it, ∂L/∂a_o = Σ_k w[k,o]·δ_k over the
 * units k of the layer above. Where softmax stands at the output every z moves every a, and ∂L/∂z_o
 * = Σ_j ∂L/∂a_j · ∂a_j/∂z_o (Bishop, "Pattern Recognition and Machine Learning", 2006,
 * section 5.3).
 */
#pragma once

#include "explain/paths.h"
#include "train/slope.h"

/** A weight from input `input` to output `output` of a layer, or the bias of output `output`. */
typedef struct {
    guint layer;
    gboolean is_bias;
    guint output;
    guint input; /**< 0 for a bias */
} RipplePlace;

/** A term of ∂L/∂z_o at the output: through output `output`. */
typedef struct {
    guint output;
    gdouble loss_slope;       /**< ∂L/∂a_j; not finite where a probability rounds to 0 or 1 */
    gdouble activation_slope; /**< ∂a_j/∂z_o */
    gdouble product;
} RippleOutputTerm;

/** A term of ∂L/∂a_o below the output: through unit `unit` of the layer above. */
typedef struct {
    guint unit;
    gdouble weight; /**< w[unit,o] */
    gdouble delta;  /**< δ of the unit */
    gdouble product;
} RippleChainTerm;

typedef struct {
    RipplePlace place;
    gboolean is_largest; /**< it was picked for its gradient, which no other weight's exceeds */
    gsize index;         /**< among the parameters */
    gboolean is_output;  /**< its layer is the last */
    RippleActivation activation;
    gdouble value; /**< w */
    gdouble x;     /**< ∂z/∂w: what w is multiplied by; 1 for a bias */
    gdouble z;     /**< of its unit, as the next four */
    gdouble a;
    gdouble derivative; /**< ∂a/∂z = f′(z); NAN for softmax */
    gdouble loss_slope; /**< ∂L/∂a; NAN for softmax, and see RippleOutputTerm */
    gdouble delta;      /**< ∂L/∂z as backpropagation has it */
    gboolean is_fused;  /**< the loss takes δ = (a − t) / divisor, without ∂L/∂a */
    gdouble target;     /**< t of its unit; NAN below the output */
    gdouble divisor;    /**< that the loss divides by; see ripple/loss.h */
    gdouble gradient;   /**< ∂L/∂w as backpropagation has it */
    GArray *outputs;    /**< of RippleOutputTerm, at the output: by magnitude */
    GArray *terms;      /**< of RippleChainTerm, below it: by magnitude */
    RipplePaths *paths;
    RippleSlope slope; /**< what gradcheck measures, for this sample */
    gdouble rate;
    gdouble loss;       /**< before a step, w ← w − rate·∂L/∂w, that changes w alone, */
    gdouble loss_after; /**< and after it */
    gdouble predicted;  /**< what the gradient says the loss changes by: −rate·(∂L/∂w)² */
} RippleChain;

/** Where the largest gradient of a weight is, by magnitude; the first of equals. */
RipplePlace ripple_chain_largest(const RippleSample *sample);

/** The story of the parameter at `place`; NULL picks ripple_chain_largest(). `rate` is the learning
 * rate of the step, and `paths` how many paths are kept. A USAGE error when there is no such
 * parameter. `sample` keeps what it holds, but its probe is at work meanwhile. */
RippleChain *ripple_chain_new(const RippleSample *sample, const RipplePlace *place, gdouble rate,
                              guint paths, GError **error);
void ripple_chain_free(RippleChain *chain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleChain, ripple_chain_free)

/** "layers.0.weight[5,325]" or "layers.0.bias[5]". Free with g_free. */
char *ripple_place_name(const RipplePlace *place);
