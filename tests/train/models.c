/* Two model files, number by number. */
#include "unit/data_files.h"

#include <math.h>
#include <ripple/compare.h>
#include <ripple/error.h>
#include <ripple/model.h>
#include <string.h>

typedef struct {
    char *directory;
    char *one;
    char *other;
    RippleModel *model;
} Place;

static RippleModel *model_new(RippleActivation activation)
{
    g_autoptr(GError) error = NULL;
    RippleNetwork *network = ripple_network_new(
        3, (const guint[]){4, 2}, (const RippleActivation[]){activation, RIPPLE_ACTIVATION_SOFTMAX},
        2, RIPPLE_LOSS_CROSS_ENTROPY, &error);
    g_assert_no_error(error);
    RippleModel *model = ripple_model_new(network, ripple_transform_new(1));
    ripple_network_initialise(network, 1, model->parameters);
    return model;
}

static void save(const RippleModel *model, const char *path)
{
    g_autoptr(GError) error = NULL;
    ripple_model_save(model, path, &error);
    g_assert_no_error(error);
}

static Place place_new(void)
{
    char *directory = data_directory_new();
    Place place = {directory, g_build_filename(directory, "one.safetensors", NULL),
                   g_build_filename(directory, "other.safetensors", NULL),
                   model_new(RIPPLE_ACTIVATION_RELU)};
    save(place.model, place.one);
    return place;
}

static void place_clear(Place *place)
{
    data_directory_remove(place->directory);
    g_free(place->one);
    g_free(place->other);
    ripple_model_free(place->model);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static RippleModelComparison *compare(const Place *place, gdouble tolerance)
{
    g_autoptr(GError) error = NULL;
    save(place->model, place->other);
    RippleModelComparison *found =
        ripple_compare_models(place->one, place->other, tolerance, &error);
    g_assert_no_error(error);
    return found;
}

static const RippleTensorComparison *tensor(const RippleModelComparison *found, guint i)
{
    return &g_array_index(found->tensors, RippleTensorComparison, i);
}

static void test_same(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleModelComparison) found = compare(&place, 0);
    g_assert_true(found->pass);
    g_assert_null(found->metadata);
    g_assert_cmpuint(found->tensors->len, ==, 4);
    g_assert_cmpuint(tensor(found, 0)->ulp[0], ==, 12);
    g_assert_cmpfloat(tensor(found, 0)->max_abs, ==, 0);
}

/* One bit of one weight: of layer 1 (2 × 4), row 1, column 2. */
static void test_one_bit(void)
{
    g_auto(Place) place = place_new();
    gsize at = place.model->network->layers[1].weight_offset + 6;
    gfloat before = place.model->parameters[at], after = nextafterf(before, INFINITY);
    place.model->parameters[at] = after;
    gdouble difference = fabs((gdouble)after - before);
    g_autoptr(RippleModelComparison) exact = compare(&place, 0);
    g_autoptr(RippleModelComparison) close = compare(&place, difference);
    g_autoptr(RippleModelComparison) closer = compare(&place, difference * 0.99);
    g_assert_false(exact->pass);
    g_assert_true(close->pass);
    g_assert_false(closer->pass);
    for (guint i = 0; i < 4; i++)
        g_assert_true(tensor(exact, i)->pass == (i != 2));
    const RippleTensorComparison *found = tensor(exact, 2);
    g_assert_cmpstr(found->name, ==, "layers.1.weight");
    g_assert_cmpuint(found->row, ==, 1);
    g_assert_cmpuint(found->column, ==, 2);
    g_assert_cmpfloat(found->device, ==, before);
    g_assert_cmpfloat(found->reference, ==, after);
    g_assert_cmpfloat(found->max_abs, ==, difference);
    g_assert_cmpfloat(found->max_ulp, ==, 1);
    g_assert_cmpuint(found->ulp[0], ==, 7);
    g_assert_cmpuint(found->ulp[2], ==, 1);
}

/* 0 and −0 are the same number, and not the same bits. */
static void test_zeros(void)
{
    g_auto(Place) place = place_new();
    place.model->parameters[place.model->network->layers[0].bias_offset + 1] = -0.0f;
    g_autoptr(RippleModelComparison) exact = compare(&place, 0);
    g_autoptr(RippleModelComparison) close = compare(&place, 0x1p-149);
    g_assert_false(exact->pass);
    g_assert_cmpuint(tensor(exact, 1)->column, ==, 1);
    g_assert_true(close->pass);
}

static void test_transform(void)
{
    g_auto(Place) place = place_new();
    place.model->transform->scale[0] = 2;
    g_autoptr(RippleModelComparison) found = compare(&place, 1);
    g_assert_false(found->pass);
    g_assert_cmpstr(found->metadata, ==, "ripple.transform");
}

static void check_refused(const Place *place, const char *with, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_compare_models(place->one, with, 0, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    if (!strstr(error->message, words))
        g_error("\"%s\" is not in the message: %s", words, error->message);
}

static void test_refused(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleModel) other = model_new(RIPPLE_ACTIVATION_TANH);
    save(other, place.other);
    check_refused(&place, place.other, "are of different networks");
    g_autofree char *text = data_write_text(place.directory, "text", "not a model");
    check_refused(&place, text, text);
    check_refused(&place, "nowhere.safetensors", "nowhere.safetensors");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/models/same", test_same);
    g_test_add_func("/models/one-bit", test_one_bit);
    g_test_add_func("/models/zeros", test_zeros);
    g_test_add_func("/models/transform", test_transform);
    g_test_add_func("/models/refused", test_refused);
    return g_test_run();
}
