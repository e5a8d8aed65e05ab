#include "train/bundle.h"

#include "train/safetensors.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

#define KEY(name) "ripple.not_finite." #name
#define INPUTS RIPPLE_BATCH_PREFIX "inputs"
#define LABELS RIPPLE_BATCH_PREFIX "labels"
#define TARGETS RIPPLE_BATCH_PREFIX "targets"

void ripple_bundle_free(RippleBundle *bundle)
{
    if (!bundle)
        return;
    ripple_checkpoint_free(bundle->checkpoint);
    ripple_dataset_free(bundle->batch);
    g_free(bundle->device);
    g_free(bundle->driver);
    g_free(bundle->loss);
    g_free(bundle);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* The rows of `values` (`bytes` each) that `order` lists; NULL for NULL. */
static gpointer choose(gconstpointer values, gsize bytes, const guint32 *order, gsize count)
{
    if (!values)
        return NULL;
    guint8 *chosen = g_malloc_n(count, bytes);
    for (gsize i = 0; i < count; i++)
        memcpy(chosen + i * bytes, (const guint8 *)values + order[i] * bytes, bytes);
    return chosen;
}

RippleDataset *ripple_bundle_batch(const RippleDataset *dataset, const guint32 *order, gsize count)
{
    RippleDataset *batch = g_new0(RippleDataset, 1);
    gsize inputs = dataset->inputs, targets = dataset->targets;
    batch->source = g_strdup(dataset->source);
    batch->samples = count;
    batch->inputs = dataset->inputs;
    batch->input_bytes = choose(dataset->input_bytes, inputs, order, count);
    batch->input_values = choose(dataset->input_values, inputs * sizeof(gfloat), order, count);
    batch->target_kind = dataset->target_kind;
    batch->labels = choose(dataset->labels, sizeof(guint32), order, count);
    batch->classes = dataset->classes;
    batch->target_values = choose(dataset->target_values, targets * sizeof(gfloat), order, count);
    batch->targets = dataset->targets;
    return batch;
}

static gfloat *floats_of_bytes(const guint8 *bytes, gsize count)
{
    gfloat *floats = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++)
        floats[i] = bytes[i];
    return floats;
}

static gfloat *floats_of_labels(const guint32 *labels, gsize count)
{
    gfloat *floats = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++)
        floats[i] = (gfloat)labels[i]; /* below RIPPLE_MAXIMUM_WIDTH, and so exact */
    return floats;
}

gboolean ripple_bundle_write(const RippleBundle *bundle, GError **error)
{
    const RippleDataset *batch = bundle->batch;
    gsize values = batch->samples * batch->inputs;
    g_autofree gfloat *bytes =
        batch->input_bytes ? floats_of_bytes(batch->input_bytes, values) : NULL;
    g_autofree gfloat *labels =
        batch->labels ? floats_of_labels(batch->labels, batch->samples) : NULL;
    const char *const metadata[] = {KEY(inputs), bytes ? "bytes" : "values",
                                    KEY(device), bundle->device,
                                    KEY(loss),   bundle->loss,
                                    KEY(driver), bundle->driver ? bundle->driver : "",
                                    NULL};
    const RippleTensorToStore tensors[] = {
        {INPUTS, 2, {batch->samples, batch->inputs}, bytes ? bytes : batch->input_values, NULL},
        labels ? (RippleTensorToStore){LABELS, 1, {batch->samples}, labels, NULL}
               : (RippleTensorToStore){TARGETS,
                                       2,
                                       {batch->samples, batch->targets},
                                       batch->target_values,
                                       NULL},
    };
    const RippleModelExtras extras = {.metadata = (char *const *)metadata,
                                      .tensors = tensors,
                                      .n_tensors = G_N_ELEMENTS(tensors)};
    return ripple_checkpoint_write_with(bundle->checkpoint, &extras, error);
}

/* ---- reading -------------------------------------------------------------------------------- */

static gboolean blame(const RippleSafetensors *file, const char *what, GError **error)
{
    return ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                    "it is no step that `ripple compare --replay` can take again, "
                                    "or a damaged one: \"%s\" is missing, or is not what belongs "
                                    "there.",
                                    what);
}

static gpointer allocate(const RippleSafetensors *file, const char *name, gsize count, gsize bytes,
                         GError **error)
{
    g_autofree char *what = g_strdup_printf("the elements of the tensor \"%s\"", name);
    return ripple_safetensors_allocate(file, what, count, bytes, error);
}

/* The values of the tensor called `name`, which must have `rows` rows (any number where that is 0,
 * which is then set) of `columns`; a single column is a plain list. */
static gfloat *read_values(const RippleSafetensors *file, const char *name, gsize *rows,
                           gsize columns, guint rank, GError **error)
{
    const RippleStoredTensor *tensor = ripple_safetensors_find(file, name);
    if (!tensor || tensor->rank != rank || tensor->elements == 0 ||
        (*rows > 0 && tensor->shape[0] != *rows) || (rank == 2 && tensor->shape[1] != columns)) {
        blame(file, name, error);
        return NULL;
    }
    *rows = tensor->shape[0];
    g_autofree gfloat *values = allocate(file, name, tensor->elements, sizeof(gfloat), error);
    return values && ripple_safetensors_read(file, tensor, values, error) ? g_steal_pointer(&values)
                                                                          : NULL;
}

static gboolean is_whole(gfloat value, gdouble limit)
{
    return value >= 0 && value < limit && value == floorf(value);
}

static gboolean read_inputs(const RippleSafetensors *file, const RippleModel *model,
                            RippleDataset *batch, GError **error)
{
    const char *kind = ripple_safetensors_metadata(file, KEY(inputs));
    gboolean is_bytes = g_strcmp0(kind, "bytes") == 0;
    if ((!is_bytes && g_strcmp0(kind, "values") != 0) ||
        (is_bytes && model->transform->columns != 1))
        return blame(file, KEY(inputs), error);
    g_autofree gfloat *values = read_values(file, INPUTS, &batch->samples, batch->inputs, 2, error);
    if (!values)
        return FALSE;
    if (!is_bytes) {
        batch->input_values = g_steal_pointer(&values);
        return TRUE;
    }
    gsize count = batch->samples * batch->inputs;
    batch->input_bytes = allocate(file, INPUTS, count, sizeof(guint8), error);
    if (!batch->input_bytes)
        return FALSE;
    for (gsize i = 0; i < count; i++) {
        if (!is_whole(values[i], 256))
            return blame(file, INPUTS, error);
        batch->input_bytes[i] = (guint8)values[i];
    }
    return TRUE;
}

static gboolean read_labels(const RippleSafetensors *file, const RippleNetwork *network,
                            RippleDataset *batch, GError **error)
{
    g_autofree gfloat *values = read_values(file, LABELS, &batch->samples, 1, 1, error);
    if (!values)
        return FALSE;
    batch->target_kind = RIPPLE_TARGET_LABELS;
    batch->classes = MAX(network->outputs, 2); /* a single output tells two apart */
    batch->labels = allocate(file, LABELS, batch->samples, sizeof(guint32), error);
    if (!batch->labels)
        return FALSE;
    for (gsize i = 0; i < batch->samples; i++) {
        if (!is_whole(values[i], batch->classes))
            return blame(file, LABELS, error);
        batch->labels[i] = (guint32)values[i];
    }
    return TRUE;
}

static gboolean read_targets(const RippleSafetensors *file, const RippleNetwork *network,
                             RippleDataset *batch, GError **error)
{
    if (ripple_safetensors_find(file, LABELS))
        return read_labels(file, network, batch, error);
    if (network->loss == RIPPLE_LOSS_CROSS_ENTROPY)
        return blame(file, LABELS, error);
    batch->target_kind = RIPPLE_TARGET_VALUES;
    batch->targets = network->outputs;
    batch->target_values = read_values(file, TARGETS, &batch->samples, network->outputs, 2, error);
    return batch->target_values != NULL;
}

RippleBundle *ripple_bundle_load(const char *path, GError **error)
{
    g_autoptr(RippleBundle) self = g_new0(RippleBundle, 1);
    self->checkpoint = ripple_checkpoint_load(path, error);
    g_autoptr(RippleSafetensors) file =
        self->checkpoint ? ripple_safetensors_open(path, error) : NULL;
    if (!file)
        return NULL;
    const RippleModel *model = self->checkpoint->model;
    self->batch = g_new0(RippleDataset, 1);
    self->batch->source = g_strdup(path);
    self->batch->inputs = model->network->inputs;
    self->device = g_strdup(ripple_safetensors_metadata(file, KEY(device)));
    const char *driver = ripple_safetensors_metadata(file, KEY(driver));
    self->driver = driver && *driver ? g_strdup(driver) : NULL;
    self->loss = g_strdup(ripple_safetensors_metadata(file, KEY(loss)));
    if (!self->device || !self->loss) {
        blame(file, self->device ? KEY(loss) : KEY(device), error);
        return NULL;
    }
    if (!read_inputs(file, model, self->batch, error) ||
        !read_targets(file, model->network, self->batch, error))
        return NULL;
    return g_steal_pointer(&self);
}
