/** \file
 * How runs learnt: the numbers of their epochs and steps.
 */
#pragma once

#include "explain/run_record.h"

/** Steps that the first epochs of `run` took each; 0 where none is over. */
gdouble ripple_curves_steps_per_epoch(const RippleRunRecord *run);

/** The epoch with the lowest validation loss, which best.safetensors is of; NULL without any.
 * Borrowed. */
const RippleEpochReport *ripple_curves_best_epoch(const RippleRunRecord *run);

/** One JSON object: {"kind": "curves", "runs": [{"run": …, "epochs": […], "steps": […]}, …]}. Free
 * with g_string_free. */
GString *ripple_curves_json(const RippleRunRecord *const *runs, guint n_runs);
