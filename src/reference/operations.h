/** \file
 * The operations of a training step (network/operation.h), as loops.
 */
#pragma once

#include "network/backend.h"

/** A FAILED error when the order names a sample that the source does not have. */
gboolean ripple_reference_gather(RippleBackend *backend, const RippleGather *gather,
                                 GError **error);

/** A DEVICE_MEMORY error when there is no memory for Wᵀ. */
gboolean ripple_reference_forward(RippleBackend *backend, const RippleForward *forward,
                                  GError **error);

/** A FAILED error when a label names an output that the network does not have. */
gboolean ripple_reference_loss(RippleBackend *backend, const RippleLossOperation *loss,
                               const RippleLossScalars *scalars, GError **error);

gboolean ripple_reference_delta(RippleBackend *backend, const RippleDelta *delta, GError **error);
gboolean ripple_reference_gradient(RippleBackend *backend, const RippleGradient *gradient,
                                   GError **error);
gboolean ripple_reference_descend(RippleBackend *backend, const RippleDescent *descent,
                                  const RippleUpdateScalars *scalars, GError **error);
gboolean ripple_reference_check_finite(RippleBackend *backend, const RippleFiniteCheck *check,
                                       GError **error);
gboolean ripple_reference_summary(RippleBackend *backend, const RippleSummary *summary,
                                  GError **error);
gboolean ripple_reference_histogram(RippleBackend *backend, const RippleHistogram *histogram,
                                    GError **error);
gboolean ripple_reference_derivative_peak(RippleBackend *backend, const RippleDerivativePeak *peak,
                                          GError **error);
gboolean ripple_reference_update(RippleBackend *backend, const RippleUpdate *update,
                                 const RippleUpdateScalars *scalars, GError **error);
