/** \file
 * Do the data fit the device's memory? What does not is streamed.
 */
#pragma once

#include "network/backend.h"

#include <ripple/dataset.h>

/** Most samples of an evaluation in a step: it has no gradient to smooth, and takes what keeps a
 * device busy. */
#define RIPPLE_EVALUATION_BATCH 1024

/** A data set, and how it comes to the device. */
typedef struct {
    const RippleDataset *dataset;
    gsize batch;  /**< most samples in a step over it */
    gsize window; /**< the plan's: samples in each of two windows, 0 for a resident data set */
} RipplePlacement;

typedef struct {
    gboolean is_streamed;
    guint64 bytes; /**< that the data take on the device */
} RippleDataPlan;

/** Place `n_sets` data sets on `backend`, where together they may take `limit` bytes, or half of
 * its memory when `limit` is 0. They are resident when all of them fit, and no buffer is larger
 * than the device allows; streamed otherwise, each in two windows of a batch at least. An error
 * with the smallest limit that works when even those do not fit: USAGE where a limit was given,
 * DEVICE_MEMORY where there was none. */
gboolean ripple_data_plan(const RippleBackend *backend, guint64 limit, RipplePlacement *sets,
                          guint n_sets, RippleDataPlan *plan, GError **error);

/** The smallest limit with which ripple_data_plan() finds a place for the data. */
guint64 ripple_data_plan_smallest(const RippleBackend *backend, const RipplePlacement *sets,
                                  guint n_sets);

/** Bytes of the largest buffer that a data set takes as it was placed. */
guint64 ripple_data_plan_largest_buffer(const RippleBackend *backend, const RipplePlacement *set);
