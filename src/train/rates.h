/** \file
 * What a configuration says about the optimizer, as the scheduler takes it. The configuration must
 * have been settled (ripple_config_settle_optimizer(), or ripple_config_resolve()).
 */
#pragma once

#include "network/operation.h"

#include <ripple/config.h>

/** The optimizer at step `step`, counted from 1. */
RippleRates ripple_config_rates(const RippleConfig *config, guint64 step);

/** How many moments the optimizer keeps. */
guint ripple_config_moments(const RippleConfig *config);

/** Give each option of the optimizer that is unset what the optimizer usually takes. Those of
 * another optimizer stay unset. */
void ripple_config_settle_optimizer(RippleConfig *config);

/** Does every option that is set go with the optimizer? A USAGE error that names the first that
 * does not. */
gboolean ripple_config_check_optimizer(const RippleConfig *config, GError **error);
