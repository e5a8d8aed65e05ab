/* The strongest paths against a list of all of them, and, where nobody can list them, against paths
 * that are drawn at random. */
#include "explain/paths.h"
#include "explain/models.h"
#include "reference/activation.h"
#include "support/numbers.h"

#include <math.h>
#include <string.h>

#define WANTED 12
#define ROUNDING 1e-12

/* x·f′(z)·w·f′(z)·…·δ along `units`, from the definition. */
static gdouble product(const RippleSample *sample, guint layer, const guint *units, gdouble input)
{
    guint last = sample->network->n_layers - 1;
    gdouble value = input;
    for (guint l = layer; l < last; l++) {
        const RippleLayer *above = &sample->network->layers[l + 1];
        guint from = units[l - layer], to = units[l + 1 - layer];
        value *=
            ripple_reference_derivative(sample->network->layers[l].activation, sample->z[l][from]);
        value *= sample->parameters[above->weight_offset + (gsize)to * above->inputs + from];
    }
    return value * sample->delta[last][units[last - layer]];
}

static void check_listed(const RippleSample *sample, const RipplePaths *paths, gdouble input)
{
    gdouble sum = 0;
    for (guint i = 0; i < paths->n_strongest; i++) {
        const RipplePath *path = &paths->strongest[i];
        gdouble expected = product(sample, paths->layer, path->units, input);
        g_assert_cmpfloat(fabs(path->contribution - expected), <=, ROUNDING * fabs(expected));
        if (i > 0)
            g_assert_cmpfloat(fabs(path->contribution), <=, fabs(path[-1].contribution));
        for (guint j = 0; j < i; j++)
            g_assert_cmpint(
                memcmp(path->units, paths->strongest[j].units, paths->n_units * sizeof(guint)), !=,
                0);
        sum += path->contribution;
    }
    g_assert_cmpfloat(fabs(paths->shown - sum), <=, ROUNDING * fabs(sum));
}

static gint by_magnitude(gconstpointer a, gconstpointer b)
{
    gdouble difference = fabs(*(const gdouble *)b) - fabs(*(const gdouble *)a);
    return difference > 0 ? 1 : difference < 0 ? -1 : 0;
}

/* Go through all paths from `unit` of `layer`. */
static GArray *list_all(const RippleSample *sample, guint layer, guint unit, gdouble input)
{
    const RippleNetwork *network = sample->network;
    guint n_units = network->n_layers - layer;
    GArray *products = g_array_new(FALSE, FALSE, sizeof(gdouble));
    g_autofree guint *units = g_new0(guint, n_units);
    units[0] = unit;
    for (;;) {
        gdouble value = product(sample, layer, units, input);
        g_array_append_val(products, value);
        guint n = n_units - 1;
        while (n > 0 && ++units[n] == network->layers[layer + n].outputs)
            units[n--] = 0;
        if (n == 0)
            break;
    }
    g_array_sort(products, by_magnitude);
    return products;
}

static void check_all(const RippleSample *sample, guint layer, guint unit, gdouble input)
{
    g_autoptr(RipplePaths) paths = ripple_paths_new(sample, layer, unit, input, WANTED, NULL);
    g_autoptr(GArray) all = list_all(sample, layer, unit, input);
    gdouble positive = 0, negative = 0, alive = 0;
    for (guint i = 0; i < all->len; i++) {
        gdouble value = g_array_index(all, gdouble, i);
        positive += fmax(value, 0);
        negative += fmin(value, 0);
        alive += value != 0;
        if (i < paths->n_strongest)
            g_assert_cmpfloat(fabs(fabs(paths->strongest[i].contribution) - fabs(value)), <=,
                              ROUNDING * fabs(value));
    }
    g_assert_cmpfloat(paths->count, ==, all->len);
    g_assert_cmpfloat(paths->alive, ==, alive);
    g_assert_cmpfloat(paths->n_strongest, ==, fmin(alive, WANTED));
    g_assert_cmpfloat(fabs(paths->positive - positive), <=, ROUNDING * positive);
    g_assert_cmpfloat(fabs(paths->negative - negative), <=, -ROUNDING * negative);
    check_listed(sample, paths, input);
}

static void check_network(guint inputs, const guint *widths, guint n_layers,
                          RippleActivation hidden)
{
    g_autoptr(RippleModel) model = models_network(inputs, widths, n_layers, hidden);
    g_autoptr(RippleSample) sample = models_sample(model);
    for (guint l = 0; l < n_layers; l++) {
        guint units = widths[l];
        check_all(sample, l, units - 1, ripple_sample_x(sample, l)[0]);
        check_all(sample, l, 0, -0.5);
        check_all(sample, l, units / 2, 1);
    }
}

static void test_listed(void)
{
    for (guint hidden = 0; hidden < RIPPLE_ACTIVATION_SOFTMAX; hidden++) {
        check_network(2, (guint[]){4, 2}, 2, hidden);
        check_network(3, (guint[]){5, 1, 4, 3}, 4, hidden);
        check_network(2, (guint[]){3, 3, 3, 3, 3, 3, 3, 3, 3, 2}, 10, hidden);
        check_network(784, (guint[]){128, 10}, 2, hidden);
    }
}

/* Sixteen units ten layers deep: 10¹² paths. None that is drawn may be stronger than the weakest
 * that is listed, unless it is listed itself. */
static void test_drawn(void)
{
    const guint widths[] = {16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 10};
    g_autoptr(RippleModel) model = models_network(784, widths, 11, RIPPLE_ACTIVATION_TANH);
    g_autoptr(RippleSample) sample = models_sample(model);
    g_autoptr(RipplePaths) paths = ripple_paths_new(sample, 0, 3, 0.5, WANTED, NULL);
    g_assert_cmpfloat(paths->count, ==, pow(16, 9) * 10);
    g_assert_cmpuint(paths->n_strongest, ==, WANTED);
    check_listed(sample, paths, 0.5);
    gdouble gradient = 0.5 * sample->delta[0][3], all = paths->positive - paths->negative;
    g_assert_cmpfloat(fabs(paths->positive + paths->negative - gradient), <=, ROUNDING * all);

    gdouble weakest = fabs(paths->strongest[WANTED - 1].contribution);
    g_autofree guint32 *drawn = test_indices(5, 11 * 20000, 160);
    for (guint n = 0; n < 20000; n++) {
        /* Close to the strongest, where an omission would be: most units are its own. */
        guint units[11];
        memcpy(units, paths->strongest[n % WANTED].units, sizeof units);
        for (guint l = 1; l < 11; l++)
            if (drawn[n * 11 + l] % 4 == 0)
                units[l] = drawn[n * 11 + l] % widths[l];
        gdouble value = fabs(product(sample, 0, units, 0.5));
        gboolean is_listed = FALSE;
        for (guint i = 0; i < WANTED; i++)
            is_listed |= memcmp(units, paths->strongest[i].units, sizeof units) == 0;
        g_assert_true(is_listed || value <= weakest * (1 + ROUNDING));
    }
}

static void test_nothing(void)
{
    g_autoptr(RippleModel) model = models_network(2, (guint[]){4, 2}, 2, RIPPLE_ACTIVATION_RELU);
    g_autoptr(RippleSample) sample = models_sample(model);
    g_autoptr(RipplePaths) paths = ripple_paths_new(sample, 0, 0, 0, WANTED, NULL);
    g_assert_cmpuint(paths->n_strongest, ==, 0);
    g_assert_cmpfloat(paths->count, ==, 2);
    g_assert_cmpfloat(paths->alive, ==, 0);
    g_assert_cmpfloat(paths->positive, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/paths/listed", test_listed);
    g_test_add_func("/paths/drawn", test_drawn);
    g_test_add_func("/paths/nothing", test_nothing);
    return g_test_run();
}
