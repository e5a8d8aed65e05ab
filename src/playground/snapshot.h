/** \file
 * How a training stands at one moment, brought home from the device: what the page shows. Read only
 * once it is made, and shared by reference.
 */
#pragma once

#include "playground/play.h"

/** What the batch made of one layer. An array is NULL until the row that writes it was taken. */
typedef struct {
    gdouble *z;            /**< batch × outputs */
    gdouble *activation;   /**< batch × outputs */
    gdouble *delta;        /**< batch × outputs */
    gboolean has_gradient; /**< was the gradient of its parameters formed? */
    gboolean is_updated;
} RippleSnapshotLayer;

typedef struct {
    RippleStart *start;
    guint64 step;     /**< whole steps taken */
    guint row;        /**< rows taken of the step shown */
    guint n_rows;     /**< rows of a step */
    RippleStep *rows; /**< what they do */
    guint32 epoch;
    gsize count;         /**< samples in the batch of that step; 0 before the first */
    guint32 *samples;    /**< which of the training samples they are */
    gdouble *input;      /**< batch × 2, or NULL until it was gathered */
    gdouble loss;        /**< of the batch; NAN until it was computed */
    gdouble *parameters; /**< as they stand, laid out as network.h says */
    gdouble *before;     /**< before the step shown; NULL before the first */
    gdouble *gradient;   /**< in the same layout; NULL before the first */
    RippleSnapshotLayer *layers;
    gdouble learning_rate; /**< of that step */
    gboolean is_finite;    /**< the loss, if there is one yet, and all parameters */
    RippleScore train;     /**< over all training samples */
    RippleScore test;
    RippleCurve curve;
    gfloat *grid; /**< ripple_grid_values() of them */
} RippleSnapshot;

/** Look at `play`, whose last step must be one that is shown: waits for the device, scores the
 * network where no step is under way, adds that to the curve, and computes the maps. */
RippleSnapshot *ripple_snapshot_new(RipplePlay *play, GError **error);
RippleSnapshot *ripple_snapshot_ref(RippleSnapshot *snapshot);
void ripple_snapshot_unref(RippleSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSnapshot, ripple_snapshot_unref)
