#include "train/checkpoints.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <ripple/error.h>

#define PREFIX "step-"
#define SUFFIX ".safetensors"

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

static int newest_first(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)b, *(char *const *)a);
}

/* Paths of the files called like checkpoints, the newest first. */
static GPtrArray *list(const char *directory)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = folder_of(directory);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    const char *name;
    while (open && (name = g_dir_read_name(open)))
        if (g_str_has_prefix(name, PREFIX) && g_str_has_suffix(name, SUFFIX))
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(paths, newest_first);
    return paths;
}

/* One that cannot be removed takes space and does no harm. */
static void keep_newest(const char *directory, guint64 keep)
{
    g_autoptr(GPtrArray) paths = list(directory);
    for (guint64 i = keep; i < paths->len; i++)
        g_unlink(paths->pdata[i]);
}

static gboolean download(RippleBuffer *buffer, gdouble **values, GError **error)
{
    if (!buffer)
        return TRUE;
    *values = g_new(gdouble, buffer->length);
    return ripple_backend_download_exact(ripple_buffer_view(buffer), *values, error);
}

/* Bring home what is trained. */
static gboolean download_state(const RippleState *state, RippleCheckpoint *checkpoint,
                               GError **error)
{
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (!download(state->moments[i], &checkpoint->moments[i], error))
            return FALSE;
    return download(state->parameters, &checkpoint->parameters, error);
}

static gboolean make_folder(const char *directory, GError **error)
{
    g_autofree char *folder = folder_of(directory);
    if (g_mkdir_with_parents(folder, 0777) == 0)
        return TRUE;
    int code = errno;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Could not make the directory %s: %s.",
                folder, g_strerror(code));
    return FALSE;
}

/* Digits enough that names and steps have the same order. */
static char *path_of(const char *directory, guint64 step)
{
    g_autofree char *folder = folder_of(directory);
    return g_strdup_printf("%s" G_DIR_SEPARATOR_S PREFIX "%012" G_GUINT64_FORMAT SUFFIX, folder,
                           step);
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
    RippleCheckpoint checkpoint = {.path = path,
                                   .position = *position,
                                   .config = text,
                                   .data = self->digest,
                                   .model = self->model};
    gboolean ok = make_folder(directory, error) &&
                  download_state(self->state, &checkpoint, error) &&
                  ripple_checkpoint_write(&checkpoint, error);
    g_free(checkpoint.parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        g_free(checkpoint.moments[i]);
    if (!ok)
        return FALSE;
    keep_newest(directory, self->config->keep);
    self->last = g_get_monotonic_time();
    return TRUE;
}

gboolean ripple_checkpoints_write_best(RippleCheckpoints *checkpoints, GError **error)
{
    g_autofree char *path = g_build_filename(checkpoints->config->out, "best" SUFFIX, NULL);
    return ripple_backend_download(ripple_buffer_view(checkpoints->state->parameters),
                                   checkpoints->model->parameters, error) &&
           ripple_model_save(checkpoints->model, path, error);
}

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
        g_set_error(
            error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
            "There is no checkpoint in \"%s\"; name the --out directory of a run that wrote "
            "one.",
            directory);
    return NULL;
}

gboolean ripple_checkpoints_make_way(const char *directory, GError **error)
{
    g_autoptr(RippleCheckpoint) newest = ripple_checkpoints_newest(directory, NULL, NULL);
    if (!newest || newest->position.is_finished) {
        keep_newest(directory, 0);
        return TRUE;
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                "The directory %s holds a run that stopped after %" G_GUINT64_FORMAT
                " steps. Go on with it by --resume %s, choose another --out, or delete the folder "
                "\"checkpoints\" in it.",
                directory, newest->position.step, directory);
    return FALSE;
}
