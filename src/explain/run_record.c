#include "explain/run_record.h"

#include "train/checkpoints.h"
#include "train/json_text.h"

#include <gio/gio.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* Metrics beyond that are no metrics. */
#define MOST_BYTES ((goffset)1 << 31)

static gboolean exists(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* ---- metrics -------------------------------------------------------------------------------- */

/* A number, or NAN where it is null or missing. */
static gboolean take_number(JsonNode *line, const char *key, gdouble *number)
{
    JsonNode *member = ripple_json_member(line, key);
    *number = NAN;
    return !member || JSON_NODE_HOLDS_NULL(member) || ripple_json_number(member, number);
}

static gboolean take_count(JsonNode *line, const char *key, guint64 *number)
{
    return ripple_json_whole(ripple_json_member(line, key), G_MAXINT64, number) && *number > 0;
}

static gboolean take_epoch(RippleRunRecord *record, JsonNode *line)
{
    RippleEpochReport epoch;
    if (!take_count(line, "epoch", &epoch.epoch) || !take_count(line, "step", &epoch.step) ||
        !take_number(line, "train_loss", &epoch.train_loss) ||
        !take_number(line, "train_accuracy", &epoch.train_accuracy) ||
        !take_number(line, "val_loss", &epoch.val_loss) ||
        !take_number(line, "val_accuracy", &epoch.val_accuracy) ||
        !take_number(line, "test_loss", &epoch.test_loss) ||
        !take_number(line, "test_accuracy", &epoch.test_accuracy) ||
        !take_number(line, "seconds", &epoch.seconds) ||
        !take_number(line, "samples_per_second", &epoch.samples_per_second))
        return FALSE;
    guint n = record->epochs->len;
    if (n > 0 && g_array_index(record->epochs, RippleEpochReport, n - 1).epoch >= epoch.epoch)
        return FALSE;
    g_array_append_val(record->epochs, epoch);
    return TRUE;
}

static gboolean take_step(RippleRunRecord *record, JsonNode *line)
{
    RippleStepReport step;
    if (!take_count(line, "step", &step.step) || !take_count(line, "epoch", &step.epoch) ||
        !take_number(line, "loss", &step.loss) ||
        !take_number(line, "learning_rate", &step.learning_rate))
        return FALSE;
    guint n = record->steps->len;
    if (n > 0 && g_array_index(record->steps, RippleStepReport, n - 1).step >= step.step)
        return FALSE;
    g_array_append_val(record->steps, step);
    return TRUE;
}

static gboolean take_line(RippleRunRecord *record, const char *text, gsize length)
{
    g_autoptr(JsonNode) line = ripple_json_parse(text, length, NULL);
    if (!line)
        return FALSE;
    return ripple_json_member(line, "train_loss") ? take_epoch(record, line)
                                                  : take_step(record, line);
}

static gboolean take_lines(RippleRunRecord *record, const char *path, const char *text,
                           gsize length, GError **error)
{
    guint number = 1;
    for (const char *line = text, *end = text + length; line < end; number++) {
        const char *stop = memchr(line, '\n', (gsize)(end - line));
        const char *next = stop ? stop + 1 : end;
        if (!take_line(record, line, (gsize)((stop ? stop : end) - line)) && stop) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "Line %u of %s is damaged: it is none that a run writes there.", number,
                        path);
            return FALSE;
        }
        line = next;
    }
    return TRUE;
}

/* What is no file, such as a pipe, might never end. */
static gboolean check_file(const char *path, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GError) cause = NULL;
    g_autoptr(GFileInfo) info =
        g_file_query_info(file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
                          G_FILE_QUERY_INFO_NONE, NULL, &cause);
    if (!info)
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "Could not read %s: %s.", path,
                    cause->message);
    else if (g_file_info_get_file_type(info) != G_FILE_TYPE_REGULAR ||
             g_file_info_get_size(info) > MOST_BYTES)
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "Could not read %s: it is no file of at most 2 GiB.", path);
    else
        return TRUE;
    return FALSE;
}

static gboolean read_metrics(RippleRunRecord *record, GError **error)
{
    g_autofree char *path = g_build_filename(record->path, "metrics.jsonl", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;
    gsize length;
    if (!exists(path))
        return TRUE;
    if (!check_file(path, error))
        return FALSE;
    if (!g_file_get_contents(path, &text, &length, &cause)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "Could not read the metrics: %s.",
                    cause->message);
        return FALSE;
    }
    return take_lines(record, path, text, length, error);
}

/* ---- configuration and model ---------------------------------------------------------------- */

static gboolean no_run(const char *path, GError **error)
{
    const char *why = !exists(path) ? "there is no such directory."
                      : !g_file_test(path, G_FILE_TEST_IS_DIR)
                          ? "it is a file; name the directory that `ripple train --out` made."
                          : "it has no config.ini, which `ripple train --out DIRECTORY` writes.";
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "There is no run in \"%s\": %s", path, why);
    return FALSE;
}

static gboolean read_config(RippleRunRecord *record, GError **error)
{
    g_autofree char *path = g_build_filename(record->path, "config.ini", NULL);
    g_autoptr(GError) cause = NULL;
    if (!exists(path))
        return no_run(record->path, error);
    if (!check_file(path, error))
        return FALSE;
    if (ripple_config_load(record->config, path, &cause))
        return TRUE;
    g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, cause->message);
    return FALSE;
}

static gboolean read_model(RippleRunRecord *record, GError **error)
{
    static const char *const names[] = {"model.safetensors", "best.safetensors"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(record->path, names[i], NULL);
        if (!exists(path))
            continue;
        record->model = ripple_model_load(path, error);
        record->model_path = g_steal_pointer(&path);
        return record->model != NULL;
    }
    /* Where no checkpoint is whole, there is no model. */
    g_autoptr(RippleCheckpoint) checkpoint = ripple_checkpoints_newest(record->path, NULL, NULL);
    if (checkpoint) {
        record->model = g_steal_pointer(&checkpoint->model);
        record->model_path = g_strdup(checkpoint->path);
    }
    return TRUE;
}

static void find_not_finite(RippleRunRecord *record)
{
    g_autoptr(GDir) folder = g_dir_open(record->path, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        static const char prefix[] = "not-finite-step-";
        if (g_str_has_prefix(name, prefix) && g_str_has_suffix(name, ".safetensors"))
            record->not_finite_step = g_ascii_strtoull(name + strlen(prefix), NULL, 10);
    }
}

RippleRunRecord *ripple_run_record_new(const char *directory, GError **error)
{
    g_autoptr(RippleRunRecord) record = g_new0(RippleRunRecord, 1);
    record->path = g_strdup(directory);
    record->config = ripple_config_new();
    record->steps = g_array_new(FALSE, FALSE, sizeof(RippleStepReport));
    record->epochs = g_array_new(FALSE, FALSE, sizeof(RippleEpochReport));
    if (!read_config(record, error) || !read_metrics(record, error) || !read_model(record, error))
        return NULL;
    find_not_finite(record);
    return g_steal_pointer(&record);
}

void ripple_run_record_free(RippleRunRecord *record)
{
    if (!record)
        return;
    g_free(record->path);
    ripple_config_free(record->config);
    g_array_unref(record->steps);
    g_array_unref(record->epochs);
    ripple_model_free(record->model);
    g_free(record->model_path);
    g_free(record);
}

/* ---- data ----------------------------------------------------------------------------------- */

gboolean ripple_run_record_check_model(const RippleRunRecord *record, GError **error)
{
    if (record->model)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The run in %s has no model; one is there from its first checkpoint on, and when "
                "it is interrupted or ends with finite numbers.",
                record->path);
    return FALSE;
}

static RippleDataset *load(const RippleRunRecord *record, const char *spec, RippleSplit split,
                           GError **error)
{
    if (!ripple_run_record_check_model(record, error))
        return NULL;
    if (!spec) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The config.ini of the run in %s names no data; name them with --data.",
                    record->path);
        return NULL;
    }
    return ripple_model_load_data(record->model, spec, record->config->target, split, FALSE, error);
}

GPtrArray *ripple_run_records_new(char *const *directories, GError **error)
{
    g_autoptr(GPtrArray) records =
        g_ptr_array_new_with_free_func((GDestroyNotify)ripple_run_record_free);
    for (; *directories; directories++) {
        RippleRunRecord *record = ripple_run_record_new(*directories, error);
        if (!record)
            return NULL;
        g_ptr_array_add(records, record);
    }
    return g_steal_pointer(&records);
}

RippleDataset *ripple_run_record_load_data(const RippleRunRecord *record, const char *spec,
                                           GError **error)
{
    const RippleConfig *config = record->config;
    if (!spec)
        spec = config->test_data ? config->test_data : config->data;
    return load(record, spec, RIPPLE_SPLIT_AUTO, error);
}

RippleDataset *ripple_run_record_load_training_data(const RippleRunRecord *record, GError **error)
{
    return load(record, record->config->data, RIPPLE_SPLIT_TRAIN, error);
}
