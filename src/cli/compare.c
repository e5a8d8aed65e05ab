#include "base/text.h"
#include "cli/command.h"
#include "cli/compare_report.h"
#include "cli/console.h"
#include "cli/run_options.h"

#include <ripple/error.h>
#include <string.h>

#define DEFAULT_STEPS 20
#define BAR_WIDTH 24

/* What is to be compared. */
typedef struct {
    RippleConsole console;
    RippleRunOptions *run;
    char *fault;
    char *against;
    char *replay;
    char *model;
    char *with;
    char *tolerance;
} Options;

static void options_clear(Options *options)
{
    ripple_run_options_free(options->run);
    g_free(options->fault);
    g_free(options->against);
    g_free(options->replay);
    g_free(options->model);
    g_free(options->with);
    g_free(options->tolerance);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void show_progress(guint64 step, guint64 steps, gpointer user_data)
{
    g_autofree char *bar = ripple_console_bar((gdouble)step / steps, BAR_WIDTH);
    g_autofree char *line = g_strdup_printf(
        "comparing %s step %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, bar, step, steps);
    ripple_console_progress(user_data, line);
}

/* ---- options that do not go together -------------------------------------------------------- */

/* The options of a run that were given, but for `allowed` (or NULL), mean nothing to `way`. */
static gboolean check_run_options(const Options *options, const char *way, const char *allowed,
                                  GError **error)
{
    char **settings = (char **)options->run->settings->pdata;
    const char *given = options->run->config_path ? "config" : NULL;
    for (guint i = 0; i < options->run->settings->len && !given; i += 3)
        if (g_strcmp0(settings[i + 1], allowed) != 0)
            given = settings[i + 1];
    if (!given)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "%s compares what is in files, and \"%s\" says something about a run; leave it "
                "out.",
                way, given);
    return FALSE;
}

static gboolean check_alone(const Options *options, GError **error)
{
    gboolean is_of_models = options->model || options->with || options->tolerance;
    guint ways = (options->replay != NULL) + is_of_models;
    if (ways > 1 || (ways > 0 && (options->fault || options->against))) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "--replay, --model with --with, and the comparison of a run with "
                            "--against or --inject-fault are three questions; ask one at a time.");
        return FALSE;
    }
    if (is_of_models && (!options->model || !options->with)) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "Two models are compared: name one by --model FILE and the other by "
                            "--with FILE.");
        return FALSE;
    }
    if (options->replay)
        return check_run_options(options, "--replay", "device", error);
    return !is_of_models || check_run_options(options, "--model", NULL, error);
}

/* ---- errors --------------------------------------------------------------------------------- */

static void set_disagreement(const RippleComparison *found, GError **error)
{
    const RippleDivergence *first = found->divergence;
    g_autofree char *device = ripple_compare_number(first->device);
    g_autofree char *reference = ripple_compare_number(first->reference);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                "%s and the reference disagree, first at step %" G_GUINT64_FORMAT
                " in %s, element [%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT
                "]: %s instead of %s, where rounding allows %.2g.",
                first->device_name, first->step, first->tensor, first->row, first->column, device,
                reference, first->tolerance);
}

static void set_not_finite(const RippleComparison *found, GError **error)
{
    const RippleDivergence *first = found->not_finite;
    g_autofree char *device = ripple_compare_number(first->device);
    g_autofree char *reference = ripple_compare_number(first->reference);
    gboolean is_against = g_strcmp0(first->device_name, found->against) == 0;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                "Step %" G_GUINT64_FORMAT " leaves the finite numbers in %s, element "
                "[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT
                "]: %s on %s, %s in the reference. The device is right, and single precision holds "
                "no more; try a smaller learning rate.",
                first->step, first->tensor, first->row, first->column, device,
                is_against ? found->against : found->device, reference);
}

/* Print it all, and FALSE with an error when it did not pass. */
static gboolean conclude(const Options *options, const RippleComparison *found, GError **error)
{
    if (options->console.json)
        ripple_compare_print_json(found);
    else
        ripple_compare_print(found);
    if (!found->pass)
        set_disagreement(found, error);
    else if (found->not_finite)
        set_not_finite(found, error);
    return found->pass && !found->not_finite;
}

/* ---- the three questions -------------------------------------------------------------------- */

static gboolean compare_run(Options *options, GError **error)
{
    g_autoptr(RippleConfig) config = ripple_run_options_config(options->run, error);
    if (!config)
        return FALSE;
    if (config->steps == 0)
        config->steps = DEFAULT_STEPS;
    g_autoptr(RippleComparison) found = ripple_compare_devices(
        config, options->against, options->fault, show_progress, &options->console, error);
    ripple_console_end_progress();
    return found && conclude(options, found, error);
}

static gboolean compare_replay(const Options *options, GError **error)
{
    g_autoptr(RippleConfig) config = ripple_run_options_config(options->run, error);
    if (!config)
        return FALSE;
    const char *selector = ripple_run_options_has(options->run, "device") ? config->device : NULL;
    g_autoptr(RippleComparison) found = ripple_compare_replay(options->replay, selector, error);
    if (!found || !conclude(options, found, error))
        return FALSE;
    if (!options->console.json)
        ripple_console_print("Here the step leaves every number finite.\n");
    return TRUE;
}

static void set_difference(const Options *options, const RippleModelComparison *found,
                           GError **error)
{
    guint i = 0;
    while (i < found->tensors->len && ripple_compared(found->tensors, i)->pass)
        i++;
    if (i == found->tensors->len) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                    "The models %s and %s have the same numbers and differ in \"%s\".",
                    options->model, options->with, found->metadata);
        return;
    }
    const RippleTensorComparison *first = ripple_compared(found->tensors, i);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                "The models %s and %s differ, first in %s, element [%" G_GSIZE_FORMAT
                ",%" G_GSIZE_FORMAT "]: %.9g and %.9g, where %g is allowed.",
                options->model, options->with, first->name, first->row, first->column,
                first->device, first->reference, found->tolerance);
}

static gboolean compare_models(const Options *options, GError **error)
{
    gdouble tolerance = 0;
    if (options->tolerance &&
        (!ripple_text_number(options->tolerance, &tolerance) || tolerance < 0)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "--tolerance is %s; give a number of at least 0, such as 1e-6.",
                    options->tolerance);
        return FALSE;
    }
    g_autoptr(RippleModelComparison) found =
        ripple_compare_models(options->model, options->with, tolerance, error);
    if (!found)
        return FALSE;
    if (options->console.json)
        ripple_compare_print_models_json(found, options->model, options->with);
    else
        ripple_compare_print_models(found, options->model, options->with);
    if (!found->pass)
        set_difference(options, found, error);
    return found->pass;
}

gboolean ripple_command_compare(int argc, char **argv, GError **error)
{
    g_auto(Options) options = {.run = ripple_run_options_new()};
    const GOptionEntry entries[] = {
        {"against", 0, 0, G_OPTION_ARG_FILENAME, &options.against,
         "Another device beside the first, each number of both judged by the reference", "SEL"},
        {"replay", 0, 0, G_OPTION_ARG_FILENAME, &options.replay,
         "Take the step again after which a run's numbers were not finite, and tell where it arose",
         "FILE"},
        {"model", 0, 0, G_OPTION_ARG_FILENAME, &options.model,
         "Compare this model or checkpoint, and no run, with another", "FILE"},
        {"with", 0, 0, G_OPTION_ARG_FILENAME, &options.with, "The other model or checkpoint",
         "FILE"},
        {"tolerance", 0, 0, G_OPTION_ARG_FILENAME, &options.tolerance,
         "How far models' numbers may lie apart (default: 0, the same bits)", "T"},
        {"inject-fault", 0, 0, G_OPTION_ARG_STRING, &options.fault,
         "Spoil one element of this tensor on the device, or on that of --against, to see it found",
         "TENSOR"},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Trains 20 steps, or --steps of them, on a device and on the CPU reference, from the "
            "same start over the same batches, and holds every tensor together. Exits with 5 when "
            "they disagree.\n\n"
            "Example: ripple compare --data fashion-mnist --hidden 64,32 --steps 20\n"
            "         ripple compare --data fashion-mnist --hidden 64,32 --device 0:0 --against "
            "0:1\n"
            "         ripple compare --replay runs/first/not-finite-step-40.safetensors\n"
            "         ripple compare --model runs/a/model.safetensors --with "
            "runs/b/model.safetensors",
            entries, ripple_run_options_group(options.run), &options.console, NULL, error))
        return FALSE;
    if (!check_alone(&options, error))
        return FALSE;
    if (options.replay)
        return compare_replay(&options, error);
    if (options.model)
        return compare_models(&options, error);
    return compare_run(&options, error);
}
