#include "train/run_directory.h"

#include "train/json_object.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <stdio.h>

struct _RippleRunDirectory {
    char *metrics_path;
    char *model_path;
    FILE *metrics;
};

static gboolean fail(GError **error, const char *doing, const char *path)
{
    int saved = errno;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Could not %s %s: %s.", doing, path,
                g_strerror(saved));
    return FALSE;
}

RippleRunDirectory *ripple_run_directory_new(const char *path, const RippleConfig *config,
                                             GError **error)
{
    g_autoptr(RippleRunDirectory) self = g_new0(RippleRunDirectory, 1);
    self->metrics_path = g_build_filename(path, "metrics.jsonl", NULL);
    self->model_path = g_build_filename(path, "model.safetensors", NULL);
    if (g_mkdir_with_parents(path, 0777) != 0) {
        fail(error, "make the directory", path);
        return NULL;
    }

    g_autofree char *config_path = g_build_filename(path, "config.ini", NULL);
    g_autofree char *text = ripple_config_to_text(config);
    g_autoptr(GError) cause = NULL;
    if (!g_file_set_contents(config_path, text, -1, &cause)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "Could not write the configuration: %s.", cause->message);
        return NULL;
    }
    self->metrics = g_fopen(self->metrics_path, "we");
    if (!self->metrics) {
        fail(error, "write", self->metrics_path);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void ripple_run_directory_free(RippleRunDirectory *directory)
{
    if (!directory)
        return;
    if (directory->metrics)
        fclose(directory->metrics);
    g_free(directory->metrics_path);
    g_free(directory->model_path);
    g_free(directory);
}

static gboolean write_line(RippleRunDirectory *self, GString *line, GError **error)
{
    ripple_json_end_object(line);
    if (fprintf(self->metrics, "%s\n", line->str) < 0 || fflush(self->metrics) != 0)
        return fail(error, "write", self->metrics_path);
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
