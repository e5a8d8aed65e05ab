/* `bench save` keeps what a suite finds; `bench compare` runs the same suite again and holds it
 * against that. */
#include "base/text.h"
#include "cli/bench.h"
#include "cli/step_options.h"
#include "measure/baseline.h"
#include "measure/peak.h"
#include "measure/suite.h"
#include "train/json_object.h"

#include <ripple/device.h>

#include <ripple/error.h>
#include <string.h>

#define DEFAULT_ROUNDS 5

static const char *const default_shapes[] = {"128x512x784", "128x512x512", "128x10x512",
                                             "1024x1024x1024", NULL};

/* ---- running the suite ---------------------------------------------------------------------- */

static void show_progress(const char *line, gpointer user_data)
{
    ripple_console_progress(user_data, line);
}

/* Each once: a figure's name says its shape. */
static void add_shapes(RippleBaseline *baseline, const char *const *texts)
{
    for (guint i = 0; texts[i]; i++)
        if (!g_ptr_array_find_with_equal_func(baseline->shapes, texts[i], g_str_equal, NULL))
            g_ptr_array_add(baseline->shapes, g_strdup(texts[i]));
}

static GArray *parse_shapes(const RippleBaseline *baseline, GError **error)
{
    g_autoptr(GArray) shapes = g_array_new(FALSE, FALSE, sizeof(RippleGemmShape));
    for (guint i = 0; i < baseline->shapes->len; i++) {
        RippleGemmShape shape;
        if (!ripple_gemm_shape_parse(g_ptr_array_index(baseline->shapes, i), &shape, error))
            return NULL;
        g_array_append_val(shapes, shape);
    }
    return g_steal_pointer(&shapes);
}

/* Fill `baseline`, which says what to time, with what is found. */
static gboolean run_suite(const RippleBench *bench, RippleBaseline *baseline, GError **error)
{
    g_autoptr(RippleConfig) config = NULL;
    g_autoptr(RippleNetwork) network = NULL;
    g_autoptr(GArray) shapes = parse_shapes(baseline, error);
    if (!shapes || !ripple_step_options_resolve(baseline->step, &config, &network, error))
        return FALSE;
    baseline->device = g_strdup(ripple_device_name(bench->backend));
    baseline->driver = g_strdup(ripple_backend_driver(bench->backend));
    RippleSuite suite = {.rounds = baseline->rounds,
                         .seconds = baseline->seconds,
                         .shapes = shapes,
                         .network = network,
                         .config = config,
                         .progress = show_progress,
                         .user_data = (gpointer)bench->console};
    return ripple_suite_run(&suite, bench->backend, baseline->measurements, error);
}

static void add_measurement_json(GString *json, const RippleMeasurement *measurement)
{
    ripple_json_set_number(json, "median", measurement->median);
    ripple_json_set_number(json, "min", measurement->least);
    ripple_json_set_number(json, "max", measurement->most);
}

static void add_measurement_cells(RippleTable *table, const RippleMeasurement *measurement)
{
    g_autofree char *median = ripple_bench_number(measurement->median);
    g_autofree char *least = ripple_bench_number(measurement->least);
    g_autofree char *most = ripple_bench_number(measurement->most);
    ripple_table_add(table, "%s", median);
    ripple_table_add(table, "%s…%s", least, most);
}

/* ---- save ----------------------------------------------------------------------------------- */

static void print_saved_json(const RippleBench *bench, const RippleBaseline *baseline,
                             const char *path)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_bench_add_origin(json, bench);
    ripple_json_set_text(json, "file", path);
    ripple_json_set_whole(json, "rounds", baseline->rounds);
    ripple_json_begin_array(json, "results");
    for (guint i = 0; i < baseline->measurements->len; i++) {
        const RippleMeasurement *measurement = g_ptr_array_index(baseline->measurements, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", measurement->name);
        ripple_json_set_text(json, "unit", measurement->unit);
        add_measurement_json(json, measurement);
        ripple_json_end_object(json);
    }
    ripple_bench_end_json(json);
}

static void print_saved(const RippleBaseline *baseline, const char *path)
{
    static const char *const headings[] = {"what", ">median", ">min…max", "unit", NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (guint i = 0; i < baseline->measurements->len; i++) {
        const RippleMeasurement *measurement = g_ptr_array_index(baseline->measurements, i);
        ripple_table_add(table, "%s", measurement->name);
        add_measurement_cells(table, measurement);
        ripple_table_add(table, "%s", measurement->unit);
    }
    ripple_table_print(table);
    ripple_console_print("\n%u rounds, saved in %s\n", baseline->rounds, path);
}

static gboolean parse_rounds(const char *text, guint *rounds, GError **error)
{
    guint64 number = DEFAULT_ROUNDS;
    if (text && !ripple_text_whole(text, RIPPLE_FEWEST_ROUNDS, RIPPLE_MOST_ROUNDS, &number)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option --rounds cannot be \"%s\": it takes a whole number from %u to %u.",
                    text, RIPPLE_FEWEST_ROUNDS, RIPPLE_MOST_ROUNDS);
        return FALSE;
    }
    *rounds = (guint)number;
    return TRUE;
}

static gboolean parse_seconds(const char *text, gdouble *seconds, GError **error)
{
    *seconds = RIPPLE_TIMING_SECONDS;
    if (!text || (ripple_text_number(text, seconds) && *seconds >= RIPPLE_FEWEST_SECONDS &&
                  *seconds <= RIPPLE_MOST_SECONDS))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The option --seconds cannot be \"%s\": it takes a number from %g to %g.", text,
                RIPPLE_FEWEST_SECONDS, RIPPLE_MOST_SECONDS);
    return FALSE;
}

static gboolean open_device(RippleBench *bench, const char *selector, GError **error)
{
    if (!ripple_bench_open(bench, selector, TRUE, error))
        return FALSE;
    if (!bench->console->json) {
        ripple_bench_print_device(bench);
        ripple_console_print("\n");
    }
    return TRUE;
}

gboolean ripple_command_bench_save(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_autofree char *device = NULL;
    g_autofree char *rounds = NULL;
    g_autofree char *seconds = NULL;
    g_auto(GStrv) shapes = NULL;
    g_auto(GStrv) words = NULL;
    g_autoptr(RippleBaseline) baseline = ripple_baseline_new();
    const GOptionEntry entries[] = {
        {"shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &shapes,
         "A product to time; may be given several times", "MxNxK"},
        {"rounds", 0, 0, G_OPTION_ARG_STRING, &rounds,
         "Time everything so often, to learn the noise (default: 5)", "N"},
        {"seconds", 0, 0, G_OPTION_ARG_STRING, &seconds,
         "Time each figure so long in a round (default: 0.5)", "S"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, P:D, or a part of a name", "SEL"},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, "FILE",
            "Times what `bench peak`, `bench gemm` and `bench step` time, several rounds of it, "
            "and keeps the figures in FILE for `bench compare`.\n\n"
            "Example: ripple bench save before.json",
            entries, ripple_step_options_group(baseline->step), &console, &words, error))
        return FALSE;

    g_auto(RippleBench) bench = {.console = &console};
    add_shapes(baseline, shapes ? (const char *const *)shapes : default_shapes);
    if (!parse_rounds(rounds, &baseline->rounds, error) ||
        !parse_seconds(seconds, &baseline->seconds, error) || !open_device(&bench, device, error) ||
        !run_suite(&bench, baseline, error) || !ripple_baseline_save(baseline, words[0], error))
        return FALSE;
    if (console.json)
        print_saved_json(&bench, baseline, words[0]);
    else
        print_saved(baseline, words[0]);
    return TRUE;
}

/* ---- compare -------------------------------------------------------------------------------- */

static const char *const verdicts[] = {
    [RIPPLE_VERDICT_SAME] = "same",
    [RIPPLE_VERDICT_BETTER] = "better",
    [RIPPLE_VERDICT_WORSE] = "worse",
};

/* A figure of either side; one of them may lack it. */
typedef struct {
    const RippleMeasurement *before;
    const RippleMeasurement *now;
    RippleChange change; /* where both have it */
} Pair;

/* How many times as slow the device itself is, by its multiply-adds; 1 where it is no slower, or
 * where one side lacks them. */
static gdouble slowdown_of(const RippleBaseline *before, const RippleBaseline *now)
{
    const RippleMeasurement *then =
        ripple_measurements_find(before->measurements, RIPPLE_PEAK_MULTIPLY_ADDS);
    const RippleMeasurement *again =
        ripple_measurements_find(now->measurements, RIPPLE_PEAK_MULTIPLY_ADDS);
    return then && again ? MAX(then->median / again->median, 1) : 1;
}

/* What a slower device excuses: as much as it is slower, and the noise of that very figure. */
static gdouble allowance_of(const RippleBaseline *before, const RippleBaseline *now)
{
    gdouble slowdown = slowdown_of(before, now);
    if (slowdown <= RIPPLE_SMALLEST_CHANGE)
        return 1;
    const RippleMeasurement *then =
        ripple_measurements_find(before->measurements, RIPPLE_PEAK_MULTIPLY_ADDS);
    const RippleMeasurement *again =
        ripple_measurements_find(now->measurements, RIPPLE_PEAK_MULTIPLY_ADDS);
    return slowdown * (1 + ripple_measurement_compare(then, again, 1).noise);
}

static GArray *pair_measurements(const RippleBaseline *before, const RippleBaseline *now)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    gdouble allowance = allowance_of(before, now);
    for (guint i = 0; i < before->measurements->len; i++) {
        Pair pair = {.before = g_ptr_array_index(before->measurements, i)};
        pair.now = ripple_measurements_find(now->measurements, pair.before->name);
        gboolean is_yardstick = strcmp(pair.before->name, RIPPLE_PEAK_MULTIPLY_ADDS) == 0;
        if (pair.now)
            pair.change =
                ripple_measurement_compare(pair.before, pair.now, is_yardstick ? 1 : allowance);
        g_array_append_val(pairs, pair);
    }
    for (guint i = 0; i < now->measurements->len; i++) {
        Pair pair = {.now = g_ptr_array_index(now->measurements, i)};
        if (!ripple_measurements_find(before->measurements, pair.now->name))
            g_array_append_val(pairs, pair);
    }
    return pairs;
}

static const char *verdict_of(const Pair *pair)
{
    if (!pair->now)
        return "gone";
    return pair->before ? verdicts[pair->change.verdict] : "new";
}

static void print_pairs_json(const RippleBench *bench, const RippleBaseline *before,
                             const GArray *pairs, gdouble slowdown)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_bench_add_origin(json, bench);
    ripple_json_set_text(json, "version_before", before->version);
    ripple_json_set_text(json, "commit_before", before->commit);
    ripple_json_set_text(json, "driver_before", before->driver);
    ripple_json_set_text(json, "time_before", before->time);
    ripple_json_set_number(json, "slowdown", slowdown);
    ripple_json_begin_array(json, "results");
    for (guint i = 0; i < pairs->len; i++) {
        const Pair *pair = &g_array_index(pairs, Pair, i);
        const RippleMeasurement *any = pair->now ? pair->now : pair->before;
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", any->name);
        ripple_json_set_text(json, "unit", any->unit);
        ripple_json_set_text(json, "verdict", verdict_of(pair));
        if (pair->before && pair->now) {
            ripple_json_set_number(json, "before", pair->before->median);
            ripple_json_set_number(json, "change", pair->change.change);
            ripple_json_set_number(json, "noise", pair->change.noise);
        }
        if (pair->now)
            add_measurement_json(json, pair->now);
        ripple_json_end_object(json);
    }
    ripple_bench_end_json(json);
}

static void add_pair(RippleTable *table, const Pair *pair)
{
    const RippleMeasurement *any = pair->now ? pair->now : pair->before;
    const RippleMeasurement *sides[] = {pair->before, pair->now};
    ripple_table_add(table, "%s", any->name);
    for (guint i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *median = sides[i] ? ripple_bench_number(sides[i]->median) : g_strdup("–");
        ripple_table_add(table, "%s", median);
    }
    ripple_table_add(table, "%s", any->unit);
    if (pair->before && pair->now) {
        ripple_table_add(table, "%+.1f%%", 100 * pair->change.change);
        ripple_table_add(table, "%.1f%%", 100 * pair->change.noise);
    } else {
        ripple_table_add(table, "–");
        ripple_table_add(table, "–");
    }
    ripple_table_add(table, "%s", verdict_of(pair));
}

static void print_pairs(const RippleBaseline *before, const GArray *pairs, gdouble slowdown)
{
    static const char *const headings[] = {"what",       ">before", ">now",    "unit",
                                           ">better by", ">noise",  "verdict", NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (guint i = 0; i < pairs->len; i++)
        add_pair(table, &g_array_index(pairs, Pair, i));
    ripple_table_print(table);
    ripple_console_print("\nbefore: ripple %s, commit %s, %s, %s\n", before->version,
                         before->commit, before->driver, before->time);
    if (slowdown > RIPPLE_SMALLEST_CHANGE)
        ripple_console_print("The device itself was %.2f times as slow, by its multiply-adds: what "
                             "fell no further counts as the same. A quiet machine tells more.\n",
                             slowdown);
}

/* Name the figures that became worse. */
static gboolean check_pairs(const GArray *pairs, const char *path, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < pairs->len; i++) {
        const Pair *pair = &g_array_index(pairs, Pair, i);
        if (pair->before && pair->now && pair->change.verdict == RIPPLE_VERDICT_WORSE)
            g_string_append_printf(names, "%s%s (%.1f%%)", names->len ? ", " : "", pair->now->name,
                                   100 * pair->change.change);
    }
    if (names->len == 0)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_REGRESSION,
                "Worse than in %s by more than the noise: %s.", path, names->str);
    return FALSE;
}

static gboolean check_device(const RippleBench *bench, const RippleBaseline *before,
                             const char *path, GError **error)
{
    const char *name = ripple_device_name(bench->backend);
    if (strcmp(name, before->device) == 0)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The figures in %s are those of %s, and this is %s; choose the device with "
                "--device.",
                path, before->device, name);
    return FALSE;
}

/* The same work again, on the device of `bench`. */
static RippleBaseline *repeat(const RippleBench *bench, const RippleBaseline *before,
                              GError **error)
{
    g_autoptr(RippleBaseline) now = ripple_baseline_new();
    GHashTableIter iter;
    gpointer name, value;
    now->rounds = before->rounds;
    now->seconds = before->seconds;
    for (guint i = 0; i < before->shapes->len; i++)
        g_ptr_array_add(now->shapes, g_strdup(g_ptr_array_index(before->shapes, i)));
    g_hash_table_iter_init(&iter, before->step);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_hash_table_insert(now->step, g_strdup(name), g_strdup(value));
    return run_suite(bench, now, error) ? g_steal_pointer(&now) : NULL;
}

gboolean ripple_command_bench_compare(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_autofree char *device = NULL;
    g_auto(GStrv) words = NULL;
    const GOptionEntry entries[] = {
        {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, P:D, or a part of a name", "SEL"},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, "FILE",
            "Times what `bench save` timed when it wrote FILE, once more, and holds both together: "
            "a figure is worse when its median lies further from the former one than the noise of "
            "both runs explains, and than 3 percent. Exits with 8 when one is.\n\n"
            "Example: ripple bench compare before.json",
            entries, NULL, &console, &words, error))
        return FALSE;

    const char *path = words[0];
    g_auto(RippleBench) bench = {.console = &console};
    g_autoptr(RippleBaseline) before = ripple_baseline_load(path, error);
    if (!before || !open_device(&bench, device, error) ||
        !check_device(&bench, before, path, error))
        return FALSE;
    g_autoptr(RippleBaseline) now = repeat(&bench, before, error);
    if (!now)
        return FALSE;
    g_autoptr(GArray) pairs = pair_measurements(before, now);
    if (console.json)
        print_pairs_json(&bench, before, pairs, slowdown_of(before, now));
    else
        print_pairs(before, pairs, slowdown_of(before, now));
    return check_pairs(pairs, path, error);
}
