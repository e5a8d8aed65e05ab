/* Numbers far from 1: losses and activations keep their limits, and nothing turns into NaN. */
#include "ops/activations.h"
#include "ops/loss.h"
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

/* Far out, at zero, and subnormal. */
#define ARGUMENTS 8
static const gfloat arguments[ARGUMENTS] = {-1e4f, -100, -1e-40f, -0.0f, 0, 1e-40f, 100, 1e4f};
#define SMALLEST_POSITIVE 5

static gdouble limit_of(const KnownActivation *known, gfloat z)
{
    if (fabsf(z) < 1)
        return known->f[KNOWN_AT_ZERO];
    return z < 0 ? known->slope_below * z + known->level_below
                 : known->slope_above * z + known->level_above;
}

static gdouble derivative_limit_of(const KnownActivation *known, gfloat z)
{
    if (fabsf(z) < 1)
        return known->derivative[KNOWN_AT_ZERO];
    return z < 0 ? known->slope_below : known->slope_above;
}

static TestTensor *ones_new(RippleBackend *backend, gsize rows, gsize columns)
{
    gfloat ones[ARGUMENTS];
    for (guint i = 0; i < ARGUMENTS; i++)
        ones[i] = 1;
    return test_constant(backend, TEST_ODD, rows, columns, ones);
}

static void test_activation(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    const KnownActivation *known = &known_activations[ops->variant];
    g_autoptr(TestTensor) x = test_constant(ops->backend, TEST_ODD, ARGUMENTS, 1, arguments);
    g_autoptr(TestTensor) weight = ones_new(ops->backend, 1, 1);
    g_autoptr(TestTensor) bias = test_constant(ops->backend, TEST_ODD, 1, 1, (gfloat[]){0});
    g_autoptr(TestTensor) a = test_variable(ops->backend, TEST_ODD, ARGUMENTS, 1, NULL);
    RippleForward forward = {.x = x->view,
                             .weight = weight->view,
                             .bias = bias->view,
                             .a = a->view,
                             .activation = ops->variant};
    ripple_backend_forward(ops->backend, &forward, &error);
    g_assert_no_error(error);

    gdouble expected[ARGUMENTS], tolerance[ARGUMENTS];
    for (guint i = 0; i < ARGUMENTS; i++) {
        expected[i] = limit_of(known, arguments[i]);
        tolerance[i] = known->relative * fabs(expected[i]) * ops->rounding + TEST_UNDERFLOW;
    }
    g_autofree gdouble *values = test_values(a);
    test_check_close("f(z)", values, expected, tolerance, ARGUMENTS);
}

/* δ_above = W_above = 1, so that δ is f′. */
static void check_derivative(const OpsCase *ops, gboolean from_z)
{
    g_autoptr(GError) error = NULL;
    const KnownActivation *known = &known_activations[ops->variant];
    g_autofree gfloat *activations =
        activations_of(ops->reference, ops->variant, arguments, ARGUMENTS, 1);
    g_autoptr(TestTensor) above = ones_new(ops->backend, ARGUMENTS, 1);
    g_autoptr(TestTensor) weight = ones_new(ops->backend, 1, 1);
    g_autoptr(TestTensor) z =
        from_z ? test_constant(ops->backend, TEST_ODD, ARGUMENTS, 1, arguments) : NULL;
    g_autoptr(TestTensor) a = test_constant(ops->backend, TEST_ODD, ARGUMENTS, 1, activations);
    g_autoptr(TestTensor) result = test_variable(ops->backend, TEST_ODD, ARGUMENTS, 1, NULL);
    RippleDelta delta = {above->view, weight->view, test_view(z),
                         a->view,     result->view, ops->variant};
    ripple_backend_delta(ops->backend, &delta, &error);
    g_assert_no_error(error);

    gdouble expected[ARGUMENTS], tolerance[ARGUMENTS];
    for (guint i = 0; i < ARGUMENTS; i++) {
        expected[i] = derivative_limit_of(known, arguments[i]);
        /* a is a float on every backend */
        tolerance[i] = known->derivative_error * (from_z ? ops->rounding : TEST_FLOAT_ROUNDING) +
                       TEST_UNDERFLOW;
    }
    g_autofree gdouble *values = test_values(result);
    /* Just above the kink the slope is 1, unless the device takes the subnormal for zero. */
    gboolean has_kink =
        ops->variant == RIPPLE_ACTIVATION_RELU || ops->variant == RIPPLE_ACTIVATION_LEAKY_RELU;
    if (has_kink && values[SMALLEST_POSITIVE] == 1)
        expected[SMALLEST_POSITIVE] = 1;
    test_check_close(from_z ? "derivative from z" : "derivative from a", values, expected,
                     tolerance, ARGUMENTS);
}

static void test_derivative(const OpsCase *ops)
{
    check_derivative(ops, TRUE);
    if (!ripple_activation_needs_z(ops->variant))
        check_derivative(ops, FALSE);
}

/* ---- losses --------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    LossOperands operands;
    gdouble loss;
    gdouble delta[4];
} ExtremeLoss;

#define SOFTMAX_LOSS                                                                               \
    .loss = RIPPLE_LOSS_CROSS_ENTROPY, .activation = RIPPLE_ACTIVATION_SOFTMAX, .samples = 2,      \
    .outputs = 2
#define SIGMOID_LOSS                                                                               \
    .loss = RIPPLE_LOSS_BINARY_CROSS_ENTROPY, .activation = RIPPLE_ACTIVATION_SIGMOID,             \
    .samples = 4, .outputs = 1

static const ExtremeLoss losses[] = {
    /* One sample is certain and right, the other certain and wrong: 0 and z's distance, 200. */
    {"cross-entropy-100",
     {SOFTMAX_LOSS, .z = (gfloat[]){100, -100, 100, -100}, .labels = (guint32[]){0, 1}},
     100,
     {0, 0, 0.5, -0.5}},
    {"cross-entropy-10000",
     {SOFTMAX_LOSS, .z = (gfloat[]){1e4f, -1e4f, 1e4f, -1e4f}, .labels = (guint32[]){0, 1}},
     1e4,
     {0, 0, 0.5, -0.5}},
    /* Equally unlikely, or likely: ln 2 each. */
    {"cross-entropy-undecided",
     {SOFTMAX_LOSS, .z = (gfloat[]){-1e4f, -1e4f, 1e4f, 1e4f}, .labels = (guint32[]){0, 1}},
     0.69314718055994531,
     {-0.25, 0.25, 0.25, -0.25}},
    /* Right, wrong, right, wrong. */
    {"binary-cross-entropy-100",
     {SIGMOID_LOSS, .z = (gfloat[]){100, 100, -100, -100}, .targets = (gfloat[]){1, 0, 0, 1}},
     50,
     {0, 0.25, 0, -0.25}},
    {"binary-cross-entropy-10000",
     {SIGMOID_LOSS, .z = (gfloat[]){1e4f, 1e4f, -1e4f, -1e4f}, .targets = (gfloat[]){1, 0, 0, 1}},
     5000,
     {0, 0.25, 0, -0.25}},
    /* Saturated: wrong, but f′ is 0. */
    {"mse-saturated-softmax",
     {.activation = RIPPLE_ACTIVATION_SOFTMAX,
      .samples = 2,
      .outputs = 2,
      .z = (gfloat[]){1e4f, -1e4f, 1e4f, -1e4f},
      .a = (gfloat[]){1, 0, 1, 0},
      .labels = (guint32[]){0, 1}},
     0.5,
     {0, 0, 0, 0}},
    {"mse-saturated-sigmoid",
     {.activation = RIPPLE_ACTIVATION_SIGMOID,
      .samples = 4,
      .outputs = 1,
      .z = (gfloat[]){1e4f, 1e4f, -1e4f, -1e4f},
      .a = (gfloat[]){1, 1, 0, 0},
      .targets = (gfloat[]){1, 0, 0, 1}},
     0.5,
     {0, 0, 0, 0}},
    {"mse-identity-10000",
     {.activation = RIPPLE_ACTIVATION_IDENTITY,
      .samples = 4,
      .outputs = 1,
      .a = (gfloat[]){1e4f, -1e4f, 1e4f, -1e4f},
      .targets = (gfloat[]){0, 0, 0, 0}},
     1e8,
     {5000, -5000, 5000, -5000}},
};

/* Few functions, and divisions: 20 u of the result. */
static void test_loss(const OpsCase *ops)
{
    const ExtremeLoss *extreme = &losses[ops->variant];
    gdouble result[2], tolerance[4];
    g_autofree gdouble *delta = NULL;
    loss_run(ops->backend, &extreme->operands, TEST_ODD, result, &delta);
    gdouble loss_tolerance = 20 * ops->rounding * extreme->loss;
    for (guint i = 0; i < 4; i++)
        tolerance[i] = 20 * ops->rounding * fabs(extreme->delta[i]) + TEST_UNDERFLOW;
    test_check_close("loss", &result[0], &extreme->loss, &loss_tolerance, 1);
    test_check_close("delta", delta, extreme->delta, tolerance, 4);
}

/* One bad number among four makes the loss NaN: this is how a trainer learns of it. */
static void test_not_a_number(const OpsCase *ops)
{
    const gfloat values[] = {1, 2, NAN, 0};
    LossOperands operands = {.loss = ops->variant,
                             .activation = ripple_loss_default_activation(ops->variant),
                             .samples = 2,
                             .outputs = 2,
                             .z = values,
                             .a = values,
                             .labels = (guint32[]){0, 1}};
    gdouble result[2];
    g_autofree gdouble *delta = NULL;
    loss_run(ops->backend, &operands, TEST_ODD, result, &delta);
    g_assert_true(isnan(result[0]));
    g_assert_true(isfinite(delta[0]) && isfinite(delta[1]));
    g_assert_true(isnan(delta[2]));
}

void ops_add_extreme_tests(const OpsCase *ops)
{
    for (guint f = 0; f < RIPPLE_ACTIVATION_SOFTMAX; f++) {
        ops_add(ops, test_activation, f, "extremes/forward-%s", ripple_activation_name(f));
        ops_add(ops, test_derivative, f, "extremes/delta-%s", ripple_activation_name(f));
    }
    for (guint i = 0; i < G_N_ELEMENTS(losses); i++)
        ops_add(ops, test_loss, i, "extremes/loss-%s", losses[i].name);
    for (guint l = 0; l < RIPPLE_N_LOSSES; l++)
        ops_add(ops, test_not_a_number, l, "extremes/loss-%s-not-a-number", ripple_loss_name(l));
}
