/** \file
 * Numbers into text that reads back as the same number.
 */
#pragma once

#include <glib.h>

/** Write finite `number` into `text` with as few digits (15 to 17) as read back to the same bits,
 * with '.' as its point whatever the locale; valid in JSON and in INI files. Returns `text`. */
const char *ripple_number_text(gdouble number, char text[G_ASCII_DTOSTR_BUF_SIZE]);
