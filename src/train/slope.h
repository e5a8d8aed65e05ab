/** \file
 * The derivative of a loss with respect to one parameter, from its values alone.
 * include/ripple/gradcheck.h says how, and how exact.
 */
#pragma once

#include "train/loss_probe.h"

/** Where the loss was looked at; the same kinds, in the same order, as RippleSlopeKind. */
typedef enum {
    RIPPLE_SLOPE_FORM_CENTRAL,
    RIPPLE_SLOPE_FORM_SMALLER,
    RIPPLE_SLOPE_FORM_ONE_SIDED,
    RIPPLE_SLOPE_FORM_NONE, /**< kinks on both sides */
} RippleSlopeForm;

typedef struct {
    RippleSlopeForm form;
    gdouble value;       /**< this and the next two: NAN where it was not measured */
    gdouble step;        /**< h */
    gdouble tolerance;   /**< what it and the gradient may differ by */
    gboolean is_on_kink; /**< a unit's z is exactly 0, and moves with the parameter */
} RippleSlope;

/** Measure at the parameter at `index` of the parameters, which belongs to `layer`. Layers must be
 * asked for from the last to the first, as ripple_loss_probe_at() wants them. */
gboolean ripple_slope_measure(RippleLossProbe *probe, guint layer, gsize index, RippleSlope *slope,
                              GError **error);
