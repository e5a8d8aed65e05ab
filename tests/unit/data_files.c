#include "unit/data_files.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

char *data_directory_new(void)
{
    g_autoptr(GError) error = NULL;
    char *directory = g_dir_make_tmp("ripple-data-XXXXXX", &error);
    g_assert_no_error(error);
    return directory;
}

void data_directory_remove(char *directory)
{
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
    g_assert_nonnull(entries);
    for (const char *name; (name = g_dir_read_name(entries));) {
        char *path = g_build_filename(directory, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            data_directory_remove(path);
            continue;
        }
        g_assert_cmpint(g_remove(path), ==, 0);
        g_free(path);
    }
    g_assert_cmpint(g_rmdir(directory), ==, 0);
    g_free(directory);
}

char *data_write(const char *directory, const char *name, gconstpointer bytes, gsize length)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(directory, name, NULL);
    g_file_set_contents(path, bytes, (gssize)length, &error);
    g_assert_no_error(error);
    return path;
}

char *data_write_text(const char *directory, const char *name, const char *text)
{
    return data_write(directory, name, text, strlen(text));
}

GByteArray *data_gzip(gconstpointer bytes, gsize length)
{
    g_autoptr(GConverter) gzip =
        G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
    g_autoptr(GError) error = NULL;
    GByteArray *compressed = g_byte_array_new();
    GConverterResult result = G_CONVERTER_CONVERTED;
    for (gsize done = 0; result != G_CONVERTER_FINISHED;) {
        guint8 piece[4096];
        gsize used, made;
        result = g_converter_convert(gzip, (const guint8 *)bytes + done, length - done, piece,
                                     sizeof piece, G_CONVERTER_INPUT_AT_END, &used, &made, &error);
        g_assert_no_error(error);
        g_byte_array_append(compressed, piece, (guint)made);
        done += used;
    }
    return compressed;
}

GByteArray *data_idx(guint8 type, guint dimensions, const guint32 *sizes, gconstpointer values,
                     gsize length)
{
    GByteArray *file = g_byte_array_new();
    g_byte_array_append(file, (const guint8[]){0, 0, type, (guint8)dimensions}, 4);
    for (guint d = 0; d < dimensions; d++) {
        guint32 size = GUINT32_TO_BE(sizes[d]);
        g_byte_array_append(file, (const guint8 *)&size, sizeof size);
    }
    g_byte_array_append(file, values, (guint)length);
    return file;
}

void data_write_set(const char *directory, const char *set, const guint8 *labels, guint32 samples)
{
    g_autoptr(GByteArray) pixels = g_byte_array_new();
    for (guint32 s = 0; s < samples; s++)
        for (guint p = 0; p < 6; p++)
            g_byte_array_append(pixels, (const guint8[]){(guint8)(10 * s + p)}, 1);
    g_autoptr(GByteArray) images =
        data_idx(0x08, 3, (const guint32[]){samples, 2, 3}, pixels->data, pixels->len);
    g_autoptr(GByteArray) named = data_idx(0x08, 1, &samples, labels, samples);

    g_autofree char *images_name = g_strconcat(set, "-images-idx3-ubyte", NULL);
    g_autofree char *labels_name = g_strconcat(set, "-labels-idx1-ubyte", NULL);
    G_GNUC_UNUSED g_autofree char *first =
        data_write(directory, images_name, images->data, images->len);
    G_GNUC_UNUSED g_autofree char *second =
        data_write(directory, labels_name, named->data, named->len);
}

void data_assert_error(const GError *error, const char *file, const char *place)
{
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    g_test_message("%s", error->message);
    if (!strstr(error->message, file) || !strstr(error->message, place))
        g_error("\"%s\" is not in the message: %s", strstr(error->message, file) ? place : file,
                error->message);
    g_assert_true(g_str_has_suffix(error->message, "."));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}
