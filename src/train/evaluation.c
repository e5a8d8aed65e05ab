#include "train/evaluation.h"

#include "train/result_log.h"

#include <math.h>

struct _RippleEvaluator {
    RippleScheduler *scheduler;
    RippleResultLog *log;
    gdouble loss_sum; /* each batch's mean times its samples */
    gdouble rights;
};

static gboolean add_result(const RippleStepResult *result, gpointer user_data, GError **error)
{
    RippleEvaluator *self = user_data;
    self->loss_sum += result->loss * result->samples;
    self->rights += result->rights;
    return TRUE;
}

RippleEvaluator *ripple_evaluator_new(RippleState *state, gboolean has_labels, gsize batch,
                                      GError **error)
{
    RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_EVALUATE, .batch = batch, .has_labels = has_labels};
    g_autoptr(RippleEvaluator) self = g_new0(RippleEvaluator, 1);
    self->scheduler = ripple_scheduler_new(state, &options, error);
    if (!self->scheduler)
        return NULL;
    self->log = ripple_result_log_new(state->backend, add_result, self, error);
    return self->log ? g_steal_pointer(&self) : NULL;
}

void ripple_evaluator_free(RippleEvaluator *evaluator)
{
    if (!evaluator)
        return;
    ripple_result_log_free(evaluator->log);
    ripple_scheduler_free(evaluator->scheduler);
    g_free(evaluator);
}

gboolean ripple_evaluator_run(RippleEvaluator *evaluator, RippleSource *source,
                              const guint32 *order, gsize samples, RippleScore *score,
                              GError **error)
{
    const RippleScheduleOptions *options =
        &ripple_scheduler_schedule(evaluator->scheduler)->options;
    evaluator->loss_sum = evaluator->rights = 0;
    if (!ripple_source_begin(source, order, samples, options->batch, error))
        return FALSE;

    for (gsize first = 0; first < samples; first += options->batch) {
        RippleBatch at;
        if (!ripple_source_batch(source, first, MIN(options->batch, samples - first), &at, error) ||
            !ripple_scheduler_step(evaluator->scheduler, &at, NULL,
                                   ripple_result_log_slots(evaluator->log, 1), error) ||
            !ripple_result_log_advance(evaluator->log, at.count, at.count, error))
            return FALSE;
    }
    if (!ripple_result_log_finish(evaluator->log, error))
        return FALSE;
    score->loss = evaluator->loss_sum / samples;
    score->accuracy = options->has_labels ? evaluator->rights / samples : NAN;
    return TRUE;
}
