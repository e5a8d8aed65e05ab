#include "measure/timing.h"

#include <stdlib.h>

/* Shares of the time that a figure takes: at 0.5 s a run lasts 20 ms, beside which waiting once,
 * some 0.1 ms, is nothing. */
#define WARM_UP_SHARE 0.4
#define RUN_SHARE 0.04

#define WARM_UP_RUNS 2
#define LEAST_RUNS 7

typedef struct {
    RippleBackend *backend;
    RippleWork work;
    gpointer user_data;
    gdouble seconds;  /* that all runs together last at least */
    guint64 launches; /* in a run */
} Timer;

static gdouble seconds_since(gint64 start)
{
    return (g_get_monotonic_time() - start) / 1e6;
}

gboolean ripple_timing_run(RippleBackend *backend, RippleWork work, gpointer user_data,
                           guint64 launches, gdouble *seconds, GError **error)
{
    gint64 start = g_get_monotonic_time();
    for (guint64 i = 0; i < launches; i++)
        if (!work(user_data, error))
            return FALSE;
    if (!ripple_backend_wait(backend, error))
        return FALSE;
    *seconds = seconds_since(start) / launches;
    return TRUE;
}

static gboolean run_once(const Timer *timer, gdouble *seconds, GError **error)
{
    return ripple_timing_run(timer->backend, timer->work, timer->user_data, timer->launches,
                             seconds, error);
}

/* Doubles the launches until a run is long enough: what is slow at first is so for compiling. */
static gboolean warm_up(Timer *timer, GError **error)
{
    gint64 start = g_get_monotonic_time();
    gdouble seconds = 0, least = RUN_SHARE * timer->seconds;
    timer->launches = 1;
    for (guint run = 0; run < WARM_UP_RUNS || seconds < least ||
                        seconds_since(start) < WARM_UP_SHARE * timer->seconds;
         run++) {
        if (run > 0 && seconds < least)
            timer->launches *= 2;
        if (!run_once(timer, &seconds, error))
            return FALSE;
        seconds *= timer->launches;
    }
    return TRUE;
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;
    return (x > y) - (x < y);
}

/* The value that `share` of the sorted ones lie below, between two of them where need be. */
static gdouble quantile(const gdouble *sorted, guint count, gdouble share)
{
    gdouble place = share * (count - 1);
    guint below = (guint)place, above = MIN(below + 1, count - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

RippleTiming ripple_timing_summarise(gdouble *seconds, guint runs)
{
    qsort(seconds, runs, sizeof *seconds, compare_numbers);
    return (RippleTiming){
        .runs = runs,
        .launches = 1,
        .median = (seconds[(runs - 1) / 2] + seconds[runs / 2]) / 2,
        .fastest = seconds[0],
        .slowest = seconds[runs - 1],
        .lower = quantile(seconds, runs, 0.25),
        .upper = quantile(seconds, runs, 0.75),
    };
}

gboolean ripple_timing_measure(RippleBackend *backend, RippleWork work, gpointer user_data,
                               gdouble seconds, RippleTiming *timing, GError **error)
{
    Timer timer = {backend, work, user_data, seconds, 1};
    if (!warm_up(&timer, error))
        return FALSE;

    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(gdouble));
    gint64 start = g_get_monotonic_time();
    while (found->len < LEAST_RUNS || seconds_since(start) < seconds) {
        gdouble each;
        if (!run_once(&timer, &each, error))
            return FALSE;
        g_array_append_val(found, each);
    }
    *timing = ripple_timing_summarise((gdouble *)(gpointer)found->data, found->len);
    timing->launches = timer.launches;
    return TRUE;
}

void ripple_timing_divide(RippleTiming *timing, gdouble parts)
{
    timing->median /= parts;
    timing->fastest /= parts;
    timing->slowest /= parts;
    timing->lower /= parts;
    timing->upper /= parts;
}

RippleThroughput ripple_timing_throughput(const RippleTiming *timing, gdouble amount)
{
    return (RippleThroughput){
        .runs = timing->runs,
        .median = amount / timing->median,
        .slowest = amount / timing->slowest,
        .fastest = amount / timing->fastest,
    };
}
