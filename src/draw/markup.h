/** \file
 * Text within XML and HTML.
 */
#pragma once

#include <glib.h>

/** Append `text` (UTF-8), so that it stands there as it is, also within quotes. What XML does not
 * allow, control characters among it, becomes U+FFFD. */
void ripple_markup_append(GString *markup, const char *text);
