/** \file
 * The secret in the page's address: whoever does not know it gets nothing.
 */
#pragma once

#include <glib.h>

/** Random bits of a token. */
#define RIPPLE_TOKEN_BITS 128

/** A new token, from the system's source of random numbers for secrets, in hexadecimal digits. Free
 * with g_free. An error when there is no such source. */
char *ripple_token_new(GError **error);

/** Are the `length` bytes of `text` the token? Takes the same time wherever they differ. */
gboolean ripple_token_equals(const char *token, const char *text, gsize length);
