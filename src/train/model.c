#include <ripple/model.h>

#include "train/model_layers.h"
#include "train/model_metadata.h"
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
        if (!isfinite(tensor->values[i])) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                        "The model was not written to \"%s\": the element %" G_GSIZE_FORMAT
                        " of its tensor %s is not a finite number.",
                        path, i, tensor->name);
            return FALSE;
        }
    return TRUE;
}

gboolean ripple_model_save(const RippleModel *model, const char *path, GError **error)
{
    const RippleNetwork *network = model->network;
    g_auto(GStrv) metadata = ripple_model_metadata(model, error);
    if (!metadata)
        return FALSE;

    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree RippleTensorToStore *tensors = g_new0(RippleTensorToStore, 2 * network->n_layers);
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        char *weight = g_strdup_printf("layers.%u.weight", l);
        char *bias = g_strdup_printf("layers.%u.bias", l);
        g_ptr_array_add(names, weight);
        g_ptr_array_add(names, bias);
        tensors[2 * l] = (RippleTensorToStore){
            weight, 2, {layer->outputs, layer->inputs}, model->parameters + layer->weight_offset};
        tensors[2 * l + 1] = (RippleTensorToStore){
            bias, 1, {layer->outputs}, model->parameters + layer->bias_offset};
        if (!check_finite(&tensors[2 * l], (gsize)layer->outputs * layer->inputs, path, error) ||
            !check_finite(&tensors[2 * l + 1], layer->outputs, path, error))
            return FALSE;
    }
    return ripple_safetensors_write(path, (const char *const *)metadata, tensors,
                                    2 * network->n_layers, error);
}

/* ---- loading -------------------------------------------------------------------------------- */

RippleModel *ripple_model_load(const char *path, GError **error)
{
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, error);
    if (!file)
        return NULL;
    g_autoptr(RippleNetwork) network = ripple_metadata_network(file, error);
    if (!network)
        return NULL;
    /* The tensors are in the file with the network's shapes: what is allocated for them below is
     * no more than a few times the file. */
    g_autofree RippleStoredLayer *layers = ripple_stored_layers_by_name(file, network, error);
    if (!layers)
        return NULL;
    g_autoptr(RippleTransform) transform = ripple_metadata_transform(file, network->inputs, error);
    if (!transform)
        return NULL;

    g_autoptr(RippleModel) model =
        ripple_model_new(g_steal_pointer(&network), g_steal_pointer(&transform));
    if (!ripple_metadata_names(file, model, error) ||
        !ripple_stored_layers_read(file, model->network, layers, model->parameters, error))
        return NULL;
    return g_steal_pointer(&model);
}

gboolean ripple_model_load_parameters(const char *path, const RippleNetwork *network,
                                      gfloat *parameters, GError **error)
{
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, error);
    if (!file)
        return FALSE;
    g_autofree RippleStoredLayer *layers = ripple_stored_layers_by_order(file, network, error);
    return layers && ripple_stored_layers_read(file, network, layers, parameters, error);
}
