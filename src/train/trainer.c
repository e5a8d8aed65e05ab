#include "train/trainer_private.h"

#include "train/rates.h"

/* Evaluation has no gradient to smooth and takes what keeps a device busy. */
#define EVALUATION_BATCH 1024

static gboolean upload_validation(RippleTrainer *self, GError **error)
{
    const RippleMaterial *material = self->material;
    if (material->n_validation == 0)
        return TRUE;
    self->validation_order = ripple_order_upload(self->backend, material->validation_order,
                                                 material->n_validation, error);
    return self->validation_order != NULL;
}

static gboolean upload_test(RippleTrainer *self, GError **error)
{
    const RippleDataset *test = self->material->test;
    if (!test)
        return TRUE;
    self->test = ripple_resident_new(self->backend, test, self->material->model->transform, error);
    if (!self->test)
        return FALSE;
    self->test_order = ripple_order_upload(self->backend, NULL, test->samples, error);
    return self->test_order != NULL;
}

static gboolean open_session(RippleTrainer *self, GError **error)
{
    const RippleMaterial *material = self->material;
    RippleScheduleOptions options = {.batch = self->config->batch,
                                     .moments = ripple_config_moments(self->config)};
    self->session = ripple_session_new(self->backend, material->model, material->train,
                                       material->train_order, material->n_train, options, error);
    return self->session != NULL;
}

static gboolean open_evaluator(RippleTrainer *self, GError **error)
{
    if (!self->test && !self->validation_order)
        return TRUE;
    self->evaluator = ripple_evaluator_new(
        self->session->state, self->session->data->labels != NULL, EVALUATION_BATCH, error);
    return self->evaluator != NULL;
}

RippleTrainer *ripple_trainer_new(RippleConfig *config, GError **error)
{
    g_autoptr(RippleTrainer) self = g_new0(RippleTrainer, 1);
    self->config = config;
    self->material = ripple_material_new(config, error);
    if (!self->material)
        return NULL;
    self->backend = ripple_device_open(config->device, error);
    if (!self->backend || !open_session(self, error) || !upload_validation(self, error) ||
        !upload_test(self, error) || !open_evaluator(self, error))
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
    ripple_run_directory_free(trainer->directory);
    ripple_evaluator_free(trainer->evaluator);
    ripple_session_free(trainer->session);
    ripple_buffer_free(trainer->validation_order);
    ripple_buffer_free(trainer->test_order);
    ripple_resident_free(trainer->test);
    ripple_backend_free(trainer->backend);
    ripple_material_free(trainer->material);
    g_free(trainer);
}

const RippleModel *ripple_trainer_model(const RippleTrainer *trainer)
{
    return trainer->material->model;
}

const RippleBackend *ripple_trainer_device(const RippleTrainer *trainer)
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

const char *ripple_trainer_model_path(const RippleTrainer *trainer)
{
    return trainer->directory ? ripple_run_directory_model_path(trainer->directory) : NULL;
}
