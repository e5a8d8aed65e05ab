#include "cli/step_options.h"

#include "base/text.h"
#include "measure/step.h"

#include <ripple/error.h>
#include <string.h>

/* --flag sets [section] key of the configuration; without a section it says how wide the data are.
 */
static const struct {
    const char *flag;
    const char *section;
    const char *key;
    const char *initial; /* NULL: the configuration's own */
    const char *description;
    const char *argument;
} flags[] = {
    {"inputs", NULL, NULL, "784", "Bytes in a sample (default: 784)", "N"},
    {"outputs", NULL, NULL, "10", "Classes (default: 10)", "N"},
    {"hidden", "network", "hidden", "512,512", "Hidden layers, or none (default: 512,512)",
     "WIDTH[:ACTIVATION],…"},
    {"activation", "network", "activation", NULL, "Activation of hidden layers (default: relu)",
     "A"},
    {"batch", "training", "batch", NULL, "Samples in a batch (default: 128)", "N"},
    {"optimizer", "training", "optimizer", NULL, "sgd or adam (default: sgd)", "O"},
    {"momentum", "training", "momentum", NULL, "Momentum of sgd (default: 0)", "M"},
    {"beta1", "training", "beta1", NULL, "Decay of adam's first moment (default: 0.9)", "B"},
    {"beta2", "training", "beta2", NULL, "Decay of adam's second moment (default: 0.999)", "B"},
    {"epsilon", "training", "epsilon", NULL, "What adam adds to the root (default: 1e-8)", "E"},
    {"lr", "training", "learning_rate", NULL, "Learning rate (default: 0.1; for adam 0.001)", "R"},
    {"seed", "training", "seed", NULL, "Seed of data and weights (default: 1)", "N"},
};

GHashTable *ripple_step_options_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static gboolean take_flag(const char *name, const char *value, gpointer data, GError **error)
{
    g_hash_table_insert(data, g_strdup(name + strspn(name, "-")), g_strdup(value));
    return TRUE;
}

GOptionGroup *ripple_step_options_group(GHashTable *options)
{
    GOptionGroup *group = g_option_group_new("main", "Options", "Options", options, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        /* As a file name, a text arrives as it was typed, whatever the locale. */
        const GOptionEntry entries[] = {{flags[i].flag, 0, G_OPTION_FLAG_FILENAME,
                                         G_OPTION_ARG_CALLBACK, (gpointer)take_flag,
                                         flags[i].description, flags[i].argument},
                                        G_OPTION_ENTRY_NULL};
        g_option_group_add_entries(group, entries);
    }
    return group;
}

/* Options may come from a file, too. */
static gboolean check_names(GHashTable *options, GError **error)
{
    GHashTableIter iter;
    gpointer name;
    const char *names[G_N_ELEMENTS(flags)];
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++)
        names[i] = flags[i].flag;
    g_hash_table_iter_init(&iter, options);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        guint chosen;
        if (!ripple_text_choose("option of a step", name, names, G_N_ELEMENTS(names), &chosen,
                                error))
            return FALSE;
    }
    return TRUE;
}

static gboolean parse_width(const char *option, const char *text, guint minimum, guint *width,
                            GError **error)
{
    guint64 number;
    if (!ripple_text_whole(text, minimum, RIPPLE_MAXIMUM_WIDTH, &number)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option --%s cannot be \"%s\": it takes a whole number from %u to %u.",
                    option, text, minimum, RIPPLE_MAXIMUM_WIDTH);
        return FALSE;
    }
    *width = (guint)number;
    return TRUE;
}

gboolean ripple_step_options_resolve(GHashTable *options, RippleConfig **config,
                                     RippleNetwork **network, GError **error)
{
    g_autoptr(RippleConfig) made = ripple_config_new();
    guint inputs = 0, outputs = 0;
    if (!check_names(options, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        const char *given = g_hash_table_lookup(options, flags[i].flag);
        const char *value = given ? given : flags[i].initial;
        gboolean is_inputs = i == 0;
        if (value && !flags[i].section &&
            !parse_width(flags[i].flag, value, is_inputs ? 1 : 2, is_inputs ? &inputs : &outputs,
                         error))
            return FALSE;
        if (value && flags[i].section &&
            !ripple_config_set(made, flags[i].section, flags[i].key, value, error))
            return FALSE;
    }
    *network = ripple_step_network(made, inputs, outputs, error);
    if (!*network)
        return FALSE;
    *config = g_steal_pointer(&made);
    return TRUE;
}
