#include "check/resumed.h"

#include "train/checkpoints.h"
#include "train/model_write.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

static void add_part(GArray *parts, char *name, const char *unit, guint64 count, guint64 different)
{
    RippleResumedPart part = {name, g_strdup(unit), count, different};
    g_array_append_val(parts, part);
}

/* ---- checkpoints ---------------------------------------------------------------------------- */

/* A tensor of a checkpoint: where its numbers are. */
typedef struct {
    char *name;
    gdouble *values; /* borrowed */
    gsize count;
} Tensor;

static void tensor_clear(gpointer data)
{
    g_free(((Tensor *)data)->name);
}

static char *name_of(const char *prefix, guint layer, const char *part)
{
    return g_strdup_printf("%slayers.%u.%s", prefix, layer, part);
}

static void list_values(const RippleNetwork *network, const char *prefix, gdouble *values,
                        GArray *tensors)
{
    for (guint l = 0; values && l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        Tensor weight = {name_of(prefix, l, "weight"), values + layer->weight_offset,
                         layer->bias_offset - layer->weight_offset};
        Tensor bias = {name_of(prefix, l, "bias"), values + layer->bias_offset, layer->outputs};
        g_array_append_val(tensors, weight);
        g_array_append_val(tensors, bias);
    }
}

static GArray *list_tensors(RippleCheckpoint *checkpoint)
{
    const RippleNetwork *network = checkpoint->model->network;
    GArray *tensors = g_array_new(FALSE, FALSE, sizeof(Tensor));
    g_array_set_clear_func(tensors, tensor_clear);
    list_values(network, "", checkpoint->parameters, tensors);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        list_values(network, ripple_moment_prefixes[i], checkpoint->moments[i], tensors);
    return tensors;
}

/* Bits, so that 0 and −0 are not the same. */
static guint64 count_different(const gdouble *one, const gdouble *other, gsize count)
{
    guint64 different = 0;
    for (gsize i = 0; i < count; i++)
        different += memcmp(&one[i], &other[i], sizeof *one) != 0;
    return different;
}

/* Of two runs of one configuration the tensors are the same; one that misses some has lost them. */
static gboolean compare_checkpoints(const char *one, const char *other, GArray *parts,
                                    GError **error)
{
    g_autoptr(RippleCheckpoint) first = ripple_checkpoints_newest(one, NULL, error);
    g_autoptr(RippleCheckpoint) second =
        first ? ripple_checkpoints_newest(other, NULL, error) : NULL;
    if (!second)
        return FALSE;
    g_autoptr(GArray) tensors = list_tensors(first), others = list_tensors(second);
    for (guint i = 0; i < tensors->len; i++) {
        const Tensor *tensor = &g_array_index(tensors, Tensor, i);
        const Tensor *beside = i < others->len ? &g_array_index(others, Tensor, i) : NULL;
        gboolean is_there = beside && strcmp(beside->name, tensor->name) == 0;
        add_part(parts, g_strdup(tensor->name), "numbers", tensor->count,
                 is_there ? count_different(tensor->values, beside->values, tensor->count)
                          : tensor->count);
    }
    return TRUE;
}

/* By an eighth of the tensor's largest magnitude: what rounding does not hide. */
static void spoil(const Tensor *tensor)
{
    gdouble largest = 0;
    for (gsize i = 0; i < tensor->count; i++)
        largest = fmax(largest, fabs(tensor->values[i]));
    tensor->values[0] += largest > 0 ? largest / 8 : 1;
}

gboolean ripple_resumed_spoil(const char *directory, const char *name, GError **error)
{
    g_autoptr(RippleCheckpoint) checkpoint = ripple_checkpoints_newest(directory, NULL, error);
    if (!checkpoint)
        return FALSE;
    g_autoptr(GArray) tensors = list_tensors(checkpoint);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < tensors->len; i++) {
        const Tensor *tensor = &g_array_index(tensors, Tensor, i);
        if (strcmp(tensor->name, name) == 0) {
            spoil(tensor);
            return ripple_checkpoint_write(checkpoint, error);
        }
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", tensor->name);
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "There is no tensor called \"%s\" to spoil; choose one of: %s.", name, names->str);
    return FALSE;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* An empty text where there is no such file. */
static char *read_file(const char *directory, const char *name, gsize *length)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *bytes = NULL;
    *length = 0;
    return g_file_get_contents(path, &bytes, length, NULL) ? bytes : g_strdup("");
}

static void compare_bytes(const char *one, const char *other, const char *name, GArray *parts)
{
    gsize length, other_length;
    g_autofree char *bytes = read_file(one, name, &length);
    g_autofree char *others = read_file(other, name, &other_length);
    guint64 different = MAX(length, other_length) - MIN(length, other_length);
    for (gsize i = 0; i < MIN(length, other_length); i++)
        different += bytes[i] != others[i];
    if (length + other_length > 0)
        add_part(parts, g_strdup(name), "bytes", MAX(length, other_length), different);
}

/* A line of metrics.jsonl without what a clock says, which stands at its end. */
static gsize untimed(const char *line)
{
    const char *clock = strstr(line, "\"seconds\":");
    return clock ? (gsize)(clock - line) : strlen(line);
}

static void compare_lines(const char *one, const char *other, const char *name, GArray *parts)
{
    gsize length;
    g_autofree char *text = read_file(one, name, &length);
    g_autofree char *other_text = read_file(other, name, &length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1), others = g_strsplit(other_text, "\n", -1);
    guint count = g_strv_length(lines), other_count = g_strv_length(others);
    guint64 different = MAX(count, other_count) - MIN(count, other_count);
    for (guint i = 0; i < MIN(count, other_count); i++) {
        gsize compared = untimed(lines[i]);
        different += untimed(others[i]) != compared || memcmp(lines[i], others[i], compared) != 0;
    }
    add_part(parts, g_strdup(name), "lines", MAX(count, other_count) - 1, different);
}

gboolean ripple_resumed_compare(const char *one, const char *other, GArray *parts, GError **error)
{
    if (!compare_checkpoints(one, other, parts, error))
        return FALSE;
    compare_bytes(one, other, "model.safetensors", parts);
    compare_bytes(one, other, "best.safetensors", parts);
    compare_lines(one, other, "metrics.jsonl", parts);
    compare_bytes(one, other, "observations.jsonl", parts);
    return TRUE;
}
