/** \file
 * A network in training on one backend: the data and their order, the parameters, the tensors of a
 * step, and a place for its result.
 */
#pragma once

#include "train/scheduler.h"
#include "train/source.h"

#include <ripple/model.h>

/** Reals in the place for a result. */
#define RIPPLE_SESSION_RESULT_VALUES 2

typedef struct {
    RippleBackend *backend; /**< borrowed */
    RippleSource *source;
    gsize samples; /**< to train on */
    RippleState *state;
    RippleScheduler *scheduler;
    RippleBuffer *result; /**< 1 × 2, see RippleLossOperation */
} RippleSession;

/** Bring `dataset` (resident, or in windows of `window` samples, see ripple_source_new()) and the
 * parameters of `model` to `backend`, and make a schedule to train on `samples` of its samples. Of
 * `options`, batch (cut to samples), moments and keep_all are asked for; purpose and labels follow
 * from the rest. */
RippleSession *ripple_session_new(RippleBackend *backend, const RippleModel *model,
                                  const RippleDataset *dataset, gsize window, gsize samples,
                                  RippleScheduleOptions options, GError **error);
void ripple_session_free(RippleSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSession, ripple_session_free)

/** From now on train on the samples that `order` lists. */
gboolean ripple_session_set_order(RippleSession *session, const guint32 *order, GError **error);

/** From now on train on the samples that `order` lists from position `first` on, a multiple of the
 * batch; positions count from there. */
gboolean ripple_session_set_rest(RippleSession *session, const guint32 *order, gsize first,
                                 GError **error);

/** See ripple_source_ahead(). */
gsize ripple_session_ahead(const RippleSession *session, gsize first);

/** The `count` samples from position `first` of the order; see ripple_source_batch(). */
gboolean ripple_session_batch(RippleSession *session, gsize first, gsize count, RippleBatch *batch,
                              GError **error);

/** Most samples in a step. */
gsize ripple_session_batch_size(const RippleSession *session);
