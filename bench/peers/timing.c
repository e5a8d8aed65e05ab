#include "timing.h"

#define WARM_UP_SECONDS 0.2
#define WARM_UP_RUNS 2
#define RUN_SECONDS 0.02
#define LEAST_RUNS 7
#define LEAST_SECONDS 0.5

static gdouble seconds_since(gint64 start)
{
    return (g_get_monotonic_time() - start) / 1e6;
}

static gdouble run_once(PeerWork work, gpointer user_data, guint64 times)
{
    gint64 start = g_get_monotonic_time();
    work(user_data, times);
    return seconds_since(start);
}

/* How many times the work is done in a run that is long enough. */
static guint64 warm_up(PeerWork work, gpointer user_data)
{
    gint64 start = g_get_monotonic_time();
    gdouble seconds = 0;
    guint64 times = 1;
    for (guint run = 0;
         run < WARM_UP_RUNS || seconds < RUN_SECONDS || seconds_since(start) < WARM_UP_SECONDS;
         run++) {
        if (run > 0 && seconds < RUN_SECONDS)
            times *= 2;
        seconds = run_once(work, user_data, times);
    }
    return times;
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;
    return (x > y) - (x < y);
}

PeerTiming peer_time(PeerWork work, gpointer user_data)
{
    guint64 times = warm_up(work, user_data);
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(gdouble));
    gint64 start = g_get_monotonic_time();
    while (runs->len < LEAST_RUNS || seconds_since(start) < LEAST_SECONDS) {
        gdouble seconds = run_once(work, user_data, times) / times;
        g_array_append_val(runs, seconds);
    }
    g_array_sort(runs, compare_numbers);
    const gdouble *sorted = (const gdouble *)(gpointer)runs->data;
    guint n = runs->len;
    return (PeerTiming){
        .median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
        .fastest = sorted[0],
        .slowest = sorted[n - 1],
        .runs = n,
    };
}
