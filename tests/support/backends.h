/** \file
 * The backends that tests run on.
 */
#pragma once

#include "network/backend.h"

/** Their names, NULL at the end. The reference comes first. */
extern const char *const test_backend_names[];

/** The same, and once more the device with CLBlast for its matrix products, whatever it would
 * choose for itself. */
extern const char *const test_product_backend_names[];

/** Open the backend called `name`, one of the above. Free with ripple_backend_free(). */
RippleBackend *test_backend_open(const char *name, GError **error);

/** Unit roundoff of `backend`: a rounded result differs from the exact one by at most this share of
 * it. 2⁻⁵³ for the reference, which computes in double precision, and 2⁻²⁴ for devices. */
gdouble test_backend_rounding(const RippleBackend *backend);
