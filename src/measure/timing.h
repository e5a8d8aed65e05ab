/** \file
 * How long does work on a backend take?
 *
 * The work is enqueued many times over and waited for once, as training does it. Until it is warm
 * (programs compiled, caches filled, clocks up) nothing counts; then several such runs are timed,
 * and their median stands for all of them.
 */
#pragma once

#include "network/backend.h"

/** Enqueue the work once. It is called any number of times. */
typedef gboolean (*RippleWork)(gpointer user_data, GError **error);

/** Seconds for the work once, over several runs. */
typedef struct {
    guint runs;
    guint64 launches; /**< how often the work was enqueued in each run */
    gdouble median;
    gdouble fastest;
    gdouble slowest;
    gdouble lower; /**< the quartiles, between which the middle half of the runs lies */
    gdouble upper;
} RippleTiming;

/** Work done per second: as RippleTiming, and `slowest` is the least of them. */
typedef struct {
    guint runs;
    gdouble median;
    gdouble slowest;
    gdouble fastest;
} RippleThroughput;

/** Enqueue `work` `launches` times, then wait: the `seconds` of each. */
gboolean ripple_timing_run(RippleBackend *backend, RippleWork work, gpointer user_data,
                           guint64 launches, gdouble *seconds, GError **error);

/** The `seconds` of ripple_timing_measure() where nothing else is asked for. */
#define RIPPLE_TIMING_SECONDS 0.5

/** Time `work` on `backend`: after a warm-up of at least 0.4·`seconds` and two runs, at least seven
 * runs and `seconds`, each run of at least 0.04·`seconds`. */
gboolean ripple_timing_measure(RippleBackend *backend, RippleWork work, gpointer user_data,
                               gdouble seconds, RippleTiming *timing, GError **error);

/** What `seconds` (`runs` of them, at least one; they are sorted) say together. */
RippleTiming ripple_timing_summarise(gdouble *seconds, guint runs);

/** Make of the time of work the time of one of its `parts`, which are alike. */
void ripple_timing_divide(RippleTiming *timing, gdouble parts);

/** The throughput of work of which one launch does `amount`. */
RippleThroughput ripple_timing_throughput(const RippleTiming *timing, gdouble amount);
