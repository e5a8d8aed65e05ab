#include <ripple/model.h>

#include "train/model_layers.h"
#include "train/model_metadata.h"
#include "train/model_write.h"
#include "train/safetensors.h"

#include <math.h>
#include <ripple/error.h>

RippleModel *ripple_model_new(RippleNetwork *network, RippleTransform *transform)
{
    RippleModel *model = g_new0(RippleModel, 1);
    model->network = network;
    model->transform = transform;
    model->parameters = g_new0(gfloat, network->parameter_span);
    return model;
}

void ripple_model_free(RippleModel *model)
{
    if (!model)
        return;
    ripple_network_free(model->network);
    ripple_transform_free(model->transform);
    g_free(model->parameters);
    g_strfreev(model->input_names);
    g_strfreev(model->class_names);
    g_strfreev(model->target_names);
    g_free(model);
}

/* ---- saving --------------------------------------------------------------------------------- */

static gboolean check_finite(const RippleTensorToStore *tensor, gsize elements, const char *path,
                             GError **error)
{
    for (gsize i = 0; i < elements; i++)
        if (!isfinite(tensor->exact ? tensor->exact[i] : tensor->values[i])) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                        "The model was not written to \"%s\": the element %" G_GSIZE_FORMAT
                        " of its tensor %s is not a finite number.",
                        path, i, tensor->name);
            return FALSE;
        }
    return TRUE;
}

const char *const ripple_moment_prefixes[RIPPLE_MOST_MOMENTS] = {
    RIPPLE_OPTIMIZER_PREFIX "first_moment.", RIPPLE_OPTIMIZER_PREFIX "second_moment."};

/* The tensors of a file, and their names. */
typedef struct {
    GArray *tensors;
    GPtrArray *names;
} Contents;

static void contents_clear(Contents *contents)
{
    g_array_unref(contents->tensors);
    g_ptr_array_unref(contents->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Contents, contents_clear)

/* One tensor of layer `l`, as `part` of what `prefix` stands for. */
static gboolean add_tensor(Contents *contents, const char *prefix, guint l, const char *part,
                           RippleTensorToStore tensor, const char *path, GError **error)
{
    char *name = g_strdup_printf("%slayers.%u.%s", prefix, l, part);
    g_ptr_array_add(contents->names, name);
    tensor.name = name;
    g_array_append_val(contents->tensors, tensor);
    gsize elements = tensor.shape[0] * (tensor.rank == 2 ? tensor.shape[1] : 1);
    return check_finite(&tensor, elements, path, error);
}

/* For each layer what `values` holds, or else `exact`, laid out as parameters are. */
static gboolean add_layers(Contents *contents, const char *prefix, const RippleNetwork *network,
                           const gfloat *values, const gdouble *exact, const char *path,
                           GError **error)
{
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        RippleTensorToStore weight = {.rank = 2, .shape = {layer->outputs, layer->inputs}};
        RippleTensorToStore bias = {.rank = 1, .shape = {layer->outputs}};
        if (exact) {
            weight.exact = exact + layer->weight_offset;
            bias.exact = exact + layer->bias_offset;
        } else {
            weight.values = values + layer->weight_offset;
            bias.values = values + layer->bias_offset;
        }
        if (!add_tensor(contents, prefix, l, "weight", weight, path, error) ||
            !add_tensor(contents, prefix, l, "bias", bias, path, error))
            return FALSE;
    }
    return TRUE;
}

static char **all_metadata(const RippleModel *model, char *const *more, GError **error)
{
    g_auto(GStrv) own = ripple_model_metadata(model, error);
    if (!own)
        return NULL;
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_addv(builder, (const char **)own);
    if (more)
        g_strv_builder_addv(builder, (const char **)more);
    return g_strv_builder_end(builder);
}

gboolean ripple_model_write(const RippleModel *model, const RippleModelExtras *extras,
                            const char *path, GError **error)
{
    g_auto(GStrv) metadata = all_metadata(model, extras ? extras->metadata : NULL, error);
    if (!metadata)
        return FALSE;
    g_auto(Contents) contents = {g_array_new(FALSE, FALSE, sizeof(RippleTensorToStore)),
                                 g_ptr_array_new_with_free_func(g_free)};
    if (!add_layers(&contents, "", model->network, model->parameters,
                    extras ? extras->parameters : NULL, path, error))
        return FALSE;
    for (guint i = 0; extras && i < RIPPLE_MOST_MOMENTS; i++)
        if (extras->moments[i] && !add_layers(&contents, ripple_moment_prefixes[i], model->network,
                                              NULL, extras->moments[i], path, error))
            return FALSE;
    if (extras && extras->n_tensors > 0)
        g_array_append_vals(contents.tensors, extras->tensors, extras->n_tensors);
    const RippleTensorToStore *tensors = (gpointer)contents.tensors->data;
    const char *const *texts = (const char *const *)metadata;
    guint count = contents.tensors->len;
    return extras ? ripple_safetensors_write_checked(path, texts, tensors, count, error)
                  : ripple_safetensors_write(path, texts, tensors, count, error);
}

gboolean ripple_model_save(const RippleModel *model, const char *path, GError **error)
{
    return ripple_model_write(model, NULL, path, error);
}

/* ---- loading -------------------------------------------------------------------------------- */

/* A checkpoint is a model, too, and says whether it is as it was written. */
static RippleSafetensors *open_whole(const char *path, GError **error)
{
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, error);
    return file && ripple_safetensors_check_sum(file, error) ? g_steal_pointer(&file) : NULL;
}

RippleModel *ripple_model_load(const char *path, GError **error)
{
    g_autoptr(RippleSafetensors) file = open_whole(path, error);
    if (!file)
        return NULL;
    g_autoptr(RippleNetwork) network = ripple_metadata_network(file, error);
    if (!network)
        return NULL;
    /* The tensors are in the file with the network's shapes before anything is allocated for them.
     */
    g_autofree RippleStoredLayer *layers = ripple_stored_layers_by_name(file, network, "", error);
    if (!layers)
        return NULL;
    g_autoptr(RippleTransform) transform = ripple_metadata_transform(file, network->inputs, error);
    if (!transform)
        return NULL;

    g_autofree gfloat *parameters = ripple_safetensors_allocate(
        file, "its parameters", network->parameter_span, sizeof(gfloat), error);
    if (!parameters)
        return NULL;

    g_autoptr(RippleModel) model = g_new0(RippleModel, 1);
    model->network = g_steal_pointer(&network);
    model->transform = g_steal_pointer(&transform);
    model->parameters = g_steal_pointer(&parameters);
    if (!ripple_metadata_names(file, model, error) ||
        !ripple_stored_layers_read(file, model->network, layers, model->parameters, error))
        return NULL;
    return g_steal_pointer(&model);
}

gboolean ripple_model_load_parameters(const char *path, const RippleNetwork *network,
                                      gfloat *parameters, GError **error)
{
    g_autoptr(RippleSafetensors) file = open_whole(path, error);
    if (!file)
        return FALSE;
    g_autofree RippleStoredLayer *layers = ripple_stored_layers_by_order(file, network, error);
    return layers && ripple_stored_layers_read(file, network, layers, parameters, error);
}
