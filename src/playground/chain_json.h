/** \file
 * The chain rule at one weight, factor by factor, with the numbers of the step that is shown.
 *
 *     ∂L/∂w = Σ over the batch of δ · a        δ = ∂L/∂z of the unit, a: what the weight multiplies
 *     δ = ∂L/∂a · f′(z)                        of a hidden unit: ∂L/∂a = Σ over the layer above of
 * δ · w
 *
 * The division by the size of the batch that a mean loss brings is in δ already.
 */
#pragma once

#include "playground/snapshot.h"

/** Write the member `name`: of layer `layer`, the weight from `input` to `unit`, or the unit's bias
 * where `input` is the number of inputs. null where there is no such weight, or no step yet.
 * Factors that were not computed yet are null. */
void ripple_chain_write(GString *json, const char *name, const RippleSnapshot *snapshot,
                        guint layer, guint unit, guint input, gsize sample);
