/** \file
 * How good is a network on data it does not learn from?
 */
#pragma once

#include "train/scheduler.h"
#include "train/source.h"

/** Loss and accuracy over a set of samples. */
typedef struct {
    gdouble loss;
    gdouble accuracy; /**< share of samples classified rightly; NAN when the targets are numbers */
} RippleScore;

typedef struct _RippleEvaluator RippleEvaluator;

/** An evaluator of the network in `state`, which must outlive it. */
RippleEvaluator *ripple_evaluator_new(RippleState *state, gboolean has_labels, gsize batch,
                                      GError **error);
void ripple_evaluator_free(RippleEvaluator *evaluator);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleEvaluator, ripple_evaluator_free)

/** Score the `samples` samples of `source` that `order` lists (NULL for 0, 1, 2, …). Waits for the
 * result. */
gboolean ripple_evaluator_run(RippleEvaluator *evaluator, RippleSource *source,
                              const guint32 *order, gsize samples, RippleScore *score,
                              GError **error);
