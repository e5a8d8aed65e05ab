/** \file
 * Whether a training may begin on a device.
 */
#pragma once

#include "cli/console.h"

#include <ripple/trainer.h>

/** Test what `trainer` needs of its device, unless that was done before. A CHECK error that says
 * what is wrong where it computes wrong numbers; with --json, an object that says so is
 * printed, too. */
gboolean ripple_trust_first(const RippleConsole *console, RippleTrainer *trainer, GError **error);
