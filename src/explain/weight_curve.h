/** \file
 * The loss as a function of one weight, all others held still: what a gradient is, and what a step
 * of gradient descent does with it.
 */
#pragma once

#include "explain/run_loss.h"

/** Which weight. */
typedef struct {
    guint layer;
    guint output; /**< unit of the layer */
    guint input;  /**< of the layer */
} RippleWeightPlace;

/** What is chosen where it is −1: the weight with the largest gradient of those left. */
typedef struct {
    gint64 layer;
    gint64 output;
    gint64 input;
} RippleWeightChoice;

/** The curve about a present point, and steps along it from there. */
typedef struct {
    guint64 step;   /**< of the run, after which the weights are as they are */
    gdouble weight; /**< as it is then: the present point */
    gdouble loss;
    gdouble slope; /**< ∂L/∂w there, by backpropagation */
    guint n_points;
    gdouble *weights; /**< rising */
    gdouble *losses;
    gdouble rate;  /**< learning rate of the steps: w ← w − rate·∂L/∂w */
    guint n_steps; /**< points of the walk, the first of which is the present point */
    gdouble *step_weights;
    gdouble *step_losses;
} RippleWeightCurve;

typedef struct {
    RippleWeightPlace place;
    gdouble run_rate; /**< the run's own learning rate */
    guint n_curves;
    RippleWeightCurve curves[2]; /**< where the run began, if that is known, and where it ended */
    char *loss_name;
    char *samples; /**< ripple_run_loss_describe() */
    char *device;
} RippleWeightCurves;

/** The curves of the weight that is chosen by its gradient where the run began. A USAGE error when
 * there is no such layer, unit or input. */
RippleWeightCurves *ripple_weight_curves_new(const RippleRunLossRequest *request,
                                             RippleWeightChoice choice, GError **error);
void ripple_weight_curves_free(RippleWeightCurves *curves);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleWeightCurves, ripple_weight_curves_free)

/** All its numbers as one JSON object. */
GString *ripple_weight_curves_json(const RippleWeightCurves *curves);
