/* Tables and files that must be refused, each with a DATA error that names the file and the place.
 */
#include "data/file.h"
#include "unit/data_files.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *text;
    const char *place; /* what the message says beside the file */
    RippleDataRequest request;
} BadTable;

static const BadTable bad_tables[] = {
    /* Nothing to read. */
    {"", "is empty", {0}},
    {"\n\n  \n", "is empty", {0}},
    {"\xef\xbb\xbf", "is empty", {0}},
    {"a,b\n", "header and no samples", {0}},
    {"a,b", "header and no samples", {0}},
    {"a,b\n\n\n", "header and no samples", {0}},
    {"1,2,kind\n", "header and no samples", {.target = "kind"}},
    {"a,b\n1,2\n", "is left as an input", {.target = "a,b"}},
    {"1\n2\n", "is left as an input", {0}},
    {"1,2\n", "is left as an input", {.input_names = (char *[]){NULL}}},

    /* Records of different lengths. */
    {"a,b\n1,2\n3\n", "Line 3", {0}},
    {"a,b\n1,2\n3\n", "1 field;", {0}},
    {"a,b\n1,2,3\n", "Line 2", {0}},
    {"1,2\n3,4\n5,6,7\n8,9\n", "Line 3", {0}},
    {"a,b\r\n1,2\r\n3\r\n", "Line 3", {0}},
    {"a,b\r1,2\r\r3", "Line 4", {0}},
    {"1,2\n\n\n3,4,\n", "Line 4", {0}},
    {"a,b\n\"x\ny\",2\n3\n", "Line 4", {.target = "1"}},
    {"a;b\n1,2\n", "Line 2", {0}},

    /* Missing values. */
    {"a,b\n1,\n", "Line 2 of", {0}},
    {"a,b\n1,\n", "column \"b\": \"\" is a missing value", {0}},
    {"a,b\n1,2\n?,4\n", "column \"a\": \"?\" is a missing value", {0}},
    {"a,b\n1,2\nNA,4\n", "Line 3", {0}},
    {"a,b\n1,2\n3,nan\n", "\"nan\" is a missing value", {0}},
    {"1,2\n3,NaN\n", "column \"column 2\": \"NaN\" is a missing value", {0}},
    {"1,2\n3,  \n", "\"\" is a missing value", {0}},
    {"1,2\n3,\"\"\n", "\"\" is a missing value", {0}},
    {"1,rose\n3,NA\n", "\"NA\" is a missing value", {0}},
    {"1,rose\n3,NA\n", "\"NA\" is a missing value", {.class_names = DATA_NAMES("rose", "NA")}},
    {"1,\n3,rose\n", "Line 1", {0}},

    /* Texts where numbers belong. */
    {"a,b\n1,2\nred,4\n", "Line 3", {0}},
    {"a,b\n1,2\nred,4\n", "column \"a\": \"red\" is not a number", {0}},
    {"a,b\n1,2\nred,4\n", "need to be turned into numbers", {0}},
    {"red,round,apple\ngreen,long,pear\n", "Line 1", {0}},
    {"1,2\n3 4,5\n", "\"3 4\" is not a number", {0}},
    {"1,2\n1.2.3,5\n", "\"1.2.3\" is not a number", {0}},
    {"1,2\n1_000,5\n", "\"1_000\" is not a number", {0}},
    {"1;2\n1,5;5\n", "\"1,5\" is not a number", {0}},
    {"1,2\n-,5\n", "\"-\" is not a number", {0}},
    {"1,2\n3,rose\n", "\"rose\" is not a number, though", {0}},
    {"1,2,3\n4,5,x\n", "\"x\" is not a number, though", {.target = "2,3"}},
    {"1,2,x\n4,5,y\n", "Line 1", {.target = "column 2,column 3"}},
    {"1,2\n\033[31m\n,5\n", "Line 2", {0}},
    {"1,2\n\033[31mred,5\n", "\" [31mred\"", {0}},
    {"1,2\n0123456789012345678901234567890123456789x9,5\n", "6789…\"", {0}},

    /* Numbers that cannot be had. */
    {"1,2\ninf,5\n", "\"inf\" is not a number", {0}},
    {"1,2\n-Infinity,5\n", "Line 2", {0}},
    {"1,2\n1e999,5\n", "\"1e999\" is not a number", {0}},
    {"1,2\n3.5e38,5\n", "\"3.5e38\" is too large", {0}},
    {"1,2\n3,-1e300\n", "column \"column 2\": \"-1e300\" is too large", {0}},

    /* Classes. */
    {"1,a\n2,b\n", "Line 2", {.class_names = DATA_NAMES("a")}},
    {"1,a\n2,b\n", "\"b\" is none of the known classes", {.class_names = DATA_NAMES("a")}},
    {"1,2\n2,3\n", "\"3\" is none of the known classes", {.class_names = DATA_NAMES("2")}},
    {"1,A\n", "\"A\" is none of the known classes", {.class_names = DATA_NAMES("a")}},
    {"a,b,c\n1,2,3\n", "2 target columns", {.target = "b,c", .target_is_class = TRUE}},

    /* Columns. */
    {"a,b,c\n1,2,3\n", "no column \"d\"", {.target = "d"}},
    {"a,b,c\n1,2,3\n", "its columns are: a, b, c.", {.target = "d"}},
    {"1,2,3\n4,5,6\n", "(there is no header) are: column 1, column 2", {.target = "d"}},
    {"1,2,3,4,5,6,7,8,9,10,11\n", "column 10, ….", {.target = "d"}},
    {"a,b,c\n1,2,3\n", "no column \"4\"", {.target = "4"}},
    {"a,b,c\n1,2,3\n", "no column \"0\"", {.target = "0"}},
    {"a,b,c\n1,2,3\n", "no column \"-1\"", {.target = "-1"}},
    {"a,b,c\n1,2,3\n", "no column \"4294967297\"", {.target = "4294967297"}},
    {"a,b,c\n1,2,3\n", "no column \"\"", {.target = ""}},
    {"a,b,c\n1,2,3\n", "no column \"\"", {.target = "a,"}},
    {"a,b,c\n1,2,3\n", "\"a\" of", {.target = "a,a"}},
    {"a,b,c\n1,2,3\n", "\"b\" of", {.target = "b,2"}},
    {"a,b,c\n1,2,3\n", "wanted twice", {.target = "b", .input_names = DATA_NAMES("a", "b")}},
    {"a,b,c\n1,2,3\n", "wanted twice", {.input_names = DATA_NAMES("a", "c")}},
    {"a,b,c\n1,2,3\n",
     "no column \"z\", which is wanted as an input",
     {.input_names = DATA_NAMES("a", "z")}},
    {"a,b\n1,2\n",
     "no column \" [31mz\", which is wanted as an input",
     {.input_names = DATA_NAMES("a", "\033[31mz")}},
    {"1,2\n", "no column \"column 3\"", {.input_names = DATA_NAMES("column 3")}},
    {"a,b,a\n1,2,3\n", "called \"a\", number 1 and number 3", {0}},
    {",column 1,c\n1,2,3\n", "called \"column 1\", number 1 and number 2", {0}},

    /* Quotes. */
    {"a,b\n1,\"2\n3,4\n", "Line 2", {0}},
    {"a,b\n1,\"2\n3,4\n", "never closed", {0}},
    {"\"", "Line 1", {0}},
    {"a,b\n1,\"\"\"", "Line 2", {0}},
    {"a,b\n1,\"2\"3\n", "Line 2", {0}},
    {"a,b\n1,\"2\"3\n", "after a closing quote", {0}},
    {"a,b\n1,\"2\" \"3\"\n", "Line 2", {0}},
    {"a,b\n\"x\n\"y,1\n", "Line 3", {0}},

    /* What is no UTF-8 text. */
    {"a,b\n1,\xff\n", "Line 2", {0}},
    {"a,b\n1,\xff\n", "byte 7 of the file is 0xff", {0}},
    {"\xff\xfe"
     "a",
     "byte 1 of the file is 0xff",
     {0}},
    {"a,b\n1,caf\xe9\n", "is 0xe9", {0}},
    {"a,b\n1,\xc0\x80\n", "is 0xc0", {0}},
    {"a,b\n1,\xed\xa0\x80\n", "is 0xed", {0}},
    {"a,b\n1,2\n\xe2\x82", "Line 3", {0}},
};

static void assert_refused(const char *path, const RippleDataRequest *wanted, const char *file,
                           const char *place)
{
    RippleDataRequest request = *wanted;
    request.spec = path;
    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_data_load(&request, &error));
    data_assert_error(error, file, place);
}

static void test_tables(void)
{
    char *directory = data_directory_new();
    for (guint i = 0; i < G_N_ELEMENTS(bad_tables); i++) {
        const BadTable *bad = &bad_tables[i];
        g_test_message("%s", bad->text);
        g_autofree char *plain = data_write_text(directory, "a.csv", bad->text);
        assert_refused(plain, &bad->request, plain, bad->place);
        g_autoptr(GByteArray) file = data_gzip(bad->text, strlen(bad->text));
        g_autofree char *compressed = data_write(directory, "a.csv.gz", file->data, file->len);
        assert_refused(compressed, &bad->request, compressed, bad->place);
    }
    data_directory_remove(directory);
}

/* Zero bytes, which no C string shows. */
static void test_zero_bytes(void)
{
    static const struct {
        const char *text;
        gsize length;
        const char *place;
    } cases[] = {
        {"a,b\n1,2\0\n", 9, "byte 8 of the file is 0x00"},
        {"a,b\n1,2\n\0", 9, "Line 3"},
        {"\0", 1, "byte 1 of the file is 0x00"},
        {"\0\0\0\0", 4, "byte 1 of the file is 0x00"},
        {"a\0,\0b\0", 6, "byte 2 of the file is 0x00"},
        {"\0\0\x08\x03\0\0\0\1", 8, "looks like an IDX file"},
    };
    char *directory = data_directory_new();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = data_write(directory, "a.csv", cases[i].text, cases[i].length);
        assert_refused(path, &(RippleDataRequest){0}, path, cases[i].place);
    }
    data_directory_remove(directory);
}

static void test_no_file(void)
{
    char *directory = data_directory_new();
    g_autofree char *missing = g_build_filename(directory, "missing.csv", NULL);
    assert_refused(missing, &(RippleDataRequest){0}, missing, "No such file");
    g_autofree char *table = data_write_text(directory, "a.csv", "1,2\n");
    g_autofree char *below = g_build_filename(table, "b.csv", NULL);
    assert_refused(below, &(RippleDataRequest){0}, below, "Not a directory");
    g_autofree char *folder = g_build_filename(directory, "train.csv", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    assert_refused(directory, &(RippleDataRequest){0}, folder, "irectory");
    assert_refused("", &(RippleDataRequest){0}, "", "Cannot read");
    data_directory_remove(directory);
}

/* An endless file is given up at its first zero byte. */
static void test_endless_file(void)
{
    assert_refused("/dev/zero", &(RippleDataRequest){0}, "/dev/zero", "byte 1 of the file");
}

/* A test set that the training set does not cover. */
static void test_directory(void)
{
    static const struct {
        const char *train, *test, *place;
    } cases[] = {
        {"a,k\n1,x\n", "a,k\n1,x\n2,y\n", "Line 3"},
        {"a,k\n1,x\n", "b,k\n1,x\n", "no column \"a\""},
        {"a,k\n1,x\n", "a,b\n1,x\n", "no column \"k\""},
        {"a,k\n1,5\n", "a,k\n1,x\n", "\"x\" is not a number"},
        {"1,5\n", "a,k\n1,5\n", "no column \"column 2\""},
        {"1,5\n", "1,5,6\n,2,3,4,5\n", "Line 2"},
        {"a,k\n1,5\n", "", "is empty"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *directory = data_directory_new();
        G_GNUC_UNUSED g_autofree char *train =
            data_write_text(directory, "train.csv", cases[i].train);
        G_GNUC_UNUSED g_autofree char *test = data_write_text(directory, "test.csv", cases[i].test);
        assert_refused(directory, &(RippleDataRequest){0}, "test.csv", cases[i].place);
        data_directory_remove(directory);
    }
}

/* Compressed data cut at each byte, and followed by what is no gzip data. */
static void test_cut_compression(void)
{
    static const char text[] = "a,b\n1,2\n3,4\n";
    char *directory = data_directory_new();
    g_autoptr(GByteArray) file = data_gzip(text, strlen(text));
    for (guint length = 2; length < file->len; length++) {
        g_autofree char *path = data_write(directory, "a.csv", file->data, length);
        assert_refused(path, &(RippleDataRequest){0}, path, "the file is cut short");
    }
    g_byte_array_append(file, (const guint8 *)"\n\n", 2);
    g_autofree char *path = data_write(directory, "a.csv", file->data, file->len);
    assert_refused(path, &(RippleDataRequest){0}, path, "Cannot decompress");
    data_directory_remove(directory);
}

/* Each byte of compressed data changed in turn: a clean error, or the same table still where the
 * byte says nothing about it, as some do in the header of ten bytes and one does in its unused last
 * bits. */
static void test_changed_compression(void)
{
    enum { SILENT_BYTES = 11 };
    static const char text[] = "a,b\n1,2\n3,4\n";
    char *directory = data_directory_new();
    g_autoptr(GByteArray) file = data_gzip(text, strlen(text));
    guint loaded = 0;
    for (guint b = 0; b < file->len; b++) {
        file->data[b] ^= 0x10;
        g_autofree char *path = data_write(directory, "a.csv", file->data, file->len);
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleData) data = ripple_data_load(&(RippleDataRequest){.spec = path}, &error);
        if (data) {
            loaded++;
            g_assert_cmpuint(data->train->samples, ==, 2);
            g_assert_cmpfloat(data->train->input_values[1], ==, 3);
            g_assert_cmpfloat(data->train->target_values[1], ==, 4);
        } else {
            data_assert_error(error, path, "");
        }
        file->data[b] ^= 0x10;
    }
    g_assert_cmpuint(loaded, <=, SILENT_BYTES);
    data_directory_remove(directory);
}

/* A megabyte of text in a kilobyte of file stops at the limit. */
static void test_limit(void)
{
    enum { LENGTH = 1 << 20 };
    g_autofree char *text = g_malloc(LENGTH + 1);
    memset(text, '1', LENGTH);
    text[LENGTH] = '\0';
    char *directory = data_directory_new();
    g_autoptr(GByteArray) file = data_gzip(text, LENGTH);
    g_autofree char *path = data_write(directory, "a.csv.gz", file->data, file->len);

    gsize length;
    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_file_read_text(path, LENGTH - 1, &length, &error));
    data_assert_error(error, path, "more than 1048575 bytes");
    g_clear_error(&error);
    g_autofree char *read = ripple_file_read_text(path, LENGTH, &length, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(read, length, text, LENGTH);
    data_directory_remove(directory);
}

/* Every beginning of a table, quotes and all, is a table or a clean error. */
static void test_beginnings(void)
{
    static const char text[] =
        "\xef\xbb\xbf\"a \"\"1\"\"\",b\xc3\xa9,c\r\n1,\"2\" , x\r\n\n3,4,\"y\nz\"";
    char *directory = data_directory_new();
    guint loaded = 0;
    for (gsize length = 0; length <= strlen(text); length++) {
        g_autofree char *path = data_write(directory, "a.csv", text, length);
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleData) data = ripple_data_load(&(RippleDataRequest){.spec = path}, &error);
        loaded += data != NULL;
        if (!data)
            data_assert_error(error, path, "");
    }
    /* One sample: from its class to the line ends after it, 5 lengths; two samples: the whole. */
    g_assert_cmpuint(loaded, ==, 5);
    data_directory_remove(directory);
}

/* More than is read when a file is opened. */
#define LONG_FILE 200000

static void check_changed(const char *directory, gboolean (*change)(const char *path),
                          gboolean is_whole)
{
    g_autofree char *text = g_strnfill(LONG_FILE, '1');
    g_autofree char *path = data_write_text(directory, "long.csv", text);
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleFile) file = ripple_file_open(path, &error);
    g_assert_no_error(error);
    g_assert_true(change(path));
    gsize length;
    g_autofree guint8 *bytes = ripple_file_read(file, 2 * LONG_FILE, &length, &error);
    if (is_whole)
        g_assert_cmpuint(length, ==, LONG_FILE);
    else
        data_assert_error(error, path, "was changed while it was read");
    g_assert_true(!bytes == !is_whole);
}

static gboolean cut(const char *path)
{
    return truncate(path, LONG_FILE / 2) == 0;
}

static gboolean lengthen(const char *path)
{
    return truncate(path, LONG_FILE + 1) == 0;
}

static gboolean write_over(const char *path)
{
    g_usleep(20000); /* the clock of file systems ticks every few milliseconds */
    int descriptor = g_open(path, O_WRONLY | O_CLOEXEC, 0);
    gboolean ok = descriptor >= 0 && pwrite(descriptor, "2", 1, LONG_FILE - 1) == 1;
    close(descriptor);
    return ok;
}

static gboolean vanish(const char *path)
{
    return g_unlink(path) == 0;
}

/* Of a file that changes while it is read nothing is used; one that vanishes is read to its end. */
static void test_changed_meanwhile(void)
{
    char *directory = data_directory_new();
    check_changed(directory, cut, FALSE);
    check_changed(directory, lengthen, FALSE);
    check_changed(directory, write_over, FALSE);
    check_changed(directory, vanish, TRUE);
    data_directory_remove(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/data/bad/tables", test_tables);
    g_test_add_func("/data/bad/zero-bytes", test_zero_bytes);
    g_test_add_func("/data/bad/no-file", test_no_file);
    g_test_add_func("/data/bad/endless-file", test_endless_file);
    g_test_add_func("/data/bad/directory", test_directory);
    g_test_add_func("/data/bad/cut-compression", test_cut_compression);
    g_test_add_func("/data/bad/changed-compression", test_changed_compression);
    g_test_add_func("/data/bad/limit", test_limit);
    g_test_add_func("/data/bad/beginnings", test_beginnings);
    g_test_add_func("/data/bad/changed-meanwhile", test_changed_meanwhile);
    return g_test_run();
}
