/** \file
 * The backend that computes on an OpenCL device.
 */
#pragma once

#include "network/backend.h"

/** Open the device that `selector` names: "auto" for the best there is, "P:D" for device D of
 * platform P, or a part of a device's or platform's name (any case). A DEVICE error, which says
 * what there is, when no usable device fits. Free with ripple_backend_free(). */
RippleBackend *ripple_opencl_backend_new(const char *selector, GError **error);
