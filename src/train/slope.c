#include "train/slope.h"

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

/* A parameter, and what its loss was found to do. */
typedef struct {
    RippleLossProbe *probe;
    RippleSlope *slope;
    guint layer;
    gsize index;
    gdouble value;
} Search;

static gboolean look(Search *search, gdouble offset, gdouble *loss, gboolean *is_smooth,
                     GError **error)
{
    RippleLossPoint point;
    if (!ripple_loss_probe_at(search->probe, search->layer, search->index, search->value + offset,
                              &point, error))
        return FALSE;
    *loss = point.loss;
    *is_smooth &= point.is_smooth;
    search->slope->is_on_kink |= point.from_zero;
    return TRUE;
}

static void finish(Search *search, RippleSlopeForm form, gdouble step, gdouble slope,
                   gdouble tolerance)
{
    search->slope->form = form;
    search->slope->step = step;
    search->slope->value = slope;
    search->slope->tolerance = tolerance + FLOOR * search->probe->sizes[search->index];
}

/* Four points around w, where no kink is among them. */
static gboolean try_central(Search *search, gdouble h, RippleSlopeForm form, gboolean *done,
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
    finish(search, form, h, slope,
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
        finish(search, RIPPLE_SLOPE_FORM_ONE_SIDED, h, sum / h,
               DEVIATIONS * ONE_SIDED_WEIGHT * search->probe->loss_error / fabs(h) +
                   ONE_SIDED_TRUNCATION * fabs((sum - low_sum) / h));
    return TRUE;
}

static gboolean measure(Search *search, gdouble full, GError **error)
{
    gboolean done = FALSE;
    gdouble h = full;
    for (guint i = 0; i < CENTRAL_ATTEMPTS && !done; i++, h *= SHRINKING)
        if (!try_central(search, h, i == 0 ? RIPPLE_SLOPE_FORM_CENTRAL : RIPPLE_SLOPE_FORM_SMALLER,
                         &done, error))
            return FALSE;
    h = full;
    for (guint i = 0; i < ONE_SIDED_ATTEMPTS && !done; i++, h *= SHRINKING)
        if (!try_side(search, h, &done, error) || (!done && !try_side(search, -h, &done, error)))
            return FALSE;
    if (!done)
        finish(search, RIPPLE_SLOPE_FORM_NONE, NAN, NAN, NAN);
    return TRUE;
}

gboolean ripple_slope_measure(RippleLossProbe *probe, guint layer, gsize index, RippleSlope *slope,
                              GError **error)
{
    const RippleLayer *own = &probe->network->layers[layer];
    gdouble largest = 1;
    if (index < own->bias_offset)
        largest = probe->largest[layer][(index - own->weight_offset) % own->inputs];
    *slope = (RippleSlope){.form = RIPPLE_SLOPE_FORM_NONE};
    Search search = {probe, slope, layer, index, probe->parameters[index]};
    return measure(&search, FULL_MOVE / fmax(1, largest), error);
}
