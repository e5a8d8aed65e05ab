/** \file
 * A run under way: trained in training.c, kept on disk in training_save.c.
 */
#pragma once

#include "train/result_log.h"
#include "train/trainer_private.h"

#include <math.h>

/** Sums over the steps of one epoch whose results have arrived. */
typedef struct {
    gdouble loss; /**< each batch's mean times its samples */
    gdouble rights;
    gsize samples;
} RippleEpochSums;

/** Samples trained on and the time that took: evaluation and the first step, in which drivers
 * compile, are left out. */
typedef struct {
    gsize samples;
    gdouble seconds;
} RipplePace;

typedef struct {
    RippleTrainer *trainer;
    const RippleConfig *config;
    const RippleObserver *observer;
    RippleResultLog *log;
    guint64 steps; /**< in all */
    guint64 steps_per_epoch;
    guint64 begun; /**< steps taken before this run, which it goes on from */
    guint64 enqueued;
    guint64 watched;    /**< after so many steps all that is trained was finite */
    guint64 not_finite; /**< after so many something was not; 0 before */
    guint64 epoch;      /**< under way, counted from 1 */
    gsize first;        /**< samples of its order that were enqueued */
    gsize from;         /**< with how many of them the epoch began here */
    RippleEpochSums sums;
    gdouble best_loss; /**< lowest validation loss so far, at first infinite */
    gdouble seconds_before;
    guint64 metrics_bytes; /**< before the epoch was reported */
    RipplePace epoch_pace;
    RipplePace pace; /**< of the epochs before */
    gint64 start;
    gint64 epoch_start;
    gint64 last_progress;
    guint64 waits_before; /**< of the host, before the run */
    gboolean interrupted;
    gboolean is_observed; /**< the step that is enqueued next */
    guint *in_trouble;    /**< by layer: for how many observations in a row its gradient is;
                               G_MAXUINT once that was told */
    RippleTrainingResult *result;
} RippleRun;

/** Seconds since `start` of g_get_monotonic_time(). */
static inline gdouble ripple_seconds_since(gint64 start)
{
    return (g_get_monotonic_time() - start) / 1e6;
}

/** Samples a second; NAN until something was measured. */
static inline gdouble ripple_pace_rate(RipplePace pace)
{
    return pace.samples > 0 && pace.seconds > 0 ? pace.samples / pace.seconds : NAN;
}

/** A RippleStepResultFunction: sums, progress, the line of the step; FALSE where a number is not
 * finite. `user_data` is the run. */
gboolean ripple_run_collect(const RippleStepResult *result, gpointer user_data, GError **error);

/** How many steps may be enqueued at once until one is to be observed; 1 where the next one is. */
guint64 ripple_run_observation_room(const RippleRun *run);

/** Steps over `batch` are about to be enqueued, and were: observe where the first of them is due.
 */
gboolean ripple_run_before_steps(RippleRun *run, const RippleBatch *batch, GError **error);
gboolean ripple_run_after_steps(RippleRun *run, GError **error);

/** Write down what was observed, as far as it has arrived; with `all`, wait for the rest. */
gboolean ripple_run_write_observations(RippleRun *run, gboolean all, GError **error);

/** Wait for all results, and write a checkpoint of where the run is. */
gboolean ripple_run_write_checkpoint(RippleRun *run, GError **error);

/** An epoch was evaluated: keep the model apart when it is the best on the validation samples. */
gboolean ripple_run_keep_best(RippleRun *run, GError **error);

/** Bring the parameters home into the model. */
gboolean ripple_run_download(RippleRun *run, GError **error);

/** The run has ended, or was interrupted: bring the parameters home and, where files are wanted,
 * write the model and a last checkpoint. */
gboolean ripple_run_save(RippleRun *run, GError **error);
