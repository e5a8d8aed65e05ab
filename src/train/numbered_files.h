/** \file
 * Files that are called by the number of a step: PREFIX, digits, ".safetensors".
 */
#pragma once

#include <glib.h>

#define RIPPLE_NUMBERED_SUFFIX ".safetensors"

/** Paths of the files in `folder` called `prefix` and the number of a step, the newest first; none
 * where there is no such folder. Free with g_ptr_array_unref. */
GPtrArray *ripple_numbered_files(const char *folder, const char *prefix);

/** The number in the name of such a file; what is no number of 64 bits is G_MAXUINT64. */
guint64 ripple_numbered_file_number(const char *path, const char *prefix);
