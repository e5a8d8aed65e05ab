/** \file
 * The errors ripple reports. Each message is a sentence: what was being done, with which file, line
 * or device, and what to try.
 */
#pragma once

#include <ripple/macros.h>

G_BEGIN_DECLS

/** The domain of ripple's own errors. */
#define RIPPLE_ERROR (ripple_error_quark())

/** What went wrong, in the terms a caller can act on. */
typedef enum {
    RIPPLE_ERROR_FAILED = 1,        /**< anything not named below */
    RIPPLE_ERROR_USAGE = 2,         /**< an option or a configuration makes no sense */
    RIPPLE_ERROR_DATA = 3,          /**< a data set or a model file is bad */
    RIPPLE_ERROR_DEVICE = 4,        /**< no usable device */
    RIPPLE_ERROR_CHECK = 5,         /**< device and reference disagree */
    RIPPLE_ERROR_NOT_FINITE = 6,    /**< numbers stopped being finite */
    RIPPLE_ERROR_DEVICE_MEMORY = 7, /**< the device has too little memory */
    RIPPLE_ERROR_REGRESSION = 8,    /**< slower than it was before */
    RIPPLE_ERROR_INTERRUPTED = 130, /**< stopped on request */
} RippleError;

RIPPLE_API GQuark ripple_error_quark(void);

/** Exit code of a program that ends with `error`: the value of the RippleError, 1 for an error of
 * any other domain, 0 for NULL. */
RIPPLE_API int ripple_error_exit_code(const GError *error);

G_END_DECLS
