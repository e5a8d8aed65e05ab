/* What is observed is what the tensors of those steps are like, computed once more by the reference
 * and summed up by the textbook. */
#include "reference/reference.h"
#include "train/json_text.h"
#include "train/material.h"
#include "train/observation.h"
#include "train/rates.h"
#include "train/runs.h"
#include "train/session.h"
#include "unit/data_files.h"

#include <math.h>
#include <string.h>

static void set(RippleConfig *config, const char *section, const char *key, const char *value)
{
    g_autoptr(GError) error = NULL;
    ripple_config_set(config, section, key, value, &error);
    g_assert_no_error(error);
}

static char *read_text(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

/* ---- the step, taken again ------------------------------------------------------------------ */

/* The step that a line tells of, taken again by the reference from the path's parameters. */
typedef struct {
    RippleMaterial *material;
    RippleBackend *backend;
    RippleSession *session;
} Again;

static Again again_new(RippleConfig *config)
{
    g_autoptr(GError) error = NULL;
    Again again = {.material = ripple_material_new(config, &error)};
    g_assert_no_error(error);
    RippleScheduleOptions options = {.batch = config->batch, .keep_all = TRUE};
    again.backend = ripple_reference_backend_new();
    again.session = ripple_session_new(again.backend, again.material->model, again.material->train,
                                       0, again.material->n_train, options, &error);
    g_assert_no_error(error);
    return again;
}

static void again_clear(Again *again)
{
    ripple_session_free(again->session);
    ripple_backend_free(again->backend);
    ripple_material_free(again->material);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Again, again_clear)

/* Parameters after `step` steps. Free with ripple_model_free. */
static RippleModel *path_model(const RippleConfig *config, guint64 step)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strdup_printf("path/step-%09" G_GUINT64_FORMAT ".safetensors", step);
    g_autofree char *path = g_build_filename(config->out, name, NULL);
    RippleModel *model = ripple_model_load(path, &error);
    g_assert_no_error(error);
    return model;
}

static void take_again(Again *again, const RippleConfig *config, guint64 step, gsize *samples)
{
    g_autoptr(GError) error = NULL;
    RippleSession *session = again->session;
    guint64 per_epoch = ripple_material_steps_per_epoch(again->material, config);
    guint64 epoch = (step - 1) / per_epoch + 1;
    gsize first = (gsize)((step - 1) % per_epoch * config->batch);
    g_autofree guint32 *order = ripple_material_order(again->material, config, (guint32)epoch);
    g_autoptr(RippleModel) model = path_model(config, step - 1);
    RippleRates rates = ripple_config_rates(config, step);
    rates.learning_rate = 0; /* the parameters stay */
    RippleBatch batch;
    *samples = MIN(config->batch, again->material->n_train - first);
    g_assert_true(ripple_backend_upload(ripple_buffer_view(session->state->parameters),
                                        model->parameters, &error));
    g_assert_true(ripple_session_set_order(session, order, &error));
    g_assert_true(ripple_session_batch(session, first, *samples, &batch, &error));
    g_assert_true(ripple_scheduler_step(session->scheduler, &batch, &rates,
                                        ripple_buffer_view(session->result), &error));
}

/* How far numbers from a device in single precision may be off, as a share of the root of the mean
 * square: a few dozen roundings a layer, of sums of up to 784 terms. */
static gdouble rounding(const RippleConfig *config)
{
    return strcmp(config->device, "reference") == 0 ? 1e-6 : 1e-3;
}

static void check_number(JsonNode *tensor, const char *key, gdouble expected, gdouble tolerance)
{
    gdouble found = NAN;
    g_assert_true(ripple_json_number(ripple_json_member(tensor, key), &found));
    if (fabs(found - expected) > tolerance)
        g_error("%s is %.9g, not %.9g", key, found, expected);
}

/* Who is in another bin than the values say was near the edge of two bins. */
static void check_histogram(JsonNode *tensor, const gdouble *values, gsize count, gdouble least,
                            gdouble most, gdouble share)
{
    JsonArray *bins = ripple_json_member_array(tensor, "histogram");
    gdouble expected[RIPPLE_HISTOGRAM_BINS] = {0}, off = 0, sum = 0;
    for (gsize i = 0; i < count; i++) {
        gdouble place = most > least ? 64 * (values[i] - least) / (most - least) : 0;
        expected[(guint)CLAMP(place, 0, 63)]++;
    }
    g_assert_cmpuint(json_array_get_length(bins), ==, RIPPLE_HISTOGRAM_BINS);
    for (guint b = 0; b < RIPPLE_HISTOGRAM_BINS; b++) {
        gdouble found = (gdouble)json_array_get_int_element(bins, b);
        off += fabs(found - expected[b]) / 2;
        sum += found;
    }
    g_assert_cmpfloat(sum, ==, count);
    g_assert_cmpfloat(off, <=, 2 + 64 * share * count);
}

static void check_tensor(const RippleConfig *config, JsonNode *tensor, const gdouble *values,
                         gsize count)
{
    gdouble sum = 0, squares = 0, deviations = 0, least = INFINITY, most = -INFINITY, zeros = 0;
    for (gsize i = 0; i < count; i++) {
        sum += values[i];
        squares += values[i] * values[i];
        zeros += values[i] == 0;
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    gdouble mean = sum / count, scale = sqrt(squares / count);
    for (gsize i = 0; i < count; i++)
        deviations += (values[i] - mean) * (values[i] - mean);
    gdouble tolerance = rounding(config) * scale;
    check_number(tensor, "count", count, 0);
    check_number(tensor, "mean", mean, tolerance);
    check_number(tensor, "deviation", sqrt(deviations / count), tolerance);
    check_number(tensor, "norm", sqrt(squares), tolerance * sqrt((gdouble)count));
    check_number(tensor, "least", least, 4 * rounding(config) * fmax(fabs(least), fabs(most)));
    check_number(tensor, "most", most, 4 * rounding(config) * fmax(fabs(least), fabs(most)));
    check_number(tensor, "zeros", zeros, count * 1e-3); /* a relu's kink */
    check_number(tensor, "not_finite", 0, 0);
    check_histogram(tensor, values, count, least, most, rounding(config));
}

static gdouble *values_of(const Again *again, RippleRole role, guint layer, gsize samples,
                          gsize *count)
{
    g_autoptr(GError) error = NULL;
    RippleView view = ripple_scheduler_view(again->session->scheduler, role, layer, samples);
    gdouble *values = g_new(gdouble, view.rows * view.columns);
    *count = view.rows * view.columns;
    ripple_backend_download_exact(view, values, &error);
    g_assert_no_error(error);
    return values;
}

static gdouble root_mean_square(const Again *again, guint layer)
{
    gsize count;
    gdouble squares = 0;
    g_autofree gdouble *values = values_of(again, RIPPLE_ROLE_WEIGHT_GRADIENT, layer, 1, &count);
    for (gsize i = 0; i < count; i++)
        squares += values[i] * values[i];
    return sqrt(squares / count);
}

/* Units whose |f′| is below `low` for every sample, f′ by the textbook. */
static gdouble count_units(const Again *again, guint layer, gsize samples, gdouble low)
{
    const RippleLayer *shape = &again->material->model->network->layers[layer];
    gsize count;
    g_autofree gdouble *z = values_of(again, RIPPLE_ROLE_Z, layer, samples, &count);
    gdouble units = 0;
    for (guint u = 0; u < shape->outputs; u++) {
        gboolean is_low = TRUE;
        for (gsize n = 0; n < samples; n++) {
            gdouble x = z[n * shape->outputs + u];
            gdouble slope = shape->activation == RIPPLE_ACTIVATION_RELU ? x > 0
                            : shape->activation == RIPPLE_ACTIVATION_TANH
                                ? 1 / (cosh(x) * cosh(x))
                                : 1 / (2 + exp(x) + exp(-x)); /* sigmoid */
            is_low &= slope <= low;
        }
        units += is_low;
    }
    return units;
}

static void check_units(const Again *again, JsonNode *layer, guint l, gsize samples)
{
    RippleActivation activation = again->material->model->network->layers[l].activation;
    gboolean is_relu = activation == RIPPLE_ACTIVATION_RELU;
    gboolean can_saturate =
        activation == RIPPLE_ACTIVATION_TANH || activation == RIPPLE_ACTIVATION_SIGMOID;
    gdouble low = activation == RIPPLE_ACTIVATION_TANH ? 0.05 : 0.0125;
    if (is_relu)
        check_number(layer, "dead", count_units(again, l, samples, 0), 0);
    else
        g_assert_true(json_node_is_null(ripple_json_member(layer, "dead")));
    if (can_saturate)
        check_number(layer, "saturated", count_units(again, l, samples, low), 0);
    else
        g_assert_true(json_node_is_null(ripple_json_member(layer, "saturated")));
}

/* What the step changed, by the parameters around it. */
static void check_updates(const RippleConfig *config, JsonNode *layer, guint l, guint64 step)
{
    g_autoptr(RippleModel) before = path_model(config, step - 1);
    g_autoptr(RippleModel) after = path_model(config, step);
    const RippleLayer *shape = &before->network->layers[l];
    gdouble weight = 0, bias = 0, norm = 0;
    for (gsize i = 0; i < (gsize)shape->inputs * shape->outputs; i++) {
        gdouble w = before->parameters[shape->weight_offset + i];
        gdouble change = after->parameters[shape->weight_offset + i] - w;
        weight += change * change;
        norm += w * w;
    }
    for (gsize i = shape->bias_offset; i < shape->bias_offset + shape->outputs; i++)
        bias += pow((gdouble)after->parameters[i] - before->parameters[i], 2);
    /* The path keeps floats, also of the reference. */
    gdouble kept = 1e-7 * sqrt(norm);
    check_number(layer, "weight.update", sqrt(weight), 1e-3 * sqrt(weight) + kept);
    check_number(layer, "bias.update", sqrt(bias), 1e-3 * sqrt(bias) + kept);
    check_number(layer, "update_ratio", sqrt(weight / norm), 1e-3 * sqrt(weight / norm) + 1e-7);
}

static void check_layer(const Again *again, const RippleConfig *config, JsonNode *layer, guint l,
                        guint64 step, gsize samples)
{
    guint n_layers = again->material->model->network->n_layers;
    for (guint t = 0; t < RIPPLE_N_OBSERVED; t++) {
        gsize count;
        g_autofree gdouble *values = values_of(again, ripple_observed_role(t), l, samples, &count);
        check_tensor(config, ripple_json_member(layer, ripple_observed_name(t)), values, count);
    }
    gdouble ratio = root_mean_square(again, l) / root_mean_square(again, n_layers - 1);
    check_number(layer, "gradient_ratio", ratio, 4 * rounding(config) * ratio);
    const char *state = ripple_json_string(ripple_json_member(layer, "gradient"));
    g_assert_cmpstr(state, ==, ratio < RIPPLE_VANISHING_SHARE ? "vanishing" : NULL);
    check_units(again, layer, l, samples);
    check_updates(config, layer, l, step);
}

static void check_line(Again *again, const RippleConfig *config, const char *text, guint64 step)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) line = ripple_json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    gsize samples;
    gdouble loss;
    take_again(again, config, step, &samples);
    g_assert_true(
        ripple_backend_download_exact(ripple_view(again->session->result, 0, 1, 1), &loss, &error));
    check_number(line, "step", step, 0);
    check_number(line, "loss", loss, rounding(config) * loss);
    check_number(line, "learning_rate", config->learning_rate, 0);
    JsonArray *layers = ripple_json_member_array(line, "layers");
    g_assert_cmpuint(json_array_get_length(layers), ==, again->material->model->network->n_layers);
    for (guint l = 0; l < json_array_get_length(layers); l++)
        check_layer(again, config, json_array_get_element(layers, l), l, step, samples);
}

/* Every step is observed, so that the path has the parameters after each, too. */
static void check_numbers(RippleConfig *config)
{
    g_autoptr(TestRun) run = test_run(config);
    g_assert_no_error(run->error);
    g_auto(Again) again = again_new(config);
    g_autofree char *text = read_text(config->out, "observations.jsonl");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, run->result.steps + 1);
    const guint64 checked[] = {1, 2, run->result.steps - 1};
    for (guint i = 0; i < G_N_ELEMENTS(checked); i++)
        check_line(&again, config, lines[checked[i] - 1], checked[i]);
}

/* Tiny, with a shorter last batch; 784-128-10; and deep and narrow, where gradients vanish. */
static void test_numbers(gconstpointer device)
{
    char *directory = data_directory_new();
    g_autofree char *table = test_table(directory, "table.csv", 30, 2, 2, 0);
    g_autofree char *images = g_strdup("fashion-mnist");
    const char *const networks[][5] = {
        {table, "4:tanh", "8", "9", "binary-cross-entropy"},
        {images, "128", "128", "12", "auto"},
        {table, "16,16,16,16,16,16,16,16,16,16", "8", "9", "auto"},
        {table, "4:relu", "30", "9", "mse"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(networks); i++) {
        const char *const *network = networks[i];
        g_autofree char *out = g_strdup_printf("%s/run-%u", directory, i);
        g_autoptr(RippleConfig) config =
            test_config("data.data", network[0], "network.hidden", network[1], "training.batch",
                        network[2], "training.steps", network[3], "network.loss", network[4],
                        "run.device", device, "run.out", out, "run.observe", "1", NULL);
        if (i == 2)
            set(config, "network", "activation", "sigmoid");
        check_numbers(config);
    }
    data_directory_remove(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint d = 0; test_devices[d]; d++) {
        g_autofree char *path = g_strdup_printf("/observed-numbers/%s", test_devices[d]);
        g_test_add_data_func(path, test_devices[d], test_numbers);
    }
    return g_test_run();
}
