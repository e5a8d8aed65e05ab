/** \file
 * Words and numbers out of text, strictly: all of the text or an error that quotes it.
 */
#pragma once

#include <glib.h>

/** Which of `names` equals `name`? Otherwise a USAGE error: "There is no KIND called …; choose …".
 */
gboolean ripple_text_choose(const char *kind, const char *name, const char *const *names,
                            guint n_names, guint *chosen, GError **error);

/** A finite decimal number, '.' as its point whatever the locale; surrounding blanks are allowed.
 * FALSE, with nothing written, for anything else. */
gboolean ripple_text_number(const char *text, gdouble *number);

/** 101770 → "101,770". Free with g_free. */
char *ripple_text_count(guint64 number);

/** A whole number within [minimum, maximum]; FALSE, with nothing written, for anything else. */
gboolean ripple_text_whole(const char *text, guint64 minimum, guint64 maximum, guint64 *number);
