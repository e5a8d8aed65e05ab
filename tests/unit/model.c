/* Models: what is saved is loaded with the same bits, and a file that was there stays until then.
 */
#include "train/safetensors.h"
#include "unit/safetensors_files.h"

#include <math.h>
#include <ripple/error.h>
#include <ripple/model.h>
#include <string.h>

/* 4 → 3 gelu → 2 softmax, with numbers that are hard to keep. */
static RippleModel *make_model(void)
{
    static const guint widths[] = {3, 2};
    static const RippleActivation activations[] = {RIPPLE_ACTIVATION_GELU,
                                                   RIPPLE_ACTIVATION_SOFTMAX};
    static const gfloat hard[] = {0.1f, -0.0f, 0x1p-149f, 0x1.fffffep127f, -1.0f / 3, 16777216};
    static const gdouble hard_doubles[] = {0.1,  -0.0,   5e-324,  1.7976931348623157e308,
                                           1e22, 1e-300, 1.0 / 3, -123456789012345680.0};
    g_autoptr(GError) error = NULL;
    RippleNetwork *network =
        ripple_network_new(4, widths, activations, 2, RIPPLE_LOSS_CROSS_ENTROPY, &error);
    g_assert_no_error(error);
    RippleModel *model = ripple_model_new(network, ripple_transform_new(4));
    for (guint l = 0; l < 2; l++) {
        const RippleLayer *layer = &network->layers[l];
        gsize end = layer->bias_offset + layer->outputs;
        for (gsize i = layer->weight_offset; i < end; i++)
            model->parameters[i] = hard[i % G_N_ELEMENTS(hard)];
    }
    for (guint c = 0; c < 4; c++) {
        model->transform->scale[c] = hard_doubles[c];
        model->transform->shift[c] = hard_doubles[4 + c];
    }
    return model;
}

static void assert_same_names(char **a, char **b)
{
    g_assert_cmpint(!a, ==, !b);
    if (a)
        g_assert_cmpstrv(a, b);
}

static void assert_same(const RippleModel *a, const RippleModel *b)
{
    g_assert_cmpuint(a->network->inputs, ==, b->network->inputs);
    g_assert_cmpuint(a->network->loss, ==, b->network->loss);
    g_assert_cmpmem(a->network->layers, a->network->n_layers * sizeof(RippleLayer),
                    b->network->layers, b->network->n_layers * sizeof(RippleLayer));
    g_assert_cmpmem(a->parameters, a->network->parameter_span * sizeof(gfloat), b->parameters,
                    b->network->parameter_span * sizeof(gfloat));
    gsize columns = a->transform->columns;
    g_assert_cmpuint(columns, ==, b->transform->columns);
    g_assert_cmpmem(a->transform->scale, columns * sizeof(gdouble), b->transform->scale,
                    columns * sizeof(gdouble));
    g_assert_cmpmem(a->transform->shift, columns * sizeof(gdouble), b->transform->shift,
                    columns * sizeof(gdouble));
    assert_same_names(a->input_names, b->input_names);
    assert_same_names(a->class_names, b->class_names);
    assert_same_names(a->target_names, b->target_names);
    g_assert_cmpuint(a->image_height, ==, b->image_height);
    g_assert_cmpuint(a->image_width, ==, b->image_width);
}

/* Saves `model`, loads it, and saves that again: the same model, and the same bytes. */
static void assert_kept(const RippleModel *model)
{
    g_autofree char *path = files_path("kept");
    g_autofree char *again = files_path("again");
    g_autoptr(GError) error = NULL;
    ripple_model_save(model, path, &error);
    g_assert_no_error(error);
    g_autoptr(RippleModel) loaded = ripple_model_load(path, &error);
    g_assert_no_error(error);
    assert_same(model, loaded);

    ripple_model_save(loaded, again, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) first = files_read(path);
    g_autoptr(GBytes) second = files_read(again);
    g_assert_true(g_bytes_equal(first, second));
}

static void test_keeps_bits(void)
{
    g_autoptr(RippleModel) model = make_model();
    assert_kept(model);
}

static void test_keeps_names(void)
{
    static const char *inputs[] = {"", "a \"quoted\" \\ name", "tab\tline\nend\x01\x1f\x7f",
                                   "größe → 📏", NULL};
    static const char *classes[] = {"T-shirt/top", "null", NULL};
    static const char *target[] = {"species", NULL};
    g_autoptr(RippleModel) model = make_model();
    model->input_names = g_strdupv((char **)inputs);
    model->class_names = g_strdupv((char **)classes);
    model->target_names = g_strdupv((char **)target);
    assert_kept(model);
}

static void test_keeps_image(void)
{
    g_autoptr(RippleModel) model = make_model();
    model->image_height = 1;
    model->image_width = 4;
    assert_kept(model);
}

/* One pair for all inputs, one output for two classes; then numbers with names as targets. */
static void test_keeps_other_shapes(void)
{
    static const guint widths[] = {1, 2};
    static const RippleActivation activations[] = {RIPPLE_ACTIVATION_SIGMOID,
                                                   RIPPLE_ACTIVATION_TANH};
    static const char *names[] = {"no", "yes", NULL};
    g_autoptr(GError) error = NULL;
    RippleNetwork *network =
        ripple_network_new(7, widths, activations, 1, RIPPLE_LOSS_BINARY_CROSS_ENTROPY, &error);
    g_assert_no_error(error);
    g_autoptr(RippleModel) one = ripple_model_new(network, ripple_transform_new(1));
    one->class_names = g_strdupv((char **)names);
    assert_kept(one);

    network = ripple_network_new(7, widths, activations, 2, RIPPLE_LOSS_MSE, &error);
    g_assert_no_error(error);
    g_autoptr(RippleModel) numbers = ripple_model_new(network, ripple_transform_new(7));
    numbers->target_names = g_strdupv((char **)names);
    assert_kept(numbers);
}

static void test_new_is_empty(void)
{
    static const guint widths[] = {3};
    static const RippleActivation activations[] = {RIPPLE_ACTIVATION_IDENTITY};
    RippleNetwork *network = ripple_network_new(2, widths, activations, 1, RIPPLE_LOSS_MSE, NULL);
    g_autoptr(RippleModel) model = ripple_model_new(network, ripple_transform_new(1));
    g_assert_true(model->network == network);
    for (gsize i = 0; i < network->parameter_span; i++)
        g_assert_cmpfloat(model->parameters[i], ==, 0);
    g_assert_null(model->class_names);
    ripple_model_free(NULL);
}

/* What PyTorch's tools and our own documentation expect to find. */
static void test_metadata(void)
{
    g_autoptr(RippleModel) model = make_model();
    for (guint c = 0; c < 4; c++) {
        model->transform->scale[c] = 0.5;
        model->transform->shift[c] = -1e-30;
    }
    g_autofree char *path = files_path("metadata");
    g_autoptr(GError) error = NULL;
    g_assert_true(ripple_model_save(model, path, &error));
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ripple_safetensors_metadata(file, "format"), ==, "pt");
    g_assert_nonnull(ripple_safetensors_metadata(file, "ripple.version"));
    g_assert_cmpstr(ripple_safetensors_metadata(file, "ripple.network"), ==,
                    "{\"inputs\":4,\"layers\":[{\"outputs\":3,\"activation\":\"gelu\"},"
                    "{\"outputs\":2,\"activation\":\"softmax\"}],\"loss\":\"cross-entropy\"}");
    g_assert_cmpstr(ripple_safetensors_metadata(file, "ripple.transform"), ==,
                    "{\"scale\":[0.5,0.5,0.5,0.5],\"shift\":[-1e-30,-1e-30,-1e-30,-1e-30]}");
    static const char *const order[] = {"layers.0.weight", "layers.0.bias", "layers.1.weight",
                                        "layers.1.bias"};
    g_assert_cmpuint(ripple_safetensors_count(file), ==, 4);
    for (guint i = 0; i < 4; i++)
        g_assert_cmpstr(ripple_safetensors_tensor(file, i)->name, ==, order[i]);
    g_assert_cmpuint(ripple_safetensors_tensor(file, 0)->begin % 8, ==, 0);
}

/* ---- what is not saved ---------------------------------------------------------------------- */

/* Saving `model` fails with `code`, says `words`, and leaves the file that was there. */
static void assert_not_saved(const RippleModel *model, RippleError code, const char *words)
{
    g_autofree char *path = files_path("not-saved");
    g_autoptr(RippleModel) good = make_model();
    g_autoptr(GError) error = NULL;
    ripple_model_save(good, path, &error);
    g_assert_no_error(error);
    guint count = files_count();

    g_assert_false(ripple_model_save(model, path, &error));
    g_assert_error(error, RIPPLE_ERROR, (gint)code);
    if (!strstr(error->message, words))
        g_error("\"%s\" should say \"%s\"", error->message, words);
    g_autoptr(RippleModel) kept = ripple_model_load(path, NULL);
    g_assert_nonnull(kept);
    assert_same(good, kept);
    g_assert_cmpuint(files_count(), ==, count);
}

static void test_not_finite_is_not_saved(void)
{
    g_autoptr(RippleModel) model = make_model();
    const RippleLayer *layer = &model->network->layers[1];
    model->parameters[layer->weight_offset + 5] = NAN;
    assert_not_saved(model, RIPPLE_ERROR_NOT_FINITE, "element 5 of its tensor layers.1.weight");
    model->parameters[layer->weight_offset + 5] = 0;
    model->parameters[layer->bias_offset + 1] = -INFINITY;
    assert_not_saved(model, RIPPLE_ERROR_NOT_FINITE, "element 1 of its tensor layers.1.bias");
    model->parameters[layer->bias_offset + 1] = 0;
    model->transform->shift[2] = INFINITY;
    assert_not_saved(model, RIPPLE_ERROR_NOT_FINITE, "its pair 2");
}

static void test_bad_names_are_not_saved(void)
{
    static const char *names[] = {"a", "b\xff", NULL};
    g_autoptr(RippleModel) model = make_model();
    model->class_names = g_strdupv((char **)names);
    assert_not_saved(model, RIPPLE_ERROR_FAILED,
                     "class name \"b\xef\xbf\xbd\", which is not UTF-8");
    g_clear_pointer(&model->class_names, g_strfreev);
    model->input_names = g_strdupv((char **)names);
    assert_not_saved(model, RIPPLE_ERROR_FAILED, "input name");
    g_clear_pointer(&model->input_names, g_strfreev);
    model->target_names = g_strdupv((char **)names);
    assert_not_saved(model, RIPPLE_ERROR_FAILED, "target name");
}

static void test_bad_places(void)
{
    g_autoptr(RippleModel) model = make_model();
    g_autofree char *blocker = files_write("blocker", "x", 1);
    g_autofree char *below_file = g_build_filename(blocker, "model", NULL);
    g_autofree char *missing = files_path("missing/model");
    const char *paths[] = {below_file, missing};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(ripple_model_save(model, paths[i], &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
        g_assert_nonnull(strstr(error->message, paths[i]));
    }
    g_autoptr(GBytes) bytes = files_read(blocker);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/keeps-bits", test_keeps_bits);
    g_test_add_func("/model/keeps-names", test_keeps_names);
    g_test_add_func("/model/keeps-image", test_keeps_image);
    g_test_add_func("/model/keeps-other-shapes", test_keeps_other_shapes);
    g_test_add_func("/model/new-is-empty", test_new_is_empty);
    g_test_add_func("/model/metadata", test_metadata);
    g_test_add_func("/model/not-finite-is-not-saved", test_not_finite_is_not_saved);
    g_test_add_func("/model/bad-names-are-not-saved", test_bad_names_are_not_saved);
    g_test_add_func("/model/bad-places", test_bad_places);
    int failed = g_test_run();
    files_clear();
    return failed;
}
