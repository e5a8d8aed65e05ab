/* delta: δ = (δ_above · W_above) ∘ f′(z), with f′ from z or from a. */
#include "ops/activations.h"
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

/* The operands of one delta; `z` NULL leaves the view out. In `shape`, inputs stand for the outputs
 * of the layer above. */
typedef struct {
    OpsShape shape;
    const gfloat *above, *weight_above, *z, *a;
} Operands;

static gdouble *delta(RippleBackend *backend, RippleActivation activation, Operands operands,
                      gsize offset)
{
    g_autoptr(GError) error = NULL;
    OpsShape s = operands.shape;
    g_autoptr(TestTensor) above =
        test_constant(backend, offset, s.samples, s.inputs, operands.above);
    g_autoptr(TestTensor) weight_above =
        test_constant(backend, offset, s.inputs, s.outputs, operands.weight_above);
    g_autoptr(TestTensor) z =
        operands.z ? test_constant(backend, offset, s.samples, s.outputs, operands.z) : NULL;
    g_autoptr(TestTensor) a = test_constant(backend, offset, s.samples, s.outputs, operands.a);
    g_autoptr(TestTensor) result = test_variable(backend, offset, s.samples, s.outputs, NULL);

    RippleDelta operation = {above->view, weight_above->view, test_view(z),
                             a->view,     result->view,       activation};
    ripple_backend_delta(backend, &operation, &error);
    g_assert_no_error(error);
    return test_values(result);
}

static void check_delta(const OpsCase *ops, RippleActivation activation, Operands operands,
                        gsize offset, const gdouble *expected, const gdouble *tolerance)
{
    g_autofree gdouble *result = delta(ops->backend, activation, operands, offset);
    test_check_close(operands.z ? "delta from z and a" : "delta from a", result, expected,
                     tolerance, operands.shape.samples * operands.shape.outputs);
}

/* Two samples, three outputs above, two outputs here:
 *
 *     δ_above = | 1  -1  2 |    W_above = | 1  2 |    δ_above·W_above = | 7  1 |
 *               | 0   1  1 |              | 0  3 |                      | 3  4 |
 *                                         | 3  1 |
 *
 * and relu lets through where z > 0: at (-1, 2; 0, 5) that is (no, yes; no, yes). */
static void test_by_hand(const OpsCase *ops)
{
    Operands operands = {
        .shape = {2, 3, 2},
        .above = (gfloat[]){1, -1, 2, 0, 1, 1},
        .weight_above = (gfloat[]){1, 2, 0, 3, 3, 1},
        .z = (gfloat[]){-1, 2, 0, 5},
    };
    const gfloat z_above_zero[] = {0, 2, 0, 5};
    const gdouble product[] = {7, 1, 3, 4}, relu[] = {0, 1, 0, 4}, exactly[4] = {0};
    for (guint n = 0; n < 3; n++) {
        operands.a = operands.z;
        check_delta(ops, RIPPLE_ACTIVATION_IDENTITY, operands, ops_offset(n), product, exactly);
        operands.a = z_above_zero;
        check_delta(ops, RIPPLE_ACTIVATION_RELU, operands, ops_offset(n), relu, exactly);
    }
    operands.z = NULL;
    check_delta(ops, RIPPLE_ACTIVATION_RELU, operands, TEST_ODD, relu, exactly);
}

/* δ_above = 1 and W_above = 1, so that δ is f′. */
static void test_known_values(const OpsCase *ops)
{
    const KnownActivation *known = &known_activations[ops->variant];
    gfloat a[KNOWN_ARGUMENTS], ones[KNOWN_ARGUMENTS];
    gdouble tolerance[KNOWN_ARGUMENTS];
    for (guint i = 0; i < KNOWN_ARGUMENTS; i++) {
        a[i] = (gfloat)known->f[i];
        ones[i] = 1;
        /* a is a float on every backend, and so is what f′ can be computed to from it */
        tolerance[i] = known->derivative_error * TEST_FLOAT_ROUNDING;
    }
    Operands operands = {{KNOWN_ARGUMENTS, 1, 1}, ones, ones, known_arguments, a};
    check_delta(ops, ops->variant, operands, TEST_ODD, known->derivative, tolerance);
    if (ripple_activation_needs_z(ops->variant))
        return;
    operands.z = NULL;
    check_delta(ops, ops->variant, operands, TEST_ODD, known->derivative, tolerance);
}

/* Sums of whole numbers (forward.c says why they are exact). */
static void check_whole_numbers(const OpsCase *ops, OpsShape s, gsize offset)
{
    gsize count = s.samples * s.outputs;
    g_autofree gfloat *above = test_whole_numbers(1, s.samples * s.inputs, -4, 4);
    g_autofree gfloat *weight_above = test_whole_numbers(2, s.inputs * s.outputs, -4, 4);
    g_autofree gfloat *z = test_whole_numbers(3, count, -1, 1);
    g_autofree gfloat *a = g_new(gfloat, count);
    g_autofree gdouble *expected = g_new(gdouble, count);
    for (gsize n = 0; n < s.samples; n++)
        for (gsize o = 0; o < s.outputs; o++) {
            gdouble sum = 0;
            for (gsize k = 0; k < s.inputs; k++)
                sum += (gdouble)above[n * s.inputs + k] * weight_above[k * s.outputs + o];
            expected[n * s.outputs + o] = sum;
        }

    Operands operands = {s, above, weight_above, NULL, z};
    g_autofree gdouble *product = delta(ops->backend, RIPPLE_ACTIVATION_IDENTITY, operands, offset);
    test_check_equal("delta of identity", product, expected, count);

    for (gsize i = 0; i < count; i++) {
        a[i] = MAX(z[i], 0);
        expected[i] = z[i] > 0 ? expected[i] : 0;
    }
    operands.a = a;
    g_autofree gdouble *masked = delta(ops->backend, RIPPLE_ACTIVATION_RELU, operands, offset);
    test_check_equal("delta of relu", masked, expected, count);
}

static void test_whole_numbers_at_every_shape(const OpsCase *ops)
{
    ops_every_shape(ops, check_whole_numbers);
}

/* Whole numbers again at two small shapes, which a simulated device gets through: several panels
 * and several tiles for a work-item, and rows of W_above that are read where they lie. */
static void test_whole_numbers_at_small_shapes(const OpsCase *ops)
{
    const OpsShape shapes[] = {{25, 1030, 17}, {25, 20, 64}};
    for (guint n = 0; n < G_N_ELEMENTS(shapes); n++)
        check_whole_numbers(ops, shapes[n], ops_offset(n));
}

/* |Σ|·(f′'s error), and the sum's error times f′, which is below 1.13; the product rounds once. */
static gdouble *errors(const OpsCase *ops, RippleActivation activation, Operands operands)
{
    OpsShape s = operands.shape;
    gdouble f_error = known_activations[activation].derivative_error * ops->rounding;
    gdouble *bounds = g_new(gdouble, s.samples * s.outputs);
    for (gsize n = 0; n < s.samples; n++)
        for (gsize o = 0; o < s.outputs; o++) {
            gdouble sum = 0, magnitude = 0;
            for (gsize k = 0; k < s.inputs; k++) {
                gdouble product = (gdouble)operands.above[n * s.inputs + k] *
                                  operands.weight_above[k * s.outputs + o];
                sum += product;
                magnitude += fabs(product);
            }
            bounds[n * s.outputs + o] =
                fabs(sum) * f_error + STEEPEST_SLOPE * ops_sum_error(ops, s.inputs) * magnitude;
        }
    return bounds;
}

static void test_as_reference(const OpsCase *ops)
{
    RippleActivation activation = ops->variant;
    for (guint n = 0; n < OPS_N_SHAPES; n++) {
        OpsShape s = ops_shapes[n];
        g_autofree gfloat *above = test_reals(1, s.samples * s.inputs, -1, 1);
        g_autofree gfloat *weight_above = test_reals(2, s.inputs * s.outputs, -1, 1);
        g_autofree gfloat *z = test_reals(3, s.samples * s.outputs, -4, 4);
        g_autofree gfloat *a = activations_of(ops->reference, activation, z, s.samples, s.outputs);
        Operands operands = {s, above, weight_above, z, a};
        g_autofree gdouble *tolerance = errors(ops, activation, operands);
        g_autofree gdouble *from_z = delta(ops->reference, activation, operands, TEST_ALIGNED);
        check_delta(ops, activation, operands, ops_offset(n), from_z, tolerance);
        if (ripple_activation_needs_z(activation))
            continue;
        operands.z = NULL;
        g_autofree gdouble *from_a = delta(ops->reference, activation, operands, TEST_ALIGNED);
        check_delta(ops, activation, operands, ops_offset(n + 1), from_a, tolerance);
    }
}

void ops_add_delta_tests(const OpsCase *ops)
{
    ops_add(ops, test_by_hand, 0, "delta/by-hand");
    ops_add(ops, test_whole_numbers_at_every_shape, 0, "delta/whole-numbers");
    ops_add(ops, test_whole_numbers_at_small_shapes, 0, "delta/small-whole-numbers");
    for (guint f = 0; f < RIPPLE_ACTIVATION_SOFTMAX; f++) {
        ops_add(ops, test_known_values, f, "delta/%s/known-values", ripple_activation_name(f));
        ops_add(ops, test_as_reference, f, "delta/%s/as-reference", ripple_activation_name(f));
    }
}
