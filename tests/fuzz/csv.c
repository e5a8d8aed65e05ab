/* Tables in CSV files, to train and to test on. A byte says what is asked of them; three words say
 * which target, inputs and classes, with commas between; a word is the first table, and the rest of
 * the input the second. */
#include "fuzz/dataset.h"
#include "fuzz/input.h"

#include <glib/gstdio.h>
#include <string.h>

enum {
    HAS_TABS = 1,
    IS_COMPRESSED = 2,
    HAS_TARGET = 4,
    TARGET_IS_CLASS = 8,
    TARGET_OPTIONAL = 16,
    HAS_INPUTS = 32,
    HAS_CLASSES = 64,
    HAS_TEST = 128,
};

static char **fuzz_list(const uint8_t **bytes, size_t *length)
{
    g_autofree char *word = fuzz_word(bytes, length);
    g_autofree char *text = g_utf8_make_valid(word, -1);
    return g_strsplit(text, ",", -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    guint8 asked = fuzz_byte(&bytes, &length);
    g_autofree char *word = fuzz_word(&bytes, &length);
    g_autofree char *target = g_utf8_make_valid(word, -1);
    g_auto(GStrv) inputs = fuzz_list(&bytes, &length);
    g_auto(GStrv) classes = fuzz_list(&bytes, &length);
    g_autofree char *train = fuzz_word(&bytes, &length);
    gboolean has_test = (asked & HAS_TEST) != 0;

    const char *names[] = {asked & HAS_TABS ? "train.tsv" : "train.csv",
                           asked & HAS_TABS ? "test.tsv" : "test.csv"};
    gboolean is_compressed = (asked & IS_COMPRESSED) != 0;
    g_autofree char *train_path =
        fuzz_write_compressed(names[0], train, strlen(train), is_compressed);
    g_autofree char *test_path = fuzz_write_compressed(names[1], bytes, length, is_compressed);
    RippleDataRequest request = {
        .spec = has_test ? fuzz_folder() : train_path,
        .target = asked & HAS_TARGET ? target : NULL,
        .target_is_class = (asked & TARGET_IS_CLASS) != 0,
        .target_optional = (asked & TARGET_OPTIONAL) != 0,
        .input_names = asked & HAS_INPUTS ? inputs : NULL,
        .class_names = asked & HAS_CLASSES ? classes : NULL,
    };
    GError *error = NULL;
    g_autoptr(RippleData) data = ripple_data_load(&request, &error);
    fuzz_check(data != NULL, error);
    fuzz_check_data(data);
    g_unlink(train_path);
    g_unlink(test_path);
    return 0;
}
