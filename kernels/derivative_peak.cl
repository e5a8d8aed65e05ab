/* The largest |f′(z)| of each unit over the batch: the largest of each column. NaN stays NaN. One
 * work-item per column, so that neighbours read neighbours.
 *
 *   source  rows × columns: z where f′ is computed from it (silu, gelu), else a
 *   result  columns
 *
 * Global size: columns (rounded up).
 *
 * Macros:
 *   ACTIVATION  see activation.cl
 */
#include "activation.cl"

__kernel void derivative_peak(__global const float *source, ulong source_offset,
                              __global float *result, ulong result_offset, uint rows, uint columns)
{
    uint column = get_global_id(0);
    if (column >= columns)
        return;
    source += source_offset + column;
    float peak = 0.0f;
    for (uint row = 0; row < rows; row++) {
        float slope = fabs(DERIVATIVE(source[(ulong)row * columns]));
        if (slope > peak || isnan(slope))
            peak = slope;
    }
    result[result_offset + column] = peak;
}
