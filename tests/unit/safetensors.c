/* The container: what is written byte by byte, and what is read back, whichever type it is in. */
#include "train/safetensors.h"
#include "unit/safetensors_files.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <ripple/error.h>

/* ---- writing -------------------------------------------------------------------------------- */

static void test_writes_the_format(void)
{
    static const char header[] =
        "{\"__metadata__\":{\"format\":\"pt\",\"a \\\"b\\\"\":\"é\"},"
        "\"w\":{\"dtype\":\"F32\",\"shape\":[2, 3],\"data_offsets\":[0,24]},"
        "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[24,28]}}";
    static const guint8 data[28] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0, 0, 0,    0,
                                    0, 0, 0,    0,    0, 0, 0, 0,    0, 0, 0, 0, 0xc0, 0xbf};
    const gfloat weight[6] = {1, 2}, bias[1] = {-1.5f};
    const RippleTensorToStore tensors[] = {{"w", 2, {2, 3}, weight, NULL},
                                           {"b", 1, {1}, bias, NULL}};
    const char *metadata[] = {"format", "pt", "a \"b\"", "é", NULL};
    g_autofree char *path = files_path("format");
    g_autoptr(GError) error = NULL;

    ripple_safetensors_write(path, metadata, tensors, 2, &error);
    g_assert_no_error(error);

    g_autoptr(GBytes) bytes = files_read(path);
    gsize length;
    const guint8 *found = g_bytes_get_data(bytes, &length);
    gsize padded = (strlen(header) + 7) / 8 * 8;
    g_assert_cmpuint(length, ==, 8 + padded + sizeof data);
    const guint8 prefix[8] = {(guint8)padded};
    g_assert_cmpmem(found, 8, prefix, 8);
    g_assert_cmpmem(found + 8, strlen(header), header, strlen(header));
    for (gsize i = strlen(header); i < padded; i++)
        g_assert_cmpint(found[8 + i], ==, ' ');
    g_assert_cmpmem(found + 8 + padded, sizeof data, data, sizeof data);
}

/* More than the writer converts at a time, and not a multiple of it. */
static void test_large_tensor(void)
{
    enum { COUNT = 10007 };
    g_autofree gfloat *values = g_new(gfloat, COUNT), *again = g_new(gfloat, COUNT);
    for (guint i = 0; i < COUNT; i++)
        values[i] = (gfloat)i / 7;
    const RippleTensorToStore tensor = {"t", 1, {COUNT}, values, NULL};
    const char *metadata[] = {NULL};
    g_autofree char *path = files_path("large");
    g_autoptr(GError) error = NULL;
    ripple_safetensors_write(path, metadata, &tensor, 1, &error);
    g_assert_no_error(error);

    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(ripple_safetensors_count(file), ==, 1);
    ripple_safetensors_read(file, ripple_safetensors_tensor(file, 0), again, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(values, COUNT * sizeof *values, again, COUNT * sizeof *again);
}

static gboolean write_one(const char *path, gsize count, GError **error)
{
    g_autofree gfloat *values = g_new0(gfloat, count);
    const RippleTensorToStore tensor = {"t", 1, {count}, values, NULL};
    const char *metadata[] = {NULL};
    return ripple_safetensors_write(path, metadata, &tensor, 1, error);
}

static void test_bad_places(void)
{
    g_autofree char *blocker = files_write("blocker", "x", 1);
    g_autofree char *below_file = g_build_filename(blocker, "model", NULL);
    g_autofree char *missing = files_path("missing/model");
    const char *paths[] = {below_file, missing};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(write_one(paths[i], 1, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
        g_assert_nonnull(strstr(error->message, paths[i]));
    }
}

/* A directory cannot be replaced by a file, and nothing is left beside it. */
static void test_path_is_a_directory(void)
{
    g_autofree char *inside = files_path("x");
    g_autofree char *directory = g_path_get_dirname(inside);
    g_autofree char *parent = g_path_get_dirname(directory);
    g_autofree char *name = g_path_get_basename(directory);
    g_autofree char *leftover = g_strconcat(name, ".", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_false(write_one(directory, 1, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_true(g_file_test(directory, G_FILE_TEST_IS_DIR));

    g_autoptr(GDir) entries = g_dir_open(parent, 0, NULL);
    for (const char *entry; (entry = g_dir_read_name(entries));)
        g_assert_false(g_str_has_prefix(entry, leftover));
}

/* A limit on file sizes stands in for a full disk: both make the write fail half-way. */
static void test_full_disk(void)
{
    g_autofree char *path = files_path("full");
    g_autoptr(GError) error = NULL;
    write_one(path, 3, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) before = files_read(path);
    guint count = files_count();

    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    struct rlimit low = {20000, limit.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    static const gsize counts[] = {4999, 100000}; /* fails in the last flush; in a write */
    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &low), ==, 0);
        gboolean written = write_one(path, counts[i], &error);
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
        g_assert_false(written);
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
        g_assert_nonnull(strstr(error->message, path));
        g_assert_nonnull(strstr(error->message, "File too large"));
        g_clear_error(&error);
    }
    signal(SIGXFSZ, handler);

    g_autoptr(GBytes) after = files_read(path);
    g_assert_true(g_bytes_equal(before, after));
    g_assert_cmpuint(files_count(), ==, count);
}

/* ---- reading -------------------------------------------------------------------------------- */

static void test_reads_what_others_write(void)
{
    /* Blanks, an order of its own, keys in another order, a scalar, an empty tensor, and data that
     * begin at an odd byte. */
    static const char header[] =
        "{ \"b\" : {\"shape\":[],\"data_offsets\":[8,12],\"dtype\":\"F32\"},\n\t"
        "\"__metadata__\":{\"k\\u00e9y\":\"a\\nb\"},"
        "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8],\"note\":null},"
        "\"empty\":{\"dtype\":\"I64\",\"shape\":[3,0],\"data_offsets\":[8,8]}}   ";
    g_assert_cmpuint(strlen(header) % 4, !=, 0);
    static const guint8 data[] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40};
    g_autofree char *path = files_write_safetensors("others", header, data, sizeof data);
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, &error);
    g_assert_no_error(error);

    g_assert_cmpuint(ripple_safetensors_count(file), ==, 3);
    g_assert_cmpstr(ripple_safetensors_tensor(file, 0)->name, ==, "a");
    g_assert_cmpstr(ripple_safetensors_tensor(file, 1)->name, ==, "empty");
    g_assert_cmpstr(ripple_safetensors_tensor(file, 2)->name, ==, "b");
    g_assert_cmpstr(ripple_safetensors_metadata(file, "kéy"), ==, "a\nb");
    g_assert_null(ripple_safetensors_metadata(file, "a"));
    g_assert_null(ripple_safetensors_find(file, "c"));

    const RippleStoredTensor *a = ripple_safetensors_find(file, "a");
    g_assert_cmpuint(a->rank, ==, 2);
    g_assert_cmpuint(a->shape[0], ==, 2);
    g_assert_cmpuint(a->shape[1], ==, 1);
    g_assert_cmpuint(a->begin, ==, 8 + strlen(header));
    gfloat values[2];
    g_assert_true(ripple_safetensors_read(file, a, values, &error));
    g_assert_cmpfloat(values[0], ==, 1);
    g_assert_cmpfloat(values[1], ==, 2);
    const RippleStoredTensor *b = ripple_safetensors_find(file, "b");
    g_assert_cmpuint(b->rank, ==, 0);
    g_assert_cmpuint(b->elements, ==, 1);
    g_assert_true(ripple_safetensors_read(file, b, values, &error));
    g_assert_cmpfloat(values[0], ==, 3);
}

/* A file of one element of `type`. */
static RippleSafetensors *open_element(const char *type, guint64 bits, guint bytes, char **path)
{
    g_autofree char *header = g_strdup_printf(
        "{\"x\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%u]}}", type, bytes);
    guint64 little = GUINT64_TO_LE(bits);
    g_autoptr(GError) error = NULL;
    *path = files_write_safetensors("element", header, &little, bytes);
    RippleSafetensors *file = ripple_safetensors_open(*path, &error);
    g_assert_no_error(error);
    return file;
}

static void test_types(void)
{
    static const struct {
        const char *type;
        guint bytes;
        guint64 bits;
        gfloat value;
    } cases[] = {
        {"F32", 4, 0x3f800000, 1},
        {"F32", 4, 0x00000001, 0x1p-149f},
        {"F32", 4, 0xff7fffff, -0x1.fffffep127f},
        {"F64", 8, 0x3ff0000000000000, 1},
        {"F64", 8, 0x3fb999999999999a, 0.1f},            /* rounds to the nearest float */
        {"F64", 8, 0x8000000000000001, -0.0f},           /* below the smallest float */
        {"F64", 8, 0x47efffffe0000000, 0x1.fffffep127f}, /* the largest float */
        {"F16", 2, 0x3c00, 1},
        {"F16", 2, 0xc000, -2},
        {"F16", 2, 0x0001, 0x1p-24f},      /* the smallest subnormal */
        {"F16", 2, 0x83ff, -0x1.ff8p-15f}, /* the largest subnormal */
        {"F16", 2, 0x0400, 0x1p-14f},      /* the smallest normal */
        {"F16", 2, 0x7bff, 65504},
        {"F16", 2, 0x8000, -0.0f},
        {"F16", 2, 0x3555, 0x1.554p-2f},
        {"BF16", 2, 0x3f80, 1},
        {"BF16", 2, 0xc049, -3.140625f},
        {"BF16", 2, 0x0001, 0x1p-133f},
        {"BF16", 2, 0x8000, -0.0f},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = NULL;
        g_autoptr(RippleSafetensors) file =
            open_element(cases[i].type, cases[i].bits, cases[i].bytes, &path);
        g_autoptr(GError) error = NULL;
        gfloat value = 77;
        ripple_safetensors_read(file, ripple_safetensors_find(file, "x"), &value, &error);
        g_assert_no_error(error);
        g_assert_cmpfloat(value, ==, cases[i].value);
        g_assert_cmpint(!signbit(value), ==, !signbit(cases[i].value));
    }
}

static void test_refused_elements(void)
{
    static const struct {
        const char *type;
        guint bytes;
        guint64 bits;
        const char *words;
    } cases[] = {
        {"F32", 4, 0x7f800000, "not a finite number"},
        {"F32", 4, 0x7fc00000, "not a finite number"},
        {"F64", 8, 0x7ff0000000000000, "not a finite number"},
        {"F64", 8, 0x7ff8000000000000, "not a finite number"},
        {"F64", 8, 0x7e37e43c8800759c, "not a finite number in single precision"}, /* 1e300 */
        {"F16", 2, 0xfc00, "not a finite number"},
        {"F16", 2, 0x7e00, "not a finite number"},
        {"BF16", 2, 0x7f80, "not a finite number"},
        {"BF16", 2, 0xffc0, "not a finite number"},
        {"I64", 8, 1, "dtype I64; F32, F64, F16 and BF16 are read"},
        {"BOOL", 1, 1, "dtype BOOL"},
        {"F8_E4M3", 1, 1, "dtype F8_E4M3"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = NULL;
        g_autoptr(RippleSafetensors) file =
            open_element(cases[i].type, cases[i].bits, cases[i].bytes, &path);
        g_autoptr(GError) error = NULL;
        gfloat value;
        g_assert_false(
            ripple_safetensors_read(file, ripple_safetensors_find(file, "x"), &value, &error));
        files_assert_blamed(error, path, cases[i].words);
        g_assert_nonnull(strstr(error->message, "\"x\""));
    }
}

/* What a file says reaches the terminal without control characters, and not at any length. */
static void test_sentences_are_safe(void)
{
    g_autofree char *name = g_strnfill(5000, 'n');
    g_autofree char *header = g_strdup_printf("{\"\\u001b[31m%s\":{}}", name);
    g_autofree char *path = files_write_safetensors("sentence", header, NULL, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_safetensors_open(path, &error));
    files_assert_blamed(error, path, "?[31mnnn");
    g_assert_null(strchr(error->message, '\x1b'));
    g_assert_cmpuint(strlen(error->message), <, 1200);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/safetensors/writes-the-format", test_writes_the_format);
    g_test_add_func("/safetensors/large-tensor", test_large_tensor);
    g_test_add_func("/safetensors/bad-places", test_bad_places);
    g_test_add_func("/safetensors/path-is-a-directory", test_path_is_a_directory);
    g_test_add_func("/safetensors/full-disk", test_full_disk);
    g_test_add_func("/safetensors/reads-what-others-write", test_reads_what_others_write);
    g_test_add_func("/safetensors/types", test_types);
    g_test_add_func("/safetensors/refused-elements", test_refused_elements);
    g_test_add_func("/safetensors/sentences-are-safe", test_sentences_are_safe);
    int failed = g_test_run();
    files_clear();
    return failed;
}
