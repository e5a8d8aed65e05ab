#include "train/config_options.h"

#include "base/text.h"
#include "train/config_values.h"

#include <ripple/error.h>
#include <string.h>

#define OPTION(section_, key_, kind)                                                               \
    .section = section_, .key = #key_, .offset = G_STRUCT_OFFSET(RippleConfig, key_),              \
    .parse = ripple_config_parse_##kind, .format = ripple_config_format_##kind

/* Epochs and samples are counted in 32 bits, steps in 64. */
static const RippleConfigOption options[] = {
    {OPTION("data", data, string)},
    {OPTION("data", target, string)},
    {OPTION("data", test_data, string)},
    {OPTION("data", val_split, fraction)},
    {OPTION("data", scaling, scaling)},
    {OPTION("network", hidden, hidden)},
    {OPTION("network", activation, activation)},
    {OPTION("network", output_activation, output_activation)},
    {OPTION("network", loss, loss)},
    {OPTION("network", init, string)},
    {OPTION("training", optimizer, optimizer)},
    {OPTION("training", momentum, fraction)},
    {OPTION("training", beta1, fraction), .automatic = TRUE},
    {OPTION("training", beta2, fraction), .automatic = TRUE},
    {OPTION("training", epsilon, epsilon), .automatic = TRUE},
    {OPTION("training", learning_rate, positive), .automatic = TRUE},
    {OPTION("training", batch, whole), .minimum = 1, .maximum = G_MAXUINT32},
    {OPTION("training", epochs, whole), .minimum = 1, .maximum = G_MAXUINT32},
    {OPTION("training", steps, whole), .maximum = G_MAXINT64},
    {OPTION("training", seed, whole)},
    {OPTION("training", shuffle, boolean)},
    {OPTION("run", device, string), .unset = "auto"},
    {OPTION("run", memory_limit, bytes)},
    {OPTION("run", tune, tune)},
    {OPTION("run", out, string)},
    {OPTION("run", log_every, whole), .maximum = G_MAXINT64},
    {OPTION("run", trace, string)},
    {OPTION("run", checkpoint_every, interval)},
    {OPTION("run", keep, whole), .minimum = 1, .maximum = G_MAXUINT32},
    {OPTION("run", observe, observation)},
    {OPTION("run", keep_path, boolean)},
};

const RippleConfigOption *ripple_config_options(guint *count)
{
    *count = G_N_ELEMENTS(options);
    return options;
}

/* The sections, or the keys of one, each once. */
static guint list_names(const char *section, const char **names)
{
    guint count = 0;
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (section && strcmp(options[i].section, section) == 0)
            names[count++] = options[i].key;
        if (!section && (i == 0 || strcmp(options[i].section, options[i - 1].section) != 0))
            names[count++] = options[i].section;
    }
    return count;
}

const RippleConfigOption *ripple_config_option_find(const char *section, const char *key,
                                                    GError **error)
{
    const char *names[G_N_ELEMENTS(options)];
    guint chosen, count = list_names(NULL, names);
    if (!ripple_text_choose("section", section, names, count, &chosen, error))
        return NULL;
    g_autofree char *kind = g_strdup_printf("option in [%s]", section);
    count = list_names(section, names);
    if (!ripple_text_choose(kind, key, names, count, &chosen, error))
        return NULL;

    guint i = 0;
    while (strcmp(options[i].section, section) != 0 || strcmp(options[i].key, key) != 0)
        i++;
    return &options[i];
}
