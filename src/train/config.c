#include <ripple/config.h>

#include "base/key_file.h"
#include "base/text.h"
#include "train/config_options.h"
#include "train/rates.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

RippleConfig *ripple_config_new(void)
{
    RippleConfig *config = g_new0(RippleConfig, 1);
    config->scaling = RIPPLE_SCALING_AUTO;
    config->activation = RIPPLE_ACTIVATION_RELU;
    config->output_activation = RIPPLE_N_ACTIVATIONS;
    config->loss = RIPPLE_N_LOSSES;
    config->optimizer = RIPPLE_OPTIMIZER_SGD;
    config->tune = RIPPLE_TUNE_QUICK;
    config->learning_rate = config->beta1 = config->beta2 = config->epsilon = NAN;
    config->batch = 128;
    config->epochs = 5;
    config->seed = 1;
    config->shuffle = TRUE;
    config->device = g_strdup("auto");
    config->checkpoint_every = (RippleInterval){60, RIPPLE_INTERVAL_SECONDS};
    config->keep = 2;
    config->observe = (RippleInterval){0, RIPPLE_INTERVAL_STEPS};
    config->keep_path = TRUE;
    return config;
}

void ripple_config_free(RippleConfig *config)
{
    if (!config)
        return;
    g_free(config->data);
    g_free(config->target);
    g_free(config->test_data);
    g_free(config->hidden);
    g_free(config->init);
    g_free(config->device);
    g_free(config->out);
    g_free(config->trace);
    g_free(config);
}

gboolean ripple_config_set(RippleConfig *config, const char *section, const char *key,
                           const char *value, GError **error)
{
    g_autoptr(GError) reason = NULL;
    const RippleConfigOption *option = ripple_config_option_find(section, key, &reason);
    if (option && option->parse(option, config, value, &reason))
        return TRUE;
    ripple_text_make_readable(reason);
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
}

/* ---- INI files ------------------------------------------------------------------------------ */

/* GKeyFile lists a key as often as it stands in the file, and keeps the last of its values. */
static gboolean check_once(char *const *keys, const char *section, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; keys[i]; i++)
        if (!g_hash_table_add(seen, keys[i])) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                        "The option %s stands twice in [%s].", keys[i], section);
            return FALSE;
        }
    return TRUE;
}

static gboolean load_section(RippleConfig *config, GKeyFile *file, const char *section,
                             GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, section, NULL, error);
    if (!keys || !check_once(keys, section, error))
        return FALSE;
    for (guint i = 0; keys[i]; i++) {
        if (!ripple_config_option_find(section, keys[i], error))
            return FALSE;
        g_autofree char *value = ripple_key_file_text(file, section, keys[i], error);
        if (!value || !ripple_config_set(config, section, keys[i], value, error))
            return FALSE;
    }
    return TRUE;
}

/* GKeyFile passes over zero bytes, and quotes whole lines of what is no text. */
static gboolean check_text(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    const char *end;
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return TRUE; /* loading it says what it is */
    if (!g_file_get_contents(path, &text, &length, error))
        return FALSE;
    if (g_utf8_validate_len(text, length, &end))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "It is not UTF-8 text: its byte %" G_GSIZE_FORMAT " is 0x%02x.",
                (gsize)(end - text) + 1, (guint8)*end);
    return FALSE;
}

/* Without it keys such as "batch[de]" would be passed over in silence. */
#define FLAGS G_KEY_FILE_KEEP_TRANSLATIONS

static gboolean load_sections(RippleConfig *config, GKeyFile *file, GError **error)
{
    g_auto(GStrv) sections = g_key_file_get_groups(file, NULL);
    for (guint i = 0; sections[i]; i++)
        if (!load_section(config, file, sections[i], error))
            return FALSE;
    return TRUE;
}

static gboolean load(RippleConfig *config, const char *path, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    return check_text(path, error) && g_key_file_load_from_file(file, path, FLAGS, error) &&
           load_sections(config, file, error);
}

/* The messages of GKeyFile are no sentences, and quote the text as it is. */
static gboolean refuse(const char *what, GError *reason, GError **error)
{
    ripple_text_make_readable(reason);
    gboolean ends = g_str_has_suffix(reason->message, ".");
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE, "%s%s%s", what, reason->message,
                ends ? "" : ".");
    return FALSE;
}

gboolean ripple_config_parse(RippleConfig *config, const char *text, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) reason = NULL;
    if (g_key_file_load_from_data(file, text, strlen(text), FLAGS, &reason) &&
        load_sections(config, file, &reason))
        return TRUE;
    return refuse("", reason, error);
}

RippleConfig *ripple_config_copy(const RippleConfig *config, GError **error)
{
    g_autofree char *text = ripple_config_to_text(config);
    g_autoptr(RippleConfig) copy = ripple_config_new();
    return ripple_config_parse(copy, text, error) ? g_steal_pointer(&copy) : NULL;
}

gboolean ripple_config_load(RippleConfig *config, const char *path, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (load(config, path, &reason))
        return TRUE;
    g_autofree char *what = g_strdup_printf("Cannot use the configuration file \"%s\": ", path);
    return refuse(what, reason, error);
}

char *ripple_config_to_text(const RippleConfig *config)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    guint count;
    const RippleConfigOption *options = ripple_config_options(&count);
    for (guint i = 0; i < count; i++) {
        g_autofree char *value = options[i].format(&options[i], config);
        g_key_file_set_string(file, options[i].section, options[i].key, value);
    }
    g_autofree char *text = g_key_file_to_data(file, NULL, NULL);
    return g_strconcat("# ripple train --config THIS_FILE\n\n", text, NULL);
}

/* ---- checks --------------------------------------------------------------------------------- */

gboolean ripple_config_check(const RippleConfig *config, GError **error)
{
    if (!config->data) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "No data were named; give --data fashion-mnist, a directory of IDX "
                            "files, or a CSV or TSV file.");
        return FALSE;
    }
    if (!ripple_config_check_optimizer(config, error))
        return FALSE;
    /* A value that was not set from text is in its range when its text is. */
    g_autoptr(RippleConfig) copy = ripple_config_new();
    guint count;
    const RippleConfigOption *options = ripple_config_options(&count);
    for (guint i = 0; i < count; i++) {
        g_autofree char *value = options[i].format(&options[i], config);
        if (!options[i].parse(&options[i], copy, value, error))
            return FALSE;
    }
    return TRUE;
}
