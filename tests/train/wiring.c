/* The scheduler gives each row the right operands: the gradients of a step are those of the loss,
 * and the parameters move by the optimizer's rule.
 *
 * All layers are of one width, so that a tensor of the wrong layer would fit. On the reference,
 * whose double precision leaves room to measure in. */
#include "reference/reference.h"
#include "support/numbers.h"
#include "train/scheduler.h"
#include "train/source.h"

#include <math.h>

#define SAMPLES 13
#define WIDTH 5
#define LAYERS 4
#define BATCH 10

/* So long a step that a delta which reads a weight too late is far off. */
#define LEARNING_RATE 0.5
#define MOMENTUM 0.75

typedef struct {
    RippleBackend *backend;
    RippleNetwork *network;
    RippleDataset dataset;
    RippleState *state;
    RippleSource *source;
    RippleBuffer *result;
    RippleScheduler *training;
    RippleScheduler *evaluation;
    gfloat *start;
} Place;

static void place_clear(Place *place)
{
    ripple_scheduler_free(place->training);
    ripple_scheduler_free(place->evaluation);
    ripple_buffer_free(place->result);
    ripple_source_free(place->source);
    ripple_state_free(place->state);
    ripple_network_free(place->network);
    ripple_backend_free(place->backend);
    g_free(place->dataset.input_values);
    g_free(place->dataset.labels);
    g_free(place->dataset.target_values);
    g_free(place->start);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static RippleNetwork *network_new(RippleLoss loss)
{
    /* Smooth ones: central differences need a derivative everywhere. */
    const RippleActivation activations[LAYERS] = {RIPPLE_ACTIVATION_TANH, RIPPLE_ACTIVATION_GELU,
                                                  RIPPLE_ACTIVATION_SOFTPLUS,
                                                  ripple_loss_default_activation(loss)};
    const guint widths[LAYERS] = {WIDTH, WIDTH, WIDTH, WIDTH};
    g_autoptr(GError) error = NULL;
    RippleNetwork *network = ripple_network_new(WIDTH, widths, activations, LAYERS, loss, &error);
    g_assert_no_error(error);
    return network;
}

static void begin(const Place *place)
{
    g_autoptr(GError) error = NULL;
    ripple_backend_upload(ripple_buffer_view(place->state->parameters), place->start, &error);
    g_assert_no_error(error);
}

static Place place_new(RippleLoss loss)
{
    gboolean has_labels = loss == RIPPLE_LOSS_CROSS_ENTROPY;
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleTransform) transform = ripple_transform_new(WIDTH);
    Place place = {
        .backend = ripple_reference_backend_new(),
        .network = network_new(loss),
        .dataset = {.samples = SAMPLES,
                    .inputs = WIDTH,
                    .input_values = test_reals(1, SAMPLES * WIDTH, -1.5, 1.5),
                    .target_kind = has_labels ? RIPPLE_TARGET_LABELS : RIPPLE_TARGET_VALUES,
                    .labels = has_labels ? test_indices(2, SAMPLES, WIDTH) : NULL,
                    .classes = WIDTH,
                    .target_values = has_labels ? NULL : test_reals(3, SAMPLES * WIDTH, 0, 1),
                    .targets = WIDTH},
    };
    RippleScheduleOptions options = {.purpose = RIPPLE_PURPOSE_TRAIN,
                                     .batch = BATCH,
                                     .has_labels = has_labels,
                                     .moments = 1,
                                     .keep_all = TRUE};
    place.state = ripple_state_new(place.backend, place.network, 1, &error);
    place.source = ripple_source_new(place.backend, &place.dataset, transform, 0, &error);
    ripple_source_begin(place.source, NULL, SAMPLES, BATCH, &error);
    place.result = ripple_buffer_new(place.backend, RIPPLE_ELEMENT_REAL, 2, &error);
    place.training = ripple_scheduler_new(place.state, &options, &error);
    options.purpose = RIPPLE_PURPOSE_EVALUATE;
    place.evaluation = ripple_scheduler_new(place.state, &options, &error);
    g_assert_no_error(error);
    /* Weights and biases alike, so that no bias is 0. */
    place.start = test_reals(4, place.network->parameter_span, -0.8, 0.8);
    begin(&place);
    return place;
}

/* ---- measuring ------------------------------------------------------------------------------ */

static RippleBatch batch_from(const Place *place, gsize first)
{
    g_autoptr(GError) error = NULL;
    RippleBatch batch;
    ripple_source_batch(place->source, first, MIN(BATCH, SAMPLES - first), &batch, &error);
    g_assert_no_error(error);
    return batch;
}

static void download(RippleView view, gdouble *values)
{
    g_autoptr(GError) error = NULL;
    ripple_backend_download_exact(view, values, &error);
    g_assert_no_error(error);
}

/* One step, and the gradient of each parameter in its place, read as soon as it is there. */
static void take_step(const Place *place, gsize first, gdouble *gradient)
{
    const RippleRates rates = {.learning_rate = LEARNING_RATE, .momentum = MOMENTUM};
    const RippleSchedule *schedule = ripple_scheduler_schedule(place->training);
    const RippleBatch batch = batch_from(place, first);
    g_autoptr(GError) error = NULL;
    for (guint row = 0; row < schedule->n_steps; row++) {
        const RippleStep step = schedule->steps[row];
        ripple_scheduler_row(place->training, row, &batch, &rates,
                             ripple_buffer_view(place->result), &error);
        g_assert_no_error(error);
        if (step.kind != RIPPLE_STEP_GRADIENT)
            continue;
        const RippleLayer *layer = &place->network->layers[step.layer];
        download(ripple_scheduler_view(place->training, RIPPLE_ROLE_WEIGHT_GRADIENT, step.layer, 0),
                 gradient + layer->weight_offset);
        download(ripple_scheduler_view(place->training, RIPPLE_ROLE_BIAS_GRADIENT, step.layer, 0),
                 gradient + layer->bias_offset);
    }
}

static gdouble loss_with(const Place *place, gsize first, gsize parameter, gfloat value)
{
    const RippleBatch batch = batch_from(place, first);
    g_autoptr(GError) error = NULL;
    gdouble result[2];
    ripple_backend_upload(ripple_view(place->state->parameters, parameter, 1, 1), &value, &error);
    g_assert_no_error(error);
    ripple_scheduler_step(place->evaluation, &batch, NULL, ripple_buffer_view(place->result),
                          &error);
    g_assert_no_error(error);
    download(ripple_buffer_view(place->result), result);
    return result[0];
}

static gdouble central_difference(const Place *place, gsize first, gsize parameter)
{
    gfloat middle = place->start[parameter];
    gfloat above = middle + 0x1p-12f, below = middle - 0x1p-12f;
    gdouble rise =
        loss_with(place, first, parameter, above) - loss_with(place, first, parameter, below);
    loss_with(place, first, parameter, middle);
    return rise / ((gdouble)above - below);
}

/* ---- tests ---------------------------------------------------------------------------------- */

/* Central differences over 2·2⁻¹² err by 2⁻²⁴/6 of the third derivative, which is below 16 here;
 * gradients are of the order of 0.01. */
#define DIFFERENCE_ERROR 1e-6

static gboolean is_parameter(const RippleNetwork *network, gsize i)
{
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        if (i >= layer->weight_offset && i < layer->bias_offset + layer->outputs)
            return TRUE;
    }
    return FALSE;
}

static void check_gradients(RippleLoss loss, gsize first)
{
    g_auto(Place) place = place_new(loss);
    gsize span = place.network->parameter_span;
    g_autofree gdouble *gradient = g_new0(gdouble, span);
    take_step(&place, first, gradient);
    begin(&place);

    gdouble largest = 0;
    for (gsize i = 0; i < span; i++) {
        if (!is_parameter(place.network, i))
            continue;
        gdouble expected = central_difference(&place, first, i);
        largest = fmax(largest, fabs(expected));
        if (!(fabs(gradient[i] - expected) <= DIFFERENCE_ERROR))
            g_test_fail_printf("%s: the gradient of parameter %" G_GSIZE_FORMAT
                               " is %.9g, and should be %.9g",
                               ripple_loss_name(loss), i, gradient[i], expected);
    }
    g_assert_cmpfloat(largest, >, 1000 * DIFFERENCE_ERROR);
}

static void test_gradients(void)
{
    for (guint loss = 0; loss < RIPPLE_N_LOSSES; loss++) {
        check_gradients(loss, 0);
        check_gradients(loss, BATCH); /* the short batch */
    }
}

/* v ← μ·v + g; w ← w − η·v, over three steps. */
static void test_updates(void)
{
    g_auto(Place) place = place_new(RIPPLE_LOSS_CROSS_ENTROPY);
    gsize span = place.network->parameter_span;
    g_autofree gdouble *gradient = g_new0(gdouble, span);
    g_autofree gdouble *velocity = g_new0(gdouble, span);
    g_autofree gdouble *expected = g_new(gdouble, span);
    g_autofree gdouble *found = g_new(gdouble, span);
    g_autofree gdouble *tolerance = g_new(gdouble, span);
    for (gsize i = 0; i < span; i++)
        expected[i] = place.start[i];

    for (guint step = 0; step < 3; step++) {
        take_step(&place, step % 2 ? BATCH : 0, gradient);
        for (gsize i = 0; i < span; i++) {
            velocity[i] = MOMENTUM * velocity[i] + gradient[i];
            expected[i] -= LEARNING_RATE * velocity[i];
            tolerance[i] = 16 * 0x1p-53; /* some roundings of numbers of the order of 1 */
        }
    }
    download(ripple_buffer_view(place.state->parameters), found);
    /* What lies between the layers is left alone. */
    test_check_close("parameters", found, expected, tolerance, span);
    g_assert_cmpfloat(fabs(expected[0] - place.start[0]), >, 1e-4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wiring/gradients", test_gradients);
    g_test_add_func("/wiring/updates", test_updates);
    return g_test_run();
}
