#include "cli/command.h"
#include "cli/console.h"
#include "cli/live.h"
#include "cli/run_options.h"
#include "cli/signals.h"
#include "cli/train_plan.h"
#include "cli/trust.h"
#include "cli/tune.h"
#include "train/json_object.h"

#include <math.h>
#include <ripple/error.h>
#include <ripple/trainer.h>

#define BAR_WIDTH 16

/* A user does not wonder where less than this went. */
#define NOTABLE_COMPILE_SECONDS 1

/* Whom the observer's functions talk to. */
typedef struct {
    const RippleConsole *console;
    RippleLive *live;
    int epoch_digits; /* so that lines of epochs stay in their columns */
} Watch;

/* ---- while it runs -------------------------------------------------------------------------- */

/* Unknown until something was measured. */
static void append_rate(GString *line, const char *before, gdouble samples_per_second)
{
    g_autofree char *rate = ripple_console_count(samples_per_second);
    if (isfinite(samples_per_second))
        g_string_append_printf(line, "%s%s samples/s", before, rate);
}

/* Whoever asks is answered, even after --quiet. */
static void show_status(const RippleProgress *progress)
{
    const RippleConsole loud = {0};
    g_autofree char *loss = ripple_console_loss(progress->loss);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line,
                           "step %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                           ", epoch %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT ", loss %s",
                           progress->step, progress->steps, progress->epoch, progress->epochs,
                           loss);
    append_rate(line, ", ", progress->samples_per_second);
    ripple_console_note(&loud, "%s", line->str);
}

static void show_progress(const RippleProgress *progress, gpointer user_data)
{
    if (ripple_signals_status_wanted())
        show_status(progress);
    if (!ripple_console_is_terminal())
        return;
    Watch *watch = user_data;
    guint columns, rows;
    gdouble fraction = (gdouble)progress->step / progress->steps;
    g_autofree char *bar = ripple_console_bar(fraction, BAR_WIDTH);
    g_autofree char *loss = ripple_console_loss(progress->loss);
    g_autofree char *left = ripple_console_duration(progress->seconds_left);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line,
                           "epoch %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " %s %3.0f%%  loss %s",
                           progress->epoch, progress->epochs, bar, 100 * fraction, loss);
    append_rate(line, "  ", progress->samples_per_second);
    if (isfinite(progress->seconds_left))
        g_string_append_printf(line, "  %s left", left);
    ripple_live_add(watch->live, progress);
    ripple_console_size(&columns, &rows);
    g_autofree char *lines =
        ripple_live_layout(watch->live, line->str, columns, rows, g_get_charset(NULL));
    ripple_console_progress(watch->console, lines);
}

static void append_score(GString *line, const char *set, gdouble loss, gdouble accuracy)
{
    g_autofree char *text = ripple_console_loss(loss);
    if (isfinite(loss))
        g_string_append_printf(line, "  %s loss %s", set, text);
    if (isfinite(accuracy))
        g_string_append_printf(line, "  accuracy %.4f", accuracy);
}

static void show_epoch(const RippleEpochReport *report, gpointer user_data)
{
    const Watch *watch = user_data;
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "epoch %*" G_GUINT64_FORMAT, watch->epoch_digits, report->epoch);
    append_score(line, "train", report->train_loss, report->train_accuracy);
    append_score(line, "validation", report->val_loss, report->val_accuracy);
    append_score(line, "test", report->test_loss, report->test_accuracy);
    append_rate(line, "  ", report->samples_per_second);
    ripple_console_note(watch->console, "%s", line->str);
}

static void show_step(const RippleStepReport *report, gpointer user_data)
{
    const RippleConsole *console = ((const Watch *)user_data)->console;
    if (console->verbose)
        ripple_console_note(console, "step %" G_GUINT64_FORMAT "  loss %.6f", report->step,
                            report->loss);
}

static void show_warning(const char *text, gpointer user_data)
{
    ripple_console_note(((const Watch *)user_data)->console, "%s", text);
}

/* ---- before and after ----------------------------------------------------------------------- */

/* Resident or streamed, and what the data take on the device. */
static char *describe_place(const RippleTrainer *trainer)
{
    guint64 bytes;
    const char *way = ripple_trainer_is_streamed(trainer, &bytes) ? "streamed" : "resident";
    g_autofree char *count = ripple_console_count(bytes);
    if (bytes < 1 << 20)
        return g_strdup_printf("%s, %s bytes on the device", way, count);
    return g_strdup_printf("%s, %.1f MiB on the device", way, (gdouble)bytes / (1 << 20));
}

static void show_start(const RippleConsole *console, const RippleTrainer *trainer)
{
    gsize train, validation, test;
    ripple_trainer_samples(trainer, &train, &validation, &test);
    g_autofree char *network = ripple_network_describe(ripple_trainer_model(trainer)->network);
    g_autofree char *train_count = ripple_console_count(train);
    g_autofree char *validation_count = ripple_console_count(validation);
    g_autofree char *test_count = ripple_console_count(test);
    g_autofree char *place = describe_place(trainer);
    const RippleBackend *device = ripple_trainer_device(trainer);

    ripple_console_note(console, "device   %s", ripple_device_name(device));
    ripple_console_note(console, "network  %s", network);
    g_autofree char *validation_text =
        validation ? g_strdup_printf(", %s to validate", validation_count) : g_strdup("");
    g_autofree char *test_text = test ? g_strdup_printf(", %s to test", test_count) : g_strdup("");
    ripple_console_note(console, "data     %s samples to train%s%s; %s", train_count,
                        validation_text, test_text, place);
}

/* A run that begins anew removes what a former one left (docs/formats.md). */
static void show_replaced(const RippleConsole *console, const RippleConfig *config)
{
    g_autofree char *metrics =
        config->out ? g_build_filename(config->out, "metrics.jsonl", NULL) : NULL;
    if (metrics && g_file_test(metrics, G_FILE_TEST_EXISTS))
        ripple_console_note(console, "out      %s, in place of the run that is there", config->out);
}

static void tune_first(const RippleConsole *console, const RippleTrainer *trainer,
                       const RippleConfig *config)
{
    gsize train, validation, test;
    ripple_trainer_samples(trainer, &train, &validation, &test);
    ripple_tune_first(console, ripple_trainer_device(trainer), config->tune,
                      ripple_trainer_model(trainer)->network, MIN(config->batch, train));
}

static void print_json(const RippleTrainer *trainer, const RippleTrainingResult *result)
{
    const RippleBackend *device = ripple_trainer_device(trainer);
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "backend", ripple_device_kind(device));
    ripple_json_set_text(json, "device", ripple_device_name(device));
    guint64 bytes;
    ripple_json_set_text(json, "data",
                         ripple_trainer_is_streamed(trainer, &bytes) ? "streamed" : "resident");
    ripple_json_set_whole(json, "data_bytes", bytes);
    ripple_json_set_whole(json, "steps", result->steps);
    ripple_json_set_whole(json, "epochs", result->epochs);
    ripple_json_set_number(json, "train_loss", result->train_loss);
    ripple_json_set_number(json, "train_accuracy", result->train_accuracy);
    ripple_json_set_number(json, "val_loss", result->val_loss);
    ripple_json_set_number(json, "val_accuracy", result->val_accuracy);
    ripple_json_set_number(json, "test_loss", result->test_loss);
    ripple_json_set_number(json, "test_accuracy", result->test_accuracy);
    ripple_json_set_number(json, "seconds", result->seconds);
    ripple_json_set_number(json, "samples_per_second", result->samples_per_second);
    ripple_json_set_number(json, "compile_seconds", result->compile_seconds);
    ripple_json_set_whole(json, "host_waits", result->host_waits);
    ripple_json_set_whole(json, "host_waits_per_epoch", result->host_waits_per_epoch);
    ripple_json_set_text(json, "model", ripple_trainer_model_path(trainer));
    ripple_json_end_object(json);
    ripple_console_json(json);
}

static void print_line(const char *name, const char *value)
{
    ripple_console_print("%-19s  %s\n", name, value);
}

static void print_loss(const char *name, gdouble loss)
{
    g_autofree char *text = ripple_console_loss(loss);
    if (isfinite(loss))
        print_line(name, text);
}

static void print_accuracy(const char *name, gdouble accuracy)
{
    g_autofree char *text = g_strdup_printf("%.4f", accuracy);
    if (isfinite(accuracy))
        print_line(name, text);
}

static void print_result(const RippleTrainer *trainer, const RippleTrainingResult *result)
{
    const char *path = ripple_trainer_model_path(trainer);
    g_autofree char *compiling = g_strdup_printf("%.1f s", result->compile_seconds);
    g_autoptr(GString) time = g_string_new(NULL);
    g_string_append_printf(time, "%.1f s", result->seconds);
    append_rate(time, ", ", result->samples_per_second);

    print_loss("train loss", result->train_loss);
    print_accuracy("train accuracy", result->train_accuracy);
    print_loss("validation loss", result->val_loss);
    print_accuracy("validation accuracy", result->val_accuracy);
    print_loss("test loss", result->test_loss);
    print_accuracy("test accuracy", result->test_accuracy);
    print_line("time", time->str);
    if (result->compile_seconds >= NOTABLE_COMPILE_SECONDS)
        print_line("compiling", compiling);
    if (path)
        print_line("model", path);
}

static RippleLive *live_of(const RippleTrainer *trainer)
{
    guint64 taken, memory;
    ripple_trainer_memory(trainer, &taken, &memory);
    return ripple_live_new(taken, memory);
}

/* Digits of the number of the last epoch. */
static int epoch_digits(const RippleTrainer *trainer, const RippleConfig *config)
{
    gsize train, validation, test;
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    ripple_trainer_samples(trainer, &train, &validation, &test);
    guint64 per_epoch = (train + config->batch - 1) / config->batch;
    guint64 epochs = (ripple_trainer_steps(trainer) + per_epoch - 1) / per_epoch;
    return g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, epochs);
}

/* The configuration that results from the command line; for a run in `resume`, unless that is NULL,
 * beginning with its own. */
static RippleConfig *make_config(const RippleRunOptions *options, const char *resume,
                                 GError **error)
{
    if (!resume)
        return ripple_run_options_config(options, error);
    if (options->config_path || ripple_run_options_has(options, "out")) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "A run that is resumed has its configuration and its directory; leave "
                            "out --config and --out.");
        return NULL;
    }
    g_autoptr(RippleConfig) config = ripple_trainer_resume_config(resume, error);
    if (!config || !ripple_run_options_apply(options, config, error))
        return NULL;
    return g_steal_pointer(&config);
}

static RippleTrainer *open_trainer(const RippleConsole *console, RippleConfig *config,
                                   const char *resume, GError **error)
{
    if (!resume)
        return ripple_trainer_new(config, error);
    RippleTrainer *trainer = ripple_trainer_resume(config, error);
    if (!trainer)
        return NULL;
    const char *notes = ripple_trainer_resume_notes(trainer);
    guint64 step = ripple_trainer_resumed_step(trainer);
    if (*notes)
        ripple_console_note(console, "%s", notes);
    ripple_console_note(console, "resumed  %s, after %" G_GUINT64_FORMAT " steps%s", resume, step,
                        step < ripple_trainer_steps(trainer)
                            ? ""
                            : ": all that it was to take; ask for more by --epochs or --steps");
    return trainer;
}

static gboolean check_observe(const RippleConfig *config, GError **error)
{
    if (config->observe.count == 0 || config->out)
        return TRUE;
    g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                        "What is observed is written to the run's directory; name one by --out, "
                        "or leave out --observe.");
    return FALSE;
}

gboolean ripple_command_train(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    gboolean print_config = FALSE, print_plan = FALSE, trust_device = FALSE;
    g_autofree char *resume = NULL;
    const GOptionEntry entries[] = {
        {"print-config", 0, 0, G_OPTION_ARG_NONE, &print_config,
         "Print the configuration that results, and stop", NULL},
        {"plan", 0, 0, G_OPTION_ARG_NONE, &print_plan,
         "Print how much of the device's memory the run takes for what, and stop", NULL},
        {"resume", 0, 0, G_OPTION_ARG_FILENAME, &resume,
         "Go on with the run in this --out directory from its newest checkpoint", "DIR"},
        {"trust-device", 0, 0, G_OPTION_ARG_NONE, &trust_device,
         "Train on a device that was not tested, or computes wrong numbers", NULL},
        G_OPTION_ENTRY_NULL};
    g_autoptr(RippleRunOptions) options = ripple_run_options_new();
    ripple_signals_catch_status();
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Trains a network by backpropagation and gradient descent.\n\n"
            "Example: ripple train --data fashion-mnist --hidden 128 --out runs/first",
            entries, ripple_run_options_group(options), &console, NULL, error))
        return FALSE;
    g_autoptr(RippleConfig) config = make_config(options, resume, error);
    if (!config)
        return FALSE;
    if (print_config) {
        g_autofree char *text = ripple_config_to_text(config);
        ripple_console_print("%s", text);
        return TRUE;
    }

    if (print_plan)
        return ripple_train_plan(&console, config, resume != NULL, error);

    g_autoptr(RippleTrainer) trainer =
        check_observe(config, error) ? open_trainer(&console, config, resume, error) : NULL;
    if (!trainer)
        return FALSE;
    show_start(&console, trainer);
    if (!resume)
        show_replaced(&console, config);
    /* Other plans may round otherwise: a run goes on with those it has. */
    if (!resume || ripple_run_options_has(options, "tune"))
        tune_first(&console, trainer, config);
    if (!trust_device && !ripple_trust_first(&console, trainer, error))
        return FALSE;
    ripple_signals_catch_interrupts();
    ripple_console_progress(&console, "compiling kernels");
    g_autoptr(RippleLive) live = live_of(trainer);
    Watch watch = {&console, live, epoch_digits(trainer, config)};
    const RippleObserver observer = {.step = show_step,
                                     .epoch = show_epoch,
                                     .progress = show_progress,
                                     .warning = show_warning,
                                     .is_interrupted = ripple_signals_is_interrupted,
                                     .user_data = &watch};
    RippleTrainingResult result;
    gboolean ok = ripple_trainer_run(trainer, &observer, &result, error);
    ripple_console_end_progress();
    if (!ok)
        return FALSE;
    if (console.json)
        print_json(trainer, &result);
    else
        print_result(trainer, &result);
    return TRUE;
}
