/** \file
 * A data set that the device does not hold: its samples pass by in two windows in turn.
 *
 * While the device works on the samples in one window, a thread gathers those that come next from
 * the host's memory, in the order of the epoch, and sends them to the other:
 *
 *     thread          gather 2 │ gather 3 │ gather 4 │ …
 *     upload queue             │ copy 2   │ copy 3   │ copy 4
 *     compute queue   steps 0  │ steps 1  │ steps 2  │ steps 3
 *
 * Events hold a copy back until the steps that read its window are done, and steps until their
 * window has arrived; the device does that by itself. The host waits where both windows are in use
 * and the next is not gathered yet: then copying, not computing, sets the pace.
 */
#pragma once

#include "train/samples.h"

typedef struct _RippleStream RippleStream;

/** A stream of `dataset`, which must outlive it, through two windows of `window` samples. */
RippleStream *ripple_stream_new(RippleBackend *backend, const RippleDataset *dataset,
                                const RippleTransform *transform, gsize window, GError **error);
void ripple_stream_free(RippleStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleStream, ripple_stream_free)

/** As ripple_source_begin(); `order` is copied. */
gboolean ripple_stream_begin(RippleStream *stream, const guint32 *order, gsize count, gsize batch,
                             GError **error);

/** As ripple_source_ahead(): what is left of the window that holds position `first`. */
gsize ripple_stream_ahead(const RippleStream *stream, gsize first);

/** As ripple_source_batch(). */
gboolean ripple_stream_batch(RippleStream *stream, gsize first, gsize count, RippleBatch *batch,
                             GError **error);
