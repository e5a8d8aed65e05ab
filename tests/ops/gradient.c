/* gradient: ∂L/∂W = δᵀ·x, ∂L/∂b = Σ δ over the batch. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

typedef struct {
    gdouble *weight; /* outputs × inputs */
    gdouble *bias;   /* outputs */
} Gradient;

static void gradient_clear(Gradient *gradient)
{
    g_free(gradient->weight);
    g_free(gradient->bias);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Gradient, gradient_clear)

static Gradient gradient_of(RippleBackend *backend, OpsShape s, const gfloat *delta_values,
                            const gfloat *x_values, gsize offset)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) delta =
        test_constant(backend, offset, s.samples, s.outputs, delta_values);
    g_autoptr(TestTensor) x = test_constant(backend, offset, s.samples, s.inputs, x_values);
    g_autoptr(TestTensor) weight = test_variable(backend, offset, s.outputs, s.inputs, NULL);
    g_autoptr(TestTensor) bias = test_variable(backend, offset, 1, s.outputs, NULL);
    RippleGradient operation = {delta->view, x->view, weight->view, bias->view};
    ripple_backend_gradient(backend, &operation, &error);
    g_assert_no_error(error);
    return (Gradient){test_values(weight), test_values(bias)};
}

/* Three samples, two outputs, two inputs:
 *
 *     δ = | 1  2 |    x = | 1  4 |    δᵀ·x = | 1+0-3   4+0-6 | = | -2  -2 |    Σ δ = | 0  5 |
 *         | 0  3 |        | 2  5 |           | 2+6+0   8+15+0|   |  8  23 |
 *         |-1  0 |        | 3  6 |
 */
static void test_by_hand(const OpsCase *ops)
{
    const OpsShape shape = {3, 2, 2};
    const gfloat delta[] = {1, 2, 0, 3, -1, 0}, x[] = {1, 4, 2, 5, 3, 6};
    const gdouble weight[] = {-2, -2, 8, 23}, bias[] = {0, 5};
    for (guint n = 0; n < 3; n++) {
        g_auto(Gradient) gradient = gradient_of(ops->backend, shape, delta, x, ops_offset(n));
        test_check_equal("weight gradient", gradient.weight, weight, 4);
        test_check_equal("bias gradient", gradient.bias, bias, 2);
    }
}

/* Sums of whole numbers (forward.c says why they are exact). */
static void check_whole_numbers(const OpsCase *ops, OpsShape s, gsize offset)
{
    g_autofree gfloat *delta = test_whole_numbers(1, s.samples * s.outputs, -4, 4);
    g_autofree gfloat *x = test_whole_numbers(2, s.samples * s.inputs, -4, 4);
    g_autofree gdouble *weight = g_new0(gdouble, s.outputs * s.inputs);
    g_autofree gdouble *bias = g_new0(gdouble, s.outputs);
    for (gsize n = 0; n < s.samples; n++)
        for (gsize o = 0; o < s.outputs; o++) {
            bias[o] += delta[n * s.outputs + o];
            for (gsize i = 0; i < s.inputs; i++)
                weight[o * s.inputs + i] += (gdouble)delta[n * s.outputs + o] * x[n * s.inputs + i];
        }
    g_auto(Gradient) gradient = gradient_of(ops->backend, s, delta, x, offset);
    test_check_equal("weight gradient", gradient.weight, weight, s.outputs * s.inputs);
    test_check_equal("bias gradient", gradient.bias, bias, s.outputs);
}

static void test_whole_numbers_at_every_shape(const OpsCase *ops)
{
    ops_every_shape(ops, check_whole_numbers);
}

/* Whole numbers again at two small shapes, which a simulated device gets through: several panels
 * and several tiles for a work-item, and rows of x that are read where they lie. */
static void test_whole_numbers_at_small_shapes(const OpsCase *ops)
{
    const OpsShape shapes[] = {{1030, 17, 25}, {20, 64, 25}, {260, 3, 515}};
    for (guint n = 0; n < G_N_ELEMENTS(shapes); n++)
        check_whole_numbers(ops, shapes[n], ops_offset(n));
}

/* A weight gradient is a sum of as many products as there are samples. */
static void test_as_reference(const OpsCase *ops)
{
    for (guint k = 0; k < OPS_N_SHAPES; k++) {
        OpsShape s = ops_shapes[k];
        g_autofree gfloat *delta = test_reals(1, s.samples * s.outputs, -1, 1);
        g_autofree gfloat *x = test_reals(2, s.samples * s.inputs, -1, 1);
        g_autofree gdouble *weight_tolerance = g_new0(gdouble, s.outputs * s.inputs);
        g_autofree gdouble *bias_tolerance = g_new0(gdouble, s.outputs);
        for (gsize n = 0; n < s.samples; n++)
            for (gsize o = 0; o < s.outputs; o++) {
                gdouble error = ops_sum_error(ops, s.samples) * fabsf(delta[n * s.outputs + o]);
                bias_tolerance[o] += error;
                for (gsize i = 0; i < s.inputs; i++)
                    weight_tolerance[o * s.inputs + i] += error * fabsf(x[n * s.inputs + i]);
            }
        g_auto(Gradient) expected = gradient_of(ops->reference, s, delta, x, TEST_ALIGNED);
        g_auto(Gradient) gradient = gradient_of(ops->backend, s, delta, x, ops_offset(k));
        test_check_close("weight gradient", gradient.weight, expected.weight, weight_tolerance,
                         s.outputs * s.inputs);
        test_check_close("bias gradient", gradient.bias, expected.bias, bias_tolerance, s.outputs);
    }
}

void ops_add_gradient_tests(const OpsCase *ops)
{
    ops_add(ops, test_by_hand, 0, "gradient/by-hand");
    ops_add(ops, test_whole_numbers_at_every_shape, 0, "gradient/whole-numbers");
    ops_add(ops, test_whole_numbers_at_small_shapes, 0, "gradient/small-whole-numbers");
    ops_add(ops, test_as_reference, 0, "gradient/as-reference");
}
