#include "train/not_finite.h"

#include "train/bundle.h"
#include "train/rates.h"
#include "train/resume.h"

#include <math.h>
#include <ripple/error.h>

/* Most steps that are enqueued before the host waits for them. */
#define MOST_STEPS 64

/* The same steps once more. */
typedef struct {
    RippleTrainer *trainer;
    const RippleObserver *observer;
    RipplePosition at;
    gsize from;          /* where in the order of the epoch the session's positions begin */
    guint32 *order;      /* of the epoch */
    RippleState *before; /* what the step under way began with */
    RippleBuffer *results;
    guint64 checkpoint; /* after how many steps the run was begun again; 0 for from the start */
    char *path;         /* of the bundle; NULL while there is none */
} Rerun;

static void rerun_clear(Rerun *self)
{
    g_free(self->order);
    ripple_state_free(self->before);
    ripple_buffer_free(self->results);
    g_free(self->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rerun, rerun_clear)

/* ---- back ----------------------------------------------------------------------------------- */

static gboolean back_to_start(Rerun *self, GError **error)
{
    const RippleMaterial *material = self->trainer->material;
    RippleState *state = self->trainer->session->state;
    g_autofree gfloat *parameters = g_new0(gfloat, material->model->network->parameter_span);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (state->moments[i] &&
            !ripple_backend_clear(ripple_buffer_view(state->moments[i]), error))
            return FALSE;
    self->at = (RipplePosition){.epoch = 1, .best_loss = NAN};
    return ripple_material_start(material, self->trainer->config, parameters, error) &&
           ripple_backend_upload(ripple_buffer_view(state->parameters), parameters, error);
}

/* To the newest checkpoint, unless that is from after the last step that is known to be good. */
static gboolean go_back(Rerun *self, guint64 watched, GError **error)
{
    const RippleTrainer *trainer = self->trainer;
    g_autoptr(RippleCheckpoint) checkpoint =
        ripple_checkpoints_newest(trainer->config->out, NULL, NULL);
    if (!checkpoint || checkpoint->position.step > watched)
        return back_to_start(self, error);
    self->at = checkpoint->position;
    self->checkpoint = checkpoint->position.step;
    return ripple_checkpoint_restore(checkpoint, trainer->session->state, error);
}

/* ---- forward -------------------------------------------------------------------------------- */

static gboolean begin_epoch(Rerun *self, GError **error)
{
    const RippleTrainer *trainer = self->trainer;
    if (self->at.samples == trainer->material->n_train) {
        self->at.epoch++;
        self->at.samples = 0;
    }
    if (self->order && self->at.samples > 0)
        return TRUE;
    g_free(self->order);
    self->order =
        ripple_material_order(trainer->material, trainer->config, (guint32)self->at.epoch);
    self->from = self->at.samples;
    return ripple_session_set_rest(trainer->session, self->order, self->from, error);
}

/* At most `steps` steps, within the epoch; `*taken` samples. */
static gboolean take_steps(Rerun *self, guint64 steps, gsize *taken, GError **error)
{
    const RippleTrainer *trainer = self->trainer;
    RippleSession *session = trainer->session;
    RippleRates rates[MOST_STEPS];
    RippleBatch batch;
    gsize size = ripple_session_batch_size(session), first = self->at.samples - self->from;
    gsize ahead = ripple_session_ahead(session, first);
    gsize count = (gsize)MIN(MIN(steps, MOST_STEPS) * size, ahead);
    guint n_steps = (guint)((count + size - 1) / size);
    for (guint i = 0; i < n_steps; i++)
        rates[i] = ripple_config_rates(trainer->config, self->at.step + i + 1);
    *taken = count;
    return ripple_session_batch(session, first, count, &batch, error) &&
           ripple_scheduler_steps(session->scheduler, &batch, rates,
                                  ripple_view(self->results, 0, n_steps, 2), error) &&
           ripple_backend_wait(trainer->backend, error);
}

static void advance(Rerun *self, gsize samples)
{
    gsize size = ripple_session_batch_size(self->trainer->session);
    self->at.step += (samples + size - 1) / size;
    self->at.samples += samples;
}

static gboolean keep_state(Rerun *self, GError **error)
{
    const RippleState *from = self->trainer->session->state;
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (from->moments[i] &&
            !ripple_backend_copy(ripple_buffer_view(from->moments[i]),
                                 ripple_buffer_view(self->before->moments[i]), error))
            return FALSE;
    return ripple_backend_copy(ripple_buffer_view(from->parameters),
                               ripple_buffer_view(self->before->parameters), error);
}

/* Were the loss of the step just taken, and all that it left behind, finite? */
static gboolean look(Rerun *self, gdouble *loss, gboolean *is_finite, GError **error)
{
    const RippleState *state = self->trainer->session->state;
    RippleBackend *backend = self->trainer->backend;
    RippleView result = ripple_view(self->results, 1, 1, 1);
    RippleBuffer *buffers[] = {state->parameters, state->moments[0], state->moments[1]};
    for (guint i = 0; i < G_N_ELEMENTS(buffers); i++) {
        if (!buffers[i])
            continue;
        const RippleFiniteCheck check = {ripple_buffer_view(buffers[i]), result};
        if (!ripple_backend_check_finite(backend, &check, error))
            return FALSE;
    }
    gfloat values[2]; /* as the run saw them */
    if (!ripple_backend_download(ripple_view(self->results, 0, 1, 2), values, error))
        return FALSE;
    *loss = values[0];
    *is_finite = isfinite(values[0]) && isfinite(values[1]);
    return TRUE;
}

/* ---- the bundle ----------------------------------------------------------------------------- */

/* The step over `count` samples that begins at `before`. */
static gboolean write_bundle(Rerun *self, gsize count, gdouble loss, GError **error)
{
    const RippleTrainer *trainer = self->trainer;
    const RippleDataset *train = trainer->material->train;
    g_autofree char *name = g_strdup_printf(
        RIPPLE_BUNDLE_PREFIX "%" G_GUINT64_FORMAT ".safetensors", self->at.step + 1);
    g_autofree char *path = g_build_filename(trainer->config->out, name, NULL);
    g_autofree char *text = ripple_config_to_text(trainer->config);
    g_autofree char *digest = ripple_data_digest(train);
    g_autofree char *loss_text = g_strdup_printf("%.9g", loss);
    g_autoptr(RippleDataset) batch =
        ripple_bundle_batch(train, self->order + self->at.samples, count);
    RippleCheckpoint checkpoint = {.path = path,
                                   .position = self->at,
                                   .config = text,
                                   .data = digest,
                                   .model = trainer->material->model};
    const RippleBundle bundle = {&checkpoint, batch, trainer->backend->device_name,
                                 trainer->backend->driver, loss_text};
    gboolean ok =
        ripple_state_download(self->before, &checkpoint.parameters, checkpoint.moments, error) &&
        ripple_bundle_write(&bundle, error);
    g_free(checkpoint.parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        g_free(checkpoint.moments[i]);
    if (ok)
        self->path = g_steal_pointer(&path);
    return ok;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static gboolean rerun_begin(Rerun *self, guint64 watched, GError **error)
{
    const RippleTrainer *trainer = self->trainer;
    guint moments = ripple_config_moments(trainer->config);
    self->before =
        ripple_state_new(trainer->backend, trainer->material->model->network, moments, error);
    if (!self->before)
        return FALSE;
    self->results = ripple_buffer_new(trainer->backend, RIPPLE_ELEMENT_REAL, 2 * MOST_STEPS, error);
    return self->results && go_back(self, watched, error);
}

static gboolean is_interrupted(const Rerun *self)
{
    return self->observer->is_interrupted &&
           self->observer->is_interrupted(self->observer->user_data);
}

/* Quickly to the last step that is known to be good, then one by one until one is not. */
static gboolean rerun(Rerun *self, guint64 watched, guint64 last, GError **error)
{
    if (!rerun_begin(self, watched, error))
        return FALSE;
    while (self->at.step < last && !is_interrupted(self)) {
        gboolean is_known = self->at.step < watched, is_finite = TRUE;
        gdouble loss;
        gsize taken;
        if (!begin_epoch(self, error) || (!is_known && !keep_state(self, error)) ||
            !take_steps(self, is_known ? watched - self->at.step : 1, &taken, error) ||
            (!is_known && !look(self, &loss, &is_finite, error)))
            return FALSE;
        if (!is_finite)
            return write_bundle(self, taken, loss, error);
        advance(self, taken);
    }
    return TRUE;
}

/* What to say after the message. */
static char *explanation(const Rerun *self, const GError *failure)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (failure)
        g_string_append_printf(text, "The step could not be written down: %s", failure->message);
    else if (self->path)
        g_string_append_printf(text,
                               "The first such number arises in step %" G_GUINT64_FORMAT
                               "; `ripple compare --replay %s` tells where.",
                               self->at.step + 1, self->path);
    else if (is_interrupted(self))
        g_string_append(text, "Looking for the step was interrupted.");
    else
        g_string_append(text, "Taken again, the same steps gave finite numbers: this device does "
                              "not give the same results twice.");
    if (self->checkpoint > 0)
        g_string_append_printf(text,
                               " The checkpoint from after step %" G_GUINT64_FORMAT " is kept.",
                               self->checkpoint);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void ripple_not_finite_explain(RippleTrainer *trainer, guint64 watched, guint64 last,
                               const RippleObserver *observer, GError **cause)
{
    g_auto(Rerun) self = {.trainer = trainer, .observer = observer};
    g_autoptr(GError) failure = NULL;
    g_autofree char *more = NULL;
    if (trainer->directory) {
        rerun(&self, watched, last, &failure);
        more = explanation(&self, failure);
    } else {
        more = g_strdup("With --out DIRECTORY the step is written down there, for `ripple compare "
                        "--replay` to tell where it arose.");
    }
    g_autofree char *message = g_strdup_printf("%s %s", (*cause)->message, more);
    g_clear_error(cause);
    *cause = g_error_new_literal(RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE, message);
}
