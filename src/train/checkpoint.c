#include "train/checkpoint.h"

#include "base/checksum.h"
#include "base/text.h"
#include "opencl/identity.h"
#include "train/model_layers.h"
#include "train/model_write.h"
#include "train/safetensors.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

#define KEY(name) "ripple.checkpoint." #name

/* The numbers of a position, each under a key of its own in the file's metadata. */
static const struct {
    const char *key;
    gsize offset;
    gboolean is_whole;
    gboolean may_miss; /* stands for 0, or of one that is not whole for NAN */
} numbers[] = {
#define WHOLE(name, may_miss)                                                                      \
    {                                                                                              \
        KEY(name), G_STRUCT_OFFSET(RipplePosition, name), TRUE, may_miss                           \
    }
#define REAL(name, may_miss)                                                                       \
    {                                                                                              \
        KEY(name), G_STRUCT_OFFSET(RipplePosition, name), FALSE, may_miss                          \
    }
    WHOLE(step, FALSE),        WHOLE(epoch, FALSE),         WHOLE(samples, FALSE),
    REAL(loss, FALSE),         REAL(rights, FALSE),         REAL(seconds, FALSE),
    REAL(best_loss, TRUE),     WHOLE(metrics_bytes, FALSE), WHOLE(observation_bytes, TRUE),
    WHOLE(is_finished, FALSE),
};

void ripple_checkpoint_free(RippleCheckpoint *checkpoint)
{
    if (!checkpoint)
        return;
    g_free(checkpoint->path);
    g_free(checkpoint->config);
    g_free(checkpoint->data);
    g_free(checkpoint->device);
    g_free(checkpoint->identity);
    ripple_model_free(checkpoint->model);
    g_free(checkpoint->parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        g_free(checkpoint->moments[i]);
    g_free(checkpoint);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Digits enough to read the very same number back. */
static char *number_text(const RipplePosition *position, guint i)
{
    gconstpointer field = (const char *)position + numbers[i].offset;
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (numbers[i].is_whole)
        return g_strdup_printf("%" G_GUINT64_FORMAT, *(const guint64 *)field);
    return g_strdup(g_ascii_dtostr(text, sizeof text, *(const gdouble *)field));
}

static gboolean is_missing(const RipplePosition *position, guint i)
{
    gconstpointer field = (const char *)position + numbers[i].offset;
    return numbers[i].may_miss &&
           (numbers[i].is_whole ? *(const guint64 *)field == 0 : isnan(*(const gdouble *)field));
}

static char **metadata_of(const RippleCheckpoint *checkpoint, char *const *more)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_add_many(builder, KEY(config), checkpoint->config, KEY(data), checkpoint->data,
                            NULL);
    if (checkpoint->device)
        g_strv_builder_add_many(builder, KEY(device), checkpoint->device, NULL);
    if (checkpoint->identity)
        g_strv_builder_add_many(builder, KEY(identity), checkpoint->identity, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autofree char *text = number_text(&checkpoint->position, i);
        if (!is_missing(&checkpoint->position, i))
            g_strv_builder_add_many(builder, numbers[i].key, text, NULL);
    }
    if (more)
        g_strv_builder_addv(builder, (const char **)more);
    return g_strv_builder_end(builder);
}

gboolean ripple_checkpoint_write(const RippleCheckpoint *checkpoint, GError **error)
{
    const RippleModelExtras nothing = {0};
    return ripple_checkpoint_write_with(checkpoint, &nothing, error);
}

gboolean ripple_checkpoint_write_with(const RippleCheckpoint *checkpoint,
                                      const RippleModelExtras *more, GError **error)
{
    g_auto(GStrv) metadata = metadata_of(checkpoint, more->metadata);
    RippleModelExtras extras = {.metadata = metadata,
                                .parameters = checkpoint->parameters,
                                .tensors = more->tensors,
                                .n_tensors = more->n_tensors};
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        extras.moments[i] = checkpoint->moments[i];
    return ripple_model_write(checkpoint->model, &extras, checkpoint->path, error);
}

/* ---- reading -------------------------------------------------------------------------------- */

static gboolean blame(const RippleSafetensors *file, const char *key, GError **error)
{
    return ripple_safetensors_blame(
        ripple_safetensors_path(file), error,
        "it is no checkpoint, or a damaged one: \"%s\" is missing in its "
        "metadata, or is not what belongs there.",
        key);
}

static gboolean read_number(const RippleSafetensors *file, guint i, RipplePosition *position,
                            GError **error)
{
    gpointer field = (char *)position + numbers[i].offset;
    const char *text = ripple_safetensors_metadata(file, numbers[i].key);
    if (!text && numbers[i].may_miss) {
        if (numbers[i].is_whole)
            *(guint64 *)field = 0;
        else
            *(gdouble *)field = NAN;
        return TRUE;
    }
    gboolean ok = text && (numbers[i].is_whole ? ripple_text_whole(text, 0, G_MAXINT64, field)
                                               : ripple_text_number(text, field));
    return ok || blame(file, numbers[i].key, error);
}

static gboolean read_text(const RippleSafetensors *file, const char *key, char **text,
                          GError **error)
{
    *text = g_strdup(ripple_safetensors_metadata(file, key));
    return *text || blame(file, key, error);
}

/* What `prefix` stands for, NULL where the file has none of it. */
static gboolean read_values(const RippleSafetensors *file, const RippleNetwork *network,
                            const char *prefix, gdouble **values, GError **error)
{
    g_autofree char *first = g_strconcat(prefix, "layers.0.weight", NULL);
    if (!ripple_safetensors_find(file, first))
        return TRUE;
    g_autofree RippleStoredLayer *layers =
        ripple_stored_layers_by_name(file, network, prefix, error);
    if (!layers)
        return FALSE;
    *values = ripple_safetensors_allocate(file, *prefix ? "its moments" : "its parameters",
                                          network->parameter_span, sizeof(gdouble), error);
    return *values && ripple_stored_layers_read_exact(file, network, layers, *values, error);
}

static gboolean read_extras(RippleCheckpoint *self, GError **error)
{
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(self->path, error);
    if (!file || !read_text(file, KEY(config), &self->config, error) ||
        !read_text(file, KEY(data), &self->data, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (!read_number(file, i, &self->position, error))
            return FALSE;
    if (self->position.epoch == 0)
        return blame(file, KEY(epoch), error);
    self->device = g_strdup(ripple_safetensors_metadata(file, KEY(device)));
    self->identity = g_strdup(ripple_safetensors_metadata(file, KEY(identity)));
    const RippleNetwork *network = self->model->network;
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (!read_values(file, network, ripple_moment_prefixes[i], &self->moments[i], error))
            return FALSE;
    return read_values(file, network, "", &self->parameters, error);
}

RippleCheckpoint *ripple_checkpoint_load(const char *path, GError **error)
{
    g_autoptr(RippleCheckpoint) self = g_new0(RippleCheckpoint, 1);
    self->path = g_strdup(path);
    self->model = ripple_model_load(path, error);
    if (!self->model || !read_extras(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

/* ---- what it belongs to --------------------------------------------------------------------- */

static void add(XXH64_state_t *hash, gconstpointer bytes, gsize length)
{
    if (bytes)
        XXH64_update(hash, bytes, length);
}

static void add_names(XXH64_state_t *hash, char *const *names)
{
    for (guint i = 0; names && names[i]; i++)
        XXH64_update(hash, names[i], strlen(names[i]) + 1);
}

char *ripple_data_digest(const RippleDataset *dataset)
{
    const guint64 sizes[] = {dataset->samples, dataset->inputs, dataset->target_kind,
                             dataset->classes, dataset->targets};
    gsize values = dataset->samples * dataset->inputs;
    g_autoptr(XXH64_state_t) hash = ripple_checksum_new();
    add(hash, sizes, sizeof sizes);
    add(hash, dataset->input_bytes, values);
    add(hash, dataset->input_values, values * sizeof *dataset->input_values);
    add(hash, dataset->labels, dataset->samples * sizeof *dataset->labels);
    add(hash, dataset->target_values,
        dataset->samples * dataset->targets * sizeof *dataset->target_values);
    add_names(hash, dataset->input_names);
    add_names(hash, dataset->class_names);
    add_names(hash, dataset->target_names);
    return g_strdup_printf("%016" G_GINT64_MODIFIER "x", (guint64)XXH64_digest(hash));
}

char *ripple_device_text(const RippleBackend *backend)
{
    const char *driver = ripple_backend_driver(backend);
    return g_strconcat(ripple_backend_device_name(backend), driver ? ", driver " : NULL, driver,
                       NULL);
}

char *ripple_device_identity(const RippleBackend *backend)
{
    return strcmp(ripple_backend_kind(backend), "opencl") == 0 ? ripple_opencl_identity(backend)
                                                               : NULL;
}
