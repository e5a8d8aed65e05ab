/** \file
 * How far may a device's numbers lie from the exact ones, for rounding alone?
 *
 * First-order bounds on one row of a schedule, from its operands, u = 2⁻²⁴: a sum of n products
 * errs by at most γₙ·Σ|xᵢ·wᵢ| in any order of addition; functions by the accuracy that OpenCL's
 * full profile promises (OpenCL 1.2, section 7.4: exp 3 ulp, tanh 5, erfc 16, log1p 2,
 * sqrt 3, division 2.5), rounded up.
 */
#pragma once

#include "train/scheduler.h"

/** Bounds on the elements of one tensor that a row of the schedule writes. */
typedef struct {
    gsize rows;
    gsize columns;
    gdouble *allowed;       /**< rows × columns */
    gdouble *allowed_fused; /**< the same where the update forms its gradient itself, which then
                               errs by its own rounding; NULL where that makes no difference */
} RippleBound;

void ripple_bound_clear(RippleBound *bound);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RippleBound, ripple_bound_clear)

/** The bound on what row `step` writes to `tensor`. The operands are read from `follower`, a
 * scheduler on the reference backend that holds the device's values in every tensor the row reads
 * and its own in those it has just written. */
gboolean ripple_bound_tensor(const RippleScheduler *follower, const RippleStep *step,
                             const RippleTensor *tensor, const RippleBatch *batch,
                             const RippleRates *rates, RippleBound *bound, GError **error);

/** The bound on the loss of the batch, which the reference found to be `loss`. */
gboolean ripple_bound_loss(const RippleScheduler *follower, gsize count, gdouble loss,
                           gdouble *allowed, GError **error);

/** The same for the output delta; fills `allowed` (count × outputs). */
gboolean ripple_bound_output_delta(const RippleScheduler *follower, gsize count, gdouble *allowed,
                                   GError **error);

/** The bound on the gradient of a layer's weight or of its bias; fills `allowed`. */
gboolean ripple_bound_gradient(const RippleScheduler *follower, gboolean is_weight, guint layer,
                               gsize count, gdouble *allowed, GError **error);

/** The same for what an update writes: fills `allowed` (the size of `tensor`). The gradient of the
 * parameters errs by `gradient_errors`, or not at all when that is NULL. */
gboolean ripple_bound_update(const RippleScheduler *follower, const RippleTensor *tensor,
                             const RippleRates *rates, const gdouble *gradient_errors,
                             gdouble *allowed, GError **error);

/** Is `role` a weight's own or that of one of its moments, rather than a bias's? */
gboolean ripple_bound_is_weight(RippleRole role);

/** What f adds to the error of z, in units of roundoff. */
gdouble ripple_bound_function(RippleActivation activation, gdouble z, gdouble a);

/** Softmax over one row, z of which errs by `allowed`: changes it into the error of a. An error of
 * z moves a by at most twice as much, relatively. */
void ripple_bound_softmax(const gdouble *z, const gdouble *a, gsize columns, gdouble *allowed);

/** Unit roundoff of single precision. */
#define RIPPLE_UNIT_ROUNDOFF 0x1p-24

/** Below this, a device may flush to zero. */
#define RIPPLE_SMALLEST 0x1p-126

/** Steepest slope of any activation: gelu's is 1.1289… */
#define RIPPLE_STEEPEST 1.13

/** γₙ = n·u / (1 − n·u). */
gdouble ripple_gamma(gdouble n);

/** All values of `view` in doubles; free with g_free. NULL on error. */
gdouble *ripple_bound_values(RippleView view, GError **error);
