/** \file
 * The backend that computes on an OpenCL device.
 */
#pragma once

#include "network/backend.h"

/** Open the device that `selector` names: "auto" for the best there is, "P:D" for device D of
 * platform P, or a part of a device's or platform's name (any case). A DEVICE error, which says
 * what there is, when no usable device fits. Free with ripple_backend_free(). */
RippleBackend *ripple_opencl_backend_new(const char *selector, GError **error);

/** Have ripple_backend_steps() compute with so many work-items, floats in a vector (1, 4, 8 or 16)
 * and rows in a tile (a power of two), instead of what suits the device: for tests of what suits
 * another. */
void ripple_opencl_set_steps_group(RippleBackend *backend, guint items, guint lanes, guint tile);
