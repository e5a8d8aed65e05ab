/** \file
 * What two runs left in their directories, held together.
 */
#pragma once

#include "train/checkpoint.h"

#include <ripple/verify_resume.h>

/** Append to `parts` what is in the newest checkpoints of the runs in `one` and `other`, in their
 * models and in their metrics. */
gboolean ripple_resumed_compare(const char *one, const char *other, GArray *parts, GError **error);

/** Change the first number in the tensor called `name` of the newest checkpoint in `directory`. A
 * USAGE error that lists the tensors when there is none of that name. */
gboolean ripple_resumed_spoil(const char *directory, const char *name, GError **error);
