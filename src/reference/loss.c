#include "reference/activation.h"
#include "reference/buffer.h"
#include "reference/operations.h"

#include <math.h>
#include <ripple/error.h>

/* One sample of the batch: its row in each view, NULL where the view is absent. */
typedef struct {
    RippleLoss loss;
    RippleActivation activation;
    gsize outputs;
    const gdouble *z;
    const gdouble *a;
    const guint32 *label;
    const gdouble *targets;
    gdouble *delta;
} Sample;

static gdouble *row_of(RippleView view, gsize n)
{
    gdouble *reals = ripple_reference_reals(view);
    return reals ? reals + n * view.columns : NULL;
}

static Sample sample_of(const RippleLossOperation *loss, gsize n)
{
    const guint32 *labels = ripple_reference_indices(loss->labels);
    return (Sample){
        .loss = loss->loss,
        .activation = loss->activation,
        .outputs = loss->loss == RIPPLE_LOSS_MSE ? loss->a.columns : loss->z.columns,
        .z = row_of(loss->z, n),
        .a = row_of(loss->a, n),
        .label = labels ? labels + n : NULL,
        .targets = row_of(loss->targets, n),
        .delta = row_of(loss->delta, n),
    };
}

/* A single output is compared with the label itself, unless softmax makes a class of it. */
static gboolean label_is_target(const Sample *sample)
{
    return sample->outputs == 1 && sample->loss != RIPPLE_LOSS_CROSS_ENTROPY;
}

/* t of output o. */
static gdouble target_of(const Sample *sample, gsize o)
{
    if (sample->targets)
        return sample->targets[o];
    if (label_is_target(sample))
        return *sample->label;
    return o == *sample->label ? 1 : 0;
}

static gboolean check_label(const Sample *sample, gsize n, GError **error)
{
    if (!sample->label || label_is_target(sample) || *sample->label < sample->outputs)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                "The operation loss was given the label %u for sample %" G_GSIZE_FORMAT
                " of the batch, and the network has only %" G_GSIZE_FORMAT " outputs.",
                *sample->label, n, sample->outputs);
    return FALSE;
}

/* ---- L -------------------------------------------------------------------------------------- */

/* Σ (a − t)² */
static gdouble squared_errors(const Sample *sample)
{
    gdouble sum = 0;
    for (gsize o = 0; o < sample->outputs; o++) {
        gdouble difference = sample->a[o] - target_of(sample, o);
        sum += difference * difference;
    }
    return sum;
}

/* −ln softmax(z)[label] = m + ln Σ e^(z − m) − z[label], with m the largest z */
static gdouble cross_entropy(const Sample *sample)
{
    gdouble largest = sample->z[0];
    for (gsize o = 1; o < sample->outputs; o++)
        largest = fmax(largest, sample->z[o]);
    gdouble sum = 0;
    for (gsize o = 0; o < sample->outputs; o++)
        sum += exp(sample->z[o] - largest);
    return largest - sample->z[*sample->label] + log(sum);
}

/* −Σ t·ln σ(z) + (1 − t)·ln(1 − σ(z)) = Σ ln(1 + eᶻ) − t·z */
static gdouble binary_cross_entropy(const Sample *sample)
{
    gdouble sum = 0;
    for (gsize o = 0; o < sample->outputs; o++)
        sum += ripple_reference_softplus(sample->z[o]) - target_of(sample, o) * sample->z[o];
    return sum;
}

static gdouble loss_of(const Sample *sample)
{
    switch (sample->loss) {
    case RIPPLE_LOSS_MSE:
        return squared_errors(sample);
    case RIPPLE_LOSS_CROSS_ENTROPY:
        return cross_entropy(sample);
    case RIPPLE_LOSS_BINARY_CROSS_ENTROPY:
        return binary_cross_entropy(sample);
    case RIPPLE_N_LOSSES:
        break;
    }
    g_assert_not_reached();
}

/* ---- classified rightly --------------------------------------------------------------------- */

/* The losses that read z need no a; softmax and sigmoid keep the order of z, and σ(z) ≥ ½ exactly
 * where z ≥ 0. */
static gboolean is_classified_rightly(const Sample *sample)
{
    gboolean from_z = sample->loss != RIPPLE_LOSS_MSE;
    const gdouble *values = from_z ? sample->z : sample->a;
    if (label_is_target(sample))
        return (values[0] >= (from_z ? 0 : 0.5) ? 1 : 0) == *sample->label;

    gsize best = 0;
    for (gsize o = 1; o < sample->outputs; o++)
        if (values[o] > values[best])
            best = o;
    return best == *sample->label;
}

/* ---- ∂L/∂z ---------------------------------------------------------------------------------- */

/* With g = ∂L/∂a = 2(a − t) / divisor: δ = g·f′(z), and for softmax, where every z moves every a,
 * δᵢ = Σⱼ gⱼ·∂aⱼ/∂zᵢ = aᵢ·(gᵢ − Σⱼ gⱼ·aⱼ). */
static void squared_errors_delta(const Sample *sample, gdouble divisor)
{
    const gdouble *z = sample->z, *a = sample->a;
    gdouble *delta = sample->delta;

    gdouble mean = 0; /* Σⱼ gⱼ·aⱼ */
    for (gsize o = 0; o < sample->outputs; o++) {
        delta[o] = 2 * (a[o] - target_of(sample, o)) / divisor;
        mean += delta[o] * a[o];
    }
    for (gsize o = 0; o < sample->outputs; o++) {
        if (sample->activation == RIPPLE_ACTIVATION_SOFTMAX)
            delta[o] = a[o] * (delta[o] - mean);
        else
            delta[o] *= z ? ripple_reference_derivative(sample->activation, z[o])
                          : ripple_reference_derivative_from_a(sample->activation, a[o]);
    }
}

static void write_delta(const Sample *sample, gdouble divisor)
{
    gdouble *delta = sample->delta;
    if (sample->loss == RIPPLE_LOSS_MSE) {
        squared_errors_delta(sample, divisor);
        return;
    }
    if (sample->loss == RIPPLE_LOSS_CROSS_ENTROPY)
        ripple_reference_softmax(sample->z, sample->outputs, delta);
    else
        for (gsize o = 0; o < sample->outputs; o++)
            delta[o] = ripple_reference_sigmoid(sample->z[o]);
    for (gsize o = 0; o < sample->outputs; o++)
        delta[o] = (delta[o] - target_of(sample, o)) / divisor;
}

gboolean ripple_reference_loss(RippleBackend *backend, const RippleLossOperation *loss,
                               const RippleLossScalars *scalars, GError **error)
{
    gsize samples = loss->loss == RIPPLE_LOSS_MSE ? loss->a.rows : loss->z.rows;
    gdouble sum = 0, rightly = 0;

    for (gsize n = 0; n < samples; n++) {
        Sample sample = sample_of(loss, n);
        if (!check_label(&sample, n, error))
            return FALSE;
        sum += loss_of(&sample);
        if (sample.label)
            rightly += is_classified_rightly(&sample);
        if (sample.delta)
            write_delta(&sample, scalars->divisor);
    }
    gdouble *result = ripple_reference_reals(loss->result);
    result[0] = sum / scalars->divisor;
    result[1] = rightly;
    return TRUE;
}
