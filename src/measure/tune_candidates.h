/** \file
 * The plans that are worth trying for a product.
 */
#pragma once

#include "opencl/tuning.h"

#include <ripple/config.h>

/** The plans (of RippleProductPlan, each once) to try for `product` on `backend`, of which the
 * first is the default's: the most promising come first, since a quick search has no time for all.
 * Free with g_array_unref(). */
GArray *ripple_tune_candidates(RippleBackend *backend, RippleTuneMode mode,
                               const RippleProduct *product);

/** The plans to try once `best` is known: the default's first, then `best`, then others that differ
 * from it in what matters less. */
GArray *ripple_tune_refinements(RippleBackend *backend, const RippleProduct *product,
                                const RippleProductPlan *best);
