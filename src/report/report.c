#include "report/report.h"

#include "report/kinds.h"
#include "report/report_tables.h"
#include "report/speed.h"

#include <ripple/version.h>

/* A report under way. */
typedef struct {
    const RippleReportOptions *options;
    RippleFigureRequest request;
    RipplePage *page;
    GPtrArray *missing; /* of char *: pictures that there are no numbers for, and why */
    guint parts;        /* of which the progress tells */
    guint done;
} Report;

static void begin_part(Report *report, const char *part)
{
    const RippleReportOptions *options = report->options;
    if (options->progress)
        options->progress(part, (gdouble)report->done / report->parts, options->user_data);
    report->done++;
}

/* ---- pictures ------------------------------------------------------------------------------- */

static gboolean is_without(const Report *report, const char *kind)
{
    return report->options->without && g_strv_contains(report->options->without, kind);
}

static gboolean check_without(const RippleReportOptions *options, GError **error)
{
    for (guint i = 0; options->without && options->without[i]; i++)
        if (!ripple_figure_kind(options->without[i], error))
            return FALSE;
    return TRUE;
}

static void note_missing(Report *report, const char *kind, const char *why)
{
    g_ptr_array_add(report->missing, g_strdup_printf("%s: %s", kind, why));
}

/* The command that draws it alone, for one who wants it elsewhere. */
static void append_command(Report *report, const RippleFigureKind *kind)
{
    const RippleFigureRequest *request = &report->request;
    g_autoptr(GString) command = g_string_new(NULL);
    g_string_append_printf(command, "ripple plot %s", kind->name);
    for (guint i = 0; i < (kind->takes_runs ? request->n_runs : 1); i++) {
        g_autofree char *path = g_shell_quote(request->runs[i]->path);
        g_string_append_printf(command, " %s", path);
    }
    g_string_append_printf(command, " --output %s.png", kind->name);
    ripple_page_begin_fold(report->page, "This picture alone, or its numbers");
    ripple_page_code(report->page, command->str);
    ripple_page_text(report->page, "A name that ends in .svg or .pdf gives other formats, and one "
                                   "in .json the numbers.");
    ripple_page_end_fold(report->page);
}

static void append_figure(Report *report, const RippleFigureKind *kind)
{
    const RippleFigureRequest *request = &report->request;
    const char *why = NULL;
    if (kind->applies && !kind->applies(request, &why)) {
        note_missing(report, kind->name, why);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleFigure) figure = kind->make(request, &error);
    if (!figure) {
        note_missing(report, kind->name, error->message);
        return;
    }
    const char *title = ripple_canvas_title(figure->canvas);
    ripple_page_section(report->page, kind->name, title ? title : kind->name);
    ripple_page_picture(report->page, figure->canvas, NULL);
    append_command(report, kind);
}

static void append_figures(Report *report)
{
    for (const RippleFigureKind *kind = ripple_figure_kinds; kind->name; kind++) {
        begin_part(report, kind->name);
        if (!is_without(report, kind->name))
            append_figure(report, kind);
    }
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void append_speed(Report *report)
{
    const RippleFigureRequest *request = &report->request;
    g_autoptr(GError) error = NULL;
    begin_part(report, "speed");
    if (!report->options->measures_speed || !request->runs[0]->model)
        return;
    ripple_page_section(report->page, "speed", "Device and speed");
    if (!ripple_speed_append(report->page, request->runs[0], request->device, &error))
        ripple_page_text(report->page, "The speed could not be measured: %s", error->message);
}

static void append_again(Report *report)
{
    const RippleFigureRequest *request = &report->request;
    ripple_page_section(report->page, "again", "To run it again");
    for (guint i = 0; i < request->n_runs; i++) {
        g_autofree char *path = g_build_filename(request->runs[i]->path, "config.ini", NULL);
        g_autofree char *quoted = g_shell_quote(path);
        g_autofree char *command =
            g_strdup_printf("ripple train --config %s --out NEW-DIRECTORY", quoted);
        g_autofree char *text = ripple_config_to_text(request->runs[i]->config);
        ripple_page_code(report->page, command);
        ripple_page_begin_fold(report->page, "The configuration");
        ripple_page_code(report->page, text);
        ripple_page_end_fold(report->page);
    }
    ripple_page_text(report->page,
                     "The same seed gives the same numbers, to the bit on the same device with "
                     "the same driver. This page was made by ripple %s, commit %s.",
                     RIPPLE_VERSION, RIPPLE_COMMIT);
}

static void append_missing(Report *report)
{
    if (report->missing->len == 0)
        return;
    ripple_page_section(report->page, "missing", "What is not here, and why");
    for (guint i = 0; i < report->missing->len; i++)
        ripple_page_text(report->page, "%s", (char *)g_ptr_array_index(report->missing, i));
}

static RipplePage *begin_page(const RippleFigureRequest *request)
{
    g_autoptr(GString) title = g_string_new(NULL);
    for (guint i = 0; i < request->n_runs; i++)
        g_string_append_printf(title, "%s%s", i == 0 ? "" : ", ", request->runs[i]->path);
    return ripple_page_new(title->str, request->n_runs == 1
                                           ? "What ripple was asked to train, and what came of it"
                                           : "Runs of ripple, compared");
}

static guint count_kinds(void)
{
    guint count = 0;
    while (ripple_figure_kinds[count].name)
        count++;
    return count;
}

char *ripple_report_html(const RippleReportOptions *options, GError **error)
{
    const RippleFigureRequest *request = &options->request;
    if (!check_without(options, error))
        return NULL;
    g_autoptr(RipplePage) page = begin_page(request);
    g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
    g_auto(RippleFigureShared) shared = {0};
    Report report = {options, *request, page, missing, count_kinds() + 1, 0};
    report.request.shared = &shared;
    ripple_page_section(page, "results", "What came of it");
    ripple_report_append_results(page, request->runs, request->n_runs);
    ripple_page_section(page, "asked", "What was asked");
    ripple_report_append_asked(page, request->runs, request->n_runs);
    append_figures(&report);
    append_speed(&report);
    append_again(&report);
    append_missing(&report);
    return ripple_page_to_html(page);
}
