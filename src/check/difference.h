/** \file
 * Two arrays of numbers, element by element.
 */
#pragma once

#include <ripple/compare.h>

/** Measure `device` against `reference`, where element i may differ by allowed[i]; fills all of
 * `found` but its name and step. A device value that is not finite where the reference's is differs
 * without bound. */
void ripple_difference(const gdouble *device, const gdouble *reference, const gdouble *allowed,
                       gsize rows, gsize columns, RippleTensorComparison *found);
