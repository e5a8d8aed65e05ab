/** \file
 * Two arrays of numbers, element by element.
 */
#pragma once

#include <ripple/compare.h>

/** Measure `device` against `reference`, where element i may differ by allowed[i]; fills all of
 * `found` but its name, step and schedule. A device value that is not finite where the reference's
 * is differs without bound, unless so much is allowed that a sum of floats may have overflowed. */
void ripple_difference(const gdouble *device, const gdouble *reference, const gdouble *allowed,
                       gsize rows, gsize columns, RippleTensorComparison *found);

/** The distance of one number from another, in spacings of floats at the reference's value. */
gdouble ripple_difference_ulp(gdouble device, gdouble reference);

/** An array for what is found of several tensors (of RippleTensorComparison), whose names it frees.
 * Free with g_array_unref. */
GArray *ripple_differences_new(void);
