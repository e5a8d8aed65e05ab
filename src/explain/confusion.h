/** \file
 * Which classes a model takes for which, and where it was most sure and wrong.
 */
#pragma once

#include <ripple/inference.h>

typedef struct {
    gsize sample;
    guint truth;
    guint predicted;
    gdouble probability; /**< that the model gave the predicted class */
} RippleMistake;

typedef struct {
    guint classes;
    gsize samples;
    guint64 *counts;  /**< classes × classes: of true class (row) and predicted class (column) */
    GArray *mistakes; /**< of RippleMistake, the most confident first, `most_mistakes` at most */
    guint64 n_mistakes;
} RippleConfusion;

/** Count over `dataset`, which has labels, by the `outputs` (samples × outputs) that the network
 * gave. */
RippleConfusion *ripple_confusion_new(const RippleModel *model, const RippleDataset *dataset,
                                      const gfloat *outputs, guint most_mistakes);
void ripple_confusion_free(RippleConfusion *confusion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleConfusion, ripple_confusion_free)

/** How many samples have the class `truth`. */
guint64 ripple_confusion_total(const RippleConfusion *confusion, guint truth);

/** One JSON object. */
GString *ripple_confusion_json(const RippleConfusion *confusion, const RippleModel *model,
                               const char *source);

/** The outputs of `model` on `dataset`, computed on the device that `selector` (NULL: auto) names.
 * Free with g_free. */
gfloat *ripple_explain_predict(const RippleModel *model, const char *selector,
                               const RippleDataset *dataset, GError **error);
