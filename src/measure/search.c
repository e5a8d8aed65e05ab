#include "measure/search.h"

#include <math.h>
#include <stdlib.h>

#define ROUND_RUNS 3  /* of each candidate */
#define FINAL_RUNS 10 /* of the last two */

/* What is not this much faster may be noise, and is not worth another kernel. */
#define CLEARLY_FASTER 0.97

/* A candidate that is right. */
typedef struct {
    guint index;
    GArray *seconds; /* of gdouble, one for each run */
    gdouble median;
    gdouble quartile; /* a quarter of the runs are as fast as this */
} Runner;

static void runner_clear(gpointer runner)
{
    g_array_unref(((Runner *)runner)->seconds);
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;
    return (x > y) - (x < y);
}

static int compare_runners(gconstpointer a, gconstpointer b)
{
    return compare_numbers(&((const Runner *)a)->median, &((const Runner *)b)->median);
}

static void summarise(Runner *runner)
{
    GArray *seconds = runner->seconds;
    g_array_sort(seconds, compare_numbers);
    gdouble low = g_array_index(seconds, gdouble, (seconds->len - 1) / 2);
    runner->median = (low + g_array_index(seconds, gdouble, seconds->len / 2)) / 2;
    runner->quartile = g_array_index(seconds, gdouble, (seconds->len - 1) / 4);
}

/* Where others use the machine, too, a median alone may be luck. */
static gboolean is_clearly_faster(const Runner *one, const Runner *other)
{
    return one->median <= CLEARLY_FASTER * other->median &&
           one->quartile <= CLEARLY_FASTER * other->quartile;
}

static gboolean is_over(const RippleSearch *search)
{
    return g_get_monotonic_time() >= search->deadline;
}

/* The candidates that are right, of those that there is time for. */
static GArray *check_all(const RippleSearch *search, RippleSearchResult *result, GError **error)
{
    g_autoptr(GArray) runners = g_array_new(FALSE, FALSE, sizeof(Runner));
    g_autoptr(GError) first = NULL;
    g_array_set_clear_func(runners, runner_clear);
    for (guint i = 0; i < search->n_candidates && (i == 0 || !is_over(search)); i++) {
        if (search->check(search->user_data, i, first ? NULL : &first)) {
            Runner runner = {i, g_array_new(FALSE, FALSE, sizeof(gdouble)), NAN, NAN};
            g_array_append_val(runners, runner);
        } else {
            result->wrong++;
        }
    }
    result->tried = runners->len;
    if (runners->len > 0)
        return g_steal_pointer(&runners);
    g_propagate_error(error, g_steal_pointer(&first));
    return NULL;
}

/* All of them in turn, `runs` times, as long as there is time; once in any case. */
static gboolean time_all(const RippleSearch *search, GArray *runners, guint runs, GError **error)
{
    for (guint run = 0; run < runs && (run == 0 || !is_over(search)); run++)
        for (guint i = 0; i < runners->len; i++) {
            Runner *runner = &g_array_index(runners, Runner, i);
            gdouble seconds;
            if (!search->time(search->user_data, runner->index, &seconds, error))
                return FALSE;
            g_array_append_val(runner->seconds, seconds);
        }
    for (guint i = 0; i < runners->len; i++)
        summarise(&g_array_index(runners, Runner, i));
    return TRUE;
}

/* Leave out the slower half of them, but for the first candidate, which the best is held against.
 */
static void halve(GArray *runners)
{
    guint left = MAX(2, (runners->len + 1) / 2);
    g_array_sort(runners, compare_runners);
    for (guint i = runners->len; i-- > 0 && runners->len > left;)
        if (g_array_index(runners, Runner, i).index != 0)
            g_array_remove_index(runners, i);
}

static void conclude(const GArray *runners, RippleSearchResult *result)
{
    const Runner *best = &g_array_index(runners, Runner, 0);
    result->first_seconds = NAN;
    for (guint i = 0; i < runners->len; i++) {
        const Runner *runner = &g_array_index(runners, Runner, i);
        if (runner->index != 0)
            continue;
        result->first_seconds = runner->median;
        if (!is_clearly_faster(best, runner))
            best = runner;
    }
    result->best = best->index;
    result->seconds = best->median;
}

gboolean ripple_search(const RippleSearch *search, RippleSearchResult *result, GError **error)
{
    *result = (RippleSearchResult){0};
    g_autoptr(GArray) runners = check_all(search, result, error);
    if (!runners)
        return FALSE;
    while (runners->len > 2) {
        if (!time_all(search, runners, ROUND_RUNS, error))
            return FALSE;
        halve(runners);
    }
    if (!time_all(search, runners, FINAL_RUNS, error))
        return FALSE;
    g_array_sort(runners, compare_runners);
    conclude(runners, result);
    return TRUE;
}
