/* check_finite: one number that is not finite, wherever it stands, makes the result NaN; finite
 * ones, however large or small, leave it as it was. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <float.h>
#include <math.h>

#define BEFORE 7

static gdouble check(RippleBackend *backend, const TestTensor *values)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) result = test_variable(backend, TEST_ODD, 1, 1, (gfloat[]){BEFORE});
    const RippleFiniteCheck operation = {values->view, result->view};
    ripple_backend_check_finite(backend, &operation, &error);
    g_assert_no_error(error);
    g_autofree gdouble *found = test_values(result);
    return found[0];
}

/* Around the tensor lies NaN, which does not count. */
static void test_finite(const OpsCase *ops)
{
    const gfloat extremes[] = {FLT_MAX, -FLT_MAX, 0, -0.0f, FLT_MIN, 0x1p-149f};
    g_autoptr(TestTensor) few = test_constant(ops->backend, TEST_ODD, 2, 3, extremes);
    g_assert_cmpfloat(check(ops->backend, few), ==, BEFORE);
    const gsize counts[] = {1, 7, 64, 257, 100000};
    for (guint n = 0; n < G_N_ELEMENTS(counts); n++) {
        g_autofree gfloat *values = test_reals(1, counts[n], -1, 1);
        g_autoptr(TestTensor) tensor =
            test_constant(ops->backend, ops_offset(n), 1, counts[n], values);
        g_assert_cmpfloat(check(ops->backend, tensor), ==, BEFORE);
    }
}

static void test_not_finite(const OpsCase *ops)
{
    const gfloat wrong[] = {NAN, INFINITY, -INFINITY};
    const gsize counts[] = {1, 7, 64, 257, 100000};
    for (guint n = 0; n < G_N_ELEMENTS(counts); n++)
        for (guint w = 0; w < G_N_ELEMENTS(wrong); w++)
            for (guint place = 0; place < 3; place++) {
                g_autofree gfloat *values = test_reals(1, counts[n], -1, 1);
                values[place * (counts[n] - 1) / 2] = wrong[w];
                g_autoptr(TestTensor) tensor =
                    test_constant(ops->backend, ops_offset(n), 1, counts[n], values);
                g_assert_true(isnan(check(ops->backend, tensor)));
            }
}

/* What a float cannot hold counts as infinite where doubles are kept, too. */
static void test_beyond_floats(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) tensor = test_variable(ops->backend, TEST_ODD, 1, 2, (gfloat[]){1, 2});
    ripple_backend_upload_exact(tensor->view, (gdouble[]){1, 1e39}, &error);
    g_assert_no_error(error);
    g_assert_true(isnan(check(ops->backend, tensor)));
}

static void test_contract(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) values = test_variable(ops->backend, TEST_ODD, 1, 2, (gfloat[]){1, 2});
    const RippleFiniteCheck wide = {values->view, values->view};
    g_assert_false(ripple_backend_check_finite(ops->backend, &wide, &error));
    g_assert_nonnull(error);
}

void ops_add_finite_tests(const OpsCase *ops)
{
    ops_add(ops, test_finite, 0, "finite/finite");
    ops_add(ops, test_not_finite, 0, "finite/not-finite");
    ops_add(ops, test_beyond_floats, 0, "finite/beyond-floats");
    ops_add(ops, test_contract, 0, "finite/contract");
}
