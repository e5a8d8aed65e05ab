#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/table.h"
#include "explain/walk.h"
#include "report/figure.h"
#include "train/json_object.h"

#include <math.h>
#include <ripple/error.h>
#include <stdlib.h>

typedef struct {
    char *output;
    char *data;
    char *device;
    char *plane;
    char *rates;
    gint64 sample;
    gint64 layer;
    gint64 seed;
    int points;
    gboolean list;
} PlotOptions;

static void plot_options_clear(PlotOptions *options)
{
    g_free(options->output);
    g_free(options->data);
    g_free(options->device);
    g_free(options->plane);
    g_free(options->rates);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlotOptions, plot_options_clear)

static GOptionGroup *options_group(PlotOptions *options)
{
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
         "Draw to this file: .svg, .png, .pdf, .json for the numbers, .gif or .html for an "
         "animation (default: KIND.svg)",
         "FILE"},
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &options->data,
         "Show these samples (default: the run's test set, or what it trained on)", "SPEC"},
        {"device", 0, 0, G_OPTION_ARG_FILENAME, &options->device,
         "auto, reference, P:D, or a part of a name (default: where the run did)", "SEL"},
        {"sample", 0, 0, G_OPTION_ARG_INT64, &options->sample,
         "Which sample, counted from 0 (default: 0)", "N"},
        {"layer", 0, 0, G_OPTION_ARG_INT64, &options->layer,
         "Which layer, counted from 0 (default: all, or the one that fits best)", "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "Seed of what is drawn at random", "N"},
        {"points", 0, 0, G_OPTION_ARG_INT, &options->points,
         "Points per side of what is computed on a grid", "N"},
        {"plane", 0, 0, G_OPTION_ARG_STRING, &options->plane,
         "Through the weights: principal, in which the run moved most, or random (default: auto)",
         "KIND"},
        {"rates", 0, 0, G_OPTION_ARG_STRING, &options->rates,
         "The learning rates of a walk, up to six (default: 0.03, 1 and 30 times the run's)",
         "RATE,…"},
        {"list", 0, 0, G_OPTION_ARG_NONE, &options->list,
         "List the kinds of figure, and what the runs that are named lack for each", NULL},
        G_OPTION_ENTRY_NULL};
    GOptionGroup *group = g_option_group_new("main", "Options", "Options", NULL, NULL);
    g_option_group_add_entries(group, entries);
    return group;
}

static gboolean applies(const RippleFigureKind *kind, const RippleFigureRequest *request,
                        const char **why)
{
    return request->n_runs == 0 || !kind->applies || kind->applies(request, why);
}

static void list_as_json(const RippleFigureRequest *request)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_begin_array(json, "kinds");
    for (const RippleFigureKind *kind = ripple_figure_kinds; kind->name; kind++) {
        const char *why = NULL;
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", kind->name);
        ripple_json_set_text(json, "summary", kind->summary);
        ripple_json_set_flag(json, "takes_runs", kind->takes_runs);
        ripple_json_set_flag(json, "applies", applies(kind, request, &why));
        ripple_json_set_text(json, "why_not", why);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

static void list_kinds(const RippleFigureRequest *request)
{
    static const char *const headings[] = {"figure", "shows", NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    g_autoptr(GString) lacking = g_string_new(NULL);
    for (const RippleFigureKind *kind = ripple_figure_kinds; kind->name; kind++) {
        const char *why = NULL;
        ripple_table_add(table, "%s", kind->name);
        ripple_table_add(table, "%s", kind->summary);
        if (!applies(kind, request, &why))
            g_string_append_printf(lacking, "%s: %s\n", kind->name, why);
    }
    ripple_table_print(table);
    if (lacking->len > 0)
        ripple_console_print("\nNot of %s:\n%s", request->runs[0]->path, lacking->str);
}

static gboolean check_options(const PlotOptions *options, GError **error)
{
    const char *option = options->sample < 0                             ? "--sample"
                         : options->layer < -1                           ? "--layer"
                         : options->points < 0 || options->points > 4096 ? "--points"
                                                                         : NULL;
    if (!option)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The option %s takes a whole number from 0%s.", option,
                g_str_equal(option, "--points") ? " to 4096" : "");
    return FALSE;
}

static int compare_rates(gconstpointer a, gconstpointer b)
{
    gdouble first = *(const gdouble *)a, second = *(const gdouble *)b;
    return (first > second) - (first < second);
}

/* Into `rates`, rising. */
static gboolean parse_rates(const char *text, gdouble rates[RIPPLE_WALKS_MOST], guint *count,
                            GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    guint n_words = g_strv_length(words);
    gboolean ok = n_words >= 1 && n_words <= RIPPLE_WALKS_MOST;
    for (guint i = 0; ok && i < n_words; i++)
        ok = ripple_text_number(words[i], &rates[i]) && rates[i] > 0 && isfinite(rates[i]);
    if (!ok) {
        g_set_error(
            error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
            "The option --rates takes one to %u learning rates above 0, with commas between "
            "them, such as 0.01,0.1,1; not \"%s\".",
            RIPPLE_WALKS_MOST, text);
        return FALSE;
    }
    qsort(rates, n_words, sizeof *rates, compare_rates);
    *count = n_words;
    return TRUE;
}

static void show_progress(const char *doing, guint64 done, guint64 all, gpointer user_data)
{
    ripple_console_progress_share(user_data, all > 0 ? (gdouble)done / all : 0, doing);
}

static gboolean plot(const RippleConsole *console, const char *name, const PlotOptions *options,
                     const RippleFigureRequest *request, GError **error)
{
    const RippleFigureKind *kind = ripple_figure_kind(name, error);
    g_autofree char *path =
        options->output ? g_strdup(options->output) : g_strconcat(name, ".svg", NULL);
    if (!kind || !ripple_figure_check_path(path, error) ||
        !ripple_figure_check(kind, request, error))
        return FALSE;
    if (request->n_runs > 1 && !kind->takes_runs) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The figure %s is of one run; draw each to a file of its own.", name);
        return FALSE;
    }
    g_autoptr(RippleFigure) figure = kind->make(request, error);
    ripple_console_end_progress();
    if (!figure || !ripple_figure_write(figure, path, error))
        return FALSE;
    if (console->json)
        ripple_console_json(figure->json);
    else
        ripple_console_note(console, "%s is in %s", name, path);
    return TRUE;
}

gboolean ripple_command_plot(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_auto(PlotOptions) options = {.layer = -1};
    g_auto(GStrv) words = NULL;
    const GOptionEntry none[] = {G_OPTION_ENTRY_NULL};
    gboolean wants_list = FALSE;
    for (int i = 1; i < argc; i++)
        wants_list = wants_list || g_str_equal(argv[i], "--list");
    if (!ripple_console_parse(argc, argv, wants_list ? "[RUN]…" : "KIND RUN…",
                              "Draws a figure of a run, the directory that `ripple train --out` "
                              "made, from its own numbers; `ripple plot --list` tells which there "
                              "are.\n\nExample: ripple plot curves runs/first -o curves.png",
                              none, options_group(&options), &console, &words, error) ||
        !check_options(&options, error))
        return FALSE;
    RipplePlaneKind plane = RIPPLE_PLANE_AUTO;
    if (options.plane && !ripple_plane_parse(options.plane, &plane, error))
        return FALSE;
    gdouble rates[RIPPLE_WALKS_MOST];
    guint n_rates = 0;
    if (options.rates && !parse_rates(options.rates, rates, &n_rates, error))
        return FALSE;
    /* Before the runs, or who takes the words the other way round would be told of a run. */
    if (!options.list && !ripple_figure_kind(words[0], error))
        return FALSE;
    g_autoptr(GPtrArray) runs = ripple_run_records_new(options.list ? words : words + 1, error);
    if (!runs)
        return FALSE;
    const RippleExplainProgress progress = {show_progress, &console};
    const RippleFigureRequest request = {
        .runs = (const RippleRunRecord *const *)runs->pdata,
        .n_runs = runs->len,
        .data = options.data,
        .device = options.device,
        .sample = options.sample,
        .layer = options.layer,
        .seed = (guint64)options.seed,
        .points = (guint)options.points,
        .plane = plane,
        .rates = rates,
        .n_rates = n_rates,
        .progress = &progress,
    };
    if (!options.list)
        return plot(&console, words[0], &options, &request, error);
    if (console.json)
        list_as_json(&request);
    else
        list_kinds(&request);
    return TRUE;
}
