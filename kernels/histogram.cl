/* How many of the numbers of a part lie in each of 64 bins between least and most. One work-item
 * counts a part; what is not finite is left out. Halves are subtracted, since the difference of two
 * floats need not be one.
 *
 *   values    count
 *   range     2: least and most of all values
 *   partials  parts × 64, for histogram_sum.cl
 *
 * Global size: count / PART (rounded up).
 *
 * Macros:
 *   PART  numbers in a part, a multiple of 16; default 4096
 */
#include "vectors.cl"

#define BINS 64

/* Most numbers lie near each other: to add to one bin that was just written, one waits for it. */
#define COPIES 4

#ifndef PART
#define PART 4096
#endif

__kernel void histogram(__global const float *values, ulong values_offset,
                        __global const float *range, ulong range_offset, __global uint *partials,
                        ulong total)
{
    ulong first = (ulong)get_global_id(0) * PART;
    if (first >= total)
        return;
    uint count = (uint)min((ulong)PART, total - first);
    values += values_offset + first;
    const int16 lanes = (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    float least = 0.5f * range[range_offset];
    float width = 0.5f * range[range_offset + 1] - least;

    uint bins[COPIES][BINS + 1]; /* the last is for what is left out */
    for (uint copy = 0; copy < COPIES; copy++)
        for (uint b = 0; b <= BINS; b++)
            bins[copy][b] = 0;
    for (uint i = 0; i < count; i += LANES) {
        float16 x = load_some(values + i, count - i);
        float16 place = width > 0.0f ? BINS * ((0.5f * x - least) / width) : (float16)0.0f;
        int16 bin = convert_int16(clamp(place, (float16)0.0f, (float16)(BINS - 1)));
        int16 is_there = isfinite(x) & (lanes < (int16)(int)(count - i));
        int found[LANES];
        vstore16(select((int16)BINS, bin, is_there), 0, found);
#pragma unroll
        for (uint lane = 0; lane < LANES; lane++)
            bins[lane % COPIES][found[lane]]++;
    }
    partials += get_global_id(0) * BINS;
    for (uint b = 0; b < BINS; b++) {
        uint sum = 0;
        for (uint copy = 0; copy < COPIES; copy++)
            sum += bins[copy][b];
        partials[b] = sum;
    }
}
