/** \file
 * The strongest paths of a weight, for Graphviz.
 */
#pragma once

#include "explain/chain.h"

/** As a digraph in the DOT language (https://graphviz.org/doc/info/lang.html): units, the weights
 * between them, and what flows through each to the gradient. Free with g_free. */
char *ripple_path_graph(const RippleModel *model, const RippleSample *sample,
                        const RippleChain *chain);
