/** \file
 * Where batches come from: a data set, and the order in which its samples are gone through.
 *
 * A data set is resident, uploaded once as a whole, or streamed in windows (train/stream.h). Steps
 * see no difference: either way they gather samples by an order from what is on the device.
 */
#pragma once

#include "train/samples.h"

typedef struct _RippleSource RippleSource;

/** The samples of `dataset`, to which `transform` was applied where it applies on the host.
 * Resident when `window` is 0. Otherwise streamed, in windows of that many samples, and `dataset`
 * must outlive the source. */
RippleSource *ripple_source_new(RippleBackend *backend, const RippleDataset *dataset,
                                const RippleTransform *transform, gsize window, GError **error);
void ripple_source_free(RippleSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSource, ripple_source_free)

/** From now on go through the `count` samples that `order` lists (NULL for 0, 1, 2, …), in batches
 * of at most `batch`, which is at most the window. The steps enqueued before keep what they have.
 */
gboolean ripple_source_begin(RippleSource *source, const guint32 *order, gsize count, gsize batch,
                             GError **error);

/** How many samples from position `first` of the order one batch may take: those that are on the
 * device together. At least one batch, or all that are left. */
gsize ripple_source_ahead(const RippleSource *source, gsize first);

/** The `count` samples from position `first` of the order, a multiple of the batch. Positions go
 * forward, or stay, or go back to 0, where all begins anew. What an earlier call gave may be used
 * until this one, by steps that are enqueued until then. */
gboolean ripple_source_batch(RippleSource *source, gsize first, gsize count, RippleBatch *batch,
                             GError **error);
