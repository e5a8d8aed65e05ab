#include "check/bound_step.h"

#include <math.h>

#define U RIPPLE_UNIT_ROUNDOFF

/* Largest |f″| of any activation with a smooth derivative: that of elu is 1, gelu's and tanh's
 * below. */
#define MOST_CURVED 1.0

/* Values of one layer, and their errors. */
typedef struct {
    gdouble *x; /* borrowed, as its errors: a of the layer below, or the inputs */
    gdouble *x_errors;
    gdouble *z, *z_errors;
    gdouble *a, *a_errors;
    gdouble *delta, *delta_errors;
} Layer;

typedef struct {
    const RippleScheduler *follower;
    const RippleNetwork *network;
    const gdouble *parameters;
    gsize count;
    gdouble *inputs, *input_errors, *targets;
    Layer *layers;
} Walk;

static void walk_clear(Walk *walk)
{
    for (guint l = 0; walk->layers && l < walk->network->n_layers; l++) {
        Layer *layer = &walk->layers[l];
        gdouble *const owned[] = {layer->z,        layer->z_errors, layer->a,
                                  layer->a_errors, layer->delta,    layer->delta_errors};
        for (guint i = 0; i < G_N_ELEMENTS(owned); i++)
            g_free(owned[i]);
    }
    g_free(walk->layers);
    g_free(walk->inputs);
    g_free(walk->input_errors);
    g_free(walk->targets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static gdouble *values_of(const Walk *walk, RippleRole role, guint layer, GError **error)
{
    return ripple_bound_values(ripple_scheduler_view(walk->follower, role, layer, walk->count),
                               error);
}

static gboolean read_layer(Walk *walk, guint l, GError **error)
{
    Layer *layer = &walk->layers[l];
    gsize length = walk->count * walk->network->layers[l].outputs;
    layer->z_errors = g_new0(gdouble, length);
    layer->a_errors = g_new0(gdouble, length);
    layer->delta_errors = g_new0(gdouble, length);
    layer->x = l == 0 ? walk->inputs : walk->layers[l - 1].a;
    layer->x_errors = l == 0 ? walk->input_errors : walk->layers[l - 1].a_errors;
    return (layer->z = values_of(walk, RIPPLE_ROLE_Z, l, error)) &&
           (layer->a = values_of(walk, RIPPLE_ROLE_ACTIVATION, l, error)) &&
           (layer->delta = values_of(walk, RIPPLE_ROLE_DELTA, l, error));
}

static gboolean read_all(Walk *walk, const RippleBatch *batch, GError **error)
{
    gsize length = walk->count * walk->network->inputs;
    walk->layers = g_new0(Layer, walk->network->n_layers);
    walk->inputs = values_of(walk, RIPPLE_ROLE_INPUT, 0, error);
    if (!walk->inputs)
        return FALSE;
    walk->input_errors = g_new0(gdouble, length);
    for (gsize i = 0; batch->data->inputs->element == RIPPLE_ELEMENT_BYTE && i < length; i++)
        walk->input_errors[i] = 4 * U * (fabs(walk->inputs[i]) + 2 * fabs(batch->data->shift));
    if (batch->data->targets && !(walk->targets = values_of(walk, RIPPLE_ROLE_TARGETS, 0, error)))
        return FALSE;
    for (guint l = 0; l < walk->network->n_layers; l++)
        if (!read_layer(walk, l, error))
            return FALSE;
    return TRUE;
}

/* ---- forward -------------------------------------------------------------------------------- */

static void forward_sample(const Walk *walk, guint l, gsize s)
{
    const RippleLayer *shape = &walk->network->layers[l];
    Layer *layer = &walk->layers[l];
    const gdouble *x = layer->x + s * shape->inputs, *errors = layer->x_errors + s * shape->inputs;
    gsize first = s * shape->outputs;
    for (guint o = 0; o < shape->outputs; o++) {
        const gdouble *weight = walk->parameters + shape->weight_offset + (gsize)o * shape->inputs;
        gdouble sum = fabs(walk->parameters[shape->bias_offset + o]), carried = 0;
        for (guint k = 0; k < shape->inputs; k++) {
            sum += fabs(x[k] * weight[k]);
            carried += errors[k] * fabs(weight[k]);
        }
        gsize at = first + o;
        layer->z_errors[at] = carried + ripple_gamma(shape->inputs + 1) * (sum + carried) +
                              RIPPLE_SMALLEST * shape->inputs;
        layer->a_errors[at] = layer->z_errors[at];
        if (shape->activation != RIPPLE_ACTIVATION_SOFTMAX)
            layer->a_errors[at] =
                RIPPLE_STEEPEST * layer->z_errors[at] +
                U * ripple_bound_function(shape->activation, layer->z[at], layer->a[at]) +
                RIPPLE_SMALLEST;
    }
    if (shape->activation == RIPPLE_ACTIVATION_SOFTMAX)
        ripple_bound_softmax(layer->z + first, layer->a + first, shape->outputs,
                             layer->a_errors + first);
}

/* ---- loss ----------------------------------------------------------------------------------- */

/* What f′ errs by for an error of z; at the kink of a relu, it may be all of it. */
static gdouble derivative_error(RippleActivation activation, gdouble z, gdouble z_error)
{
    if (activation == RIPPLE_ACTIVATION_IDENTITY)
        return 0;
    if (activation == RIPPLE_ACTIVATION_RELU || activation == RIPPLE_ACTIVATION_LEAKY_RELU)
        return fabs(z) <= z_error ? 1 : 0;
    return MOST_CURVED * z_error;
}

/* Of 2·a·(g − Σ g·a) or 2·g·f′, with g = a − t. */
static gdouble mean_squared_error_delta(const RippleLayer *shape, const Layer *output,
                                        const gdouble *mistakes, gsize first, guint o)
{
    gsize at = first + o;
    if (shape->activation != RIPPLE_ACTIVATION_SOFTMAX)
        return 2 * (output->a_errors[at] * RIPPLE_STEEPEST +
                    mistakes[o] *
                        derivative_error(shape->activation, output->z[at], output->z_errors[at]));
    gdouble mean = 0, mean_error = 0;
    for (guint j = 0; j < shape->outputs; j++) {
        mean += mistakes[j] * fabs(output->a[first + j]);
        mean_error += (mistakes[j] + fabs(output->a[first + j])) * output->a_errors[first + j];
    }
    return 2 * (output->a_errors[at] * (mistakes[o] + mean) +
                fabs(output->a[at]) * (output->a_errors[at] + mean_error));
}

/* Carries the errors of one sample on to the output delta, and returns the loss's. */
static gdouble loss_sample(const Walk *walk, gsize s, gdouble divisor)
{
    guint l = walk->network->n_layers - 1;
    const RippleLayer *shape = &walk->network->layers[l];
    Layer *output = &walk->layers[l];
    gsize first = s * shape->outputs;
    gdouble worst = 0, sum = 0;
    g_autofree gdouble *mistakes = g_new(gdouble, shape->outputs);
    for (guint o = 0; o < shape->outputs; o++)
        mistakes[o] = walk->targets ? fabs(output->a[first + o] - walk->targets[first + o])
                                    : fabs(output->a[first + o]) + 1;
    for (guint o = 0; o < shape->outputs; o++) {
        gsize at = first + o;
        gboolean is_mse = walk->network->loss == RIPPLE_LOSS_MSE;
        gdouble a_error = output->a_errors[at];
        worst = fmax(worst, output->z_errors[at]);
        sum += is_mse ? (2 * mistakes[o] + a_error) * a_error : mistakes[o] * output->z_errors[at];
        output->delta_errors[at] +=
            (is_mse ? mean_squared_error_delta(shape, output, mistakes, first, o) : a_error) /
            divisor;
    }
    return walk->network->loss == RIPPLE_LOSS_CROSS_ENTROPY ? 2 * worst : sum;
}

/* Its own rounding, and what is carried. */
static gboolean bound_loss(Walk *walk, gdouble loss, gdouble *allowed, GError **error)
{
    guint l = walk->network->n_layers - 1;
    gdouble divisor = (gdouble)walk->count, carried = 0;
    if (walk->network->loss != RIPPLE_LOSS_CROSS_ENTROPY)
        divisor *= walk->network->outputs;
    if (!ripple_bound_output_delta(walk->follower, walk->count, walk->layers[l].delta_errors,
                                   error) ||
        !ripple_bound_loss(walk->follower, walk->count, loss, allowed, error))
        return FALSE;
    for (gsize s = 0; s < walk->count; s++)
        carried += loss_sample(walk, s, divisor);
    *allowed += carried / divisor;
    return TRUE;
}

/* ---- back ----------------------------------------------------------------------------------- */

static void delta_sample(const Walk *walk, guint l, gsize s)
{
    const RippleLayer *above = &walk->network->layers[l + 1], *shape = &walk->network->layers[l];
    Layer *layer = &walk->layers[l];
    const gdouble *delta = walk->layers[l + 1].delta + s * above->outputs;
    const gdouble *errors = walk->layers[l + 1].delta_errors + s * above->outputs;
    for (guint i = 0; i < shape->outputs; i++) {
        const gdouble *weight = walk->parameters + above->weight_offset + i;
        gsize at = s * shape->outputs + i;
        gdouble sum = 0, carried = 0;
        for (guint o = 0; o < above->outputs; o++) {
            gdouble magnitude = fabs(weight[(gsize)o * above->inputs]);
            sum += fabs(delta[o]) * magnitude;
            carried += errors[o] * magnitude;
        }
        gdouble slope = derivative_error(shape->activation, layer->z[at], layer->z_errors[at]);
        /* The derivative's own rounding is that of bound.c. */
        layer->delta_errors[at] =
            RIPPLE_STEEPEST * (carried + ripple_gamma(above->outputs + 2) * (sum + carried)) +
            (sum + carried) * (slope + 96 * U) + RIPPLE_SMALLEST * above->outputs;
    }
}

static gdouble *bound_gradient(const Walk *walk, guint l)
{
    const RippleLayer *shape = &walk->network->layers[l];
    const Layer *layer = &walk->layers[l];
    gsize weights = (gsize)shape->outputs * shape->inputs;
    gdouble rounding = ripple_gamma(walk->count);
    gdouble *errors = g_new0(gdouble, weights + shape->outputs);
    for (gsize s = 0; s < walk->count; s++)
        for (guint o = 0; o < shape->outputs; o++) {
            gdouble delta = fabs(layer->delta[s * shape->outputs + o]);
            gdouble delta_error = layer->delta_errors[s * shape->outputs + o];
            gdouble *row = errors + (gsize)o * shape->inputs;
            for (guint k = 0; k < shape->inputs; k++) {
                gdouble x = fabs(layer->x[s * shape->inputs + k]);
                gdouble x_error = layer->x_errors[s * shape->inputs + k];
                row[k] += delta_error * (x + x_error) + delta * x_error +
                          rounding * (delta + delta_error) * (x + x_error) + RIPPLE_SMALLEST;
            }
            errors[weights + o] += delta_error + rounding * (delta + delta_error) + RIPPLE_SMALLEST;
        }
    return errors;
}

/* ---- the whole ------------------------------------------------------------------------------ */

RippleStepBound *ripple_step_bound_new(const RippleScheduler *follower, const RippleBatch *batch,
                                       const gdouble *parameters, gdouble loss, GError **error)
{
    g_auto(Walk) walk = {.follower = follower,
                         .network = ripple_scheduler_schedule(follower)->network,
                         .parameters = parameters,
                         .count = batch->count};
    g_autoptr(RippleStepBound) bound = g_new0(RippleStepBound, 1);
    guint n_layers = walk.network->n_layers;
    if (!read_all(&walk, batch, error))
        return NULL;
    for (guint l = 0; l < n_layers; l++)
        for (gsize s = 0; s < walk.count; s++)
            forward_sample(&walk, l, s);
    if (!bound_loss(&walk, loss, &bound->loss, error))
        return NULL;
    for (guint l = n_layers - 1; l-- > 0;)
        for (gsize s = 0; s < walk.count; s++)
            delta_sample(&walk, l, s);
    bound->loss *= 2;
    bound->n_layers = n_layers;
    bound->gradients = g_new0(gdouble *, n_layers);
    for (guint l = 0; l < n_layers; l++)
        bound->gradients[l] = bound_gradient(&walk, l);
    return g_steal_pointer(&bound);
}

void ripple_step_bound_free(RippleStepBound *bound)
{
    if (!bound)
        return;
    for (guint l = 0; l < bound->n_layers; l++)
        g_free(bound->gradients[l]);
    g_free(bound->gradients);
    g_free(bound);
}

gboolean ripple_step_bound_parameter(const RippleStepBound *bound, const RippleScheduler *follower,
                                     const RippleTensor *tensor, const RippleRates *rates,
                                     gdouble *allowed, GError **error)
{
    const RippleLayer *layer = &ripple_scheduler_schedule(follower)->network->layers[tensor->layer];
    const gdouble *errors = bound->gradients[tensor->layer];
    if (tensor->role == RIPPLE_ROLE_BIAS)
        errors += (gsize)layer->outputs * layer->inputs;
    if (!ripple_bound_update(follower, tensor, rates, errors, allowed, error))
        return FALSE;
    for (gsize i = 0; i < tensor->rows * tensor->columns; i++)
        allowed[i] *= 2;
    return TRUE;
}
