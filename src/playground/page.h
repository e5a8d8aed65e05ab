/** \file
 * The files of the page, which the program carries (src/playground/page), and the style sheet of
 * the project's colours, which is made of src/draw/paint.h.
 */
#pragma once

#include <glib.h>

/** The file called `name` ("" is the page itself), and its media type; NULL where there is none.
 * `type` is static. */
GBytes *ripple_page_file(const char *name, const char **type);
