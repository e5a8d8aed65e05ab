#include "check/bound.h"

#include <math.h>

#define U RIPPLE_UNIT_ROUNDOFF

gdouble ripple_gamma(gdouble n)
{
    return n * U / (1 - n * U);
}

gdouble *ripple_bound_values(RippleView view, GError **error)
{
    g_autofree gdouble *values = g_new(gdouble, view.rows * view.columns);
    return ripple_backend_download_exact(view, values, error) ? g_steal_pointer(&values) : NULL;
}

/* ---- sums of magnitudes: the same operation on |operands| ----------------------------------- */

/* A copy of `view` with every element's magnitude. The operands are floats, so nothing is lost. */
static RippleBuffer *magnitudes(RippleView view, GError **error)
{
    gsize length = view.rows * view.columns;
    g_autofree gdouble *values = ripple_bound_values(view, error);
    if (!values)
        return NULL;
    g_autofree gfloat *floats = g_new(gfloat, length);
    for (gsize i = 0; i < length; i++)
        floats[i] = (gfloat)fabs(values[i]);
    g_autoptr(RippleBuffer) buffer =
        ripple_buffer_new(view.buffer->backend, RIPPLE_ELEMENT_REAL, length, error);
    if (!buffer || !ripple_backend_upload(ripple_buffer_view(buffer), floats, error))
        return NULL;
    return g_steal_pointer(&buffer);
}

static RippleView shaped(RippleBuffer *buffer, RippleView like)
{
    return ripple_view(buffer, 0, like.rows, like.columns);
}

static RippleView view_of_x(const RippleScheduler *follower, guint layer, gsize count)
{
    return layer == 0 ? ripple_scheduler_view(follower, RIPPLE_ROLE_INPUT, 0, count)
                      : ripple_scheduler_view(follower, RIPPLE_ROLE_ACTIVATION, layer - 1, count);
}

/* |x|·|W|ᵀ + |b| */
static gboolean forward_magnitudes(const RippleScheduler *follower, guint layer, gsize count,
                                   gdouble *sums, GError **error)
{
    RippleView x = view_of_x(follower, layer, count);
    RippleView weight = ripple_scheduler_view(follower, RIPPLE_ROLE_WEIGHT, layer, count);
    RippleView bias = ripple_scheduler_view(follower, RIPPLE_ROLE_BIAS, layer, count);
    RippleBackend *backend = x.buffer->backend;
    g_autoptr(RippleBuffer) x_magnitudes = magnitudes(x, error);
    g_autoptr(RippleBuffer) weight_magnitudes = x_magnitudes ? magnitudes(weight, error) : NULL;
    g_autoptr(RippleBuffer) bias_magnitudes = weight_magnitudes ? magnitudes(bias, error) : NULL;
    g_autoptr(RippleBuffer) result =
        bias_magnitudes
            ? ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, count * weight.rows, error)
            : NULL;
    if (!result)
        return FALSE;
    RippleForward forward = {
        .x = shaped(x_magnitudes, x),
        .weight = shaped(weight_magnitudes, weight),
        .bias = shaped(bias_magnitudes, bias),
        .z = ripple_view(result, 0, count, weight.rows),
        .activation = RIPPLE_ACTIVATION_IDENTITY,
    };
    return ripple_backend_forward(backend, &forward, error) &&
           ripple_backend_download_exact(forward.z, sums, error);
}

/* |δ_above|·|W_above| */
static gboolean delta_magnitudes(const RippleScheduler *follower, guint layer, gsize count,
                                 gdouble *sums, GError **error)
{
    RippleView above = ripple_scheduler_view(follower, RIPPLE_ROLE_DELTA, layer + 1, count);
    RippleView weight = ripple_scheduler_view(follower, RIPPLE_ROLE_WEIGHT, layer + 1, count);
    RippleBackend *backend = above.buffer->backend;
    g_autoptr(RippleBuffer) above_magnitudes = magnitudes(above, error);
    g_autoptr(RippleBuffer) weight_magnitudes = above_magnitudes ? magnitudes(weight, error) : NULL;
    g_autoptr(RippleBuffer) result =
        weight_magnitudes
            ? ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, count * weight.columns, error)
            : NULL;
    if (!result)
        return FALSE;
    RippleDelta delta = {
        .delta_above = shaped(above_magnitudes, above),
        .weight_above = shaped(weight_magnitudes, weight),
        .a = ripple_view(result, 0, count, weight.columns), /* identity does not look at it */
        .delta = ripple_view(result, 0, count, weight.columns),
        .activation = RIPPLE_ACTIVATION_IDENTITY,
    };
    return ripple_backend_delta(backend, &delta, error) &&
           ripple_backend_download_exact(delta.delta, sums, error);
}

/* |δ|ᵀ·|x|, then Σ|δ|: outputs × inputs numbers and outputs more. */
static gboolean gradient_magnitudes(const RippleScheduler *follower, guint layer, gsize count,
                                    gdouble *sums, GError **error)
{
    RippleView x = view_of_x(follower, layer, count);
    RippleView delta = ripple_scheduler_view(follower, RIPPLE_ROLE_DELTA, layer, count);
    RippleBackend *backend = x.buffer->backend;
    gsize weights = delta.columns * x.columns;
    g_autoptr(RippleBuffer) x_magnitudes = magnitudes(x, error);
    g_autoptr(RippleBuffer) delta_values = x_magnitudes ? magnitudes(delta, error) : NULL;
    g_autoptr(RippleBuffer) result =
        delta_values
            ? ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, weights + delta.columns, error)
            : NULL;
    if (!result)
        return FALSE;
    RippleGradient gradient = {
        .delta = shaped(delta_values, delta),
        .x = shaped(x_magnitudes, x),
        .weight_gradient = ripple_view(result, 0, delta.columns, x.columns),
        .bias_gradient = ripple_view(result, weights, 1, delta.columns),
    };
    return ripple_backend_gradient(backend, &gradient, error) &&
           ripple_backend_download_exact(ripple_buffer_view(result), sums, error);
}

/* ---- bounds, one function per kind of row --------------------------------------------------- */

static gboolean bound_gathered(const RippleScheduler *follower, RippleRole role,
                               const RippleBatch *batch, gdouble *allowed, GError **error)
{
    RippleView gathered = ripple_scheduler_view(follower, role, 0, batch->count);
    g_autofree gdouble *values = ripple_bound_values(gathered, error);
    if (!values)
        return FALSE;
    gboolean is_copied =
        role == RIPPLE_ROLE_TARGETS || batch->data->inputs->element == RIPPLE_ELEMENT_REAL;
    /* byte·scale + shift rounds both scalars and twice more, where |byte·scale| is at most the
     * result's magnitude and the shift's. */
    for (gsize i = 0; i < gathered.rows * gathered.columns; i++)
        allowed[i] = is_copied ? 0 : 4 * U * (fabs(values[i]) + 2 * fabs(batch->data->shift));
    return TRUE;
}

static gboolean bound_z(const RippleScheduler *follower, guint layer, gsize count, gdouble *allowed,
                        GError **error)
{
    const RippleLayer *shape = &ripple_scheduler_schedule(follower)->network->layers[layer];
    if (!forward_magnitudes(follower, layer, count, allowed, error))
        return FALSE;
    for (gsize i = 0; i < count * shape->outputs; i++)
        allowed[i] = ripple_gamma(shape->inputs + 1) * allowed[i] + RIPPLE_SMALLEST * shape->inputs;
    return TRUE;
}

gdouble ripple_bound_function(RippleActivation activation, gdouble z, gdouble a)
{
    switch (activation) {
    case RIPPLE_ACTIVATION_IDENTITY:
    case RIPPLE_ACTIVATION_RELU:
    case RIPPLE_ACTIVATION_LEAKY_RELU:
        return 2 * fabs(a);
    case RIPPLE_ACTIVATION_SOFTPLUS:
        return 16 * fabs(a); /* max(z, 0) and a logarithm, neither negative */
    case RIPPLE_ACTIVATION_GELU:
        /* erfc to 16 ulp; a relative error in its argument comes out z² times as large. */
        return (40 + (z < 0 ? 4 * z * z : 0)) * fabs(a);
    default:
        return 16 * fabs(a);
    }
}

void ripple_bound_softmax(const gdouble *z, const gdouble *a, gsize columns, gdouble *allowed)
{
    gdouble maximum = z[0], worst = 0;
    for (gsize i = 0; i < columns; i++) {
        maximum = fmax(maximum, z[i]);
        worst = fmax(worst, allowed[i]);
    }
    /* Whatever z is, a share lies between 0 and 1; nor would the exponential be a number. */
    for (gsize i = 0; i < columns; i++) {
        gdouble error =
            a[i] * (expm1(2 * worst) + U * (32 + columns + (maximum - z[i]))) + RIPPLE_SMALLEST;
        allowed[i] = error <= 1 ? error : 1;
    }
}

static gboolean bound_activation(const RippleScheduler *follower, guint layer, gsize count,
                                 gdouble *allowed, GError **error)
{
    const RippleLayer *shape = &ripple_scheduler_schedule(follower)->network->layers[layer];
    g_autofree gdouble *z =
        ripple_bound_values(ripple_scheduler_view(follower, RIPPLE_ROLE_Z, layer, count), error);
    g_autofree gdouble *a =
        z ? ripple_bound_values(
                ripple_scheduler_view(follower, RIPPLE_ROLE_ACTIVATION, layer, count), error)
          : NULL;
    if (!a || !bound_z(follower, layer, count, allowed, error))
        return FALSE;
    if (shape->activation == RIPPLE_ACTIVATION_SOFTMAX) {
        for (gsize row = 0; row < count; row++) {
            gsize at = row * shape->outputs;
            ripple_bound_softmax(z + at, a + at, shape->outputs, allowed + at);
        }
        return TRUE;
    }
    for (gsize i = 0; i < count * shape->outputs; i++)
        allowed[i] = RIPPLE_STEEPEST * allowed[i] +
                     U * ripple_bound_function(shape->activation, z[i], a[i]) + RIPPLE_SMALLEST;
    return TRUE;
}

static gboolean bound_hidden_delta(const RippleScheduler *follower, guint layer, gsize count,
                                   gdouble *allowed, GError **error)
{
    const RippleNetwork *network = ripple_scheduler_schedule(follower)->network;
    gdouble length = network->layers[layer + 1].outputs;
    /* The derivative is at most RIPPLE_STEEPEST, and wrong by at most 96 u (1 − a² for tanh to
     * 5 ulp, twice, is the worst). */
    gdouble factor = RIPPLE_STEEPEST * ripple_gamma(length + 2) + 96 * U;
    if (!delta_magnitudes(follower, layer, count, allowed, error))
        return FALSE;
    for (gsize i = 0; i < count * network->layers[layer].outputs; i++)
        allowed[i] = factor * allowed[i] + RIPPLE_SMALLEST * length;
    return TRUE;
}

gboolean ripple_bound_gradient(const RippleScheduler *follower, gboolean is_weight, guint layer,
                               gsize count, gdouble *allowed, GError **error)
{
    const RippleLayer *shape = &ripple_scheduler_schedule(follower)->network->layers[layer];
    gsize weights = (gsize)shape->outputs * shape->inputs;
    g_autofree gdouble *sums = g_new(gdouble, weights + shape->outputs);
    if (!gradient_magnitudes(follower, layer, count, sums, error))
        return FALSE;
    const gdouble *own = is_weight ? sums : sums + weights;
    for (gsize i = 0; i < (is_weight ? weights : shape->outputs); i++)
        allowed[i] = ripple_gamma(count) * own[i] + RIPPLE_SMALLEST * count;
    return TRUE;
}

/* The update from the gradient that was kept, and from one that is formed on the way: the two
 * gradients lie at most twice their bound apart. */
static gboolean bound_update(const RippleScheduler *follower, const RippleTensor *tensor,
                             gsize count, const RippleRates *rates, RippleBound *bound,
                             GError **error)
{
    gsize length = tensor->rows * tensor->columns;
    g_autofree gdouble *errors = g_new(gdouble, length);
    bound->allowed_fused = g_new(gdouble, length);
    if (!ripple_bound_gradient(follower, ripple_bound_is_weight(tensor->role), tensor->layer, count,
                               errors, error))
        return FALSE;
    for (gsize i = 0; i < length; i++)
        errors[i] *= 2;
    return ripple_bound_update(follower, tensor, rates, NULL, bound->allowed, error) &&
           ripple_bound_update(follower, tensor, rates, errors, bound->allowed_fused, error);
}

void ripple_bound_clear(RippleBound *bound)
{
    g_clear_pointer(&bound->allowed, g_free);
    g_clear_pointer(&bound->allowed_fused, g_free);
}

gboolean ripple_bound_tensor(const RippleScheduler *follower, const RippleStep *step,
                             const RippleTensor *tensor, const RippleBatch *batch,
                             const RippleRates *rates, RippleBound *bound, GError **error)
{
    gsize count = batch->count;
    bound->rows = tensor->per_sample ? count : tensor->rows;
    bound->columns = tensor->columns;
    bound->allowed = g_new(gdouble, bound->rows * bound->columns);
    gdouble *allowed = bound->allowed;

    switch (step->kind) {
    case RIPPLE_STEP_GATHER:
        return bound_gathered(follower, tensor->role, batch, allowed, error);
    case RIPPLE_STEP_FORWARD:
        return tensor->role == RIPPLE_ROLE_Z
                   ? bound_z(follower, step->layer, count, allowed, error)
                   : bound_activation(follower, step->layer, count, allowed, error);
    case RIPPLE_STEP_LOSS:
        return ripple_bound_output_delta(follower, count, allowed, error);
    case RIPPLE_STEP_DELTA:
        return bound_hidden_delta(follower, step->layer, count, allowed, error);
    case RIPPLE_STEP_GRADIENT:
        return ripple_bound_gradient(follower, tensor->role == RIPPLE_ROLE_WEIGHT_GRADIENT,
                                     step->layer, count, allowed, error);
    case RIPPLE_STEP_UPDATE:
        return bound_update(follower, tensor, count, rates, bound, error);
    }
    g_return_val_if_reached(FALSE);
}
