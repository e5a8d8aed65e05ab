/** \file
 * The part of a comparison that holds whole steps, as ripple_backend_steps() takes them for small
 * networks, against the same steps row by row.
 */
#pragma once

#include "train/session.h"

typedef struct _RippleStepsComparison RippleStepsComparison;

/** Compare the steps of `session`, which it takes; it runs the schedule that training does, on the
 * device. */
RippleStepsComparison *ripple_steps_comparison_new(RippleSession *session);
void ripple_steps_comparison_free(RippleStepsComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleStepsComparison, ripple_steps_comparison_free)

/** Another order of as many samples. */
gboolean ripple_steps_comparison_set_order(RippleStepsComparison *comparison, const guint32 *order,
                                           GError **error);

/** Before a step: begin where `device`, on the same backend, stands. */
gboolean ripple_steps_comparison_begin(RippleStepsComparison *comparison,
                                       const RippleSession *device, GError **error);

/** After `follower` has taken the step over `count` samples from `first` row by row, with the
 * values of the device: take it at once, and add what was found (of RippleTensorComparison) to
 * `tensors`: the loss, and the parameters after the step. Nothing is added where the backend takes
 * steps row by row. */
gboolean ripple_steps_comparison_end(RippleStepsComparison *comparison, RippleSession *follower,
                                     gsize first, gsize count, const RippleRates *rates,
                                     guint64 step_number, GArray *tensors, GError **error);
