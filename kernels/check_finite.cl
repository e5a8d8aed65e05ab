/* Are all numbers finite? The result becomes NaN where one is not, and stays as it is where all
 * are: then nothing is written. One work-item per element.
 *
 *   values  count
 *   result  1
 *
 * Global size: count (rounded up).
 */
__kernel void check_finite(__global const float *values, ulong values_offset,
                           volatile __global float *result, ulong result_offset, ulong count)
{
    ulong i = get_global_id(0);
    if (i < count && !isfinite(values[values_offset + i]))
        atomic_xchg(result + result_offset, NAN);
}
