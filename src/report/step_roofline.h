/** \file
 * The rows of a training step under the roof of its device.
 */
#pragma once

#include "measure/step_roof.h"
#include "report/roofline.h"

/** A roofline with a dot for each row that takes time; `roof` must have a profile. `work` says what
 * the step is of. */
RippleRoofline *ripple_step_roofline_new(const RippleStepRoof *roof, const char *work,
                                         const char *device);
