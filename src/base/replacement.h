/** \file
 * A file that replaces another whole or not at all: written beside it, synced, then renamed.
 */
#pragma once

#include <glib.h>

typedef struct _RippleReplacement RippleReplacement;

/** A new, empty file in the directory of `path`, called "NAME.??????.part". Errors here and below
 * name `path` and the cause, and what was at `path` is as it was. */
RippleReplacement *ripple_replacement_new(const char *path, GError **error);

/** Append `length` bytes. */
gboolean ripple_replacement_write(RippleReplacement *replacement, gconstpointer bytes, gsize length,
                                  GError **error);

/** Everything was written: sync it and let it take the place of `path`. */
gboolean ripple_replacement_finish(RippleReplacement *replacement, GError **error);

/** Remove from `directory` what programs that were killed left of replacements of files whose names
 * begin with `prefix`. Nobody may be at work on one. */
void ripple_replacement_sweep(const char *directory, const char *prefix);

/** Bring the names in `directory` to disk, where its file system can do that. */
void ripple_replacement_sync(const char *directory);

/** Frees it; what was not finished is removed. */
void ripple_replacement_free(RippleReplacement *replacement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleReplacement, ripple_replacement_free)
