/* Is the device to be trusted with a training? */
#include "check/selftest_units.h"
#include "check/trial.h"
#include "check/trust_file.h"
#include "train/rates.h"
#include "train/trainer_private.h"

#include <math.h>
#include <ripple/device.h>
#include <ripple/error.h>
#include <ripple/selftest.h>
#include <string.h>

/* The reference does a few times as many multiply-adds for each batch, in about a second. Of a
 * larger one, fewer samples are tried. */
#define MOST_MULTIPLY_ADDS 0x1p27

static gsize tried_batch(const RippleTrainer *trainer, gsize batch)
{
    gdouble most = MOST_MULTIPLY_ADDS / trainer->material->model->network->parameter_count;
    return (gsize)CLAMP(most, 1, batch);
}

/* Samples in the last step of an epoch, where they are fewer; or 0. */
static gsize last_batch(const RippleTrainer *trainer)
{
    return trainer->material->n_train % ripple_session_batch_size(trainer->session);
}

/* Samples of validation and test, 0 where there are none. */
static void evaluated_samples(const RippleTrainer *trainer, gsize samples[2])
{
    const RippleMaterial *material = trainer->material;
    samples[0] = material->n_validation;
    samples[1] = material->test ? material->test->samples : 0;
}

/* What is tried, by which it is remembered. */
static char *describe(const RippleTrainer *trainer)
{
    const RippleMaterial *material = trainer->material;
    const RippleConfig *config = trainer->config;
    g_autofree char *network = ripple_network_describe(material->model->network);
    const char *moments = ripple_config_moments(config) == 1 ? " with momentum" : "";
    gsize evaluated[2];
    evaluated_samples(trainer, evaluated);
    return g_strdup_printf(
        "%s, %s as inputs, %s as targets, batch %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT
        ", %s%s, evaluation of %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT " by %" G_GSIZE_FORMAT
        "%s",
        network, material->train->input_bytes ? "bytes" : "numbers",
        material->train->target_kind == RIPPLE_TARGET_LABELS ? "labels" : "numbers",
        ripple_session_batch_size(trainer->session), last_batch(trainer),
        ripple_optimizer_name(config->optimizer), moments, evaluated[0], evaluated[1],
        trainer->plan.evaluation_batch, config->observe.count > 0 ? ", observed" : "");
}

/* ---- what is tried -------------------------------------------------------------------------- */

/* Where it is tried, and what came of it so far. */
typedef struct {
    const RippleTrainer *trainer;
    RippleBackend *device;
    RippleTally *tally;
} Trust;

static RippleTrial *trial_of(const Trust *self, gsize batch, GError **error)
{
    const RippleMaterial *material = self->trainer->material;
    const RippleTrialOptions options = {
        .network = material->model->network,
        .batch = tried_batch(self->trainer, batch),
        .has_labels = material->train->target_kind == RIPPLE_TARGET_LABELS,
        .has_bytes = material->train->input_bytes != NULL,
        .rates = ripple_config_rates(self->trainer->config, 1),
    };
    return ripple_trial_new(self->device, &options, self->tally, error);
}

/* The operations of a step, as its schedule has them, to the first layer that is wrong. */
static gboolean try_step(RippleTrial *trial, GError **error)
{
    guint n_layers = trial->options.network->n_layers;
    if (!ripple_trial_gather(trial, error))
        return FALSE;
    for (guint l = 0; l < n_layers && !trial->tally->failure; l++)
        if (!ripple_trial_forward(trial, l, error) ||
            (l + 1 < n_layers && !ripple_trial_delta(trial, l, error)) ||
            !ripple_trial_descent(trial, l, error))
            return FALSE;
    return trial->tally->failure || ripple_trial_loss(trial, error);
}

/* Those of an evaluation. */
static gboolean try_evaluation(RippleTrial *trial, GError **error)
{
    guint n_layers = trial->options.network->n_layers;
    if (!ripple_trial_gather(trial, error))
        return FALSE;
    for (guint l = 0; l < n_layers && !trial->tally->failure; l++)
        if (!ripple_trial_forward(trial, l, error))
            return FALSE;
    return trial->tally->failure || ripple_trial_loss(trial, error);
}

/* Nothing for a batch of no samples, or where something is known to be wrong. */
static gboolean try_batch(const Trust *self, gsize batch,
                          gboolean (*try)(RippleTrial *trial, GError **error), GError **error)
{
    if (batch == 0 || self->tally->failure)
        return TRUE;
    g_autoptr(RippleTrial) trial = trial_of(self, batch, error);
    return trial && try(trial, error);
}

/* Over a whole batch; and over the last of an epoch, which the steps at once have within them. */
static gboolean try_training(const Trust *self, GError **error)
{
    g_autoptr(RippleTrial) whole =
        trial_of(self, ripple_session_batch_size(self->trainer->session), error);
    if (!whole)
        return FALSE;
    if (ripple_trial_joins_steps(whole))
        return ripple_trial_steps(whole, error);
    if (!try_step(whole, error) || !(self->tally->failure || ripple_trial_chain(whole, error)))
        return FALSE;
    return try_batch(self, last_batch(self->trainer), try_step, error);
}

/* Each set goes row by row through steps of so many samples, and what is left of them, also where
 * training takes many steps at once. */
static gboolean try_evaluations(const Trust *self, GError **error)
{
    gsize most = self->trainer->plan.evaluation_batch, samples[2];
    evaluated_samples(self->trainer, samples);
    for (guint i = 0; most > 0 && i < G_N_ELEMENTS(samples); i++)
        if (!try_batch(self, samples[i] < most ? 0 : most, try_evaluation, error) ||
            !try_batch(self, samples[i] % most, try_evaluation, error))
            return FALSE;
    return TRUE;
}

static gboolean try_all(const Trust *self, GError **error)
{
    static const RippleSelftestUnit numbers = {.batch = 33};    /* whole vectors, and one more */
    static const RippleSelftestUnit observed = {.batch = 4097}; /* and whole parts */
    return try_training(self, error) && try_evaluations(self, error) &&
           (self->tally->failure ||
            ripple_try_finite(self->device, &numbers, self->tally, error)) &&
           (self->tally->failure || self->trainer->config->observe.count == 0 ||
            ripple_try_observe(self->device, &observed, self->tally, error));
}

/* ---- the verdict ---------------------------------------------------------------------------- */

static gdouble worst_share(const RippleTally *tally)
{
    gdouble worst = 0;
    for (guint i = 0; i < tally->groups->len; i++)
        worst = fmax(worst, g_array_index(tally->groups, RippleSelftestGroup, i).share);
    return worst;
}

/* A trace is to hold what the training does, and nothing else. */
static RippleBackend *open_apart(const RippleTrainer *trainer, GError **error)
{
    return trainer->trace ? ripple_device_open(trainer->config->device, error) : NULL;
}

/* A training that just fits leaves no room to test what it needs, and is no worse for that. */
static gboolean excuse_memory(RippleTrust *trust, const RippleTrainer *trainer, GError **cause,
                              GError **error)
{
    if (!g_error_matches(*cause, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY)) {
        g_propagate_error(error, g_steal_pointer(cause));
        return FALSE;
    }
    g_free(trust->problem);
    trust->problem = g_strdup_printf("Beside this training, %s has too little memory left to be "
                                     "tested, and was not; `ripple selftest` needs less.",
                                     ripple_backend_device_name(trainer->backend));
    trust->is_right = TRUE;
    return TRUE;
}

static gboolean test(RippleTrust *trust, const RippleTrainer *trainer, RippleTrustFile *file,
                     const char *training, GError **error)
{
    gint64 start = g_get_monotonic_time();
    g_autoptr(RippleTally) tally = ripple_tally_new();
    g_autoptr(RippleBackend) apart = open_apart(trainer, error);
    if (trainer->trace && !apart)
        return FALSE;
    g_autoptr(GError) cause = NULL;
    const Trust self = {trainer, apart ? apart : trainer->backend, tally};
    if (!try_all(&self, &cause))
        return excuse_memory(trust, trainer, &cause, error);
    trust->failure = g_steal_pointer(&tally->failure);
    trust->is_right = trust->failure == NULL;
    trust->seconds = (g_get_monotonic_time() - start) / 1e6;
    g_autoptr(GError) unwritten = NULL;
    if (trust->is_right &&
        !ripple_trust_file_add(file, training, tally->cases, worst_share(tally), &unwritten)) {
        g_free(trust->problem);
        trust->problem = g_strdup(unwritten->message);
    }
    return TRUE;
}

RippleTrust *ripple_trust(RippleTrainer *trainer, GError **error)
{
    g_autoptr(RippleTrust) trust = g_new0(RippleTrust, 1);
    if (strcmp(ripple_backend_kind(trainer->backend), "opencl") != 0) {
        trust->is_right = TRUE; /* it is what is trusted */
        return g_steal_pointer(&trust);
    }
    g_autoptr(RippleTrustFile) file = ripple_trust_file_new(trainer->backend);
    g_autofree char *training = describe(trainer);
    trust->path = g_strdup(ripple_trust_file_path(file));
    trust->is_right = trust->is_remembered = ripple_trust_file_has(file, training, &trust->problem);
    if (!trust->is_remembered && !test(trust, trainer, file, training, error))
        return NULL;
    return g_steal_pointer(&trust);
}

void ripple_trust_free(RippleTrust *trust)
{
    if (!trust)
        return;
    g_free(trust->failure);
    g_free(trust->path);
    g_free(trust->problem);
    g_free(trust);
}
