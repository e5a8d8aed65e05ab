/* Two arrays held together, worked out by hand. */
#include "check/difference.h"

#include <float.h>
#include <math.h>

/* Distance between neighbouring floats in [1, 2). */
#define SPACING 0x1p-23

static RippleTensorComparison difference_of(const gdouble *device, const gdouble *reference,
                                            const gdouble *allowed, gsize rows, gsize columns)
{
    RippleTensorComparison found = {.name = NULL, .step = 3};
    ripple_difference(device, reference, allowed, rows, columns, &found);
    return found;
}

static RippleTensorComparison difference_of_one(gdouble device, gdouble reference, gdouble allowed)
{
    return difference_of(&device, &reference, &allowed, 1, 1);
}

static void test_equal(void)
{
    const gdouble values[] = {1, -2.5, 0, 1e30, 0x1p-149, INFINITY, -INFINITY, NAN};
    const gdouble allowed[G_N_ELEMENTS(values)] = {0};
    RippleTensorComparison found =
        difference_of(values, values, allowed, 2, G_N_ELEMENTS(values) / 2);
    g_assert_true(found.pass);
    g_assert_cmpfloat(found.max_abs, ==, 0);
    g_assert_cmpfloat(found.max_rel, ==, 0);
    g_assert_cmpfloat(found.max_ulp, ==, 0);
    g_assert_cmpfloat(found.share, ==, 0);
    g_assert_cmpuint(found.step, ==, 3);
    /* The signs of zero do not matter. */
    g_assert_cmpfloat(difference_of_one(-0.0, 0.0, 0).share, ==, 0);
}

/* The worst element is the one with the largest share of what is allowed there, which neither the
 * largest difference nor the largest relative one need be. */
static void test_worst_element(void)
{
    const gdouble reference[] = {100, 1, 0.5, 8, 4, 0.01};
    const gdouble device[] = {101, 1.25, 0.5, 8.5, 4, 0.02};
    const gdouble allowed[] = {4, 1, 1, 1.0 / 3, 0, 0.1};
    RippleTensorComparison found = difference_of(device, reference, allowed, 2, 3);
    g_assert_cmpfloat(found.max_abs, ==, 1);   /* of element 0 */
    g_assert_cmpfloat(found.max_rel, ==, 0.5); /* of the last: 0.01 of the larger */
    g_assert_cmpfloat(found.share, ==, 1.5);   /* of element 3 */
    g_assert_cmpuint(found.row, ==, 1);
    g_assert_cmpuint(found.column, ==, 0);
    g_assert_cmpfloat(found.device, ==, 8.5);
    g_assert_cmpfloat(found.reference, ==, 8);
    g_assert_cmpfloat(found.tolerance, ==, 1.0 / 3);
    g_assert_false(found.pass);
}

static void test_ulp(void)
{
    /* At 1 the spacing is that of 1…2, and just below half as much. */
    g_assert_cmpfloat(difference_of_one(1 + SPACING, 1, 1).max_ulp, ==, 1);
    g_assert_cmpfloat(difference_of_one(1 - SPACING / 2, 1, 1).max_ulp, ==, 0.5);
    g_assert_cmpfloat(difference_of_one(1, 1 - SPACING / 2, 1).max_ulp, ==, 1);
    g_assert_cmpfloat(difference_of_one(1.99, 1.99 + 3.25 * SPACING, 1).max_ulp, >, 3.24);
    g_assert_cmpfloat(difference_of_one(1.99, 1.99 + 3.25 * SPACING, 1).max_ulp, <, 3.26);
    g_assert_cmpfloat(difference_of_one(-1024 - 1024 * SPACING, -1024, 1).max_ulp, ==, 1);
    /* Where floats become subnormal they no longer come closer together. */
    g_assert_cmpfloat(difference_of_one(FLT_MIN + 0x1p-149, FLT_MIN, 1).max_ulp, ==, 1);
    g_assert_cmpfloat(difference_of_one(0x1p-149, 0, 1).max_ulp, ==, 1);
    g_assert_cmpfloat(difference_of_one(0x1p-140, 0x1p-141, 1).max_ulp, ==, 256);
}

static void test_zero(void)
{
    RippleTensorComparison found = difference_of_one(0x1p-130, 0, 0x1p-126);
    g_assert_true(found.pass);
    g_assert_cmpfloat(found.max_rel, ==, 1);
    g_assert_cmpfloat(found.share, ==, 0x1p-4);
    /* Nothing is allowed: every difference is too much. */
    found = difference_of_one(0x1p-149, 0, 0);
    g_assert_false(found.pass);
    g_assert_cmpfloat(found.share, ==, INFINITY);
}

static void test_border(void)
{
    g_assert_true(difference_of_one(1.5, 1, 0.5).pass);
    g_assert_false(difference_of_one(1.5 + 0x1p-52, 1, 0.5).pass);
}

static void check_without_bound(gdouble device, gdouble reference, gdouble allowed)
{
    RippleTensorComparison found = difference_of_one(device, reference, allowed);
    g_assert_false(found.pass);
    g_assert_cmpfloat(found.max_abs, ==, INFINITY);
    g_assert_cmpfloat(found.max_rel, ==, INFINITY);
    g_assert_cmpfloat(found.max_ulp, ==, INFINITY);
    g_assert_cmpfloat(found.share, ==, INFINITY);
}

/* The most that is allowed where no float can have overflowed. */
#define MUCH 1e30

static void test_not_finite(void)
{
    check_without_bound(NAN, 1, MUCH);
    check_without_bound(INFINITY, 1, MUCH);
    check_without_bound(-INFINITY, 0, MUCH);
    check_without_bound(INFINITY, -INFINITY, MUCH);
    check_without_bound(1, NAN, MUCH);
    check_without_bound(NAN, INFINITY, MUCH);
    /* Operands that are not finite make bounds that are not, either. */
    check_without_bound(1, INFINITY, INFINITY);
    check_without_bound(1, NAN, NAN);
    check_without_bound(NAN, 1, NAN);
    g_assert_false(difference_of_one(2, 1, NAN).pass);
    g_assert_false(difference_of_one(2, 1, INFINITY).pass);
}

/* Rounding by 2¹⁰⁴ belongs to a sum of numbers beyond 2¹²⁷: on the way a float overflows. But a
 * device that came out with a number is held to it. */
static void test_overflow(void)
{
    const gdouble results[] = {NAN, INFINITY, -INFINITY};
    for (guint i = 0; i < G_N_ELEMENTS(results); i++) {
        RippleTensorComparison found = difference_of_one(results[i], 1, 0x1p104);
        g_assert_true(found.pass);
        g_assert_cmpfloat(found.max_abs, ==, 0);
        g_assert_false(difference_of_one(results[i], 1, 0x1p103).pass);
    }
    g_assert_false(difference_of_one(0x1p110, 1, 0x1p104).pass);
    g_assert_false(difference_of_one(1, NAN, 0x1p104).pass);
}

static void check_bucket(gdouble ulp, guint bucket)
{
    RippleTensorComparison found = difference_of_one(1 + ulp * SPACING, 1, 0);
    for (guint i = 0; i < RIPPLE_ULP_BUCKETS; i++)
        g_assert_cmpuint(found.ulp[i], ==, i == bucket ? 1 : 0);
    g_assert_cmpfloat(ulp, <=, ripple_ulp_bucket_limit(bucket));
    g_assert_true(bucket == 0 || ulp > ripple_ulp_bucket_limit(bucket - 1));
}

static void test_histogram(void)
{
    const gdouble reference[] = {1, 1, 1, 1};
    const gdouble device[] = {1, 1 + SPACING, 1 - SPACING, NAN};
    const gdouble allowed[] = {1, 1, 1, 1};
    check_bucket(0, 0);
    check_bucket(0x1p-20, 1);
    check_bucket(0.5, 1);
    check_bucket(0.5 + 0x1p-20, 2);
    check_bucket(1, 2);
    check_bucket(1.5, 3);
    check_bucket(2, 3);
    check_bucket(4, 4);
    check_bucket(4 + 0x1p-20, 5);
    check_bucket(0x1p24, 26);
    check_bucket(0x1p24 + 1, 27);
    check_bucket(0x1p60, 27);
    RippleTensorComparison found = difference_of(device, reference, allowed, 2, 2);
    g_assert_cmpuint(found.ulp[0], ==, 1);
    g_assert_cmpuint(found.ulp[2], ==, 2);
    g_assert_cmpuint(found.ulp[RIPPLE_ULP_BUCKETS - 1], ==, 1);
    g_assert_true(isinf(ripple_ulp_bucket_limit(RIPPLE_ULP_BUCKETS - 1)));
}

/* A hole in the middle is not forgotten over what comes behind it. */
static void test_not_finite_among_others(void)
{
    for (guint hole = 0; hole < 6; hole++) {
        gdouble device[] = {1, 2, 3, 4, 5, 6};
        const gdouble reference[] = {1.5, 2.5, 3.5, 4.5, 5.5, 6.5};
        gdouble allowed[] = {1, 1, 1, 1, 1, 1};
        device[hole] = NAN;
        allowed[hole] = hole % 2 ? NAN : INFINITY;
        RippleTensorComparison found = difference_of(device, reference, allowed, 3, 2);
        g_assert_false(found.pass);
        g_assert_cmpuint(found.row, ==, hole / 2);
        g_assert_cmpuint(found.column, ==, hole % 2);
        g_assert_true(isnan(found.device));
        g_assert_cmpfloat(found.max_abs, ==, INFINITY);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/difference/equal", test_equal);
    g_test_add_func("/difference/worst-element", test_worst_element);
    g_test_add_func("/difference/ulp", test_ulp);
    g_test_add_func("/difference/zero", test_zero);
    g_test_add_func("/difference/border", test_border);
    g_test_add_func("/difference/not-finite", test_not_finite);
    g_test_add_func("/difference/overflow", test_overflow);
    g_test_add_func("/difference/histogram", test_histogram);
    g_test_add_func("/difference/not-finite-among-others", test_not_finite_among_others);
    return g_test_run();
}
