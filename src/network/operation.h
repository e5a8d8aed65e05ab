/** \file
 * The operations of a training step: their operands, shapes and meaning. This is the specification
 * that each backend follows; N is the number of samples in the batch.
 *
 * A view that an operation may do without is absent when its buffer is NULL. The operands of one
 * operation do not overlap. NaN in an operand stays NaN in what is computed from it: a trainer must
 * notice it.
 */
#pragma once

#include <ripple/activation.h>
#include <ripple/network.h>
#include <ripple/optimizer.h>

typedef struct _RippleBackend RippleBackend;
typedef struct _RippleBuffer RippleBuffer;
typedef struct _RippleRead RippleRead;
typedef struct _RippleUpload RippleUpload;

/** What a buffer holds. */
typedef enum {
    RIPPLE_ELEMENT_REAL,  /**< float on a device, double in the reference */
    RIPPLE_ELEMENT_INDEX, /**< guint32 */
    RIPPLE_ELEMENT_BYTE,  /**< guint8 */
} RippleElement;

/** A rectangle of a buffer: row-major, without gaps. Owns nothing. */
typedef struct {
    RippleBuffer *buffer;
    gsize offset; /**< elements */
    gsize rows;
    gsize columns;
} RippleView;

/** No view. */
#define RIPPLE_NO_VIEW ((RippleView){NULL, 0, 0, 0})

/** destination[i] = source[order[first + i]], row by row.
 *
 * Into a REAL destination, values of a BYTE source become byte·scale + shift. */
typedef struct {
    RippleView order;       /**< INDEX, one row: samples in the order of this epoch */
    gsize first;            /**< where in the order this batch begins */
    RippleView source;      /**< BYTE, REAL or INDEX: all samples × columns */
    RippleView destination; /**< REAL (from BYTE or REAL) or INDEX (from INDEX): N × columns */
    gdouble scale;          /**< BYTE only */
    gdouble shift;          /**< BYTE only */
} RippleGather;

/** z = x·Wᵀ + b,  a = f(z). At least one of z and a is present. */
typedef struct {
    RippleView x;      /**< N × inputs */
    RippleView weight; /**< outputs × inputs */
    RippleView bias;   /**< 1 × outputs */
    RippleView z;      /**< N × outputs, or absent */
    RippleView a;      /**< N × outputs, or absent */
    RippleActivation activation;
} RippleForward;

/** L, and the output delta ∂L/∂z (ripple/loss.h has the formulas).
 *
 * Exactly one of labels and targets is present. Cross-entropy and binary cross-entropy read z; mean
 * squared error reads a, and z too where f′ is computed from it (ripple_activation_needs_z()). */
typedef struct {
    RippleLoss loss;
    RippleActivation activation; /**< of the output layer */
    RippleView z;                /**< N × outputs, or absent */
    RippleView a;                /**< N × outputs, or absent */
    RippleView labels;           /**< INDEX, N × 1, or absent */
    RippleView targets;          /**< REAL, N × outputs, or absent */
    RippleView delta;            /**< N × outputs, or absent when only the loss is asked for */
    RippleView result;           /**< 1 × 2: the loss, and how many samples are classified rightly:
                                      the largest output (the first of equals) is the label; with a
                                      single output, a ≥ ½ stands for label 1. Judged by z where
                                      the loss reads z. 0 for targets. */
} RippleLossOperation;

/** δ = (δ_above · W_above) ∘ f′(z): the chain rule through one layer. */
typedef struct {
    RippleView delta_above;  /**< N × outputs_above */
    RippleView weight_above; /**< outputs_above × outputs */
    RippleView z;     /**< N × outputs; absent unless f′ is computed from it or it is kept */
    RippleView a;     /**< N × outputs */
    RippleView delta; /**< N × outputs */
    RippleActivation activation;
} RippleDelta;

/** ∂L/∂W = δᵀ·x,  ∂L/∂b = Σ δ over the batch. */
typedef struct {
    RippleView delta;           /**< N × outputs */
    RippleView x;               /**< N × inputs */
    RippleView weight_gradient; /**< outputs × inputs */
    RippleView bias_gradient;   /**< 1 × outputs */
} RippleGradient;

/** Most moments that an optimizer keeps. */
#define RIPPLE_MOST_MOMENTS 2

/** The optimizer and its scalars at one step. */
typedef struct {
    RippleOptimizer optimizer;
    gdouble learning_rate;
    gdouble momentum; /**< sgd */
    gdouble beta1;    /**< adam */
    gdouble beta2;    /**< adam */
    gdouble epsilon;  /**< adam */
    guint64 step;     /**< adam: which step this is since the moments were 0, from 1 */
} RippleRates;

/** The optimizer's rule (ripple/optimizer.h), in place. */
typedef struct {
    RippleView parameter;
    RippleView gradient;      /**< in the shape of parameter, as the moments are */
    RippleView first_moment;  /**< absent when the optimizer keeps none */
    RippleView second_moment; /**< absent when the optimizer keeps none */
    RippleRates rates;
} RippleUpdate;

/** Gradient and update of one layer in one operation: the gradient is neither read nor written, and
 * need not exist. Weight and bias lie side by side, and so do their moments. */
typedef struct {
    RippleView delta;         /**< N × outputs */
    RippleView x;             /**< N × inputs */
    RippleView parameter;     /**< 1 × (outputs·inputs + outputs): weight, then bias */
    RippleView first_moment;  /**< the same; absent when the optimizer keeps none */
    RippleView second_moment; /**< the same; absent when the optimizer keeps none */
    RippleRates rates;
} RippleDescent;

/** Whole training steps, one after the other: for each batch all of the above, from gather to
 * update, with the same results within rounding. */
typedef struct {
    const RippleNetwork *network;
    gsize batch;       /**< samples in a step */
    RippleView order;  /**< INDEX, one row: samples in the order of this epoch */
    gsize first;       /**< where in the order the first batch begins */
    gsize samples;     /**< in all batches; the last has what is left */
    RippleView inputs; /**< BYTE or REAL: all samples × inputs; bytes become byte·scale + shift */
    gdouble scale;
    gdouble shift;
    RippleView labels;                       /**< INDEX, all samples × 1, or absent */
    RippleView targets;                      /**< REAL, all samples × outputs, or absent */
    RippleView parameters;                   /**< 1 × parameter_span */
    RippleView moments[RIPPLE_MOST_MOMENTS]; /**< 1 × parameter_span each; absent where not kept */
    const RippleRates *rates;                /**< one per step */
    RippleView results;                      /**< steps × 2, as RippleLossOperation's result */
} RippleSteps;

/** result becomes NaN where an element of values is not finite in single precision, and stays as it
 * is where all are. */
typedef struct {
    RippleView values; /**< REAL */
    RippleView result; /**< REAL, 1 × 1, outside of values */
} RippleFiniteCheck;

/** Where the values of a RippleSummary's result stand. */
typedef enum {
    RIPPLE_SUMMARY_MEAN,
    RIPPLE_SUMMARY_DEVIATION, /**< √(Σ (x − mean)² / n) */
    RIPPLE_SUMMARY_NORM,      /**< √(Σ x²) */
    RIPPLE_SUMMARY_LEAST,
    RIPPLE_SUMMARY_MOST,
    RIPPLE_SUMMARY_ZEROS,      /**< how many are 0; whole up to 2²⁴ */
    RIPPLE_SUMMARY_NOT_FINITE, /**< how many are not finite in single precision */
    RIPPLE_SUMMARY_VALUES
} RippleSummaryValue;

/** What many numbers are like: those of values, or of values − minus where that is present.
 *
 * Those that are not finite are counted, and left out of all else; where no others are, mean,
 * deviation, norm, least and most are NaN. Sums of squares are never formed as such, so that the
 * norm of a gradient of 10⁻³⁰ is right, too: means and deviations of parts are merged (Chan, Golub
 * and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979),
 * each part scaled by a power of two. */
typedef struct {
    RippleView values; /**< REAL */
    RippleView minus;  /**< REAL, in the shape of values, or absent */
    RippleView result; /**< REAL, 1 × RIPPLE_SUMMARY_VALUES, outside of both */
} RippleSummary;

/** Bins of a histogram. */
#define RIPPLE_HISTOGRAM_BINS 64

/** How many of the finite values lie in each of 64 bins of the same width between least and most,
 * as their summary has them. x lies in bin ⌊64·(x − least) / (most − least)⌋, the largest in the
 * last; where all are the same they lie in the first. */
typedef struct {
    RippleView values;  /**< REAL */
    RippleView summary; /**< REAL, 1 × RIPPLE_SUMMARY_VALUES: of the same values */
    RippleView result;  /**< REAL, 1 × RIPPLE_HISTOGRAM_BINS; whole up to 2²⁴ */
} RippleHistogram;

/** How far each unit of a layer still passes deltas on: the largest |f′(z)| over the batch. 0 for a
 * unit that no sample of the batch teaches. */
typedef struct {
    RippleView z;      /**< N × outputs; absent unless f′ is computed from it or it is kept */
    RippleView a;      /**< N × outputs */
    RippleView result; /**< 1 × outputs */
    RippleActivation activation; /**< any but softmax, which mixes units */
} RippleDerivativePeak;

/** Is f′ computed from z (silu, gelu)? For the others a is enough, and z need not be kept. The
 * reference, which is written to be read, computes f′ from z whenever z is there. */
gboolean ripple_activation_needs_z(RippleActivation activation);

/** How many moments of the gradient the optimizer keeps: none, the first, or both. */
guint ripple_optimizer_moments(RippleOptimizer optimizer, gdouble momentum);
