/* Softmax of each row: aᵢ = e^(zᵢ − m) / Σⱼ e^(zⱼ − m), with m the row's maximum so that nothing
 * overflows. One work-item per row; z and a may be the same memory.
 *
 *   z, a  rows × columns
 *
 * Global size: rows (rounded up).
 */
__kernel void softmax(__global const float *z, ulong z_offset, __global float *a, ulong a_offset,
                      uint rows, uint columns)
{
    uint row = get_global_id(0);
    if (row >= rows)
        return;
    __global const float *from = z + z_offset + (ulong)row * columns;
    __global float *to = a + a_offset + (ulong)row * columns;

    float maximum = from[0];
    for (uint i = 1; i < columns; i++)
        maximum = fmax(maximum, from[i]);
    float sum = 0.0f;
    for (uint i = 0; i < columns; i++) {
        float power = exp(from[i] - maximum);
        to[i] = power;
        sum += power;
    }
    for (uint i = 0; i < columns; i++)
        to[i] /= sum;
}
