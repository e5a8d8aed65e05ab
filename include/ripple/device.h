/** \file
 * Where to compute: an OpenCL device, or the CPU reference.
 */
#pragma once

#include <ripple/macros.h>

G_BEGIN_DECLS

/** Something that computes. Opaque; free with ripple_device_close(). */
typedef struct _RippleBackend RippleBackend;

/** The environment variable that stands in for an absent selector. */
#define RIPPLE_DEVICE_VARIABLE "RIPPLE_DEVICE"

/** Open what `selector` names: "auto" for the best OpenCL device, "reference" for the CPU reference
 * in double precision, "P:D" for device D of OpenCL platform P, or a part of a name in any case.
 * With "auto", the environment variable RIPPLE_DEVICE decides when it is set. A DEVICE error, which
 * says what there is, when nothing usable fits. */
RIPPLE_API RippleBackend *ripple_device_open(const char *selector, GError **error);
RIPPLE_API void ripple_device_close(RippleBackend *backend);

/** "opencl" or "reference". Static. */
RIPPLE_API const char *ripple_device_kind(const RippleBackend *backend);

/** The device's name as its driver gives it. Owned by `backend`. */
RIPPLE_API const char *ripple_device_name(const RippleBackend *backend);

G_END_DECLS
