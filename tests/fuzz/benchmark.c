/* Figures that `ripple bench save` kept. What was read can be written, and read again. */
#include "fuzz/input.h"
#include "measure/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *path = fuzz_write("before.json", bytes, length);
    GError *error = NULL;
    g_autoptr(RippleBaseline) baseline = ripple_baseline_load(path, &error);
    fuzz_check(baseline != NULL, error);
    if (!baseline)
        return 0;

    g_autofree char *saved = g_build_filename(fuzz_folder(), "again.json", NULL);
    error = NULL;
    gboolean ok = ripple_baseline_save(baseline, saved, &error);
    fuzz_check(ok, error);
    g_assert_true(ok);
    g_autoptr(RippleBaseline) again = ripple_baseline_load(saved, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(again->measurements->len, ==, baseline->measurements->len);
    g_assert_cmpuint(again->shapes->len, ==, baseline->shapes->len);
    g_assert_cmpuint(g_hash_table_size(again->step), ==, g_hash_table_size(baseline->step));
    g_assert_cmpstr(again->device, ==, baseline->device);
    return 0;
}
