/* IDX files: small ones written here, plain and compressed, and Debian's Fashion-MNIST. */
#include "data/fashion_mnist.h"
#include "unit/data_files.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

static const guint8 three_labels[] = {2, 0, 1};

static void assert_small_set(const RippleDataset *set, gsize samples)
{
    g_assert_cmpuint(set->samples, ==, samples);
    g_assert_cmpuint(set->inputs, ==, 6);
    g_assert_cmpuint(set->image_height, ==, 2);
    g_assert_cmpuint(set->image_width, ==, 3);
    g_assert_null(set->input_values);
    g_assert_null(set->input_names);
    g_assert_null(set->target_names);
    g_assert_cmpint(set->target_kind, ==, RIPPLE_TARGET_LABELS);
    for (gsize s = 0; s < samples; s++)
        for (guint p = 0; p < 6; p++)
            g_assert_cmpuint(set->input_bytes[6 * s + p], ==, 10 * s + p);
}

static void test_directory(void)
{
    char *directory = data_directory_new();
    data_write_set(directory, "train", three_labels, 3);
    data_write_set(directory, "t10k", (const guint8[]){1, 2}, 2);

    g_autoptr(GError) error = NULL;
    g_autoptr(RippleData) data = ripple_data_load(&(RippleDataRequest){.spec = directory}, &error);
    g_assert_no_error(error);
    assert_small_set(data->train, 3);
    assert_small_set(data->test, 2);
    g_assert_cmpuint(data->train->classes, ==, 3);
    g_assert_cmpmem(data->train->labels, 12, ((guint32[]){2, 0, 1}), 12);
    g_assert_cmpuint(data->test->classes, ==, 3);
    g_assert_cmpmem(data->test->labels, 8, ((guint32[]){1, 2}), 8);
    g_assert_true(g_strv_equal((const char *const *)data->train->class_names,
                               (const char *const[]){"0", "1", "2", NULL}));
    g_assert_true(g_str_has_suffix(data->train->source, "train-images-idx3-ubyte"));
    data_directory_remove(directory);
}

/* Each of the usual names, and each file plain or compressed. */
static void test_names(void)
{
    static const char *const names[][4] = {
        {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
         "t10k-labels-idx1-ubyte"},
        {"train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte",
         "t10k-labels.idx1-ubyte"},
        {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "test-images-idx3-ubyte.gz",
         "test-labels-idx1-ubyte.gz"},
        {"train-images.idx3-ubyte.gz", "train-labels-idx1-ubyte", "test-images.idx3-ubyte",
         "test-labels.idx1-ubyte.gz"},
    };
    static const guint8 pixels[] = {0, 1, 2, 3, 4, 5};
    g_autoptr(GByteArray) images = data_idx(0x08, 3, (const guint32[]){1, 2, 3}, pixels, 6);
    g_autoptr(GByteArray) labels = data_idx(0x08, 1, (const guint32[]){1}, "\0", 1);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        char *directory = data_directory_new();
        for (guint f = 0; f < 4; f++) {
            const GByteArray *plain = f % 2 ? labels : images;
            g_autoptr(GByteArray) compressed = data_gzip(plain->data, plain->len);
            const GByteArray *file = g_str_has_suffix(names[i][f], ".gz") ? compressed : plain;
            G_GNUC_UNUSED g_autofree char *path =
                data_write(directory, names[i][f], file->data, file->len);
        }
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleData) data =
            ripple_data_load(&(RippleDataRequest){.spec = directory}, &error);
        g_assert_no_error(error);
        assert_small_set(data->train, 1);
        assert_small_set(data->test, 1);
        data_directory_remove(directory);
    }
}

/* More than three dimensions, or two, are inputs without the shape of an image. */
static void test_no_image(void)
{
    static const guint32 sizes[] = {1, 1, 3, 2};
    static const guint32 flat[] = {1, 6};
    for (guint i = 0; i < 2; i++) {
        char *directory = data_directory_new();
        data_write_set(directory, "train", three_labels, 1);
        g_autoptr(GByteArray) images = data_idx(0x08, i ? 2 : 4, i ? flat : sizes, "abcdef", 6);
        G_GNUC_UNUSED g_autofree char *path =
            data_write(directory, "train-images-idx3-ubyte", images->data, images->len);
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleData) data =
            ripple_data_load(&(RippleDataRequest){.spec = directory}, &error);
        g_assert_no_error(error);
        g_assert_null(data->test);
        g_assert_cmpuint(data->train->inputs, ==, 6);
        g_assert_cmpuint(data->train->image_height, ==, 0);
        g_assert_cmpuint(data->train->image_width, ==, 0);
        g_assert_cmpmem(data->train->input_bytes, 6, "abcdef", 6);
        data_directory_remove(directory);
    }
}

/* Labels follow the order of the classes that a model knows, and by name. */
static void test_known_classes(void)
{
    char *directory = data_directory_new();
    data_write_set(directory, "train", three_labels, 3);
    g_autoptr(GError) error = NULL;
    RippleDataRequest request = {.spec = directory, .class_names = DATA_NAMES("1", "7", "2", "0")};
    g_autoptr(RippleData) data = ripple_data_load(&request, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(data->train->classes, ==, 4);
    g_assert_cmpmem(data->train->labels, 12, ((guint32[]){2, 3, 0}), 12);

    request.class_names = DATA_NAMES("1", "2");
    g_assert_null(ripple_data_load(&request, &error));
    data_assert_error(error, "train-labels-idx1-ubyte", "label 0 of sample 2");
    data_directory_remove(directory);
}

static void test_fashion_mnist(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleData) data =
        ripple_data_load(&(RippleDataRequest){.spec = "fashion-mnist"}, &error);
    g_assert_no_error(error);
    const RippleDataset *sets[] = {data->train, data->test};
    for (guint i = 0; i < 2; i++) {
        g_assert_cmpuint(sets[i]->samples, ==, i ? 10000 : 60000);
        g_assert_cmpuint(sets[i]->image_height, ==, 28);
        g_assert_cmpuint(sets[i]->image_width, ==, 28);
        g_assert_cmpuint(sets[i]->classes, ==, 10);
        g_assert_cmpstr(sets[i]->class_names[0], ==, "T-shirt/top");
        g_assert_cmpstr(sets[i]->class_names[sets[i]->labels[0]], ==, "Ankle boot");
        g_assert_cmpuint(sets[i]->labels[0], ==, 9);

        /* Both sets hold each class equally often. */
        gsize counts[10] = {0};
        for (gsize s = 0; s < sets[i]->samples; s++)
            counts[sets[i]->labels[s]]++;
        for (guint c = 0; c < 10; c++)
            g_assert_cmpuint(counts[c], ==, sets[i]->samples / 10);
    }
    /* The mean of the training pixels that the authors publish is 0.2860 of 255. */
    guint64 sum = 0;
    for (gsize p = 0; p < 60000 * 784; p++)
        sum += data->train->input_bytes[p];
    g_assert_cmpfloat_with_epsilon((gdouble)sum / (60000.0 * 784 * 255), 0.2860, 0.00005);
}

/* GLib reads XDG_DATA_DIRS once, so this takes a process of its own. */
static void test_data_directories(void)
{
    if (g_test_subprocess()) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleData) data =
            ripple_data_load(&(RippleDataRequest){.spec = "fashion-mnist"}, &error);
        g_assert_no_error(error);
        assert_small_set(data->train, 3);
        g_assert_cmpuint(data->train->classes, ==, 10);
        return;
    }
    char *directory = data_directory_new();
    g_autofree char *place = g_build_filename(directory, "datasets", "fashion-mnist", NULL);
    g_assert_cmpint(g_mkdir_with_parents(place, 0700), ==, 0);
    data_write_set(place, "train", three_labels, 3);
    g_setenv("XDG_DATA_DIRS", directory, TRUE);
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_unsetenv("XDG_DATA_DIRS");
    g_test_trap_assert_passed();

    g_autofree char *found =
        ripple_fashion_mnist_find((const char *const[]){"/nowhere", directory, NULL}, NULL);
    g_assert_cmpstr(found, ==, place);
    data_directory_remove(directory);

    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_fashion_mnist_find((const char *const[]){"/nowhere", NULL}, &error));
    data_assert_error(error, "datasets/fashion-mnist", "apt install dataset-fashion-mnist");
}

/* The label 10 is no class of Fashion-MNIST. */
static void test_fashion_label(void)
{
    if (g_test_subprocess()) {
        g_autoptr(GError) error = NULL;
        g_assert_null(ripple_data_load(&(RippleDataRequest){.spec = "fashion-mnist"}, &error));
        data_assert_error(error, "train-labels-idx1-ubyte", "label 10 of sample 2");
        return;
    }
    char *directory = data_directory_new();
    g_autofree char *place = g_build_filename(directory, "datasets", "fashion-mnist", NULL);
    g_assert_cmpint(g_mkdir_with_parents(place, 0700), ==, 0);
    data_write_set(place, "train", (const guint8[]){9, 10}, 2);
    g_setenv("XDG_DATA_DIRS", directory, TRUE);
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_unsetenv("XDG_DATA_DIRS");
    g_test_trap_assert_passed();
    data_directory_remove(directory);
}

typedef struct {
    const char *what;
    guint8 type;
    guint dimensions;
    guint32 sizes[4];
    gsize length; /* zero bytes after the header */
    const char *place;
} BadArray;

/* Arrays that are wrong in the place of images; labels are of one sample. */
static const BadArray bad_images[] = {
    {"type of signed bytes", 0x09, 3, {1, 2, 3}, 6, "type 0x09"},
    {"type of floats", 0x0d, 3, {1, 2, 3}, 24, "type 0x0d"},
    {"no dimensions", 0x08, 0, {0}, 6, "00 00 08 00"},
    {"one dimension", 0x08, 1, {1}, 1, "1 dimensions"},
    {"no values", 0x08, 3, {1, 2, 3}, 0, "of the 6 bytes of its values, 0"},
    {"no samples", 0x08, 3, {0, 2, 3}, 0, "dimension 1"},
    {"no pixels", 0x08, 3, {1, 2, 0}, 0, "dimension 3"},
    {"a byte too few", 0x08, 3, {1, 2, 3}, 5, "of the 6 bytes of its values, 5"},
    {"a byte too many", 0x08, 3, {1, 2, 3}, 7, "after the 6 bytes"},
    {"other number of samples", 0x08, 3, {2, 2, 3}, 12, "2 images"},
    {"too wide", 0x08, 3, {1, 1 << 12, (1 << 12) + 1}, 0, "A sample"},
    {"product beyond 64 bits", 0x08, 4, {1, G_MAXUINT32, G_MAXUINT32, G_MAXUINT32}, 0, "A sample"},
    {"product 0 modulo 2^32", 0x08, 3, {1, 1 << 16, 1 << 16}, 0, "A sample"},
    {"2^56 bytes promised", 0x08, 2, {G_MAXUINT32, 1 << 24}, 100, "of the 72057594021150720 bytes"},
};

static const BadArray bad_labels[] = {
    {"two dimensions", 0x08, 2, {1, 1}, 1, "2 dimensions"},
    {"4 GiB promised", 0x08, 1, {G_MAXUINT32}, 1, "of the 4294967295 bytes"},
    {"no labels", 0x08, 1, {0}, 0, "dimension 1"},
    {"type of whole numbers", 0x0c, 1, {1}, 4, "type 0x0c"},
    {"two labels", 0x08, 1, {2}, 2, "2 labels"},
};

static void check_bad(const BadArray *bad, gboolean is_images)
{
    static const guint8 zeros[64];
    g_assert_cmpuint(bad->length, <=, 128);
    g_autofree guint8 *values = g_malloc0(128);
    g_autoptr(GByteArray) file =
        data_idx(bad->type, bad->dimensions, bad->sizes, values, bad->length);
    g_autoptr(GByteArray) compressed = data_gzip(file->data, file->len);
    const char *name = is_images ? "train-images-idx3-ubyte" : "train-labels-idx1-ubyte";
    for (guint i = 0; i < 2; i++) {
        g_test_message("%s", bad->what);
        const GByteArray *written = i ? compressed : file;
        char *directory = data_directory_new();
        data_write_set(directory, "train", zeros, 1);
        G_GNUC_UNUSED g_autofree char *path =
            data_write(directory, name, written->data, written->len);
        g_autoptr(GError) error = NULL;
        g_assert_null(ripple_data_load(&(RippleDataRequest){.spec = directory}, &error));
        data_assert_error(error, name, bad->place);
        data_directory_remove(directory);
    }
}

static void test_bad_files(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(bad_images); i++)
        check_bad(&bad_images[i], TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(bad_labels); i++)
        check_bad(&bad_labels[i], FALSE);
}

static void assert_refused(const char *directory, const char *file, const char *place)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_data_load(&(RippleDataRequest){.spec = directory}, &error));
    data_assert_error(error, file, place);
}

/* Directories where a file is missing, does not fit the others, or is no file. */
static void test_bad_directories(void)
{
    char *directory = data_directory_new();
    assert_refused(directory, directory, "train-images-idx3-ubyte");
    data_write_set(directory, "t10k", three_labels, 3);
    assert_refused(directory, directory, "train-images-idx3-ubyte");

    data_write_set(directory, "train", (const guint8[]){1, 0}, 2);
    assert_refused(directory, "t10k-labels-idx1-ubyte", "label 2 of sample 1");

    data_write_set(directory, "train", three_labels, 3);
    g_autoptr(GByteArray) wide = data_idx(0x08, 3, (const guint32[]){3, 1, 2}, "abcdef", 6);
    g_autofree char *test_images =
        data_write(directory, "t10k-images-idx3-ubyte", wide->data, wide->len);
    assert_refused(directory, "t10k-images-idx3-ubyte", "2");
    g_assert_cmpint(g_remove(test_images), ==, 0);
    assert_refused(directory, "t10k-labels-idx1-ubyte", "test-images-idx3-ubyte");

    g_autofree char *images = g_build_filename(directory, "train-images-idx3-ubyte", NULL);
    g_autofree char *labels = g_build_filename(directory, "train-labels-idx1-ubyte", NULL);
    g_assert_cmpint(g_remove(labels), ==, 0);
    assert_refused(directory, "train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    g_assert_cmpint(g_mkdir(labels, 0700), ==, 0);
    assert_refused(directory, "train-labels-idx1-ubyte", "Cannot read");

    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_data_load(&(RippleDataRequest){.spec = images}, &error));
    data_assert_error(error, images, "name the directory");
    data_directory_remove(directory);
}

/* Whatever of a good file is there, the rest missing: a clean error each time. */
static void test_truncation(void)
{
    static const guint8 pixels[6] = {1, 2, 3, 4, 5, 6};
    g_autoptr(GByteArray) plain = data_idx(0x08, 3, (const guint32[]){1, 2, 3}, pixels, 6);
    g_autoptr(GByteArray) compressed = data_gzip(plain->data, plain->len);
    const GByteArray *files[] = {plain, compressed};
    for (guint i = 0; i < 2; i++) {
        char *directory = data_directory_new();
        data_write_set(directory, "train", three_labels, 1);
        for (guint length = 0; length <= files[i]->len; length++) {
            G_GNUC_UNUSED g_autofree char *path =
                data_write(directory, "train-images-idx3-ubyte", files[i]->data, length);
            g_autoptr(GError) error = NULL;
            g_autoptr(RippleData) data =
                ripple_data_load(&(RippleDataRequest){.spec = directory}, &error);
            if (length < files[i]->len)
                data_assert_error(error, "train-images-idx3-ubyte", "cut short");
            else
                g_assert_no_error(error);
            g_assert_true(!data == (length < files[i]->len));
        }
        data_directory_remove(directory);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/data/idx/directory", test_directory);
    g_test_add_func("/data/idx/names", test_names);
    g_test_add_func("/data/idx/no-image", test_no_image);
    g_test_add_func("/data/idx/known-classes", test_known_classes);
    g_test_add_func("/data/idx/fashion-mnist", test_fashion_mnist);
    g_test_add_func("/data/idx/data-directories", test_data_directories);
    g_test_add_func("/data/idx/fashion-label", test_fashion_label);
    g_test_add_func("/data/idx/bad-files", test_bad_files);
    g_test_add_func("/data/idx/bad-directories", test_bad_directories);
    g_test_add_func("/data/idx/truncation", test_truncation);
    return g_test_run();
}
