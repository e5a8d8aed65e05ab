/* The helpers of these tests must find what they look for. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

static void upload(RippleView view, gconstpointer values)
{
    g_autoptr(GError) error = NULL;
    ripple_backend_upload(view, values, &error);
    g_assert_no_error(error);
}

/* One element written in front of, behind, and in a tensor; each is then put right again. */
static void test_guards(const OpsCase *ops)
{
    g_autoptr(TestTensor) variable =
        test_variable(ops->backend, TEST_ODD, 2, 3, (gfloat[]){1, 2, 3, 4, 5, 6});
    g_autoptr(TestTensor) constant =
        test_constant(ops->backend, TEST_ODD, 2, 3, (gfloat[]){1, 2, 3, 4, 5, 6});
    g_autoptr(TestTensor) indices = test_variable_indices(ops->backend, TEST_ODD, 2, 3);
    const gsize places[] = {TEST_ODD - 1, TEST_ODD, TEST_ODD + 5, TEST_ODD + 6};
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        gsize place = places[i];
        gboolean is_guard = place < TEST_ODD || place >= TEST_ODD + 6;
        RippleView in_variable = ripple_view(variable->view.buffer, place, 1, 1);
        RippleView in_constant = ripple_view(constant->view.buffer, place, 1, 1);
        RippleView in_indices = ripple_view(indices->view.buffer, place, 1, 1);
        upload(in_variable, (gfloat[]){7});
        upload(in_constant, (gfloat[]){7});
        upload(in_indices, (guint32[]){7});
        g_assert_cmpuint(test_tensor_damage(variable), ==, is_guard ? 1 : 0);
        g_assert_cmpuint(test_tensor_damage(constant), ==, 1);
        g_assert_cmpuint(test_tensor_damage(indices), ==, is_guard ? 1 : 0);
        upload(in_variable, &variable->reals[place]);
        upload(in_constant, &constant->reals[place]);
        upload(in_indices, &indices->indices[place]);
        g_assert_cmpuint(test_tensor_damage(variable), ==, 0);
        g_assert_cmpuint(test_tensor_damage(constant), ==, 0);
        g_assert_cmpuint(test_tensor_damage(indices), ==, 0);
    }
}

static void test_index_values_are_visible(const OpsCase *ops)
{
    g_autoptr(TestTensor) tensor = test_variable_indices(ops->backend, TEST_ODD, 1, 3);
    upload(tensor->view, (guint32[]){0, 300, TEST_INDEX_LIMIT - 1});
    g_autofree guint32 *values = test_index_values(tensor);
    g_assert_cmpuint(values[0], ==, 0);
    g_assert_cmpuint(values[1], ==, 300);
    g_assert_cmpuint(values[2], ==, TEST_INDEX_LIMIT - 1);
}

static void test_differences(const OpsCase *ops)
{
    const gdouble expected[] = {1, 2, 3}, tolerance[] = {0.1, 0.1, 0.1};
    const gdouble close[] = {1.09, 1.91, 3}, far[] = {1, 2, 3.11}, none[] = {1, NAN, 3};
    const gdouble infinite[] = {-INFINITY, 2, 3};
    g_assert_cmpuint(test_first_difference(close, expected, tolerance, 3), ==, 3);
    g_assert_cmpuint(test_first_difference(far, expected, tolerance, 3), ==, 2);
    g_assert_cmpuint(test_first_difference(none, expected, tolerance, 3), ==, 1);
    g_assert_cmpuint(test_first_difference(infinite, expected, tolerance, 3), ==, 0);
}

void ops_add_helper_tests(const OpsCase *ops)
{
    ops_add(ops, test_guards, 0, "helpers/guards");
    ops_add(ops, test_index_values_are_visible, 0, "helpers/index-values");
    ops_add(ops, test_differences, 0, "helpers/differences");
}
