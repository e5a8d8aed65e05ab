/** \file
 * What the device could do at best: the roof that every other figure stands under.
 */
#pragma once

#include "network/backend.h"

/** Billions of single-precision operations a second in a kernel of pure multiply-adds (one counts
 * as two), the best of several runs over several vector widths. `backend` must be an opencl one. */
gboolean ripple_opencl_measure_peak(RippleBackend *backend, gdouble *gflops, GError **error);

/** The same of every run over the best vector width: an array of gdouble. */
gboolean ripple_opencl_measure_peak_runs(RippleBackend *backend, gdouble seconds, GArray *gflops,
                                         GError **error);
