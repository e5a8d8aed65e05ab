/** \file
 * One sample on its way through a model: forward, the loss, and back.
 *
 * It is computed on the reference, in double precision, as a batch of one with every tensor kept;
 * so what is explained is what gradcheck and compare hold a device against.
 */
#pragma once

#include "train/loss_probe.h"

typedef struct {
    gsize index; /**< among those of its data set, from 0 */
    RippleLossProbe *probe;
    const RippleNetwork *network; /**< this and the next two: the probe's */
    const gdouble *parameters;    /**< parameter_span */
    const gdouble *gradient;      /**< parameter_span: ∂L/∂w */
    gint64 label;                 /**< −1 where the target is numbers */
    gdouble *target;              /**< outputs: what each output should be; of a label, one-hot */
    gdouble loss;
    gdouble *input;       /**< inputs, as the network sees them */
    gdouble *input_delta; /**< inputs: ∂L/∂x = Σ W·δ of the first layer */
    gdouble **z;          /**< by layer: outputs */
    gdouble **activation; /**< by layer: outputs */
    gdouble **delta;      /**< by layer: outputs, ∂L/∂z */
} RippleSample;

/** Take sample `index` of `dataset`, which was loaded for `model`, through it. A USAGE error when
 * there is no such sample, a NOT_FINITE error when a number on its way is not finite. Neither is
 * needed afterwards. */
RippleSample *ripple_sample_new(const RippleModel *model, const RippleDataset *dataset,
                                guint64 index, GError **error);
void ripple_sample_free(RippleSample *sample);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSample, ripple_sample_free)

/** What layer `layer` takes: the input, or the activation of the layer below. */
const gdouble *ripple_sample_x(const RippleSample *sample, guint layer);

/** The weight of a layer: outputs × inputs. */
const gdouble *ripple_sample_weight(const RippleSample *sample, guint layer);

/** f′(z) of a unit; NAN for softmax, where each z moves every a. */
gdouble ripple_sample_derivative(const RippleSample *sample, guint layer, guint unit);

/** √Σ v² over `count` values. */
gdouble ripple_norm(const gdouble *values, gsize count);
