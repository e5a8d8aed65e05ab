/** \file
 * A network in training on one backend: the data and their order, the parameters, the tensors of a
 * step, and a place for its result.
 */
#pragma once

#include "train/scheduler.h"

#include <ripple/model.h>

typedef struct {
    RippleBackend *backend; /**< borrowed */
    RippleResident *data;
    RippleBuffer *order; /**< the samples to train on, in the order of the epoch */
    RippleState *state;
    RippleScheduler *scheduler;
    RippleBuffer *result; /**< 1 × 2, see RippleLossOperation */
} RippleSession;

/** Upload `dataset`, the `n_order` indices in `order`, and the parameters of `model`, and make a
 * schedule to train. Of `options`, batch (cut to n_order), moments and keep_all are asked for;
 * purpose and labels follow from the rest. */
RippleSession *ripple_session_new(RippleBackend *backend, const RippleModel *model,
                                  const RippleDataset *dataset, const guint32 *order, gsize n_order,
                                  RippleScheduleOptions options, GError **error);
void ripple_session_free(RippleSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSession, ripple_session_free)

/** Another order of as many samples. */
gboolean ripple_session_set_order(RippleSession *session, const guint32 *order, GError **error);

/** The `count` samples from position `first` of the order. */
RippleBatch ripple_session_batch(const RippleSession *session, gsize first, gsize count);

/** Most samples in a step. */
gsize ripple_session_batch_size(const RippleSession *session);
