/* Which of several devices a selector means. The devices are made up. */
#include "opencl/devices.h"

#include <ripple/error.h>
#include <string.h>

/* Two platforms, five devices: a slow GPU, a fast CPU, an accelerator, a fast GPU that is out of
 * order, and a custom device. */
static RippleOpenclDevice devices[] = {
    {.platform_index = 0,
     .device_index = 0,
     .platform_name = (char *)"Portable Computing Language",
     .name = (char *)"Thirty-two Cores",
     .kind = RIPPLE_DEVICE_CPU,
     .compute_units = 32,
     .clock_megahertz = 4000},
    {.platform_index = 1,
     .device_index = 0,
     .platform_name = (char *)"Acme CUDA",
     .name = (char *)"Acme Tiny",
     .kind = RIPPLE_DEVICE_GPU,
     .compute_units = 4,
     .clock_megahertz = 1000},
    {.platform_index = 1,
     .device_index = 1,
     .platform_name = (char *)"Acme CUDA",
     .name = (char *)"Acme Gross",
     .kind = RIPPLE_DEVICE_GPU,
     .compute_units = 100,
     .clock_megahertz = 2000,
     .problem = (char *)"the driver says that it is not available"},
    {.platform_index = 1,
     .device_index = 2,
     .platform_name = (char *)"Acme CUDA",
     .name = (char *)"Beschleuniger Ä",
     .kind = RIPPLE_DEVICE_ACCELERATOR,
     .compute_units = 64,
     .clock_megahertz = 3000},
    {.platform_index = 1,
     .device_index = 12,
     .platform_name = (char *)"Acme CUDA",
     .name = (char *)"Acme Odd",
     .kind = RIPPLE_DEVICE_CUSTOM,
     .compute_units = 1000,
     .clock_megahertz = 5000},
};

static GPtrArray *first_devices(guint count)
{
    GPtrArray *array = g_ptr_array_new();
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(array, &devices[i]);
    return array;
}

static void check_chosen(const GPtrArray *array, const char *selector, guint expected)
{
    g_autoptr(GError) error = NULL;
    guint chosen = G_MAXUINT;
    gboolean found = ripple_opencl_choose(array, selector, &chosen, &error);
    g_assert_no_error(error);
    g_assert_true(found);
    g_assert_cmpuint(chosen, ==, expected);
}

static char *refusal_of(const GPtrArray *array, const char *selector)
{
    g_autoptr(GError) error = NULL;
    guint chosen = 17;
    g_assert_false(ripple_opencl_choose(array, selector, &chosen, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE);
    g_assert_cmpuint(chosen, ==, 17);
    return g_strdup(error->message);
}

static void check_says(const char *message, const char *part)
{
    if (!strstr(message, part))
        g_error("\"%s\" is not in the message: %s", part, message);
}

/* A GPU before an accelerator before a CPU before anything else, however fast; and never one that
 * cannot be used. */
static void test_auto_by_kind(void)
{
    g_autoptr(GPtrArray) all = first_devices(G_N_ELEMENTS(devices));
    check_chosen(all, "auto", 1);
    g_ptr_array_remove(all, &devices[1]);
    check_chosen(all, "auto", 2); /* the accelerator */
    g_ptr_array_remove(all, &devices[3]);
    check_chosen(all, "auto", 0); /* the CPU */
    g_ptr_array_remove(all, &devices[0]);
    check_chosen(all, "auto", 1); /* the custom device */
    g_ptr_array_remove(all, &devices[4]);
    g_autofree char *message = refusal_of(all, "auto");
    check_says(message, "Acme Gross, not usable: the driver says that it is not available");
}

/* Of one kind, the one with the most compute units times clock; of equals, the first. */
static void test_auto_by_speed(void)
{
    RippleOpenclDevice slow = devices[1], wide = devices[1], fast = devices[1], equal = devices[1];
    wide.compute_units = 9;
    fast.compute_units = 3;
    fast.clock_megahertz = 4000;
    equal.compute_units = 12;
    /* 4,000,000,000 · 4 does not fit into 32 bits. */
    RippleOpenclDevice huge = devices[1];
    huge.clock_megahertz = 4000000000u;

    g_autoptr(GPtrArray) array = g_ptr_array_new();
    g_ptr_array_add(array, &slow);
    g_ptr_array_add(array, &wide);
    check_chosen(array, "auto", 1);
    g_ptr_array_add(array, &fast);
    check_chosen(array, "auto", 2);
    g_ptr_array_add(array, &equal);
    check_chosen(array, "auto", 2);
    g_ptr_array_add(array, &huge);
    check_chosen(array, "auto", 4);
}

static void test_place(void)
{
    g_autoptr(GPtrArray) all = first_devices(G_N_ELEMENTS(devices));
    check_chosen(all, "0:0", 0);
    check_chosen(all, "1:0", 1);
    check_chosen(all, "1:2", 3);
    check_chosen(all, "1:12", 4);
    /* A place is not a part of another, and one that cannot be used is none. */
    static const char *const wrong[] = {"0:1", "1:1", "2:0", "1:", ":0", "1:01", " 1:0", "01:0"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *message = refusal_of(all, wrong[i]);
        check_says(message, wrong[i]);
    }
}

static void test_part_of_a_name(void)
{
    g_autoptr(GPtrArray) all = first_devices(G_N_ELEMENTS(devices));
    check_chosen(all, "Thirty-two Cores", 0);
    check_chosen(all, "thirty", 0);
    check_chosen(all, "TWO COR", 0);
    check_chosen(all, "odd", 4);
    check_chosen(all, "BESCHLEUNIGER ä", 3);
    check_chosen(all, "portable", 0); /* of the platform */
    check_chosen(all, "cuda", 1);     /* the best of the platform that can be used */
    check_chosen(all, "acme", 1);
    G_GNUC_UNUSED g_autofree char *unusable = refusal_of(all, "gross");
    g_autofree char *unknown = refusal_of(all, "quantum");
    check_says(unknown, "\"quantum\"");
}

/* The message lists what there is, what is wrong with it, and the way out. */
static void test_none_fits(void)
{
    g_autoptr(GPtrArray) all = first_devices(G_N_ELEMENTS(devices));
    g_autofree char *message = refusal_of(all, "quantum");
    for (guint i = 0; i < G_N_ELEMENTS(devices); i++) {
        g_autofree char *entry = g_strdup_printf("%u:%u %s", devices[i].platform_index,
                                                 devices[i].device_index, devices[i].name);
        check_says(message, entry);
    }
    check_says(message, devices[2].problem);
    check_says(message, "reference");
    g_assert_true(g_str_has_suffix(message, "."));
}

static void test_no_devices(void)
{
    g_autoptr(GPtrArray) none = first_devices(0);
    static const char *const selectors[] = {"auto", "0:0", "gpu"};
    for (guint i = 0; i < G_N_ELEMENTS(selectors); i++) {
        g_autofree char *message = refusal_of(none, selectors[i]);
        check_says(message, "There is no OpenCL device");
        check_says(message, "--device reference");
    }
}

static void test_kind_names(void)
{
    g_assert_cmpstr(ripple_device_kind_name(RIPPLE_DEVICE_CUSTOM), ==, "custom");
    g_assert_cmpstr(ripple_device_kind_name(RIPPLE_DEVICE_CPU), ==, "CPU");
    g_assert_cmpstr(ripple_device_kind_name(RIPPLE_DEVICE_ACCELERATOR), ==, "accelerator");
    g_assert_cmpstr(ripple_device_kind_name(RIPPLE_DEVICE_GPU), ==, "GPU");
}

/* The machine's own devices: whatever they are, each is described and can be named by its place. */
static void test_real_devices(void)
{
    g_autoptr(GPtrArray) real = ripple_opencl_devices();
    g_assert_cmpuint(real->len, >, 0);
    for (guint i = 0; i < real->len; i++) {
        const RippleOpenclDevice *device = g_ptr_array_index(real, i);
        g_assert_cmpuint(strlen(device->name), >, 0);
        g_assert_cmpuint(strlen(device->platform_name), >, 0);
        g_assert_nonnull(device->vendor);
        g_assert_nonnull(device->driver_version);
        g_assert_nonnull(device->device_version);
        g_assert_nonnull(device->platform_version);
        g_assert_cmpuint(device->compute_units, >, 0);
        g_assert_cmpuint(device->largest_allocation_bytes, >, 0);
        g_assert_cmpuint(device->memory_bytes, >=, device->largest_allocation_bytes);
        if (device->problem)
            continue;
        g_autofree char *place =
            g_strdup_printf("%u:%u", device->platform_index, device->device_index);
        check_chosen(real, place, i);
    }
    g_autoptr(GError) error = NULL;
    guint chosen;
    ripple_opencl_choose(real, "auto", &chosen, &error);
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/devices/auto-by-kind", test_auto_by_kind);
    g_test_add_func("/devices/auto-by-speed", test_auto_by_speed);
    g_test_add_func("/devices/place", test_place);
    g_test_add_func("/devices/part-of-a-name", test_part_of_a_name);
    g_test_add_func("/devices/none-fits", test_none_fits);
    g_test_add_func("/devices/no-devices", test_no_devices);
    g_test_add_func("/devices/kind-names", test_kind_names);
    g_test_add_func("/devices/real-devices", test_real_devices);
    return g_test_run();
}
