#include "opencl/program_cache.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <ripple/version.h>
#include <string.h>

#define MAGIC "ripple program 1\n"
#define CHECKSUM_LENGTH 64
#define HEADER_LENGTH (sizeof MAGIC - 1 + CHECKSUM_LENGTH + 1)

/* Each part is followed by its end, so that no two lists of parts look alike. */
static void add_part(GChecksum *checksum, const char *part)
{
    g_checksum_update(checksum, (const guchar *)part, (gssize)strlen(part) + 1);
}

char *ripple_program_cache_key(const RippleOpenclDevice *device, const char *source,
                               const char *options)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    const char *parts[] = {RIPPLE_VERSION,
                           source,
                           options,
                           device->platform_name,
                           device->name,
                           device->platform_version,
                           device->vendor,
                           device->driver_version,
                           device->device_version};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        add_part(checksum, parts[i]);
    return g_strdup(g_checksum_get_string(checksum));
}

static char *entry_path(const char *key)
{
    return g_build_filename(g_get_user_cache_dir(), "ripple", "programs", key, NULL);
}

GBytes *ripple_program_cache_load(const char *key)
{
    g_autofree char *path = entry_path(key);
    g_autofree char *contents = NULL;
    gsize length;
    if (!g_file_get_contents(path, &contents, &length, NULL) || length <= HEADER_LENGTH ||
        memcmp(contents, MAGIC, sizeof MAGIC - 1) != 0 || contents[HEADER_LENGTH - 1] != '\n')
        return NULL;

    g_autofree char *wanted = g_strndup(contents + sizeof MAGIC - 1, CHECKSUM_LENGTH);
    g_autoptr(GBytes) whole = g_bytes_new_take(g_steal_pointer(&contents), length);
    g_autoptr(GBytes) binary = g_bytes_new_from_bytes(whole, HEADER_LENGTH, length - HEADER_LENGTH);
    g_autofree char *found = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, binary);
    return strcmp(found, wanted) == 0 ? g_steal_pointer(&binary) : NULL;
}

void ripple_program_cache_store(const char *key, const void *binary, gsize size)
{
    g_autofree char *path = entry_path(key);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *checksum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, binary, size);
    g_autoptr(GByteArray) entry = g_byte_array_sized_new((guint)(HEADER_LENGTH + size));
    g_autoptr(GError) error = NULL;

    g_byte_array_append(entry, (const guint8 *)MAGIC, sizeof MAGIC - 1);
    g_byte_array_append(entry, (const guint8 *)checksum, CHECKSUM_LENGTH);
    g_byte_array_append(entry, (const guint8 *)"\n", 1);
    g_byte_array_append(entry, binary, (guint)size);
    if (g_mkdir_with_parents(folder, 0700) != 0 ||
        !g_file_set_contents_full(path, (const char *)entry->data, entry->len,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
        g_debug("A compiled program was not kept in %s: %s", path,
                error ? error->message : g_strerror(errno));
}

void ripple_program_cache_forget(const char *key)
{
    g_autofree char *path = entry_path(key);
    g_unlink(path);
}
