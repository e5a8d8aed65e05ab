/** \file
 * What a benchmark found: one number with its spread, and whether it has become worse.
 */
#pragma once

#include <glib.h>

/** A number that was measured several times. One in an array owns its texts. */
typedef struct {
    const char *name; /**< "copy on the device", "gemm NT 128x512x784 by clblast" */
    const char *unit; /**< "GFLOP/s" */
    gboolean less_is_better;
    guint runs;
    gdouble median;
    gdouble least;
    gdouble most;
    gdouble lower; /**< the quartiles, between which the middle half of the runs lies */
    gdouble upper;
} RippleMeasurement;

/** An empty array of RippleMeasurement; free with g_ptr_array_unref. */
GPtrArray *ripple_measurements_new(void);

/** Add the figure that `values` (`runs` of them, at least one; they are sorted) give. */
void ripple_measurements_add(GPtrArray *measurements, const char *name, const char *unit,
                             gboolean less_is_better, gdouble *values, guint runs);

/** Add a copy of `figure`. */
void ripple_measurements_add_copy(GPtrArray *measurements, const RippleMeasurement *measurement);

/** The figure called `name`, or NULL. */
const RippleMeasurement *ripple_measurements_find(const GPtrArray *measurements, const char *name);

typedef enum {
    RIPPLE_VERDICT_SAME, /**< no further apart than the noise */
    RIPPLE_VERDICT_BETTER,
    RIPPLE_VERDICT_WORSE,
} RippleVerdict;

/** A smaller factor is never called a change: the code's place in memory alone can do as much. */
#define RIPPLE_SMALLEST_CHANGE 1.03

/** How a figure changed. */
typedef struct {
    RippleVerdict verdict;
    gdouble change; /**< how many times as good it is, less 1: below 0 it is worse */
    gdouble noise;  /**< the factor that chance explains, less 1 */
} RippleChange;

/** Hold `now` against `before`. The spread of each is the factor from its lower to its upper
 * quartile, so that a single disturbed run does not widen it. The noise is the square of both
 * spreads' product: with five runs of normal noise that is about four of its standard deviations,
 * and two medians that differ by chance are 0.8 apart. The device itself was `slowdown` times (at
 * least 1) as slow: what fell by no more than that is not called worse. All numbers are above 0. */
RippleChange ripple_measurement_compare(const RippleMeasurement *before,
                                        const RippleMeasurement *now, gdouble slowdown);
