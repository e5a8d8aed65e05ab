/* loss: L, the number of samples classified rightly, and the output delta ∂L/∂z. */
#include "ops/loss.h"

#include "ops/activations.h"
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>
#include <string.h>

void loss_run(RippleBackend *backend, const LossOperands *operands, gsize offset, gdouble result[2],
              gdouble **delta)
{
    g_autoptr(GError) error = NULL;
    const LossOperands *from = operands;
    gsize n = from->samples, o = from->outputs;
    g_autoptr(TestTensor) z = from->z ? test_constant(backend, offset, n, o, from->z) : NULL;
    g_autoptr(TestTensor) a = from->a ? test_constant(backend, offset, n, o, from->a) : NULL;
    g_autoptr(TestTensor) labels =
        from->labels ? test_constant_indices(backend, offset, n, 1, from->labels) : NULL;
    g_autoptr(TestTensor) targets =
        from->targets ? test_constant(backend, offset, n, o, from->targets) : NULL;
    g_autoptr(TestTensor) kept_delta = delta ? test_variable(backend, offset, n, o, NULL) : NULL;
    g_autoptr(TestTensor) kept_result = test_variable(backend, offset, 1, 2, NULL);

    RippleLossOperation operation = {
        .loss = from->loss,
        .activation = from->activation,
        .z = test_view(z),
        .a = test_view(a),
        .labels = test_view(labels),
        .targets = test_view(targets),
        .delta = test_view(kept_delta),
        .result = kept_result->view,
    };
    ripple_backend_loss(backend, &operation, &error);
    g_assert_no_error(error);
    g_autofree gdouble *both = test_values(kept_result);
    memcpy(result, both, 2 * sizeof *both);
    if (delta)
        *delta = test_values(kept_delta);
}

gdouble loss_target(const LossOperands *operands, gsize sample, gsize output)
{
    if (operands->targets)
        return operands->targets[sample * operands->outputs + output];
    if (operands->outputs == 1)
        return operands->labels[sample];
    return operands->labels[sample] == output ? 1 : 0;
}

/* ---- how far off a backend may be ----------------------------------------------------------- */

/* Tolerances of L and of each δ; ops.h and activations.c explain the numbers. */
typedef struct {
    gdouble loss;
    gdouble *delta;
} Tolerance;

/* L is a sum of positive terms. δ = g·f′(z) with g = 2(a − t)/divisor, and for softmax
 * δᵢ = aᵢ·(gᵢ − Σⱼ gⱼ·aⱼ), a sum of outputs + 1 products. */
static void mse_tolerance(const OpsCase *ops, const LossOperands *from, const gdouble *result,
                          Tolerance *tolerance)
{
    gsize outputs = from->outputs, count = from->samples * outputs;
    tolerance->loss = ops_sum_error(ops, count) * result[0];
    for (gsize n = 0; n < from->samples; n++) {
        const gfloat *a = from->a + n * outputs;
        gdouble *delta = tolerance->delta + n * outputs, mean = 0;
        for (gsize o = 0; o < outputs; o++) {
            delta[o] = fabs(2 * (a[o] - loss_target(from, n, o)) / count); /* |g| */
            mean += delta[o] * a[o];
        }
        for (gsize o = 0; o < outputs; o++)
            if (from->activation == RIPPLE_ACTIVATION_SOFTMAX)
                delta[o] = ops_sum_error(ops, outputs + 1) * a[o] * (delta[o] + mean);
            else
                delta[o] *=
                    (known_activations[from->activation].derivative_error + 8) * ops->rounding;
    }
}

/* L = m + ln Σ e^(z − m) − z[label]: the sum's relative error is the logarithm's absolute one; log
 * (6 u) and the two sums are off by a share of their size. δ is softmax's error (forward.c) and
 * that of a difference, divided. */
static void cross_entropy_tolerance(const OpsCase *ops, const LossOperands *from,
                                    const gdouble *result, const gdouble *delta,
                                    Tolerance *tolerance)
{
    gsize outputs = from->outputs, samples = from->samples;
    tolerance->loss = ops_sum_error(ops, samples) * result[0];
    for (gsize n = 0; n < samples; n++) {
        const gfloat *z = from->z + n * outputs;
        gdouble low = z[0], high = z[0];
        for (gsize o = 1; o < outputs; o++) {
            low = MIN(low, z[o]);
            high = MAX(high, z[o]);
        }
        gdouble sum_error = ops_sum_error(ops, outputs) + (high - low + 8) * ops->rounding;
        gdouble sizes = fabs(high) + log((gdouble)outputs) + fabs(z[from->labels[n]]);
        tolerance->loss += (sum_error + 7 * ops->rounding * sizes) / samples;
        for (gsize o = 0; o < outputs; o++) {
            gdouble softmax = delta[n * outputs + o] * samples + loss_target(from, n, o);
            tolerance->delta[n * outputs + o] =
                (2 * sum_error * softmax + 2 * ops->rounding) / samples;
        }
    }
}

/* L is a sum of softplus(z) (11 u) and t·z. δ = (σ(z) − t)/divisor, and σ is off by 12 u. */
static void binary_cross_entropy_tolerance(const OpsCase *ops, const LossOperands *from,
                                           Tolerance *tolerance)
{
    gsize count = from->samples * from->outputs;
    gdouble sizes = 0;
    for (gsize i = 0; i < count; i++) {
        gdouble t = loss_target(from, i / from->outputs, i % from->outputs), z = from->z[i];
        sizes += fmax(z, 0) + log1p(exp(-fabs(z))) + fabs(t * z);
        tolerance->delta[i] = 16 * ops->rounding / count;
    }
    tolerance->loss = (ops_sum_error(ops, count) + 12 * ops->rounding) * sizes / count;
}

/* ---- as the reference ----------------------------------------------------------------------- */

/* Loss, output activation, and the kind of target: one test each. */
typedef struct {
    RippleLoss loss;
    RippleActivation activation;
    gboolean has_labels;
} Combination;

#define COMBINATION(loss, activation, has_labels)                                                  \
    (((guint)(loss)*RIPPLE_N_ACTIVATIONS + (activation)) * 2 + (has_labels))

static Combination combination(guint variant)
{
    return (Combination){variant / 2 / RIPPLE_N_ACTIVATIONS, variant / 2 % RIPPLE_N_ACTIVATIONS,
                         variant % 2};
}

static void check_as_reference(const OpsCase *ops, const LossOperands *from, gsize offset)
{
    gsize count = from->samples * from->outputs;
    gdouble expected[2], result[2], loss_alone[2];
    g_autofree gdouble *delta_expected = NULL, *delta = NULL;
    loss_run(ops->reference, from, TEST_ALIGNED, expected, &delta_expected);
    loss_run(ops->backend, from, offset, result, &delta);
    loss_run(ops->backend, from, offset, loss_alone, NULL);

    g_autofree gdouble *delta_tolerance = g_new(gdouble, count);
    Tolerance tolerance = {0, delta_tolerance};
    if (from->loss == RIPPLE_LOSS_MSE)
        mse_tolerance(ops, from, expected, &tolerance);
    else if (from->loss == RIPPLE_LOSS_CROSS_ENTROPY)
        cross_entropy_tolerance(ops, from, expected, delta_expected, &tolerance);
    else
        binary_cross_entropy_tolerance(ops, from, &tolerance);

    test_check_close("loss", &result[0], &expected[0], &tolerance.loss, 1);
    test_check_close("loss without delta", &loss_alone[0], &expected[0], &tolerance.loss, 1);
    test_check_equal("classified rightly", &result[1], &expected[1], 1);
    test_check_equal("classified rightly without delta", &loss_alone[1], &expected[1], 1);
    test_check_close("delta", delta, delta_expected, tolerance.delta, count);
}

static void test_as_reference(const OpsCase *ops)
{
    Combination c = combination(ops->variant);
    gboolean from_z = c.loss != RIPPLE_LOSS_MSE;
    for (guint i = 0; i < OPS_N_SHAPES; i++) {
        gsize samples = ops_shapes[i].samples, outputs = ops_shapes[i].outputs;
        if (outputs == 1 && c.activation == RIPPLE_ACTIVATION_SOFTMAX)
            continue; /* softmax of a single number is 1, whatever the number */
        gsize count = samples * outputs;
        g_autofree gfloat *z = test_reals(1, count, -4, 4);
        g_autofree gfloat *a = activations_of(ops->reference, c.activation, z, samples, outputs);
        g_autofree guint32 *labels = test_indices(2, samples, MAX(2, (guint32)outputs));
        g_autofree gfloat *targets = test_reals(3, count, 0, 1);

        LossOperands from = {
            .loss = c.loss,
            .activation = c.activation,
            .samples = samples,
            .outputs = outputs,
            .z = z,
            .a = a,
            .labels = c.has_labels ? labels : NULL,
            .targets = c.has_labels ? NULL : targets,
        };
        check_as_reference(ops, &from, ops_offset(i));
        /* And without the view that the loss can do without. */
        if (from_z)
            from.a = NULL;
        else if (!ripple_activation_needs_z(c.activation))
            from.z = NULL;
        check_as_reference(ops, &from, ops_offset(i + 1));
    }
}

/* ---- whole numbers -------------------------------------------------------------------------- */

/* Squares of whole numbers up to 9 apart add up to less than 2²⁴ in all shapes, so that the sum is
 * exact, and only the divisions err (5 u). Among few whole numbers the largest is often not alone.
 */
static void check_whole_numbers(const OpsCase *ops, OpsShape shape, gsize offset)
{
    gsize samples = shape.samples, outputs = shape.outputs, count = samples * outputs;
    g_autofree gfloat *a = test_whole_numbers(1, count, -4, 4);
    g_autofree guint32 *labels = test_indices(2, samples, MAX(2, (guint32)outputs));
    LossOperands from = {.loss = RIPPLE_LOSS_MSE,
                         .activation = RIPPLE_ACTIVATION_IDENTITY,
                         .samples = samples,
                         .outputs = outputs,
                         .a = a,
                         .labels = labels};

    g_autofree gdouble *expected = g_new(gdouble, count), *tolerance = g_new(gdouble, count);
    gdouble sum = 0, rightly = 0;
    for (gsize n = 0; n < samples; n++) {
        gsize class = 0;
        for (gsize o = 0; o < outputs; o++) {
            gdouble difference = a[n * outputs + o] - loss_target(&from, n, o);
            sum += difference * difference;
            expected[n * outputs + o] = 2 * difference / count;
            tolerance[n * outputs + o] = 6 * ops->rounding * fabs(2 * difference / count);
            if (a[n * outputs + o] > a[n * outputs + class])
                class = o;
        }
        if (outputs == 1)
            class = a[n] >= 0.5 ? 1 : 0;
        rightly += class == labels[n];
    }

    gdouble result[2];
    g_autofree gdouble *delta = NULL;
    loss_run(ops->backend, &from, offset, result, &delta);
    gdouble loss = sum / count, loss_tolerance = 6 * ops->rounding * loss;
    test_check_close("loss", &result[0], &loss, &loss_tolerance, 1);
    test_check_equal("classified rightly", &result[1], &rightly, 1);
    test_check_close("delta", delta, expected, tolerance, count);
}

static void test_whole_numbers_at_every_shape(const OpsCase *ops)
{
    ops_every_shape(ops, check_whole_numbers);
}

static void add(const OpsCase *ops, RippleLoss loss, RippleActivation activation,
                gboolean has_labels)
{
    ops_add(ops, test_as_reference, COMBINATION(loss, activation, has_labels),
            "loss/%s/%s-%s/as-reference", ripple_loss_name(loss),
            ripple_activation_name(activation), has_labels ? "labels" : "targets");
}

void ops_add_loss_tests(const OpsCase *ops)
{
    ops_add(ops, test_whole_numbers_at_every_shape, 0, "loss/mse/whole-numbers");
    for (guint f = 0; f < RIPPLE_N_ACTIVATIONS; f++) {
        add(ops, RIPPLE_LOSS_MSE, f, TRUE);
        add(ops, RIPPLE_LOSS_MSE, f, FALSE);
    }
    add(ops, RIPPLE_LOSS_CROSS_ENTROPY, RIPPLE_ACTIVATION_SOFTMAX, TRUE);
    add(ops, RIPPLE_LOSS_BINARY_CROSS_ENTROPY, RIPPLE_ACTIVATION_SIGMOID, TRUE);
    add(ops, RIPPLE_LOSS_BINARY_CROSS_ENTROPY, RIPPLE_ACTIVATION_SIGMOID, FALSE);
}
