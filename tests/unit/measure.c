/* What `ripple bench` finds out: times, and above all whether a result is right. */
#include "measure/gemm_check.h"
#include "measure/random_data.h"
#include "measure/step.h"
#include "opencl/opencl.h"
#include "reference/reference.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* ---- timing ---------------------------------------------------------------------------------- */

static void test_summary(void)
{
    gdouble one[] = {4}, odd[] = {3, 9, 1}, even[] = {8, 1, 2, 4};
    RippleTiming timing = ripple_timing_summarise(one, 1);
    g_assert_true(timing.median == 4 && timing.fastest == 4 && timing.slowest == 4);
    timing = ripple_timing_summarise(odd, 3);
    g_assert_true(timing.median == 3 && timing.fastest == 1 && timing.slowest == 9);
    timing = ripple_timing_summarise(even, 4);
    g_assert_true(timing.median == 3 && timing.fastest == 1 && timing.slowest == 8);
    g_assert_cmpuint(timing.runs, ==, 4);

    /* 1, 2, 4, 8: a quarter lies three quarters of the way from 1 to 2, and so on. */
    g_assert_true(timing.lower == 1.75 && timing.upper == 5);

    RippleThroughput throughput = ripple_timing_throughput(&timing, 24);
    g_assert_true(throughput.median == 8 && throughput.fastest == 24 && throughput.slowest == 3);
    g_assert_cmpuint(throughput.runs, ==, 4);
}

#define NAP_MICROSECONDS 5000

static gboolean nap(gpointer user_data, GError **error)
{
    guint64 *naps = user_data;
    *naps += 1;
    g_usleep(NAP_MICROSECONDS);
    return TRUE;
}

/* Sleep takes at least as long as it was asked to. */
static void test_measure(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_reference_backend_new();
    RippleTiming timing;
    guint64 naps = 0;
    gint64 start = g_get_monotonic_time();
    g_assert_true(
        ripple_timing_measure(backend, nap, &naps, RIPPLE_TIMING_SECONDS, &timing, &error));
    g_assert_no_error(error);
    gdouble elapsed = (g_get_monotonic_time() - start) / 1e6;
    g_assert_cmpuint(timing.runs, >=, 7);
    g_assert_cmpuint(timing.launches, >=, 1);
    g_assert_cmpuint(timing.launches, <=, 4); /* 20 ms */
    /* Two runs at least came before. */
    g_assert_cmpuint(naps, >=, timing.runs * timing.launches + 2);
    g_assert_cmpfloat(timing.fastest, >=, NAP_MICROSECONDS / 1e6);
    g_assert_cmpfloat(timing.median, >=, timing.fastest);
    g_assert_cmpfloat(timing.slowest, >=, timing.median);
    g_assert_cmpfloat(timing.fastest * timing.runs * timing.launches, <=, elapsed);
}

static gboolean fail_at_third(gpointer user_data, GError **error)
{
    guint *calls = user_data;
    if (++*calls < 3)
        return TRUE;
    g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY, "No more.");
    return FALSE;
}

static void test_measure_failure(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_reference_backend_new();
    RippleTiming timing;
    guint calls = 0;
    g_assert_false(ripple_timing_measure(backend, fail_at_third, &calls, RIPPLE_TIMING_SECONDS,
                                         &timing, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY);
    g_assert_cmpuint(calls, ==, 3);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static void test_shape(void)
{
    g_autoptr(GError) error = NULL;
    RippleGemmShape shape;
    g_assert_true(ripple_gemm_shape_parse("128x10x784", &shape, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(shape.m, ==, 128);
    g_assert_cmpuint(shape.n, ==, 10);
    g_assert_cmpuint(shape.k, ==, 784);
    g_autofree char *text = ripple_gemm_shape_text(&shape);
    g_assert_cmpstr(text, ==, "128x10x784");
}

static void test_bad_shapes(void)
{
    static const char *const texts[] = {
        "", "x", "1x2", "1x2x3x4", "0x2x3", "1x2x0", "-1x2x3", "1x2x3 ", "1 x2x3", "1x2x1e3",
        "1048577x1x1", "99999999999999999999x1x1", "1X2X3", "axbxc",
        /* each side is good, but not the matrices */
        "1048576x1048576x1", "1x1048576x1048576", "1048576x1x1048576"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        RippleGemmShape shape;
        g_assert_false(ripple_gemm_shape_parse(texts[i], &shape, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, texts[i]));
    }
}

/* ---- is a product right? --------------------------------------------------------------------- */

/* op(A) is m × k and op(B) k × n, with entries that name their place; they are stored as the form
 * wants them. */
static gfloat entry_of_a(gsize row, gsize p)
{
    return (gfloat)row - 2 * (gfloat)p + 0.5f;
}

static gfloat entry_of_b(gsize p, gsize column)
{
    return 3 * (gfloat)p - (gfloat)column * (p % 2 ? 1 : -1);
}

typedef struct {
    gfloat *a, *b, *c;
} Numbers;

static void numbers_clear(Numbers *numbers)
{
    g_free(numbers->a);
    g_free(numbers->b);
    g_free(numbers->c);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Numbers, numbers_clear)

static Numbers multiply(RippleProductForm form, RippleGemmShape shape)
{
    Numbers numbers = {g_new(gfloat, shape.m * shape.k), g_new(gfloat, shape.k * shape.n),
                       g_new0(gfloat, shape.m * shape.n)};
    for (gsize row = 0; row < shape.m; row++)
        for (gsize p = 0; p < shape.k; p++)
            numbers.a[form == RIPPLE_PRODUCT_TN ? p * shape.m + row : row * shape.k + p] =
                entry_of_a(row, p);
    for (gsize p = 0; p < shape.k; p++)
        for (gsize column = 0; column < shape.n; column++)
            numbers.b[form == RIPPLE_PRODUCT_NT ? column * shape.k + p : p * shape.n + column] =
                entry_of_b(p, column);
    for (gsize row = 0; row < shape.m; row++)
        for (gsize column = 0; column < shape.n; column++) {
            gdouble sum = 0;
            for (gsize p = 0; p < shape.k; p++)
                sum += (gdouble)entry_of_a(row, p) * entry_of_b(p, column);
            numbers.c[row * shape.n + column] = (gfloat)sum;
        }
    return numbers;
}

/* Is it found wrong in `row` and `column`? */
static void assert_wrong(const RippleGemmMatrices *matrices, gsize row, gsize column)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *element =
        g_strdup_printf("element (%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT ")", row, column);
    g_assert_false(ripple_gemm_check(matrices, "somebody", &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK);
    g_assert_true(g_str_has_prefix(error->message, "somebody "));
    g_assert_nonnull(strstr(error->message, element));
    g_assert_nonnull(strstr(error->message, ripple_product_name(matrices->form)));
}

static void test_check_small(void)
{
    const RippleGemmShape shape = {5, 4, 7};
    for (RippleProductForm form = 0; form < RIPPLE_N_PRODUCTS; form++) {
        g_autoptr(GError) error = NULL;
        g_auto(Numbers) numbers = multiply(form, shape);
        RippleGemmMatrices matrices = {form, shape, numbers.a, numbers.b, numbers.c};
        g_assert_true(ripple_gemm_check(&matrices, "somebody", &error));
        g_assert_no_error(error);

        for (gsize i = 0; i < shape.m * shape.n; i++) {
            const gfloat spoiled[] = {numbers.c[i] + 1, NAN, INFINITY, -INFINITY};
            gfloat right = numbers.c[i];
            for (guint s = 0; s < G_N_ELEMENTS(spoiled); s++) {
                numbers.c[i] = spoiled[s];
                assert_wrong(&matrices, i / shape.n, i % shape.n);
            }
            numbers.c[i] = right;
        }
    }
}

/* 3 products of 1 may be off by γ₄·3 = 12·u and a little, which is three spacings of floats at 3.
 */
static void test_check_bound(void)
{
    gfloat ones[] = {1, 1, 1}, c = 3;
    RippleGemmMatrices matrices = {RIPPLE_PRODUCT_NN, {1, 1, 3}, ones, ones, &c};
    for (guint spacings = 0; spacings < 4; spacings++) {
        g_assert_true(ripple_gemm_check(&matrices, "somebody", NULL));
        c = nextafterf(c, 4);
    }
    assert_wrong(&matrices, 0, 0);
}

/* Beyond 2²⁴ multiply-adds: the corners, and whatever was not written. */
static void test_check_large(void)
{
    const RippleGemmShape shape = {301, 290, 200};
    const gsize last_row = shape.m - 1, last_column = shape.n - 1;
    const gsize corners[][2] = {{0, 0}, {0, last_column}, {last_row, 0}, {last_row, last_column}};
    for (RippleProductForm form = 0; form < RIPPLE_N_PRODUCTS; form++) {
        g_auto(Numbers) numbers = multiply(form, shape);
        RippleGemmMatrices matrices = {form, shape, numbers.a, numbers.b, numbers.c};
        g_assert_true(ripple_gemm_check(&matrices, "somebody", NULL));
        for (guint i = 0; i < G_N_ELEMENTS(corners); i++) {
            gfloat *element = &numbers.c[corners[i][0] * shape.n + corners[i][1]];
            gfloat right = *element;
            *element = right * 1.01f + 1;
            assert_wrong(&matrices, corners[i][0], corners[i][1]);
            *element = right;
        }
        for (gsize i = 0; i < shape.m * shape.n; i += 997) {
            gfloat right = numbers.c[i];
            numbers.c[i] = NAN;
            assert_wrong(&matrices, i / shape.n, i % shape.n);
            numbers.c[i] = right;
        }
    }
}

static gboolean enqueue_nothing(RippleBackend *backend, RippleProductForm form,
                                const RippleGemmShape *shape, RippleView a, RippleView b,
                                RippleView c, GError **error)
{
    return TRUE;
}

/* What multiplies is timed; what does not is found out. */
static void test_gemm(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_opencl_backend_new("auto", &error);
    g_assert_no_error(error);
    const RippleGemmProvider idle = {"idle", enqueue_nothing};
    const RippleGemmShape shape = {33, 17, 65};
    RippleThroughput gflops;
    guint count;
    const RippleGemmProvider *providers = ripple_gemm_providers(&count);
    g_assert_cmpuint(count, >=, 1);
    for (guint i = 0; i < count; i++) {
        g_assert_true(ripple_gemm_measure(backend, &providers[i], RIPPLE_PRODUCT_TN, &shape,
                                          RIPPLE_TIMING_SECONDS, &gflops, &error));
        g_assert_no_error(error);
        g_assert_cmpfloat(gflops.median, >, 0);
    }
    g_assert_false(ripple_gemm_measure(backend, &idle, RIPPLE_PRODUCT_NN, &shape,
                                       RIPPLE_TIMING_SECONDS, &gflops, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK);
    g_assert_true(g_str_has_prefix(error->message, "idle "));
}

/* ---- steps ----------------------------------------------------------------------------------- */

static RippleConfig *config_new(const char *hidden)
{
    g_autoptr(GError) error = NULL;
    RippleConfig *config = ripple_config_new();
    g_assert_true(ripple_config_set(config, "network", "hidden", hidden, &error));
    g_assert_no_error(error);
    return config;
}

static RippleNetwork *network_new(RippleConfig *config, guint inputs, guint classes)
{
    g_autoptr(GError) error = NULL;
    RippleNetwork *network = ripple_step_network(config, inputs, classes, &error);
    g_assert_no_error(error);
    g_assert_nonnull(network);
    return network;
}

/* Counted by hand: 2·8·(5·4 + 4·3) forward, as much for the gradient, 2·8·4·3 for the delta. */
static void test_operations(void)
{
    g_autoptr(RippleConfig) config = config_new("4");
    g_autoptr(RippleNetwork) network = network_new(config, 5, 3);
    g_assert_cmpfloat(ripple_step_operations(network, 8), ==, 512 + 512 + 192);
}

static void test_random_dataset(void)
{
    RippleDataset *first = ripple_random_dataset(50, 33, 7, 5);
    RippleDataset *again = ripple_random_dataset(50, 33, 7, 5);
    RippleDataset *other = ripple_random_dataset(50, 33, 7, 6);
    gboolean seen[7] = {0};
    guint64 sum = 0;
    guint n_repeated = 0;
    g_assert_cmpmem(first->input_bytes, 50 * 33, again->input_bytes, 50 * 33);
    g_assert_true(memcmp(first->input_bytes, other->input_bytes, 50 * 33) != 0);
    for (guint i = 0; i < 50; i++) {
        g_assert_cmpuint(first->labels[i], <, 7);
        seen[first->labels[i]] = TRUE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(seen); i++)
        g_assert_true(seen[i]);
    for (guint i = 0; i < 50 * 33; i++) {
        sum += first->input_bytes[i];
        n_repeated += i > 0 && first->input_bytes[i] == first->input_bytes[i - 1];
    }
    /* Of 1650 even bytes the mean is 127.5 ± 1.8, and 6.4 ± 2.5 repeat the one before. These are
     * ten deviations. */
    g_assert_cmpfloat(fabs(sum / (50.0 * 33) - 127.5), <, 18);
    g_assert_cmpuint(n_repeated, <, 32);
    ripple_dataset_free(first);
    ripple_dataset_free(again);
    ripple_dataset_free(other);
}

static void test_step(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_reference_backend_new();
    g_autoptr(RippleConfig) config = config_new("6,5:tanh");
    g_autoptr(RippleNetwork) network = network_new(config, 9, 4);
    g_auto(RippleStepSpeed) speed = {0};
    config->batch = 30;
    config->momentum = 0.5;
    g_assert_true(
        ripple_step_measure(backend, network, config, RIPPLE_TIMING_SECONDS, &speed, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(speed.checked_samples, ==, 30);
    g_assert_cmpuint(speed.gflops.runs, >=, 7);
    g_assert_cmpfloat(speed.samples_per_second, >, 0);
    /* The same median, said three ways; the last digits are rounding. */
    g_assert_cmpfloat_with_epsilon(speed.samples_per_second * speed.milliseconds / 1000, 30, 1e-9);
    g_assert_cmpfloat_with_epsilon(speed.gflops.median * speed.milliseconds / 1000 / speed.gflop, 1,
                                   1e-9);
}

/* The check counts the steps of adam on both sides. */
static void test_step_of_adam(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_reference_backend_new();
    g_autoptr(RippleConfig) config = config_new("6");
    RippleStepSpeed speed;
    config->optimizer = RIPPLE_OPTIMIZER_ADAM;
    g_autoptr(RippleNetwork) network = network_new(config, 9, 4);
    g_assert_true(
        ripple_step_measure(backend, network, config, RIPPLE_TIMING_SECONDS, &speed, &error));
    g_assert_no_error(error);
    g_assert_cmpfloat(speed.samples_per_second, >, 0);
}

static gboolean descend_nothing(RippleBackend *backend, const RippleDescent *descent,
                                const RippleUpdateScalars *scalars, GError **error)
{
    return TRUE;
}

/* A device that does not learn has the loss of the first step right, but not of the second. */
static void test_wrong_step(void)
{
    RippleBackendClass idle; /* outlives the backend, which is freed through it */
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_reference_backend_new();
    g_autoptr(RippleConfig) config = config_new("6");
    g_autoptr(RippleNetwork) network = network_new(config, 9, 4);
    g_auto(RippleStepSpeed) speed = {0};
    idle = *backend->class;
    idle.descend = descend_nothing;
    backend->class = &idle;
    g_assert_false(
        ripple_step_measure(backend, network, config, RIPPLE_TIMING_SECONDS, &speed, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK);
    g_assert_nonnull(strstr(error->message, "loss of step 2"));
}

static void test_step_diverges(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_reference_backend_new();
    g_autoptr(RippleConfig) config = config_new("6,6");
    g_autoptr(RippleNetwork) network = network_new(config, 9, 4);
    g_auto(RippleStepSpeed) speed = {0};
    config->learning_rate = 1e300;
    g_assert_false(
        ripple_step_measure(backend, network, config, RIPPLE_TIMING_SECONDS, &speed, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
}

static void test_step_too_large(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_reference_backend_new();
    g_autoptr(RippleConfig) config = config_new("none");
    /* 2³² − 1 samples of 2²⁰ bytes are four million GiB. */
    g_autoptr(RippleNetwork) network = network_new(config, 1u << 20, 2);
    g_auto(RippleStepSpeed) speed = {0};
    config->batch = G_MAXUINT32;
    g_assert_false(
        ripple_step_measure(backend, network, config, RIPPLE_TIMING_SECONDS, &speed, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/measure/timing/summary", test_summary);
    g_test_add_func("/measure/timing/measure", test_measure);
    g_test_add_func("/measure/timing/failure", test_measure_failure);
    g_test_add_func("/measure/gemm/shape", test_shape);
    g_test_add_func("/measure/gemm/bad-shapes", test_bad_shapes);
    g_test_add_func("/measure/gemm/check-small", test_check_small);
    g_test_add_func("/measure/gemm/check-bound", test_check_bound);
    g_test_add_func("/measure/gemm/check-large", test_check_large);
    g_test_add_func("/measure/gemm/measure", test_gemm);
    g_test_add_func("/measure/step/operations", test_operations);
    g_test_add_func("/measure/step/random-dataset", test_random_dataset);
    g_test_add_func("/measure/step/measure", test_step);
    g_test_add_func("/measure/step/adam", test_step_of_adam);
    g_test_add_func("/measure/step/wrong", test_wrong_step);
    g_test_add_func("/measure/step/diverges", test_step_diverges);
    g_test_add_func("/measure/step/too-large", test_step_too_large);
    return g_test_run();
}
