#include "fuzz/input.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define MEMORY "/dev/shm"

static char *folder;

static void remove_tree(GFile *file)
{
    g_autoptr(GFileEnumerator) children = g_file_enumerate_children(
        file, G_FILE_ATTRIBUTE_STANDARD_NAME, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
    GFile *child;
    while (children && g_file_enumerator_iterate(children, NULL, &child, NULL, NULL) && child)
        remove_tree(child);
    g_file_delete(file, NULL, NULL);
}

static void remove_folder(void)
{
    g_autoptr(GFile) file = g_file_new_for_path(folder);
    remove_tree(file);
    g_clear_pointer(&folder, g_free);
}

const char *fuzz_folder(void)
{
    if (folder)
        return folder;
    const char *parent = g_file_test(MEMORY, G_FILE_TEST_IS_DIR) ? MEMORY : g_get_tmp_dir();
    folder = g_build_filename(parent, "ripple-fuzz-XXXXXX", NULL);
    g_assert_nonnull(g_mkdtemp(folder));
    g_setenv("XDG_CACHE_HOME", folder, TRUE);
    atexit(remove_folder);
    return folder;
}

char *fuzz_write(const char *name, gconstpointer bytes, gsize length)
{
    char *path = g_build_filename(fuzz_folder(), name, NULL);
    FILE *file = g_fopen(path, "wb");
    g_assert_nonnull(file);
    if (length > 0) /* else there may be no bytes to point at */
        g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
    g_assert_cmpint(fclose(file), ==, 0);
    return path;
}

/* Room for what does not become smaller, which gzip keeps as it is in pieces. */
#define MOST_OVERHEAD(length) ((length) / 1000 + 256)

char *fuzz_write_compressed(const char *name, gconstpointer bytes, gsize length,
                            gboolean is_compressed)
{
    if (!is_compressed)
        return fuzz_write(name, bytes, length);
    g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
    gsize room = length + MOST_OVERHEAD(length), read, written;
    g_autofree guint8 *compressed = g_malloc(room);
    GConverterResult result =
        g_converter_convert(G_CONVERTER(compressor), bytes, length, compressed, room,
                            G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
    g_assert_cmpint(result, ==, G_CONVERTER_FINISHED);
    return fuzz_write(name, compressed, written);
}

guint8 fuzz_byte(const uint8_t **bytes, size_t *length)
{
    if (*length == 0)
        return 0;
    --*length;
    return *(*bytes)++;
}

char *fuzz_word(const uint8_t **bytes, size_t *length)
{
    const uint8_t *end = *length > 0 ? memchr(*bytes, 0, *length) : NULL;
    gsize size = end ? (gsize)(end - *bytes) : *length;
    char *word = g_strndup((const char *)*bytes, size);
    gsize taken = end ? size + 1 : size;
    *bytes += taken;
    *length -= taken;
    return word;
}

/* A very long message is cut. */
static gboolean is_sentence(const char *message)
{
    if (!g_utf8_validate(message, -1, NULL))
        return FALSE;
    for (const char *c = message; *c; c = g_utf8_next_char(c))
        if (!g_unichar_isprint(g_utf8_get_char(c)))
            return FALSE;
    return g_str_has_suffix(message, ".") || g_str_has_suffix(message, "?") ||
           g_str_has_suffix(message, "…");
}

void fuzz_check(gboolean ok, GError *error)
{
    g_assert_true(ok == (error == NULL));
    if (!error)
        return;
    if (!is_sentence(error->message))
        g_error("This is no sentence of printable text: %s", error->message);
    g_error_free(error);
}
