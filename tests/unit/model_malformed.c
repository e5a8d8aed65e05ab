/* A model file with something wrong in it is refused with the file and the fault named; with
 * anything else changed in it, it is refused or loads as a whole model, and never more is read than
 * is there. */
#include "train/safetensors.h"
#include "unit/safetensors_files.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <ripple/error.h>
#include <ripple/model.h>
#include <string.h>
#include <unistd.h>

/* ---- metadata ------------------------------------------------------------------------------- */

#define NETWORK                                                                                    \
    "{\"inputs\":2,\"layers\":[{\"outputs\":3,\"activation\":\"relu\"},"                           \
    "{\"outputs\":2,\"activation\":\"softmax\"}],\"loss\":\"cross-entropy\"}"
#define TRANSFORM "{\"scale\":[1,0.5],\"shift\":[0,-0.5]}"

/* The tensors of the network above: 2 → 3 → 2. */
static const gfloat zeros[6];
static const RippleTensorToStore tensors[] = {
    {"layers.0.weight", 2, {3, 2}, zeros, NULL},
    {"layers.0.bias", 1, {3}, zeros, NULL},
    {"layers.1.weight", 2, {2, 3}, zeros, NULL},
    {"layers.1.bias", 1, {2}, zeros, NULL},
};

static const char *const good[][2] = {
    {"ripple.network", NETWORK},
    {"ripple.transform", TRANSFORM},
    {"ripple.inputs", "[\"width\",\"height\"]"},
    {"ripple.classes", "[\"a\",\"b\"]"},
    {"ripple.targets", "[\"class\"]"},
    {"ripple.image", "2x1"},
};

/* A model file whose metadata `key` is `text`, or is not there when `text` is NULL. */
static char *write_model(const char *key, const char *text, const RippleTensorToStore *stored,
                         guint count)
{
    g_autoptr(GPtrArray) metadata = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        const char *value = strcmp(good[i][0], key) == 0 ? text : good[i][1];
        if (!value)
            continue;
        g_ptr_array_add(metadata, (gpointer)good[i][0]);
        g_ptr_array_add(metadata, (gpointer)value);
    }
    g_ptr_array_add(metadata, NULL);
    char *path = files_path("model");
    g_autoptr(GError) error = NULL;
    ripple_safetensors_write(path, (const char *const *)metadata->pdata, stored, count, &error);
    g_assert_no_error(error);
    return path;
}

static void assert_refused(const char *path, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleModel) model = ripple_model_load(path, &error);
    g_assert_null(model);
    files_assert_blamed(error, path, words);
}

static void test_the_pattern_is_good(void)
{
    g_autofree char *path = write_model("", NULL, tensors, 4);
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleModel) model = ripple_model_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(model->image_height, ==, 2);
    g_assert_cmpuint(model->image_width, ==, 1);
    g_assert_cmpstr(model->class_names[1], ==, "b");
}

static void test_weights_only(void)
{
    g_autofree char *path = write_model("ripple.network", NULL, tensors, 4);
    assert_refused(path, "it holds weights only");
    assert_refused(path, "`ripple train --init`");
}

#define LAYERS(layers) "{\"inputs\":2,\"layers\":" layers ",\"loss\":\"cross-entropy\"}"
#define LAST "{\"outputs\":2,\"activation\":\"softmax\"}"

static void test_metadata(void)
{
    static const struct {
        const char *key, *text, *words;
    } cases[] = {
        {"ripple.network", "", "its ripple.network is wrong: it is empty"},
        {"ripple.network", "{", "its ripple.network is wrong"},
        {"ripple.network", "7", "it needs inputs"},
        {"ripple.network", "[]", "it needs inputs"},
        {"ripple.network", "{}", "it needs inputs"},
        {"ripple.network", "{\"inputs\":2,\"inputs\":2}", "the key \"inputs\" stands there twice"},
        {"ripple.network", "{\"inputs\":2,\"layers\":[" LAST "]}", "a loss"},
        {"ripple.network", "{\"inputs\":2,\"layers\":[" LAST "],\"loss\":1}", "a loss"},
        {"ripple.network", "{\"inputs\":2,\"layers\":[" LAST "],\"loss\":\"l1\"}",
         "no loss called \"l1\""},
        {"ripple.network", "{\"layers\":[" LAST "],\"loss\":\"mse\"}", "it needs inputs"},
        {"ripple.network", "{\"inputs\":-2,\"layers\":[" LAST "],\"loss\":\"mse\"}",
         "it needs inputs"},
        {"ripple.network", "{\"inputs\":2.0,\"layers\":[" LAST "],\"loss\":\"mse\"}",
         "it needs inputs"},
        {"ripple.network", "{\"inputs\":16777217,\"layers\":[" LAST "],\"loss\":\"mse\"}",
         "it needs inputs"},
        {"ripple.network", "{\"inputs\":0,\"layers\":[" LAST "],\"loss\":\"cross-entropy\"}",
         "The network has 0 inputs"},
        {"ripple.network", LAYERS("{}"), "layers"},
        {"ripple.network", LAYERS("[]"), "The network has 0 layers"},
        {"ripple.network", LAYERS("[null]"), "layer 0 needs outputs"},
        {"ripple.network", LAYERS("[{\"outputs\":2}]"), "layer 0 needs outputs"},
        {"ripple.network", LAYERS("[{\"activation\":\"softmax\"}]"), "layer 0 needs outputs"},
        {"ripple.network", LAYERS("[{\"outputs\":4294967298,\"activation\":\"softmax\"}]"),
         "layer 0 needs outputs"},
        {"ripple.network", LAYERS("[{\"outputs\":0,\"activation\":\"softmax\"}]"),
         "Layer 0 has 0 outputs"},
        {"ripple.network", LAYERS("[{\"outputs\":3,\"activation\":\"step\"}," LAST "]"),
         "no activation called \"step\""},
        {"ripple.network", LAYERS("[" LAST "," LAST "]"), "Layer 0 is hidden"},
        {"ripple.network", LAYERS("[{\"outputs\":2,\"activation\":\"relu\"}]"),
         "needs the output activation softmax"},
        /* A network beyond all memory is not allocated before its tensors are found. */
        {"ripple.network",
         "{\"inputs\":16777216,\"layers\":[{\"outputs\":16777216,\"activation\":\"relu\"},"
         "{\"outputs\":16777216,\"activation\":\"softmax\"}],\"loss\":\"cross-entropy\"}",
         "\"layers.0.weight\" has the shape [3, 2], and the network needs [16777216, 16777216]"},
        {"ripple.network", LAYERS("[" LAST "]"), "\"layers.1.weight\" belongs to none"},
        {"ripple.network",
         LAYERS("[{\"outputs\":3,\"activation\":\"relu\"},{\"outputs\":2,\"activation\":"
                "\"relu\"}," LAST "]"),
         "\"layers.2.weight\" is missing"},

        {"ripple.transform", NULL, "its ripple.transform is wrong: it is missing"},
        {"ripple.transform", "nothing", "its ripple.transform is wrong: at byte 0"},
        {"ripple.transform", "[1,0]", "either 1 or 2 of each"},
        {"ripple.transform", "{\"scale\":[1]}", "either 1 or 2 of each"},
        {"ripple.transform", "{\"shift\":[1]}", "either 1 or 2 of each"},
        {"ripple.transform", "{\"scale\":[],\"shift\":[]}", "either 1 or 2 of each"},
        {"ripple.transform", "{\"scale\":[1,2,3],\"shift\":[1,2,3]}", "either 1 or 2 of each"},
        {"ripple.transform", "{\"scale\":[1,2],\"shift\":[1]}", "as many numbers of scale"},
        {"ripple.transform", "{\"scale\":[1],\"shift\":[1e999]}", "no finite number"},
        {"ripple.transform", "{\"scale\":[\"1\"],\"shift\":[1]}", "no finite number"},
        {"ripple.transform", "{\"scale\":[null],\"shift\":[1]}", "no finite number"},
        {"ripple.transform", "{\"scale\":[[1]],\"shift\":[1]}", "no finite number"},

        {"ripple.inputs", "{}", "its ripple.inputs is wrong: it is not an array of strings"},
        {"ripple.inputs", "[\"a\",1]", "its ripple.inputs is wrong: it is not an array of strings"},
        {"ripple.inputs", "[\"a\"]",
         "its ripple.inputs is wrong: it holds 1 names, and the network needs 2"},
        {"ripple.inputs", "[]", "its ripple.inputs is wrong: it holds 0 names"},
        {"ripple.classes", "[\"a\",\"b\",\"c\"]", "its ripple.classes is wrong: it holds 3 names"},
        {"ripple.classes", "[\"a\",[\"b\"]]", "its ripple.classes is wrong"},
        {"ripple.classes", "\"ab\"", "its ripple.classes is wrong"},
        {"ripple.targets", "[\"a\",\"b\"]", "its ripple.targets is wrong: it holds 2 names"},
        {"ripple.image", "", "its ripple.image is wrong"},
        {"ripple.image", "2", "its ripple.image is wrong"},
        {"ripple.image", "2x1x1", "its ripple.image is wrong"},
        {"ripple.image", "2x2", "\"2x2\" is not HEIGHTxWIDTH of 2 pixels"},
        {"ripple.image", "-2x-1", "its ripple.image is wrong"},
        {"ripple.image", "0x0", "its ripple.image is wrong"},
        {"ripple.image", " 2x1", "its ripple.image is wrong"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s = %s", cases[i].key, cases[i].text ? cases[i].text : "(none)");
        g_autofree char *path = write_model(cases[i].key, cases[i].text, tensors, 4);
        assert_refused(path, cases[i].words);
    }
}

/* Without class names each of the two outputs has a target name. */
static void test_target_names(void)
{
    g_autofree char *path = write_model("ripple.classes", NULL, tensors, 4);
    assert_refused(path, "its ripple.targets is wrong: it holds 1 names, and the network needs 2");
}

/* ---- tensors -------------------------------------------------------------------------------- */

static void test_tensors(void)
{
    static const gfloat bad[6] = {0, 0, 0, 0, NAN, 0};
    static const struct {
        guint replaced;
        RippleTensorToStore tensor;
        const char *words;
    } cases[] = {
        {0,
         {"layers.0.weight", 2, {2, 3}, zeros, NULL},
         "has the shape [2, 3], and the network needs [3, 2]"},
        {0,
         {"layers.0.weight", 1, {6}, zeros, NULL},
         "has the shape [6], and the network needs [3, 2]"},
        {1,
         {"layers.0.bias", 2, {3, 1}, zeros, NULL},
         "has the shape [3, 1], and the network needs [3]"},
        {1, {"layers.0.bias", 1, {4}, zeros, NULL}, "has the shape [4], and the network needs [3]"},
        {1, {"layers.0.bias", 1, {0}, zeros, NULL}, "has the shape [0], and the network needs [3]"},
        {2,
         {"layers.01.weight", 2, {2, 3}, zeros, NULL},
         "the tensor \"layers.1.weight\" is missing"},
        {3, {"layers.1.scale", 1, {2}, zeros, NULL}, "the tensor \"layers.1.bias\" is missing"},
        {2,
         {"layers.1.weight", 2, {2, 3}, bad, NULL},
         "element 4 of the tensor \"layers.1.weight\""},
        {4,
         {"layers.2.weight", 2, {2, 3}, zeros, NULL},
         "the tensor \"layers.2.weight\" belongs to none"},
        {4, {"velocity", 1, {0}, zeros, NULL}, "the tensor \"velocity\" belongs to none"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        RippleTensorToStore stored[5];
        memcpy(stored, tensors, sizeof tensors);
        stored[cases[i].replaced] = cases[i].tensor;
        g_autofree char *path = write_model("", NULL, stored, MAX(4, cases[i].replaced + 1));
        assert_refused(path, cases[i].words);
    }
}

/* A file of a tebibyte that is one hole, with the tensors of a network as large: all is as it
 * should be, and no memory holds it. */
static void test_hole(void)
{
    static const guint64 weights = G_GUINT64_CONSTANT(1) << 38, inputs = 1 << 24;
    g_autofree char *header = g_strdup_printf(
        "{\"__metadata__\":{\"ripple.network\":\"{\\\"inputs\\\":%" G_GUINT64_FORMAT
        ",\\\"layers\\\":[{\\\"outputs\\\":16384,\\\"activation\\\":\\\"identity\\\"}],"
        "\\\"loss\\\":\\\"mse\\\"}\",\"ripple.transform\":\"{\\\"scale\\\":[1],"
        "\\\"shift\\\":[0]}\"},\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[16384,16777216],"
        "\"data_offsets\":[0,%" G_GUINT64_FORMAT "]},\"layers.0.bias\":{\"dtype\":\"F32\","
        "\"shape\":[16384],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}}",
        inputs, 4 * weights, 4 * weights, 4 * (weights + 16384));
    g_autofree char *path = files_write_safetensors("hole", header, NULL, 0);
    off_t length = (off_t)(8 + strlen(header) + 4 * (weights + 16384));
    g_assert_cmpint(truncate(path, length), ==, 0);
    assert_refused(path,
                   "its parameters are 274877923328 numbers, more than this machine's memory");
    /* One byte less, and it is refused for that. */
    g_assert_cmpint(truncate(path, length - 1), ==, 0);
    assert_refused(path, "claims the bytes");
}

/* ---- damage --------------------------------------------------------------------------------- */

/* Loads whole, or is refused with a DATA error that names the file. */
static gboolean load_damaged(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleModel) model = ripple_model_load(path, &error);
    if (!model) {
        files_assert_blamed(error, path, "");
        return FALSE;
    }
    g_assert_no_error(error);
    const RippleNetwork *network = model->network;
    for (gsize i = 0; i < network->parameter_span; i++)
        g_assert_true(isfinite(model->parameters[i]));
    for (guint c = 0; c < model->transform->columns; c++)
        g_assert_true(isfinite(model->transform->scale[c]) && isfinite(model->transform->shift[c]));
    if (model->input_names)
        g_assert_cmpuint(g_strv_length(model->input_names), ==, network->inputs);
    if (model->class_names)
        g_assert_cmpuint(g_strv_length(model->class_names), ==, network->outputs);
    return TRUE;
}

static void test_truncation(void)
{
    g_autofree char *whole = write_model("", NULL, tensors, 4);
    g_autoptr(GBytes) bytes = files_read(whole);
    gsize length;
    const char *contents = g_bytes_get_data(bytes, &length);
    for (gsize kept = 0; kept < length; kept++) {
        g_autofree char *path = files_write("cut", contents, kept);
        g_assert_false(load_damaged(path));
    }
    g_autofree char *longer = g_malloc0(length + 1);
    memcpy(longer, contents, length);
    g_autofree char *path = files_write("longer", longer, length + 1);
    assert_refused(path, "its tensors end at byte");
}

static void test_corruption(void)
{
    static const guint8 replacements[] = "\0\xff\"\\{}[],:0-9e.x ";
    g_autofree char *whole = write_model("", NULL, tensors, 4);
    g_autoptr(GBytes) bytes = files_read(whole);
    gsize length;
    const guint8 *contents = g_bytes_get_data(bytes, &length);
    g_autofree char *path = files_write("damaged", contents, length);
    int file = g_open(path, O_WRONLY, 0);
    g_assert_cmpint(file, >=, 0);
    guint loaded = 0, refused = 0;
    for (gsize at = 0; at < length; at++) {
        for (guint r = 0; r < 8 + sizeof replacements - 1; r++) {
            /* One bit turned over, or a character that means something to JSON. */
            guint8 byte = r < 8 ? contents[at] ^ (1u << r) : replacements[r - 8];
            g_assert_cmpint(pwrite(file, &byte, 1, (off_t)at), ==, 1);
            if (load_damaged(path))
                loaded++;
            else
                refused++;
        }
        g_assert_cmpint(pwrite(file, &contents[at], 1, (off_t)at), ==, 1);
    }
    g_assert_cmpint(close(file), ==, 0);
    g_assert_true(load_damaged(path));
    /* Data and names may be anything; most of a header may not. */
    g_assert_cmpuint(loaded, >, 1000);
    g_assert_cmpuint(refused, >, 5000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model-malformed/the-pattern-is-good", test_the_pattern_is_good);
    g_test_add_func("/model-malformed/weights-only", test_weights_only);
    g_test_add_func("/model-malformed/metadata", test_metadata);
    g_test_add_func("/model-malformed/target-names", test_target_names);
    g_test_add_func("/model-malformed/tensors", test_tensors);
    g_test_add_func("/model-malformed/hole", test_hole);
    g_test_add_func("/model-malformed/truncation", test_truncation);
    g_test_add_func("/model-malformed/corruption", test_corruption);
    int failed = g_test_run();
    files_clear();
    return failed;
}
