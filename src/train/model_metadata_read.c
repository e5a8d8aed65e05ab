#include "train/model_metadata.h"

#include "base/text.h"
#include "train/json_text.h"

#include <ripple/error.h>
#include <string.h>

static gboolean blame(const RippleSafetensors *file, const char *key, const char *reason,
                      GError **error)
{
    return ripple_safetensors_blame(ripple_safetensors_path(file), error, "its %s is wrong: %s",
                                    key, reason);
}

/* The JSON in the metadata `key`. NULL without an error when there is none. */
static JsonNode *parse(const RippleSafetensors *file, const char *key, GError **error)
{
    const char *text = ripple_safetensors_metadata(file, key);
    if (!text)
        return NULL;
    g_autoptr(GError) reason = NULL;
    JsonNode *root = ripple_json_parse(text, strlen(text), &reason);
    if (!root)
        blame(file, key, reason->message, error);
    return root;
}

/* ---- network -------------------------------------------------------------------------------- */

static gboolean read_layer(JsonNode *node, guint layer, guint *width, RippleActivation *activation,
                           GError **error)
{
    guint64 outputs;
    const char *name = ripple_json_string(ripple_json_member(node, "activation"));
    if (!ripple_json_whole(ripple_json_member(node, "outputs"), RIPPLE_MAXIMUM_WIDTH, &outputs) ||
        !name) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "layer %u needs outputs (at most %u) and an activation.", layer,
                    RIPPLE_MAXIMUM_WIDTH);
        return FALSE;
    }
    *width = (guint)outputs;
    return ripple_activation_parse(name, activation, error);
}

static RippleNetwork *read_network(JsonNode *root, GError **error)
{
    guint64 inputs;
    JsonArray *list = ripple_json_member_array(root, "layers");
    const char *loss_name = ripple_json_string(ripple_json_member(root, "loss"));
    if (!ripple_json_whole(ripple_json_member(root, "inputs"), RIPPLE_MAXIMUM_WIDTH, &inputs) ||
        !list || !loss_name) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "it needs inputs (at most %u), layers and a loss.", RIPPLE_MAXIMUM_WIDTH);
        return NULL;
    }
    RippleLoss loss;
    if (!ripple_loss_parse(loss_name, &loss, error))
        return NULL;

    guint n_layers = json_array_get_length(list);
    g_autofree guint *widths = g_new0(guint, n_layers);
    g_autofree RippleActivation *activations = g_new0(RippleActivation, n_layers);
    for (guint l = 0; l < n_layers; l++)
        if (!read_layer(json_array_get_element(list, l), l, &widths[l], &activations[l], error))
            return NULL;
    return ripple_network_new((guint)inputs, widths, activations, n_layers, loss, error);
}

RippleNetwork *ripple_metadata_network(const RippleSafetensors *file, GError **error)
{
    static const char key[] = "ripple.network";
    if (!ripple_safetensors_metadata(file, key)) {
        ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                 "it holds weights only, and says nothing about the network they "
                                 "belong to; start from it with `ripple train --init`.");
        return NULL;
    }
    g_autoptr(JsonNode) root = parse(file, key, error);
    if (!root)
        return NULL;
    g_autoptr(GError) reason = NULL;
    RippleNetwork *network = read_network(root, &reason);
    if (!network)
        blame(file, key, reason->message, error);
    return network;
}

/* ---- transform ------------------------------------------------------------------------------ */

static gboolean read_numbers(JsonArray *list, gdouble *numbers)
{
    for (guint i = 0; i < json_array_get_length(list); i++)
        if (!ripple_json_number(json_array_get_element(list, i), &numbers[i]))
            return FALSE;
    return TRUE;
}

RippleTransform *ripple_metadata_transform(const RippleSafetensors *file, guint inputs,
                                           GError **error)
{
    static const char key[] = "ripple.transform";
    if (!ripple_safetensors_metadata(file, key)) {
        blame(file, key, "it is missing.", error);
        return NULL;
    }
    g_autoptr(JsonNode) root = parse(file, key, error);
    if (!root)
        return NULL;

    JsonArray *scale = ripple_json_member_array(root, "scale");
    JsonArray *shift = ripple_json_member_array(root, "shift");
    guint columns = scale ? json_array_get_length(scale) : 0;
    if (!shift || json_array_get_length(shift) != columns || (columns != 1 && columns != inputs)) {
        g_autofree char *reason = g_strdup_printf(
            "it needs as many numbers of scale as of shift, either 1 or %u of each.", inputs);
        blame(file, key, reason, error);
        return NULL;
    }
    g_autoptr(RippleTransform) transform = ripple_transform_new(columns);
    if (!read_numbers(scale, transform->scale) || !read_numbers(shift, transform->shift)) {
        blame(file, key, "it holds something that is no finite number.", error);
        return NULL;
    }
    return g_steal_pointer(&transform);
}

/* ---- names ---------------------------------------------------------------------------------- */

/* The strings under `key` into `names`, NULL when there are none. */
static gboolean read_names(const RippleSafetensors *file, const char *key, char ***names,
                           GError **error)
{
    *names = NULL;
    if (!ripple_safetensors_metadata(file, key))
        return TRUE;
    g_autoptr(JsonNode) root = parse(file, key, error);
    if (!root)
        return FALSE;
    if (!JSON_NODE_HOLDS_ARRAY(root))
        return blame(file, key, "it is not an array of strings.", error);

    JsonArray *list = json_node_get_array(root);
    guint count = json_array_get_length(list);
    g_auto(GStrv) strings = g_new0(char *, (gsize)count + 1);
    for (guint i = 0; i < count; i++) {
        strings[i] = g_strdup(ripple_json_string(json_array_get_element(list, i)));
        if (!strings[i])
            return blame(file, key, "it is not an array of strings.", error);
    }
    *names = g_steal_pointer(&strings);
    return TRUE;
}

static gboolean check_count(const RippleSafetensors *file, const char *key, char **names,
                            guint wanted, GError **error)
{
    if (!names || g_strv_length(names) == wanted)
        return TRUE;
    g_autofree char *reason = g_strdup_printf("it holds %u names, and the network needs %u.",
                                              g_strv_length(names), wanted);
    return blame(file, key, reason, error);
}

/* A single output tells two classes apart. With class names, a target name is that of the one
 * column the classes stood in. */
static gboolean check_targets(const RippleSafetensors *file, const RippleModel *model,
                              GError **error)
{
    guint outputs = model->network->outputs;
    guint classes = outputs == 1 ? 2 : outputs;
    guint targets = model->class_names ? 1 : outputs;
    return check_count(file, "ripple.classes", model->class_names, classes, error) &&
           check_count(file, "ripple.targets", model->target_names, targets, error);
}

/* "28x28": height and width, whose product is the number of inputs. */
static gboolean read_image(const RippleSafetensors *file, RippleModel *model, GError **error)
{
    static const char key[] = "ripple.image";
    const char *text = ripple_safetensors_metadata(file, key);
    if (!text)
        return TRUE;
    g_auto(GStrv) sides = g_strsplit(text, "x", 3);
    guint64 height, width;
    if (g_strv_length(sides) != 2 ||
        !ripple_text_whole(sides[0], 1, RIPPLE_MAXIMUM_WIDTH, &height) ||
        !ripple_text_whole(sides[1], 1, RIPPLE_MAXIMUM_WIDTH, &width) ||
        height * width != model->network->inputs) {
        g_autofree char *reason = g_strdup_printf("\"%s\" is not HEIGHTxWIDTH of %u pixels.", text,
                                                  model->network->inputs);
        return blame(file, key, reason, error);
    }
    model->image_height = (guint)height;
    model->image_width = (guint)width;
    return TRUE;
}

gboolean ripple_metadata_names(const RippleSafetensors *file, RippleModel *model, GError **error)
{
    return read_names(file, "ripple.inputs", &model->input_names, error) &&
           read_names(file, "ripple.classes", &model->class_names, error) &&
           read_names(file, "ripple.targets", &model->target_names, error) &&
           check_count(file, "ripple.inputs", model->input_names, model->network->inputs, error) &&
           check_targets(file, model, error) && read_image(file, model, error);
}
