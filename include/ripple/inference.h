/** \file
 * Using a trained model: scores and predictions on any device.
 */
#pragma once

#include <ripple/device.h>
#include <ripple/model.h>

G_BEGIN_DECLS

/** Which set of a SPEC that names two. */
typedef enum {
    RIPPLE_SPLIT_AUTO, /**< the test set when there is one */
    RIPPLE_SPLIT_TRAIN,
    RIPPLE_SPLIT_TEST,
} RippleSplit;

/** Read the data that `spec` names as `model` wants them: its columns, its classes, its transform.
 * `target` names target columns of a table, NULL for the model's own. With `target_optional`, data
 * without a target will do. A DATA error says what does not fit the model. */
RIPPLE_API RippleDataset *ripple_model_load_data(const RippleModel *model, const char *spec,
                                                 const char *target, RippleSplit split,
                                                 gboolean target_optional, GError **error);

typedef struct _RippleInference RippleInference;

/** Bring `model` (borrowed) onto the device that `selector` names. */
RIPPLE_API RippleInference *ripple_inference_new(const RippleModel *model, const char *selector,
                                                 GError **error);
RIPPLE_API void ripple_inference_free(RippleInference *inference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleInference, ripple_inference_free)

/** Let the data take at most `bytes` of the device's memory: those that need more are streamed. 0,
 * as at first, stands for half of it. */
RIPPLE_API void ripple_inference_set_memory_limit(RippleInference *inference, guint64 bytes);

/** Mean loss over `dataset`, and the share of samples classified rightly (NAN when the targets are
 * numbers). */
RIPPLE_API gboolean ripple_inference_score(RippleInference *inference, const RippleDataset *dataset,
                                           gdouble *loss, gdouble *accuracy, GError **error);

/** The network's outputs (probabilities after softmax or sigmoid) into `outputs`: samples ×
 * outputs. */
RIPPLE_API gboolean ripple_inference_predict(RippleInference *inference,
                                             const RippleDataset *dataset, gfloat *outputs,
                                             GError **error);

/** Where it computes. Owned by `inference`. */
RIPPLE_API const RippleBackend *ripple_inference_device(const RippleInference *inference);

/** The class that one row of outputs means: the largest (the first of equals), or with a single
 * output whether it is at least ½. Where several probabilities round to 1, scoring still tells them
 * apart by the values before the activation. */
RIPPLE_API guint ripple_class_of(const gfloat *outputs, guint n_outputs);

G_END_DECLS
