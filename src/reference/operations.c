#include "reference/operations.h"

#include "reference/activation.h"
#include "reference/buffer.h"

#include <float.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* The three matrix products all run their innermost loop along a row, where the elements lie side
 * by side and each sum is its own. A compiler then computes several at once, and yet every sum is
 * taken in the order that the formula says. */

/* ---- gather --------------------------------------------------------------------------------- */

static void gather_row(const RippleGather *gather, gsize from, gsize to)
{
    RippleView source = gather->source, destination = gather->destination;
    gsize columns = source.columns;

    switch (source.buffer->element) {
    case RIPPLE_ELEMENT_BYTE:
        for (gsize j = 0; j < columns; j++)
            ripple_reference_reals(destination)[to * columns + j] =
                ripple_reference_bytes(source)[from * columns + j] * gather->scale + gather->shift;
        break;
    case RIPPLE_ELEMENT_REAL:
        memcpy(ripple_reference_reals(destination) + to * columns,
               ripple_reference_reals(source) + from * columns, columns * sizeof(gdouble));
        break;
    case RIPPLE_ELEMENT_INDEX:
        memcpy(ripple_reference_indices(destination) + to * columns,
               ripple_reference_indices(source) + from * columns, columns * sizeof(guint32));
        break;
    }
}

gboolean ripple_reference_gather(RippleBackend *backend, const RippleGather *gather, GError **error)
{
    const guint32 *order = ripple_reference_indices(gather->order) + gather->first;
    for (gsize i = 0; i < gather->destination.rows; i++) {
        if (order[i] >= gather->source.rows) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                        "The operation gather was asked for sample %u, at position %" G_GSIZE_FORMAT
                        " of the order, and the source has only %" G_GSIZE_FORMAT " samples.",
                        order[i], gather->first + i, gather->source.rows);
            return FALSE;
        }
        gather_row(gather, order[i], i);
    }
    return TRUE;
}

/* ---- forward -------------------------------------------------------------------------------- */

static gdouble *transpose(const gdouble *matrix, gsize rows, gsize columns, GError **error)
{
    gdouble *transposed = g_try_malloc_n(rows, columns * sizeof *transposed);
    if (!transposed) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY,
                    "The reference found no memory to transpose a weight of %" G_GSIZE_FORMAT
                    "×%" G_GSIZE_FORMAT "; try a smaller network.",
                    rows, columns);
        return NULL;
    }
    for (gsize i = 0; i < rows; i++)
        for (gsize j = 0; j < columns; j++)
            transposed[j * rows + i] = matrix[i * columns + j];
    return transposed;
}

static void activate(RippleActivation activation, const gdouble *z, gsize count, gdouble *a)
{
    if (activation == RIPPLE_ACTIVATION_SOFTMAX) {
        ripple_reference_softmax(z, count, a);
        return;
    }
    for (gsize o = 0; o < count; o++)
        a[o] = ripple_reference_activation(activation, z[o]);
}

gboolean ripple_reference_forward(RippleBackend *backend, const RippleForward *forward,
                                  GError **error)
{
    gsize samples = forward->x.rows, inputs = forward->x.columns, outputs = forward->weight.rows;
    const gdouble *x = ripple_reference_reals(forward->x);
    const gdouble *bias = ripple_reference_reals(forward->bias);
    gdouble *z = ripple_reference_reals(forward->z);
    gdouble *a = ripple_reference_reals(forward->a);

    /* inputs × outputs: row i holds what input i adds to each output */
    g_autofree gdouble *transposed =
        transpose(ripple_reference_reals(forward->weight), outputs, inputs, error);
    if (!transposed)
        return FALSE;

    for (gsize n = 0; n < samples; n++) {
        gdouble *sums = (z ? z : a) + n * outputs; /* where no z is kept, a gives it room */
        memcpy(sums, bias, outputs * sizeof *sums);
        for (gsize i = 0; i < inputs; i++) {
            gdouble input = x[n * inputs + i];
            const gdouble *weights = transposed + i * outputs;
            for (gsize o = 0; o < outputs; o++)
                sums[o] += input * weights[o];
        }
        if (a)
            activate(forward->activation, sums, outputs, a + n * outputs);
    }
    return TRUE;
}

/* ---- delta ---------------------------------------------------------------------------------- */

gboolean ripple_reference_delta(RippleBackend *backend, const RippleDelta *delta, GError **error)
{
    gsize samples = delta->delta.rows, outputs = delta->delta.columns;
    gsize outputs_above = delta->delta_above.columns;
    const gdouble *above = ripple_reference_reals(delta->delta_above);
    const gdouble *weight_above = ripple_reference_reals(delta->weight_above);
    const gdouble *z = ripple_reference_reals(delta->z);
    const gdouble *a = ripple_reference_reals(delta->a);

    for (gsize n = 0; n < samples; n++) {
        gdouble *sums = ripple_reference_reals(delta->delta) + n * outputs;
        memset(sums, 0, outputs * sizeof *sums);
        for (gsize k = 0; k < outputs_above; k++) {
            gdouble share = above[n * outputs_above + k];
            const gdouble *weights = weight_above + k * outputs;
            for (gsize o = 0; o < outputs; o++)
                sums[o] += share * weights[o];
        }
        for (gsize o = 0; o < outputs; o++)
            sums[o] *=
                z ? ripple_reference_derivative(delta->activation, z[n * outputs + o])
                  : ripple_reference_derivative_from_a(delta->activation, a[n * outputs + o]);
    }
    return TRUE;
}

/* ---- gradient ------------------------------------------------------------------------------- */

gboolean ripple_reference_gradient(RippleBackend *backend, const RippleGradient *gradient,
                                   GError **error)
{
    gsize samples = gradient->x.rows, inputs = gradient->x.columns;
    gsize outputs = gradient->delta.columns;
    const gdouble *delta = ripple_reference_reals(gradient->delta);
    const gdouble *x = ripple_reference_reals(gradient->x);
    gdouble *bias_gradient = ripple_reference_reals(gradient->bias_gradient);

    for (gsize o = 0; o < outputs; o++) {
        gdouble *sums = ripple_reference_reals(gradient->weight_gradient) + o * inputs;
        memset(sums, 0, inputs * sizeof *sums);
        bias_gradient[o] = 0;
        for (gsize n = 0; n < samples; n++) {
            gdouble share = delta[n * outputs + o];
            const gdouble *sample = x + n * inputs;
            bias_gradient[o] += share;
            for (gsize i = 0; i < inputs; i++)
                sums[i] += share * sample[i];
        }
    }
    return TRUE;
}

/* ---- update --------------------------------------------------------------------------------- */

static void sgd(gsize count, gdouble *w, const gdouble *g, const RippleUpdateScalars *scalars)
{
    for (gsize i = 0; i < count; i++)
        w[i] -= scalars->rate * g[i];
}

static void momentum(gsize count, gdouble *w, const gdouble *g, gdouble *m,
                     const RippleUpdateScalars *scalars)
{
    for (gsize i = 0; i < count; i++) {
        m[i] = scalars->first_decay * m[i] + g[i];
        w[i] -= scalars->rate * m[i];
    }
}

static void adam(gsize count, gdouble *w, const gdouble *g, gdouble *m, gdouble *v,
                 const RippleUpdateScalars *scalars)
{
    for (gsize i = 0; i < count; i++) {
        m[i] = scalars->first_decay * m[i] + scalars->first_gain * g[i];
        v[i] = scalars->second_decay * v[i] + scalars->second_gain * g[i] * g[i];
        w[i] -= scalars->rate * m[i] / (sqrt(v[i]) + scalars->epsilon);
    }
}

gboolean ripple_reference_update(RippleBackend *backend, const RippleUpdate *update,
                                 const RippleUpdateScalars *scalars, GError **error)
{
    gsize count = update->parameter.rows * update->parameter.columns;
    gdouble *w = ripple_reference_reals(update->parameter);
    const gdouble *g = ripple_reference_reals(update->gradient);
    gdouble *m = ripple_reference_reals(update->first_moment);
    gdouble *v = ripple_reference_reals(update->second_moment);

    if (update->rates.optimizer == RIPPLE_OPTIMIZER_ADAM)
        adam(count, w, g, m, v, scalars);
    else if (update->rates.momentum != 0)
        momentum(count, w, g, m, scalars);
    else
        sgd(count, w, g, scalars);
    return TRUE;
}

/* ---- descent -------------------------------------------------------------------------------- */

gboolean ripple_reference_descend(RippleBackend *backend, const RippleDescent *descent,
                                  const RippleUpdateScalars *scalars, GError **error)
{
    gsize inputs = descent->x.columns, outputs = descent->delta.columns;
    g_autoptr(RippleBuffer) sums =
        ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, descent->parameter.columns, error);
    if (!sums)
        return FALSE;
    RippleGradient gradient = {
        .delta = descent->delta,
        .x = descent->x,
        .weight_gradient = ripple_view(sums, 0, outputs, inputs),
        .bias_gradient = ripple_view(sums, outputs * inputs, 1, outputs),
    };
    RippleUpdate update = {
        .parameter = descent->parameter,
        .gradient = ripple_buffer_view(sums),
        .first_moment = descent->first_moment,
        .second_moment = descent->second_moment,
        .rates = descent->rates,
    };
    return ripple_reference_gradient(backend, &gradient, error) &&
           ripple_reference_update(backend, &update, scalars, error);
}

/* ---- finite --------------------------------------------------------------------------------- */

gboolean ripple_reference_check_finite(RippleBackend *backend, const RippleFiniteCheck *check,
                                       GError **error)
{
    const gdouble *values = ripple_reference_reals(check->values);
    for (gsize i = 0; i < check->values.rows * check->values.columns; i++)
        if (!(fabs(values[i]) <= FLT_MAX))
            *ripple_reference_reals(check->result) = NAN;
    return TRUE;
}
