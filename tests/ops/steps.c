/* steps: whole training steps in one launch, against the same steps one operation at a time on the
 * reference, by every kind of work-group. */
#include "ops/ops.h"
#include "support/numbers.h"

#include "opencl/opencl.h"

#include <math.h>

#define MOST_LAYERS 4
#define SAMPLES 70 /* in the data; the order takes any of them, some twice */

/* What is trained, and how. */
typedef struct {
    const char *name;
    guint inputs;
    guint n_layers;
    guint widths[MOST_LAYERS];
    RippleActivation activations[MOST_LAYERS];
    RippleLoss loss;
    gboolean bytes;
    gboolean labels;
    gsize batch;
    gsize samples; /* in all steps */
    RippleOptimizer optimizer;
    gdouble momentum;
} Training;

#define IDENTITY RIPPLE_ACTIVATION_IDENTITY
#define SOFTMAX RIPPLE_ACTIVATION_SOFTMAX
#define SIGMOID RIPPLE_ACTIVATION_SIGMOID
#define SGD RIPPLE_OPTIMIZER_SGD
#define ADAM RIPPLE_OPTIMIZER_ADAM

/* Each activation, loss, optimizer and kind of data; widths on both sides of vectors and tiles. */
static const Training trainings[] = {
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

/* ---- a place to train in -------------------------------------------------------------------- */

typedef struct {
    RippleNetwork *network;
    RippleRates *rates;
    GPtrArray *buffers;
    RippleSteps steps;
} Place;

static void place_clear(Place *place)
{
    g_ptr_array_unref(place->buffers);
    ripple_network_free(place->network);
    g_free(place->rates);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static RippleView new_view(Place *place, RippleBackend *backend, RippleElement element, gsize rows,
                           gsize columns, gconstpointer values)
{
    g_autoptr(GError) error = NULL;
    RippleBuffer *buffer = ripple_buffer_new(backend, element, rows * columns, &error);
    g_assert_no_error(error);
    g_ptr_array_add(place->buffers, buffer);
    RippleView view = ripple_view(buffer, 0, rows, columns);
    if (values)
        ripple_backend_upload(view, values, &error);
    g_assert_no_error(error);
    return view;
}

static RippleView new_inputs(Place *place, RippleBackend *backend, const Training *training)
{
    gsize count = SAMPLES * training->inputs;
    g_autofree gfloat *reals = test_reals(1, count, -1, 1);
    if (!training->bytes)
        return new_view(place, backend, RIPPLE_ELEMENT_REAL, SAMPLES, training->inputs, reals);
    g_autofree guint8 *bytes = g_new(guint8, count);
    for (gsize i = 0; i < count; i++)
        bytes[i] = (guint8)(127.5f + 127.5f * reals[i]);
    return new_view(place, backend, RIPPLE_ELEMENT_BYTE, SAMPLES, training->inputs, bytes);
}

static gsize count_steps(const Training *training)
{
    return (training->samples + training->batch - 1) / training->batch;
}

static RippleRates *new_rates(const Training *training)
{
    RippleRates *rates = g_new(RippleRates, count_steps(training));
    for (gsize i = 0; i < count_steps(training); i++)
        rates[i] = (RippleRates){.optimizer = training->optimizer,
                                 .learning_rate = training->optimizer == ADAM ? 0.01 : 0.125,
                                 .momentum = training->momentum,
                                 .beta1 = 0.9,
                                 .beta2 = 0.999,
                                 .epsilon = 1e-8,
                                 .step = i + 1};
    return rates;
}

/* Parameters, moments, and padding between the layers that is no zero and must stay as it is. */
static void place_parameters(Place *place, RippleBackend *backend, const Training *training)
{
    gsize span = place->network->parameter_span;
    gdouble limit = 1 / sqrt(MAX(training->inputs, 8));
    g_autofree gfloat *values = test_reals(2, span, -limit, limit);
    place->steps.parameters = new_view(place, backend, RIPPLE_ELEMENT_REAL, 1, span, values);
    guint moments = ripple_optimizer_moments(training->optimizer, training->momentum);
    for (guint i = 0; i < moments; i++) {
        g_autofree gfloat *moment = test_reals(3 + i, span, 0.01, 0.1);
        place->steps.moments[i] = new_view(place, backend, RIPPLE_ELEMENT_REAL, 1, span, moment);
    }
}

static void place_open(Place *place, RippleBackend *backend, const Training *training)
{
    g_autoptr(GError) error = NULL;
    guint outputs = training->widths[training->n_layers - 1];
    place->buffers = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_buffer_free);
    place->network = ripple_network_new(training->inputs, training->widths, training->activations,
                                        training->n_layers, training->loss, &error);
    g_assert_no_error(error);
    place->rates = new_rates(training);
    g_autofree guint32 *order = test_indices(5, training->samples + 2, SAMPLES);
    g_autofree guint32 *labels = test_indices(6, SAMPLES, MAX(outputs, 2));
    g_autofree gfloat *targets = test_reals(7, SAMPLES * outputs, 0, 1);
    place->steps = (RippleSteps){
        .network = place->network,
        .batch = training->batch,
        .order = new_view(place, backend, RIPPLE_ELEMENT_INDEX, 1, training->samples + 2, order),
        .first = 2,
        .samples = training->samples,
        .inputs = new_inputs(place, backend, training),
        .scale = 1.0 / 128,
        .shift = -1,
        .rates = place->rates,
        .results = new_view(place, backend, RIPPLE_ELEMENT_REAL, count_steps(training), 2, NULL),
    };
    if (training->labels)
        place->steps.labels = new_view(place, backend, RIPPLE_ELEMENT_INDEX, SAMPLES, 1, labels);
    else
        place->steps.targets =
            new_view(place, backend, RIPPLE_ELEMENT_REAL, SAMPLES, outputs, targets);
    place_parameters(place, backend, training);
}

/* ---- the steps, one operation at a time ----------------------------------------------------- */

/* The tensors of one step. */
typedef struct {
    RippleView input, labels, targets;
    RippleView z[MOST_LAYERS], a[MOST_LAYERS], delta[MOST_LAYERS], gradient[MOST_LAYERS];
} Tensors;

/* `rows` × `columns` of the vector of parameters, or of one like it, `offset` further on. */
static RippleView part(RippleView vector, gsize offset, gsize rows, gsize columns)
{
    return vector.buffer ? ripple_view(vector.buffer, vector.offset + offset, rows, columns)
                         : RIPPLE_NO_VIEW;
}

static Tensors new_tensors(Place *place, RippleBackend *backend, gsize count)
{
    const RippleNetwork *network = place->network;
    Tensors tensors = {
        .input = new_view(place, backend, RIPPLE_ELEMENT_REAL, count, network->inputs, NULL)};
    if (place->steps.labels.buffer)
        tensors.labels = new_view(place, backend, RIPPLE_ELEMENT_INDEX, count, 1, NULL);
    else
        tensors.targets =
            new_view(place, backend, RIPPLE_ELEMENT_REAL, count, network->outputs, NULL);
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        gsize length = (gsize)layer->outputs * (layer->inputs + 1);
        RippleView *per_sample[] = {&tensors.z[l], &tensors.a[l], &tensors.delta[l]};
        for (guint i = 0; i < G_N_ELEMENTS(per_sample); i++)
            *per_sample[i] =
                new_view(place, backend, RIPPLE_ELEMENT_REAL, count, layer->outputs, NULL);
        tensors.gradient[l] = new_view(place, backend, RIPPLE_ELEMENT_REAL, 1, length, NULL);
    }
    return tensors;
}

static void gather(RippleBackend *backend, const RippleSteps *steps, gsize first, RippleView source,
                   RippleView destination)
{
    g_autoptr(GError) error = NULL;
    RippleGather operation = {steps->order, first, source, destination, steps->scale, steps->shift};
    ripple_backend_gather(backend, &operation, &error);
    g_assert_no_error(error);
}

static void forward(RippleBackend *backend, const RippleSteps *steps, const Tensors *tensors,
                    guint l)
{
    const RippleLayer *layer = &steps->network->layers[l];
    g_autoptr(GError) error = NULL;
    RippleForward operation = {
        .x = l == 0 ? tensors->input : tensors->a[l - 1],
        .weight = part(steps->parameters, layer->weight_offset, layer->outputs, layer->inputs),
        .bias = part(steps->parameters, layer->bias_offset, 1, layer->outputs),
        .z = tensors->z[l],
        .a = tensors->a[l],
        .activation = layer->activation};
    ripple_backend_forward(backend, &operation, &error);
    g_assert_no_error(error);
}

static void loss(RippleBackend *backend, const RippleSteps *steps, const Tensors *tensors,
                 RippleView result)
{
    guint output = steps->network->n_layers - 1;
    g_autoptr(GError) error = NULL;
    RippleLossOperation operation = {.loss = steps->network->loss,
                                     .activation = steps->network->layers[output].activation,
                                     .z = tensors->z[output],
                                     .a = tensors->a[output],
                                     .labels = tensors->labels,
                                     .targets = tensors->targets,
                                     .delta = tensors->delta[output],
                                     .result = result};
    ripple_backend_loss(backend, &operation, &error);
    g_assert_no_error(error);
}

static void delta(RippleBackend *backend, const RippleSteps *steps, const Tensors *tensors, guint l)
{
    const RippleLayer *above = &steps->network->layers[l + 1];
    g_autoptr(GError) error = NULL;
    RippleDelta operation = {.delta_above = tensors->delta[l + 1],
                             .weight_above = part(steps->parameters, above->weight_offset,
                                                  above->outputs, above->inputs),
                             .z = tensors->z[l],
                             .a = tensors->a[l],
                             .delta = tensors->delta[l],
                             .activation = steps->network->layers[l].activation};
    ripple_backend_delta(backend, &operation, &error);
    g_assert_no_error(error);
}

static void gradient_and_update(RippleBackend *backend, const RippleSteps *steps,
                                const Tensors *tensors, guint l, const RippleRates *rates)
{
    const RippleLayer *layer = &steps->network->layers[l];
    gsize weights = (gsize)layer->outputs * layer->inputs, length = weights + layer->outputs;
    g_autoptr(GError) error = NULL;
    RippleGradient gradient = {
        .delta = tensors->delta[l],
        .x = l == 0 ? tensors->input : tensors->a[l - 1],
        .weight_gradient = part(tensors->gradient[l], 0, layer->outputs, layer->inputs),
        .bias_gradient = part(tensors->gradient[l], weights, 1, layer->outputs)};
    RippleUpdate update = {.parameter = part(steps->parameters, layer->weight_offset, 1, length),
                           .gradient = tensors->gradient[l],
                           .first_moment = part(steps->moments[0], layer->weight_offset, 1, length),
                           .second_moment =
                               part(steps->moments[1], layer->weight_offset, 1, length),
                           .rates = *rates};
    ripple_backend_gradient(backend, &gradient, &error);
    g_assert_no_error(error);
    ripple_backend_update(backend, &update, &error);
    g_assert_no_error(error);
}

static void one_step(Place *place, RippleBackend *backend, gsize n)
{
    const RippleSteps *steps = &place->steps;
    gsize done = n * steps->batch, count = MIN(steps->batch, steps->samples - done);
    Tensors tensors = new_tensors(place, backend, count);
    gather(backend, steps, steps->first + done, steps->inputs, tensors.input);
    if (steps->labels.buffer)
        gather(backend, steps, steps->first + done, steps->labels, tensors.labels);
    else
        gather(backend, steps, steps->first + done, steps->targets, tensors.targets);
    for (guint l = 0; l < steps->network->n_layers; l++)
        forward(backend, steps, &tensors, l);
    loss(backend, steps, &tensors, part(steps->results, 2 * n, 1, 2));
    for (guint l = steps->network->n_layers; l-- > 0;) {
        if (l > 0)
            delta(backend, steps, &tensors, l - 1);
        gradient_and_update(backend, steps, &tensors, l, &steps->rates[n]);
    }
}

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

static void take_steps(const OpsCase *ops, const Place *place)
{
    g_autoptr(GError) error = NULL;
    ripple_backend_steps(ops->backend, &place->steps, &error);
    g_assert_no_error(error);
}

static void test_as_reference(const OpsCase *ops)
{
    const Training *training = &trainings[ops->variant / G_N_ELEMENTS(groups)];
    guint group = ops->variant % G_N_ELEMENTS(groups);
    ripple_opencl_set_steps_group(ops->backend, groups[group].items, groups[group].lanes,
                                  groups[group].tile);
    g_auto(Place) found = {0}, expected = {0};
    place_open(&found, ops->backend, training);
    place_open(&expected, ops->reference, training);
    g_assert_cmpuint(ripple_backend_most_steps(ops->backend, &found.steps), >, 0);
    g_assert_cmpuint(ripple_backend_most_steps(ops->reference, &expected.steps), ==, 0);
    take_steps(ops, &found);
    for (gsize n = 0; n < count_steps(training); n++)
        one_step(&expected, ops->reference, n);

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
    const Training training = {"by-hand", 1,     1, {1}, {IDENTITY}, RIPPLE_LOSS_MSE,
                               FALSE,     FALSE, 1, 2,   SGD,        0};
    g_autoptr(GError) error = NULL;
    g_auto(Place) place = {0};
    place_open(&place, ops->backend, &training);
    const gfloat twos[SAMPLES] = {[0 ... SAMPLES - 1] = 2}, zeros[SAMPLES] = {0};
    g_assert_true(ripple_backend_upload(place.steps.inputs, twos, &error));
    g_assert_true(ripple_backend_upload(place.steps.targets, zeros, &error));
    g_assert_true(
        ripple_backend_upload(part(place.steps.parameters, 0, 1, 2), (gfloat[]){1, 0}, &error));
    for (guint i = 0; i < 2; i++)
        place.rates[i].learning_rate = 1.0 / 16;
    take_steps(ops, &place);

    gdouble results[4], parameters[2];
    ripple_backend_download_exact(place.steps.results, results, &error);
    g_assert_no_error(error);
    ripple_backend_download_exact(part(place.steps.parameters, 0, 1, 2), parameters, &error);
    g_assert_no_error(error);
    test_check_equal("results", results, (gdouble[]){4, 0, 0.5625, 0}, 4);
    test_check_equal("parameters", parameters, (gdouble[]){0.3125, -0.34375}, 2);
}

/* As many launches as steps, or one: the same bits. */
static void test_split(const OpsCase *ops)
{
    const Training *training = &trainings[3];
    g_auto(Place) whole = {0}, split = {0};
    place_open(&whole, ops->backend, training);
    place_open(&split, ops->backend, training);
    take_steps(ops, &whole);
    RippleSteps steps = split.steps;
    for (gsize n = 0; n < count_steps(training); n++) {
        split.steps.first = steps.first + n * training->batch;
        split.steps.samples = MIN(training->batch, training->samples - n * training->batch);
        split.steps.rates = steps.rates + n;
        split.steps.results = part(steps.results, 2 * n, 1, 2);
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
    g_auto(Place) place = {0};
    place_open(&place, ops->backend, &trainings[8]);
    gsize bias = place.network->layers[0].bias_offset;
    g_assert_true(
        ripple_backend_upload(part(place.steps.parameters, bias, 1, 1), (gfloat[]){NAN}, &error));
    take_steps(ops, &place);
    gdouble results[2];
    ripple_backend_download_exact(part(place.steps.results, 0, 1, 2), results, &error);
    g_assert_no_error(error);
    g_assert_true(isnan(results[0]));
}

/* What does not fit, or is too much for one work-group, is left to the operations. */
static void test_too_large(const OpsCase *ops)
{
    const Training training = {"large", 2048, 1, {1024}, {IDENTITY}, RIPPLE_LOSS_MSE,
                               FALSE,   TRUE, 1, 1,      SGD,        0};
    g_auto(Place) place = {0};
    place_open(&place, ops->backend, &training);
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
    g_auto(Place) place = {0};
    place_open(&place, ops->backend, &trainings[3]);
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
