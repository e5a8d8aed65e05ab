/* forward: z = x·Wᵀ + b, a = f(z). */
#include "ops/activations.h"
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

/* The operands of one forward, as numbers. */
typedef struct {
    OpsShape shape;
    const gfloat *x, *weight, *bias;
} Operands;

/* Run it on `backend`; `z` and `a` receive the results, or are NULL where the view is absent. */
static void forward(RippleBackend *backend, RippleActivation activation, Operands operands,
                    gsize offset, gdouble **z, gdouble **a)
{
    g_autoptr(GError) error = NULL;
    OpsShape s = operands.shape;
    g_autoptr(TestTensor) x = test_constant(backend, offset, s.samples, s.inputs, operands.x);
    g_autoptr(TestTensor) weight =
        test_constant(backend, offset, s.outputs, s.inputs, operands.weight);
    g_autoptr(TestTensor) bias = test_constant(backend, offset, 1, s.outputs, operands.bias);
    g_autoptr(TestTensor) kept_z =
        z ? test_variable(backend, offset, s.samples, s.outputs, NULL) : NULL;
    g_autoptr(TestTensor) kept_a =
        a ? test_variable(backend, offset, s.samples, s.outputs, NULL) : NULL;

    RippleForward operation = {x->view,           weight->view,      bias->view,
                               test_view(kept_z), test_view(kept_a), activation};
    ripple_backend_forward(backend, &operation, &error);
    g_assert_no_error(error);
    if (z)
        *z = test_values(kept_z);
    if (a)
        *a = test_values(kept_a);
}

/* Forward three times: with z and a, with z alone, with a alone. */
static void check_forward(const OpsCase *ops, RippleActivation activation, Operands operands,
                          gsize offset, const gdouble *z_expected, const gdouble *z_tolerance,
                          const gdouble *a_expected, const gdouble *a_tolerance)
{
    gsize count = operands.shape.samples * operands.shape.outputs;
    g_autofree gdouble *z = NULL, *a = NULL, *z_alone = NULL, *a_alone = NULL;
    forward(ops->backend, activation, operands, offset, &z, &a);
    forward(ops->backend, activation, operands, offset, &z_alone, NULL);
    forward(ops->backend, activation, operands, offset, NULL, &a_alone);
    test_check_close("z beside a", z, z_expected, z_tolerance, count);
    test_check_close("z alone", z_alone, z_expected, z_tolerance, count);
    test_check_close("a beside z", a, a_expected, a_tolerance, count);
    test_check_close("a alone", a_alone, a_expected, a_tolerance, count);
}

/* Two samples of three inputs, two outputs:
 *
 *     x = | 1  2  3 |    W = | 1  0 -1 |    b = | 0.5  -2 |
 *         |-1  0  2 |        | 2  1  1 |
 *
 *     z = | 1-3+0.5   2+2+3-2 | = | -1.5   5 |
 *         |-1-2+0.5  -2+2-2   |   | -2.5  -2 |
 *
 * All of it is exact in binary. */
static void test_by_hand(const OpsCase *ops)
{
    Operands operands = {
        .shape = {2, 3, 2},
        .x = (gfloat[]){1, 2, 3, -1, 0, 2},
        .weight = (gfloat[]){1, 0, -1, 2, 1, 1},
        .bias = (gfloat[]){0.5, -2},
    };
    const gdouble z[] = {-1.5, 5, -2.5, -2}, relu[] = {0, 5, 0, 0}, exactly[4] = {0};
    for (guint n = 0; n < 3; n++) {
        check_forward(ops, RIPPLE_ACTIVATION_IDENTITY, operands, ops_offset(n), z, exactly, z,
                      exactly);
        check_forward(ops, RIPPLE_ACTIVATION_RELU, operands, ops_offset(n), z, exactly, relu,
                      exactly);
    }
}

/* One input per sample, W = 1 and b = 0, so that z is x exactly and a is f(x). */
static void test_known_values(const OpsCase *ops)
{
    const KnownActivation *known = &known_activations[ops->variant];
    Operands operands = {{KNOWN_ARGUMENTS, 1, 1}, known_arguments, (gfloat[]){1}, (gfloat[]){0}};
    gdouble z[KNOWN_ARGUMENTS], exactly[KNOWN_ARGUMENTS] = {0}, tolerance[KNOWN_ARGUMENTS];
    for (guint i = 0; i < KNOWN_ARGUMENTS; i++) {
        z[i] = known_arguments[i];
        tolerance[i] = (known->relative * fabs(known->f[i]) + known->absolute) * ops->rounding;
    }
    check_forward(ops, ops->variant, operands, TEST_ODD, z, exactly, known->f, tolerance);
}

/* softmax(1, 2, 3), and the same 1000 higher: e^1003 is beyond every float and double, yet a is the
 * same. Equal values share alike. */
static void test_softmax_by_hand(const OpsCase *ops)
{
    Operands operands = {
        .shape = {3, 1, 3},
        .x = (gfloat[]){0, 1, 0},
        .weight = (gfloat[]){1000, 1000, 1000},
        .bias = (gfloat[]){1, 2, 3},
    };
    const gdouble z[] = {1, 2, 3, 1001, 1002, 1003, 1, 2, 3}, exactly[9] = {0};
    const gdouble share[] = {0.090030573170380457, 0.24472847105479765, 0.66524095577482189};
    gdouble a[9], tolerance[9];
    for (guint i = 0; i < 9; i++) {
        a[i] = share[i % 3];
        tolerance[i] = 25 * ops->rounding * a[i]; /* exp twice, 3 terms' sum, division */
    }
    check_forward(ops, RIPPLE_ACTIVATION_SOFTMAX, operands, TEST_ODD, z, exactly, a, tolerance);

    operands.bias = (gfloat[]){7, 7, 7};
    const gdouble z_equal[] = {7, 7, 7, 1007, 1007, 1007, 7, 7, 7};
    for (guint i = 0; i < 9; i++)
        a[i] = 1.0 / 3;
    check_forward(ops, RIPPLE_ACTIVATION_SOFTMAX, operands, TEST_ODD, z_equal, exactly, a,
                  tolerance);
}

/* Whole numbers up to 4: a sum of up to 257 products stays far below 2²⁴, so every order of adding
 * gives the very sum that this loop gives. */
static void check_whole_numbers(const OpsCase *ops, OpsShape s, gsize offset)
{
    g_autofree gfloat *x = test_whole_numbers(1, s.samples * s.inputs, -4, 4);
    g_autofree gfloat *weight = test_whole_numbers(2, s.outputs * s.inputs, -4, 4);
    g_autofree gfloat *bias = test_whole_numbers(3, s.outputs, -4, 4);
    g_autofree gdouble *expected = g_new(gdouble, s.samples * s.outputs);
    for (gsize n = 0; n < s.samples; n++)
        for (gsize o = 0; o < s.outputs; o++) {
            gdouble sum = bias[o];
            for (gsize i = 0; i < s.inputs; i++)
                sum += (gdouble)x[n * s.inputs + i] * weight[o * s.inputs + i];
            expected[n * s.outputs + o] = sum;
        }

    Operands operands = {s, x, weight, bias};
    g_autofree gdouble *z = NULL, *a = NULL;
    forward(ops->backend, RIPPLE_ACTIVATION_IDENTITY, operands, offset, &z, NULL);
    test_check_equal("z", z, expected, s.samples * s.outputs);

    for (gsize i = 0; i < s.samples * s.outputs; i++)
        expected[i] = MAX(expected[i], 0);
    forward(ops->backend, RIPPLE_ACTIVATION_RELU, operands, offset, NULL, &a);
    test_check_equal("a = relu(z)", a, expected, s.samples * s.outputs);
}

static void test_whole_numbers_at_every_shape(const OpsCase *ops)
{
    ops_every_shape(ops, check_whole_numbers);
}

/* Whole numbers again at two small shapes, which a simulated device gets through: several panels
 * and several tiles for a work-item, and rows of xᵀ that are read where they lie. */
static void test_whole_numbers_at_small_shapes(const OpsCase *ops)
{
    const OpsShape shapes[] = {{17, 1030, 25}, {64, 20, 25}, {5, 20, 25}};
    for (guint n = 0; n < G_N_ELEMENTS(shapes); n++)
        check_whole_numbers(ops, shapes[n], ops_offset(n));
}

/* Σᵢ |xᵢ·wᵢ| + |b| for each output of each sample, times the bound on a sum's relative error. */
static gdouble *z_errors(const OpsCase *ops, Operands operands)
{
    OpsShape s = operands.shape;
    gdouble *errors = g_new(gdouble, s.samples * s.outputs);
    for (gsize n = 0; n < s.samples; n++)
        for (gsize o = 0; o < s.outputs; o++) {
            const gfloat *x = operands.x + n * s.inputs, *w = operands.weight + o * s.inputs;
            gdouble magnitude = fabsf(operands.bias[o]);
            for (gsize i = 0; i < s.inputs; i++)
                magnitude += fabs((gdouble)x[i] * w[i]);
            errors[n * s.outputs + o] = ops_sum_error(ops, s.inputs) * magnitude;
        }
    return errors;
}

/* z's error carried on by f, and f's own. */
static gdouble *a_errors(const OpsCase *ops, RippleActivation activation, const gdouble *a,
                         const gdouble *z_error, gsize count)
{
    const KnownActivation *known = &known_activations[activation];
    gdouble *errors = g_new(gdouble, count);
    for (gsize i = 0; i < count; i++)
        errors[i] = STEEPEST_SLOPE * z_error[i] +
                    (known->relative * fabs(a[i]) + known->absolute) * ops->rounding;
    return errors;
}

/* In aᵢ = e^(zᵢ − m) / Σⱼ e^(zⱼ − m), errors in z, in the difference (relative u), in exp (6 u), in
 * the sum and the division (5 u) are all relative errors of aᵢ; z's and exp's come twice. */
static gdouble *softmax_errors(const OpsCase *ops, const gdouble *z, const gdouble *a,
                               const gdouble *z_error, OpsShape s)
{
    gdouble *errors = g_new(gdouble, s.samples * s.outputs);
    for (gsize n = 0; n < s.samples; n++) {
        gsize first = n * s.outputs;
        gdouble low = z[first], high = z[first], error = 0;
        for (gsize o = first; o < first + s.outputs; o++) {
            low = MIN(low, z[o]);
            high = MAX(high, z[o]);
            error = MAX(error, z_error[o]);
        }
        for (gsize o = first; o < first + s.outputs; o++)
            errors[o] = a[o] * 2 *
                        (error + (high - low + 8) * ops->rounding + ops_sum_error(ops, s.outputs));
    }
    return errors;
}

/* Weights such that z is about 1 in size whatever the number of inputs. */
static void test_as_reference(const OpsCase *ops)
{
    RippleActivation activation = ops->variant;
    for (guint n = 0; n < OPS_N_SHAPES; n++) {
        OpsShape s = ops_shapes[n];
        gdouble limit = 4 / sqrt((gdouble)s.inputs);
        g_autofree gfloat *x = test_reals(4, s.samples * s.inputs, -1, 1);
        g_autofree gfloat *weight = test_reals(5, s.outputs * s.inputs, -limit, limit);
        g_autofree gfloat *bias = test_reals(6, s.outputs, -1, 1);
        Operands operands = {s, x, weight, bias};

        g_autofree gdouble *z = NULL, *a = NULL;
        forward(ops->reference, activation, operands, TEST_ALIGNED, &z, &a);
        g_autofree gdouble *z_error = z_errors(ops, operands);
        g_autofree gdouble *a_error =
            activation == RIPPLE_ACTIVATION_SOFTMAX
                ? softmax_errors(ops, z, a, z_error, s)
                : a_errors(ops, activation, a, z_error, s.samples * s.outputs);
        check_forward(ops, activation, operands, ops_offset(n), z, z_error, a, a_error);
    }
}

/* A trainer notices that numbers went wrong only if NaN stays NaN on its way to the loss. */
static void test_not_a_number(const OpsCase *ops)
{
    Operands operands = {.shape = {2, 1, 2},
                         .x = (gfloat[]){NAN, 1},
                         .weight = (gfloat[]){1, 1},
                         .bias = (gfloat[]){0, 0}};
    g_autofree gdouble *a = NULL;
    forward(ops->backend, ops->variant, operands, TEST_ODD, NULL, &a);
    g_assert_true(isnan(a[0]) && isnan(a[1]));
    g_assert_true(isfinite(a[2]) && isfinite(a[3]));
}

void ops_add_forward_tests(const OpsCase *ops)
{
    ops_add(ops, test_by_hand, 0, "forward/by-hand");
    ops_add(ops, test_softmax_by_hand, 0, "forward/softmax-by-hand");
    ops_add(ops, test_whole_numbers_at_every_shape, 0, "forward/whole-numbers");
    ops_add(ops, test_whole_numbers_at_small_shapes, 0, "forward/small-whole-numbers");
    for (guint f = 0; f < RIPPLE_N_ACTIVATIONS; f++) {
        const char *name = ripple_activation_name(f);
        if (f != RIPPLE_ACTIVATION_SOFTMAX)
            ops_add(ops, test_known_values, f, "forward/%s/known-values", name);
        ops_add(ops, test_as_reference, f, "forward/%s/as-reference", name);
        ops_add(ops, test_not_a_number, f, "forward/%s/not-a-number", name);
    }
}
