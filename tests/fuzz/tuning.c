/* A device's tuning table. What was wrong in it is left out of what is saved, which is then read
 * without a complaint. */
#include "opencl/tuning.h"

#include "fuzz/input.h"
#include <ripple/error.h>

static RippleTuning *read_table(void)
{
    static char name[] = "pthread-skylake-avx512";
    static RippleOpenclDevice device = {.platform_name = name,
                                        .platform_version = name,
                                        .name = name,
                                        .vendor = name,
                                        .driver_version = name,
                                        .device_version = name,
                                        .kind = RIPPLE_DEVICE_CPU,
                                        .compute_units = 2,
                                        .memory_bytes = 1 << 30,
                                        .largest_allocation_bytes = 1 << 28,
                                        .local_memory_bytes = 1 << 19,
                                        .largest_group = 4096};
    GError *error = NULL;
    RippleTuning *tuning = ripple_tuning_new(&device, &error);
    g_assert_no_error(error);
    return tuning;
}

/* It is told to the user as an error is. */
static void check_problem(const char *problem)
{
    if (problem)
        fuzz_check(FALSE, g_error_new_literal(RIPPLE_ERROR, RIPPLE_ERROR_DATA, problem));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    fuzz_folder();
    g_autoptr(RippleTuning) empty = read_table();
    g_autofree char *folder = g_path_get_dirname(ripple_tuning_path(empty));
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents_full(ripple_tuning_path(empty), (const char *)bytes,
                                           (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));

    GError *error = NULL;
    g_autoptr(RippleTuning) tuning = read_table();
    check_problem(ripple_tuning_problem(tuning));
    gboolean ok = ripple_tuning_save(tuning, &error);
    fuzz_check(ok, error);
    g_autoptr(RippleTuning) saved = read_table();
    g_assert_cmpstr(ripple_tuning_problem(saved), ==, NULL);
    ripple_tuning_forget(tuning, NULL);
    return 0;
}
