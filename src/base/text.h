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

/** Bytes: a whole number above 0, in units of 1024, 1024² or 1024³ when K, M or G follows it.
 * FALSE, with nothing written, for anything else. */
gboolean ripple_text_bytes(const char *text, guint64 *bytes);

/** `text` fit to be quoted in a message: what is no UTF-8 becomes U+FFFD, and what is no printable
 * character '?', as it could command the terminal. Free with g_free. */
char *ripple_text_readable(const char *text);

/** Make the message of `error` readable in the same way. */
void ripple_text_make_readable(GError *error);

/** What ripple_text_bytes() takes, in words. */
#define RIPPLE_TEXT_BYTES "a number of bytes above 0, such as 67108864, 64M or 2G"
