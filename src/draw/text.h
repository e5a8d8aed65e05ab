/** \file
 * Text made to fit a width.
 */
#pragma once

#include "draw/canvas.h"

/** `text` where it is no wider than `width`; else its beginning and end, and "…" between. Free with
 * g_free. */
char *ripple_text_cut(const char *text, gdouble width, RippleTextStyle style);

/** `text` in lines no wider than `width`, broken between words; a longer word is cut. Free with
 * g_strfreev. */
char **ripple_text_wrap(const char *text, gdouble width, RippleTextStyle style);
