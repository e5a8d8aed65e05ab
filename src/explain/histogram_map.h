/** \file
 * How the numbers of a tensor spread, over the steps: its histograms, each between its own least
 * and most, brought onto one grid.
 */
#pragma once

#include "train/observation.h"

typedef struct {
    guint columns; /**< observations */
    guint rows;
    gdouble *steps;  /**< columns + 1: where each column begins and ends */
    gdouble *values; /**< rows + 1: the same of rows, upward */
    gdouble *shares; /**< rows × columns, the lowest row first: of the elements that are finite; NAN
                          where none is. What lies beyond the rows counts in the outermost. */
} RippleHistogramMap;

/** Of `count` observations of a tensor, at `steps`, which rise. The rows hold what nearly all
 * elements of nearly all observations are: all but a 500th of the elements at either end, and all
 * but a tenth of the observations. */
RippleHistogramMap *ripple_histogram_map_new(const RippleTensorObservation *const *tensors,
                                             const gdouble *steps, guint count, guint rows);
void ripple_histogram_map_free(RippleHistogramMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleHistogramMap, ripple_histogram_map_free)
