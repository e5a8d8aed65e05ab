#include "cli/command.h"
#include "cli/console.h"
#include "cli/run_options.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "train/json_object.h"

#include <ripple/error.h>
#include <ripple/verify_resume.h>

#define DEFAULT_STOPS 3
#define MOST_STOPS 1000
#define BAR_WIDTH 24

/* Interrupts are caught from the first results on: where a driver compiles, its compiler may want
 * them for itself. */
static void show_progress(guint64 step, guint64 steps, gpointer user_data)
{
    ripple_signals_catch_interrupts();
    g_autofree char *bar = ripple_console_bar((gdouble)step / steps, BAR_WIDTH);
    g_autofree char *line = g_strdup_printf(
        "training twice %s step %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, bar, step, steps);
    ripple_console_progress(user_data, line);
}

static const RippleResumedPart *part_at(const RippleResumeProof *proof, guint i)
{
    return &g_array_index(proof->parts, RippleResumedPart, i);
}

/* ---- what was found ------------------------------------------------------------------------- */

static void print_json(const RippleResumeProof *proof)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_flag(json, "pass", proof->pass);
    ripple_json_set_text(json, "device", proof->device);
    ripple_json_set_text(json, "network", proof->network);
    ripple_json_set_whole(json, "steps", proof->steps);
    ripple_json_begin_array(json, "stops");
    for (guint i = 0; i < proof->stops->len; i++)
        ripple_json_set_whole(json, NULL, g_array_index(proof->stops, guint64, i));
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "parts");
    for (guint i = 0; i < proof->parts->len; i++) {
        const RippleResumedPart *part = part_at(proof, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", part->name);
        ripple_json_set_text(json, "unit", part->unit);
        ripple_json_set_whole(json, "count", part->count);
        ripple_json_set_whole(json, "different", part->different);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

static char *describe_stops(const RippleResumeProof *proof)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < proof->stops->len; i++)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, i > 0 ? ", " : "",
                               g_array_index(proof->stops, guint64, i));
    return g_string_free(text, FALSE);
}

static void print_table(const RippleResumeProof *proof)
{
    static const char *const headings[] = {"left by both runs", ">of", "", ">different", "", NULL};
    g_autofree char *stops = describe_stops(proof);
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    ripple_console_print("device   %s\nnetwork  %s\nsteps    %" G_GUINT64_FORMAT
                         ", once without a stop and once with stops after %s\n\n",
                         proof->device, proof->network, proof->steps, stops);
    for (guint i = 0; i < proof->parts->len; i++) {
        const RippleResumedPart *part = part_at(proof, i);
        gboolean fails = part->different > 0;
        g_autofree char *count = ripple_console_count(part->count);
        g_autofree char *different = ripple_console_count(part->different);
        ripple_table_add(table, "%s", part->name);
        ripple_table_add(table, "%s", count);
        ripple_table_add(table, "%s", part->unit);
        ripple_table_add(table, "%s", different);
        ripple_table_add(table, !fails                        ? "same"
                                : ripple_console_has_colour() ? "\033[1;31mDIFFERENT\033[m"
                                                              : "DIFFERENT");
    }
    ripple_table_print(table);
    ripple_console_print("\n%s\n", proof->pass
                                       ? "The run that was stopped and resumed is the run that "
                                         "never stopped, to the bit."
                                       : "The run that was stopped and resumed is another.");
}

static void set_difference(const RippleResumeProof *proof, GError **error)
{
    guint first = 0;
    while (part_at(proof, first)->different == 0)
        first++;
    const RippleResumedPart *part = part_at(proof, first);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                "On %s a run that was stopped and resumed differs from one that was not, first in "
                "%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " %s.",
                proof->device, part->name, part->different, part->count, part->unit);
}

/* ---- the command ---------------------------------------------------------------------------- */

static gboolean check_stops(gint64 stops, GError **error)
{
    if (stops >= 1 && stops <= MOST_STOPS)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "--stops takes a number from 1 to %d, not %" G_GINT64_FORMAT ".", MOST_STOPS,
                stops);
    return FALSE;
}

gboolean ripple_command_verify_resume(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    gint64 stops = DEFAULT_STOPS;
    g_autofree char *fault = NULL;
    const GOptionEntry entries[] = {
        {"stops", 0, 0, G_OPTION_ARG_INT64, &stops, "Stop the second run so often (default: 3)",
         "N"},
        {"inject-fault", 0, 0, G_OPTION_ARG_STRING, &fault,
         "Change a number of this tensor in the first checkpoint, to see it found", "TENSOR"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(RippleRunOptions) options = ripple_run_options_new();
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Trains twice, in a temporary directory: once straight through, and once with stops, "
            "after each of which the run is resumed from its checkpoint. Holds together what both "
            "leave: parameters, moments, models and metrics. Takes the options of train. Exits "
            "with 5 when a bit is different.\n\n"
            "Example: ripple verify-resume --data fashion-mnist --hidden 128 --epochs 2",
            entries, ripple_run_options_group(options), &console, NULL, error) ||
        !check_stops(stops, error))
        return FALSE;
    g_autoptr(RippleConfig) config = ripple_run_options_config(options, error);
    if (!config)
        return FALSE;

    const RippleResumeObserver observer = {.progress = show_progress,
                                           .is_interrupted = ripple_signals_is_interrupted,
                                           .user_data = &console};
    g_autoptr(RippleResumeProof) proof =
        ripple_verify_resume(config, (guint)stops, fault, &observer, error);
    ripple_console_end_progress();
    if (!proof)
        return FALSE;
    if (console.json)
        print_json(proof);
    else
        print_table(proof);
    if (!proof->pass)
        set_difference(proof, error);
    return proof->pass;
}
