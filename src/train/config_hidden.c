/* Hidden layers as text: "512:relu,128", or "none". */
#include "train/config_values.h"

#include "base/text.h"

#include <ripple/error.h>
#include <string.h>

static gboolean refuse(const char *value, const char *why, GError **error)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The option hidden cannot be \"%s\": %s. It takes widths between 1 and %u, each "
                "with an activation if you like, such as 512:relu,128, or none.",
                value, why, RIPPLE_MAXIMUM_WIDTH);
    return FALSE;
}

static gboolean parse_layer(const char *text, RippleHiddenLayer *layer, const char *value,
                            GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    guint64 width;
    /* An empty text has no parts at all. */
    if (!parts[0] || !ripple_text_whole(g_strstrip(parts[0]), 1, RIPPLE_MAXIMUM_WIDTH, &width)) {
        g_autofree char *why = g_strdup_printf("\"%s\" is no such width", text);
        return refuse(value, why, error);
    }
    layer->width = (guint)width;
    layer->activation = RIPPLE_N_ACTIVATIONS;
    if (!parts[1])
        return TRUE;
    g_autoptr(GError) reason = NULL;
    if (!ripple_activation_parse(g_strstrip(parts[1]), &layer->activation, &reason)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option hidden cannot be \"%s\": %s", value, reason->message);
        return FALSE;
    }
    return TRUE;
}

gboolean ripple_config_parse_hidden(const RippleConfigOption *option, RippleConfig *config,
                                    const char *value, GError **error)
{
    g_auto(GStrv) texts =
        strcmp(value, "none") == 0 ? g_new0(char *, 1) : g_strsplit(value, ",", -1);
    guint count = g_strv_length(texts);
    if (count == 0 && strcmp(value, "none") != 0)
        return refuse(value, "it is empty", error);
    if (count >= RIPPLE_MAXIMUM_LAYERS)
        return refuse(value, "it has more than 1023 layers", error);

    g_autofree RippleHiddenLayer *layers = g_new0(RippleHiddenLayer, count);
    for (guint i = 0; i < count; i++)
        if (!parse_layer(texts[i], &layers[i], value, error))
            return FALSE;
    g_free(config->hidden);
    config->hidden = g_steal_pointer(&layers);
    config->n_hidden = count;
    return TRUE;
}

char *ripple_config_format_hidden(const RippleConfigOption *option, const RippleConfig *config)
{
    if (config->n_hidden == 0)
        return g_strdup("none");
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < config->n_hidden; i++) {
        const RippleHiddenLayer *layer = &config->hidden[i];
        g_string_append_printf(text, "%s%u", i ? "," : "", layer->width);
        if (layer->activation != RIPPLE_N_ACTIVATIONS)
            g_string_append_printf(text, ":%s", ripple_activation_name(layer->activation));
    }
    return g_string_free(text, FALSE);
}
