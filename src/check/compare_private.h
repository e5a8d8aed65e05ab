/** \file
 * A comparison under way: made ready and ended in compare.c and replay.c, its rows in
 * compare_row.c.
 */
#pragma once

#include "check/contender.h"

#include <ripple/compare.h>

/** Most devices that are compared at once. */
#define RIPPLE_MOST_CONTENDERS 2

typedef struct {
    RippleGround ground;
    guint n_contenders;
    RippleContender *contenders[RIPPLE_MOST_CONTENDERS];
    RippleBackend *reference;
    RippleSession *follower; /**< the reference on the first device's operands, row by row */
    RippleSession *alone;    /**< the reference on its own */
    guint32 *order;          /**< of the samples in this epoch */
    guint64 steps_before;    /**< of the run, before the first that is compared */
    const RippleTensor *fault;
    RippleComparison *found;
} RippleCompare;

/** Open the device that `selector` names, the one that `against` does unless that is NULL, and two
 * references, all on `self->ground`; then there is something to find. */
gboolean ripple_compare_open(RippleCompare *self, const char *selector, const char *against,
                             GError **error);

/** All steps that the configuration asks for. */
gboolean ripple_compare_run(RippleCompare *self, RippleCompareProgress progress, gpointer user_data,
                            GError **error);

/** Hand over what was found. */
RippleComparison *ripple_compare_end(RippleCompare *self);

void ripple_compare_clear(RippleCompare *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RippleCompare, ripple_compare_clear)

/** The arrays of what the contenders' numbers come to, see RippleComparison. */
GArray *ripple_compare_tensors(const RippleCompare *self, guint contender);

/** Is it to go no further? Once numbers are not finite, there is nothing left to compare. */
gboolean ripple_compare_is_over(const RippleCompare *self);

/** One row of step `step` (of this comparison, counted from 1), over `count` samples from `first`
 * of the order. */
gboolean ripple_compare_row(RippleCompare *self, guint64 step, guint row, gsize first, gsize count,
                            const RippleRates *rates, GError **error);

/** What came of whole steps at once, from entry `from` of the contender's array on: when one is
 * beyond its bound, it is told. */
void ripple_compare_joined(RippleCompare *self, guint contender, guint from);
