#include "support/numbers.h"

#include "base/random.h"

#include <math.h>

#define SEED 20240229

gfloat *test_reals(guint32 set, gsize count, gdouble low, gdouble high)
{
    gfloat *values = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++)
        values[i] =
            (gfloat)(low + (high - low) * ripple_random_unit(SEED, RIPPLE_STREAM_TEST, set, i));
    return values;
}

gfloat *test_whole_numbers(guint32 set, gsize count, gint low, gint high)
{
    g_autofree guint32 *steps = test_indices(set, count, (guint32)(high - low + 1));
    gfloat *values = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++)
        values[i] = (gfloat)(low + (gint)steps[i]);
    return values;
}

guint32 *test_indices(guint32 set, gsize count, guint32 bound)
{
    guint32 *values = g_new(guint32, count);
    for (gsize i = 0; i < count; i++)
        values[i] =
            (guint32)(ripple_random_unit(SEED, RIPPLE_STREAM_TEST, set, i) * (gdouble)bound);
    return values;
}

gsize test_first_difference(const gdouble *got, const gdouble *expected, const gdouble *tolerance,
                            gsize count)
{
    for (gsize i = 0; i < count; i++)
        if (!(fabs(got[i] - expected[i]) <= tolerance[i]))
            return i;
    return count;
}

void test_check_close(const char *what, const gdouble *got, const gdouble *expected,
                      const gdouble *tolerance, gsize count)
{
    gsize i = test_first_difference(got, expected, tolerance, count);
    if (i < count)
        g_test_fail_printf("%s: element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                           " is %.17g, not within %.3g of %.17g",
                           what, i, count, got[i], tolerance[i], expected[i]);
}

void test_check_equal(const char *what, const gdouble *got, const gdouble *expected, gsize count)
{
    g_autofree gdouble *tolerance = g_new0(gdouble, count);
    test_check_close(what, got, expected, tolerance, count);
}
