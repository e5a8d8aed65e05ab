/* A histogram of 64 bins from those of its parts. One work-item per bin.
 *
 *   partials  parts × 64
 *   result    64
 *
 * Global size: 64.
 */
#define BINS 64

__kernel void histogram_sum(__global const uint *partials, __global float *result,
                            ulong result_offset, uint parts)
{
    uint bin = get_global_id(0);
    if (bin >= BINS)
        return;
    uint sum = 0;
    for (uint i = 0; i < parts; i++)
        sum += partials[(ulong)i * BINS + bin];
    result[result_offset + bin] = sum;
}
