/** \file
 * Numbers for tests: drawn at random, the same in every run, and compared.
 */
#pragma once

#include <glib.h>

/** Unit roundoff of a float: what rounding to a float may change, as a share of the number. */
#define TEST_FLOAT_ROUNDING 0x1p-24

/** Below this, a result may also be 0: a device may flush numbers under 2⁻¹²⁶ to zero, and may do
 * so before it multiplies them by something up to 2⁷. */
#define TEST_UNDERFLOW 0x1p-119

/** `count` floats, uniform in [low, high). Each `set` gives other numbers. Free with g_free. */
gfloat *test_reals(guint32 set, gsize count, gdouble low, gdouble high);

/** `count` whole numbers, uniform in low…high, as floats. */
gfloat *test_whole_numbers(guint32 set, gsize count, gint low, gint high);

/** `count` indices, uniform in 0…bound − 1. */
guint32 *test_indices(guint32 set, gsize count, guint32 bound);

/** The first i with |got[i] − expected[i]| > tolerance[i], or `count` when there is none. NaN is
 * never close to anything. */
gsize test_first_difference(const gdouble *got, const gdouble *expected, const gdouble *tolerance,
                            gsize count);

/** Fail the test, naming `what` and the numbers, unless all of `got` are close to `expected`. */
void test_check_close(const char *what, const gdouble *got, const gdouble *expected,
                      const gdouble *tolerance, gsize count);

/** Fail the test unless all of `got` equal `expected`. */
void test_check_equal(const char *what, const gdouble *got, const gdouble *expected, gsize count);
