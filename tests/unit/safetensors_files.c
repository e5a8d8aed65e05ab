#include "unit/safetensors_files.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <stdio.h>
#include <string.h>

static char *directory;

char *files_path(const char *name)
{
    if (!directory) {
        g_autoptr(GError) error = NULL;
        directory = g_dir_make_tmp("ripple-model-XXXXXX", &error);
        g_assert_no_error(error);
    }
    return g_build_filename(directory, name, NULL);
}

char *files_write(const char *name, gconstpointer bytes, gsize length)
{
    char *path = files_path(name);
    FILE *stream = fopen(path, "wb");
    g_assert_nonnull(stream);
    g_assert_cmpuint(fwrite(bytes, 1, length, stream), ==, length);
    g_assert_cmpint(fclose(stream), ==, 0);
    return path;
}

char *files_write_safetensors(const char *name, const char *header, gconstpointer data,
                              gsize length)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint64 header_length = strlen(header);
    for (guint i = 0; i < 8; i++)
        g_byte_array_append(bytes, (const guint8[]){(guint8)(header_length >> 8 * i)}, 1);
    g_byte_array_append(bytes, (const guint8 *)header, (guint)header_length);
    g_byte_array_append(bytes, data, (guint)length);
    return files_write(name, bytes->data, bytes->len);
}

GBytes *files_read(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *contents;
    gsize length;
    g_file_get_contents(path, &contents, &length, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(contents, length);
}

guint files_count(void)
{
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
    g_assert_nonnull(entries);
    guint count = 0;
    while (g_dir_read_name(entries))
        count++;
    return count;
}

void files_clear(void)
{
    if (!directory)
        return;
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
    g_assert_nonnull(entries);
    for (const char *name; (name = g_dir_read_name(entries));) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(directory), ==, 0);
    g_clear_pointer(&directory, g_free);
}

void files_assert_blamed(const GError *error, const char *path, const char *words)
{
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    if (!strstr(error->message, path) || !strstr(error->message, words))
        g_error("\"%s\" should name \"%s\" and say \"%s\"", error->message, path, words);
    g_assert_true(g_str_has_suffix(error->message, ".") || g_str_has_suffix(error->message, "?") ||
                  g_str_has_suffix(error->message, "…"));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}
