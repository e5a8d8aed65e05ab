/* Bounds on the loss and on the output delta. */
#include "check/bound.h"

#include <math.h>

#define U RIPPLE_UNIT_ROUNDOFF

/* What the loss row reads: z, a and targets of one sample; NULL where the schedule has none. */
typedef struct {
    gsize columns;
    const gdouble *z;
    const gdouble *a;
    const gdouble *targets;
} Sample;

typedef struct {
    const RippleNetwork *network;
    guint output;
    gsize columns;
    gdouble divisor;
    gdouble *z;
    gdouble *a;
    gdouble *targets;
} Operands;

static void operands_clear(Operands *operands)
{
    g_free(operands->z);
    g_free(operands->a);
    g_free(operands->targets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Operands, operands_clear)

static gboolean operands_read(Operands *self, const RippleScheduler *follower, gsize count,
                              GError **error)
{
    self->network = ripple_scheduler_schedule(follower)->network;
    self->output = self->network->n_layers - 1;
    self->columns = self->network->outputs;
    self->divisor = (gdouble)count;
    if (self->network->loss != RIPPLE_LOSS_CROSS_ENTROPY)
        self->divisor *= self->columns;

    RippleView targets = ripple_scheduler_view(follower, RIPPLE_ROLE_TARGETS, 0, count);
    self->z = ripple_bound_values(
        ripple_scheduler_view(follower, RIPPLE_ROLE_Z, self->output, count), error);
    if (!self->z)
        return FALSE;
    self->a = ripple_bound_values(
        ripple_scheduler_view(follower, RIPPLE_ROLE_ACTIVATION, self->output, count), error);
    if (!self->a)
        return FALSE;
    if (!targets.buffer)
        return TRUE;
    self->targets = ripple_bound_values(targets, error);
    return self->targets != NULL;
}

static Sample sample_at(const Operands *operands, gsize row)
{
    gsize at = row * operands->columns;
    return (Sample){operands->columns, operands->z + at, operands->a + at,
                    operands->targets ? operands->targets + at : NULL};
}

/* |a − t| at most: a label's target is 0 or 1. */
static gdouble largest_mistake(Sample sample, gsize i)
{
    return sample.targets ? fabs(sample.a[i] - sample.targets[i]) : fabs(sample.a[i]) + 1;
}

static gdouble maximum_of(const gdouble *values, gsize count)
{
    gdouble maximum = values[0];
    for (gsize i = 1; i < count; i++)
        maximum = fmax(maximum, values[i]);
    return maximum;
}

/* ---- the loss ------------------------------------------------------------------------------- */

/* Error of one sample's loss in units of roundoff. */
static gdouble sample_error(RippleLoss loss, Sample sample)
{
    gdouble n = sample.columns, error = 0;
    switch (loss) {
    case RIPPLE_LOSS_CROSS_ENTROPY: {
        /* log Σ e^(z − m) − (z_label − m): the sum's relative error, and two roundings of what is
         * at most the spread of z. */
        gdouble spread = 0, maximum = maximum_of(sample.z, sample.columns);
        for (gsize i = 0; i < sample.columns; i++)
            spread = fmax(spread, maximum - sample.z[i]);
        return 16 + n + 2 * spread + 4 * log(n);
    }
    case RIPPLE_LOSS_BINARY_CROSS_ENTROPY:
        for (gsize i = 0; i < sample.columns; i++) {
            gdouble target = sample.targets ? fabs(sample.targets[i]) : 1;
            error += fabs(sample.z[i]) * (1 + target) + 1;
        }
        return (n + 8) * error;
    default:
        for (gsize i = 0; i < sample.columns; i++) {
            gdouble mistake = largest_mistake(sample, i);
            error += mistake * mistake;
        }
        return (n + 4) * error;
    }
}

gboolean ripple_bound_loss(const RippleScheduler *follower, gsize count, gdouble loss,
                           gdouble *allowed, GError **error)
{
    g_auto(Operands) operands = {0};
    if (!operands_read(&operands, follower, count, error))
        return FALSE;
    gdouble errors = 0;
    for (gsize row = 0; row < count; row++)
        errors += sample_error(operands.network->loss, sample_at(&operands, row));
    /* Then the sum over the samples, none of whose losses is negative, and one division. */
    *allowed =
        U * errors / operands.divisor + ripple_gamma(count + 4) * fabs(loss) + RIPPLE_SMALLEST;
    return TRUE;
}

/* ---- the output delta ----------------------------------------------------------------------- */

static void cross_entropy_delta(Sample sample, gdouble *errors)
{
    gdouble maximum = maximum_of(sample.z, sample.columns), sum = 0;
    for (gsize i = 0; i < sample.columns; i++)
        sum += exp(sample.z[i] - maximum);
    for (gsize i = 0; i < sample.columns; i++) {
        gdouble below = maximum - sample.z[i];
        errors[i] = exp(-below) / sum * (32 + sample.columns + below) + 8;
    }
}

static void mean_squared_error_delta(Sample sample, RippleActivation activation, gdouble *errors)
{
    gdouble n = sample.columns, weighted = 0;
    for (gsize i = 0; i < sample.columns; i++)
        weighted += largest_mistake(sample, i) * fabs(sample.a[i]);
    for (gsize i = 0; i < sample.columns; i++) {
        gdouble mistake = largest_mistake(sample, i);
        /* 2·(a − t)·f′: f′ is wrong by at most 96 u, as in bound.c. */
        errors[i] = activation == RIPPLE_ACTIVATION_SOFTMAX
                        ? 2 * fabs(sample.a[i]) * (10 * mistake + (n + 12) * weighted)
                        : 2 * mistake * (96 + 8 * RIPPLE_STEEPEST);
    }
}

gboolean ripple_bound_output_delta(const RippleScheduler *follower, gsize count, gdouble *allowed,
                                   GError **error)
{
    g_auto(Operands) operands = {0};
    if (!operands_read(&operands, follower, count, error))
        return FALSE;
    RippleActivation activation = operands.network->layers[operands.output].activation;

    for (gsize row = 0; row < count; row++) {
        Sample sample = sample_at(&operands, row);
        gdouble *errors = allowed + row * operands.columns;
        switch (operands.network->loss) {
        case RIPPLE_LOSS_CROSS_ENTROPY:
            cross_entropy_delta(sample, errors);
            break;
        case RIPPLE_LOSS_BINARY_CROSS_ENTROPY:
            for (gsize i = 0; i < sample.columns; i++)
                errors[i] = 24; /* σ(z) − t, both within 0…1 */
            break;
        default:
            mean_squared_error_delta(sample, activation, errors);
            break;
        }
        for (gsize i = 0; i < operands.columns; i++)
            errors[i] = U * errors[i] / operands.divisor + RIPPLE_SMALLEST;
    }
    return TRUE;
}
