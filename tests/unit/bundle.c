/* Steps that are written down to be taken again: what is written is what is read, and nothing in
 * such a file is believed before it is checked. */
#include "train/bundle.h"
#include "train/safetensors.h"
#include "unit/safetensors_files.h"

#include <math.h>
#include <ripple/config.h>
#include <ripple/error.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define INPUTS 2
#define SAMPLES 3

static RippleModel *model_new(guint outputs, RippleActivation activation, RippleLoss loss)
{
    g_autoptr(GError) error = NULL;
    RippleNetwork *network = ripple_network_new(INPUTS, &outputs, &activation, 1, loss, &error);
    g_assert_no_error(error);
    return ripple_model_new(network, ripple_transform_new(1));
}

/* Labels of three classes and inputs of bytes; or two target values and inputs of floats. */
static RippleDataset *dataset_new(gboolean has_labels)
{
    RippleDataset *dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup("data");
    dataset->samples = SAMPLES;
    dataset->inputs = INPUTS;
    if (has_labels) {
        dataset->input_bytes = g_memdup2((guint8[]){0, 255, 7, 8, 9, 10}, SAMPLES * INPUTS);
        dataset->target_kind = RIPPLE_TARGET_LABELS;
        dataset->classes = 3;
        dataset->labels = g_memdup2((guint32[]){2, 0, 1}, SAMPLES * sizeof(guint32));
        return dataset;
    }
    dataset->input_values =
        g_memdup2((gfloat[]){0.5f, -1, 1e30f, 0x1p-140f, 3, 4}, SAMPLES * INPUTS * sizeof(gfloat));
    dataset->target_kind = RIPPLE_TARGET_VALUES;
    dataset->targets = 2;
    dataset->target_values = g_memdup2((gfloat[]){1, 2, 3, 4, 5, 6}, SAMPLES * 2 * sizeof(gfloat));
    return dataset;
}

/* The samples 2 and 0, in that order. */
static char *write_bundle(gboolean has_labels)
{
    static const guint32 order[] = {2, 0};
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleModel) model =
        has_labels ? model_new(3, RIPPLE_ACTIVATION_SOFTMAX, RIPPLE_LOSS_CROSS_ENTROPY)
                   : model_new(2, RIPPLE_ACTIVATION_IDENTITY, RIPPLE_LOSS_MSE);
    g_autoptr(RippleDataset) dataset = dataset_new(has_labels);
    g_autoptr(RippleDataset) batch = ripple_bundle_batch(dataset, order, G_N_ELEMENTS(order));
    g_autoptr(RippleConfig) config = ripple_config_new();
    g_autofree char *text = ripple_config_to_text(config);
    g_autofree gdouble *parameters = g_new0(gdouble, model->network->parameter_span);
    parameters[0] = 1.0 / 3;
    char *path = files_path("bundle.safetensors");
    RippleCheckpoint checkpoint = {.path = path,
                                   .position = {.step = 41, .epoch = 2, .samples = 5},
                                   .config = text,
                                   .data = (char *)"0",
                                   .model = model,
                                   .parameters = parameters};
    const RippleBundle bundle = {&checkpoint, batch, (char *)"a device", NULL, (char *)"nan"};
    ripple_bundle_write(&bundle, &error);
    g_assert_no_error(error);
    return path;
}

static void test_labels(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_bundle(TRUE);
    g_autoptr(RippleBundle) bundle = ripple_bundle_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(bundle->checkpoint->position.step, ==, 41);
    g_assert_cmpfloat(bundle->checkpoint->parameters[0], ==, 1.0 / 3);
    g_assert_cmpstr(bundle->device, ==, "a device");
    g_assert_cmpstr(bundle->loss, ==, "nan");
    g_assert_cmpuint(bundle->batch->samples, ==, 2);
    g_assert_null(bundle->batch->input_values);
    g_assert_cmpmem(bundle->batch->input_bytes, 4, ((const guint8[]){9, 10, 0, 255}), 4);
    g_assert_cmpuint(bundle->batch->labels[0], ==, 1);
    g_assert_cmpuint(bundle->batch->labels[1], ==, 2);
    files_clear();
}

static void test_values(void)
{
    const gfloat inputs[] = {3, 4, 0.5f, -1}, targets[] = {5, 6, 1, 2};
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_bundle(FALSE);
    g_autoptr(RippleBundle) bundle = ripple_bundle_load(path, &error);
    g_assert_no_error(error);
    g_assert_null(bundle->batch->input_bytes);
    g_assert_cmpmem(bundle->batch->input_values, sizeof inputs, inputs, sizeof inputs);
    g_assert_cmpmem(bundle->batch->target_values, sizeof targets, targets, sizeof targets);
    files_clear();
}

/* A model and a checkpoint it is, too. */
static void test_is_model(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_bundle(TRUE);
    g_autoptr(RippleModel) model = ripple_model_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(model->network->outputs, ==, 3);
    g_autoptr(RippleCheckpoint) checkpoint = ripple_checkpoint_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(checkpoint->position.epoch, ==, 2);
    files_clear();
}

static void put_checksum(char *bytes, gsize length)
{
    guint64 sum = GUINT64_TO_LE(XXH64(bytes, length - sizeof sum, 0));
    memcpy(bytes + length - sizeof sum, &sum, sizeof sum);
}

/* The bundle with one piece of its text replaced by another of the same length, and a checksum
 * that says nothing of it. */
static void check_refused(gboolean has_labels, const char *from, const char *to)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_bundle(has_labels);
    g_autoptr(GBytes) bytes = files_read(path);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *copy = g_memdup2(data, length);
    g_assert_cmpuint(strlen(from), ==, strlen(to));
    char *at = memmem(copy, length, from, strlen(from));
    if (!at)
        g_error("%s is not in %.1500s", from, copy + 8);
    memcpy(at, to, strlen(to));
    put_checksum(copy, length);
    g_file_set_contents(path, copy, (gssize)length, &error);
    g_assert_no_error(error);
    g_assert_null(ripple_bundle_load(path, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    g_assert_true(g_str_has_suffix(error->message, "."));
    files_clear();
}

static void test_malformed(void)
{
    check_refused(TRUE, "ripple.not_finite.device", "ripple.not_finite.divice");
    check_refused(TRUE, "ripple.not_finite.loss", "ripple.not_finite.lost");
    check_refused(TRUE, "ripple.not_finite.inputs", "ripple.not_finite.imputs");
    check_refused(TRUE, "\"bytes\"", "\"bites\"");
    check_refused(FALSE, "\"values\"", "\"bytes\" ");
    check_refused(TRUE, "batch.labels", "batch.labelz");
    check_refused(FALSE, "batch.targets", "batch.targetz");
    check_refused(TRUE, "batch.inputs", "batch.imputs");
    check_refused(FALSE, "\"shape\":[2, 2],\"data_offsets\":[48,64]",
                  "\"shape\":[4, 1],\"data_offsets\":[48,64]");
}

/* Cut short at every byte it is refused, and never read beyond its end. */
static void test_cut_short(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_bundle(TRUE);
    g_autoptr(GBytes) bytes = files_read(path);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    for (gsize cut = 0; cut < length; cut++) {
        g_file_set_contents(path, data, (gssize)cut, &error);
        g_assert_no_error(error);
        g_assert_null(ripple_bundle_load(path, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
        g_clear_error(&error);
    }
    files_clear();
}

/* Labels that no output has, bytes that are none. */
static void check_value_refused(gsize from_end, gfloat value, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_bundle(TRUE);
    g_autoptr(GBytes) bytes = files_read(path);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *copy = g_memdup2(data, length);
    memcpy(copy + length - from_end, &value, sizeof value);
    put_checksum(copy, length);
    g_file_set_contents(path, copy, (gssize)length, &error);
    g_assert_no_error(error);
    g_assert_null(ripple_bundle_load(path, &error));
    files_assert_blamed(error, path, words);
    files_clear();
}

static void test_values_refused(void)
{
    const gfloat labels[] = {3, -1, 0.5f, NAN, 1e30f}, inputs[] = {256, -1, 0.5f, NAN, 1e30f};
    for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
        /* The last of two labels and of four inputs, in front of the checksum. */
        check_value_refused(12, labels[i], "batch.labels\"");
        check_value_refused(20, inputs[i], "batch.inputs\"");
    }
}

/* Inputs of a tebibyte that is one hole: no memory holds them, whichever kind they are. */
static void check_hole(gboolean has_labels)
{
    static const guint64 bytes = G_GUINT64_CONSTANT(1) << 40;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_bundle(has_labels);
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, &error);
    g_assert_no_error(error);
    gsize begin = ripple_safetensors_find(file, "batch.inputs")->begin -
                  ripple_safetensors_tensor(file, 0)->begin;
    g_autoptr(GBytes) whole = files_read(path);
    const char *header = (const char *)g_bytes_get_data(whole, NULL) + 8;
    const char *end = strstr(header, "\"batch.inputs\"");
    g_assert_nonnull(end);
    g_autofree char *longer = g_strdup_printf(
        "%.*s\"batch.inputs\":{\"dtype\":\"F32\",\"shape\":[%" G_GUINT64_FORMAT ",%u],"
        "\"data_offsets\":[%" G_GSIZE_FORMAT ",%" G_GUINT64_FORMAT "]}}",
        (int)(end - header), header, bytes / sizeof(gfloat) / INPUTS, INPUTS, begin, begin + bytes);
    g_autofree char *hole = files_write_safetensors("hole.safetensors", longer, NULL, 0);
    g_assert_cmpint(truncate(hole, (off_t)(8 + strlen(longer) + begin + bytes)), ==, 0);
    g_assert_null(ripple_bundle_load(hole, &error));
    files_assert_blamed(error, hole,
                        "the tensor \"batch.inputs\" are 274877906944 numbers, more than this");
    files_clear();
}

static void test_hole(void)
{
    check_hole(TRUE);
    check_hole(FALSE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bundle/labels", test_labels);
    g_test_add_func("/bundle/values", test_values);
    g_test_add_func("/bundle/is-model", test_is_model);
    g_test_add_func("/bundle/malformed", test_malformed);
    g_test_add_func("/bundle/cut-short", test_cut_short);
    g_test_add_func("/bundle/values-refused", test_values_refused);
    g_test_add_func("/bundle/hole", test_hole);
    return g_test_run();
}
