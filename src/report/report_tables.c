#include "report/report_tables.h"

#include "base/text.h"

#include <math.h>

/* ---- what was asked ------------------------------------------------------------------------- */

/* The configurations as key files, which list what there is. */
static GPtrArray *key_files(const RippleRunRecord *const *runs, guint n_runs)
{
    GPtrArray *files = g_ptr_array_new_with_free_func((GDestroyNotify)g_key_file_unref);
    for (guint i = 0; i < n_runs; i++) {
        g_autofree char *text = ripple_config_to_text(runs[i]->config);
        GKeyFile *file = g_key_file_new();
        g_key_file_load_from_data(file, text, (gsize)-1, G_KEY_FILE_NONE, NULL);
        g_ptr_array_add(files, file);
    }
    return files;
}

static char *value_of(const GPtrArray *files, guint run, const char *section, const char *key)
{
    return g_key_file_get_value(g_ptr_array_index(files, run), section, key, NULL);
}

static gboolean differs(const GPtrArray *files, const char *section, const char *key)
{
    g_autofree char *first = value_of(files, 0, section, key);
    for (guint i = 1; i < files->len; i++) {
        g_autofree char *other = value_of(files, i, section, key);
        if (g_strcmp0(first, other) != 0)
            return TRUE;
    }
    return FALSE;
}

static void append_option(RipplePage *page, const GPtrArray *files, const char *section,
                          const char *key)
{
    ripple_page_begin_row(page);
    ripple_page_cell(page, "%s", key);
    for (guint i = 0; i < files->len; i++) {
        g_autofree char *value = value_of(files, i, section, key);
        ripple_page_cell(page, "%s", value && *value ? value : "–");
    }
    ripple_page_end_row(page);
}

/* The options in which the runs differ, or do not. Every file lists the same keys. */
static void append_options(RipplePage *page, const GPtrArray *files, gboolean differing)
{
    g_auto(GStrv) sections = g_key_file_get_groups(g_ptr_array_index(files, 0), NULL);
    for (guint i = 0; sections[i]; i++) {
        g_auto(GStrv) keys =
            g_key_file_get_keys(g_ptr_array_index(files, 0), sections[i], NULL, NULL);
        for (guint j = 0; keys && keys[j]; j++)
            if (differs(files, sections[i], keys[j]) == differing)
                append_option(page, files, sections[i], keys[j]);
    }
}

static void begin_options(RipplePage *page, const char *caption, const RippleRunRecord *const *runs,
                          guint n_runs)
{
    g_autoptr(GPtrArray) headings = g_ptr_array_new();
    g_ptr_array_add(headings, (gpointer) "option");
    for (guint i = 0; i < n_runs; i++)
        g_ptr_array_add(headings, n_runs == 1 ? (gpointer) "value" : runs[i]->path);
    g_ptr_array_add(headings, NULL);
    ripple_page_begin_table(page, caption, (const char *const *)headings->pdata);
}

void ripple_report_append_asked(RipplePage *page, const RippleRunRecord *const *runs, guint n_runs)
{
    g_autoptr(GPtrArray) files = key_files(runs, n_runs);
    if (n_runs > 1) {
        begin_options(page, "In which the runs differ", runs, n_runs);
        append_options(page, files, TRUE);
        ripple_page_end_table(page);
    }
    ripple_page_begin_fold(page, n_runs > 1 ? "In which they are alike" : "All options");
    begin_options(page, NULL, runs, n_runs);
    append_options(page, files, FALSE);
    ripple_page_end_table(page);
    ripple_page_end_fold(page);
}

/* ---- what came of it ------------------------------------------------------------------------ */

static void append_number(RipplePage *page, gdouble number, const char *format) G_GNUC_PRINTF(3, 0);

static void append_number(RipplePage *page, gdouble number, const char *format)
{
    g_autofree char *text = isfinite(number) ? g_strdup_printf(format, number) : g_strdup("–");
    ripple_page_cell(page, "%s", text);
}

/* Of all epochs together: each has as many samples, so it is the harmonic mean. NAN without any. */
static gdouble samples_per_second(const RippleRunRecord *run)
{
    gdouble seconds_per_sample = 0;
    for (guint i = 0; i < run->epochs->len; i++)
        seconds_per_sample +=
            1 / g_array_index(run->epochs, RippleEpochReport, i).samples_per_second;
    return run->epochs->len > 0 ? run->epochs->len / seconds_per_sample : NAN;
}

static void append_result(RipplePage *page, const RippleRunRecord *run)
{
    const RippleEpochReport none = {
        .train_loss = NAN,
        .train_accuracy = NAN,
        .val_loss = NAN,
        .val_accuracy = NAN,
        .test_loss = NAN,
        .test_accuracy = NAN,
        .seconds = NAN,
        .samples_per_second = NAN,
    };
    const RippleEpochReport *last =
        run->epochs->len > 0 ? &g_array_index(run->epochs, RippleEpochReport, run->epochs->len - 1)
                             : &none;
    gdouble mean_rate = samples_per_second(run);
    g_autofree char *rate =
        isfinite(mean_rate) ? ripple_text_count((guint64)mean_rate) : g_strdup("–");
    g_autofree char *steps = ripple_text_count(last->step);
    ripple_page_begin_row(page);
    ripple_page_cell(page, "%s", run->path);
    ripple_page_cell(page, "%" G_GUINT64_FORMAT, last->epoch);
    ripple_page_cell(page, "%s", steps);
    append_number(page, last->train_loss, "%.4g");
    append_number(page, last->train_accuracy, "%.4f");
    append_number(page, last->val_loss, "%.4g");
    append_number(page, last->val_accuracy, "%.4f");
    append_number(page, last->test_loss, "%.4g");
    append_number(page, last->test_accuracy, "%.4f");
    append_number(page, last->seconds, "%.1f");
    ripple_page_cell(page, "%s", rate);
    ripple_page_end_row(page);
}

void ripple_report_append_results(RipplePage *page, const RippleRunRecord *const *runs,
                                  guint n_runs)
{
    static const char *const headings[] = {"run",
                                           ">epochs",
                                           ">steps",
                                           ">train loss",
                                           ">train accuracy",
                                           ">validation",
                                           ">validation accuracy",
                                           ">test loss",
                                           ">test accuracy",
                                           ">seconds, all",
                                           ">samples/s of training",
                                           NULL};
    for (guint i = 0; i < n_runs; i++) {
        if (!runs[i]->model)
            continue;
        g_autofree char *network = ripple_network_describe(runs[i]->model->network);
        if (n_runs == 1)
            ripple_page_text(page, "%s.", network);
        else
            ripple_page_text(page, "%s: %s.", runs[i]->path, network);
    }
    ripple_page_begin_table(page, "After the last whole epoch", headings);
    for (guint i = 0; i < n_runs; i++)
        append_result(page, runs[i]);
    ripple_page_end_table(page);
}
