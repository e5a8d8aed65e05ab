/* The run itself: epochs of steps, their results as they arrive, evaluation after each epoch. */
#include "train/training_private.h"

#include "train/not_finite.h"
#include "train/rates.h"

#include <math.h>
#include <ripple/error.h>

typedef RippleRun Run;

/* ---- one epoch ------------------------------------------------------------------------------ */

static gboolean set_order(Run *run, GError **error)
{
    RippleTrainer *trainer = run->trainer;
    g_autofree guint32 *order =
        ripple_material_order(trainer->material, run->config, (guint32)run->epoch);
    run->from = run->first;
    return ripple_session_set_rest(trainer->session, order, run->first, error);
}

/* The samples over which to enqueue steps at once. The first step is alone, so that the clock of
 * the rate can start where compiling is over. */
static gboolean next_batch(const Run *run, RippleBatch *batch, GError **error)
{
    RippleSession *session = run->trainer->session;
    const RippleCheckpoints *checkpoints = run->trainer->checkpoints;
    gsize first = run->first - run->from;
    gsize ahead = ripple_session_ahead(session, first);
    if (!ripple_session_batch(session, first, ahead, batch, error))
        return FALSE;
    RippleRates rates = ripple_config_rates(run->config, run->enqueued + 1);
    guint64 steps = ripple_scheduler_most_steps(session->scheduler, batch, &rates);
    steps = MIN(steps, ripple_result_log_room(run->log));
    steps = run->enqueued == run->begun ? 1 : MIN(steps, run->steps - run->enqueued);
    steps = MIN(steps, ripple_run_observation_room(run));
    if (checkpoints)
        steps = MIN(steps, ripple_checkpoints_room(checkpoints, run->enqueued));
    if (run->trainer->stop > run->enqueued)
        steps = MIN(steps, run->trainer->stop - run->enqueued);
    batch->count = MIN(steps * ripple_session_batch_size(session), ahead);
    return TRUE;
}

static gboolean enqueue_steps(Run *run, const RippleBatch *batch, GError **error)
{
    RippleScheduler *scheduler = run->trainer->session->scheduler;
    gsize size = ripple_session_batch_size(run->trainer->session);
    guint steps = (guint)((batch->count + size - 1) / size);
    g_autofree RippleRates *rates = g_new(RippleRates, steps);
    for (guint i = 0; i < steps; i++)
        rates[i] = ripple_config_rates(run->config, run->enqueued + i + 1);
    if (!ripple_run_before_steps(run, batch, error) ||
        !ripple_scheduler_steps(scheduler, batch, rates, ripple_result_log_slots(run->log, steps),
                                error) ||
        !ripple_run_after_steps(run, error) ||
        !ripple_result_log_advance(run->log, batch->count, size, error))
        return FALSE;
    gboolean is_first = run->enqueued == run->begun;
    run->enqueued += steps;
    run->first += batch->count;
    return ripple_run_write_observations(run, FALSE, error) &&
           (!is_first || ripple_result_log_finish(run->log, error));
}

static gboolean enqueue_epoch(Run *run, GError **error)
{
    RippleBatch batch;
    const RippleCheckpoints *checkpoints = run->trainer->checkpoints;
    gsize samples = run->trainer->material->n_train;
    while (run->first < samples && run->enqueued < run->steps && !run->interrupted) {
        if (!next_batch(run, &batch, error) || !enqueue_steps(run, &batch, error))
            return FALSE;
        if (run->enqueued == run->trainer->stop)
            run->interrupted = TRUE;
        /* Where the epoch or the run ends, its checkpoint waits until that was reported. */
        if (checkpoints && run->first < samples && run->enqueued < run->steps &&
            ripple_checkpoints_is_due(checkpoints, run->enqueued) &&
            !ripple_run_write_checkpoint(run, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean has_labels(const RippleTrainer *trainer)
{
    return trainer->material->train->target_kind == RIPPLE_TARGET_LABELS;
}

/* On the time line, what began at `start` ends now. */
static void trace_span(const Run *run, const char *name, gint64 start)
{
    g_autofree char *text = g_strdup_printf("%s %" G_GUINT64_FORMAT, name, run->epoch);
    if (run->trainer->trace)
        ripple_trace_add_span(run->trainer->trace, text, start);
}

static gboolean train_epoch(Run *run, GError **error)
{
    run->epoch_pace = (RipplePace){0};
    gint64 start = run->epoch_start = g_get_monotonic_time();
    if (!set_order(run, error) || !enqueue_epoch(run, error) ||
        !ripple_result_log_finish(run->log, error))
        return FALSE;

    trace_span(run, "epoch", start);
    run->epoch_pace.seconds = ripple_seconds_since(run->epoch_start);
    run->pace.samples += run->epoch_pace.samples;
    run->pace.seconds += run->epoch_pace.seconds;
    run->result->epochs = run->epoch;
    run->result->samples_per_second = ripple_pace_rate(run->pace);
    run->result->train_loss = run->sums.loss / run->sums.samples;
    run->result->train_accuracy =
        has_labels(run->trainer) ? run->sums.rights / run->sums.samples : NAN;
    return TRUE;
}

static gboolean score(Run *run, RippleSource *source, const guint32 *order, gsize samples,
                      gdouble *loss, gdouble *accuracy, GError **error)
{
    RippleScore found = {NAN, NAN};
    if (samples > 0 &&
        !ripple_evaluator_run(run->trainer->evaluator, source, order, samples, &found, error))
        return FALSE;
    *loss = found.loss;
    *accuracy = found.accuracy;
    return TRUE;
}

static gboolean evaluate(Run *run, GError **error)
{
    RippleTrainer *trainer = run->trainer;
    const RippleMaterial *material = trainer->material;
    RippleTrainingResult *result = run->result;
    gint64 start = g_get_monotonic_time();
    gsize n_test = material->test ? material->test->samples : 0;
    if (!score(run, trainer->session->source, material->validation_order, material->n_validation,
               &result->val_loss, &result->val_accuracy, error) ||
        !score(run, trainer->test, NULL, n_test, &result->test_loss, &result->test_accuracy, error))
        return FALSE;
    if (trainer->evaluator)
        trace_span(run, "evaluation", start);
    result->seconds = run->seconds_before + ripple_seconds_since(run->start);
    return ripple_run_keep_best(run, error);
}

static gboolean report_epoch(Run *run, GError **error)
{
    const RippleTrainingResult *result = run->result;
    RippleEpochReport report = {
        .epoch = run->epoch,
        .step = result->steps,
        .train_loss = result->train_loss,
        .train_accuracy = result->train_accuracy,
        .val_loss = result->val_loss,
        .val_accuracy = result->val_accuracy,
        .test_loss = result->test_loss,
        .test_accuracy = result->test_accuracy,
        .seconds = result->seconds,
        .samples_per_second = ripple_pace_rate(run->epoch_pace),
    };
    if (run->observer->epoch)
        run->observer->epoch(&report, run->observer->user_data);
    RippleRunDirectory *directory = run->trainer->directory;
    if (directory)
        run->metrics_bytes = ripple_run_directory_length(directory);
    return !directory || ripple_run_directory_add_epoch(directory, &report, error);
}

/* ---- the whole run -------------------------------------------------------------------------- */

static gboolean finish_trace(Run *run, GError **error)
{
    RippleTrace *trace = run->trainer->trace;
    return !trace || ripple_trace_finish(trace, error);
}

/* Was the epoch under way cut short by an interrupt? Then there is nothing to report of it. */
static gboolean is_cut_short(const Run *run)
{
    return run->interrupted && run->enqueued < MIN(run->steps, run->epoch * run->steps_per_epoch);
}

/* The epoch is over, and the next one begins. Not where the run ends within it: one that goes on
 * from there goes through the rest, and only then reports the epoch. */
static gboolean next_epoch(Run *run, GError **error)
{
    const RippleCheckpoints *checkpoints = run->trainer->checkpoints;
    if (run->first < run->trainer->material->n_train)
        return TRUE;
    guint64 over = run->epoch++;
    run->first = 0;
    run->sums = (RippleEpochSums){0};
    return !checkpoints || run->enqueued == run->steps ||
           !ripple_checkpoints_is_due_after(checkpoints, over, run->enqueued) ||
           ripple_run_write_checkpoint(run, error);
}

/* There was nothing left to do for a run that was resumed. */
static gboolean find_done(Run *run, GError **error)
{
    RippleTrainingResult *result = run->result;
    result->steps = run->steps;
    result->epochs = run->epoch - (run->first == 0);
    result->train_loss = result->train_accuracy = result->val_loss = result->val_accuracy =
        result->test_loss = result->test_accuracy = result->samples_per_second = NAN;
    result->seconds = run->seconds_before;
    return ripple_run_download(run, error);
}

static gboolean run_epochs(Run *run, GError **error)
{
    const RippleBackend *backend = run->trainer->backend;
    while (run->enqueued < run->steps && !run->interrupted) {
        guint64 waits = ripple_backend_waits(backend);
        if (!train_epoch(run, error))
            return FALSE;
        if (is_cut_short(run))
            return TRUE;
        if (!evaluate(run, error) || !report_epoch(run, error))
            return FALSE;
        run->result->host_waits_per_epoch = ripple_backend_waits(backend) - waits;
        if (!next_epoch(run, error))
            return FALSE;
    }
    return TRUE;
}

static void set_interrupted(const Run *run, GError **error)
{
    const char *path = ripple_trainer_model_path(run->trainer);
    g_autoptr(GString) left = g_string_new(NULL);
    if (path)
        g_string_append_printf(left, "; the model so far is in %s", path);
    if (path && run->config->checkpoint_every.count > 0)
        g_string_append_printf(left, ", and `ripple train --resume %s` goes on", run->config->out);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED,
                "The run was interrupted after %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                " steps%s.",
                run->result->steps, run->steps, left->str);
}

/* Beside each step's loss, all that is trained is watched. */
static void watch_state(const Run *run)
{
    const RippleState *state = run->trainer->session->state;
    ripple_result_log_watch(run->log, ripple_buffer_view(state->parameters));
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (state->moments[i])
            ripple_result_log_watch(run->log, ripple_buffer_view(state->moments[i]));
}

static gboolean run_all(Run *run, GError **error)
{
    watch_state(run);
    return run_epochs(run, error) && ripple_run_write_observations(run, TRUE, error) &&
           ripple_run_save(run, error) && finish_trace(run, error);
}

gboolean ripple_trainer_run(RippleTrainer *trainer, const RippleObserver *observer,
                            RippleTrainingResult *result, GError **error)
{
    if (!ripple_trainer_begin(trainer, error))
        return FALSE;
    static const RippleObserver nobody = {0};
    const RippleConfig *config = trainer->config;
    const RipplePosition *position = &trainer->position;
    Run run = {
        .trainer = trainer,
        .config = config,
        .observer = observer ? observer : &nobody,
        .steps_per_epoch = ripple_material_steps_per_epoch(trainer->material, config),
        .start = g_get_monotonic_time(),
        .waits_before = ripple_backend_waits(trainer->backend),
        .result = result,
        .begun = position->step,
        .enqueued = position->step,
        .watched = position->step,
        .epoch = position->epoch,
        .first = position->samples,
        .sums = {position->loss, position->rights, position->samples},
        .best_loss = isnan(position->best_loss) ? INFINITY : position->best_loss,
        .seconds_before = position->seconds,
    };
    run.steps = ripple_trainer_steps(trainer);
    *result =
        (RippleTrainingResult){.compile_seconds = ripple_backend_compile_seconds(trainer->backend)};
    if (run.enqueued == run.steps)
        return find_done(&run, error);

    g_autoptr(GError) cause = NULL;
    g_autoptr(RippleResultLog) log =
        ripple_result_log_new(trainer->backend, ripple_run_collect, &run, &cause);
    run.log = log;
    g_autofree guint *in_trouble = g_new0(guint, trainer->material->model->network->n_layers);
    run.in_trouble = in_trouble;
    if (!log || !run_all(&run, &cause)) {
        ripple_run_write_observations(&run, TRUE, NULL); /* what led there */
        if (run.not_finite > 0)
            ripple_not_finite_explain(trainer, run.watched, run.not_finite, run.observer, &cause);
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
    result->host_waits = ripple_backend_waits(trainer->backend) - run.waits_before;
    if (run.interrupted && result->steps < run.steps) {
        set_interrupted(&run, error);
        return FALSE;
    }
    return TRUE;
}
