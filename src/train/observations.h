/** \file
 * Observing steps of training without stopping the device, and without changing a bit of it.
 *
 * Before an observed step a second schedule, over the same parameters and with every tensor kept,
 * walks the same batch up to the gradients; what its tensors are like is summed up on the device.
 * The step itself is then taken as ever, and the parameters are held against a copy from before.
 * What was found is read as results are (train/result_log.h): enqueued behind, collected later.
 */
#pragma once

#include "train/observation.h"
#include "train/scheduler.h"

/** Called for each observed step, in order. `parameters` are those from before the step, or NULL
 * where they were not asked for. FALSE, with an error, ends the collecting. */
typedef gboolean (*RippleObservationFunction)(const RippleObservation *observation,
                                              const gfloat *parameters, gpointer user_data,
                                              GError **error);

typedef struct _RippleObservations RippleObservations;

/** Over `state`, which must outlive it; steps of at most `batch` samples. */
RippleObservations *ripple_observations_new(RippleState *state, gsize batch, gboolean has_labels,
                                            GError **error);
void ripple_observations_free(RippleObservations *observations);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleObservations, ripple_observations_free)

/** Whom to tell from now on. */
void ripple_observations_tell(RippleObservations *observations, RippleObservationFunction function,
                              gpointer user_data);

/** The schedule that is walked. */
RippleScheduleOptions ripple_observations_schedule(gsize batch, gboolean has_labels);

/** Reals that are taken on the device beside the tensors of that schedule and a copy of the
 * parameters. */
gsize ripple_observations_values(const RippleNetwork *network);

/** Step `step` of `epoch`, over `batch`, is about to be enqueued alone. */
gboolean ripple_observations_before(RippleObservations *observations, const RippleBatch *batch,
                                    guint64 step, guint64 epoch, gdouble learning_rate,
                                    gboolean with_parameters, GError **error);

/** It was enqueued: ask for what was found. */
gboolean ripple_observations_after(RippleObservations *observations, GError **error);

/** Hand over what has arrived, without waiting; and hold the host back while it is further ahead of
 * the device than it should run. */
gboolean ripple_observations_take(RippleObservations *observations, GError **error);

/** Wait for all that was asked for, and hand it over. */
gboolean ripple_observations_finish(RippleObservations *observations, GError **error);
