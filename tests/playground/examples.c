/* The data sets have the shapes that are promised, are the same for the same seed, and noise moves
 * their samples. */
#include "playground/examples.h"

#include <math.h>
#include <string.h>

#define SAMPLES 600

static gdouble input(const RippleDataset *dataset, gsize i, guint c)
{
    return dataset->input_values[2 * i + c];
}

/* Is sample `i` where its shape says? */
static gboolean fits(RippleExample example, const RippleDataset *dataset, gsize i)
{
    gdouble x = input(dataset, i, 0), y = input(dataset, i, 1), radius = hypot(x, y);
    gdouble angle = atan2(y, x), arm, centre;
    switch (example) {
    case RIPPLE_EXAMPLE_CIRCLES:
        return dataset->labels[i] ? radius >= 0.649 && radius <= 0.951 : radius <= 0.401;
    case RIPPLE_EXAMPLE_XOR:
        return dataset->labels[i] == (x * y < 0) && fabs(x) >= 0.049 && fabs(y) <= 0.951;
    case RIPPLE_EXAMPLE_CLUSTERS: /* nearer to its own centre than to any other, but for a few */
        centre = G_PI / 2 + dataset->labels[i] * 2 * G_PI / 3;
        return hypot(x - 0.6 * cos(centre), y - 0.6 * sin(centre)) < 0.5;
    case RIPPLE_EXAMPLE_SPIRALS:
        arm = (radius - 0.1) / 0.85 * 3 * G_PI + dataset->labels[i] * G_PI;
        return cos(arm - angle) > 0.999;
    case RIPPLE_EXAMPLE_PLANE:
        return fabs(dataset->target_values[i] - (x + y) / 2) < 1e-6;
    default:
        return fabs(dataset->target_values[i] - sin(G_PI * x) * sin(G_PI * y)) < 1e-5;
    }
}

static void test_shapes(void)
{
    for (RippleExample example = 0; example < RIPPLE_EXAMPLE_FILE; example++) {
        g_autoptr(RippleDataset) dataset = ripple_example_new(example, SAMPLES, 0, 0, 1);
        guint of_class[3] = {0};
        for (gsize i = 0; i < SAMPLES; i++) {
            g_assert_true(fits(example, dataset, i));
            if (dataset->labels)
                of_class[dataset->labels[i]]++;
        }
        for (guint c = 0; c < dataset->classes; c++)
            g_assert_cmpuint(of_class[c], ==, SAMPLES / dataset->classes);
    }
}

static void test_repeats(void)
{
    for (RippleExample example = 0; example < RIPPLE_EXAMPLE_FILE; example++) {
        g_autoptr(RippleDataset) all = ripple_example_new(example, 40, 0, 0.3, 5);
        g_autoptr(RippleDataset) rest = ripple_example_new(example, 20, 20, 0.3, 5);
        g_autoptr(RippleDataset) other = ripple_example_new(example, 40, 0, 0.3, 6);
        gsize half = 40 * sizeof(gfloat);
        g_assert_cmpmem(all->input_values + 40, half, rest->input_values, half);
        g_assert_cmpint(memcmp(all->input_values, other->input_values, half), !=, 0);
    }
}

/* How far samples stray from where they are without noise: √(Σ d² / n), in one direction. */
static void test_noise(void)
{
    static const gdouble deviations[] = {0.3, 0.3, 0.4, 0.15, 0.3, 0.3};
    for (RippleExample example = 0; example < RIPPLE_EXAMPLE_FILE; example++) {
        g_autoptr(RippleDataset) clean = ripple_example_new(example, 2000, 0, 0, 3);
        g_autoptr(RippleDataset) noisy = ripple_example_new(example, 2000, 0, 0.5, 3);
        gdouble squares = 0;
        for (gsize i = 0; i < 2000; i++)
            squares += pow(clean->labels ? input(noisy, i, 0) - input(clean, i, 0)
                                         : noisy->target_values[i] - clean->target_values[i],
                           2);
        /* Six deviations of an estimate from 2000 samples. */
        g_assert_cmpfloat_with_epsilon(sqrt(squares / 2000) / (0.5 * deviations[example]), 1, 0.1);
    }
}

static void test_names(void)
{
    RippleExample example;
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < RIPPLE_N_EXAMPLES; i++) {
        g_assert_true(ripple_example_parse(ripple_example_name(i), &example, NULL));
        g_assert_cmpuint(example, ==, i);
    }
    g_assert_false(ripple_example_parse("moons", &example, &error));
    g_assert_nonnull(strstr(error->message, "circles"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/playground/examples/shapes", test_shapes);
    g_test_add_func("/playground/examples/repeats", test_repeats);
    g_test_add_func("/playground/examples/noise", test_noise);
    g_test_add_func("/playground/examples/names", test_names);
    return g_test_run();
}
