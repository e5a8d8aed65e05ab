/** \file
 * A fault on purpose, to show that a check can fail.
 */
#pragma once

#include "train/scheduler.h"

/** Find the tensor called `name` among those that `schedule` writes. A USAGE error that lists them
 * when there is none. */
gboolean ripple_fault_find(const RippleSchedule *schedule, const char *name,
                           const RippleTensor **tensor, GError **error);

/** Spoil the middle element of `view`: move it by an eighth of the tensor's largest magnitude. */
gboolean ripple_fault_inject(RippleView view, GError **error);
