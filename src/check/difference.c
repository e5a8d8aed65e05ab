#include "check/difference.h"

#include "check/bound.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Distance between neighbouring floats at the magnitude of `value`. */
static gdouble float_spacing(gdouble value)
{
    int exponent;
    frexp(fmax(fabs(value), FLT_MIN), &exponent);
    return ldexp(1.0, exponent - FLT_MANT_DIG);
}

/* Rounding is allowed as much as this only where what is summed comes near the largest float: there
 * a device may overflow on the way, and end with infinity or NaN, without being wrong. */
#define OVERFLOWING (RIPPLE_UNIT_ROUNDOFF * FLT_MAX)

static gdouble distance(gdouble device, gdouble reference, gdouble allowed)
{
    /* What single precision cannot hold is infinity there. */
    if (fabs(reference) > FLT_MAX)
        reference = copysign(INFINITY, reference);
    if (device == reference || (isnan(device) && isnan(reference)))
        return 0;
    if (!isfinite(device) && isfinite(allowed) && allowed >= OVERFLOWING)
        return 0;
    return isfinite(device) && isfinite(reference) ? fabs(device - reference) : INFINITY;
}

static gdouble relative(gdouble difference, gdouble device, gdouble reference)
{
    if (difference == 0)
        return 0;
    return isinf(difference) ? INFINITY : difference / fmax(fabs(device), fabs(reference));
}

/* Of what is allowed. Where operands are not finite, neither is the bound, and allows nothing. */
static gdouble share_of(gdouble difference, gdouble allowed)
{
    if (difference == 0)
        return 0;
    return isfinite(difference) && isfinite(allowed) ? difference / allowed : INFINITY;
}

/* ---- histogram ------------------------------------------------------------------------------ */

gdouble ripple_ulp_bucket_limit(guint bucket)
{
    if (bucket == 0)
        return 0;
    return bucket + 1 < RIPPLE_ULP_BUCKETS ? ldexp(1, (int)bucket - 2) : INFINITY;
}

static guint bucket_of(gdouble ulp)
{
    int exponent; /* ulp ≤ 2^exponent */
    if (ulp == 0 || isinf(ulp))
        return ulp == 0 ? 0 : RIPPLE_ULP_BUCKETS - 1;
    if (frexp(ulp, &exponent) == 0.5)
        exponent--;
    return (guint)CLAMP(exponent + 2, 1, RIPPLE_ULP_BUCKETS - 1);
}

/* ---- the whole ------------------------------------------------------------------------------ */

gdouble ripple_difference_ulp(gdouble device, gdouble reference)
{
    return distance(device, reference, 0) / float_spacing(reference);
}

void ripple_difference(const gdouble *device, const gdouble *reference, const gdouble *allowed,
                       gsize rows, gsize columns, RippleTensorComparison *found)
{
    found->max_abs = found->max_rel = found->max_ulp = 0;
    memset(found->ulp, 0, sizeof found->ulp);
    found->share = -1;
    for (gsize i = 0; i < rows * columns; i++) {
        gdouble difference = distance(device[i], reference[i], allowed[i]);
        gdouble ulp = difference / float_spacing(reference[i]);
        found->max_abs = fmax(found->max_abs, difference);
        found->max_rel = fmax(found->max_rel, relative(difference, device[i], reference[i]));
        found->max_ulp = fmax(found->max_ulp, ulp);
        found->ulp[bucket_of(ulp)]++;
        gdouble share = share_of(difference, allowed[i]);
        if (share <= found->share)
            continue;
        found->share = share;
        found->tolerance = allowed[i];
        found->row = i / columns;
        found->column = i % columns;
        found->device = device[i];
        found->reference = reference[i];
    }
    found->pass = found->share <= 1;
}

static void tensor_clear(gpointer tensor)
{
    g_free(((RippleTensorComparison *)tensor)->name);
}

GArray *ripple_differences_new(void)
{
    GArray *tensors = g_array_new(FALSE, FALSE, sizeof(RippleTensorComparison));
    g_array_set_clear_func(tensors, tensor_clear);
    return tensors;
}
