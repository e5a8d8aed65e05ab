/** \file
 * How a parameter is named on the command line, which `gradcheck` and `explain` share.
 */
#pragma once

#include <ripple/gradcheck.h>

/** "LAYER:OUTPUT,INPUT" of --weight, or "LAYER:OUTPUT" of --bias. A USAGE error that quotes the
 * option, `text` and what fits. */
gboolean ripple_place_option(const char *option, const char *text, gboolean is_bias,
                             RippleParameterPlace *place, GError **error);
