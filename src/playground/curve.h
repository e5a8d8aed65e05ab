/** \file
 * The losses so far, as a curve that stays small however long a training goes on.
 */
#pragma once

#include <glib.h>

#define RIPPLE_CURVE_MOST 256u

typedef struct {
    guint64 step;
    gdouble train;
    gdouble test; /**< NAN where there are no test samples */
} RippleCurvePoint;

/** At most RIPPLE_CURVE_MOST points, at least `gap` steps apart, and the latest. */
typedef struct {
    RippleCurvePoint points[RIPPLE_CURVE_MOST];
    guint count;
    guint64 gap;
} RippleCurve;

/** Add a point. The one before it goes where it stands too close to the one before that, and every
 * second one where there is no room. A point of a step that is there already takes its place. */
void ripple_curve_add(RippleCurve *curve, RippleCurvePoint point);
