/** \file
 * What every public header needs: GLib's types and the mark of a public symbol.
 */
#pragma once

#include <glib.h>

/** Exported from libripple; everything without it is internal. */
#define RIPPLE_API __attribute__((visibility("default")))
