/* Files of models that are compared, and that claim more than any memory holds. */
#include "unit/safetensors_files.h"

#include <ripple/compare.h>
#include <string.h>
#include <unistd.h>

/* A tebibyte of a single tensor, all of it a hole. */
static char *write_hole(const char *name, const char *type, guint64 element_bytes)
{
    static const guint64 length = G_GUINT64_CONSTANT(1) << 40;
    g_autofree char *header =
        g_strdup_printf("{\"weight\":{\"dtype\":\"%s\",\"shape\":[%" G_GUINT64_FORMAT
                        "],\"data_offsets\":[0,%" G_GUINT64_FORMAT "]}}",
                        type, length / element_bytes, length);
    char *path = files_write_safetensors(name, header, NULL, 0);
    g_assert_cmpint(truncate(path, (off_t)(8 + strlen(header) + length)), ==, 0);
    return path;
}

static void test_hole(void)
{
    static const struct {
        const char *type;
        guint64 bytes;
        const char *words;
    } cases[] = {
        {"F32", 4, "the tensor \"weight\" are 274877906944 numbers, more than this machine's"},
        {"BF16", 2, "the tensor \"weight\" are 549755813888 numbers, more than this machine's"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *one = write_hole("one", cases[i].type, cases[i].bytes);
        g_autofree char *other = write_hole("other", cases[i].type, cases[i].bytes);
        g_autoptr(RippleModelComparison) found = ripple_compare_models(one, other, 0, &error);
        g_assert_null(found);
        files_assert_blamed(error, one, cases[i].words);
    }
    files_clear();
}

/* A tensor without elements takes no memory, and is the same as itself. */
static void test_empty(void)
{
    static const char header[] =
        "{\"weight\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[0,0]}}";
    g_autoptr(GError) error = NULL;
    g_autofree char *path = files_write_safetensors("empty", header, NULL, 0);
    g_autoptr(RippleModelComparison) found = ripple_compare_models(path, path, 0, &error);
    g_assert_no_error(error);
    g_assert_true(found->pass);
    files_clear();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/compare-models/hole", test_hole);
    g_test_add_func("/compare-models/empty", test_empty);
    return g_test_run();
}
