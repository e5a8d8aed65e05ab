/** \file
 * What a device does at best, and what it costs to ask it: the roofs that every other figure stands
 * under.
 */
#pragma once

#include "measure/measurement.h"
#include "network/backend.h"

/** Names of the figures below. */
#define RIPPLE_PEAK_MULTIPLY_ADDS "multiply-adds"
#define RIPPLE_PEAK_COPY "copy on the device"
#define RIPPLE_PEAK_UPLOAD "host to device"
#define RIPPLE_PEAK_DOWNLOAD "device to host"
#define RIPPLE_PEAK_LAUNCH "launch, nobody waits"
#define RIPPLE_PEAK_WAIT "launch and wait"

/** Bytes a second, in billions, that a copy of large buffers on the device reads and writes
 * together. `backend` must be an opencl one. */
gboolean ripple_peak_bandwidth(RippleBackend *backend, gdouble *gigabytes, GError **error);

/** Add all of the above to `figures`: billions of operations (a multiply-add counts as two) and of
 * bytes a second, and microseconds. `backend` must be an opencl one. */
gboolean ripple_peak_measure(RippleBackend *backend, gdouble seconds, GPtrArray *measurements,
                             GError **error);
