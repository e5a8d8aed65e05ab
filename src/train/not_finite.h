/** \file
 * When numbers stop being finite: which step it was, and all that it takes to take it again.
 *
 * A run does nothing for this while all is well. Its steps are deterministic, so that the state
 * before one of them can be had once more, from the newest checkpoint or from the start.
 */
#pragma once

#include "train/trainer_private.h"

/** The run in `trainer` ends with `*cause`: step `last`, or one before it, has left numbers that
 * are not finite; after `watched` steps all was finite yet. If the run has a directory, take the
 * steps again, write the first that does it to `not-finite-step-NUMBER.safetensors` there
 * (train/bundle.h), and say so at the end of the message. Without a directory, say how to get it.
 */
void ripple_not_finite_explain(RippleTrainer *trainer, guint64 watched, guint64 last,
                               const RippleObserver *observer, GError **cause);
