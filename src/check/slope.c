#include "check/slope.h"

#include "train/slope.h"

#include <math.h>

G_STATIC_ASSERT((guint)RIPPLE_SLOPE_FORM_NONE == (guint)RIPPLE_SLOPE_UNMEASURED);

gboolean ripple_slope_check(RippleLossProbe *probe, RippleGradientCheck *check, GError **error)
{
    const RippleParameterPlace *place = &check->place;
    const RippleLayer *layer = &probe->network->layers[place->layer];
    gsize index = place->is_bias
                      ? layer->bias_offset + place->output
                      : layer->weight_offset + (gsize)place->output * layer->inputs + place->input;
    RippleSlope slope;
    if (!ripple_slope_measure(probe, place->layer, index, &slope, error))
        return FALSE;
    check->kind = (RippleSlopeKind)slope.form;
    check->analytic = probe->gradient[index];
    check->numeric = slope.value;
    check->step = slope.step;
    check->tolerance = slope.tolerance;
    check->is_on_kink |= slope.is_on_kink;
    gdouble difference = fabs(slope.value - check->analytic);
    check->share = difference == 0 ? 0 : difference / check->tolerance;
    gdouble larger = fmax(fabs(slope.value), fabs(check->analytic));
    check->relative = difference == 0 ? 0 : difference / larger;
    check->pass = check->share <= 1; /* not so for NaN */
    return TRUE;
}
