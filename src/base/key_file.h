/** \file
 * Values of key files, which GKeyFile does not take from everybody without a complaint in the log.
 */
#pragma once

#include <glib.h>

/** The text of `key` in [`group`], its escapes resolved; free with g_free. NULL and an error when
 * it is missing, or when a backslash in it begins none of them: \s, \n, \t, \r and a second
 * backslash.
 */
char *ripple_key_file_text(GKeyFile *file, const char *group, const char *key, GError **error);
