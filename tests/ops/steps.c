/* steps: whole training steps in one launch, against the same steps one operation at a time on the
 * reference, by every kind of work-group. */
#include "ops/steps_place.h"

#include "opencl/opencl.h"

#include <math.h>

#define IDENTITY RIPPLE_ACTIVATION_IDENTITY
#define SOFTMAX RIPPLE_ACTIVATION_SOFTMAX
#define SIGMOID RIPPLE_ACTIVATION_SIGMOID
#define SGD RIPPLE_OPTIMIZER_SGD
#define ADAM RIPPLE_OPTIMIZER_ADAM

/* Each activation, loss, optimizer and kind of data; widths on both sides of vectors and tiles. */
static const StepsTraining trainings[] = {
    {"1-1", 1, 1, {1}, {IDENTITY}, RIPPLE_LOSS_MSE, FALSE, FALSE, 1, 3, SGD, 0},
    {"2-1", 2, 1, {1}, {RIPPLE_ACTIVATION_SILU}, RIPPLE_LOSS_MSE, FALSE, TRUE, 2, 7, SGD, 0.5},
    {"3-17", 3, 1, {17}, {SOFTMAX}, RIPPLE_LOSS_CROSS_ENTROPY, TRUE, TRUE, 3, 8, SGD, 0.9},
    {"17-33-3",
     17,
     2,
     {33, 3},
     {RIPPLE_ACTIVATION_RELU, SOFTMAX},
     RIPPLE_LOSS_CROSS_ENTROPY,
     TRUE,
     TRUE,
     16,
     40,
     ADAM,
     0},
    {"33-1-17-3",
     33,
     3,
     {1, 17, 3},
     {RIPPLE_ACTIVATION_LEAKY_RELU, RIPPLE_ACTIVATION_ELU, SIGMOID},
     RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
     FALSE,
     FALSE,
     17,
     51,
     SGD,
     0},
    {"5-7-3-33-2",
     5,
     4,
     {7, 3, 33, 2},
     {RIPPLE_ACTIVATION_TANH, RIPPLE_ACTIVATION_SOFTPLUS, RIPPLE_ACTIVATION_SILU,
      RIPPLE_ACTIVATION_GELU},
     RIPPLE_LOSS_MSE,
     FALSE,
     FALSE,
     5,
     12,
     SGD,
     0.9},
    {"4-16-3",
     4,
     2,
     {16, 3},
     {RIPPLE_ACTIVATION_GELU, SOFTMAX},
     RIPPLE_LOSS_MSE,
     TRUE,
     TRUE,
     33,
     67,
     ADAM,
     0},
    {"8-6-1",
     8,
     2,
     {6, 1},
     {SIGMOID, SIGMOID},
     RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
     FALSE,
     TRUE,
     4,
     16,
     ADAM,
     0},
    {"100-32-10",
     100,
     2,
     {32, 10},
     {RIPPLE_ACTIVATION_RELU, SOFTMAX},
     RIPPLE_LOSS_CROSS_ENTROPY,
     TRUE,
     TRUE,
     32,
     70,
     SGD,
     0},
    {"20-12-5",
     20,
     2,
     {12, 5},
     {IDENTITY, RIPPLE_ACTIVATION_TANH},
     RIPPLE_LOSS_MSE,
     TRUE,
     FALSE,
     8,
     20,
     SGD,
     0},
};

/* Work-items, lanes and rows of a tile: what suits CPUs of three kinds, and many items, whose
 * number need not divide anything. */
static const struct {
    guint items, lanes, tile;
    gboolean every; /* with every training, or with some */
} groups[] = {{1, 16, 8, TRUE}, {1, 8, 4, FALSE}, {1, 4, 4, FALSE}, {3, 1, 4, TRUE}};

/* ---- tests ---------------------------------------------------------------------------------- */

/* Everything is of the order of 1 or less. A sum of up to 100 products errs by some 100 roundings
 * at most (ops.h), which the layers and steps after it, with factors of the order of 1, pass on: 16
 * times as much is allowed. A step of Adam is 0.01 long at most, and here no shorter for what its
 * gradient lacks, since the moments do not begin at 0. */
#define TOLERANCE (16 * 108 * TEST_FLOAT_ROUNDING)

static void check_same(const char *what, RippleView found, RippleView expected, gdouble tolerance)
{
    if (!expected.buffer)
        return;
    gsize length = expected.rows * expected.columns;
    g_autoptr(GError) error = NULL;
    g_autofree gdouble *got = g_new(gdouble, length), *right = g_new(gdouble, length);
    g_autofree gdouble *tolerances = g_new(gdouble, length);
    ripple_backend_download_exact(found, got, &error);
    g_assert_no_error(error);
    ripple_backend_download_exact(expected, right, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < length; i++)
        tolerances[i] = tolerance * fmax(1, fabs(right[i]));
    test_check_close(what, got, right, tolerances, length);
}

static void take_steps(const OpsCase *ops, const StepsPlace *place)
{
    g_autoptr(GError) error = NULL;
    ripple_backend_steps(ops->backend, &place->steps, &error);
    g_assert_no_error(error);
}

static void test_as_reference(const OpsCase *ops)
{
    const StepsTraining *training = &trainings[ops->variant / G_N_ELEMENTS(groups)];
    guint group = ops->variant % G_N_ELEMENTS(groups);
    ripple_opencl_set_steps_group(ops->backend, groups[group].items, groups[group].lanes,
                                  groups[group].tile);
    g_auto(StepsPlace) found = {0}, expected = {0};
    steps_place_open(&found, ops->backend, training);
    steps_place_open(&expected, ops->reference, training);
    g_assert_cmpuint(ripple_backend_most_steps(ops->backend, &found.steps), >, 0);
    g_assert_cmpuint(ripple_backend_most_steps(ops->reference, &expected.steps), ==, 0);
    take_steps(ops, &found);
    for (gsize n = 0; n < steps_count(training); n++)
        steps_take_singly(&expected, ops->reference, n);

    check_same("results", found.steps.results, expected.steps.results, TOLERANCE);
    check_same("parameters", found.steps.parameters, expected.steps.parameters, TOLERANCE);
    check_same("first moment", found.steps.moments[0], expected.steps.moments[0], TOLERANCE);
    check_same("second moment", found.steps.moments[1], expected.steps.moments[1], TOLERANCE);
}

/* z = w·x + b with w = 1, b = 0; x = 2 and target 0 in both steps, η = 1/16: z = 2, L = z² = 4, its
 * gradient 2·z·(x, 1) = (8, 4), w = ½, b = −¼. Then z = ¾, L = 9/16, (3, 3/2), w = 5/16, b =
 * −11/32. */
static void test_by_hand(const OpsCase *ops)
{
    const StepsTraining training = {"by-hand", 1,     1, {1}, {IDENTITY}, RIPPLE_LOSS_MSE,
                                    FALSE,     FALSE, 1, 2,   SGD,        0};
    g_autoptr(GError) error = NULL;
    g_auto(StepsPlace) place = {0};
    steps_place_open(&place, ops->backend, &training);
    const gfloat twos[STEPS_SAMPLES] = {[0 ... STEPS_SAMPLES - 1] = 2}, zeros[STEPS_SAMPLES] = {0};
    g_assert_true(ripple_backend_upload(place.steps.inputs, twos, &error));
    g_assert_true(ripple_backend_upload(place.steps.targets, zeros, &error));
    g_assert_true(ripple_backend_upload(steps_part(place.steps.parameters, 0, 1, 2),
                                        (gfloat[]){1, 0}, &error));
    for (guint i = 0; i < 2; i++)
        place.rates[i].learning_rate = 1.0 / 16;
    take_steps(ops, &place);

    gdouble results[4], parameters[2];
    ripple_backend_download_exact(place.steps.results, results, &error);
    g_assert_no_error(error);
    ripple_backend_download_exact(steps_part(place.steps.parameters, 0, 1, 2), parameters, &error);
    g_assert_no_error(error);
    test_check_equal("results", results, (gdouble[]){4, 0, 0.5625, 0}, 4);
    test_check_equal("parameters", parameters, (gdouble[]){0.3125, -0.34375}, 2);
}

/* As many launches as steps, or one: the same bits. */
static void test_split(const OpsCase *ops)
{
    const StepsTraining *training = &trainings[3];
    g_auto(StepsPlace) whole = {0}, split = {0};
    steps_place_open(&whole, ops->backend, training);
    steps_place_open(&split, ops->backend, training);
    take_steps(ops, &whole);
    RippleSteps steps = split.steps;
    for (gsize n = 0; n < steps_count(training); n++) {
        split.steps.first = steps.first + n * training->batch;
        split.steps.samples = MIN(training->batch, training->samples - n * training->batch);
        split.steps.rates = steps.rates + n;
        split.steps.results = steps_part(steps.results, 2 * n, 1, 2);
        take_steps(ops, &split);
    }
    check_same("results", steps.results, whole.steps.results, 0);
    check_same("parameters", steps.parameters, whole.steps.parameters, 0);
    check_same("first moment", steps.moments[0], whole.steps.moments[0], 0);
}

/* A number that is none is not lost on the way to the loss. */
static void test_not_a_number(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_auto(StepsPlace) place = {0};
    steps_place_open(&place, ops->backend, &trainings[8]);
    gsize bias = place.network->layers[0].bias_offset;
    g_assert_true(ripple_backend_upload(steps_part(place.steps.parameters, bias, 1, 1),
                                        (gfloat[]){NAN}, &error));
    take_steps(ops, &place);
    gdouble results[2];
    ripple_backend_download_exact(steps_part(place.steps.results, 0, 1, 2), results, &error);
    g_assert_no_error(error);
    g_assert_true(isnan(results[0]));
}

/* What does not fit, or is too much for one work-group, is left to the operations. */
static void test_too_large(const OpsCase *ops)
{
    const StepsTraining training = {"large", 2048, 1, {1024}, {IDENTITY}, RIPPLE_LOSS_MSE,
                                    FALSE,   TRUE, 1, 1,      SGD,        0};
    g_auto(StepsPlace) place = {0};
    steps_place_open(&place, ops->backend, &training);
    g_assert_cmpuint(ripple_backend_most_steps(ops->backend, &place.steps), ==, 0);
}

static void expect_refusal(const OpsCase *ops, const RippleSteps *steps, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(ripple_backend_steps(ops->backend, steps, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, text));
}

static void test_wrong_shapes(const OpsCase *ops)
{
    g_auto(StepsPlace) place = {0};
    steps_place_open(&place, ops->backend, &trainings[3]);
    RippleSteps steps = place.steps;
    steps.first = 3;
    expect_refusal(ops, &steps, "within the order");
    steps = place.steps;
    steps.labels = RIPPLE_NO_VIEW;
    expect_refusal(ops, &steps, "labels or targets");
    steps = place.steps;
    steps.moments[1] = RIPPLE_NO_VIEW;
    expect_refusal(ops, &steps, "moment");
    steps = place.steps;
    steps.results.rows--;
    expect_refusal(ops, &steps, "results");
    steps = place.steps;
    steps.parameters.columns--;
    expect_refusal(ops, &steps, "parameters");
}

void ops_add_steps_tests(const OpsCase *ops)
{
    if (ops->backend == ops->reference)
        return; /* takes one operation at a time */
    for (guint i = 0; i < G_N_ELEMENTS(trainings) * G_N_ELEMENTS(groups); i++) {
        guint training = i / G_N_ELEMENTS(groups), group = i % G_N_ELEMENTS(groups);
        if (!groups[group].every && training % 4 != 1)
            continue; /* compiling takes a second or two */
        ops_add(ops, test_as_reference, i, "steps/%s/%u-items-%u-lanes", trainings[training].name,
                groups[group].items, groups[group].lanes);
    }
    ops_add(ops, test_by_hand, 0, "steps/by-hand");
    ops_add(ops, test_split, 0, "steps/split");
    ops_add(ops, test_not_a_number, 0, "steps/not-a-number");
    ops_add(ops, test_too_large, 0, "steps/too-large");
    ops_add(ops, test_wrong_shapes, 0, "steps/wrong-shapes");
}
