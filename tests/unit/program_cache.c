/* Programs kept on disk: what was stored comes back, and nothing else does. */
#include "opencl/program_cache.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

/* A short binary with every awkward byte in it. */
static const char binary[] = "\0\x7f"
                             "ELF\n\r\xff\0 ripple program 1\n";
#define BINARY_LENGTH (sizeof binary - 1)

static RippleOpenclDevice example_device(void)
{
    return (RippleOpenclDevice){.platform_name = (char *)"Platform",
                                .platform_version = (char *)"OpenCL 3.0",
                                .name = (char *)"Device",
                                .vendor = (char *)"Vendor",
                                .driver_version = (char *)"1.2",
                                .device_version = (char *)"OpenCL 1.2"};
}

static char *key_new(const char *source)
{
    RippleOpenclDevice device = example_device();
    return ripple_program_cache_key(&device, source, "-DX=1");
}

/* The cache directory is the test's own, by G_TEST_OPTION_ISOLATE_DIRS. */
static char *programs_folder(void)
{
    return g_build_filename(g_get_user_cache_dir(), "ripple", "programs", NULL);
}

static char *entry_path(const char *key)
{
    g_autofree char *folder = programs_folder();
    return g_build_filename(folder, key, NULL);
}

static char *read_entry(const char *key, gsize *length)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = entry_path(key);
    char *contents;
    g_file_get_contents(path, &contents, length, &error);
    g_assert_no_error(error);
    return contents;
}

static void write_entry(const char *key, const char *contents, gsize length)
{
    g_autofree char *path = entry_path(key);
    FILE *file = g_fopen(path, "w");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(contents, 1, length, file), ==, length);
    g_assert_cmpint(fclose(file), ==, 0);
}

static void check_loads(const char *key)
{
    g_autoptr(GBytes) loaded = ripple_program_cache_load(key);
    g_assert_nonnull(loaded);
    g_assert_cmpmem(g_bytes_get_data(loaded, NULL), g_bytes_get_size(loaded), binary,
                    BINARY_LENGTH);
}

static void check_loads_nothing(const char *key)
{
    g_autoptr(GBytes) loaded = ripple_program_cache_load(key);
    g_assert_null(loaded);
}

static void test_round_trip(void)
{
    g_autofree char *key = key_new("source");
    g_autofree char *other = key_new("other source");
    check_loads_nothing(key);
    ripple_program_cache_store(key, binary, BINARY_LENGTH);
    check_loads(key);
    check_loads_nothing(other);
    check_loads_nothing("");
    check_loads_nothing("no such key");

    ripple_program_cache_store(key, "replaced", 8);
    g_autoptr(GBytes) loaded = ripple_program_cache_load(key);
    g_assert_nonnull(loaded);
    g_assert_cmpmem(g_bytes_get_data(loaded, NULL), g_bytes_get_size(loaded), "replaced", 8);

    ripple_program_cache_forget(key);
    check_loads_nothing(key);
    ripple_program_cache_forget(key); /* nothing there is no error */
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void test_keys(void)
{
    RippleOpenclDevice device = example_device();
    g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    char *const *const texts[] = {&device.platform_name,  &device.platform_version,
                                  &device.name,           &device.vendor,
                                  &device.driver_version, &device.device_version};

    g_assert_true(g_hash_table_add(keys, ripple_program_cache_key(&device, "source", "options")));
    g_assert_false(g_hash_table_add(keys, ripple_program_cache_key(&device, "source", "options")));
    g_assert_true(g_hash_table_add(keys, ripple_program_cache_key(&device, "source ", "options")));
    g_assert_true(g_hash_table_add(keys, ripple_program_cache_key(&device, "source", "option")));
    /* Parts do not run into each other. */
    g_assert_true(g_hash_table_add(keys, ripple_program_cache_key(&device, "sourceo", "ptions")));
    g_assert_true(g_hash_table_add(keys, ripple_program_cache_key(&device, "", "sourceoptions")));
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        char **text = (char **)texts[i];
        char *before = *text;
        *text = (char *)"another";
        g_assert_true(
            g_hash_table_add(keys, ripple_program_cache_key(&device, "source", "options")));
        *text = before;
    }
    /* A key is a file name. */
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, keys);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        g_assert_cmpuint(strlen(key), ==, 64);
        g_assert_cmpuint(strspn(key, "0123456789abcdef"), ==, 64);
    }
}

/* ---- damage --------------------------------------------------------------------------------- */

static void test_truncated(void)
{
    g_autofree char *key = key_new("source");
    gsize length;
    ripple_program_cache_store(key, binary, BINARY_LENGTH);
    g_autofree char *whole = read_entry(key, &length);
    for (gsize kept = 0; kept < length; kept++) {
        write_entry(key, whole, kept);
        check_loads_nothing(key);
    }
    write_entry(key, whole, length);
    check_loads(key);
}

static void test_too_long(void)
{
    g_autofree char *key = key_new("source");
    gsize length;
    ripple_program_cache_store(key, binary, BINARY_LENGTH);
    g_autofree char *whole = read_entry(key, &length);
    g_autofree char *longer = g_malloc0(length + 1);
    memcpy(longer, whole, length);
    write_entry(key, longer, length + 1);
    check_loads_nothing(key);
}

/* In every byte: magic, checksum, the end of the line, and body. */
static void test_flipped(void)
{
    static const guint8 masks[] = {0x01, 0x20, 0x80}; /* 0x20 turns a into A */
    g_autofree char *key = key_new("source");
    gsize length;
    ripple_program_cache_store(key, binary, BINARY_LENGTH);
    g_autofree char *entry = read_entry(key, &length);
    for (gsize byte = 0; byte < length; byte++)
        for (guint i = 0; i < G_N_ELEMENTS(masks); i++) {
            entry[byte] = (char)(entry[byte] ^ masks[i]);
            write_entry(key, entry, length);
            g_autoptr(GBytes) loaded = ripple_program_cache_load(key);
            if (loaded)
                g_test_fail_printf("Byte %" G_GSIZE_FORMAT " was changed by %#x unnoticed", byte,
                                   masks[i]);
            entry[byte] = (char)(entry[byte] ^ masks[i]);
        }
    /* The next one stored replaces the damaged one. */
    entry[length - 1] = 'x';
    write_entry(key, entry, length);
    check_loads_nothing(key);
    ripple_program_cache_store(key, binary, BINARY_LENGTH);
    check_loads(key);
}

/* ---- a cache that cannot be written --------------------------------------------------------- */

/* A file stands where a folder should. (Permissions would not stop root.) */
static void test_no_folder(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *key = key_new("source");
    g_autofree char *in_the_way = g_build_filename(g_get_user_cache_dir(), "ripple", NULL);
    g_assert_cmpint(g_mkdir_with_parents(g_get_user_cache_dir(), 0700), ==, 0);
    g_file_set_contents(in_the_way, "in the way", -1, &error);
    g_assert_no_error(error);

    ripple_program_cache_store(key, binary, BINARY_LENGTH);
    check_loads_nothing(key);
    ripple_program_cache_forget(key);
    g_assert_true(g_file_test(in_the_way, G_FILE_TEST_IS_REGULAR));
}

/* A folder stands where an entry should. */
static void test_folder_in_the_way(void)
{
    g_autofree char *key = key_new("source");
    g_autofree char *path = entry_path(key);
    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    check_loads_nothing(key);
    ripple_program_cache_store(key, binary, BINARY_LENGTH);
    check_loads_nothing(key);
    ripple_program_cache_forget(key);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
    g_test_add_func("/program-cache/round-trip", test_round_trip);
    g_test_add_func("/program-cache/keys", test_keys);
    g_test_add_func("/program-cache/truncated", test_truncated);
    g_test_add_func("/program-cache/too-long", test_too_long);
    g_test_add_func("/program-cache/flipped", test_flipped);
    g_test_add_func("/program-cache/no-folder", test_no_folder);
    g_test_add_func("/program-cache/folder-in-the-way", test_folder_in_the_way);
    return g_test_run();
}
