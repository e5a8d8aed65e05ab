/* A checkpoint. What was read can be written, and read again to the same. */
#include "train/checkpoint.h"
#include "fuzz/checkpoint_same.h"
#include "fuzz/input.h"
#include "train/resume.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *path = fuzz_write("step.safetensors", bytes, length);
    GError *error = NULL;
    g_autoptr(RippleCheckpoint) checkpoint = ripple_checkpoint_load(path, &error);
    fuzz_check(checkpoint != NULL, error);
    if (!checkpoint)
        return 0;

    error = NULL;
    g_autoptr(RippleConfig) config = ripple_checkpoint_config(checkpoint, &error);
    fuzz_check(config != NULL, error);

    g_free(checkpoint->path);
    checkpoint->path = g_build_filename(fuzz_folder(), "again.safetensors", NULL);
    error = NULL;
    gboolean ok = ripple_checkpoint_write(checkpoint, &error);
    fuzz_check(ok, error);
    g_assert_true(ok);
    g_autoptr(RippleCheckpoint) again = ripple_checkpoint_load(checkpoint->path, &error);
    g_assert_no_error(error);
    fuzz_check_same_checkpoint(checkpoint, again);
    return 0;
}
