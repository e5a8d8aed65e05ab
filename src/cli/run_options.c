#include "cli/run_options.h"

#include <string.h>

/* --flag sets [section] key, to `value` when the flag itself takes none. */
static const struct {
    const char *flag;
    const char *section;
    const char *key;
    const char *value;
    const char *description;
    const char *argument;
} flags[] = {
    {"data", "data", "data", NULL, "fashion-mnist, a directory of IDX files, or a CSV or TSV file",
     "SPEC"},
    {"target", "data", "target", NULL, "Target columns of a table (default: the last)", "COLUMN,…"},
    {"test-data", "data", "test_data", NULL, "Other data to test on", "SPEC"},
    {"val-split", "data", "val_split", NULL, "Fraction of the training samples kept for validation",
     "F"},
    {"scaling", "data", "scaling", NULL, "auto, none, unit or standardise (default: auto)", "S"},
    {"hidden", "network", "hidden", NULL, "Hidden layers, or none (default: none)",
     "WIDTH[:ACTIVATION],…"},
    {"activation", "network", "activation", NULL, "Activation of hidden layers (default: relu)",
     "A"},
    {"output-activation", "network", "output_activation", NULL,
     "Activation of the output (default: as the loss needs)", "A"},
    {"loss", "network", "loss", NULL,
     "mse, cross-entropy or binary-cross-entropy (default: by the targets)", "L"},
    {"init", "network", "init", NULL, "Start from the weights in this file", "FILE.safetensors"},
    {"optimizer", "training", "optimizer", NULL, "sgd or adam (default: sgd)", "O"},
    {"momentum", "training", "momentum", NULL, "Momentum of sgd (default: 0)", "M"},
    {"beta1", "training", "beta1", NULL, "Decay of adam's first moment (default: 0.9)", "B"},
    {"beta2", "training", "beta2", NULL, "Decay of adam's second moment (default: 0.999)", "B"},
    {"epsilon", "training", "epsilon", NULL, "What adam adds to the root (default: 1e-8)", "E"},
    {"lr", "training", "learning_rate", NULL, "Learning rate (default: 0.1; for adam 0.001)", "R"},
    {"batch", "training", "batch", NULL, "Samples in a batch (default: 128)", "N"},
    {"epochs", "training", "epochs", NULL, "Passes over the data (default: 5)", "N"},
    {"steps", "training", "steps", NULL, "Stop after so many steps instead", "N"},
    {"seed", "training", "seed", NULL, "Seed of weights, split and order (default: 1)", "N"},
    {"no-shuffle", "training", "shuffle", "false", "Keep the order of the data", NULL},
    {"device", "run", "device", NULL, "auto, reference, P:D, or a part of a name", "SEL"},
    {"memory-limit", "run", "memory_limit", NULL,
     "Bytes of the device for data; more are streamed (default: half, or what is left)", "BYTES"},
    {"tune", "run", "tune", NULL,
     "off, quick or full: find the fastest products first (default: quick, on new devices)",
     "MODE"},
    {"out", "run", "out", NULL, "Write configuration, metrics, model and checkpoints here", "DIR"},
    {"log-every", "run", "log_every", NULL, "A line in metrics.jsonl every so many steps", "N"},
    {"trace", "run", "trace", NULL, "Write what the device did when, for Perfetto", "FILE"},
    {"checkpoint-every", "run", "checkpoint_every", NULL,
     "Checkpoints in --out: 30s, 500steps, 1epochs or never (default: 60s)", "N[UNIT]"},
    {"keep", "run", "keep", NULL, "Newest checkpoints to keep (default: 2)", "N"},
    {"observe", "run", "observe", NULL,
     "Tell in --out what steps do to each layer: 100steps, 1epochs (default: never)", "N[UNIT]"},
    {"no-path", "run", "keep_path", "false", "Keep no parameters of the steps that are observed",
     NULL},
};

RippleRunOptions *ripple_run_options_new(void)
{
    RippleRunOptions *options = g_new0(RippleRunOptions, 1);
    options->settings = g_ptr_array_new_with_free_func(g_free);
    return options;
}

void ripple_run_options_free(RippleRunOptions *options)
{
    if (!options)
        return;
    g_ptr_array_unref(options->settings);
    g_free(options->config_path);
    g_free(options);
}

static void add_setting(RippleRunOptions *options, const char *section, const char *key,
                        const char *value)
{
    g_ptr_array_add(options->settings, g_strdup(section));
    g_ptr_array_add(options->settings, g_strdup(key));
    g_ptr_array_add(options->settings, g_strdup(value));
}

static gboolean take_flag(const char *name, const char *value, gpointer data, GError **error)
{
    RippleRunOptions *options = data;
    name += strspn(name, "-");
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (strcmp(name, flags[i].flag) != 0)
            continue;
        add_setting(options, flags[i].section, flags[i].key,
                    flags[i].value ? flags[i].value : value);
        /* Whoever asks for epochs does not want the steps of a file to cut them short. */
        if (strcmp(name, "epochs") == 0)
            add_setting(options, "training", "steps", "0");
    }
    return TRUE;
}

static gboolean take_config(const char *name, const char *value, gpointer data, GError **error)
{
    RippleRunOptions *options = data;
    g_free(options->config_path);
    options->config_path = g_strdup(value);
    return TRUE;
}

GOptionGroup *ripple_run_options_group(RippleRunOptions *options)
{
    GOptionGroup *group =
        g_option_group_new("main", "Options of a run", "Options of a run", options, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        /* As a file name, a text arrives as it was typed, whatever the locale. */
        const GOptionEntry entries[] = {
            {flags[i].flag, 0, flags[i].argument ? G_OPTION_FLAG_FILENAME : G_OPTION_FLAG_NO_ARG,
             G_OPTION_ARG_CALLBACK, (gpointer)take_flag, flags[i].description, flags[i].argument},
            G_OPTION_ENTRY_NULL};
        g_option_group_add_entries(group, entries);
    }
    const GOptionEntry entries[] = {{"config", 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK,
                                     (gpointer)take_config,
                                     "Take what is not said here from this file", "FILE.ini"},
                                    G_OPTION_ENTRY_NULL};
    g_option_group_add_entries(group, entries);
    return group;
}

RippleConfig *ripple_run_options_config(const RippleRunOptions *options, GError **error)
{
    g_autoptr(RippleConfig) config = ripple_config_new();
    if (options->config_path && !ripple_config_load(config, options->config_path, error))
        return NULL;
    return ripple_run_options_apply(options, config, error) ? g_steal_pointer(&config) : NULL;
}

gboolean ripple_run_options_apply(const RippleRunOptions *options, RippleConfig *config,
                                  GError **error)
{
    char **settings = (char **)options->settings->pdata;
    for (guint i = 0; i < options->settings->len; i += 3)
        if (!ripple_config_set(config, settings[i], settings[i + 1], settings[i + 2], error))
            return FALSE;
    return TRUE;
}

gboolean ripple_run_options_has(const RippleRunOptions *options, const char *key)
{
    char **settings = (char **)options->settings->pdata;
    for (guint i = 0; i < options->settings->len; i += 3)
        if (strcmp(settings[i + 1], key) == 0)
            return TRUE;
    return FALSE;
}
