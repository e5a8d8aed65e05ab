/** \file
 * Is the gradient that backpropagation computes the derivative of the loss?
 *
 * The reference, in double precision, moves one parameter w at a time and looks at the loss L of
 * one batch. With the step h the slope is taken from four points,
 *
 *     L′(w) ≈ (8·(L(w + h) − L(w − h)) − (L(w + 2h) − L(w − 2h))) / 12h
 *
 * which differs from L′ by h⁴/30·|L⁽⁵⁾|. A step moves the pre-activations of w's layer by 2⁻¹⁰ at
 * most, so h = 2⁻¹⁰ / max(1, max |x|) with x what w is multiplied by.
 *
 * What may slope and gradient differ by?
 *
 * - Rounding: L comes out of sums, each of which errs by about u·√n of its magnitude, u = 2⁻⁵³
 *   (rounding errors taken as independent: Higham and Mary, "A New Approach to Probabilistic
 *   Rounding Error Analysis", 2019), and the deltas say how much of each error reaches L. Six
 *   standard deviations are allowed, through the formula above, divided by h.
 * - Truncation: the slope from two points alone, (L(w + h) − L(w − h)) / 2h, is off by h²/6·|L‴|,
 *   which its difference from the other measures. A 2⁻⁸th of that is allowed, which is enough
 *   unless the derivatives grow by more than a factor of 140 an order; and 2⁻³⁰ of
 *   S = Σ |δ·x| over the samples, where the measure is zero by chance.
 *
 * Kinks: relu, leaky-relu and elu have derivatives that jump at z = 0. A slope across a jump means
 * nothing, so the signs of all pre-activations of all samples are compared at all points. Where one
 * changes, the step is made smaller, twice, by an eighth each; then the slope is taken on one side
 * alone, from w to w ± 4h, on the side where every unit is on the branch whose derivative
 * backpropagation takes (that of z ≤ 0 for z = 0). The tolerance follows from the step all the
 * same. Where a unit leaves its branch on either side at any step, the parameter counts as not
 * measured, which is neither a pass nor hidden.
 */
#pragma once

#include <ripple/config.h>

G_BEGIN_DECLS

/** How a parameter's slope was measured. */
typedef enum {
    RIPPLE_SLOPE_CENTRAL,    /**< around w, with the full step */
    RIPPLE_SLOPE_SMALLER,    /**< around w, with a smaller step, for a kink near by */
    RIPPLE_SLOPE_ONE_SIDED,  /**< on one side of w, for a kink at w or very near */
    RIPPLE_SLOPE_UNMEASURED, /**< kinks on both sides */
    RIPPLE_N_SLOPES
} RippleSlopeKind;

/** "central", "smaller step", "one-sided" or "unmeasured". Static. */
RIPPLE_API const char *ripple_slope_kind_name(RippleSlopeKind kind);

/** A weight from input `input` to output `output` of a layer, or the bias of output `output`. */
typedef struct {
    guint layer;
    gboolean is_bias;
    guint output;
    guint input; /**< 0 for a bias */
} RippleParameterPlace;

/** One parameter. */
typedef struct {
    RippleParameterPlace place;
    gdouble analytic; /**< ∂L/∂w by backpropagation in the reference */
    gdouble numeric;  /**< the slope; NAN where it was not measured */
    gdouble step;     /**< h */
    RippleSlopeKind kind;
    gboolean is_on_kink;      /**< a unit's z is exactly 0, and moves with w */
    gdouble tolerance;        /**< what they may differ by */
    gdouble share;            /**< what they do differ by, as a part of that */
    gdouble relative;         /**< the same, as a part of the larger of the two */
    gdouble device;           /**< ∂L/∂w on the device; NAN without one */
    gdouble device_tolerance; /**< what rounding in single precision allows it to differ by from
                                   `analytic`, through the whole step */
    gdouble device_share;
    gboolean pass; /**< no share is above 1 */
} RippleGradientCheck;

/** What is asked for. */
typedef struct {
    guint64 parameters; /**< of each weight and each bias, drawn by the seed; 0 for all */
    const RippleParameterPlace *place; /**< this parameter alone, or NULL */
    const char *device;                /**< selector of a device whose gradient is checked, too; or
                                            NULL */
    const char *fault; /**< an activation or a loss of the network, the derivative of which
                            backpropagation is to get wrong by a thousandth: a check that then
                            passes is broken; or NULL */
} RippleGradcheckOptions;

/** What was found. */
typedef struct {
    gboolean pass; /**< all that was measured passes, and something was */
    char *network; /**< as ripple_network_describe() has it */
    char *device;  /**< name, or NULL */
    gsize samples;
    gdouble loss;
    guint64 counts[RIPPLE_N_SLOPES];
    guint64 on_kinks;
    GArray *parameters; /**< of RippleGradientCheck; layers from the last to the first */
} RippleGradcheck;

/** Called after each parameter. */
typedef void (*RippleGradcheckProgress)(guint64 done, guint64 parameters, gpointer user_data);

/** Check the gradient of the network that `config` describes, with its first weights (or those of
 * `init`), over the first batch of its first epoch. Disagreement is no error: see
 * RippleGradcheck.pass. A USAGE error when the network has no such parameter or no such function to
 * get wrong. `progress` may be NULL. */
RIPPLE_API RippleGradcheck *ripple_gradcheck(RippleConfig *config,
                                             const RippleGradcheckOptions *options,
                                             RippleGradcheckProgress progress, gpointer user_data,
                                             GError **error);
RIPPLE_API void ripple_gradcheck_free(RippleGradcheck *gradcheck);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleGradcheck, ripple_gradcheck_free)

G_END_DECLS
