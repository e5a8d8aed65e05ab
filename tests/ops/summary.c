/* summary, histogram and derivative_peak: what tensors are like, by hand and as the reference has
 * it. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>
#include <ripple/error.h>

/* On both sides of what vectors, parts and groups of parts measure. */
static const gsize counts[] = {1, 7, 16, 17, 257, 1023, 1024, 1025, 4097, 70001};

/* ---- summary -------------------------------------------------------------------------------- */

static gdouble *summary_of(RippleBackend *backend, const TestTensor *values,
                           const TestTensor *minus)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) result = test_variable(backend, TEST_ODD, 1, RIPPLE_SUMMARY_VALUES, NULL);
    const RippleSummary summary = {values->view, test_view(minus), result->view};
    ripple_backend_summary(backend, &summary, &error);
    g_assert_no_error(error);
    return test_values(result);
}

static void check_summary(const OpsCase *ops, guint count, const gfloat *values,
                          const gdouble expected[RIPPLE_SUMMARY_VALUES])
{
    g_autoptr(TestTensor) tensor = test_constant(ops->backend, TEST_ODD, 1, count, values);
    g_autofree gdouble *found = summary_of(ops->backend, tensor, NULL);
    for (guint i = 0; i < RIPPLE_SUMMARY_VALUES; i++)
        if (isnan(expected[i]))
            g_assert_true(isnan(found[i]));
        else
            g_assert_cmpfloat(fabs(found[i] - expected[i]), <=,
                              8 * ops->rounding * fabs(expected[i]));
}

static void test_by_hand(const OpsCase *ops)
{
    check_summary(ops, 4, (gfloat[]){1, 2, 3, 4},
                  (gdouble[]){2.5, sqrt(1.25), sqrt(30), 1, 4, 0, 0});
    check_summary(ops, 5, (gfloat[]){-3, 0, 3, -0.0f, 0},
                  (gdouble[]){0, sqrt(18 / 5.0), sqrt(18), -3, 3, 3, 0});
    check_summary(ops, 1, (gfloat[]){-7}, (gdouble[]){-7, 0, 7, -7, -7, 0, 0});
    check_summary(ops, 3, (gfloat[]){0, 0, 0}, (gdouble[]){0, 0, 0, 0, 0, 3, 0});
}

static void test_not_finite(const OpsCase *ops)
{
    check_summary(ops, 6, (gfloat[]){NAN, 2, INFINITY, 4, -INFINITY, 0},
                  (gdouble[]){2, sqrt(8 / 3.0), sqrt(20), 0, 4, 1, 3});
    check_summary(ops, 2, (gfloat[]){NAN, INFINITY}, (gdouble[]){NAN, NAN, NAN, NAN, NAN, 0, 2});
    /* Far apart, so that a whole part may have none. */
    g_autofree gfloat *many = g_new(gfloat, 5000);
    for (guint i = 0; i < 5000; i++)
        many[i] = NAN;
    many[4999] = 3;
    check_summary(ops, 5000, many, (gdouble[]){3, 0, 3, 3, 3, 0, 4999});
}

/* Squares of these are no floats. */
static void test_extremes(const OpsCase *ops)
{
    for (guint i = 0; i < 2; i++) {
        gfloat unit = i ? 0x1p100f : 0x1p-100f;
        check_summary(ops, 2, (gfloat[]){-3 * unit, 4 * unit},
                      (gdouble[]){0.5 * unit, 3.5 * unit, 5 * unit, -3 * unit, 4 * unit, 0, 0});
    }
    g_autofree gfloat *tiny = g_new(gfloat, 4096);
    for (guint i = 0; i < 4096; i++)
        tiny[i] = 0x1p-100f;
    check_summary(ops, 4096, tiny, (gdouble[]){0x1p-100, 0, 0x1p-94, 0x1p-100, 0x1p-100, 0, 0});
}

/* A part of 1024 numbers is summed in sixteen sums of 64, and parts are merged one after the other
 * in up to 64 sequences: so many roundings, each of at most u times the root of the mean square. */
static gdouble summary_error(const OpsCase *ops, gsize count)
{
    return (128 + 8 * ceil(count / 65536.0)) * ops->rounding;
}

static void check_as_reference(const OpsCase *ops, gsize count, gsize offset, gdouble low,
                               gdouble high, gboolean has_minus)
{
    g_autofree gfloat *values = test_reals(1, count, low, high);
    g_autofree gfloat *others = test_reals(2, count, -1, 1);
    g_autoptr(TestTensor) tensor = test_constant(ops->backend, offset, 1, count, values);
    g_autoptr(TestTensor) reference = test_constant(ops->reference, offset, 1, count, values);
    g_autoptr(TestTensor) minus =
        has_minus ? test_constant(ops->backend, offset, 1, count, others) : NULL;
    g_autoptr(TestTensor) reference_minus =
        has_minus ? test_constant(ops->reference, offset, 1, count, others) : NULL;
    g_autofree gdouble *found = summary_of(ops->backend, tensor, minus);
    g_autofree gdouble *expected = summary_of(ops->reference, reference, reference_minus);
    gdouble error =
        summary_error(ops, count) * expected[RIPPLE_SUMMARY_NORM] / sqrt((gdouble)count);
    gdouble least = 2 * ops->rounding * (fabs(low) + fabs(high) + 1);
    const gdouble tolerance[RIPPLE_SUMMARY_VALUES] = {
        error, error, error * sqrt((gdouble)count), least, least, 0, 0};
    test_check_close("summary", found, expected, tolerance, RIPPLE_SUMMARY_VALUES);
}

static void test_as_reference(const OpsCase *ops)
{
    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        check_as_reference(ops, counts[i], ops_offset(i), -1, 1, FALSE);
        check_as_reference(ops, counts[i], ops_offset(i + 1), -1, 1, TRUE);
        check_as_reference(ops, counts[i], ops_offset(i), 1000, 1001, FALSE);
    }
}

/* What has hardly changed: the difference of neighbours is exact. */
static void test_small_difference(const OpsCase *ops)
{
    g_autoptr(TestTensor) after =
        test_constant(ops->backend, TEST_ODD, 1, 3, (gfloat[]){1 + 0x1p-20f, 2, -1 - 0x1p-20f});
    g_autoptr(TestTensor) before =
        test_constant(ops->backend, TEST_NEARLY_FIRST, 1, 3, (gfloat[]){1, 2, -1});
    g_autofree gdouble *found = summary_of(ops->backend, after, before);
    g_assert_cmpfloat_with_epsilon(found[RIPPLE_SUMMARY_NORM], sqrt(2) * 0x1p-20,
                                   8 * ops->rounding * 0x1p-20);
    g_assert_cmpfloat(found[RIPPLE_SUMMARY_ZEROS], ==, 1);
    g_assert_cmpfloat(found[RIPPLE_SUMMARY_LEAST], ==, -0x1p-20);
}

/* ---- histogram ------------------------------------------------------------------------------ */

/* Free with g_free. */
static gdouble *histogram_of(const OpsCase *ops, gsize offset, gsize count, const gfloat *values)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) tensor = test_constant(ops->backend, offset, 1, count, values);
    g_autoptr(TestTensor) summary =
        test_variable(ops->backend, TEST_ODD, 1, RIPPLE_SUMMARY_VALUES, NULL);
    g_autoptr(TestTensor) bins =
        test_variable(ops->backend, TEST_NEARLY_FIRST, 1, RIPPLE_HISTOGRAM_BINS, NULL);
    const RippleSummary first = {tensor->view, RIPPLE_NO_VIEW, summary->view};
    const RippleHistogram histogram = {tensor->view, summary->view, bins->view};
    g_assert_true(ripple_backend_summary(ops->backend, &first, &error));
    g_assert_true(ripple_backend_histogram(ops->backend, &histogram, &error));
    return test_values(bins);
}

static void check_histogram(const OpsCase *ops, gsize count, const gfloat *values, guint n_bins,
                            const gdouble (*bins)[2])
{
    gdouble expected[RIPPLE_HISTOGRAM_BINS] = {0};
    for (guint i = 0; i < n_bins; i++)
        expected[(guint)bins[i][0]] = bins[i][1];
    g_autofree gdouble *found = histogram_of(ops, TEST_ODD, count, values);
    test_check_equal("histogram", found, expected, RIPPLE_HISTOGRAM_BINS);
}

static void test_histogram_by_hand(const OpsCase *ops)
{
    check_histogram(ops, 5, (gfloat[]){0, 64, 1, 1.5f, 32}, 4,
                    (gdouble[][2]){{0, 1}, {1, 2}, {32, 1}, {63, 1}});
    check_histogram(ops, 3, (gfloat[]){-5, -5, -5}, 1, (gdouble[][2]){{0, 3}});
    check_histogram(ops, 5, (gfloat[]){NAN, 2, INFINITY, -2, -INFINITY}, 2,
                    (gdouble[][2]){{0, 1}, {63, 1}});
    check_histogram(ops, 1, (gfloat[]){NAN}, 0, NULL);
    check_histogram(ops, 3, (gfloat[]){-3e38f, 0, 3e38f}, 3,
                    (gdouble[][2]){{0, 1}, {32, 1}, {63, 1}});
}

/* Whoever lies on the edge of a bin may lie on either side of it. `edge` in bins. */
static void check_places(const gfloat *values, gsize count, const gdouble *found)
{
    gdouble least = INFINITY, most = -INFINITY, sum = 0;
    for (gsize i = 0; i < count; i++) {
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    gdouble edge =
        8 * TEST_FLOAT_ROUNDING * RIPPLE_HISTOGRAM_BINS * (1 + fmax(-least, most) / (most - least));
    for (guint b = 0; b < RIPPLE_HISTOGRAM_BINS; b++) {
        gsize surely = 0, perhaps = 0;
        for (gsize i = 0; i < count; i++) {
            gdouble place = RIPPLE_HISTOGRAM_BINS * (values[i] - least) / (most - least);
            surely += place < b + 1 - edge || (place <= b + 1 && b == RIPPLE_HISTOGRAM_BINS - 1);
            perhaps += place < b + 1 + edge;
        }
        sum += found[b];
        g_assert_cmpfloat(sum, >=, surely);
        g_assert_cmpfloat(sum, <=, perhaps);
    }
    g_assert_cmpfloat(sum, ==, count);
}

static void test_histogram_places(const OpsCase *ops)
{
    for (guint i = 1; i < G_N_ELEMENTS(counts); i++) {
        g_autofree gfloat *values = test_reals(3, counts[i], -2, 3);
        g_autofree gdouble *found = histogram_of(ops, ops_offset(i), counts[i], values);
        check_places(values, counts[i], found);
    }
}

/* ---- units ---------------------------------------------------------------------------------- */

static gdouble *peaks_of(RippleBackend *backend, RippleActivation activation, gsize offset,
                         gsize rows, gsize columns, const gfloat *z, const gfloat *a)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) z_tensor = test_constant(backend, offset, rows, columns, z);
    g_autoptr(TestTensor) a_tensor = test_constant(backend, offset, rows, columns, a);
    g_autoptr(TestTensor) result = test_variable(backend, offset, 1, columns, NULL);
    const RippleDerivativePeak peak = {
        .z = ripple_activation_needs_z(activation) ? z_tensor->view : RIPPLE_NO_VIEW,
        .a = a_tensor->view,
        .result = result->view,
        .activation = activation,
    };
    ripple_backend_derivative_peak(backend, &peak, &error);
    g_assert_no_error(error);
    return test_values(result);
}

/* A unit that never fires, one that does once, and one that is not a number. */
static void test_dead_unit(const OpsCase *ops)
{
    const gfloat a[] = {0, 0, 1, 0, 2, NAN, 0, 0, 1};
    g_autofree gdouble *relu = peaks_of(ops->backend, RIPPLE_ACTIVATION_RELU, TEST_ODD, 3, 3, a, a);
    g_assert_cmpfloat(relu[0], ==, 0);
    g_assert_cmpfloat(relu[1], ==, 1);
    g_autofree gdouble *tanh = peaks_of(ops->backend, RIPPLE_ACTIVATION_TANH, TEST_ODD, 3, 3, a, a);
    g_assert_cmpfloat(tanh[0], ==, 1);
    g_assert_true(isnan(tanh[2]));
}

/* The functions of OpenCL are off by up to 16 ulp of values of the order of 1. */
static void test_peaks_as_reference(const OpsCase *ops)
{
    for (guint i = 0; i < OPS_N_SHAPES; i++) {
        gsize rows = ops_shapes[i].samples, columns = ops_shapes[i].outputs, count = rows * columns;
        gboolean is_share =
            ops->variant == RIPPLE_ACTIVATION_SIGMOID || ops->variant == RIPPLE_ACTIVATION_TANH;
        g_autofree gfloat *z = test_reals(4, count, -6, 6);
        g_autofree gfloat *a = test_reals(5, count, is_share ? 0 : -0.9, is_share ? 1 : 4);
        gsize offset = ops_offset(i);
        g_autofree gdouble *found =
            peaks_of(ops->backend, ops->variant, offset, rows, columns, z, a);
        g_autofree gdouble *expected =
            peaks_of(ops->reference, ops->variant, offset, rows, columns, z, a);
        g_autofree gdouble *tolerance = g_new(gdouble, columns);
        for (gsize u = 0; u < columns; u++)
            tolerance[u] = 64 * ops->rounding * fmax(1, fabs(expected[u]));
        test_check_close("peaks", found, expected, tolerance, columns);
    }
}

/* ---- the contract --------------------------------------------------------------------------- */

static void test_contract(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) three = test_variable(ops->backend, TEST_ODD, 1, 3, NULL);
    g_autoptr(TestTensor) seven =
        test_variable(ops->backend, TEST_ODD, 1, RIPPLE_SUMMARY_VALUES, NULL);
    const RippleSummary narrow = {three->view, RIPPLE_NO_VIEW, three->view};
    g_assert_false(ripple_backend_summary(ops->backend, &narrow, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_clear_error(&error);
    const RippleSummary other = {three->view, seven->view, seven->view};
    g_assert_false(ripple_backend_summary(ops->backend, &other, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_clear_error(&error);
    const RippleHistogram few = {three->view, seven->view, seven->view};
    g_assert_false(ripple_backend_histogram(ops->backend, &few, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_clear_error(&error);
    const RippleDerivativePeak peak = {RIPPLE_NO_VIEW, three->view, seven->view,
                                       RIPPLE_ACTIVATION_RELU};
    g_assert_false(ripple_backend_derivative_peak(ops->backend, &peak, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
}

void ops_add_summary_tests(const OpsCase *ops)
{
    ops_add(ops, test_by_hand, 0, "summary/by-hand");
    ops_add(ops, test_not_finite, 0, "summary/not-finite");
    ops_add(ops, test_extremes, 0, "summary/extremes");
    ops_add(ops, test_as_reference, 0, "summary/as-the-reference");
    ops_add(ops, test_small_difference, 0, "summary/small-difference");
    ops_add(ops, test_histogram_by_hand, 0, "histogram/by-hand");
    ops_add(ops, test_histogram_places, 0, "histogram/places");
    ops_add(ops, test_dead_unit, 0, "derivative-peak/dead-unit");
    for (guint i = 0; i < RIPPLE_ACTIVATION_SOFTMAX; i++)
        ops_add(ops, test_peaks_as_reference, i, "derivative-peak/%s", ripple_activation_name(i));
    ops_add(ops, test_contract, 0, "summary/contract");
}
