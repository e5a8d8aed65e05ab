/** \file
 * A chain as JSON.
 */
#pragma once

#include "explain/chain.h"

/** Append one object: the sample, the norms of its layers, and the chain. */
void ripple_chain_to_json(const RippleSample *sample, const RippleChain *chain, GString *json);
