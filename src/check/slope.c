#include "check/slope.h"

#include <math.h>

/* What a step moves a pre-activation by, at most: at first, and after each of the attempts to stay
 * off a kink. */
#define FULL_MOVE 0x1p-10
#define SHRINKING 0x1p-3
#define CENTRAL_ATTEMPTS 3
#define ONE_SIDED_ATTEMPTS 4

/* Rounding errors of the points are independent: this many standard deviations, times the root of
 * the sum of squares of each formula's weights (times h). */
#define DEVIATIONS 6
#define CENTRAL_WEIGHT 0.951   /* √(2·8² + 2·1²) / 12 */
#define ONE_SIDED_WEIGHT 5.585 /* √((25/12)² + 4² + 3² + (4/3)² + (1/4)²) */

/* Of the difference between the formulas of higher and lower order, and of Σ |δ·x|. The one-sided
 * formulas are off by h⁴/5·|L⁽⁵⁾| and h²/3·|L‴|, the central ones by h⁴/30 and h²/6: three times
 * as much of one for the other. */
#define CENTRAL_TRUNCATION 0x1p-8
#define ONE_SIDED_TRUNCATION (3 * 0x1p-8)
#define FLOOR 0x1p-30

/* A parameter, and where its loss was looked at. */
typedef struct {
    RippleLossProbe *probe;
    RippleGradientCheck *check;
    gsize index;
    gdouble value;
} Search;

static gboolean look(Search *search, gdouble offset, gdouble *loss, gboolean *is_smooth,
                     GError **error)
{
    RippleLossPoint point;
    if (!ripple_loss_probe_at(search->probe, search->check->place.layer, search->index,
                              search->value + offset, &point, error))
        return FALSE;
    *loss = point.loss;
    *is_smooth &= point.is_smooth;
    search->check->is_on_kink |= point.from_zero;
    return TRUE;
}

static void finish(Search *search, RippleSlopeKind kind, gdouble step, gdouble slope,
                   gdouble tolerance)
{
    RippleGradientCheck *check = search->check;
    check->kind = kind;
    check->step = step;
    check->numeric = slope;
    check->tolerance = tolerance + FLOOR * search->probe->sizes[search->index];
    gdouble difference = fabs(slope - check->analytic);
    check->share = difference == 0 ? 0 : difference / check->tolerance;
    gdouble larger = fmax(fabs(slope), fabs(check->analytic));
    check->relative = difference == 0 ? 0 : difference / larger;
    check->pass = check->share <= 1; /* not so for NaN */
}

/* Four points around w, where no kink is among them. */
static gboolean try_central(Search *search, gdouble h, RippleSlopeKind kind, gboolean *done,
                            GError **error)
{
    gdouble above, below, far_above, far_below;
    gboolean is_smooth = TRUE;
    if (!look(search, h, &above, &is_smooth, error) ||
        !look(search, -h, &below, &is_smooth, error) ||
        !look(search, 2 * h, &far_above, &is_smooth, error) ||
        !look(search, -2 * h, &far_below, &is_smooth, error))
        return FALSE;
    *done = is_smooth;
    if (!is_smooth)
        return TRUE;
    gdouble low_order = (above - below) / (2 * h);
    gdouble slope = (8 * (above - below) - (far_above - far_below)) / (12 * h);
    finish(search, kind, h, slope,
           DEVIATIONS * CENTRAL_WEIGHT * search->probe->loss_error / h +
               CENTRAL_TRUNCATION * fabs(slope - low_order));
    return TRUE;
}

/* Five points on the side of w to which `h` has the sign. */
static gboolean try_side(Search *search, gdouble h, gboolean *done, GError **error)
{
    static const gdouble weights[] = {-25.0 / 12, 4, -3, 4.0 / 3, -0.25};
    static const gdouble low_weights[] = {-1.5, 2, -0.5, 0, 0};
    gboolean is_smooth = TRUE;
    gdouble sum = 0, low_sum = 0;
    for (guint i = 0; i < G_N_ELEMENTS(weights) && is_smooth; i++) {
        gdouble loss = search->probe->loss;
        if (i > 0 && !look(search, i * h, &loss, &is_smooth, error))
            return FALSE;
        sum += weights[i] * loss;
        low_sum += low_weights[i] * loss;
    }
    *done = is_smooth;
    if (is_smooth)
        finish(search, RIPPLE_SLOPE_ONE_SIDED, h, sum / h,
               DEVIATIONS * ONE_SIDED_WEIGHT * search->probe->loss_error / fabs(h) +
                   ONE_SIDED_TRUNCATION * fabs((sum - low_sum) / h));
    return TRUE;
}

static gboolean measure(Search *search, gdouble full, GError **error)
{
    gboolean done = FALSE;
    gdouble h = full;
    for (guint i = 0; i < CENTRAL_ATTEMPTS && !done; i++, h *= SHRINKING)
        if (!try_central(search, h, i == 0 ? RIPPLE_SLOPE_CENTRAL : RIPPLE_SLOPE_SMALLER, &done,
                         error))
            return FALSE;
    h = full;
    for (guint i = 0; i < ONE_SIDED_ATTEMPTS && !done; i++, h *= SHRINKING)
        if (!try_side(search, h, &done, error) || (!done && !try_side(search, -h, &done, error)))
            return FALSE;
    if (!done) {
        search->check->kind = RIPPLE_SLOPE_UNMEASURED;
        search->check->numeric = search->check->tolerance = NAN;
        search->check->share = search->check->relative = search->check->step = NAN;
    }
    return TRUE;
}

gboolean ripple_slope_check(RippleLossProbe *probe, RippleGradientCheck *check, GError **error)
{
    const RippleParameterPlace *place = &check->place;
    const RippleLayer *layer = &probe->network->layers[place->layer];
    gsize index = place->is_bias
                      ? layer->bias_offset + place->output
                      : layer->weight_offset + (gsize)place->output * layer->inputs + place->input;
    gdouble largest = place->is_bias ? 1 : probe->largest[place->layer][place->input];
    Search search = {probe, check, index, probe->parameters[index]};
    check->analytic = probe->gradient[index];
    return measure(&search, FULL_MOVE / fmax(1, largest), error);
}
