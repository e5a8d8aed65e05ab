/* ∂L/∂b = Σ δ over the batch: the sum of each column. One work-item per column, so that neighbours
 * read neighbours, and samples are added in their order.
 *
 *   delta          rows × columns
 *   bias_gradient  columns
 *
 * Global size: columns (rounded up).
 */
__kernel void bias_gradient(__global const float *delta, ulong delta_offset,
                            __global float *gradient, ulong gradient_offset, uint rows,
                            uint columns)
{
    uint column = get_global_id(0);
    if (column >= columns)
        return;
    delta += delta_offset + column;
    float sum = 0.0f;
    for (uint row = 0; row < rows; row++)
        sum += delta[(ulong)row * columns];
    gradient[gradient_offset + column] = sum;
}
