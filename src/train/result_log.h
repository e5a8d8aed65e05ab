/** \file
 * The results of steps, read from the device without stopping it.
 *
 * Each step writes its loss, and how many samples it classified rightly, into a slot of a ring on
 * the device. Every so many steps a read of the slots written since the last one is enqueued behind
 * them; the values are collected once they have arrived. How often that is adapts itself to about
 * ten times a second, and how far the host may run ahead of the device follows from it, so that a
 * step is neither waited for nor far from the eye.
 */
#pragma once

#include "network/backend.h"

/** What became of one step. */
typedef struct {
    guint64 step;  /**< counted from 0 */
    gsize samples; /**< in its batch */
    gdouble loss;
    gdouble rights;      /**< samples classified rightly; 0 when the targets are numbers */
    gboolean is_watched; /**< what is watched was looked at after this step: rights is NAN when
                              something there was not finite */
} RippleStepResult;

/** Called for each step, in order. FALSE, with an error, ends the collecting. */
typedef gboolean (*RippleStepResultFunction)(const RippleStepResult *result, gpointer user_data,
                                             GError **error);

typedef struct _RippleResultLog RippleResultLog;

/** Reals that a log takes on the device. */
#define RIPPLE_RESULT_LOG_VALUES 32768

RippleResultLog *ripple_result_log_new(RippleBackend *backend, RippleStepResultFunction function,
                                       gpointer user_data, GError **error);
void ripple_result_log_free(RippleResultLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleResultLog, ripple_result_log_free)

/** Whenever results are read from now on, see whether the elements of `values` are finite, too: on
 * the device, behind the last step. At most RIPPLE_MOST_WATCHED views. */
void ripple_result_log_watch(RippleResultLog *log, RippleView values);

/** Parameters and moments. */
#define RIPPLE_MOST_WATCHED (1 + RIPPLE_MOST_MOMENTS)

/** How many steps may be enqueued before the next ripple_result_log_advance(); at least 1. */
guint ripple_result_log_room(const RippleResultLog *log);

/** Where the next `steps` steps must write their results, a row each. */
RippleView ripple_result_log_slots(const RippleResultLog *log, guint steps);

/** The next steps were enqueued, over `samples` samples, `batch` in each step but the last: hand
 * over the results that have arrived, and hold the host back while it is further ahead of the
 * device than it should run. */
gboolean ripple_result_log_advance(RippleResultLog *log, gsize samples, gsize batch,
                                   GError **error);

/** Wait for all results and hand them over. */
gboolean ripple_result_log_finish(RippleResultLog *log, GError **error);
