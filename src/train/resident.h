/** \file
 * A data set on a device: uploaded once, and there for as long as it is needed.
 */
#pragma once

#include "network/backend.h"

#include <ripple/dataset.h>

typedef struct {
    gsize samples;
    RippleBuffer *inputs;  /**< BYTE or REAL, samples × width */
    RippleBuffer *labels;  /**< INDEX, samples × 1, or NULL */
    RippleBuffer *targets; /**< REAL, samples × outputs, or NULL */
    guint width;
    guint outputs; /**< columns of targets */
    gdouble scale; /**< what the gather does to bytes */
    gdouble shift;
} RippleResident;

/** Upload `dataset`, to which `transform` was applied where it applies on the host. */
RippleResident *ripple_resident_new(RippleBackend *backend, const RippleDataset *dataset,
                                    const RippleTransform *transform, GError **error);
void ripple_resident_free(RippleResident *resident);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleResident, ripple_resident_free)

/** The indices in `order` (`count` of them; NULL for 0, 1, 2, …) as a buffer on the device. */
RippleBuffer *ripple_order_upload(RippleBackend *backend, const guint32 *order, gsize count,
                                  GError **error);
