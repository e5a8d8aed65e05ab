/** \file
 * The scheduler: gives a schedule's tensors their memory and enqueues its rows on a backend.
 *
 * It computes nothing and waits for nothing.
 */
#pragma once

#include "network/backend.h"
#include "network/schedule.h"
#include "train/samples.h"

/** Parameters and optimizer state of a network on a backend: what outlives a step, and what several
 * schedulers share. */
typedef struct {
    RippleBackend *backend; /**< borrowed */
    RippleNetwork *network; /**< a copy */
    RippleBuffer *parameters;
    RippleBuffer *moments[RIPPLE_MOST_MOMENTS]; /**< first and second; NULL where not kept */
} RippleState;

/** Zeroed state, with so many moments (ripple_optimizer_moments()). */
RippleState *ripple_state_new(RippleBackend *backend, const RippleNetwork *network, guint moments,
                              GError **error);
void ripple_state_free(RippleState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleState, ripple_state_free)

/** Bring it home: into new arrays, of which those that stand for what is not kept stay as they are.
 * Free them with g_free, after an error, too. */
gboolean ripple_state_download(const RippleState *state, gdouble **parameters,
                               gdouble *moments[RIPPLE_MOST_MOMENTS], GError **error);

typedef struct _RippleScheduler RippleScheduler;

/** A scheduler over `state`, which must outlive it. A DEVICE_MEMORY error when the tensors do not
 * fit. */
RippleScheduler *ripple_scheduler_new(RippleState *state, const RippleScheduleOptions *options,
                                      GError **error);
void ripple_scheduler_free(RippleScheduler *scheduler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleScheduler, ripple_scheduler_free)

const RippleSchedule *ripple_scheduler_schedule(const RippleScheduler *scheduler);

/** Enqueue all rows for `batch`. `rates` may be NULL when the schedule has no update, `result` (1 ×
 * 2, see RippleLossOperation) no view when it has no loss. */
gboolean ripple_scheduler_step(RippleScheduler *scheduler, const RippleBatch *batch,
                               const RippleRates *rates, RippleView result, GError **error);

/** What profiles call the row of steps that are taken by ripple_backend_steps(). */
#define RIPPLE_SCHEDULER_STEPS "steps"

/** Does ripple_scheduler_steps() take such batches by ripple_backend_steps(), not row by row? */
gboolean ripple_scheduler_joins_steps(const RippleScheduler *scheduler, const RippleBatch *batch,
                                      const RippleRates *rates);

/** Most steps that ripple_scheduler_steps() should be asked for at once on such batches; at
 * least 1. */
gsize ripple_scheduler_most_steps(const RippleScheduler *scheduler, const RippleBatch *batch,
                                  const RippleRates *rates);

/** Enqueue steps over the samples of `batch`, here as many as there are: each step takes the
 * schedule's batch, the last what is left. The way that the backend is fastest at for this network:
 * row by row, or all of them at once. `rates` has one for each step, `results` a row. */
gboolean ripple_scheduler_steps(RippleScheduler *scheduler, const RippleBatch *batch,
                                const RippleRates *rates, RippleView results, GError **error);

/** Enqueue row `row` alone. Rows must come in their order. */
gboolean ripple_scheduler_row(RippleScheduler *scheduler, guint row, const RippleBatch *batch,
                              const RippleRates *rates, RippleView result, GError **error);

/** Where the tensor with `role` at `layer` lies in a batch of `count` samples; no view where the
 * schedule has none. */
RippleView ripple_scheduler_view(const RippleScheduler *scheduler, RippleRole role, guint layer,
                                 gsize count);
