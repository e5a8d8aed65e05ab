/* Are all numbers finite? The result becomes NaN where one is not, and stays as it is where all
 * are: then nothing is written. Each work-item reads sixteen elements.
 *
 *   values  count
 *   result  1
 *
 * Global size: count / 16 (rounded up).
 */
__kernel void check_finite(__global const float *values, ulong values_offset,
                           volatile __global float *result, ulong result_offset, ulong count)
{
    ulong first = (ulong)get_global_id(0) * 16;
    int are_finite = 1;
    values += values_offset;
    if (first + 16 <= count)
        are_finite = all(isfinite(vload16(0, values + first)));
    else
        for (ulong i = first; i < count; i++)
            are_finite &= isfinite(values[i]);
    if (!are_finite)
        atomic_xchg(result + result_offset, NAN);
}
