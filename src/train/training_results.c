/* What is done with the results of steps as they arrive. */
#include "train/training_private.h"

#include <math.h>
#include <ripple/error.h>

/* Between two reports of progress. */
#define PROGRESS_MICROSECONDS 100000

static void report_progress(RippleRun *run, guint64 done)
{
    gint64 now = g_get_monotonic_time();
    if (!run->observer->progress ||
        (now - run->last_progress < PROGRESS_MICROSECONDS && done < run->steps))
        return;
    run->last_progress = now;

    RipplePace pace = {run->pace.samples + run->epoch_pace.samples,
                       run->pace.seconds + ripple_seconds_since(run->epoch_start)};
    gdouble samples_per_step = (gdouble)run->trainer->material->n_train / run->steps_per_epoch;
    RippleProgress progress = {
        .step = done,
        .steps = run->steps,
        .epoch = run->epoch,
        .epochs = (run->steps + run->steps_per_epoch - 1) / run->steps_per_epoch,
        .loss = run->sums.loss / run->sums.samples,
        .samples_per_second = ripple_pace_rate(pace),
        .seconds_left = (run->steps - done) * samples_per_step / ripple_pace_rate(pace),
    };
    run->observer->progress(&progress, run->observer->user_data);
}

static gboolean report_step(RippleRun *run, guint64 done, gdouble loss, GError **error)
{
    if (run->config->log_every == 0 || done % run->config->log_every != 0)
        return TRUE;
    RippleStepReport report = {done, run->epoch, loss, run->config->learning_rate};
    if (run->observer->step)
        run->observer->step(&report, run->observer->user_data);
    RippleRunDirectory *directory = run->trainer->directory;
    return !directory || ripple_run_directory_add_step(directory, &report, error);
}

static gboolean check_finite(RippleRun *run, const RippleStepResult *result, guint64 done,
                             GError **error)
{
    gdouble rate = run->config->learning_rate;
    if (isfinite(result->loss) && isfinite(result->rights))
        return TRUE;
    run->not_finite = done;
    if (!isfinite(result->loss))
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                    "The loss of step %" G_GUINT64_FORMAT " (epoch %" G_GUINT64_FORMAT
                    ") is no longer a finite number; try a smaller learning rate than %g.",
                    done, run->epoch, rate);
    else /* what is watched makes it so */
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                    "By step %" G_GUINT64_FORMAT " (epoch %" G_GUINT64_FORMAT
                    ") a parameter or a moment is no longer a finite number; try a smaller "
                    "learning rate than %g.",
                    done, run->epoch, rate);
    return FALSE;
}

gboolean ripple_run_collect(const RippleStepResult *result, gpointer user_data, GError **error)
{
    RippleRun *run = user_data;
    guint64 done = run->begun + result->step + 1;
    if (!check_finite(run, result, done, error))
        return FALSE;
    if (result->is_watched)
        run->watched = done;
    if (result->step == 0) {
        run->result->compile_seconds += ripple_seconds_since(run->start);
        run->epoch_start = g_get_monotonic_time();
    } else {
        run->epoch_pace.samples += result->samples;
    }
    run->sums.loss += result->loss * result->samples;
    run->sums.rights += result->rights;
    run->sums.samples += result->samples;
    run->result->steps = done;
    if (run->observer->is_interrupted && run->observer->is_interrupted(run->observer->user_data))
        run->interrupted = TRUE;
    report_progress(run, done);
    return report_step(run, done, result->loss, error);
}
