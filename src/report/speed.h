/** \file
 * How fast a run's training steps are on a device, and where their time goes, for its report.
 */
#pragma once

#include "explain/run_record.h"
#include "report/page.h"

/** Measure steps of the run's network, batch and optimizer, on random data, on the device that
 * `selector` names (NULL for the run's own), and append to `page` what was found: speed, time by
 * kernel, and the roofline. Takes a few seconds. An error, with nothing appended, when there is no
 * such device or it computes wrong numbers. */
gboolean ripple_speed_append(RipplePage *page, const RippleRunRecord *run, const char *selector,
                             GError **error);
