/* Figures of a benchmark: how they are summed up, when one counts as worse, and the file they are
 * kept in. */
#include "measure/baseline.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

/* ---- the rule ------------------------------------------------------------------------------- */

static void test_summary(void)
{
    g_autoptr(GPtrArray) measurements = ripple_measurements_new();
    gdouble values[] = {5, 1, 3, 9};
    ripple_measurements_add(measurements, "speed", "GB/s", FALSE, values, 4);
    const RippleMeasurement *measurement = ripple_measurements_find(measurements, "speed");
    g_assert_nonnull(measurement);
    g_assert_null(ripple_measurements_find(measurements, "spee"));
    g_assert_cmpstr(measurement->unit, ==, "GB/s");
    g_assert_cmpuint(measurement->runs, ==, 4);
    g_assert_true(measurement->median == 4 && measurement->least == 1 && measurement->most == 9);
    g_assert_true(measurement->lower == 2.5 && measurement->upper == 6);
}

static void test_rule(void)
{
    static const struct {
        gboolean less_is_better;
        gdouble before[3]; /* median, quartiles */
        gdouble now[3];
        RippleVerdict verdict;
        gdouble change;
        gdouble noise;
    } cases[] = {
        /* No noise: 3 percent is the limit. */
        {FALSE, {100, 100, 100}, {98, 98, 98}, RIPPLE_VERDICT_SAME, -0.02, 0},
        {FALSE, {100, 100, 100}, {96, 96, 96}, RIPPLE_VERDICT_WORSE, -0.04, 0},
        {FALSE, {100, 100, 100}, {104, 104, 104}, RIPPLE_VERDICT_BETTER, 0.04, 0},
        {TRUE, {104, 104, 104}, {100, 100, 100}, RIPPLE_VERDICT_BETTER, 0.04, 0},
        {TRUE, {100, 100, 100}, {125, 125, 125}, RIPPLE_VERDICT_WORSE, -0.2, 0},
        /* Noise before, noise now, and both: it is the square of the product that counts. */
        {FALSE, {100, 100, 120}, {70, 70, 70}, RIPPLE_VERDICT_SAME, -0.3, 0.44},
        {FALSE, {100, 100, 120}, {69, 69, 69}, RIPPLE_VERDICT_WORSE, -0.31, 0.44},
        {FALSE, {100, 100, 100}, {70, 70, 84}, RIPPLE_VERDICT_SAME, -0.3, 0.44},
        {FALSE, {100, 90, 108}, {49, 45, 54}, RIPPLE_VERDICT_SAME, -0.51, 1.0736},
        {FALSE, {100, 90, 108}, {48, 45, 54}, RIPPLE_VERDICT_WORSE, -0.52, 1.0736},
        {FALSE, {100, 90, 108}, {208, 200, 240}, RIPPLE_VERDICT_BETTER, 1.08, 1.0736},
        {TRUE, {10, 10, 12}, {14, 14, 14}, RIPPLE_VERDICT_SAME, 1 / 1.4 - 1, 0.44},
        {TRUE, {10, 10, 12}, {16, 16, 16}, RIPPLE_VERDICT_WORSE, 1 / 1.6 - 1, 0.44},
        /* However wide, a spread does not hide that it is another order. */
        {TRUE, {0.01, 0.01, 0.01}, {50, 40, 100}, RIPPLE_VERDICT_WORSE, 0.0002 - 1, 5.25},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const gdouble *b = cases[i].before, *n = cases[i].now;
        RippleMeasurement before = {"x",  "u", cases[i].less_is_better, 5, b[0], 1, 1000,
                                    b[1], b[2]};
        RippleMeasurement now = {"x", "u", cases[i].less_is_better, 5, n[0], 1, 1000, n[1], n[2]};
        RippleChange change = ripple_measurement_compare(&before, &now, 1);
        g_test_message("case %u", i);
        g_assert_cmpint(change.verdict, ==, cases[i].verdict);
        g_assert_cmpfloat_with_epsilon(change.change, cases[i].change, 1e-12);
        g_assert_cmpfloat_with_epsilon(change.noise, cases[i].noise, 1e-12);
    }
}

/* What fell along with the device is not worse; what fell further is, and better stays better. */
static void test_slowdown(void)
{
    RippleMeasurement before = {"x", "u", FALSE, 5, 100, 1, 1000, 100, 100}, now = before;
    now.median = 50;
    g_assert_cmpint(ripple_measurement_compare(&before, &now, 1).verdict, ==, RIPPLE_VERDICT_WORSE);
    g_assert_cmpint(ripple_measurement_compare(&before, &now, 2).verdict, ==, RIPPLE_VERDICT_SAME);
    g_assert_cmpint(ripple_measurement_compare(&before, &now, 1.9).verdict, ==,
                    RIPPLE_VERDICT_WORSE);
    g_assert_cmpint(ripple_measurement_compare(&before, &now, 4).verdict, ==, RIPPLE_VERDICT_SAME);
    g_assert_cmpfloat(ripple_measurement_compare(&before, &now, 4).change, ==, -0.5);
    now.median = 200;
    g_assert_cmpint(ripple_measurement_compare(&before, &now, 4).verdict, ==,
                    RIPPLE_VERDICT_BETTER);
}

/* ---- the file ------------------------------------------------------------------------------- */

static char *scratch_path(void)
{
    g_autofree char *directory = g_dir_make_tmp("ripple-figure-XXXXXX", NULL);
    return g_build_filename(directory, "saved.json", NULL);
}

static void remove_scratch(const char *path)
{
    g_autofree char *directory = g_path_get_dirname(path);
    g_unlink(path);
    g_assert_cmpint(g_rmdir(directory), ==, 0); /* and nothing was left beside it */
}

static RippleBaseline *example(void)
{
    RippleBaseline *baseline = ripple_baseline_new();
    gdouble rates[] = {1.0 / 3, 2e-9, 7e11};
    baseline->device = g_strdup("A \"device\"");
    baseline->driver = g_strdup("3.1");
    baseline->rounds = 3;
    baseline->seconds = 0.25;
    g_ptr_array_add(baseline->shapes, g_strdup("1x2x3"));
    g_ptr_array_add(baseline->shapes, g_strdup("4x5x6"));
    g_hash_table_insert(baseline->step, g_strdup("hidden"), g_strdup("8:tanh,4"));
    ripple_measurements_add(baseline->measurements, "first", "GB/s", FALSE, rates, 3);
    ripple_measurements_add(baseline->measurements, "second", "µs", TRUE, rates, 1);
    return baseline;
}

static void test_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = scratch_path();
    g_autoptr(RippleBaseline) saved = example();
    g_assert_true(ripple_baseline_save(saved, path, &error));
    g_assert_no_error(error);
    g_autoptr(RippleBaseline) loaded = ripple_baseline_load(path, &error);
    g_assert_no_error(error);
    g_assert_nonnull(loaded);
    g_assert_cmpstr(loaded->device, ==, saved->device);
    g_assert_cmpstr(loaded->driver, ==, saved->driver);
    g_assert_cmpstr(loaded->version, ==, saved->version);
    g_assert_cmpstr(loaded->commit, ==, saved->commit);
    g_assert_cmpstr(loaded->time, ==, saved->time);
    g_assert_cmpuint(loaded->rounds, ==, 3);
    g_assert_cmpfloat(loaded->seconds, ==, 0.25);
    g_assert_cmpuint(loaded->shapes->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(loaded->shapes, 1), ==, "4x5x6");
    g_assert_cmpuint(g_hash_table_size(loaded->step), ==, 1);
    g_assert_cmpstr(g_hash_table_lookup(loaded->step, "hidden"), ==, "8:tanh,4");
    g_assert_cmpuint(loaded->measurements->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        const RippleMeasurement *a = g_ptr_array_index(saved->measurements, i);
        const RippleMeasurement *b = g_ptr_array_index(loaded->measurements, i);
        g_assert_cmpstr(a->name, ==, b->name);
        g_assert_cmpstr(a->unit, ==, b->unit);
        g_assert_cmpint(a->less_is_better, ==, b->less_is_better);
        /* To the bit. */
        g_assert_true(a->median == b->median && a->least == b->least && a->most == b->most);
        g_assert_true(a->lower == b->lower && a->upper == b->upper);
    }
    remove_scratch(path);
}

static void check_refused(const char *text, gsize length, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = scratch_path();
    g_assert_true(g_file_set_contents(path, text, (gssize)length, NULL));
    g_assert_null(ripple_baseline_load(path, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, part));
    remove_scratch(path);
}

static void test_bad_files(void)
{
    static const struct {
        const char *right; /* in the file of the example */
        const char *wrong;
        const char *part; /* of the message */
    } cases[] = {
        {"{\"format\"", "[\"format\"", "no saved benchmark"},
        {"ripple benchmark 1", "ripple benchmark 2", "its format is not"},
        {"\"device\": \"A", "\"divice\": \"A", "its device is no text"},
        {"\"rounds\": 3", "\"rounds\": 2", "rounds"},
        {"\"rounds\": 3", "\"rounds\": 1001", "rounds"},
        {"\"rounds\": 3", "\"rounds\": -3", "rounds"},
        {"\"seconds\": 0.25", "\"seconds\": 0", "seconds"},
        {"\"seconds\": 0.25", "\"seconds\": 61", "seconds"},
        {"\"seconds\": 0.25", "\"seconds\": null", "seconds"},
        {"[\"1x2x3\"", "[123", "one of its shapes is no text"},
        {"\"8:tanh,4\"", "8", "one of the options of its step is no text"},
        {"\"step\": {", "\"stop\": {", "which shapes and which step"},
        {"\"less_is_better\": true", "\"less_is_better\": 1", "one of its figures lacks"},
        {"\"name\": \"second\"", "\"name\": 2", "one of its figures lacks"},
        {"\"name\": \"second\"", "\"name\": \"first\"", "stands there twice"},
        {"\"min\": 2e-09", "\"min\": 0", "not above 0, or not in order"},
        {"\"min\": 2e-09", "\"min\": 5", "not above 0, or not in order"},
        {"\"max\": 700000000000", "\"max\": null", "one of its figures lacks"},
        {"\"max\": 700000000000", "\"max\": 0.5", "not above 0, or not in order"},
        {"\"lower_quartile\"", "\"low\"", "one of its figures lacks"},
    };
    g_autofree char *path = scratch_path();
    g_autofree char *text = NULL;
    g_autoptr(RippleBaseline) baseline = example();
    gsize length;
    g_assert_true(ripple_baseline_save(baseline, path, NULL));
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    remove_scratch(path);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) wrong = g_string_new(text);
        g_assert_cmpuint(g_string_replace(wrong, cases[i].right, cases[i].wrong, 1), ==, 1);
        check_refused(wrong->str, wrong->len, cases[i].part);
    }
    /* Cut short anywhere. */
    for (gsize i = 1; i < length - 2; i += 7)
        check_refused(text, i, "no saved benchmark");
}

static void test_cannot_save(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBaseline) baseline = example();
    g_assert_false(ripple_baseline_save(baseline, "/no/such/directory/saved.json", &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_clear_error(&error);
    g_assert_null(ripple_baseline_load("/no/such/directory/saved.json", &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/figure/summary", test_summary);
    g_test_add_func("/figure/rule", test_rule);
    g_test_add_func("/figure/slowdown", test_slowdown);
    g_test_add_func("/figure/file", test_file);
    g_test_add_func("/figure/bad-files", test_bad_files);
    g_test_add_func("/figure/cannot-save", test_cannot_save);
    return g_test_run();
}
