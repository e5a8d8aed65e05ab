#include "base/text.h"
#include "cli/bench.h"
#include "measure/step.h"
#include "train/json_object.h"

#include <ripple/error.h>

/* Options of a step as they were given, or NULL. */
typedef struct {
    char *inputs;
    char *outputs;
    char *hidden;
    char *activation;
    char *batch;
    char *optimizer;
    char *momentum;
    char *beta1;
    char *beta2;
    char *epsilon;
    char *learning_rate;
    char *seed;
    char *device;
} StepOptions;

static void step_options_clear(StepOptions *options)
{
    g_free(options->inputs);
    g_free(options->outputs);
    g_free(options->hidden);
    g_free(options->activation);
    g_free(options->batch);
    g_free(options->optimizer);
    g_free(options->momentum);
    g_free(options->beta1);
    g_free(options->beta2);
    g_free(options->epsilon);
    g_free(options->learning_rate);
    g_free(options->seed);
    g_free(options->device);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StepOptions, step_options_clear)

static gboolean parse_width(const char *option, const char *text, guint minimum, guint *width,
                            GError **error)
{
    guint64 number;
    if (!text)
        return TRUE;
    if (!ripple_text_whole(text, minimum, RIPPLE_MAXIMUM_WIDTH, &number)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option %s cannot be \"%s\": it takes a whole number from %u to %u.",
                    option, text, minimum, RIPPLE_MAXIMUM_WIDTH);
        return FALSE;
    }
    *width = (guint)number;
    return TRUE;
}

static RippleConfig *step_config(const StepOptions *options, GError **error)
{
    const struct {
        const char *section;
        const char *key;
        const char *value;
    } settings[] = {
        {"network", "hidden", options->hidden ? options->hidden : "512,512"},
        {"network", "activation", options->activation},
        {"training", "batch", options->batch},
        {"training", "optimizer", options->optimizer},
        {"training", "momentum", options->momentum},
        {"training", "beta1", options->beta1},
        {"training", "beta2", options->beta2},
        {"training", "epsilon", options->epsilon},
        {"training", "learning_rate", options->learning_rate},
        {"training", "seed", options->seed},
    };
    g_autoptr(RippleConfig) config = ripple_config_new();
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        if (settings[i].value && !ripple_config_set(config, settings[i].section, settings[i].key,
                                                    settings[i].value, error))
            return NULL;
    return g_steal_pointer(&config);
}

static void print_step_json(const RippleBench *bench, const RippleConfig *config,
                            const char *network, const RippleStepSpeed *speed)
{
    g_autoptr(GString) json = ripple_bench_begin_json(bench);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "network", network);
    ripple_json_set_whole(json, "batch", config->batch);
    ripple_json_set_text(json, "optimizer", ripple_optimizer_name(config->optimizer));
    ripple_json_set_number(json, "momentum", config->momentum);
    ripple_json_set_number(json, "beta1", config->beta1);
    ripple_json_set_number(json, "beta2", config->beta2);
    ripple_json_set_number(json, "epsilon", config->epsilon);
    ripple_json_set_number(json, "samples_per_second", speed->samples_per_second);
    ripple_json_set_number(json, "ms_per_step", speed->milliseconds);
    ripple_json_set_number(json, "gflop_per_step", speed->gflop);
    ripple_bench_add_json(json, bench, &speed->gflops);
    ripple_json_set_whole(json, "checked_samples", speed->checked_samples);
    ripple_json_end_object(json);
    ripple_bench_end_json(json);
}

static void print_step(const RippleBench *bench, const RippleConfig *config,
                       const RippleStepSpeed *speed)
{
    static const char *const headings[] = {">batch",   "optimizer",           ">samples/s",
                                           ">ms/step", RIPPLE_BENCH_HEADINGS, NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    g_autofree char *samples = ripple_console_count(speed->samples_per_second);
    ripple_table_add(table, "%" G_GUINT64_FORMAT, config->batch);
    if (config->momentum != 0)
        ripple_table_add(table, "%s, momentum %g", ripple_optimizer_name(config->optimizer),
                         config->momentum);
    else
        ripple_table_add(table, "%s", ripple_optimizer_name(config->optimizer));
    ripple_table_add(table, "%s", samples);
    ripple_table_add(table, "%.3f", speed->milliseconds);
    ripple_bench_add_cells(table, bench, &speed->gflops);
    ripple_table_print(table);
}

static gboolean time_step(const RippleConsole *console, const StepOptions *options, GError **error)
{
    guint inputs = 784, outputs = 10;
    if (!parse_width("--inputs", options->inputs, 1, &inputs, error) ||
        !parse_width("--outputs", options->outputs, 2, &outputs, error))
        return FALSE;
    g_autoptr(RippleConfig) config = step_config(options, error);
    if (!config)
        return FALSE;
    g_autoptr(RippleNetwork) network = ripple_step_network(config, inputs, outputs, error);
    if (!network)
        return FALSE;
    g_autofree char *description = ripple_network_describe(network);

    g_auto(RippleBench) bench = {.console = console};
    RippleStepSpeed speed;
    if (!ripple_bench_open(&bench, options->device, FALSE, error))
        return FALSE;
    if (!console->json) {
        ripple_bench_print_device(&bench);
        ripple_console_print("network  %s\n\n", description);
    }
    ripple_console_progress(console, "timing training steps");
    if (!ripple_step_measure(bench.backend, network, config, &speed, error))
        return FALSE;
    if (console->json)
        print_step_json(&bench, config, description, &speed);
    else
        print_step(&bench, config, &speed);
    return TRUE;
}

gboolean ripple_command_bench_step(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_auto(StepOptions) options = {0};
    const GOptionEntry entries[] = {
        {"inputs", 0, 0, G_OPTION_ARG_STRING, &options.inputs, "Bytes in a sample (default: 784)",
         "N"},
        {"hidden", 0, 0, G_OPTION_ARG_STRING, &options.hidden,
         "Hidden layers, or none (default: 512,512)", "WIDTH[:ACTIVATION],…"},
        {"outputs", 0, 0, G_OPTION_ARG_STRING, &options.outputs, "Classes (default: 10)", "N"},
        {"activation", 0, 0, G_OPTION_ARG_STRING, &options.activation,
         "Activation of hidden layers (default: relu)", "A"},
        {"batch", 0, 0, G_OPTION_ARG_STRING, &options.batch, "Samples in a batch (default: 128)",
         "N"},
        {"optimizer", 0, 0, G_OPTION_ARG_STRING, &options.optimizer, "sgd or adam (default: sgd)",
         "O"},
        {"momentum", 0, 0, G_OPTION_ARG_STRING, &options.momentum, "Momentum of sgd (default: 0)",
         "M"},
        {"beta1", 0, 0, G_OPTION_ARG_STRING, &options.beta1,
         "Decay of adam's first moment (default: 0.9)", "B"},
        {"beta2", 0, 0, G_OPTION_ARG_STRING, &options.beta2,
         "Decay of adam's second moment (default: 0.999)", "B"},
        {"epsilon", 0, 0, G_OPTION_ARG_STRING, &options.epsilon,
         "What adam adds to the root (default: 1e-8)", "E"},
        {"lr", 0, 0, G_OPTION_ARG_STRING, &options.learning_rate,
         "Learning rate (default: 0.1; for adam 0.001)", "R"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, "Seed of data and weights (default: 1)",
         "N"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &options.device,
         "auto, reference, P:D, or a part of a name", "SEL"},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Times whole training steps on random data, from the gathering of a batch to the "
            "update. The loss of the first steps is held against the CPU reference; exits with 5 "
            "when they disagree.\n\n"
            "Example: ripple bench step --inputs 784 --hidden 128 --batch 256",
            entries, NULL, &console, NULL, error))
        return FALSE;
    return time_step(&console, &options, error);
}
