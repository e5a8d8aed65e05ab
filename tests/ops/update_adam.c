/* update by Adam: m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², and
 * w ← w − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε), in place. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

typedef struct {
    TestTensor *parameter, *gradient, *first, *second;
} Operands;

static void operands_clear(Operands *operands)
{
    test_tensor_free(operands->parameter);
    test_tensor_free(operands->gradient);
    test_tensor_free(operands->first);
    test_tensor_free(operands->second);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Operands, operands_clear)

static void update(const Operands *operands, const RippleRates *rates)
{
    g_autoptr(GError) error = NULL;
    RippleUpdate operation = {.parameter = operands->parameter->view,
                              .gradient = operands->gradient->view,
                              .first_moment = operands->first->view,
                              .second_moment = operands->second->view,
                              .rates = *rates};
    ripple_backend_update(operation.parameter.buffer->backend, &operation, &error);
    g_assert_no_error(error);
}

static void check_tensor(const OpsCase *ops, const char *what, const TestTensor *tensor,
                         const gdouble *expected, gdouble roundings)
{
    gsize count = tensor->view.rows * tensor->view.columns;
    g_autofree gdouble *values = test_values(tensor);
    g_autofree gdouble *tolerance = g_new(gdouble, count);
    for (gsize i = 0; i < count; i++)
        tolerance[i] = roundings * ops->rounding * fabs(expected[i]);
    test_check_close(what, values, expected, tolerance, count);
}

static void upload(const TestTensor *tensor, const gfloat *values)
{
    g_autoptr(GError) error = NULL;
    ripple_backend_upload(tensor->view, values, &error);
    g_assert_no_error(error);
}

/* β₁ = ½, β₂ = ¾, ε = ½, η = ½, and gradients 4 and then 2, −4 and then 8, 0 and 0. The moments are
 * exact in binary:
 *
 *     g = 4, 2     m = 2, 2     v = 4, 4
 *     g = −4, 8    m = −2, 3    v = 4, 19
 *
 * The corrections are 1 − ½ and 1 − ¾, then 1 − ¼ and 1 − 9/16. */
static void test_by_hand(const OpsCase *ops)
{
    RippleRates rates = {.optimizer = RIPPLE_OPTIMIZER_ADAM,
                         .learning_rate = 0.5,
                         .beta1 = 0.5,
                         .beta2 = 0.75,
                         .epsilon = 0.5,
                         .step = 1};
    g_autofree gfloat *zeros = g_new0(gfloat, 3);
    g_auto(Operands) operands = {test_variable(ops->backend, TEST_ODD, 1, 3, (gfloat[]){8, 1, 7}),
                                 test_variable(ops->backend, TEST_ODD, 1, 3, (gfloat[]){4, -4, 0}),
                                 test_variable(ops->backend, TEST_ODD, 1, 3, zeros),
                                 test_variable(ops->backend, TEST_ODD, 1, 3, zeros)};

    update(&operands, &rates);
    /* m/½ = ±4 and v/¼ = 16. */
    gdouble step = 0.5 * 4 / (4 + 0.5);
    check_tensor(ops, "m", operands.first, (gdouble[]){2, -2, 0}, 0);
    check_tensor(ops, "v", operands.second, (gdouble[]){4, 4, 0}, 0);
    check_tensor(ops, "w", operands.parameter, (gdouble[]){8 - step, 1 + step, 7}, 16);

    upload(operands.gradient, (gfloat[]){2, 8, 0});
    rates.step = 2;
    update(&operands, &rates);
    gdouble one = 0.5 * (2 / 0.75) / (sqrt(4 / 0.4375) + 0.5);
    gdouble other = 0.5 * (3 / 0.75) / (sqrt(19 / 0.4375) + 0.5);
    check_tensor(ops, "m", operands.first, (gdouble[]){2, 3, 0}, 0);
    check_tensor(ops, "v", operands.second, (gdouble[]){4, 19, 0}, 0);
    check_tensor(ops, "w", operands.parameter, (gdouble[]){8 - step - one, 1 + step - other, 7},
                 16);
}

/* NaN and infinity in a gradient are not lost: a trainer must notice them. */
static void test_not_finite(const OpsCase *ops)
{
    const RippleRates rates = {.optimizer = RIPPLE_OPTIMIZER_ADAM,
                               .learning_rate = 0.001,
                               .beta1 = 0.9,
                               .beta2 = 0.999,
                               .epsilon = 1e-8,
                               .step = 3};
    const gfloat ones[2] = {1, 1};
    g_auto(Operands)
        operands = {test_variable(ops->backend, TEST_ODD, 1, 2, ones),
                    test_constant(ops->backend, TEST_ODD, 1, 2, (gfloat[]){NAN, INFINITY}),
                    test_variable(ops->backend, TEST_ODD, 1, 2, ones),
                    test_variable(ops->backend, TEST_ODD, 1, 2, ones)};
    update(&operands, &rates);
    g_autofree gdouble *w = test_values(operands.parameter);
    g_assert_true(isnan(w[0]) && isnan(w[1]));
}

/* Operands on `backend`, from the same numbers each time: v is not negative. */
static Operands operands_new(RippleBackend *backend, gsize offset, gsize count)
{
    g_autofree gfloat *w = test_reals(1, count, -1, 1);
    g_autofree gfloat *g = test_reals(2, count, -1, 1);
    g_autofree gfloat *m = test_reals(3, count, -1, 1);
    g_autofree gfloat *v = test_reals(4, count, 0, 1);
    return (Operands){
        test_variable(backend, offset, 1, count, w), test_constant(backend, offset, 1, count, g),
        test_variable(backend, offset, 1, count, m), test_variable(backend, offset, 1, count, v)};
}

/* Each factor is rounded (1 u), each product and each sum rounds (1 u): m is off by at most
 * 4 (|β₁·m| + |(1 − β₁)·g|) u, v, where nothing cancels, by 5 v u. The divisor takes half of that,
 * 6 u of the root (3 ulp), and 3 u of ε and the sum: 12 u at most; the quotient 5 u (2.5 ulp) more
 * and its product with the rate 3 u. */
static void check_as_reference(const OpsCase *ops, gsize count, gsize offset, guint64 step)
{
    const RippleRates rates = {.optimizer = RIPPLE_OPTIMIZER_ADAM,
                               .learning_rate = 0.01,
                               .beta1 = 0.9,
                               .beta2 = 0.999,
                               .epsilon = 1e-3,
                               .step = step};
    const gdouble u = ops->rounding;
    g_auto(Operands) expected = operands_new(ops->reference, TEST_ALIGNED, count);
    g_auto(Operands) found = operands_new(ops->backend, offset, count);
    g_autofree gdouble *m_before = test_values(expected.first);
    update(&expected, &rates);
    update(&found, &rates);

    g_autofree gdouble *w = test_values(expected.parameter),
                       *w_found = test_values(found.parameter);
    g_autofree gdouble *m = test_values(expected.first), *m_found = test_values(found.first);
    g_autofree gdouble *v = test_values(expected.second), *v_found = test_values(found.second);
    g_autofree gdouble *g = test_values(expected.gradient);
    g_autofree gdouble *w_allowed = g_new(gdouble, count), *m_allowed = g_new(gdouble, count);
    g_autofree gdouble *v_allowed = g_new(gdouble, count);
    gdouble correction1 = 1 - pow(0.9, (gdouble)step), correction2 = 1 - pow(0.999, (gdouble)step);
    for (gsize i = 0; i < count; i++) {
        gdouble factor = 0.01 / correction1 / (sqrt(v[i] / correction2) + 1e-3);
        m_allowed[i] = 4 * (0.9 * fabs(m_before[i]) + 0.1 * fabs(g[i])) * u;
        v_allowed[i] = 5 * v[i] * u;
        w_allowed[i] = factor * (m_allowed[i] + 20 * fabs(m[i]) * u) + fabs(w[i]) * u;
    }
    test_check_close("m", m_found, m, m_allowed, count);
    test_check_close("v", v_found, v, v_allowed, count);
    test_check_close("w", w_found, w, w_allowed, count);
}

static void test_as_reference(const OpsCase *ops)
{
    const gsize counts[] = {1, 7, 17, 64, 257, 100000};
    const guint64 steps[] = {1, 2, 1000, G_MAXUINT64};
    for (guint n = 0; n < G_N_ELEMENTS(counts) * G_N_ELEMENTS(steps); n++)
        check_as_reference(ops, counts[n / G_N_ELEMENTS(steps)], ops_offset(n),
                           steps[n % G_N_ELEMENTS(steps)]);
}

void ops_add_update_adam_tests(const OpsCase *ops)
{
    ops_add(ops, test_by_hand, 0, "update/adam-by-hand");
    ops_add(ops, test_not_finite, 0, "update/adam-not-finite");
    ops_add(ops, test_as_reference, 0, "update/adam-as-reference");
}
