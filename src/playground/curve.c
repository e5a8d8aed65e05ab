#include "playground/curve.h"

/* Keep the first, the third, … and be content with half as many from now on. */
static void thin(RippleCurve *curve)
{
    guint kept = 0;
    for (guint i = 0; i < curve->count; i += 2)
        curve->points[kept++] = curve->points[i];
    curve->count = kept;
    curve->gap = MAX(1, curve->gap) * 2;
}

static gboolean is_last_in_the_way(const RippleCurve *curve, guint64 step)
{
    if (curve->count == 0)
        return FALSE;
    const RippleCurvePoint *last = &curve->points[curve->count - 1];
    if (last->step >= step)
        return TRUE;
    return curve->count > 1 && last->step - last[-1].step < curve->gap;
}

void ripple_curve_add(RippleCurve *curve, RippleCurvePoint point)
{
    if (is_last_in_the_way(curve, point.step))
        curve->count--;
    if (curve->count == RIPPLE_CURVE_MOST)
        thin(curve);
    curve->points[curve->count++] = point;
}
