/* What figures of an observed run show is what the run wrote down, for networks of one layer and of
 * many; and what is read there may be anything at all. */
#include "explain/histogram_map.h"
#include "explain/observations.h"
#include "report/kinds.h"
#include "train/json_text.h"
#include "train/runs.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* An observed run of a network of these hidden layers; free its directory with
 * data_directory_remove(). */
static char *run_new(const char *hidden, const char *activation, const char *steps)
{
    char *directory = data_directory_new();
    g_autofree char *table = test_table(directory, "table.csv", 40, 2, 2, 0);
    g_autoptr(RippleConfig) config =
        test_config("data.data", table, "network.hidden", hidden, "network.activation", activation,
                    "training.batch", "8", "training.steps", steps, "run.device", "reference",
                    "run.observe", "3", "run.out", directory, NULL);
    g_autoptr(TestRun) run = test_run(config);
    g_assert_no_error(run->error);
    return directory;
}

static const struct {
    const char *name;
    RippleFigure *(*make)(const RippleFigureRequest *request, GError **error);
} figures[] = {{"histograms", ripple_figure_histograms},
               {"gradients", ripple_figure_gradients},
               {"updates", ripple_figure_updates},
               {"units", ripple_figure_units}};

/* The numbers of the figure, which is drawn in each format, too. */
static JsonNode *draw(const char *directory, guint figure, gint64 layer)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleRunRecord) record = ripple_run_record_new(directory, &error);
    g_assert_no_error(error);
    const RippleRunRecord *const runs[] = {record};
    const RippleFigureRequest request = {.runs = runs, .n_runs = 1, .layer = layer};
    g_assert_true(ripple_observed_apply(&request, NULL));
    g_autoptr(RippleFigure) drawn = figures[figure].make(&request, &error);
    g_assert_no_error(error);
    static const char *const suffixes[] = {"png", "svg", "pdf"};
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *path =
            g_strdup_printf("%s/%s.%s", directory, figures[figure].name, suffixes[i]);
        g_assert_true(ripple_canvas_write(drawn->canvas, path, &error));
    }
    JsonNode *numbers = ripple_json_parse(drawn->json->str, drawn->json->len, &error);
    g_assert_no_error(error);
    return numbers;
}

/* The lines as json-glib has them, past the reader. */
static GPtrArray *read_lines(const char *directory)
{
    g_autofree char *path = g_build_filename(directory, "observations.jsonl", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GPtrArray *parsed = g_ptr_array_new_with_free_func((GDestroyNotify)json_node_unref);
    for (guint i = 0; *lines[i]; i++)
        g_ptr_array_add(parsed, json_from_string(lines[i], NULL));
    return parsed;
}

static JsonObject *layer_of(GPtrArray *lines, guint line, guint layer)
{
    JsonObject *object = json_node_get_object(lines->pdata[line]);
    return json_array_get_object_element(json_object_get_array_member(object, "layers"), layer);
}

static JsonObject *drawn_layer(JsonNode *numbers, guint layer)
{
    return json_array_get_object_element(ripple_json_member_array(numbers, "layers"), layer);
}

static gdouble number(JsonArray *array, guint index)
{
    JsonNode *node = json_array_get_element(array, index);
    return json_node_is_null(node) ? NAN : json_node_get_double(node);
}

static void check_equal(gdouble found, gdouble expected)
{
    if (isnan(expected))
        g_assert_true(isnan(found));
    else
        g_assert_cmpfloat(fabs(found - expected), <=, 1e-12 * fabs(expected));
}

static gdouble member(JsonObject *object, const char *key)
{
    return json_object_get_null_member(object, key) ? NAN
                                                    : json_object_get_double_member(object, key);
}

static void check_lines(GPtrArray *lines, JsonNode *gradients, JsonNode *updates, JsonNode *units,
                        guint line, guint layer)
{
    JsonObject *expected = layer_of(lines, line, layer);
    JsonObject *gradient = json_object_get_object_member(expected, "weight.gradient");
    JsonObject *sizes = drawn_layer(gradients, layer), *steps = drawn_layer(updates, layer);
    gdouble norm = member(gradient, "norm"), count = member(gradient, "count");
    check_equal(number(json_object_get_array_member(sizes, "norm"), line), norm);
    check_equal(number(json_object_get_array_member(sizes, "root_mean_square"), line),
                norm / sqrt(count));
    check_equal(number(json_object_get_array_member(sizes, "ratio"), line),
                member(expected, "gradient_ratio"));
    check_equal(number(json_object_get_array_member(steps, "ratio"), line),
                member(expected, "update_ratio"));
    check_equal(number(json_object_get_array_member(steps, "update"), line),
                member(expected, "weight.update"));
    JsonObject *dead = drawn_layer(units, layer);
    check_equal(number(json_object_get_array_member(dead, "dead"), line), member(expected, "dead"));
    check_equal(number(json_object_get_array_member(dead, "saturated"), line),
                member(expected, "saturated"));
}

/* Shares sum to 1, and their mean is that of the elements but for the width of bins and rows, where
 * nothing lies beyond the rows. */
static void check_map(GPtrArray *lines, JsonNode *histograms, guint line, guint layer)
{
    static const char *const names[][2] = {
        {"weight", "weight"}, {"activation", "activation"}, {"gradient", "weight.gradient"}};
    for (guint t = 0; t < G_N_ELEMENTS(names); t++) {
        JsonObject *map =
            json_object_get_object_member(drawn_layer(histograms, layer), names[t][0]);
        JsonObject *tensor =
            json_object_get_object_member(layer_of(lines, line, layer), names[t][1]);
        JsonArray *values = json_object_get_array_member(map, "values");
        JsonArray *shares =
            json_array_get_array_element(json_object_get_array_member(map, "shares"), line);
        guint rows = json_array_get_length(shares);
        gdouble sum = 0, mean = 0, low = number(values, 0), high = number(values, rows);
        for (guint r = 0; r < rows; r++) {
            sum += number(shares, r);
            mean += number(shares, r) * (number(values, r) + number(values, r + 1)) / 2;
        }
        g_assert_cmpfloat(fabs(sum - 1), <, 1e-9);
        gdouble least = member(tensor, "least"), most = member(tensor, "most");
        if (least >= low && most <= high)
            g_assert_cmpfloat(fabs(mean - member(tensor, "mean")), <=,
                              (high - low) / 64 + (most - least) / 64);
    }
}

static void test_figures(gconstpointer data)
{
    const char *const *run = data;
    char *directory = run_new(run[0], run[1], run[2]);
    g_autoptr(GPtrArray) lines = read_lines(directory);
    g_autoptr(JsonNode) histograms = draw(directory, 0, -1);
    g_autoptr(JsonNode) gradients = draw(directory, 1, -1);
    g_autoptr(JsonNode) updates = draw(directory, 2, -1);
    g_autoptr(JsonNode) units = draw(directory, 3, -1);
    guint n_layers = json_array_get_length(ripple_json_member_array(gradients, "layers"));
    JsonArray *steps = ripple_json_member_array(gradients, "steps");
    g_assert_cmpuint(json_array_get_length(steps), ==, lines->len);
    for (guint i = 0; i < lines->len; i++) {
        g_assert_cmpint(json_array_get_int_element(steps, i), ==, 3 * i + 1);
        for (guint l = 0; l < n_layers; l++)
            check_lines(lines, gradients, updates, units, i, l);
        for (guint l = 0; l < json_array_get_length(ripple_json_member_array(histograms, "layers"));
             l++) {
            guint layer = (guint)json_object_get_int_member(drawn_layer(histograms, l), "layer");
            if (layer == l)
                check_map(lines, histograms, i, l);
        }
    }
    g_autoptr(JsonNode) one = draw(directory, 1, n_layers - 1);
    g_assert_cmpuint(json_array_get_length(ripple_json_member_array(one, "layers")), ==, 1);
    g_assert_cmpint(json_object_get_int_member(drawn_layer(one, 0), "layer"), ==, n_layers - 1);
    data_directory_remove(directory);
}

static void test_no_such_layer(void)
{
    char *directory = run_new("none", "relu", "2");
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleRunRecord) record = ripple_run_record_new(directory, &error);
    const RippleRunRecord *const runs[] = {record};
    const RippleFigureRequest request = {.runs = runs, .n_runs = 1, .layer = 1};
    g_assert_null(ripple_figure_gradients(&request, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    data_directory_remove(directory);
}

/* ---- reading -------------------------------------------------------------------------------- */

static void write_lines(const char *directory, const char *text)
{
    g_autofree char *path = g_build_filename(directory, "observations.jsonl", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void check_refused(const char *directory, const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    write_lines(directory, text);
    g_assert_null(ripple_observations_read(directory, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    if (!strstr(error->message, message))
        g_error("\"%s\" does not say \"%s\"", error->message, message);
}

static char *replaced(const char *text, const char *old, const char *new)
{
    g_auto(GStrv) parts = g_strsplit(text, old, 2);
    g_assert_cmpuint(g_strv_length(parts), ==, 2);
    return g_strjoinv(new, parts);
}

static void test_reading(void)
{
    char *directory = run_new("3", "tanh", "7");
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(directory, "observations.jsonl", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autoptr(GPtrArray) all = ripple_observations_read(directory, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(all->len, ==, 3);
    /* Written again, they are the same lines. */
    g_autoptr(GString) again = g_string_new(NULL);
    for (guint i = 0; i < all->len; i++) {
        GString *line = ripple_observation_line(all->pdata[i]);
        g_string_append(again, line->str);
        g_string_free(line, TRUE);
    }
    g_assert_cmpstr(again->str, ==, text);

    /* A line under way is not yet one. */
    gsize length = strlen(text);
    text[length - 20] = '\0';
    write_lines(directory, text);
    g_autoptr(GPtrArray) fewer = ripple_observations_read(directory, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(fewer->len, ==, 2);

    static const char *const wrong[][2] = {
        {"\"step\": 1,", "\"step\": 0,"},
        {"\"step\": 4,", "\"step\": 1,"},
        {"\"epoch\": 1", "\"epoch\": \"one\""},
        {"\"layers\": [{", "\"layers\": [7, {"},
        {"\"mean\"", "\"average\""},
        {"\"histogram\": [", "\"histogram\": [1, "},
        {"\"gradient\": null", "\"gradient\": \"lost\""},
        {"\"count\": ", "\"count\": -"},
        {"\"histogram\": [", "\"histogram\": [999999"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *spoilt = replaced(text, wrong[i][0], wrong[i][1]);
        check_refused(directory, spoilt, i == 1 ? "Line 2" : "Line 1");
    }
    check_refused(directory, "", "no observation");
    check_refused(directory, "\n", "Line 1");
    check_refused(directory, "{}\n", "Line 1");
    data_directory_remove(directory);
}

static void test_not_observed(void)
{
    char *directory = data_directory_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(ripple_observations_exist(directory));
    g_assert_null(ripple_observations_read(directory, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    g_assert_nonnull(strstr(error->message, "--observe"));
    data_directory_remove(directory);
}

/* ---- maps ----------------------------------------------------------------------------------- */

/* Two tensors by hand: one evenly over −1…1, one of a single value, and one without any. */
static void test_map(void)
{
    RippleTensorObservation even = {.count = 6400}, single = {.count = 10}, none = {.count = 1};
    even.summary[RIPPLE_SUMMARY_LEAST] = -1;
    even.summary[RIPPLE_SUMMARY_MOST] = 1;
    single.summary[RIPPLE_SUMMARY_LEAST] = single.summary[RIPPLE_SUMMARY_MOST] = 0.3;
    none.summary[RIPPLE_SUMMARY_LEAST] = none.summary[RIPPLE_SUMMARY_MOST] = NAN;
    single.bins[0] = 10;
    for (guint b = 0; b < RIPPLE_HISTOGRAM_BINS; b++)
        even.bins[b] = 100;
    const RippleTensorObservation *const tensors[] = {&even, &single, &none};
    const gdouble steps[] = {1, 11, 31};
    g_autoptr(RippleHistogramMap) map = ripple_histogram_map_new(tensors, steps, 3, 10);
    const gdouble edges[] = {-4, 6, 21, 41};
    for (guint i = 0; i < 4; i++)
        check_equal(map->steps[i], edges[i]);
    check_equal(map->values[0], -1);
    check_equal(map->values[10], 1);
    for (guint r = 0; r < 10; r++) {
        g_assert_cmpfloat(fabs(map->shares[3 * r] - 0.1), <, 1e-9);
        g_assert_cmpfloat(map->shares[3 * r + 1], ==, r == 6 ? 1 : 0);
        g_assert_true(isnan(map->shares[3 * r + 2]));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const char *const runs[][3] = {{"none", "relu", "20"},
                                          {"4", "relu", "40"},
                                          {"16,16,16,16,16,16,16,16,16,16", "sigmoid", "40"},
                                          {"8,8", "tanh", "1"}};
    for (guint i = 0; i < G_N_ELEMENTS(runs); i++) {
        g_autofree char *path = g_strdup_printf("/observed-figures/%s-%s", runs[i][0], runs[i][1]);
        g_test_add_data_func(path, runs[i], test_figures);
    }
    g_test_add_func("/observed-figures/no-such-layer", test_no_such_layer);
    g_test_add_func("/observed-figures/reading", test_reading);
    g_test_add_func("/observed-figures/not-observed", test_not_observed);
    g_test_add_func("/observed-figures/map", test_map);
    return g_test_run();
}
