#include "check/difference.h"

#include <float.h>
#include <math.h>

/* Distance between neighbouring floats at the magnitude of `value`. */
static gdouble float_spacing(gdouble value)
{
    int exponent;
    frexp(fmax(fabs(value), FLT_MIN), &exponent);
    return ldexp(1.0, exponent - FLT_MANT_DIG);
}

static gdouble distance(gdouble device, gdouble reference)
{
    /* What single precision cannot hold is infinity there. */
    if (fabs(reference) > FLT_MAX)
        reference = copysign(INFINITY, reference);
    if (device == reference || (isnan(device) && isnan(reference)))
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

void ripple_difference(const gdouble *device, const gdouble *reference, const gdouble *allowed,
                       gsize rows, gsize columns, RippleTensorComparison *found)
{
    found->max_abs = found->max_rel = found->max_ulp = 0;
    found->share = -1;
    for (gsize i = 0; i < rows * columns; i++) {
        gdouble difference = distance(device[i], reference[i]);
        found->max_abs = fmax(found->max_abs, difference);
        found->max_rel = fmax(found->max_rel, relative(difference, device[i], reference[i]));
        found->max_ulp = fmax(found->max_ulp, difference / float_spacing(reference[i]));
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
