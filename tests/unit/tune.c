/* Tuning on the device, and what plans may and may not change about a product. */
#include "measure/tune.h"

#include "opencl/opencl.h"
#include "reference/reference.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

static RippleBackend *open_device(void)
{
    g_autoptr(GError) error = NULL;
    RippleBackend *backend = ripple_opencl_backend_new("auto", &error);
    g_assert_no_error(error);
    return backend;
}

static RippleNetwork *small_network(void)
{
    g_autoptr(GError) error = NULL;
    const guint widths[] = {4, 3, 4};
    const RippleActivation activations[] = {RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_RELU,
                                            RIPPLE_ACTIVATION_SOFTMAX};
    RippleNetwork *network =
        ripple_network_new(5, widths, activations, 3, RIPPLE_LOSS_CROSS_ENTROPY, &error);
    g_assert_no_error(error);
    return network;
}

/* Layers 5 → 4 → 3 → 4 on 7 samples: 3 forward, 3 gradient and 2 delta products. */
static void test_products(void)
{
    static const RippleProduct expected[] = {
        {RIPPLE_PRODUCT_NT, 7, 4, 5}, {RIPPLE_PRODUCT_TN, 4, 5, 7}, {RIPPLE_PRODUCT_NT, 7, 3, 4},
        {RIPPLE_PRODUCT_TN, 3, 4, 7}, {RIPPLE_PRODUCT_NN, 7, 4, 3}, {RIPPLE_PRODUCT_NT, 7, 4, 3},
        {RIPPLE_PRODUCT_TN, 4, 3, 7}, {RIPPLE_PRODUCT_NN, 7, 3, 4},
    };
    g_autoptr(RippleNetwork) network = small_network();
    g_autoptr(GArray) products = ripple_tune_products(network, 7);
    g_assert_cmpuint(products->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        guint found = 0;
        for (guint j = 0; j < products->len; j++)
            found += memcmp(&g_array_index(products, RippleProduct, j), &expected[i],
                            sizeof expected[i]) == 0;
        g_assert_cmpuint(found, ==, 1);
    }
    const RippleProduct *largest = &g_array_index(products, RippleProduct, 0);
    g_assert_cmpuint(largest->m * largest->n * largest->k, ==, 7 * 4 * 5);
}

static void count_result(const RippleTuneResult *result, gpointer user_data)
{
    guint *results = user_data;
    *results += 1;
    g_assert_cmpuint(result->wrong, ==, 0);
    g_assert_cmpuint(result->tried, >=, 1);
    g_assert_cmpfloat(result->tuned.gflops, >, 0);
}

/* What was found holds at once and for whoever opens the device next. */
static void test_tune(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = open_device();
    const RippleProduct product = {RIPPLE_PRODUCT_NN, 33, 70, 40};
    g_autoptr(GArray) products = g_array_new(FALSE, FALSE, sizeof product);
    guint results = 0;
    const RippleTuneObserver observer = {.tuned = count_result, .user_data = &results};
    g_array_append_val(products, product);
    g_assert_null(ripple_tuning_find(ripple_opencl_tuning(backend), &product));
    /* Several times, since the first may have time for nothing but compiling. */
    for (guint i = 0; i < 20 && !ripple_tuning_find(ripple_opencl_tuning(backend), &product); i++)
        g_assert_true(ripple_tune(backend, RIPPLE_TUNE_QUICK, products, &observer, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(results, >=, 1);
    const RippleTuned *tuned = ripple_tuning_find(ripple_opencl_tuning(backend), &product);
    g_assert_nonnull(tuned);

    g_autoptr(RippleBackend) next = open_device();
    g_assert_null(ripple_tuning_problem(ripple_opencl_tuning(next)));
    const RippleTuned *kept = ripple_tuning_find(ripple_opencl_tuning(next), &product);
    g_assert_nonnull(kept);
    g_assert_cmpmem(&kept->plan, sizeof kept->plan, &tuned->plan, sizeof tuned->plan);
    g_assert_true(ripple_tuning_forget(ripple_opencl_tuning(next), &error));
}

/* A file of the device, whatever it holds, says that it is known; `off` asks for nothing, and the
 * reference has nothing to tune. */
static void test_known(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleNetwork) network = small_network();
    g_autoptr(RippleBackend) before = open_device(), reference = ripple_reference_backend_new();
    gboolean tuned = TRUE;
    g_assert_true(ripple_tuning_save(ripple_opencl_tuning(before), &error));
    g_autoptr(RippleBackend) backend = open_device();
    g_assert_true(
        ripple_tune_for_training(backend, RIPPLE_TUNE_QUICK, network, 7, NULL, &tuned, &error));
    g_assert_false(tuned);
    tuned = TRUE;
    g_assert_true(
        ripple_tune_for_training(backend, RIPPLE_TUNE_OFF, network, 7, NULL, &tuned, &error));
    g_assert_false(tuned);
    tuned = TRUE;
    g_assert_true(
        ripple_tune_for_training(reference, RIPPLE_TUNE_FULL, network, 7, NULL, &tuned, &error));
    g_assert_false(tuned);
    g_assert_no_error(error);
    g_assert_true(ripple_tuning_forget(ripple_opencl_tuning(backend), &error));
}

/* ---- the same bits -------------------------------------------------------------------------- */

#define LARGEST 300

/* Shapes of the panel kernel that have little in common. */
static const RipplePanelShape shapes[] = {
    {6, 4, 256, 22, RIPPLE_PLAN_AUTO},
    {1, 1, 1, 1, 0},
    {12, 1, 64, 3, 1},
    {3, 2, 100, 2, 0},
    {4, 4, 512, 1, 1},
};

static RippleBuffer *matrix(RippleBackend *backend, gsize length, guint seed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autofree gfloat *values = g_new(gfloat, length);
    for (gsize i = 0; i < length; i++)
        values[i] = (gfloat)g_rand_double_range(random, -1, 1);
    RippleBuffer *buffer = ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, length, &error);
    g_assert_no_error(error);
    g_assert_true(ripple_backend_upload(ripple_buffer_view(buffer), values, &error));
    return buffer;
}

/* Every shape of the panel kernel adds in the same order: products are the same to the bit. */
static void test_same_products(void)
{
    static const RippleProduct products[] = {
        {RIPPLE_PRODUCT_NT, 33, 10, 300},
        {RIPPLE_PRODUCT_NN, 17, 70, 257},
        {RIPPLE_PRODUCT_TN, 10, 100, 65},
        {RIPPLE_PRODUCT_NN, 1, 40, 130},
    };
    g_autoptr(RippleBackend) backend = open_device();
    g_autoptr(RippleBuffer) a = matrix(backend, LARGEST * LARGEST, 1);
    g_autoptr(RippleBuffer) b = matrix(backend, LARGEST * LARGEST, 2);
    for (guint i = 0; i < G_N_ELEMENTS(products); i++) {
        gsize length = products[i].m * products[i].n;
        g_autofree gfloat *expected = g_new(gfloat, length), *found = g_new(gfloat, length);
        for (guint j = 0; j < G_N_ELEMENTS(shapes); j++) {
            g_autoptr(GError) error = NULL;
            RippleProductPlan plan = {.provider = RIPPLE_PROVIDER_PANEL, .panel = shapes[j]};
            g_autoptr(RippleBuffer) c = matrix(backend, length, 3 + j);
            g_assert_true(ripple_opencl_product_by(backend, &plan, &products[i],
                                                   ripple_buffer_view(a), ripple_buffer_view(b),
                                                   ripple_buffer_view(c), &error));
            g_assert_true(
                ripple_backend_download(ripple_buffer_view(c), j ? found : expected, &error));
            g_assert_no_error(error);
            if (j > 0)
                g_assert_cmpmem(found, length * sizeof *found, expected, length * sizeof *found);
        }
    }
}

/* And so are operations with their ends: what training computes does not depend on the table. */
static void test_same_gradients(void)
{
    const gsize samples = 65, inputs = 100, outputs = 10;
    const RippleProduct product = {RIPPLE_PRODUCT_TN, outputs, inputs, samples};
    gsize length = outputs * inputs + outputs;
    g_autoptr(RippleBackend) backend = open_device();
    g_autoptr(RippleBuffer) delta = matrix(backend, samples * outputs, 1);
    g_autoptr(RippleBuffer) x = matrix(backend, samples * inputs, 2);
    g_autofree gfloat *expected = g_new(gfloat, length), *found = g_new(gfloat, length);
    for (guint j = 0; j < G_N_ELEMENTS(shapes); j++) {
        g_autoptr(GError) error = NULL;
        RippleTuned tuned = {.plan = {.provider = RIPPLE_PROVIDER_PANEL, .panel = shapes[j]},
                             .gflops = 1};
        g_autoptr(RippleBuffer) sums = matrix(backend, length, 3 + j);
        RippleGradient gradient = {
            .delta = ripple_view(delta, 0, samples, outputs),
            .x = ripple_view(x, 0, samples, inputs),
            .weight_gradient = ripple_view(sums, 0, outputs, inputs),
            .bias_gradient = ripple_view(sums, outputs * inputs, 1, outputs),
        };
        ripple_tuning_set(ripple_opencl_tuning(backend), &product, &tuned);
        g_assert_true(ripple_backend_gradient(backend, &gradient, &error));
        g_assert_true(
            ripple_backend_download(ripple_buffer_view(sums), j ? found : expected, &error));
        g_assert_no_error(error);
        if (j > 0)
            g_assert_cmpmem(found, length * sizeof *found, expected, length * sizeof *found);
    }
}

/* The file must be the test's own. G_TEST_OPTION_ISOLATE_DIRS would hide the devices, too. */
int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *cache = g_dir_make_tmp("ripple-tune-XXXXXX", &error);
    g_assert_no_error(error);
    g_setenv("XDG_CACHE_HOME", cache, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tune/products", test_products);
    g_test_add_func("/tune/tune", test_tune);
    g_test_add_func("/tune/known", test_known);
    g_test_add_func("/tune/same-products", test_same_products);
    g_test_add_func("/tune/same-gradients", test_same_gradients);
    return g_test_run();
}
