/* A step that `ripple compare --replay` can take again. What was read can be written, and read
 * again to the same; and what is asked of it before a device is, fails in a sentence or not at all.
 */
#include "train/bundle.h"
#include "fuzz/checkpoint_same.h"
#include "fuzz/input.h"

#include <math.h>
#include <ripple/compare.h>
#include <string.h>

static void check_finite(const gfloat *values, gsize count)
{
    for (gsize i = 0; i < count; i++)
        g_assert_true(isfinite(values[i]));
}

/* Samples that suit the network, in one of two kinds each. */
static void check_batch(const RippleDataset *batch, const RippleNetwork *network)
{
    g_assert_cmpuint(batch->samples, >, 0);
    g_assert_cmpuint(batch->inputs, ==, network->inputs);
    g_assert_true(!batch->input_bytes != !batch->input_values);
    g_assert_true(!batch->labels != !batch->target_values);
    if (batch->input_values)
        check_finite(batch->input_values, batch->samples * batch->inputs);
    for (gsize i = 0; batch->labels && i < batch->samples; i++)
        g_assert_cmpuint(batch->labels[i], <, batch->classes);
    if (!batch->target_values)
        return;
    g_assert_cmpuint(batch->targets, ==, network->outputs);
    check_finite(batch->target_values, batch->samples * batch->targets);
}

static void check_same_bytes(gconstpointer one, gconstpointer other, gsize length)
{
    g_assert_true(!one == !other);
    if (one)
        g_assert_cmpmem(one, length, other, length);
}

static void check_same_batch(const RippleDataset *one, const RippleDataset *other)
{
    gsize inputs = one->samples * one->inputs;
    g_assert_cmpuint(one->samples, ==, other->samples);
    g_assert_cmpuint(one->inputs, ==, other->inputs);
    g_assert_cmpuint(one->classes, ==, other->classes);
    g_assert_cmpuint(one->targets, ==, other->targets);
    check_same_bytes(one->input_bytes, other->input_bytes, inputs);
    check_same_bytes(one->input_values, other->input_values, inputs * sizeof(gfloat));
    check_same_bytes(one->labels, other->labels, one->samples * sizeof(guint32));
    check_same_bytes(one->target_values, other->target_values,
                     one->samples * one->targets * sizeof(gfloat));
}

/* The reference is no device to compare: with it, all that the file says is read, and no more. */
static void replay(const char *path)
{
    GError *error = NULL;
    g_autoptr(RippleComparison) found = ripple_compare_replay(path, "reference", &error);
    g_assert_null(found);
    fuzz_check(FALSE, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *path = fuzz_write("not-finite-step-1.safetensors", bytes, length);
    GError *error = NULL;
    replay(path);
    g_autoptr(RippleBundle) bundle = ripple_bundle_load(path, &error);
    fuzz_check(bundle != NULL, error);
    if (!bundle)
        return 0;
    check_batch(bundle->batch, bundle->checkpoint->model->network);

    g_free(bundle->checkpoint->path);
    bundle->checkpoint->path = g_build_filename(fuzz_folder(), "again.safetensors", NULL);
    error = NULL;
    gboolean ok = ripple_bundle_write(bundle, &error);
    fuzz_check(ok, error);
    g_assert_true(ok);
    g_autoptr(RippleBundle) again = ripple_bundle_load(bundle->checkpoint->path, &error);
    g_assert_no_error(error);
    fuzz_check_same_checkpoint(bundle->checkpoint, again->checkpoint);
    check_same_batch(bundle->batch, again->batch);
    g_assert_cmpstr(bundle->device, ==, again->device);
    g_assert_cmpstr(bundle->driver, ==, again->driver);
    g_assert_cmpstr(bundle->loss, ==, again->loss);
    return 0;
}
