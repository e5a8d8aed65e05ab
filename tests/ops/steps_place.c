#include "ops/steps_place.h"

#include <math.h>

void steps_place_clear(StepsPlace *place)
{
    g_ptr_array_unref(place->buffers);
    ripple_network_free(place->network);
    g_free(place->rates);
}

RippleView steps_new_view(StepsPlace *place, RippleBackend *backend, RippleElement element,
                          gsize rows, gsize columns, gconstpointer values)
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

static RippleView new_inputs(StepsPlace *place, RippleBackend *backend,
                             const StepsTraining *training)
{
    gsize count = STEPS_SAMPLES * training->inputs;
    g_autofree gfloat *reals = test_reals(1, count, -1, 1);
    if (!training->bytes)
        return steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, STEPS_SAMPLES, training->inputs,
                              reals);
    g_autofree guint8 *bytes = g_new(guint8, count);
    for (gsize i = 0; i < count; i++)
        bytes[i] = (guint8)(127.5f + 127.5f * reals[i]);
    return steps_new_view(place, backend, RIPPLE_ELEMENT_BYTE, STEPS_SAMPLES, training->inputs,
                          bytes);
}

gsize steps_count(const StepsTraining *training)
{
    return (training->samples + training->batch - 1) / training->batch;
}

static RippleRates *new_rates(const StepsTraining *training)
{
    RippleRates *rates = g_new(RippleRates, steps_count(training));
    for (gsize i = 0; i < steps_count(training); i++)
        rates[i] = (RippleRates){.optimizer = training->optimizer,
                                 .learning_rate =
                                     training->optimizer == RIPPLE_OPTIMIZER_ADAM ? 0.01 : 0.125,
                                 .momentum = training->momentum,
                                 .beta1 = 0.9,
                                 .beta2 = 0.999,
                                 .epsilon = 1e-8,
                                 .step = i + 1};
    return rates;
}

/* Parameters, moments, and padding between the layers that is no zero and must stay as it is. */
static void place_parameters(StepsPlace *place, RippleBackend *backend,
                             const StepsTraining *training)
{
    gsize span = place->network->parameter_span;
    gdouble limit = 1 / sqrt(MAX(training->inputs, 8));
    g_autofree gfloat *values = test_reals(2, span, -limit, limit);
    place->steps.parameters = steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, 1, span, values);
    guint moments = ripple_optimizer_moments(training->optimizer, training->momentum);
    for (guint i = 0; i < moments; i++) {
        g_autofree gfloat *moment = test_reals(3 + i, span, 0.01, 0.1);
        place->steps.moments[i] =
            steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, 1, span, moment);
    }
}

void steps_place_open(StepsPlace *place, RippleBackend *backend, const StepsTraining *training)
{
    g_autoptr(GError) error = NULL;
    guint outputs = training->widths[training->n_layers - 1];
    place->buffers = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_buffer_free);
    place->network = ripple_network_new(training->inputs, training->widths, training->activations,
                                        training->n_layers, training->loss, &error);
    g_assert_no_error(error);
    place->rates = new_rates(training);
    g_autofree guint32 *order = test_indices(5, training->samples + 2, STEPS_SAMPLES);
    g_autofree guint32 *labels = test_indices(6, STEPS_SAMPLES, MAX(outputs, 2));
    g_autofree gfloat *targets = test_reals(7, STEPS_SAMPLES * outputs, 0, 1);
    place->steps = (RippleSteps){
        .network = place->network,
        .batch = training->batch,
        .order =
            steps_new_view(place, backend, RIPPLE_ELEMENT_INDEX, 1, training->samples + 2, order),
        .first = 2,
        .samples = training->samples,
        .inputs = new_inputs(place, backend, training),
        .scale = 1.0 / 128,
        .shift = -1,
        .rates = place->rates,
        .results =
            steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, steps_count(training), 2, NULL),
    };
    if (training->labels)
        place->steps.labels =
            steps_new_view(place, backend, RIPPLE_ELEMENT_INDEX, STEPS_SAMPLES, 1, labels);
    else
        place->steps.targets =
            steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, STEPS_SAMPLES, outputs, targets);
    place_parameters(place, backend, training);
}

RippleView steps_part(RippleView vector, gsize offset, gsize rows, gsize columns)
{
    return vector.buffer ? ripple_view(vector.buffer, vector.offset + offset, rows, columns)
                         : RIPPLE_NO_VIEW;
}
