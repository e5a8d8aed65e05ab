#include "train/numbered_files.h"

#include <string.h>

/* Names have the order of their steps: the one with more digits is newer. */
static int newest_first(gconstpointer a, gconstpointer b)
{
    const char *one = *(char *const *)a, *other = *(char *const *)b;
    gsize length = strlen(one), other_length = strlen(other);
    return length != other_length ? (length < other_length ? 1 : -1) : strcmp(other, one);
}

static gboolean is_numbered(const char *name, const char *prefix)
{
    gsize digits = strspn(name + MIN(strlen(prefix), strlen(name)), "0123456789");
    return g_str_has_prefix(name, prefix) && digits > 0 &&
           strcmp(name + strlen(prefix) + digits, RIPPLE_NUMBERED_SUFFIX) == 0;
}

GPtrArray *ripple_numbered_files(const char *folder, const char *prefix)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    for (const char *name; open && (name = g_dir_read_name(open));)
        if (is_numbered(name, prefix))
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(paths, newest_first);
    return paths;
}

guint64 ripple_numbered_file_number(const char *path, const char *prefix)
{
    g_autofree char *name = g_path_get_basename(path);
    return g_ascii_strtoull(name + strlen(prefix), NULL, 10);
}
