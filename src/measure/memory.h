/** \file
 * What is asked for must fit into memory: that is checked before any of it is allocated.
 */
#pragma once

#include <glib.h>

/** Does this machine have `bytes` of memory at all? If not, a USAGE error: "WHAT needs …". */
gboolean ripple_memory_check(gdouble bytes, const char *what, GError **error);
