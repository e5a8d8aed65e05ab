/* The file in which `train` remembers that a device computes rightly. Whatever it says, one more
 * training can be remembered there, and those that it told of still are. */
#include "check/trust_file.h"
#include "opencl/private.h"

#include "fuzz/input.h"
#include <ripple/error.h>

#define TRAINING "2 → 3 softmax, batch 16 and 0, sgd"
#define OTHER "2 → 1, batch 8"

/* Of a device that nobody asks anything. */
static RippleTrustFile *file_new(void)
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
    static RippleOpencl opencl = {.device = &device, .forced_provider = -1};
    GError *error = NULL;
    opencl.tuning = ripple_tuning_new(&device, &error);
    g_assert_no_error(error);
    RippleTrustFile *file = ripple_trust_file_new(&opencl.parent);
    g_autofree char *folder = g_path_get_dirname(ripple_trust_file_path(file));
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    return file;
}

/* What is damaged is told to the user as an error is, and never remembered. */
static gboolean has(RippleTrustFile *file, const char *training)
{
    char *problem;
    gboolean is_there = ripple_trust_file_has(file, training, &problem);
    g_assert_false(is_there && problem);
    if (problem)
        fuzz_check(FALSE, g_error_new_literal(RIPPLE_ERROR, RIPPLE_ERROR_DATA, problem));
    g_free(problem);
    return is_there;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static RippleTrustFile *file; /* that it has the same name each time */
    fuzz_folder();
    if (!file)
        file = file_new();
    g_assert_true(g_file_set_contents_full(ripple_trust_file_path(file), (const char *)bytes,
                                           (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));

    has(file, TRAINING);
    gboolean had_other = has(file, OTHER);
    GError *error = NULL;
    gboolean ok = ripple_trust_file_add(file, TRAINING, 97, 0.25, &error);
    fuzz_check(ok, error);
    g_assert_true(ok);
    g_assert_true(has(file, TRAINING));
    g_assert_true(has(file, OTHER) == had_other);
    return 0;
}
