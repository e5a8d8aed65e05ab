/* The numbers of the page are those of the training: fetched over HTTP, and held against a training
 * that is written here once more, step by step, from the same first weights and samples. */
#include "base/random.h"
#include "playground/client.h"
#include "playground/grid.h"
#include "playground/plain.h"

#include <math.h>
#include <ripple/inference.h>
#include <string.h>

#define STEPS 25
#define SAMPLES 50
#define BATCH 8
#define SEED 7

typedef struct {
    const char *name;
    const char *device;
    const char *settings;
    PlainLoss loss;
    gboolean is_sigmoid;
    gboolean is_adam;
    double rate;
    double momentum;
} Case;

#define COMMON "\"samples\": 50, \"batch\": 8, \"seed\": 7, \"hidden\": [4, 3], "
#define CIRCLES                                                                                    \
    "{" COMMON "\"data\": \"circles\", \"activation\": \"tanh\", \"learning_rate\": 0.5}"
#define CLUSTERS                                                                                   \
    "{" COMMON "\"data\": \"clusters\", \"activation\": \"sigmoid\", \"optimizer\": \"adam\", "    \
    "\"learning_rate\": 0.01}"
#define HILLS                                                                                      \
    "{" COMMON "\"data\": \"hills\", \"activation\": \"tanh\", \"momentum\": 0.8, "                \
    "\"learning_rate\": 0.05}"

static const Case cases[] = {
    {"reference/circles", "reference", CIRCLES, PLAIN_BINARY, FALSE, FALSE, 0.5, 0},
    {"reference/clusters", "reference", CLUSTERS, PLAIN_CROSS_ENTROPY, TRUE, TRUE, 0.01, 0},
    {"reference/hills", "reference", HILLS, PLAIN_SQUARES, FALSE, FALSE, 0.05, 0.8},
    {"device/circles", "auto", CIRCLES, PLAIN_BINARY, FALSE, FALSE, 0.5, 0},
    {"device/clusters", "auto", CLUSTERS, PLAIN_CROSS_ENTROPY, TRUE, TRUE, 0.01, 0},
    {"device/hills", "auto", HILLS, PLAIN_SQUARES, FALSE, FALSE, 0.05, 0.8},
};

/* Two trainings in double precision part by their last bits. In single precision, 25 steps of some
 * hundred roundings of 2⁻²⁴ each part by 1.5e-4 at most. */
static double tolerance(const Case *test)
{
    return strcmp(test->device, "reference") == 0 ? 1e-9 : 1.5e-4;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static JsonArray *array(JsonObject *object, const char *name)
{
    return json_object_get_array_member(object, name);
}

static JsonObject *layer_of(JsonObject *state, guint layer)
{
    return json_array_get_object_element(array(state, "layers"), layer);
}

static void check(const Case *test, const char *what, double got, double wanted)
{
    if (fabs(got - wanted) > tolerance(test) * fmax(1, fabs(wanted)))
        g_error("%s: %s is %.10g, and should be %.10g", test->name, what, got, wanted);
}

static void check_values(const Case *test, JsonObject *object, const char *name,
                         const double *wanted, guint count)
{
    JsonArray *values = array(object, name);
    g_assert_cmpuint(json_array_get_length(values), ==, count);
    for (guint i = 0; i < count; i++)
        check(test, name, json_array_get_double_element(values, i), wanted[i]);
}

/* ---- the training beside it ----------------------------------------------------------------- */

/* The state's network, with the first weights of the seed. */
static RippleNetwork *network_of(JsonObject *state, const Case *test)
{
    g_autoptr(GError) error = NULL;
    guint n_layers = json_array_get_length(array(state, "layers")), widths[PLAIN_MOST_LAYERS];
    RippleActivation activations[PLAIN_MOST_LAYERS];
    for (guint l = 0; l < n_layers; l++) {
        JsonObject *layer = layer_of(state, l);
        widths[l] = (guint)json_object_get_int_member(layer, "outputs");
        g_assert_true(ripple_activation_parse(json_object_get_string_member(layer, "activation"),
                                              &activations[l], &error));
    }
    static const RippleLoss losses[] = {RIPPLE_LOSS_BINARY_CROSS_ENTROPY, RIPPLE_LOSS_CROSS_ENTROPY,
                                        RIPPLE_LOSS_MSE};
    RippleNetwork *network =
        ripple_network_new(2, widths, activations, n_layers, losses[test->loss], &error);
    g_assert_no_error(error);
    return network;
}

static void begin(Plain *plain, const Case *test, const RippleNetwork *network)
{
    g_autofree gfloat *parameters = g_new(gfloat, network->parameter_span);
    ripple_network_initialise(network, SEED, parameters);
    plain->n_layers = network->n_layers;
    plain->loss = test->loss;
    plain->is_adam = test->is_adam;
    plain->rate = test->rate;
    plain->momentum = test->momentum;
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        plain->layers[l].inputs = layer->inputs;
        plain->layers[l].outputs = layer->outputs;
        plain->layers[l].is_sigmoid = test->is_sigmoid;
        for (guint u = 0; u < layer->outputs; u++)
            for (guint i = 0; i < layer->inputs; i++)
                plain->layers[l].weight[u][i] =
                    parameters[layer->weight_offset + u * layer->inputs + i];
    }
}

/* Takes the batch of step `step`, and says which sample of it is the second. */
static guint take_batch(Plain *plain, JsonArray *train, guint step)
{
    guint32 order[SAMPLES];
    guint per_epoch = (SAMPLES + BATCH - 1) / BATCH;
    guint first = step % per_epoch * BATCH, count = MIN(BATCH, SAMPLES - first);
    double batch[BATCH][3];
    for (guint i = 0; i < SAMPLES; i++)
        order[i] = i;
    ripple_random_shuffle(order, SAMPLES, SEED, RIPPLE_STREAM_PERMUTATION, step / per_epoch + 1);
    for (guint i = 0; i < count; i++)
        for (guint c = 0; c < 3; c++)
            batch[i][c] = json_array_get_double_element(
                json_array_get_array_element(train, order[first + i]), c);
    plain_step(plain, count, batch);
    return order[first + 1];
}

/* ---- held together -------------------------------------------------------------------------- */

static void check_layers(const Case *test, JsonObject *state, const Plain *plain)
{
    for (guint l = 0; l < plain->n_layers; l++) {
        const PlainLayer *own = &plain->layers[l];
        JsonObject *layer = layer_of(state, l);
        check_values(test, layer, "bias", own->bias, own->outputs);
        check_values(test, layer, "bias_gradient", own->bias_gradient, own->outputs);
        check_values(test, layer, "z", own->z[1], own->outputs);
        check_values(test, layer, "a", own->a[1], own->outputs);
        check_values(test, layer, "delta", own->delta[1], own->outputs);
        for (guint u = 0; u < own->outputs; u++)
            for (guint i = 0; i < own->inputs; i++) {
                guint at = u * own->inputs + i;
                check(test, "weight", json_array_get_double_element(array(layer, "weight"), at),
                      own->weight[u][i]);
                check(test, "weight_gradient",
                      json_array_get_double_element(array(layer, "weight_gradient"), at),
                      own->weight_gradient[u][i]);
            }
    }
}

/* The factors at the weight from unit 2 to unit 1 of layer 1. */
static void check_chain(const Case *test, JsonObject *state, const Plain *plain)
{
    JsonObject *chain = json_object_get_object_member(state, "chain");
    double delta = json_object_get_double_member(chain, "delta");
    check(test, "chain delta", delta, plain->layers[1].delta[1][1]);
    check(test, "chain a", json_object_get_double_member(chain, "a"), plain->layers[0].a[1][2]);
    check(test, "chain gradient", json_object_get_double_member(chain, "gradient"),
          plain->layers[1].weight_gradient[1][2]);
    check(test, "chain after", json_object_get_double_member(chain, "after"),
          plain->layers[1].weight[1][2]);
    /* δ = ∂L/∂a · f′(z), and Σ δ·a is the gradient. */
    check(test, "chain product",
          json_object_get_double_member(chain, "upstream") *
              json_object_get_double_member(chain, "derivative"),
          delta);
    JsonArray *terms = array(chain, "terms");
    double sum = 0;
    for (guint i = 0; i < json_array_get_length(terms); i++) {
        JsonArray *term = json_array_get_array_element(terms, i);
        sum += json_array_get_double_element(term, 0) * json_array_get_double_element(term, 1);
    }
    check(test, "chain sum", json_object_get_double_member(chain, "gradient"), sum);
    if (!test->is_adam && test->momentum == 0)
        check(test, "chain update", json_object_get_double_member(chain, "after"),
              json_object_get_double_member(chain, "before") - test->rate * sum);
}

/* ---- maps ----------------------------------------------------------------------------------- */

static RippleModel *model_of(JsonObject *state, const Case *test)
{
    RippleModel *model = ripple_model_new(network_of(state, test), ripple_transform_new(2));
    for (guint l = 0; l < model->network->n_layers; l++) {
        const RippleLayer *layer = &model->network->layers[l];
        JsonArray *weight = array(layer_of(state, l), "weight");
        JsonArray *bias = array(layer_of(state, l), "bias");
        for (guint i = 0; i < json_array_get_length(weight); i++)
            model->parameters[layer->weight_offset + i] =
                (gfloat)json_array_get_double_element(weight, i);
        for (guint i = 0; i < layer->outputs; i++)
            model->parameters[layer->bias_offset + i] =
                (gfloat)json_array_get_double_element(bias, i);
    }
    return model;
}

static gfloat *points_of(JsonObject *samples)
{
    RippleRange range;
    for (guint c = 0; c < 2; c++) {
        JsonObject *axis = json_array_get_object_element(array(samples, "axes"), c);
        range.low[c] = json_object_get_double_member(axis, "low");
        range.high[c] = json_object_get_double_member(axis, "high");
    }
    return ripple_grid_points(&range);
}

/* The big map is what `predict` says at its points; the little ones are what the units say at every
 * second of them. */
static void check_maps(const Case *test, JsonObject *state, JsonObject *samples, Plain *plain)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleModel) model = model_of(state, test);
    g_autoptr(RippleInference) inference = ripple_inference_new(model, test->device, &error);
    g_assert_no_error(error);
    const guint points = RIPPLE_GRID_SIDE * RIPPLE_GRID_SIDE, outputs = model->network->outputs;
    g_autofree gfloat *inputs = points_of(samples);
    RippleDataset plane = {
        .samples = points, .inputs = 2, .input_values = inputs, .target_kind = RIPPLE_TARGET_NONE};
    g_autofree gfloat *said = g_new(gfloat, points * outputs);
    g_assert_true(ripple_inference_predict(inference, &plane, said, &error));

    gsize length;
    JsonObject *grid = json_object_get_object_member(state, "grid");
    g_autofree gfloat *maps =
        (gfloat *)(void *)g_base64_decode(json_object_get_string_member(grid, "values"), &length);
    g_assert_cmpuint(length, ==, ripple_grid_values(model->network) * sizeof *maps);
    /* Both in single precision, from the same floats. */
    for (guint i = 0; i < points; i++)
        for (guint o = 0; o < outputs; o++)
            g_assert_cmpfloat_with_epsilon(maps[o * points + i], said[i * outputs + o], 1e-5);

    /* Hidden unit 2 of layer 0. */
    const guint side = RIPPLE_GRID_UNIT_SIDE;
    const gfloat *own = maps + outputs * points + 2 * side * side;
    for (guint row = 0; row < side; row++)
        for (guint column = 0; column < side; column++) {
            const gfloat *point = inputs + 2 * (2 * row * RIPPLE_GRID_SIDE + 2 * column);
            plain_forward(plain, 0, (double[]){point[0], point[1]});
            g_assert_cmpfloat_with_epsilon(own[row * side + column], plain->layers[0].a[0][2],
                                           1.5e-4);
        }
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(Client) client = client_new(test->device, NULL);
    client_command(client, "settings", test->settings);
    g_autoptr(JsonObject) before = client_get(client, "state");
    g_autoptr(JsonObject) samples = client_get(client, "samples");
    g_autoptr(RippleNetwork) network = network_of(before, test);
    g_autofree Plain *plain = g_new0(Plain, 1);
    begin(plain, test, network);
    guint second = 0;
    for (guint step = 0; step < STEPS; step++) {
        client_command(client, "step", NULL);
        second = take_batch(plain, array(samples, "train"), step);
    }
    g_autoptr(JsonObject) state = client_get(client, "state?weight=1,1,2&sample=1");
    g_assert_cmpint(json_object_get_int_member(state, "step"), ==, STEPS);
    g_assert_cmpint(json_array_get_int_element(array(state, "batch"), 1), ==, second);
    check(test, "loss", json_object_get_double_member(state, "loss"), plain->batch_loss);
    check_layers(test, state, plain);
    check_chain(test, state, plain);
    check_maps(test, state, samples, plain);
}

/* Row by row, or as fast as it goes, one comes by the same bits. */
static void test_same_bits(void)
{
    g_autoptr(Client) client = client_new("auto", NULL);
    client_command(client, "settings", CIRCLES);
    client_command(client, "speed", "{\"speed\": \"fast\"}");
    client_command(client, "play", NULL);
    json_object_unref(client_wait(client, "step", 30));
    client_command(client, "pause", NULL);
    g_autoptr(JsonObject) fast = client_get(client, "state");
    guint steps = (guint)json_object_get_int_member(fast, "step");

    client_command(client, "reset", NULL);
    guint rows = json_array_get_length(array(fast, "rows"));
    for (guint row = 0; row < rows; row++)
        client_command(client, "row", NULL);
    for (guint step = 1; step < steps; step++)
        client_command(client, "step", NULL);
    g_autoptr(JsonObject) slow = client_get(client, "state");
    g_assert_cmpuint(json_object_get_int_member(slow, "step"), ==, steps);
    g_assert_true(json_node_equal(json_object_get_member(fast, "layers"),
                                  json_object_get_member(slow, "layers")));
    g_assert_cmpfloat(json_object_get_double_member(fast, "loss"), ==,
                      json_object_get_double_member(slow, "loss"));
}

/* What a row has not computed yet is not shown; a weight changes with its update alone. */
static void test_rows(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    client_command(client, "settings", CIRCLES);
    g_autoptr(JsonObject) start = client_get(client, "state");
    guint n_rows = json_array_get_length(array(start, "rows"));
    g_assert_cmpuint(n_rows, ==, 13);
    for (guint row = 0; row < n_rows; row++) {
        client_command(client, "row", NULL);
        g_autoptr(JsonObject) state = client_get(client, "state");
        JsonObject *done = json_array_get_object_element(array(state, "rows"), row);
        const char *name = json_object_get_string_member(done, "name");
        JsonObject *first = layer_of(state, 0), *last = layer_of(state, 2);
        g_assert_cmpint(json_object_get_int_member(state, "row"), ==, row + 1);
        g_assert_cmpint(json_object_get_int_member(state, "step"), ==, row + 1 == n_rows);
        g_assert_true(json_object_get_null_member(first, "z") == (row < 1));
        g_assert_true(json_object_get_null_member(state, "loss") == (row < 4));
        g_assert_true(json_object_get_null_member(last, "delta") == (row < 4));
        g_assert_true(json_object_get_null_member(first, "delta") == (row < 8));
        g_assert_true(json_object_get_null_member(first, "weight_gradient") == (row < 11));
        g_assert_true(json_node_equal(json_object_get_member(layer_of(start, 0), "weight"),
                                      json_object_get_member(first, "weight")) == (row < 12));
        g_assert_true(json_node_equal(json_object_get_member(layer_of(start, 2), "weight"),
                                      json_object_get_member(last, "weight")) == (row < 7));
        if (row == 12)
            g_assert_cmpstr(name, ==, "update 0");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/playground/steps/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/playground/steps/same-bits", test_same_bits);
    g_test_add_func("/playground/steps/rows", test_rows);
    return g_test_run();
}
