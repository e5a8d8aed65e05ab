/* Steps one operation at a time. */
#include "ops/steps_place.h"

/* The tensors of one step. */
typedef struct {
    RippleView input, labels, targets;
    RippleView z[STEPS_MOST_LAYERS], a[STEPS_MOST_LAYERS], delta[STEPS_MOST_LAYERS],
        gradient[STEPS_MOST_LAYERS];
} Tensors;

static Tensors new_tensors(StepsPlace *place, RippleBackend *backend, gsize count)
{
    const RippleNetwork *network = place->network;
    Tensors tensors = {
        .input = steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, count, network->inputs, NULL)};
    if (place->steps.labels.buffer)
        tensors.labels = steps_new_view(place, backend, RIPPLE_ELEMENT_INDEX, count, 1, NULL);
    else
        tensors.targets =
            steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, count, network->outputs, NULL);
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        gsize length = (gsize)layer->outputs * (layer->inputs + 1);
        RippleView *per_sample[] = {&tensors.z[l], &tensors.a[l], &tensors.delta[l]};
        for (guint i = 0; i < G_N_ELEMENTS(per_sample); i++)
            *per_sample[i] =
                steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, count, layer->outputs, NULL);
        tensors.gradient[l] = steps_new_view(place, backend, RIPPLE_ELEMENT_REAL, 1, length, NULL);
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
        .weight =
            steps_part(steps->parameters, layer->weight_offset, layer->outputs, layer->inputs),
        .bias = steps_part(steps->parameters, layer->bias_offset, 1, layer->outputs),
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
                             .weight_above = steps_part(steps->parameters, above->weight_offset,
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
        .weight_gradient = steps_part(tensors->gradient[l], 0, layer->outputs, layer->inputs),
        .bias_gradient = steps_part(tensors->gradient[l], weights, 1, layer->outputs)};
    RippleUpdate update = {
        .parameter = steps_part(steps->parameters, layer->weight_offset, 1, length),
        .gradient = tensors->gradient[l],
        .first_moment = steps_part(steps->moments[0], layer->weight_offset, 1, length),
        .second_moment = steps_part(steps->moments[1], layer->weight_offset, 1, length),
        .rates = *rates};
    ripple_backend_gradient(backend, &gradient, &error);
    g_assert_no_error(error);
    ripple_backend_update(backend, &update, &error);
    g_assert_no_error(error);
}

void steps_take_singly(StepsPlace *place, RippleBackend *backend, gsize n)
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
    loss(backend, steps, &tensors, steps_part(steps->results, 2 * n, 1, 2));
    for (guint l = steps->network->n_layers; l-- > 0;) {
        if (l > 0)
            delta(backend, steps, &tensors, l - 1);
        gradient_and_update(backend, steps, &tensors, l, &steps->rates[n]);
    }
}
