/** \file
 * Samples in a device's memory, and which of them a step works on.
 */
#pragma once

#include "network/backend.h"

#include <ripple/dataset.h>

/** Room for samples of a data set: all of it, or a window of it. */
typedef struct {
    gsize samples;
    RippleBuffer *inputs;  /**< BYTE or REAL, samples × width */
    RippleBuffer *labels;  /**< INDEX, samples × 1, or NULL */
    RippleBuffer *targets; /**< REAL, samples × outputs, or NULL */
    guint width;
    guint outputs; /**< columns of targets */
    gdouble scale; /**< what the gather does to bytes */
    gdouble shift;
} RippleSamples;

/** Room for `samples` samples of the kind that `dataset` has, to which `transform` was applied
 * where it applies on the host. */
RippleSamples *ripple_samples_new(RippleBackend *backend, const RippleDataset *dataset,
                                  const RippleTransform *transform, gsize samples, GError **error);
void ripple_samples_free(RippleSamples *samples);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSamples, ripple_samples_free)

/** Bytes that a sample of `dataset` takes on `backend`. */
gsize ripple_samples_bytes(const RippleBackend *backend, const RippleDataset *dataset);

/** Bytes of the largest of its parts, the inputs or the targets. */
gsize ripple_samples_largest_bytes(const RippleBackend *backend, const RippleDataset *dataset);

/** Which samples a step works on. */
typedef struct {
    const RippleSamples *data;
    RippleBuffer *order; /**< INDEX: samples in the order of the epoch */
    gsize first;         /**< position in the order */
    gsize count;         /**< samples, at most the schedule's batch */
} RippleBatch;
