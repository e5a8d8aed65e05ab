#include "train/model_layers.h"

#include "train/model_write.h"

#include <string.h>

/* ---- shapes --------------------------------------------------------------------------------- */

static gboolean check_shape(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                            const gsize *shape, guint rank, GError **error)
{
    if (tensor->rank == rank && memcmp(tensor->shape, shape, rank * sizeof *shape) == 0)
        return TRUE;
    g_autofree char *found = ripple_shape_text(tensor->shape, tensor->rank);
    g_autofree char *wanted = ripple_shape_text(shape, rank);
    return ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                    "the tensor \"%s\" has the shape %s, and the network needs %s.",
                                    tensor->name, found, wanted);
}

static gboolean check_shapes(const RippleSafetensors *file, const RippleNetwork *network,
                             const RippleStoredLayer *layers, GError **error)
{
    for (guint l = 0; l < network->n_layers; l++) {
        const gsize shape[2] = {network->layers[l].outputs, network->layers[l].inputs};
        if (!check_shape(file, layers[l].weight, shape, 2, error) ||
            !check_shape(file, layers[l].bias, shape, 1, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- by name -------------------------------------------------------------------------------- */

static const RippleStoredTensor *find_part(const RippleSafetensors *file, const char *prefix,
                                           guint layer, const char *part, GError **error)
{
    g_autofree char *name = g_strdup_printf("%slayers.%u.%s", prefix, layer, part);
    const RippleStoredTensor *tensor = ripple_safetensors_find(file, name);
    if (!tensor)
        ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                 "the tensor \"%s\" is missing.", name);
    return tensor;
}

/* What a file of a model may hold beside it. */
static gboolean is_extra(const RippleStoredTensor *tensor)
{
    return g_str_has_prefix(tensor->name, RIPPLE_OPTIMIZER_PREFIX) ||
           g_str_has_prefix(tensor->name, RIPPLE_BATCH_PREFIX) ||
           strcmp(tensor->name, RIPPLE_SAFETENSORS_CHECKSUM) == 0;
}

/* All that is neither a tensor of `layers` nor an extra is another. */
static gboolean check_no_other(const RippleSafetensors *file, const RippleNetwork *network,
                               const RippleStoredLayer *layers, GError **error)
{
    g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
    for (guint l = 0; l < network->n_layers; l++) {
        g_hash_table_add(known, (gpointer)layers[l].weight);
        g_hash_table_add(known, (gpointer)layers[l].bias);
    }
    for (guint i = 0; i < ripple_safetensors_count(file); i++) {
        const RippleStoredTensor *tensor = ripple_safetensors_tensor(file, i);
        if (!g_hash_table_contains(known, tensor) && !is_extra(tensor))
            return ripple_safetensors_blame(
                ripple_safetensors_path(file), error,
                "the tensor \"%s\" belongs to none of the network's %u layers.", tensor->name,
                network->n_layers);
    }
    return TRUE;
}

RippleStoredLayer *ripple_stored_layers_by_name(const RippleSafetensors *file,
                                                const RippleNetwork *network, const char *prefix,
                                                GError **error)
{
    g_autofree RippleStoredLayer *layers = g_new0(RippleStoredLayer, network->n_layers);
    for (guint l = 0; l < network->n_layers; l++) {
        layers[l].weight = find_part(file, prefix, l, "weight", error);
        if (!layers[l].weight)
            return NULL;
        layers[l].bias = find_part(file, prefix, l, "bias", error);
        if (!layers[l].bias)
            return NULL;
    }
    if ((*prefix == '\0' && !check_no_other(file, network, layers, error)) ||
        !check_shapes(file, network, layers, error))
        return NULL;
    return g_steal_pointer(&layers);
}

/* ---- by order ------------------------------------------------------------------------------- */

/* Runs of digits compare as numbers: the longer is larger once leading zeros are gone. */
static gint compare_digits(const char **a, const char **b)
{
    while (**a == '0')
        ++*a;
    while (**b == '0')
        ++*b;
    gsize length_a = strspn(*a, "0123456789"), length_b = strspn(*b, "0123456789");
    gint order = length_a != length_b ? (length_a < length_b ? -1 : 1) : strncmp(*a, *b, length_a);
    *a += length_a;
    *b += length_b;
    return order;
}

static gint compare_natural(const char *a, const char *b)
{
    const char *whole_a = a, *whole_b = b;
    while (*a && *b) {
        if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
            gint order = compare_digits(&a, &b);
            if (order != 0)
                return order;
        } else if (*a != *b) {
            return (guchar)*a < (guchar)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    if (*a || *b)
        return *a ? 1 : -1;
    return strcmp(whole_a, whole_b); /* "01" and "1" */
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    const RippleStoredTensor *first = *(RippleStoredTensor *const *)a;
    const RippleStoredTensor *second = *(RippleStoredTensor *const *)b;
    return compare_natural(first->name, second->name);
}

/* "0.weight" and "weight" end in the part "weight", "overweight" does not. */
static gboolean ends_in(const char *name, const char *part)
{
    if (!g_str_has_suffix(name, part))
        return FALSE;
    gsize rest = strlen(name) - strlen(part);
    return rest == 0 || name[rest - 1] == '.';
}

/* "0.bias" beside "0.weight": the name of `tensor` with another part at its end. */
static char *name_beside(const RippleStoredTensor *tensor, const char *part, const char *other)
{
    gsize rest = strlen(tensor->name) - strlen(part);
    return g_strdup_printf("%.*s%s", (int)rest, tensor->name, other);
}

static gboolean check_bias(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                           GError **error)
{
    if (!ends_in(tensor->name, "bias"))
        return ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                        "the tensor \"%s\" is neither a weight nor a bias.",
                                        tensor->name);
    g_autofree char *weight = name_beside(tensor, "bias", "weight");
    if (!ripple_safetensors_find(file, weight))
        return ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                        "the tensor \"%s\" has no \"%s\" beside it.", tensor->name,
                                        weight);
    return TRUE;
}

/* Sorts the weights out, and refuses what is neither a weight nor a bias of one. */
static GPtrArray *collect_weights(const RippleSafetensors *file, GError **error)
{
    g_autoptr(GPtrArray) weights = g_ptr_array_new();
    for (guint i = 0; i < ripple_safetensors_count(file); i++) {
        const RippleStoredTensor *tensor = ripple_safetensors_tensor(file, i);
        if (is_extra(tensor))
            continue;
        if (ends_in(tensor->name, "weight"))
            g_ptr_array_add(weights, (gpointer)tensor);
        else if (!check_bias(file, tensor, error))
            return NULL;
    }
    g_ptr_array_sort(weights, compare_names);
    return g_steal_pointer(&weights);
}

static gboolean check_count(const RippleSafetensors *file, const RippleNetwork *network,
                            const GPtrArray *weights, GError **error)
{
    const char *path = ripple_safetensors_path(file);
    if (weights->len > network->n_layers) {
        const RippleStoredTensor *surplus = weights->pdata[network->n_layers];
        g_autofree char *shape = ripple_shape_text(surplus->shape, surplus->rank);
        return ripple_safetensors_blame(
            path, error, "it holds %u layers, and the network has %u: \"%s\" %s is one too many.",
            weights->len, network->n_layers, surplus->name, shape);
    }
    if (weights->len < network->n_layers) {
        const RippleLayer *layer = &network->layers[weights->len];
        return ripple_safetensors_blame(
            path, error,
            "it holds %u layers, and the network has %u: a weight [%u, %u] is missing.",
            weights->len, network->n_layers, layer->outputs, layer->inputs);
    }
    return TRUE;
}

RippleStoredLayer *ripple_stored_layers_by_order(const RippleSafetensors *file,
                                                 const RippleNetwork *network, GError **error)
{
    g_autoptr(GPtrArray) weights = collect_weights(file, error);
    if (!weights || !check_count(file, network, weights, error))
        return NULL;

    g_autofree RippleStoredLayer *layers = g_new0(RippleStoredLayer, network->n_layers);
    for (guint l = 0; l < network->n_layers; l++) {
        layers[l].weight = weights->pdata[l];
        g_autofree char *bias = name_beside(layers[l].weight, "weight", "bias");
        layers[l].bias = ripple_safetensors_find(file, bias);
        if (!layers[l].bias) {
            ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                     "the layer of \"%s\" has no bias \"%s\"; ripple's layers do.",
                                     layers[l].weight->name, bias);
            return NULL;
        }
    }
    if (!check_shapes(file, network, layers, error))
        return NULL;
    return g_steal_pointer(&layers);
}

/* ---- values --------------------------------------------------------------------------------- */

gboolean ripple_stored_layers_read(const RippleSafetensors *file, const RippleNetwork *network,
                                   const RippleStoredLayer *layers, gfloat *parameters,
                                   GError **error)
{
    memset(parameters, 0, network->parameter_span * sizeof *parameters);
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        if (!ripple_safetensors_read(file, layers[l].weight, parameters + layer->weight_offset,
                                     error) ||
            !ripple_safetensors_read(file, layers[l].bias, parameters + layer->bias_offset, error))
            return FALSE;
    }
    return TRUE;
}

gboolean ripple_stored_layers_read_exact(const RippleSafetensors *file,
                                         const RippleNetwork *network,
                                         const RippleStoredLayer *layers, gdouble *values,
                                         GError **error)
{
    memset(values, 0, network->parameter_span * sizeof *values);
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        if (!ripple_safetensors_read_exact(file, layers[l].weight, values + layer->weight_offset,
                                           error) ||
            !ripple_safetensors_read_exact(file, layers[l].bias, values + layer->bias_offset,
                                           error))
            return FALSE;
    }
    return TRUE;
}
