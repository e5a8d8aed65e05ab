/** \file
 * A step after which numbers were no longer finite, written down so that it can be taken again
 * anywhere: a checkpoint from just before it, and the samples of its batch (docs/formats.md).
 */
#pragma once

#include "train/checkpoint.h"

/** How the names of their files begin; the number of the step and ".safetensors" follow. */
#define RIPPLE_BUNDLE_PREFIX "not-finite-step-"

typedef struct {
    RippleCheckpoint *checkpoint; /**< before the step; its path is the bundle's */
    RippleDataset *batch;         /**< the samples of the step in their order, with what is done to
                                       inputs on the host done already */
    char *device;                 /**< where it was taken, as people know it */
    char *driver;                 /**< or NULL */
    char *loss;                   /**< that the step found: "nan", "inf" or a number */
} RippleBundle;

void ripple_bundle_free(RippleBundle *bundle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleBundle, ripple_bundle_free)

/** The samples of `dataset` that `order` lists. */
RippleDataset *ripple_bundle_batch(const RippleDataset *dataset, const guint32 *order, gsize count);

/** Write `bundle` to the path of its checkpoint. */
gboolean ripple_bundle_write(const RippleBundle *bundle, GError **error);

/** Read the bundle at `path`, which is taken for hostile. A DATA error names what is wrong. */
RippleBundle *ripple_bundle_load(const char *path, GError **error);
