/* What a run leaves on disk: checkpoints, the best model, the last one. */
#include "train/training_private.h"

#include <math.h>
#include <ripple/error.h>

/* ---- checkpoints ---------------------------------------------------------------------------- */

/* Where the run is; the results of all steps were collected. */
static RipplePosition position_of(const RippleRun *run)
{
    return (RipplePosition){
        .step = run->enqueued,
        .epoch = run->epoch,
        .samples = run->first,
        .loss = run->sums.loss,
        .rights = run->sums.rights,
        .seconds = run->seconds_before + (g_get_monotonic_time() - run->start) / 1e6,
        .best_loss = isfinite(run->best_loss) ? run->best_loss : NAN,
        .metrics_bytes = ripple_run_directory_length(run->trainer->directory),
        .observation_bytes = ripple_observation_files_length(run->trainer->observation_files),
        .is_finished = run->enqueued == run->steps,
    };
}

/* The lines that a checkpoint counts are on disk before it is. */
static gboolean write_at(RippleRun *run, const RipplePosition *position, GError **error)
{
    return ripple_run_directory_sync(run->trainer->directory, error) &&
           ripple_observation_files_sync(run->trainer->observation_files, error) &&
           ripple_checkpoints_write(run->trainer->checkpoints, position, error);
}

gboolean ripple_run_write_checkpoint(RippleRun *run, GError **error)
{
    if (!ripple_result_log_finish(run->log, error) ||
        !ripple_run_write_observations(run, TRUE, error))
        return FALSE;
    RipplePosition position = position_of(run);
    return write_at(run, &position, error);
}

/* A run that ends within an epoch has reported it. One that goes on from there, because more steps
 * are asked for, goes through the rest and reports the whole of it instead. */
static gboolean write_last(RippleRun *run, GError **error)
{
    if (run->config->checkpoint_every.count == 0)
        return TRUE;
    RipplePosition position = position_of(run);
    if (run->first > 0 && run->enqueued == run->steps)
        position.metrics_bytes = run->metrics_bytes;
    return write_at(run, &position, error);
}

/* ---- models --------------------------------------------------------------------------------- */

/* Only whole epochs count, so that a run that goes on has the best one of a run that never stopped.
 */
gboolean ripple_run_keep_best(RippleRun *run, GError **error)
{
    gdouble loss = run->result->val_loss;
    if (!run->trainer->checkpoints || run->first < run->trainer->material->n_train ||
        !isfinite(loss) || loss >= run->best_loss)
        return TRUE;
    run->best_loss = loss;
    return ripple_checkpoints_write_best(run->trainer->checkpoints, error);
}

gboolean ripple_run_download(RippleRun *run, GError **error)
{
    const RippleTrainer *trainer = run->trainer;
    RippleModel *model = trainer->material->model;
    return ripple_backend_download(ripple_buffer_view(trainer->session->state->parameters),
                                   model->parameters, error);
}

gboolean ripple_run_save(RippleRun *run, GError **error)
{
    const RippleTrainer *trainer = run->trainer;
    if (!ripple_run_download(run, error))
        return FALSE;
    if (!trainer->directory)
        return TRUE;
    if (!ripple_model_save(trainer->material->model, ripple_trainer_model_path(trainer), error))
        return FALSE;
    return write_last(run, error);
}
