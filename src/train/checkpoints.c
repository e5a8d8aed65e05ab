#include "train/checkpoints.h"

#include "base/replacement.h"
#include "train/bundle.h"
#include "train/numbered_files.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

#define PREFIX "step-"
#define BEST "best" RIPPLE_NUMBERED_SUFFIX

struct _RippleCheckpoints {
    const RippleConfig *config;
    const RippleDataset *dataset;
    RippleModel *model;
    RippleState *state;
    char *digest; /* of the dataset; NULL until it is wanted */
    gint64 last;  /* when the last one was written */
};

static char *folder_of(const char *directory)
{
    return g_build_filename(directory, "checkpoints", NULL);
}

RippleCheckpoints *ripple_checkpoints_new(const RippleConfig *config, const RippleDataset *dataset,
                                          RippleModel *model, RippleState *state)
{
    RippleCheckpoints *self = g_new0(RippleCheckpoints, 1);
    self->config = config;
    self->dataset = dataset;
    self->model = model;
    self->state = state;
    self->last = g_get_monotonic_time();
    return self;
}

void ripple_checkpoints_free(RippleCheckpoints *checkpoints)
{
    if (!checkpoints)
        return;
    g_free(checkpoints->digest);
    g_free(checkpoints);
}

/* ---- when ----------------------------------------------------------------------------------- */

static gboolean counts(const RippleCheckpoints *self, RippleIntervalUnit unit)
{
    const RippleInterval *every = &self->config->checkpoint_every;
    return every->count > 0 && every->unit == unit;
}

guint64 ripple_checkpoints_room(const RippleCheckpoints *checkpoints, guint64 step)
{
    guint64 every = checkpoints->config->checkpoint_every.count;
    return counts(checkpoints, RIPPLE_INTERVAL_STEPS) ? every - step % every : G_MAXUINT64;
}

gboolean ripple_checkpoints_is_due(const RippleCheckpoints *checkpoints, guint64 step)
{
    guint64 every = checkpoints->config->checkpoint_every.count;
    if (counts(checkpoints, RIPPLE_INTERVAL_SECONDS))
        return (guint64)(g_get_monotonic_time() - checkpoints->last) >= every * G_USEC_PER_SEC;
    return counts(checkpoints, RIPPLE_INTERVAL_STEPS) && step % every == 0;
}

gboolean ripple_checkpoints_is_due_after(const RippleCheckpoints *checkpoints, guint64 epoch,
                                         guint64 step)
{
    if (counts(checkpoints, RIPPLE_INTERVAL_EPOCHS))
        return epoch % checkpoints->config->checkpoint_every.count == 0;
    return ripple_checkpoints_is_due(checkpoints, step);
}

/* ---- the files ------------------------------------------------------------------------------ */

static GPtrArray *list(const char *directory)
{
    g_autofree char *folder = folder_of(directory);
    return ripple_numbered_files(folder, PREFIX);
}

static gboolean fail(GError **error, const char *doing, const char *path)
{
    int code = errno;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Could not %s %s: %s.", doing, path,
                g_strerror(code));
    return FALSE;
}

/* The oldest goes first, so that the newest is there as long as any is. */
static gboolean keep_newest(const GPtrArray *paths, guint64 keep, GError **error)
{
    for (guint i = paths->len; i > keep; i--)
        if (g_unlink(paths->pdata[i - 1]) != 0)
            return fail(error, "remove the file", paths->pdata[i - 1]);
    return TRUE;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* That the folder is there lasts through a power cut, too. */
static gboolean make_folder(const char *directory, GError **error)
{
    g_autofree char *folder = folder_of(directory);
    if (g_mkdir(folder, 0777) == 0)
        ripple_replacement_sync(directory);
    else if (errno != EEXIST)
        return fail(error, "make the directory", folder);
    return TRUE;
}

/* Zeros in front keep the names in order where people list them. */
static char *path_of(const char *directory, guint64 step)
{
    g_autofree char *folder = folder_of(directory);
    return g_strdup_printf(
        "%s" G_DIR_SEPARATOR_S PREFIX "%012" G_GUINT64_FORMAT RIPPLE_NUMBERED_SUFFIX, folder, step);
}

gboolean ripple_checkpoints_write(RippleCheckpoints *checkpoints, const RipplePosition *position,
                                  GError **error)
{
    RippleCheckpoints *self = checkpoints;
    const char *directory = self->config->out;
    if (!self->digest)
        self->digest = ripple_data_digest(self->dataset);
    g_autofree char *path = path_of(directory, position->step);
    g_autofree char *text = ripple_config_to_text(self->config);
    g_autofree char *device = ripple_device_text(self->state->backend);
    g_autofree char *identity = ripple_device_identity(self->state->backend);
    RippleCheckpoint checkpoint = {.path = path,
                                   .position = *position,
                                   .config = text,
                                   .data = self->digest,
                                   .device = device,
                                   .identity = identity,
                                   .model = self->model};
    gboolean ok =
        make_folder(directory, error) &&
        ripple_state_download(self->state, &checkpoint.parameters, checkpoint.moments, error) &&
        ripple_checkpoint_write(&checkpoint, error);
    g_free(checkpoint.parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        g_free(checkpoint.moments[i]);
    if (!ok)
        return FALSE;
    /* An old one that cannot be removed takes space and does no harm. */
    g_autoptr(GPtrArray) paths = list(directory);
    keep_newest(paths, self->config->keep, NULL);
    self->last = g_get_monotonic_time();
    return TRUE;
}

static char *best_path(const char *directory)
{
    return g_build_filename(directory, BEST, NULL);
}

gboolean ripple_checkpoints_write_best(RippleCheckpoints *checkpoints, GError **error)
{
    g_autofree char *path = best_path(checkpoints->config->out);
    return ripple_backend_download(ripple_buffer_view(checkpoints->state->parameters),
                                   checkpoints->model->parameters, error) &&
           ripple_model_save(checkpoints->model, path, error);
}

/* ---- finding -------------------------------------------------------------------------------- */

static void set_none(const char *directory, GError **error)
{
    g_autofree char *config = g_build_filename(directory, "config.ini", NULL);
    if (g_file_test(config, G_FILE_TEST_EXISTS))
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The run in \"%s\" has written no checkpoint yet; `ripple train --config %s` "
                    "begins it again.",
                    directory, config);
    else
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "There is no run in \"%s\"; name the --out directory of one.", directory);
}

/* Of several damaged ones, the newest is told about. */
RippleCheckpoint *ripple_checkpoints_newest(const char *directory, char **problem, GError **error)
{
    g_autoptr(GPtrArray) paths = list(directory);
    g_autoptr(GError) damage = NULL;
    for (guint i = 0; i < paths->len; i++) {
        RippleCheckpoint *checkpoint =
            ripple_checkpoint_load(paths->pdata[i], damage ? NULL : &damage);
        if (checkpoint && damage && problem)
            *problem = g_strdup_printf("%s The one before it is taken, %s.", damage->message,
                                       (const char *)paths->pdata[i]);
        if (checkpoint)
            return checkpoint;
    }
    if (damage)
        g_propagate_error(error, g_steal_pointer(&damage));
    else
        set_none(directory, error);
    return NULL;
}

gboolean ripple_checkpoints_put_aside(const char *directory, const char *chosen, GError **error)
{
    g_autoptr(GPtrArray) paths = list(directory);
    for (guint i = 0; i < paths->len && strcmp(paths->pdata[i], chosen) != 0; i++) {
        g_autofree char *aside = g_strconcat(paths->pdata[i], ".damaged", NULL);
        if (g_rename(paths->pdata[i], aside) != 0)
            return fail(error, "rename the file", paths->pdata[i]);
    }
    return TRUE;
}

void ripple_checkpoints_sweep(const char *directory)
{
    g_autofree char *folder = folder_of(directory);
    ripple_replacement_sweep(folder, PREFIX);
    ripple_replacement_sweep(directory, BEST);
    ripple_replacement_sweep(directory, RIPPLE_BUNDLE_PREFIX);
}

gboolean ripple_checkpoints_check_way(const char *directory, GError **error)
{
    g_autoptr(GPtrArray) paths = list(directory);
    if (paths->len == 0)
        return TRUE;
    g_autoptr(GError) damage = NULL;
    g_autoptr(RippleCheckpoint) newest = ripple_checkpoints_newest(directory, NULL, &damage);
    if (newest && newest->position.is_finished)
        return TRUE;
    if (newest)
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The directory %s holds a run that stopped after %" G_GUINT64_FORMAT
                    " steps. Go on with it by --resume %s, choose another --out, or delete the "
                    "folder \"checkpoints\" in it.",
                    directory, newest->position.step, directory);
    else
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The directory %s holds a run whose checkpoints cannot be read: %s Choose "
                    "another --out, or delete the folder \"checkpoints\" in it.",
                    directory, damage->message);
    return FALSE;
}

static gboolean forget_best(const char *directory, GError **error)
{
    g_autofree char *path = best_path(directory);
    return g_unlink(path) == 0 || errno == ENOENT || fail(error, "remove the file", path);
}

/* The checkpoints go first: a run that could still be resumed has all that belongs to it. */
gboolean ripple_checkpoints_make_way(const char *directory, GError **error)
{
    g_autoptr(GPtrArray) checkpoints = list(directory);
    g_autoptr(GPtrArray) bundles = ripple_numbered_files(directory, RIPPLE_BUNDLE_PREFIX);
    return keep_newest(checkpoints, 0, error) && forget_best(directory, error) &&
           keep_newest(bundles, 0, error);
}
