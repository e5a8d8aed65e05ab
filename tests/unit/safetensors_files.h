/** \file
 * Safetensors files that tests write, also bad ones, and assertions about the errors of reading
 * them.
 */
#pragma once

#include <glib.h>

/** A path in a directory of this process's own, where no file stands yet. Free with g_free. */
char *files_path(const char *name);

/** Write `bytes` to such a path, and return it. */
char *files_write(const char *name, gconstpointer bytes, gsize length);

/** A file with a header of its length, `header`, and `length` bytes of data. */
char *files_write_safetensors(const char *name, const char *header, gconstpointer data,
                              gsize length);

/** All bytes of the file. */
GBytes *files_read(const char *path);

/** How many files stand in the directory. */
guint files_count(void);

/** Remove the directory and all in it. */
void files_clear(void);

/** `error` is a DATA error whose message is a sentence that holds `path` and `words`. */
void files_assert_blamed(const GError *error, const char *path, const char *words);
