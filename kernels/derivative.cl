/* The end of delta propagation: δ = (δ_above·W_above) ∘ f′(z), where the product stands in `delta`.
 *
 *   delta   count
 *   source  count: z where f′ is computed from it (silu, gelu), else a
 *
 * Global size: count (rounded up).
 *
 * Macros:
 *   ACTIVATION  see activation.cl
 */
#include "activation.cl"

__kernel void derivative(__global float *delta, ulong delta_offset, __global const float *source,
                         ulong source_offset, ulong count)
{
    ulong i = get_global_id(0);
    if (i >= count)
        return;
    delta[delta_offset + i] *= DERIVATIVE(source[source_offset + i]);
}
