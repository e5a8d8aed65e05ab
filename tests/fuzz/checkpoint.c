/* A checkpoint. What was read can be written, and read again to the same. */
#include "train/checkpoint.h"
#include "fuzz/input.h"
#include "train/resume.h"

#include <string.h>

static void check_values(const gdouble *one, const gdouble *other, gsize count)
{
    g_assert_true(!one == !other);
    if (one)
        g_assert_cmpmem(one, count * sizeof *one, other, count * sizeof *other);
}

static void check_same(const RippleCheckpoint *one, const RippleCheckpoint *other)
{
    gsize span = one->model->network->parameter_span;
    g_assert_cmpmem(&one->position, sizeof one->position, &other->position, sizeof other->position);
    g_assert_cmpstr(one->config, ==, other->config);
    g_assert_cmpstr(one->data, ==, other->data);
    check_values(one->parameters, other->parameters, span);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        check_values(one->moments[i], other->moments[i], span);
}

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
    check_same(checkpoint, again);
    return 0;
}
