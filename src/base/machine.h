/** \file
 * The machine that this runs on.
 */
#pragma once

#include <glib.h>

/** Its memory in bytes, whether in use or not. */
guint64 ripple_machine_memory(void);
