/** \file
 * What `ripple train --observe` left in a run's directory, read back for pictures.
 */
#pragma once

#include "train/observation.h"

/** Is there an observations.jsonl in `directory`? */
gboolean ripple_observations_exist(const char *directory);

/** The observations of the run in `directory`, of RippleObservation, in order, all of as many
 * layers; free with g_ptr_array_unref. A line that a run under way has not yet finished is no
 * error. A DATA error says what is missing, or which line is damaged. */
GPtrArray *ripple_observations_read(const char *directory, GError **error);
