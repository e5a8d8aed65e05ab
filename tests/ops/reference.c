/* What the reference promises beyond the contract: double precision, f′ from a as good as f′ from
 * z, and errors for indices that are out of range. */
#include "ops/activations.h"
#include "ops/loss.h"
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <ripple/error.h>
#include <string.h>

/* The product of two floats has 48 bits: a double holds it, a float does not. */
static void test_double_precision(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    const gfloat tenth = 0.1f;
    g_autoptr(TestTensor) x = test_constant(ops->backend, TEST_ODD, 1, 1, &tenth);
    g_autoptr(TestTensor) bias = test_constant(ops->backend, TEST_ODD, 1, 1, (gfloat[]){0});
    g_autoptr(TestTensor) z = test_variable(ops->backend, TEST_ODD, 1, 1, NULL);
    RippleForward forward = {.x = x->view, .weight = x->view, .bias = bias->view, .z = z->view};
    ripple_backend_forward(ops->backend, &forward, &error);
    g_assert_no_error(error);

    g_autofree gdouble *exact = test_values(z);
    g_assert_cmpfloat(exact[0], ==, (gdouble)tenth * tenth);
    g_assert_cmpfloat(exact[0], !=, tenth * tenth);
    gfloat narrowed;
    ripple_backend_download(z->view, &narrowed, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(narrowed, ==, tenth * tenth);
}

/* ---- f′ ------------------------------------------------------------------------------------- */

/* z and a as forward leaves them, in double precision, and f′ from z or from a. */
typedef struct {
    TestTensor *z, *a;
} Kept;

static void kept_clear(Kept *kept)
{
    test_tensor_free(kept->z);
    test_tensor_free(kept->a);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Kept, kept_clear)

static Kept forward(const OpsCase *ops, const gfloat *arguments, gsize count)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) x = test_constant(ops->backend, TEST_ODD, count, 1, arguments);
    g_autoptr(TestTensor) one = test_constant(ops->backend, TEST_ODD, 1, 1, (gfloat[]){1});
    g_autoptr(TestTensor) zero = test_constant(ops->backend, TEST_ODD, 1, 1, (gfloat[]){0});
    Kept kept = {test_variable(ops->backend, TEST_ODD, count, 1, NULL),
                 test_variable(ops->backend, TEST_ODD, count, 1, NULL)};
    RippleForward operation = {x->view,      one->view,    zero->view,
                               kept.z->view, kept.a->view, ops->variant};
    ripple_backend_forward(ops->backend, &operation, &error);
    g_assert_no_error(error);
    return kept;
}

static gdouble *derivative(const OpsCase *ops, const TestTensor *z, const TestTensor *a)
{
    g_autoptr(GError) error = NULL;
    gsize count = a->view.rows;
    g_autofree gfloat *one_each = test_whole_numbers(0, count, 1, 1);
    g_autoptr(TestTensor) above = test_constant(ops->backend, TEST_ODD, count, 1, one_each);
    g_autoptr(TestTensor) one = test_constant(ops->backend, TEST_ODD, 1, 1, one_each);
    g_autoptr(TestTensor) delta = test_variable(ops->backend, TEST_ODD, count, 1, NULL);
    RippleDelta operation = {above->view, one->view,   test_view(z),
                             a->view,     delta->view, ops->variant};
    ripple_backend_delta(ops->backend, &operation, &error);
    g_assert_no_error(error);
    return test_values(delta);
}

static void test_derivative_from_z(const OpsCase *ops)
{
    const KnownActivation *known = &known_activations[ops->variant];
    g_auto(Kept) kept = forward(ops, known_arguments, KNOWN_ARGUMENTS);
    g_autofree gdouble *got = derivative(ops, kept.z, kept.a);
    gdouble tolerance[KNOWN_ARGUMENTS];
    for (guint i = 0; i < KNOWN_ARGUMENTS; i++)
        tolerance[i] = known->derivative_error * ops->rounding;
    test_check_close("derivative from z", got, known->derivative, tolerance, KNOWN_ARGUMENTS);
}

/* Two formulas, one derivative; z of either sign, and none at a kink. */
static void test_derivative_from_a(const OpsCase *ops)
{
    const gsize count = 1001;
    g_autofree gfloat *arguments = test_reals(1, count, -4, 4);
    g_autofree gdouble *tolerance = g_new(gdouble, count);
    for (gsize i = 0; i < count; i++)
        tolerance[i] = known_activations[ops->variant].derivative_error * ops->rounding;
    g_auto(Kept) kept = forward(ops, arguments, count);
    g_autofree gdouble *from_z = derivative(ops, kept.z, kept.a);
    g_autofree gdouble *from_a = derivative(ops, NULL, kept.a);
    test_check_close("derivative from a", from_a, from_z, tolerance, count);
}

/* ---- indices out of range ------------------------------------------------------------------- */

static void test_order_outside(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) order =
        test_constant_indices(ops->backend, TEST_ODD, 1, 3, (guint32[]){0, 1, 2});
    g_autoptr(TestTensor) source =
        test_constant(ops->backend, TEST_ODD, 2, 2, (gfloat[]){1, 2, 3, 4});
    g_autoptr(TestTensor) destination = test_variable(ops->backend, TEST_ODD, 2, 2, NULL);
    RippleGather gather = {
        .order = order->view, .source = source->view, .destination = destination->view};
    ripple_backend_gather(ops->backend, &gather, &error);
    g_assert_no_error(error);
    gather.first = 1;
    g_assert_false(ripple_backend_gather(ops->backend, &gather, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "sample 2, at position 2"));
}

static void test_label_outside(const OpsCase *ops)
{
    const gfloat values[] = {1, 2, 3, 4};
    g_autoptr(TestTensor) outputs = test_constant(ops->backend, TEST_ODD, 2, 2, values);
    g_autoptr(TestTensor) labels =
        test_constant_indices(ops->backend, TEST_ODD, 2, 1, (guint32[]){1, 2});
    g_autoptr(TestTensor) result = test_variable(ops->backend, TEST_ODD, 1, 2, NULL);
    for (guint l = 0; l < RIPPLE_N_LOSSES; l++) {
        g_autoptr(GError) error = NULL;
        RippleLossOperation loss = {.loss = l,
                                    .activation = ripple_loss_default_activation(l),
                                    .z = outputs->view,
                                    .a = outputs->view,
                                    .labels = labels->view,
                                    .result = result->view};
        g_assert_false(ripple_backend_loss(ops->backend, &loss, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
        g_assert_nonnull(strstr(error->message, "the label 2 for sample 1"));
    }
}

void ops_add_reference_tests(const OpsCase *ops)
{
    ops_add(ops, test_double_precision, 0, "double-precision");
    for (guint f = 0; f < RIPPLE_ACTIVATION_SOFTMAX; f++) {
        const char *name = ripple_activation_name(f);
        ops_add(ops, test_derivative_from_z, f, "derivative/%s/from-z", name);
        if (!ripple_activation_needs_z(f))
            ops_add(ops, test_derivative_from_a, f, "derivative/%s/from-a", name);
    }
    ops_add(ops, test_order_outside, 0, "gather/order-outside");
    ops_add(ops, test_label_outside, 0, "loss/label-outside");
}
