/** \file
 * The gradient of one parameter held against the slope of the loss.
 */
#pragma once

#include "train/loss_probe.h"

#include <ripple/gradcheck.h>

/** Measure at `check->place`: fills all of `check` but for what the device has to do with. */
gboolean ripple_slope_check(RippleLossProbe *probe, RippleGradientCheck *check, GError **error);
