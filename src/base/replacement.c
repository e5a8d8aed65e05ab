#include "base/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RANDOM "XXXXXX"
#define SUFFIX ".part"

struct _RippleReplacement {
    FILE *stream;
    char *path;      /* what is replaced */
    char *temporary; /* what is written until then; NULL once it was renamed */
};

static gboolean fail(const char *path, int code, GError **error)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                "Cannot write the file \"%s\": %s. Nothing was changed there.", path,
                g_strerror(code));
    return FALSE;
}

RippleReplacement *ripple_replacement_new(const char *path, GError **error)
{
    g_autoptr(RippleReplacement) replacement = g_new0(RippleReplacement, 1);
    replacement->path = g_strdup(path);

    g_autofree char *temporary = g_strconcat(path, "." RANDOM SUFFIX, NULL);
    int descriptor = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        fail(path, errno, error);
        return NULL;
    }
    replacement->temporary = g_steal_pointer(&temporary);
    replacement->stream = fdopen(descriptor, "wb");
    if (!replacement->stream) {
        fail(path, errno, error);
        close(descriptor);
        return NULL;
    }
    return g_steal_pointer(&replacement);
}

gboolean ripple_replacement_write(RippleReplacement *replacement, gconstpointer bytes, gsize length,
                                  GError **error)
{
    if (fwrite(bytes, 1, length, replacement->stream) != length)
        return fail(replacement->path, errno, error);
    return TRUE;
}

/* The rename lasts through a power cut once the directory is on disk as well. A file system that
 * cannot sync directories says so here; the file itself is safe then, so that is no error. */
void ripple_replacement_sync(const char *directory)
{
    int descriptor = g_open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor);
    close(descriptor);
}

gboolean ripple_replacement_finish(RippleReplacement *replacement, GError **error)
{
    FILE *stream = g_steal_pointer(&replacement->stream);
    int code = 0;
    if (fflush(stream) != 0 || fsync(fileno(stream)) != 0)
        code = errno;
    if (fclose(stream) != 0 && code == 0)
        code = errno;
    if (code == 0 && g_rename(replacement->temporary, replacement->path) != 0)
        code = errno;
    if (code != 0)
        return fail(replacement->path, code, error);

    g_clear_pointer(&replacement->temporary, g_free);
    g_autofree char *directory = g_path_get_dirname(replacement->path);
    ripple_replacement_sync(directory);
    return TRUE;
}

static gboolean is_left_over(const char *name, const char *prefix)
{
    gsize length = strlen(name), ending = strlen("." RANDOM SUFFIX);
    return g_str_has_prefix(name, prefix) && g_str_has_suffix(name, SUFFIX) &&
           length >= strlen(prefix) + ending && name[length - ending] == '.';
}

void ripple_replacement_sweep(const char *directory, const char *prefix)
{
    g_autoptr(GDir) open = g_dir_open(directory, 0, NULL);
    for (const char *name; open && (name = g_dir_read_name(open));) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        if (is_left_over(name, prefix))
            g_unlink(path);
    }
}

void ripple_replacement_free(RippleReplacement *replacement)
{
    if (!replacement)
        return;
    if (replacement->stream)
        fclose(replacement->stream);
    if (replacement->temporary)
        g_unlink(replacement->temporary);
    g_free(replacement->temporary);
    g_free(replacement->path);
    g_free(replacement);
}
