/* The end of a forward step: z = x·Wᵀ + b and a = f(z), where x·Wᵀ stands in `values` already.
 *
 *   values  rows × columns: x·Wᵀ, replaced by z (KEEP_Z 1) or by a (KEEP_Z 0)
 *   bias    columns
 *   a       rows × columns; unused when KEEP_Z is 0
 *
 * Global size: columns (rounded up) × rows.
 *
 * Macros:
 *   ACTIVATION  see activation.cl
 *   KEEP_Z      1: values become z and a is written apart; 0: values become a; default 0
 */
#include "activation.cl"

#ifndef KEEP_Z
#define KEEP_Z 0
#endif

__kernel void bias_activation(__global float *values, ulong values_offset,
                              __global const float *bias, ulong bias_offset, __global float *a,
                              ulong a_offset, uint columns)
{
    uint column = get_global_id(0);
    uint row = get_global_id(1);
    if (column >= columns)
        return;
    ulong at = (ulong)row * columns + column;
    float z = values[values_offset + at] + bias[bias_offset + column];
#if KEEP_Z
    values[values_offset + at] = z;
    a[a_offset + at] = activate(z);
#else
    values[values_offset + at] = activate(z);
#endif
}
