/** \file
 * A run under way: trained in training.c, kept on disk in training_save.c.
 */
#pragma once

#include "train/result_log.h"
#include "train/trainer_private.h"

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
    RippleTrainingResult *result;
} RippleRun;

/** Wait for all results, and write a checkpoint of where the run is. */
gboolean ripple_run_write_checkpoint(RippleRun *run, GError **error);

/** An epoch was evaluated: keep the model apart when it is the best on the validation samples. */
gboolean ripple_run_keep_best(RippleRun *run, GError **error);

/** Bring the parameters home into the model. */
gboolean ripple_run_download(RippleRun *run, GError **error);

/** The run has ended, or was interrupted: bring the parameters home and, where files are wanted,
 * write the model and a last checkpoint. */
gboolean ripple_run_save(RippleRun *run, GError **error);
