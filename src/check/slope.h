/** \file
 * The derivative of a loss with respect to one parameter, from its values alone.
 * include/ripple/gradcheck.h says how, and how exact.
 */
#pragma once

#include "check/loss_probe.h"

#include <ripple/gradcheck.h>

/** Measure at `check->place`: fills all of `check` but for what the device has to do with. */
gboolean ripple_slope_check(RippleLossProbe *probe, RippleGradientCheck *check, GError **error);
