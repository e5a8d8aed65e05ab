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
    g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
    g_assert_cmpint(fclose(file), ==, 0);
    return path;
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

void fuzz_check(gboolean ok, GError *error)
{
    g_assert_true(ok == (error == NULL));
    if (!error)
        return;
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_true(g_str_has_suffix(error->message, "."));
    for (const char *c = error->message; *c; c = g_utf8_next_char(c))
        g_assert_true(!g_unichar_iscntrl(g_utf8_get_char(c)) || *c == '\n');
    g_error_free(error);
}
