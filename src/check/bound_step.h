/** \file
 * How far may the result of a whole step lie from another way to compute it, for rounding alone?
 *
 * The error of each row is carried through the rows that follow, to first order: what an operand
 * errs by, times the magnitude of what it is multiplied by, beside the row's own rounding
 * (check/bound.h). Both ways err by so much, so twice as much is allowed.
 */
#pragma once

#include "check/bound.h"

/** Errors after one step. */
typedef struct {
    gdouble loss;
    gdouble **gradients; /**< by layer: outputs × inputs of the weight, then outputs of the bias */
    guint n_layers;
} RippleStepBound;

/** The bounds on a step that `follower`, which keeps every tensor, has just taken over `batch`;
 * `parameters` are those from before the step, and `loss` is what it found. */
RippleStepBound *ripple_step_bound_new(const RippleScheduler *follower, const RippleBatch *batch,
                                       const gdouble *parameters, gdouble loss, GError **error);
void ripple_step_bound_free(RippleStepBound *bound);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleStepBound, ripple_step_bound_free)

/** The bound on weight or bias of a layer after the step; fills `allowed`. */
gboolean ripple_step_bound_parameter(const RippleStepBound *bound, const RippleScheduler *follower,
                                     const RippleTensor *tensor, const RippleRates *rates,
                                     gdouble *allowed, GError **error);
