#include "report/report.h"
#include "cli/command.h"
#include "cli/console.h"

#include "base/replacement.h"
#include "train/json_object.h"

#include <ripple/error.h>
#include <string.h>

static void show_progress(const char *part, gdouble fraction, gpointer user_data)
{
    ripple_console_progress_share(user_data, fraction, part);
}

static gboolean check_name(const char *path, GError **error)
{
    if (!path || g_str_has_suffix(path, ".html") || g_str_has_suffix(path, ".htm"))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "Cannot write the report to \"%s\": it is a page, whose name ends in .html; a "
                "browser prints it, also to PDF.",
                path);
    return FALSE;
}

static gboolean write_page(const char *path, const char *html, GError **error)
{
    g_autoptr(RippleReplacement) file = ripple_replacement_new(path, error);
    return file && ripple_replacement_write(file, html, strlen(html), error) &&
           ripple_replacement_finish(file, error);
}

static void tell(const RippleConsole *console, const char *path, const char *html)
{
    g_autoptr(GString) json = g_string_new(NULL);
    if (!console->json) {
        ripple_console_print("report  %s, %.1f kB\n", path, strlen(html) / 1e3);
        return;
    }
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "report", path);
    ripple_json_set_whole(json, "bytes", strlen(html));
    ripple_json_end_object(json);
    ripple_console_json(json);
}

gboolean ripple_command_report(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    RippleReportOptions options = {
        .request = {.layer = -1}, .progress = show_progress, .user_data = &console};
    g_autofree char *output = NULL, *data = NULL, *device = NULL, *without = NULL;
    gboolean no_speed = FALSE;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
         "Write the page there (default: report.html in the first run's directory)", "FILE.html"},
        {"data", 0, 0, G_OPTION_ARG_STRING, &data,
         "The samples to show (default: the run's test set)", "SPEC"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device,
         "Where to compute (default: where the first run did)", "SEL"},
        {"without", 0, 0, G_OPTION_ARG_STRING, &without,
         "Leave these kinds of picture out (`ripple plot --list` names them)", "KIND,…"},
        {"no-speed", 0, 0, G_OPTION_ARG_NONE, &no_speed, "Do not measure the device's speed", NULL},
        G_OPTION_ENTRY_NULL};
    g_auto(GStrv) words = NULL;
    if (!ripple_console_parse(
            argc, argv, "RUN…",
            "Writes one page that tells a run, or compares several: what was asked, what came of "
            "it, its pictures, the device and its speed, and how to run it again. RUN is what "
            "--out of `ripple train` named. The page needs nothing else, no script either.\n\n"
            "Example: ripple report runs/first",
            entries, NULL, &console, &words, error) ||
        !check_name(output, error))
        return FALSE;
    g_autoptr(GPtrArray) runs = ripple_run_records_new(words, error);
    if (!runs)
        return FALSE;
    g_auto(GStrv) kinds = without ? g_strsplit(without, ",", -1) : NULL;
    g_autofree char *path =
        output ? g_strdup(output) : g_build_filename(words[0], "report.html", NULL);
    options.request.runs = (const RippleRunRecord *const *)runs->pdata;
    options.request.n_runs = runs->len;
    options.request.data = data;
    options.request.device = device;
    options.without = (const char *const *)kinds;
    options.measures_speed = !no_speed;
    g_autofree char *html = ripple_report_html(&options, error);
    ripple_console_end_progress();
    if (!html || !write_page(path, html, error))
        return FALSE;
    tell(&console, path, html);
    return TRUE;
}
