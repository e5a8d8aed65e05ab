/** \file
 * What the callers' front door asks of the views it is given. Inside src/network.
 */
#pragma once

#include "network/backend.h"

/** Elements of `view`. */
gsize ripple_view_length(RippleView view);

/** A view of that element and shape, or an error that says what stands in its place. */
gboolean ripple_check_view(const char *operation, const char *operand, RippleView view,
                           RippleElement element, gsize rows, gsize columns, GError **error);

/** The same, or no view. */
gboolean ripple_check_optional(const char *operation, const char *operand, RippleView view,
                               RippleElement element, gsize rows, gsize columns, GError **error);

/** A view of that element, of whatever shape. */
gboolean ripple_check_element(const char *operation, RippleView view, RippleElement element,
                              GError **error);

/** A view of whatever element and shape. */
gboolean ripple_check_any(const char *operation, RippleView view, GError **error);
