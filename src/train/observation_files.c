#include "train/observation_files.h"

#include "base/replacement.h"
#include "train/numbered_files.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _RippleObservationFiles {
    char *directory;
    char *path; /* of observations.jsonl */
    char *folder;
    guint64 every;
    gboolean keep_path;
    RippleModel *model;
    FILE *lines; /* NULL while nothing is to be written */
    guint64 length;
};

static gboolean fail(GError **error, const char *doing, const char *path)
{
    int code = errno;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Could not %s %s: %s.", doing, path,
                g_strerror(code));
    return FALSE;
}

RippleObservationFiles *ripple_observation_files_new(const char *directory, guint64 every,
                                                     gboolean keep_path, RippleModel *model)
{
    RippleObservationFiles *self = g_new0(RippleObservationFiles, 1);
    self->directory = g_strdup(directory);
    self->path = g_build_filename(directory, "observations.jsonl", NULL);
    self->folder = g_build_filename(directory, RIPPLE_PATH_FOLDER, NULL);
    self->every = every;
    self->keep_path = keep_path;
    self->model = model;
    ripple_replacement_sweep(self->folder, RIPPLE_PATH_PREFIX);
    return self;
}

void ripple_observation_files_free(RippleObservationFiles *files)
{
    if (!files)
        return;
    if (files->lines)
        fclose(files->lines);
    g_free(files->directory);
    g_free(files->path);
    g_free(files->folder);
    g_free(files);
}

/* ---- beginning ------------------------------------------------------------------------------ */

/* The newest first, so that what is left is a path from the beginning. */
static gboolean remove_from(RippleObservationFiles *self, guint64 step, GError **error)
{
    g_autoptr(GPtrArray) paths = ripple_numbered_files(self->folder, RIPPLE_PATH_PREFIX);
    for (guint i = 0; i < paths->len; i++)
        if (ripple_numbered_file_number(paths->pdata[i], RIPPLE_PATH_PREFIX) >= step &&
            g_unlink(paths->pdata[i]) != 0)
            return fail(error, "remove the file", paths->pdata[i]);
    return TRUE;
}

/* That the folder is there lasts through a power cut, too. */
static gboolean make_folder(RippleObservationFiles *self, GError **error)
{
    if (self->every == 0 || !self->keep_path)
        return TRUE;
    if (g_mkdir_with_parents(self->folder, 0777) != 0)
        return fail(error, "make the directory", self->folder);
    ripple_replacement_sync(self->directory);
    return TRUE;
}

gboolean ripple_observation_files_begin(RippleObservationFiles *files, GError **error)
{
    if (!remove_from(files, 0, error))
        return FALSE;
    if (g_unlink(files->path) != 0 && errno != ENOENT)
        return fail(error, "remove the file", files->path);
    g_rmdir(files->folder); /* where it is empty */
    if (files->every == 0)
        return TRUE;
    files->lines = g_fopen(files->path, "we");
    return files->lines ? make_folder(files, error) : fail(error, "write", files->path);
}

gboolean ripple_observation_files_check(RippleObservationFiles *files, guint64 bytes,
                                        GError **error)
{
    GStatBuf status = {0};
    files->length = bytes;
    if (g_stat(files->path, &status) != 0 && errno != ENOENT)
        return fail(error, "open", files->path);
    if ((guint64)status.st_size >= bytes)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The file %s has %" G_GUINT64_FORMAT
                " bytes, and the run had written %" G_GUINT64_FORMAT
                " before its checkpoint: lines are missing. Put the file back "
                "as it was.",
                files->path, (guint64)status.st_size, bytes);
    return FALSE;
}

gboolean ripple_observation_files_continue(RippleObservationFiles *files, guint64 step,
                                           GError **error)
{
    if (!remove_from(files, step, error))
        return FALSE;
    if (truncate(files->path, (off_t)files->length) != 0 && errno != ENOENT)
        return fail(error, "write", files->path);
    if (files->every == 0)
        return TRUE;
    files->lines = g_fopen(files->path, "ae");
    return files->lines ? make_folder(files, error) : fail(error, "write", files->path);
}

/* ---- lines ---------------------------------------------------------------------------------- */

guint64 ripple_observation_files_length(const RippleObservationFiles *files)
{
    return files->length;
}

gboolean ripple_observation_files_sync(RippleObservationFiles *files, GError **error)
{
    /* What is no file, such as a pipe in its place, cannot be synced and need not be. */
    if (files->lines && fsync(fileno(files->lines)) != 0 && errno != EINVAL)
        return fail(error, "write", files->path);
    return TRUE;
}

gboolean ripple_observation_files_add(RippleObservationFiles *files, const GString *line,
                                      GError **error)
{
    if (fwrite(line->str, 1, line->len, files->lines) != line->len || fflush(files->lines) != 0)
        return fail(error, "write", files->path);
    files->length += line->len;
    return TRUE;
}

/* ---- the path ------------------------------------------------------------------------------- */

static guint64 most_snapshots(const RippleObservationFiles *self)
{
    gsize bytes = self->model->network->parameter_span * sizeof(gfloat);
    return CLAMP(RIPPLE_PATH_BYTES / bytes, RIPPLE_PATH_FEWEST, RIPPLE_PATH_MOST) / 2 * 2;
}

/* Observations between snapshots, when the last is the one of that number: the smallest power of
 * two with which there are not too many. */
static guint64 stride_at(const RippleObservationFiles *self, guint64 number)
{
    guint64 stride = 1;
    while (number / stride >= most_snapshots(self))
        stride *= 2;
    return stride;
}

gboolean ripple_observation_files_wants(const RippleObservationFiles *files, guint64 step)
{
    guint64 number = step / MAX(files->every, 1);
    return files->every > 0 && files->keep_path && number % stride_at(files, number) == 0;
}

/* One that cannot be removed takes space and does no harm. What a run left that was observed at
 * other steps stays. */
static void thin(RippleObservationFiles *self, guint64 number)
{
    guint64 stride = stride_at(self, number);
    if (number == 0 || stride_at(self, number - 1) == stride)
        return;
    g_autoptr(GPtrArray) paths = ripple_numbered_files(self->folder, RIPPLE_PATH_PREFIX);
    for (guint i = 0; i < paths->len; i++) {
        guint64 step = ripple_numbered_file_number(paths->pdata[i], RIPPLE_PATH_PREFIX);
        if (step % self->every == 0 && step / self->every % stride != 0)
            g_unlink(paths->pdata[i]);
    }
}

gboolean ripple_observation_files_keep(RippleObservationFiles *files, guint64 step,
                                       const gfloat *parameters, GError **error)
{
    gsize length = files->model->network->parameter_span;
    for (gsize i = 0; i < length; i++)
        if (!isfinite(parameters[i]))
            return TRUE;
    g_autofree char *path = g_strdup_printf("%s" G_DIR_SEPARATOR_S RIPPLE_PATH_PREFIX
                                            "%09" G_GUINT64_FORMAT RIPPLE_NUMBERED_SUFFIX,
                                            files->folder, step);
    memcpy(files->model->parameters, parameters, length * sizeof *parameters);
    if (!ripple_model_save(files->model, path, error))
        return FALSE;
    thin(files, step / files->every);
    return TRUE;
}
