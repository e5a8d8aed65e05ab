/* gather: destination[i] = source[order[first + i]], row by row. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

/* Samples in the source, length of the order, rows of the destination. */
#define SOURCE 40
#define ORDER 100
#define ROWS 33

static const gsize columns_to_try[] = {1, 7, 17, 64, 257, 784};

static void gather(const OpsCase *ops, const TestTensor *order, gsize first,
                   const TestTensor *source, const TestTensor *destination, gdouble scale,
                   gdouble shift)
{
    g_autoptr(GError) error = NULL;
    RippleGather operation = {order->view, first, source->view, destination->view, scale, shift};
    ripple_backend_gather(ops->backend, &operation, &error);
    g_assert_no_error(error);
}

/* Samples 2, 0, 2 of three: an order may repeat and leave out. */
static void test_by_hand(const OpsCase *ops)
{
    g_autoptr(TestTensor) order =
        test_constant_indices(ops->backend, TEST_ODD, 1, 5, (guint32[]){1, 2, 0, 2, 1});
    g_autoptr(TestTensor) source =
        test_constant(ops->backend, TEST_ODD, 3, 2, (gfloat[]){10, 11, 20, 21, 30, 31});
    g_autoptr(TestTensor) destination = test_variable(ops->backend, TEST_ODD, 3, 2, NULL);
    gather(ops, order, 1, source, destination, 0, 0);
    g_autofree gdouble *values = test_values(destination);
    test_check_equal("destination", values, (gdouble[]){30, 31, 10, 11, 30, 31}, 6);
}

static void check_reals(const OpsCase *ops, gsize columns, gsize first, gsize offset)
{
    g_autofree guint32 *order_values = test_indices(1, ORDER, SOURCE);
    g_autofree gfloat *source_values = test_reals(2, SOURCE * columns, -1, 1);
    g_autofree gdouble *expected = g_new(gdouble, ROWS * columns);
    for (gsize i = 0; i < ROWS; i++)
        for (gsize j = 0; j < columns; j++)
            expected[i * columns + j] = source_values[order_values[first + i] * columns + j];

    g_autoptr(TestTensor) order =
        test_constant_indices(ops->backend, offset, 1, ORDER, order_values);
    g_autoptr(TestTensor) source =
        test_constant(ops->backend, offset, SOURCE, columns, source_values);
    g_autoptr(TestTensor) destination = test_variable(ops->backend, offset, ROWS, columns, NULL);
    gather(ops, order, first, source, destination, 0, 0);
    g_autofree gdouble *values = test_values(destination);
    test_check_equal("destination", values, expected, ROWS * columns);
}

static void test_reals_from_the_order(const OpsCase *ops)
{
    for (guint n = 0; n < G_N_ELEMENTS(columns_to_try); n++) {
        check_reals(ops, columns_to_try[n], 0, ops_offset(n));
        check_reals(ops, columns_to_try[n], 5, ops_offset(n + 1));
        check_reals(ops, columns_to_try[n], ORDER - ROWS, ops_offset(n + 2));
    }
}

/* byte·scale + shift: scale and shift are rounded, and the product and the sum (u each). */
static void check_bytes(const OpsCase *ops, gsize columns, gdouble scale, gdouble shift,
                        gsize offset)
{
    const gsize first = 7;
    gsize count = ROWS * columns;
    g_autofree guint32 *order_values = test_indices(1, ORDER, SOURCE);
    g_autofree guint32 *bytes = test_indices(2, SOURCE * columns, 256);
    g_autofree guint8 *source_values = g_new(guint8, SOURCE * columns);
    for (gsize i = 0; i < SOURCE * columns; i++)
        source_values[i] = (guint8)bytes[i];
    source_values[0] = 0;
    source_values[SOURCE * columns - 1] = 255;

    g_autofree gdouble *expected = g_new(gdouble, count), *tolerance = g_new(gdouble, count);
    for (gsize i = 0; i < count; i++) {
        gsize sample = order_values[first + i / columns];
        gdouble product = source_values[sample * columns + i % columns] * scale;
        expected[i] = product + shift;
        tolerance[i] = (2 * fabs(product) + fabs(shift) + fabs(expected[i])) * ops->rounding;
    }

    g_autoptr(TestTensor) order =
        test_constant_indices(ops->backend, offset, 1, ORDER, order_values);
    g_autoptr(TestTensor) source =
        test_constant_bytes(ops->backend, offset, SOURCE, columns, source_values);
    g_autoptr(TestTensor) destination = test_variable(ops->backend, offset, ROWS, columns, NULL);
    gather(ops, order, first, source, destination, scale, shift);
    g_autofree gdouble *values = test_values(destination);
    test_check_close("destination", values, expected, tolerance, count);
}

static void test_scaled_bytes(const OpsCase *ops)
{
    for (guint n = 0; n < G_N_ELEMENTS(columns_to_try); n++) {
        check_bytes(ops, columns_to_try[n], 1, 0, ops_offset(n));
        check_bytes(ops, columns_to_try[n], 1.0 / 255, 0, ops_offset(n + 1));
        check_bytes(ops, columns_to_try[n], 1 / (255 * 0.3081), -0.1307 / 0.3081,
                    ops_offset(n + 2));
    }
}

/* Labels, and rows of several indices. */
static void check_indices(const OpsCase *ops, gsize columns, gsize offset)
{
    const gsize first = 9;
    g_autofree guint32 *order_values = test_indices(1, ORDER, SOURCE);
    g_autofree guint32 *source_values = test_indices(2, SOURCE * columns, TEST_INDEX_LIMIT);
    g_autoptr(TestTensor) order =
        test_constant_indices(ops->backend, offset, 1, ORDER, order_values);
    g_autoptr(TestTensor) source =
        test_constant_indices(ops->backend, offset, SOURCE, columns, source_values);
    g_autoptr(TestTensor) destination = test_variable_indices(ops->backend, offset, ROWS, columns);
    gather(ops, order, first, source, destination, 0, 0);

    g_autofree guint32 *values = test_index_values(destination);
    for (gsize i = 0; i < ROWS * columns; i++) {
        gsize sample = order_values[first + i / columns];
        g_assert_cmpuint(values[i], ==, source_values[sample * columns + i % columns]);
    }
}

static void test_labels(const OpsCase *ops)
{
    for (guint n = 0; n < 3; n++) {
        check_indices(ops, 1, ops_offset(n));
        check_indices(ops, 7, ops_offset(n));
    }
}

void ops_add_gather_tests(const OpsCase *ops)
{
    ops_add(ops, test_by_hand, 0, "gather/by-hand");
    ops_add(ops, test_reals_from_the_order, 0, "gather/reals");
    ops_add(ops, test_scaled_bytes, 0, "gather/bytes");
    ops_add(ops, test_labels, 0, "gather/indices");
}
