#include "train/model_metadata.h"

#include "train/json_text.h"
#include "train/number.h"

#include <math.h>
#include <ripple/error.h>
#include <ripple/version.h>
#include <string.h>

static char *network_text(const RippleNetwork *network)
{
    GString *json = g_string_new(NULL);
    g_string_append_printf(json, "{\"inputs\":%u,\"layers\":[", network->inputs);
    for (guint l = 0; l < network->n_layers; l++)
        g_string_append_printf(json, "%s{\"outputs\":%u,\"activation\":\"%s\"}", l ? "," : "",
                               network->layers[l].outputs,
                               ripple_activation_name(network->layers[l].activation));
    g_string_append_printf(json, "],\"loss\":\"%s\"}", ripple_loss_name(network->loss));
    return g_string_free(json, FALSE);
}

static void append_numbers(GString *json, const gdouble *numbers, guint count)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(json, '[');
    for (guint i = 0; i < count; i++)
        g_string_append_printf(json, "%s%s", i ? "," : "", ripple_number_text(numbers[i], text));
    g_string_append_c(json, ']');
}

static char *transform_text(const RippleTransform *transform)
{
    GString *json = g_string_new("{\"scale\":");
    append_numbers(json, transform->scale, transform->columns);
    g_string_append(json, ",\"shift\":");
    append_numbers(json, transform->shift, transform->columns);
    g_string_append_c(json, '}');
    return g_string_free(json, FALSE);
}

static char *names_text(char *const *names)
{
    GString *json = g_string_new("[");
    for (guint i = 0; names[i]; i++) {
        if (i > 0)
            g_string_append_c(json, ',');
        ripple_json_append_string(json, names[i]);
    }
    g_string_append_c(json, ']');
    return g_string_free(json, FALSE);
}

static gboolean check_names(const char *kind, char *const *names, GError **error)
{
    for (guint i = 0; names && names[i]; i++)
        if (!g_utf8_validate(names[i], -1, NULL)) {
            g_autofree char *readable = g_utf8_make_valid(names[i], -1);
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                        "A model file cannot keep the %s name \"%s\", which is not UTF-8.", kind,
                        readable);
            return FALSE;
        }
    return TRUE;
}

static gboolean check_transform(const RippleTransform *transform, GError **error)
{
    for (guint i = 0; i < transform->columns; i++)
        if (!isfinite(transform->scale[i]) || !isfinite(transform->shift[i])) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                        "A model file cannot keep the transform: its pair %u, x·%g + %g, is not "
                        "finite.",
                        i, transform->scale[i], transform->shift[i]);
            return FALSE;
        }
    return TRUE;
}

static void add(GStrvBuilder *builder, const char *key, const char *text)
{
    g_strv_builder_add(builder, key);
    g_strv_builder_add(builder, text);
}

/* What the reader would not take is not written. */
static gboolean add_json(GStrvBuilder *builder, const char *key, const char *json, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (!ripple_json_check(json, strlen(json), &reason)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "A model file cannot keep the model's %s: %s", key, reason->message);
        return FALSE;
    }
    add(builder, key, json);
    return TRUE;
}

static gboolean add_names(GStrvBuilder *builder, const char *key, char *const *names,
                          GError **error)
{
    if (!names)
        return TRUE;
    g_autofree char *json = names_text(names);
    return add_json(builder, key, json, error);
}

static void add_image(GStrvBuilder *builder, const RippleModel *model)
{
    if (model->image_height == 0)
        return;
    g_autofree char *text = g_strdup_printf("%ux%u", model->image_height, model->image_width);
    add(builder, "ripple.image", text);
}

char **ripple_model_metadata(const RippleModel *model, GError **error)
{
    if (!check_transform(model->transform, error) ||
        !check_names("input", model->input_names, error) ||
        !check_names("class", model->class_names, error) ||
        !check_names("target", model->target_names, error))
        return NULL;

    g_autofree char *network = network_text(model->network);
    g_autofree char *transform = transform_text(model->transform);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    add(builder, "format", "pt"); /* what PyTorch's tools look for */
    add(builder, "ripple.version", RIPPLE_VERSION);
    if (!add_json(builder, "ripple.network", network, error) ||
        !add_json(builder, "ripple.transform", transform, error) ||
        !add_names(builder, "ripple.inputs", model->input_names, error) ||
        !add_names(builder, "ripple.classes", model->class_names, error) ||
        !add_names(builder, "ripple.targets", model->target_names, error))
        return NULL;
    add_image(builder, model);
    return g_strv_builder_end(builder);
}
