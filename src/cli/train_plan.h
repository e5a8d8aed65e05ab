/** \file
 * `ripple train --plan`.
 */
#pragma once

#include "cli/console.h"

#include <ripple/config.h>

/** Print the memory that the run of `config`, new or resumed, takes on its device, before any of it
 * is allocated. A DEVICE_MEMORY error, behind what was printed, when it does not fit. */
gboolean ripple_train_plan(const RippleConsole *console, RippleConfig *config, gboolean is_resumed,
                           GError **error);
