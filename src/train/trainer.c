#include "train/trainer_private.h"

#include "train/rates.h"

static gboolean plan_data(RippleTrainer *self, RipplePlacement sets[2], GError **error)
{
    const RippleMaterial *material = self->material;
    gsize validation_batch = MIN(RIPPLE_EVALUATION_BATCH, material->n_validation);
    sets[0] = (RipplePlacement){material->train, MAX(self->config->batch, validation_batch), 0};
    sets[1] = (RipplePlacement){material->test, RIPPLE_EVALUATION_BATCH, 0};
    return ripple_data_plan(self->backend, self->config->memory_limit, sets, material->test ? 2 : 1,
                            &self->plan, error);
}

static gboolean open_session(RippleTrainer *self, gsize window, GError **error)
{
    const RippleMaterial *material = self->material;
    RippleScheduleOptions options = {.batch = self->config->batch,
                                     .moments = ripple_config_moments(self->config)};
    self->session = ripple_session_new(self->backend, material->model, material->train, window,
                                       material->n_train, options, error);
    return self->session != NULL;
}

static gboolean open_test(RippleTrainer *self, gsize window, GError **error)
{
    const RippleMaterial *material = self->material;
    if (!material->test)
        return TRUE;
    self->test =
        ripple_source_new(self->backend, material->test, material->model->transform, window, error);
    return self->test != NULL;
}

static gboolean open_evaluator(RippleTrainer *self, GError **error)
{
    const RippleMaterial *material = self->material;
    if (!material->test && material->n_validation == 0)
        return TRUE;
    self->evaluator = ripple_evaluator_new(self->session->state,
                                           material->train->target_kind == RIPPLE_TARGET_LABELS,
                                           RIPPLE_EVALUATION_BATCH, error);
    return self->evaluator != NULL;
}

static gboolean open_trace(RippleTrainer *self, GError **error)
{
    if (!self->config->trace)
        return TRUE;
    self->trace = ripple_trace_new(self->backend, self->config->trace, error);
    return self->trace != NULL;
}

static gboolean open_all(RippleTrainer *self, GError **error)
{
    RipplePlacement sets[2];
    self->backend = ripple_device_open(self->config->device, error);
    return self->backend && open_trace(self, error) && plan_data(self, sets, error) &&
           open_session(self, sets[0].window, error) && open_test(self, sets[1].window, error) &&
           open_evaluator(self, error);
}

RippleTrainer *ripple_trainer_new(RippleConfig *config, GError **error)
{
    g_autoptr(RippleTrainer) self = g_new0(RippleTrainer, 1);
    self->config = config;
    self->material = ripple_material_new(config, error);
    if (!self->material || !open_all(self, error))
        return NULL;
    if (config->out) {
        self->directory = ripple_run_directory_new(config->out, config, error);
        if (!self->directory)
            return NULL;
    }
    return g_steal_pointer(&self);
}

void ripple_trainer_free(RippleTrainer *trainer)
{
    if (!trainer)
        return;
    ripple_trace_free(trainer->trace);
    ripple_run_directory_free(trainer->directory);
    ripple_evaluator_free(trainer->evaluator);
    ripple_session_free(trainer->session);
    ripple_source_free(trainer->test);
    ripple_backend_free(trainer->backend);
    ripple_material_free(trainer->material);
    g_free(trainer);
}

const RippleModel *ripple_trainer_model(const RippleTrainer *trainer)
{
    return trainer->material->model;
}

RippleBackend *ripple_trainer_device(const RippleTrainer *trainer)
{
    return trainer->backend;
}

void ripple_trainer_samples(const RippleTrainer *trainer, gsize *train, gsize *validation,
                            gsize *test)
{
    *train = trainer->material->n_train;
    *validation = trainer->material->n_validation;
    *test = trainer->material->test ? trainer->material->test->samples : 0;
}

gboolean ripple_trainer_is_streamed(const RippleTrainer *trainer, guint64 *bytes)
{
    *bytes = trainer->plan.bytes;
    return trainer->plan.is_streamed;
}

const char *ripple_trainer_model_path(const RippleTrainer *trainer)
{
    return trainer->directory ? ripple_run_directory_model_path(trainer->directory) : NULL;
}
