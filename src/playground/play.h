/** \file
 * The training that the playground shows: one step, or one row of its schedule, at a time, with
 * every tensor kept on the device.
 *
 * Steps are those of `ripple train`: the same batches in the same order, from the same weights. How
 * often one looks at them changes no bit.
 */
#pragma once

#include "playground/curve.h"
#include "playground/grid.h"
#include "playground/start.h"
#include "train/evaluation.h"
#include "train/session.h"

typedef struct {
    RippleStart *start;
    RippleSession *session;
    RippleEvaluator *evaluator;
    RippleSource *train; /**< a second time, to score all of it; the session has its own place */
    RippleSource *test;  /**< or NULL */
    RippleGrid *grid;
    RippleCurve curve;
    RippleScore train_score; /**< after the last whole step that was looked at */
    RippleScore test_score;  /**< NAN where there are no test samples */

    gdouble learning_rate;         /**< of the next step */
    gdouble learning_rate_of_step; /**< of the step that is shown */
    guint64 step;                  /**< whole steps taken */
    guint row;         /**< rows taken of the step that is shown; all of them between steps, and 0
                            before the first */
    guint32 epoch;     /**< of the step that is shown, from 1; 0 before the first */
    guint32 *order;    /**< of the training samples in that epoch */
    RippleBatch batch; /**< of that step */
    gdouble *before;   /**< the parameters before it; NULL where it was not to be shown */
} RipplePlay;

/** Bring `start` onto `backend`, which must outlive it. */
RipplePlay *ripple_play_new(RippleBackend *backend, RippleStart *start, GError **error);
void ripple_play_free(RipplePlay *play);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RipplePlay, ripple_play_free)

/** Rows of a step. */
guint ripple_play_rows(const RipplePlay *play);

/** Is a step begun that is not at its end? */
gboolean ripple_play_is_within_step(const RipplePlay *play);

/** Enqueue the next row: of the step under way, or the first of the next. */
gboolean ripple_play_row(RipplePlay *play, GError **error);

/** Enqueue what is left of the step under way, or else all of the next. Only a step that `is_shown`
 * may be looked at; the others cost less. */
gboolean ripple_play_step(RipplePlay *play, gboolean is_shown, GError **error);
