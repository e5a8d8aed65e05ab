/** \file
 * What a number was computed from, so that whoever wrote the driver can compute it again.
 */
#pragma once

#include "train/session.h"

#include <ripple/compare.h>

/** A row of the schedule and what it is given, as a follower on the reference backend has it: with
 * the device's values in every tensor. Borrows all but `before`. */
typedef struct {
    const RippleSession *follower;
    const RippleDataset *dataset;
    const guint32 *samples; /**< of the batch, by their place in the data set */
    RippleBatch batch;
    const RippleStep *step;
    const RippleRates *rates;
    gdouble *before[RIPPLE_N_ROLES]; /**< what an update overwrites; NULL for all else */
} RippleOperands;

/** Keep what the row is about to overwrite. */
gboolean ripple_operands_keep(RippleOperands *operands, GError **error);
void ripple_operands_clear(RippleOperands *operands);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RippleOperands, ripple_operands_clear)

/** After the row: add to `divergence`, an element of `tensor`, which the row has written, what it
 * was computed from. */
gboolean ripple_operands_of_tensor(const RippleOperands *operands, const RippleTensor *tensor,
                                   RippleDivergence *divergence, GError **error);

/** The same for the loss, or how many samples were classified rightly, that the row has found. */
gboolean ripple_operands_of_result(const RippleOperands *operands, gboolean is_loss,
                                   RippleDivergence *divergence, GError **error);

/** Add a number that has no place in a tensor; `name` is static. */
void ripple_divergence_add_scalar(RippleDivergence *divergence, const char *name, gdouble value);

/** Add a number at its place; `name` is static. */
void ripple_divergence_add(RippleDivergence *divergence, const char *name, gsize row, gsize column,
                           gdouble value);

/** An element with neither operands nor formula yet. `tensor` is copied. */
RippleDivergence *ripple_divergence_new(const char *tensor);
void ripple_divergence_free(RippleDivergence *divergence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleDivergence, ripple_divergence_free)
