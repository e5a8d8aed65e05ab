#include "train/resume.h"

#include "train/config_options.h"
#include "train/rates.h"

#include <ripple/error.h>
#include <string.h>

RippleConfig *ripple_checkpoint_config(const RippleCheckpoint *checkpoint, GError **error)
{
    g_autoptr(RippleConfig) config = ripple_config_new();
    g_autoptr(GError) cause = NULL;
    if (ripple_config_parse(config, checkpoint->config, &cause))
        return g_steal_pointer(&config);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The configuration in the checkpoint %s is damaged: %s", checkpoint->path,
                cause->message);
    return NULL;
}

/* Which options may change: how long to train, and all that decides no number. Where the data lie
 * is one: their digest says whether they are the same. */
static gboolean is_free(const RippleConfigOption *option)
{
    static const char *const keys[] = {"data", "test_data", "epochs", "steps"};
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(option->key, keys[i]) == 0)
            return TRUE;
    return strcmp(option->section, "run") == 0;
}

static gboolean check_options(const RippleCheckpoint *checkpoint, const RippleConfig *config,
                              GError **error)
{
    g_autoptr(RippleConfig) kept = ripple_checkpoint_config(checkpoint, error);
    if (!kept)
        return FALSE;
    guint count;
    const RippleConfigOption *options = ripple_config_options(&count);
    for (guint i = 0; i < count; i++) {
        g_autofree char *before = options[i].format(&options[i], kept);
        g_autofree char *now = options[i].format(&options[i], config);
        if (is_free(&options[i]) || strcmp(before, now) == 0)
            continue;
        g_set_error(
            error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
            "The run in %s has %s = %s, and is now asked for %s; a run goes on as it began. "
            "Leave the option out, or begin a new run from its weights with --init.",
            config->out, options[i].key, before, now);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_data(const RippleCheckpoint *checkpoint, const RippleConfig *config,
                           const RippleMaterial *material, GError **error)
{
    g_autofree char *digest = ripple_data_digest(material->train);
    if (strcmp(digest, checkpoint->data) == 0)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The data in %s are not those that the run in %s began with; put them back, or "
                "begin a new run.",
                material->train->source, config->out);
    return FALSE;
}

/* Up to their activations. */
static gboolean are_alike(const RippleNetwork *one, const RippleNetwork *other)
{
    gboolean alike = one->n_layers == other->n_layers && one->inputs == other->inputs;
    for (guint l = 0; alike && l < one->n_layers; l++)
        alike = one->layers[l].outputs == other->layers[l].outputs;
    return alike;
}

/* What the checkpoint says must be possible for the run. */
static gboolean check_position(const RippleCheckpoint *checkpoint, const RippleConfig *config,
                               const RippleMaterial *material, GError **error)
{
    const RipplePosition *position = &checkpoint->position;
    guint64 per_epoch = ripple_material_steps_per_epoch(material, config);
    gboolean fits =
        are_alike(checkpoint->model->network, material->model->network) &&
        position->epoch <= G_MAXUINT32 && position->samples < material->n_train &&
        position->samples % config->batch == 0 &&
        position->step == (position->epoch - 1) * per_epoch + position->samples / config->batch;
    for (guint i = 0; i < ripple_config_moments(config); i++)
        fits = fits && checkpoint->moments[i];
    if (fits)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The checkpoint %s does not fit the run that it says it is of; it is damaged.",
                checkpoint->path);
    return FALSE;
}

static gboolean check_left(const RippleCheckpoint *checkpoint, const RippleConfig *config,
                           const RippleMaterial *material, GError **error)
{
    guint64 steps = ripple_material_steps(material, config);
    const RipplePosition *position = &checkpoint->position;
    if (position->step < steps || (position->step == steps && position->is_finished))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The run in %s has taken %" G_GUINT64_FORMAT
                " steps, and is now asked for %" G_GUINT64_FORMAT
                "; ask for more by --epochs or --steps.",
                config->out, position->step, steps);
    return FALSE;
}

gboolean ripple_checkpoint_fits(const RippleCheckpoint *checkpoint, const RippleConfig *config,
                                const RippleMaterial *material, GError **error)
{
    return check_options(checkpoint, config, error) &&
           check_data(checkpoint, config, material, error) &&
           check_position(checkpoint, config, material, error) &&
           check_left(checkpoint, config, material, error);
}

gboolean ripple_checkpoint_restore(const RippleCheckpoint *checkpoint, RippleState *state,
                                   GError **error)
{
    if (!ripple_backend_upload_exact(ripple_buffer_view(state->parameters), checkpoint->parameters,
                                     error))
        return FALSE;
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (state->moments[i] && !ripple_backend_upload_exact(ripple_buffer_view(state->moments[i]),
                                                              checkpoint->moments[i], error))
            return FALSE;
    return TRUE;
}
