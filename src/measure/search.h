/** \file
 * Which of several ways to do the same work is right and the fastest?
 *
 * Each candidate is checked before it is timed. Those that are right are timed in turns, so that
 * what else the machine does at a moment does not hit one of them alone; after each round the
 * slower half of them, by their medians, is left out.
 */
#pragma once

#include <glib.h>

/** The candidates, of which the first is what is done today: it stays when no other is clearly
 * faster. */
typedef struct {
    guint n_candidates;
    /** Is candidate `i` right? Whatever the error, it is left out. */
    gboolean (*check)(gpointer user_data, guint i, GError **error);
    /** Time one run of it: the seconds of the work once. */
    gboolean (*time)(gpointer user_data, guint i, gdouble *seconds, GError **error);
    gpointer user_data;
    gint64 deadline; /**< g_get_monotonic_time() from which on no candidate or round is begun */
} RippleSearch;

typedef struct {
    guint best;
    gdouble seconds;       /**< of the best, a median */
    gdouble first_seconds; /**< of the first candidate; NAN when it was wrong */
    guint tried;           /**< checked and right */
    guint wrong;           /**< left out */
} RippleSearchResult;

/** Search. The error of the first candidate when none is right. */
gboolean ripple_search(const RippleSearch *search, RippleSearchResult *result, GError **error);
