/* The curve keeps its size, its beginning and its end, and spreads its points evenly. */
#include "playground/curve.h"

static void test_long(void)
{
    RippleCurve curve = {0};
    for (guint64 step = 0; step <= 100000; step++) {
        ripple_curve_add(&curve, (RippleCurvePoint){step, 1.0 / (step + 1), 2});
        g_assert_cmpuint(curve.count, <=, RIPPLE_CURVE_MOST);
        g_assert_cmpuint(curve.points[0].step, ==, 0);
        g_assert_cmpuint(curve.points[curve.count - 1].step, ==, step);
        g_assert_cmpfloat(curve.points[curve.count - 1].train, ==, 1.0 / (step + 1));
    }
    g_assert_cmpuint(curve.count, >=, RIPPLE_CURVE_MOST / 2);
    for (guint i = 1; i + 1 < curve.count; i++)
        g_assert_cmpuint(curve.points[i].step - curve.points[i - 1].step, ==, curve.gap);
}

static void test_same_step(void)
{
    RippleCurve curve = {0};
    for (guint i = 0; i < 3; i++)
        ripple_curve_add(&curve, (RippleCurvePoint){5, i, 0});
    g_assert_cmpuint(curve.count, ==, 1);
    g_assert_cmpfloat(curve.points[0].train, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/playground/curve/long", test_long);
    g_test_add_func("/playground/curve/same-step", test_same_step);
    return g_test_run();
}
