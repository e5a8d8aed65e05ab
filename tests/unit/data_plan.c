/* Which data are resident, which are streamed, and in which windows. */
#include "train/data_plan.h"

#include "reference/reference.h"

#include <ripple/error.h>
#include <string.h>

/* On the reference a sample of bytes and a label takes 10 + 4 bytes, and 4 in an order. */
static RippleDataset bytes_of(gsize samples)
{
    static guint8 pixels[1];
    return (RippleDataset){.samples = samples,
                           .inputs = 10,
                           .input_bytes = pixels,
                           .target_kind = RIPPLE_TARGET_LABELS};
}

/* 3·8 + 2·8 bytes, and 4 in an order. */
static RippleDataset values_of(gsize samples)
{
    return (RippleDataset){
        .samples = samples, .inputs = 3, .target_kind = RIPPLE_TARGET_VALUES, .targets = 2};
}

static RippleBackend *backend_new(guint64 memory, guint64 largest)
{
    RippleBackend *backend = ripple_reference_backend_new();
    backend->memory_bytes = memory;
    backend->largest_buffer_bytes = largest;
    return backend;
}

static void test_resident(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = backend_new(1 << 20, 1 << 20);
    RippleDataset train = bytes_of(1000), test = values_of(100);
    RipplePlacement sets[] = {{&train, 10, 7}, {&test, 10, 7}};
    RippleDataPlan plan;
    g_assert_true(ripple_data_plan(backend, 0, sets, 2, &plan, &error));
    g_assert_false(plan.is_streamed);
    g_assert_cmpuint(plan.bytes, ==, 1000 * 18 + 100 * 44);
    g_assert_cmpuint(sets[0].window, ==, 0);
    g_assert_cmpuint(sets[1].window, ==, 0);
    g_assert_true(ripple_data_plan(backend, plan.bytes, sets, 2, &plan, &error));
    g_assert_false(plan.is_streamed);
    /* A limit may be more than half of the memory. */
    g_autoptr(RippleBackend) small = backend_new(plan.bytes, plan.bytes);
    g_assert_true(ripple_data_plan(small, plan.bytes, sets, 2, &plan, &error));
    g_assert_false(plan.is_streamed);
}

/* Two windows and one order: 2·14 + 4 and 2·40 + 4 bytes for a sample in a window. */
static void test_streamed(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = backend_new(1 << 20, 1 << 20);
    RippleDataset train = bytes_of(1000), test = values_of(100);
    RipplePlacement sets[] = {{&train, 10, 0}, {&test, 10, 0}};
    RippleDataPlan plan;
    guint64 limit = 1000 * 18 + 100 * 44 - 1;
    g_assert_true(ripple_data_plan(backend, limit, sets, 2, &plan, &error));
    g_assert_true(plan.is_streamed);
    g_assert_cmpuint(sets[1].window, ==, 10);
    g_assert_cmpuint(sets[0].window, ==, (limit - 10 * 84) / 32);
    g_assert_cmpuint(plan.bytes, ==, 10 * 84 + sets[0].window * 32);
    g_assert_cmpuint(plan.bytes, <=, limit);
}

/* Without a limit, half of the memory. */
static void test_half(void)
{
    g_autoptr(GError) error = NULL;
    RippleDataset train = bytes_of(1000);
    RipplePlacement set = {&train, 10, 0};
    RippleDataPlan plan;
    g_autoptr(RippleBackend) enough = backend_new(2 * 18000, 1 << 20);
    g_assert_true(ripple_data_plan(enough, 0, &set, 1, &plan, &error));
    g_assert_false(plan.is_streamed);
    g_autoptr(RippleBackend) little = backend_new(2 * 18000 - 2, 1 << 20);
    g_assert_true(ripple_data_plan(little, 0, &set, 1, &plan, &error));
    g_assert_true(plan.is_streamed);
}

/* Data that memory has room for, but no buffer. */
static void test_largest_buffer(void)
{
    g_autoptr(GError) error = NULL;
    RippleDataset train = bytes_of(1000), wide = values_of(1000);
    RipplePlacement set = {&train, 10, 0}, wide_set = {&wide, 10, 0};
    RippleDataPlan plan;
    g_autoptr(RippleBackend) exact = backend_new(1 << 20, 10000);
    g_assert_true(ripple_data_plan(exact, 0, &set, 1, &plan, &error));
    g_assert_false(plan.is_streamed);
    g_assert_true(ripple_data_plan(exact, 1 << 20, &wide_set, 1, &plan, &error));
    g_assert_true(plan.is_streamed);
    g_autoptr(RippleBackend) less = backend_new(1 << 20, 9999);
    g_assert_true(ripple_data_plan(less, 0, &set, 1, &plan, &error));
    g_assert_true(plan.is_streamed);
    /* No buffer of a window is larger, either. */
    g_assert_cmpuint(set.window * 10, <=, 9999);
}

/* However much memory there is, a window need not be larger than some MiB, but for its batch. */
static void test_window(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = backend_new(G_GUINT64_CONSTANT(1) << 36, 1 << 30);
    RippleDataset train = bytes_of(G_GUINT64_CONSTANT(10000000000));
    RipplePlacement set = {&train, 100, 0};
    RippleDataPlan plan;
    g_assert_true(ripple_data_plan(backend, 0, &set, 1, &plan, &error));
    g_assert_true(plan.is_streamed);
    g_assert_cmpuint(set.window, ==, (16 << 20) / 14);
    set.batch = 10 << 20;
    g_assert_true(ripple_data_plan(backend, 0, &set, 1, &plan, &error));
    g_assert_cmpuint(set.window, ==, 10 << 20);
}

static void check_too_little(const RippleBackend *backend, guint64 limit, RipplePlacement *set,
                             gint code, const char *told)
{
    g_autoptr(GError) error = NULL;
    RippleDataPlan plan;
    g_assert_false(ripple_data_plan(backend, limit, set, 1, &plan, &error));
    g_assert_error(error, RIPPLE_ERROR, code);
    if (!strstr(error->message, told))
        g_error("\"%s\" should say \"%s\"", error->message, told);
}

static void test_too_little(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = backend_new(1000, 1 << 20);
    RippleDataset train = bytes_of(1000);
    RipplePlacement set = {&train, 10, 0};
    RippleDataPlan plan;
    check_too_little(backend, 319, &set, RIPPLE_ERROR_USAGE, "try --memory-limit 320 ");
    g_assert_true(ripple_data_plan(backend, 320, &set, 1, &plan, &error));
    g_assert_cmpuint(plan.bytes, ==, 320);
    /* Where all of the data take less than two windows, they are the smallest. */
    set.batch = 900;
    check_too_little(backend, 17999, &set, RIPPLE_ERROR_USAGE, "try --memory-limit 18000 ");
    g_assert_true(ripple_data_plan(backend, 18000, &set, 1, &plan, &error));
    g_assert_false(plan.is_streamed);
    set.batch = 100;
    check_too_little(backend, 0, &set, RIPPLE_ERROR_DEVICE_MEMORY, "--memory-limit 3200.");
    /* But not where no buffer holds them. */
    g_autoptr(RippleBackend) narrow = backend_new(1000, 9999);
    set.batch = 900;
    check_too_little(narrow, 17999, &set, RIPPLE_ERROR_USAGE, "try --memory-limit 28800 ");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/data-plan/resident", test_resident);
    g_test_add_func("/data-plan/streamed", test_streamed);
    g_test_add_func("/data-plan/half", test_half);
    g_test_add_func("/data-plan/largest-buffer", test_largest_buffer);
    g_test_add_func("/data-plan/window", test_window);
    g_test_add_func("/data-plan/too-little", test_too_little);
    return g_test_run();
}
