/** \file
 * The backend that needs no device: plain C, double precision throughout, written to be read.
 *
 * It is the specification in running form: slow, obvious, independent. It shares no arithmetic with
 * the kernels and is never tuned.
 */
#pragma once

#include "network/backend.h"

/** Always succeeds. Free with ripple_backend_free(). */
RippleBackend *ripple_reference_backend_new(void);
