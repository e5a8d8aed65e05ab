#include "check/trust_file.h"

#include "base/text.h"
#include "opencl/identity.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

/* One group for each training, and this one about the device, for people. */
#define DEVICE_GROUP "device"

struct _RippleTrustFile {
    const RippleBackend *backend;
    char *path;
};

RippleTrustFile *ripple_trust_file_new(const RippleBackend *backend)
{
    RippleTrustFile *file = g_new0(RippleTrustFile, 1);
    g_autofree char *key = ripple_opencl_identity(backend);
    g_autofree char *name = g_strconcat(key, ".ini", NULL);
    file->backend = backend;
    file->path = g_build_filename(g_get_user_cache_dir(), "ripple", "trust", name, NULL);
    return file;
}

void ripple_trust_file_free(RippleTrustFile *file)
{
    if (!file)
        return;
    g_free(file->path);
    g_free(file);
}

const char *ripple_trust_file_path(const RippleTrustFile *file)
{
    return file->path;
}

/* What a group says must be what is written when all is right. */
static gboolean is_whole(GKeyFile *file, const char *training)
{
    g_autofree char *cases = g_key_file_get_string(file, training, "cases", NULL);
    g_autofree char *share = g_key_file_get_string(file, training, "share", NULL);
    guint64 count;
    gdouble number;
    return cases && share && ripple_text_whole(cases, 1, G_MAXUINT32, &count) &&
           ripple_text_number(share, &number) && number >= 0 && number <= 1;
}

/* What the file holds; nothing where it is damaged, or not there. */
static GKeyFile *load(const RippleTrustFile *self, char **problem)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    if (!g_file_test(self->path, G_FILE_TEST_EXISTS) ||
        g_key_file_load_from_file(file, self->path, G_KEY_FILE_NONE, &error))
        return g_steal_pointer(&file);
    g_autofree char *readable = ripple_text_readable(g_strchomp(error->message));
    if (g_str_has_suffix(readable, "."))
        readable[strlen(readable) - 1] = '\0';
    if (problem)
        *problem = g_strdup_printf("What was known of this device in \"%s\" is damaged: %s. The "
                                   "device is tested again.",
                                   self->path, readable);
    return g_key_file_new();
}

gboolean ripple_trust_file_has(RippleTrustFile *file, const char *training, char **problem)
{
    *problem = NULL;
    g_autoptr(GKeyFile) known = load(file, problem);
    if (!g_key_file_has_group(known, training))
        return FALSE;
    if (is_whole(known, training))
        return TRUE;
    *problem = g_strdup_printf("What was known of this device in \"%s\", group [%s], is damaged. "
                               "The device is tested again.",
                               file->path, training);
    return FALSE;
}

gboolean ripple_trust_file_add(RippleTrustFile *file, const char *training, guint cases,
                               gdouble share, GError **error)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_autoptr(GKeyFile) known = load(file, NULL);
    g_autofree char *folder = g_path_get_dirname(file->path);
    g_key_file_set_comment(known, NULL, NULL,
                           " Written by `ripple train`: trainings whose operations this device was "
                           "found to\n compute rightly. It may be deleted at any time.",
                           NULL);
    ripple_opencl_describe(file->backend, known, DEVICE_GROUP);
    g_key_file_set_uint64(known, training, "cases", cases);
    g_key_file_set_string(known, training, "share",
                          g_ascii_formatd(number, sizeof number, "%.4g", share));
    g_autofree char *text = g_key_file_to_data(known, NULL, NULL);
    g_autoptr(GError) cause = NULL;
    if (g_mkdir_with_parents(folder, 0700) == 0 &&
        g_file_set_contents_full(file->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &cause))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                "That this device computes rightly cannot be remembered in \"%s\": %s. It will be "
                "tested again; XDG_CACHE_HOME may name another place.",
                file->path, cause ? cause->message : g_strerror(errno));
    return FALSE;
}
