#include "cli/bench.h"
#include "measure/peak.h"
#include "train/json_object.h"

static void print_peak_json(const RippleBench *bench, const GPtrArray *measurements)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_bench_add_origin(json, bench);
    ripple_json_begin_array(json, "results");
    for (guint i = 0; i < measurements->len; i++) {
        const RippleMeasurement *measurement = g_ptr_array_index(measurements, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", measurement->name);
        ripple_json_set_text(json, "unit", measurement->unit);
        ripple_json_set_number(json, "median", measurement->median);
        ripple_json_set_number(json, "min", measurement->least);
        ripple_json_set_number(json, "max", measurement->most);
        ripple_json_set_whole(json, "runs", measurement->runs);
        ripple_json_end_object(json);
    }
    ripple_bench_end_json(json);
}

static void print_peak(const GPtrArray *measurements)
{
    static const char *const headings[] = {"what", ">median", ">min…max", "unit", NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (guint i = 0; i < measurements->len; i++) {
        const RippleMeasurement *measurement = g_ptr_array_index(measurements, i);
        g_autofree char *median = ripple_bench_number(measurement->median);
        g_autofree char *least = ripple_bench_number(measurement->least);
        g_autofree char *most = ripple_bench_number(measurement->most);
        ripple_table_add(table, "%s", measurement->name);
        ripple_table_add(table, "%s", median);
        ripple_table_add(table, "%s…%s", least, most);
        ripple_table_add(table, "%s", measurement->unit);
    }
    ripple_table_print(table);
}

gboolean ripple_command_bench_peak(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_autofree char *device = NULL;
    const GOptionEntry entries[] = {
        {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, P:D, or a part of a name", "SEL"},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Measures what no training can beat: the rate of multiply-adds in registers (a "
            "multiply-add counts as two operations), the bandwidth of copies on the device (bytes "
            "read and written together) and to and from it, and the cost of launching a kernel, "
            "with and without waiting for it.\n\n"
            "Example: ripple bench peak --device 0:0",
            entries, NULL, &console, NULL, error))
        return FALSE;

    g_auto(RippleBench) bench = {.console = &console};
    g_autoptr(GPtrArray) measurements = ripple_measurements_new();
    if (!ripple_bench_open(&bench, device, TRUE, error))
        return FALSE;
    if (!console.json) {
        ripple_bench_print_device(&bench);
        ripple_console_print("\n");
    }
    ripple_console_progress(&console, "measuring the device at its best");
    if (!ripple_peak_measure(bench.backend, RIPPLE_TIMING_SECONDS, measurements, error))
        return FALSE;
    if (console.json)
        print_peak_json(&bench, measurements);
    else
        print_peak(measurements);
    return TRUE;
}
