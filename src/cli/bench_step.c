#include "cli/bench.h"
#include "cli/step_options.h"
#include "draw/canvas.h"
#include "report/step_roofline.h"
#include "train/json_object.h"

#include <ripple/device.h>

#include <math.h>

/* What was timed, and what it came to. */
typedef struct {
    const RippleBench *bench;
    const RippleConfig *config;
    const char *network;
    const RippleStepRoof *roof;
} StepResult;

/* ---- for programs --------------------------------------------------------------------------- */

static void add_kernels_json(GString *json, const StepResult *result)
{
    const RippleWorkProfile *profile = &result->roof->speed->profile;
    ripple_json_begin_array(json, "kernels");
    for (guint i = 0; i < profile->shares->len; i++) {
        const RippleShare *share = &g_array_index(profile->shares, RippleShare, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "row", share->row);
        ripple_json_set_text(json, "kernel", share->name);
        ripple_json_set_number(json, "launches", share->launches);
        ripple_json_set_number(json, "microseconds", 1e6 * share->seconds);
        ripple_json_set_number(json, "share", share->seconds / profile->seconds);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

static void add_rows_json(GString *json, const StepResult *result)
{
    ripple_json_begin_array(json, "rows");
    for (guint i = 0; i < result->roof->costs->len; i++) {
        const RippleRowCost *cost = &g_array_index(result->roof->costs, RippleRowCost, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "row", cost->row);
        ripple_json_set_number(json, "operations", cost->operations);
        ripple_json_set_number(json, "bytes", cost->bytes);
        ripple_json_set_number(json, "microseconds",
                               1e6 * ripple_step_roof_seconds(result->roof, cost->row));
        ripple_json_set_number(json, "floor_microseconds",
                               1e6 * ripple_step_roof_floor(result->roof, cost));
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

static void add_profile_json(GString *json, const StepResult *result)
{
    const RippleWorkProfile *profile = &result->roof->speed->profile;
    if (!profile->shares)
        return;
    ripple_json_set_number(json, "device_ms_per_step", 1e3 * profile->seconds);
    ripple_json_set_number(json, "launches_per_step", profile->launches);
    ripple_json_set_number(json, "bytes_per_step", ripple_step_roof_bytes(result->roof));
    ripple_json_set_number(json, "transferred_bytes_per_step", profile->transfers);
    ripple_json_set_number(json, "host_waits_per_step", profile->waits);
    add_kernels_json(json, result);
    add_rows_json(json, result);
}

static void print_step_json(const StepResult *result)
{
    const RippleBench *bench = result->bench;
    const RippleConfig *config = result->config;
    const RippleStepSpeed *speed = result->roof->speed;
    g_autoptr(GString) json = ripple_bench_begin_json(bench);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "network", result->network);
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
    ripple_json_set_whole(json, "steps_per_launch", speed->steps_at_once);
    add_profile_json(json, result);
    ripple_json_end_object(json);
    ripple_bench_end_json(json);
}

/* ---- for people ----------------------------------------------------------------------------- */

static void print_speed(const StepResult *result)
{
    static const char *const headings[] = {">batch",   "optimizer",           ">samples/s",
                                           ">ms/step", RIPPLE_BENCH_HEADINGS, NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    const RippleConfig *config = result->config;
    const RippleStepSpeed *speed = result->roof->speed;
    g_autofree char *samples = ripple_console_count(speed->samples_per_second);
    ripple_table_add(table, "%" G_GUINT64_FORMAT, config->batch);
    if (config->momentum != 0)
        ripple_table_add(table, "%s, momentum %g", ripple_optimizer_name(config->optimizer),
                         config->momentum);
    else
        ripple_table_add(table, "%s", ripple_optimizer_name(config->optimizer));
    ripple_table_add(table, "%s", samples);
    ripple_table_add(table, "%.4g", speed->milliseconds);
    ripple_bench_add_cells(table, result->bench, &speed->gflops);
    ripple_table_print(table);
}

/* One line of the table of shares; the floor stands on the first line of its row. */
static void add_share(RippleTable *table, const StepResult *result, const RippleShare *share,
                      gboolean is_first)
{
    const RippleRowCost *cost = share->row ? ripple_step_roof_cost(result->roof, share->row) : NULL;
    g_autofree char *microseconds = ripple_bench_number(1e6 * share->seconds);
    g_autofree char *floor_text =
        cost ? ripple_bench_number(1e6 * ripple_step_roof_floor(result->roof, cost))
             : g_strdup("–");
    ripple_table_add(table, "%s", !is_first ? "" : share->row ? share->row : "–");
    ripple_table_add(table, "%s", share->name);
    ripple_table_add(table, "%g", share->launches);
    ripple_table_add(table, "%s", microseconds);
    ripple_table_add(table, "%.1f%%", 100 * share->seconds / result->roof->speed->profile.seconds);
    ripple_table_add(table, "%s", is_first ? floor_text : "");
}

static void print_shares(const StepResult *result)
{
    static const char *const headings[] = {"row",    "kernel",    ">launches", ">µs",
                                           ">share", ">floor µs", NULL};
    const RippleWorkProfile *profile = &result->roof->speed->profile;
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    const char *row = "";
    for (guint i = 0; i < profile->shares->len; i++) {
        const RippleShare *share = &g_array_index(profile->shares, RippleShare, i);
        add_share(table, result, share, i == 0 || share->row != row);
        row = share->row;
    }
    ripple_console_print("\n");
    ripple_table_print(table);
}

static void print_sums(const StepResult *result)
{
    const RippleWorkProfile *profile = &result->roof->speed->profile;
    gdouble floor_sum = 0;
    for (guint i = 0; i < result->roof->costs->len; i++)
        floor_sum += ripple_step_roof_floor(result->roof,
                                            &g_array_index(result->roof->costs, RippleRowCost, i));
    ripple_console_print("\nper step  %.3f ms of the device at work; the floor is %.3f ms\n"
                         "          %g launches, %g host waits\n"
                         "          %.2f MB to move at least, %g B between host and device\n",
                         1e3 * profile->seconds, 1e3 * floor_sum, profile->launches, profile->waits,
                         ripple_step_roof_bytes(result->roof) / 1e6, profile->transfers);
}

static void print_step(const StepResult *result)
{
    print_speed(result);
    if (!result->roof->speed->profile.shares)
        return;
    print_shares(result);
    print_sums(result);
}

/* ---- as a picture --------------------------------------------------------------------------- */

static gboolean draw_step(const StepResult *result, const char *path, GError **error)
{
    g_autofree char *work =
        g_strdup_printf("%s, batch %" G_GUINT64_FORMAT, result->network, result->config->batch);
    g_autoptr(RippleRoofline) picture =
        ripple_step_roofline_new(result->roof, work, ripple_device_name(result->bench->backend));
    return ripple_roofline_write(picture, path, error);
}

/* ---- the command ---------------------------------------------------------------------------- */

static gboolean measure_device(RippleBench *bench, GError **error)
{
    return ripple_bench_measure_peak(bench, error) && ripple_bench_measure_bandwidth(bench, error);
}

static gboolean time_step(const RippleConsole *console, GHashTable *options, const char *device,
                          const char *roofline, GError **error)
{
    g_autoptr(RippleConfig) config = NULL;
    g_autoptr(RippleNetwork) network = NULL;
    if (!ripple_step_options_resolve(options, &config, &network, error) ||
        (roofline && !ripple_canvas_check_path(roofline, error)))
        return FALSE;
    g_autofree char *description = ripple_network_describe(network);

    g_auto(RippleBench) bench = {.console = console};
    g_auto(RippleStepSpeed) speed = {0};
    if (!ripple_bench_open(&bench, device, roofline != NULL, error) ||
        !measure_device(&bench, error))
        return FALSE;
    if (!console->json) {
        ripple_bench_print_device(&bench);
        ripple_console_print("network  %s\n\n", description);
    }
    ripple_console_progress(console, "timing training steps");
    if (!ripple_step_measure(bench.backend, network, config, RIPPLE_TIMING_SECONDS, &speed, error))
        return FALSE;
    g_autoptr(GArray) costs = ripple_step_speed_costs(&speed, network, config);
    const RippleStepRoof roof = {bench.peak, bench.bandwidth, &speed, costs};
    const StepResult result = {&bench, config, description, &roof};
    if (console->json)
        print_step_json(&result);
    else
        print_step(&result);
    return !roofline || draw_step(&result, roofline, error);
}

gboolean ripple_command_bench_step(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_autofree char *device = NULL;
    g_autofree char *roofline = NULL;
    g_autoptr(GHashTable) options = ripple_step_options_new();
    const GOptionEntry entries[] = {{"device", 0, 0, G_OPTION_ARG_STRING, &device,
                                     "auto, reference, P:D, or a part of a name", "SEL"},
                                    {"roofline", 0, 0, G_OPTION_ARG_FILENAME, &roofline,
                                     "Draw the rows of the step under the roof of the device",
                                     "FILE.svg|png"},
                                    G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Times whole training steps on random data, from the gathering of a batch to the "
            "update, and tells where their time goes. The loss of the first steps is held against "
            "the CPU reference; exits with 5 when they disagree.\n\n"
            "Example: ripple bench step --inputs 784 --hidden 128 --batch 256",
            entries, ripple_step_options_group(options), &console, NULL, error))
        return FALSE;
    return time_step(&console, options, device, roofline, error);
}
