/* update: w ← w − η·g, or with momentum v ← μ·v + g and w ← w − η·v, in place; update_adam.c has
 * Adam. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

/* Parameters and their velocity, which is NULL without momentum. */
typedef struct {
    TestTensor *parameter, *gradient, *velocity;
    gdouble learning_rate, momentum;
} Operands;

static void update(RippleBackend *backend, const Operands *operands)
{
    g_autoptr(GError) error = NULL;
    RippleUpdate operation = {.parameter = operands->parameter->view,
                              .gradient = operands->gradient->view,
                              .first_moment = test_view(operands->velocity),
                              .rates = {.optimizer = RIPPLE_OPTIMIZER_SGD,
                                        .learning_rate = operands->learning_rate,
                                        .momentum = operands->momentum}};
    ripple_backend_update(backend, &operation, &error);
    g_assert_no_error(error);
}

static void check_tensor(const char *what, const TestTensor *tensor, const gdouble *expected)
{
    g_autofree gdouble *values = test_values(tensor);
    test_check_equal(what, values, expected, tensor->view.rows * tensor->view.columns);
}

/* η = ¼: w − g/4, all exact in binary. */
static void test_plain_by_hand(const OpsCase *ops)
{
    g_autoptr(TestTensor) w = test_variable(ops->backend, TEST_ODD, 1, 3, (gfloat[]){1, -2, 0.5});
    g_autoptr(TestTensor) g = test_constant(ops->backend, TEST_ODD, 1, 3, (gfloat[]){4, 1, -2});
    update(ops->backend, &(Operands){w, g, NULL, 0.25, 0});
    check_tensor("w", w, (gdouble[]){0, -2.25, 1});
    update(ops->backend, &(Operands){w, g, NULL, 0.25, 0});
    check_tensor("w", w, (gdouble[]){-1, -2.5, 1.5});
}

/* μ = ½, η = ¼, the same gradient 4 in each step: v = 4, 6, 7 and w = 8 − v/4 = 7, 5.5, 3.75. The
 * second element has no gradient, but a velocity of 8 to begin with, which fades: v = 4, 2, 1. */
static void test_momentum_by_hand(const OpsCase *ops)
{
    g_autoptr(TestTensor) w = test_variable(ops->backend, TEST_ODD, 2, 1, (gfloat[]){8, 0});
    g_autoptr(TestTensor) g = test_constant(ops->backend, TEST_ODD, 2, 1, (gfloat[]){4, 0});
    g_autoptr(TestTensor) v = test_variable(ops->backend, TEST_ODD, 2, 1, (gfloat[]){0, 8});
    const gdouble velocities[3][2] = {{4, 4}, {6, 2}, {7, 1}};
    const gdouble parameters[3][2] = {{7, -1}, {5.5, -1.5}, {3.75, -1.75}};
    for (guint step = 0; step < 3; step++) {
        update(ops->backend, &(Operands){w, g, v, 0.25, 0.5});
        check_tensor("v", v, velocities[step]);
        check_tensor("w", w, parameters[step]);
    }
}

/* One update on `backend`; the results are freed with g_free. */
static void update_once(RippleBackend *backend, gsize offset, gsize count, const gfloat *w_values,
                        const gfloat *g_values, const gfloat *v_values, gdouble learning_rate,
                        gdouble momentum, gdouble **w_result, gdouble **v_result)
{
    g_autoptr(TestTensor) w = test_variable(backend, offset, 1, count, w_values);
    g_autoptr(TestTensor) g = test_constant(backend, offset, 1, count, g_values);
    g_autoptr(TestTensor) v =
        momentum != 0 ? test_variable(backend, offset, 1, count, v_values) : NULL;
    update(backend, &(Operands){w, g, v, learning_rate, momentum});
    *w_result = test_values(w);
    *v_result = v ? test_values(v) : NULL;
}

/* η and μ are rounded (1 u), each product and each sum rounds (1 u): v is off by 2|μv| + |v′| u, w
 * by η times that, and by 2|η·v′| + |w′| u. */
static void check_as_reference(const OpsCase *ops, gsize count, gsize offset, gdouble momentum)
{
    const gdouble learning_rate = 0.01, u = ops->rounding;
    g_autofree gfloat *w = test_reals(1, count, -1, 1);
    g_autofree gfloat *g = test_reals(2, count, -1, 1);
    g_autofree gfloat *v = test_reals(3, count, -1, 1);
    g_autofree gdouble *w_expected = NULL, *v_expected = NULL, *w_result = NULL, *v_result = NULL;
    update_once(ops->reference, TEST_ALIGNED, count, w, g, v, learning_rate, momentum, &w_expected,
                &v_expected);
    update_once(ops->backend, offset, count, w, g, v, learning_rate, momentum, &w_result,
                &v_result);

    g_autofree gdouble *w_tolerance = g_new(gdouble, count), *v_tolerance = g_new(gdouble, count);
    for (gsize i = 0; i < count; i++) {
        gdouble step = v_expected ? v_expected[i] : g[i];
        v_tolerance[i] = v_expected ? (2 * fabs(momentum * v[i]) + fabs(step)) * u : 0;
        w_tolerance[i] = learning_rate * v_tolerance[i] +
                         (2 * fabs(learning_rate * step) + fabs(w_expected[i])) * u;
    }
    test_check_close("w", w_result, w_expected, w_tolerance, count);
    if (momentum != 0)
        test_check_close("v", v_result, v_expected, v_tolerance, count);
}

static void test_as_reference(const OpsCase *ops)
{
    const gsize counts[] = {1, 7, 17, 64, 257, 100000};
    for (guint n = 0; n < G_N_ELEMENTS(counts) * 3; n++) {
        check_as_reference(ops, counts[n / 3], ops_offset(n), 0);
        check_as_reference(ops, counts[n / 3], ops_offset(n), 0.9);
    }
}

void ops_add_update_tests(const OpsCase *ops)
{
    ops_add(ops, test_plain_by_hand, 0, "update/plain-by-hand");
    ops_add(ops, test_momentum_by_hand, 0, "update/momentum-by-hand");
    ops_add(ops, test_as_reference, 0, "update/as-reference");
}
