#include "train/trainer_private.h"

#include "train/rates.h"
#include "train/resume.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

static gboolean plan_memory(RippleTrainer *self, GError **error)
{
    return ripple_memory_plan(self->config, self->material, self->backend, &self->plan, error) &&
           ripple_memory_plan_check(&self->plan, self->backend, error);
}

static gboolean open_session(RippleTrainer *self, GError **error)
{
    const RippleMaterial *material = self->material;
    RippleScheduleOptions options = {.batch = self->config->batch,
                                     .moments = ripple_config_moments(self->config)};
    self->session = ripple_session_new(self->backend, material->model, material->train,
                                       self->plan.windows[0], material->n_train, options, error);
    return self->session != NULL;
}

static gboolean open_test(RippleTrainer *self, GError **error)
{
    const RippleMaterial *material = self->material;
    if (!material->test)
        return TRUE;
    self->test = ripple_source_new(self->backend, material->test, material->model->transform,
                                   self->plan.windows[1], error);
    return self->test != NULL;
}

static gboolean open_evaluator(RippleTrainer *self, GError **error)
{
    const RippleMaterial *material = self->material;
    if (self->plan.evaluation_batch == 0)
        return TRUE;
    self->evaluator = ripple_evaluator_new(self->session->state,
                                           material->train->target_kind == RIPPLE_TARGET_LABELS,
                                           self->plan.evaluation_batch, error);
    return self->evaluator != NULL;
}

static gboolean open_observations(RippleTrainer *self, GError **error)
{
    const RippleMaterial *material = self->material;
    if (self->config->observe.count == 0)
        return TRUE;
    self->observations =
        ripple_observations_new(self->session->state, ripple_session_batch_size(self->session),
                                material->train->target_kind == RIPPLE_TARGET_LABELS, error);
    return self->observations != NULL;
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
    self->backend = ripple_device_open(self->config->device, error);
    return self->backend && open_trace(self, error) && plan_memory(self, error) &&
           open_session(self, error) && open_test(self, error) && open_evaluator(self, error) &&
           open_observations(self, error);
}

/* Takes `material`, which is NULL where there was an error. */
static RippleTrainer *trainer_new(RippleConfig *config, RippleMaterial *material, GError **error)
{
    g_autoptr(RippleTrainer) self = g_new0(RippleTrainer, 1);
    self->config = config;
    self->position = (RipplePosition){.epoch = 1, .best_loss = NAN};
    self->notes = g_string_new(NULL);
    self->material = material;
    if (!material || !open_all(self, error))
        return NULL;
    if (config->out) {
        self->directory = ripple_run_directory_new(config->out, error);
        if (!self->directory)
            return NULL;
        ripple_checkpoints_sweep(config->out);
        self->observation_files = ripple_observation_files_new(
            config->out, ripple_material_steps_between(material, config), config->keep_path,
            material->model);
        self->checkpoints =
            ripple_checkpoints_new(config, material->train, material->model, self->session->state);
    }
    return g_steal_pointer(&self);
}

RippleTrainer *ripple_trainer_new(RippleConfig *config, GError **error)
{
    RippleMaterial *material = ripple_material_new(config, error);
    g_autoptr(RippleTrainer) self = trainer_new(config, material, error);
    if (!self)
        return NULL;
    if (config->out && !ripple_checkpoints_check_way(config->out, error))
        return NULL;
    return g_steal_pointer(&self);
}

/* ---- going on with a run --------------------------------------------------------------------- */

static gboolean is_done(const RippleTrainer *self)
{
    return self->position.step == ripple_trainer_steps(self);
}

static RippleCheckpoint *find_checkpoint(RippleTrainer *self, GError **error)
{
    g_autofree char *problem = NULL;
    RippleCheckpoint *checkpoint = ripple_checkpoints_newest(self->config->out, &problem, error);
    if (problem)
        g_string_append(self->notes, problem);
    return checkpoint;
}

static void add_note(RippleTrainer *self, const char *note)
{
    if (self->notes->len)
        g_string_append_c(self->notes, '\n');
    g_string_append(self->notes, note);
}

/* What may give other bits than the run would have come to if it had never stopped. */
static void note_device(RippleTrainer *self, const RippleCheckpoint *checkpoint)
{
    g_autofree char *device = ripple_device_text(self->backend);
    g_autofree char *identity = ripple_device_identity(self->backend);
    g_autofree char *note = NULL;
    if (checkpoint->device && strcmp(checkpoint->device, device) != 0)
        note =
            g_strdup_printf("The run began on %s, and goes on with %s: its numbers may differ in "
                            "their last digits from those of a run that had not moved.",
                            checkpoint->device, device);
    else if (checkpoint->identity && identity && strcmp(checkpoint->identity, identity) != 0)
        note = g_strdup_printf("How %s computes has changed since the run stopped (its tuning, "
                               "CLBlast, ripple's version or kernels, or RIPPLE_… variables): the "
                               "run's numbers may differ in their last digits from those of one "
                               "that had not stopped.",
                               device);
    if (note)
        add_note(self, note);
}

static gboolean restore(RippleTrainer *self, const RippleCheckpoint *checkpoint, GError **error)
{
    self->position = checkpoint->position;
    if (!ripple_checkpoint_restore(checkpoint, self->session->state, error))
        return FALSE;
    if (is_done(self))
        return TRUE;
    note_device(self, checkpoint);
    g_autofree char *text = ripple_config_to_text(self->config);
    self->has_new_config = strcmp(text, checkpoint->config) != 0;
    self->from = g_strdup(checkpoint->path);
    return ripple_run_directory_open(self->directory, self->position.metrics_bytes, error) &&
           ripple_observation_files_check(self->observation_files, self->position.observation_bytes,
                                          error);
}

RippleTrainer *ripple_trainer_resume(RippleConfig *config, GError **error)
{
    g_return_val_if_fail(config->out, NULL);
    RippleMaterial *material = ripple_material_resume(config, error);
    g_autoptr(RippleTrainer) self = trainer_new(config, material, error);
    if (!self)
        return NULL;
    g_autoptr(RippleCheckpoint) checkpoint = find_checkpoint(self, error);
    if (!checkpoint || !ripple_checkpoint_fits(checkpoint, config, self->material, error) ||
        !restore(self, checkpoint, error))
        return NULL;
    return g_steal_pointer(&self);
}

RippleConfig *ripple_trainer_resume_config(const char *directory, GError **error)
{
    g_autoptr(RippleCheckpoint) checkpoint = ripple_checkpoints_newest(directory, NULL, error);
    if (!checkpoint)
        return NULL;
    RippleConfig *config = ripple_checkpoint_config(checkpoint, error);
    if (config) {
        g_free(config->out);
        config->out = g_strdup(directory);
    }
    return config;
}

guint64 ripple_trainer_resumed_step(const RippleTrainer *trainer)
{
    return trainer->position.step;
}

const char *ripple_trainer_resume_notes(const RippleTrainer *trainer)
{
    return trainer->notes->str;
}

/* ---- beginning ------------------------------------------------------------------------------ */

/* What is asked for now holds from now on, also when the run is killed before its next checkpoint.
 */
static gboolean keep_config(RippleTrainer *self, GError **error)
{
    if (!self->has_new_config)
        return TRUE;
    RipplePosition position = self->position;
    position.is_finished = FALSE;
    return ripple_checkpoints_write(self->checkpoints, &position, error);
}

gboolean ripple_trainer_begin(RippleTrainer *trainer, GError **error)
{
    const RippleConfig *config = trainer->config;
    if (!trainer->directory || is_done(trainer))
        return TRUE;
    if (!trainer->from)
        return ripple_checkpoints_make_way(config->out, error) &&
               ripple_observation_files_begin(trainer->observation_files, error) &&
               ripple_run_directory_begin(trainer->directory, config, error);
    return ripple_checkpoints_put_aside(config->out, trainer->from, error) &&
           ripple_run_directory_continue(trainer->directory, config, error) &&
           ripple_observation_files_continue(trainer->observation_files, trainer->position.step,
                                             error) &&
           keep_config(trainer, error);
}

/* ---- what there is -------------------------------------------------------------------------- */

void ripple_trainer_free(RippleTrainer *trainer)
{
    if (!trainer)
        return;
    ripple_trace_free(trainer->trace);
    ripple_checkpoints_free(trainer->checkpoints);
    ripple_observation_files_free(trainer->observation_files);
    ripple_observations_free(trainer->observations);
    ripple_run_directory_free(trainer->directory);
    ripple_evaluator_free(trainer->evaluator);
    ripple_session_free(trainer->session);
    ripple_source_free(trainer->test);
    ripple_backend_free(trainer->backend);
    ripple_material_free(trainer->material);
    if (trainer->notes)
        g_string_free(trainer->notes, TRUE);
    g_free(trainer->from);
    g_free(trainer);
}

guint64 ripple_trainer_steps(const RippleTrainer *trainer)
{
    return ripple_material_steps(trainer->material, trainer->config);
}

void ripple_trainer_stop_after(RippleTrainer *trainer, guint64 step)
{
    trainer->stop = step;
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
    *bytes = trainer->plan.data.bytes;
    return trainer->plan.data.is_streamed;
}

void ripple_trainer_memory(const RippleTrainer *trainer, guint64 *taken, guint64 *memory)
{
    *taken = trainer->plan.bytes;
    *memory = trainer->plan.memory_bytes;
}

const char *ripple_trainer_model_path(const RippleTrainer *trainer)
{
    return trainer->directory ? ripple_run_directory_model_path(trainer->directory) : NULL;
}
