/** \file
 * A checkpoint: a model file from which training goes on as if it had never stopped.
 *
 * Beside the model it holds the optimizer's moments (model_write.h), how far the run has come, its
 * configuration, the device it computes on, and digests of its data and of the file itself
 * (docs/formats.md).
 */
#pragma once

#include "network/backend.h"
#include "train/model_write.h"

#include <ripple/model.h>

/** How far a run has come. The order of the samples in an epoch follows from the seed and the
 * epoch, so that these numbers are all there is to know. */
typedef struct {
    guint64 step;              /**< updates made */
    guint64 epoch;             /**< under way, counted from 1 */
    guint64 samples;           /**< of the epoch's order that were trained on: whole batches */
    gdouble loss;              /**< its sum over those samples */
    gdouble rights;            /**< how many of them were classified rightly */
    gdouble seconds;           /**< the run has taken */
    gdouble best_loss;         /**< lowest validation loss so far; NAN before there is one */
    guint64 metrics_bytes;     /**< of metrics.jsonl that belong to the run up to here */
    guint64 observation_bytes; /**< the same of observations.jsonl */
    guint64 is_finished;       /**< 1 where the run ended as it was asked to, else 0 */
} RipplePosition;

typedef struct {
    char *path;
    RipplePosition position;
    char *config;   /**< as ripple_config_to_text() writes it */
    char *data;     /**< ripple_data_digest() */
    char *device;   /**< ripple_device_text(), or NULL */
    char *identity; /**< ripple_device_identity(), or NULL */
    RippleModel *model;
    gdouble *parameters; /**< of the model, with all the digits the backend kept */
    gdouble *moments[RIPPLE_MOST_MOMENTS]; /**< parameter_span each; NULL where not kept */
} RippleCheckpoint;

void ripple_checkpoint_free(RippleCheckpoint *checkpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleCheckpoint, ripple_checkpoint_free)

/** Write `checkpoint` to its path: to a new file beside it, synced, then renamed. A NOT_FINITE
 * error when a number in it is not finite, before anything is written. */
gboolean ripple_checkpoint_write(const RippleCheckpoint *checkpoint, GError **error);

/** The same with metadata and tensors of `more` (model_write.h) beside it. */
gboolean ripple_checkpoint_write_with(const RippleCheckpoint *checkpoint,
                                      const RippleModelExtras *more, GError **error);

/** Read the checkpoint at `path`, which is taken for hostile. A DATA error names what is wrong. */
RippleCheckpoint *ripple_checkpoint_load(const char *path, GError **error);

/** A checksum of the samples of `dataset`, their targets and their names, as hexadecimal digits.
 * Free with g_free. */
char *ripple_data_digest(const RippleDataset *dataset);

/** Name and driver of the device behind `backend`. Free with g_free. */
char *ripple_device_text(const RippleBackend *backend);

/** A digest of all that decides how the device behind `backend` computes; NULL for the reference,
 * which has but one way. Free with g_free. */
char *ripple_device_identity(const RippleBackend *backend);
