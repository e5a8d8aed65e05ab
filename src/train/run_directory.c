#include "train/run_directory.h"

#include "base/replacement.h"
#include "train/json_object.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG "config.ini"
#define MODEL "model.safetensors"

struct _RippleRunDirectory {
    char *path;
    int lock; /* descriptor of the file that is locked while the run lasts, or −1 */
    char *metrics_path;
    char *model_path;
    FILE *metrics;
    guint64 length; /* of its lines so far, in bytes */
};

static gboolean fail(GError **error, const char *doing, const char *path)
{
    int saved = errno;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Could not %s %s: %s.", doing, path,
                g_strerror(saved));
    return FALSE;
}

/* The system lets go of the lock when the process ends, however it does. */
static gboolean lock(RippleRunDirectory *self, GError **error)
{
    g_autofree char *path = g_build_filename(self->path, "lock", NULL);
    self->lock = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (self->lock < 0)
        return fail(error, "write", path);
    /* Some file systems have no locks: there the user has to see to it. */
    if (flock(self->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                "Another run is at work in the directory %s; wait until it has ended, or choose "
                "another --out.",
                self->path);
    return FALSE;
}

RippleRunDirectory *ripple_run_directory_new(const char *path, GError **error)
{
    g_autoptr(RippleRunDirectory) self = g_new0(RippleRunDirectory, 1);
    self->lock = -1;
    self->path = g_strdup(path);
    self->metrics_path = g_build_filename(path, "metrics.jsonl", NULL);
    self->model_path = g_build_filename(path, MODEL, NULL);
    if (g_mkdir_with_parents(path, 0777) != 0) {
        fail(error, "make the directory", path);
        return NULL;
    }
    if (!lock(self, error))
        return NULL;
    ripple_replacement_sweep(path, CONFIG);
    ripple_replacement_sweep(path, MODEL);
    return g_steal_pointer(&self);
}

void ripple_run_directory_free(RippleRunDirectory *directory)
{
    if (!directory)
        return;
    if (directory->metrics)
        fclose(directory->metrics);
    if (directory->lock >= 0)
        close(directory->lock);
    g_free(directory->path);
    g_free(directory->metrics_path);
    g_free(directory->model_path);
    g_free(directory);
}

/* ---- beginning ------------------------------------------------------------------------------ */

static gboolean write_config(RippleRunDirectory *self, const RippleConfig *config, GError **error)
{
    g_autofree char *path = g_build_filename(self->path, CONFIG, NULL);
    g_autofree char *text = ripple_config_to_text(config);
    g_autoptr(RippleReplacement) replacement = ripple_replacement_new(path, error);
    return replacement && ripple_replacement_write(replacement, text, strlen(text), error) &&
           ripple_replacement_finish(replacement, error);
}

gboolean ripple_run_directory_begin(RippleRunDirectory *directory, const RippleConfig *config,
                                    GError **error)
{
    if (!write_config(directory, config, error))
        return FALSE;
    directory->metrics = g_fopen(directory->metrics_path, "we");
    return directory->metrics || fail(error, "write", directory->metrics_path);
}

gboolean ripple_run_directory_open(RippleRunDirectory *directory, guint64 bytes, GError **error)
{
    GStatBuf status;
    const char *path = directory->metrics_path;
    directory->metrics = g_fopen(path, "r+e");
    if (!directory->metrics || fstat(fileno(directory->metrics), &status) != 0)
        return fail(error, "open", path);
    if ((guint64)status.st_size < bytes) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The file %s has %" G_GUINT64_FORMAT
                    " bytes, and the run had written %" G_GUINT64_FORMAT
                    " before its checkpoint: lines are missing. Put the file back "
                    "as it was.",
                    path, (guint64)status.st_size, bytes);
        return FALSE;
    }
    directory->length = bytes;
    return TRUE;
}

gboolean ripple_run_directory_continue(RippleRunDirectory *directory, const RippleConfig *config,
                                       GError **error)
{
    if (!write_config(directory, config, error))
        return FALSE;
    if (ftruncate(fileno(directory->metrics), (off_t)directory->length) != 0 ||
        fseeko(directory->metrics, 0, SEEK_END) != 0)
        return fail(error, "write", directory->metrics_path);
    return TRUE;
}

/* ---- metrics -------------------------------------------------------------------------------- */

guint64 ripple_run_directory_length(const RippleRunDirectory *directory)
{
    return directory->length;
}

gboolean ripple_run_directory_sync(RippleRunDirectory *directory, GError **error)
{
    /* What is no file, such as a pipe in its place, cannot be synced and need not be. */
    if (fsync(fileno(directory->metrics)) != 0 && errno != EINVAL)
        return fail(error, "write", directory->metrics_path);
    return TRUE;
}

static gboolean write_line(RippleRunDirectory *self, GString *line, GError **error)
{
    ripple_json_end_object(line);
    if (fprintf(self->metrics, "%s\n", line->str) < 0 || fflush(self->metrics) != 0)
        return fail(error, "write", self->metrics_path);
    self->length += line->len + 1;
    return TRUE;
}

gboolean ripple_run_directory_add_step(RippleRunDirectory *directory,
                                       const RippleStepReport *report, GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    ripple_json_begin_object(line, NULL);
    ripple_json_set_whole(line, "step", report->step);
    ripple_json_set_whole(line, "epoch", report->epoch);
    ripple_json_set_number(line, "loss", report->loss);
    ripple_json_set_number(line, "learning_rate", report->learning_rate);
    return write_line(directory, line, error);
}

gboolean ripple_run_directory_add_epoch(RippleRunDirectory *directory,
                                        const RippleEpochReport *report, GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    ripple_json_begin_object(line, NULL);
    ripple_json_set_whole(line, "epoch", report->epoch);
    ripple_json_set_whole(line, "step", report->step);
    ripple_json_set_number(line, "train_loss", report->train_loss);
    ripple_json_set_number(line, "train_accuracy", report->train_accuracy);
    ripple_json_set_number(line, "val_loss", report->val_loss);
    ripple_json_set_number(line, "val_accuracy", report->val_accuracy);
    ripple_json_set_number(line, "test_loss", report->test_loss);
    ripple_json_set_number(line, "test_accuracy", report->test_accuracy);
    ripple_json_set_number(line, "seconds", report->seconds);
    ripple_json_set_number(line, "samples_per_second", report->samples_per_second);
    return write_line(directory, line, error);
}

const char *ripple_run_directory_model_path(const RippleRunDirectory *directory)
{
    return directory->model_path;
}
