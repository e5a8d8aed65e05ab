/** \file
 * Curves out of braille patterns, for terminals: each character has two dots across and four down.
 */
#pragma once

#include <glib.h>

/** `count` values (at most 2·columns), one dot column each, in `rows` rows of text, from `least` at
 * the foot to `most` at the top; in proportion, or by factors where `is_logarithmic` (both above
 * 0). What is not finite leaves a gap, and what lies outside is cut off. Neighbours are joined
 * downward and upward. Free with g_strfreev. */
char **ripple_braille_curve(const gdouble *values, guint count, guint columns, guint rows,
                            gdouble least, gdouble most, gboolean is_logarithmic);
