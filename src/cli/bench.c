#include "cli/bench.h"

#include "cli/command.h"
#include "cli/tune.h"
#include "measure/peak.h"
#include "opencl/peak.h"
#include "train/json_object.h"

#include <math.h>
#include <ripple/device.h>
#include <ripple/error.h>
#include <ripple/version.h>
#include <string.h>

void ripple_bench_clear(RippleBench *bench)
{
    g_clear_pointer(&bench->backend, ripple_device_close);
}

static gboolean is_opencl(const RippleBench *bench)
{
    return strcmp(ripple_device_kind(bench->backend), "opencl") == 0;
}

gboolean ripple_bench_open(RippleBench *bench, const char *selector, gboolean needs_opencl,
                           GError **error)
{
    bench->backend = ripple_device_open(selector ? selector : "auto", error);
    if (!bench->backend)
        return FALSE;
    ripple_tune_note_problem(bench->console, bench->backend);
    bench->peak = bench->bandwidth = NAN;
    if (!needs_opencl || is_opencl(bench))
        return TRUE;
    g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                        "Of the reference, only whole steps can be timed; choose a device that "
                        "`ripple devices` lists.");
    return FALSE;
}

gboolean ripple_bench_measure_peak(RippleBench *bench, GError **error)
{
    if (!is_opencl(bench))
        return TRUE;
    ripple_console_progress(bench->console, "measuring the peak of the device");
    return ripple_opencl_measure_peak(bench->backend, &bench->peak, error);
}

gboolean ripple_bench_measure_bandwidth(RippleBench *bench, GError **error)
{
    if (!is_opencl(bench))
        return TRUE;
    ripple_console_progress(bench->console, "measuring how fast the device copies");
    return ripple_peak_bandwidth(bench->backend, &bench->bandwidth, error);
}

void ripple_bench_add_origin(GString *json, const RippleBench *bench)
{
    ripple_json_set_text(json, "backend", ripple_device_kind(bench->backend));
    ripple_json_set_text(json, "device", ripple_device_name(bench->backend));
    ripple_json_set_text(json, "driver", ripple_backend_driver(bench->backend));
    ripple_json_set_text(json, "version", RIPPLE_VERSION);
    ripple_json_set_text(json, "commit", RIPPLE_COMMIT);
}

GString *ripple_bench_begin_json(const RippleBench *bench)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_bench_add_origin(json, bench);
    ripple_json_set_number(json, "peak_gflops", bench->peak);
    ripple_json_set_number(json, "copy_gigabytes_per_second", bench->bandwidth);
    ripple_json_begin_array(json, "results");
    return json;
}

void ripple_bench_add_json(GString *json, const RippleBench *bench, const RippleThroughput *gflops)
{
    ripple_json_set_number(json, "gflops", gflops->median);
    ripple_json_set_number(json, "gflops_min", gflops->slowest);
    ripple_json_set_number(json, "gflops_max", gflops->fastest);
    ripple_json_set_number(json, "fraction_of_peak", gflops->median / bench->peak);
    ripple_json_set_whole(json, "runs", gflops->runs);
}

void ripple_bench_end_json(GString *json)
{
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

void ripple_bench_print_device(const RippleBench *bench)
{
    const char *driver = ripple_backend_driver(bench->backend);
    ripple_console_print("device   %s\n", ripple_device_name(bench->backend));
    if (driver)
        ripple_console_print("driver   %s\n", driver);
    ripple_console_print("ripple   %s, commit %s\n", RIPPLE_VERSION, RIPPLE_COMMIT);
    if (isfinite(bench->peak))
        ripple_console_print("peak     %.1f GFLOP/s, measured by multiply-adds alone\n",
                             bench->peak);
    if (isfinite(bench->bandwidth))
        ripple_console_print("copy     %.1f GB/s, read and written together\n", bench->bandwidth);
}

char *ripple_bench_number(gdouble number)
{
    int digits = number > 0 ? 3 - (int)floor(log10(number)) : 0;
    return g_strdup_printf("%.*f", CLAMP(digits, 0, 6), number);
}

void ripple_bench_add_cells(RippleTable *table, const RippleBench *bench,
                            const RippleThroughput *gflops)
{
    ripple_table_add(table, "%.2f", gflops->median);
    ripple_table_add(table, "%.2f…%.2f", gflops->slowest, gflops->fastest);
    if (isfinite(bench->peak))
        ripple_table_add(table, "%.1f%%", 100 * gflops->median / bench->peak);
    else
        ripple_table_add(table, "–");
}

static const struct {
    const char *name; /* with that of the command, as messages have it */
    RippleCommandFunction run;
    const char *summary;
} benches[] = {
    {"bench peak", ripple_command_bench_peak, "what the device does at best"},
    {"bench gemm", ripple_command_bench_gemm,
     "matrix products in the three forms that training needs"},
    {"bench step", ripple_command_bench_step, "whole training steps, and where their time goes"},
    {"bench save", ripple_command_bench_save, "all of these, kept in a file"},
    {"bench compare", ripple_command_bench_compare, "all of these again, held against such a file"},
};

static void print_help(void)
{
    ripple_console_print("Usage: ripple bench WHAT [OPTION…]\n\n"
                         "Times the work of training, after a warm-up. Each piece is checked for "
                         "correctness first.\n\nWHAT:\n");
    for (guint i = 0; i < G_N_ELEMENTS(benches); i++)
        ripple_console_print("  %-8s %s\n", strchr(benches[i].name, ' ') + 1, benches[i].summary);
    ripple_console_print("\n`ripple bench WHAT --help` tells the options of each.\n");
}

gboolean ripple_command_bench(int argc, char **argv, GError **error)
{
    if (argc < 2) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "`ripple bench` needs to know what to time: `ripple bench gemm` times "
                            "matrix products, `ripple bench step` training steps; `ripple bench "
                            "--help` tells more.");
        return FALSE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return TRUE;
    }
    g_autofree char *name = g_strconcat("bench ", argv[1], NULL);
    for (guint i = 0; i < G_N_ELEMENTS(benches); i++) {
        if (strcmp(name, benches[i].name) != 0)
            continue;
        argv[1] = name;
        return benches[i].run(argc - 1, argv + 1, error);
    }
    g_set_error(
        error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
        "`ripple bench` knows peak, gemm, step, save and compare, not \"%s\"; `ripple bench "
        "--help` tells more.",
        argv[1]);
    return FALSE;
}
