/* Gather a batch, as gather.cl does, and its transposed copy in the same pass: a block of 16
 * samples and 16 columns for each work-item. For processors, whose products read both.
 *
 *   order        indices of samples in the order of this epoch
 *   source       samples × columns
 *   destination  rows × columns
 *   transposed   [row / width][column][row % width], width a multiple of 16; behind the rows it
 *                becomes 0
 *   ahead        how many indices follow this batch's: the next batch's rows are asked for, since
 *                they lie anywhere in memory and would be waited for
 *
 * Global size: ⌈columns / 16⌉ × ⌈rows / width⌉·width / 16, in groups of one.
 *
 * Macros:
 *   SOURCE  element type of source: uchar or float; default float
 *   SCALED  1: write source·scale + shift; default 0
 *   PREFETCH  see vectors.cl
 */
#include "vectors.cl"

#ifndef SOURCE
#define SOURCE float
#endif
#ifndef SCALED
#define SCALED 0
#endif

/* The first `count` of sixteen elements of the source, and 0 for the others. */
float16 load_sources(__global const SOURCE *from, uint count)
{
    if (count >= LANES)
        return convert_float16(vload16(0, from));
    float values[LANES];
    for (uint i = 0; i < LANES; i++)
        values[i] = i < count ? (float)from[i] : 0.0f;
    return vload16(0, values);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
gather_block(__global const uint *order, ulong order_offset, __global const SOURCE *source,
             ulong source_offset, __global float *destination, ulong destination_offset,
             __global float *transposed, uint width, uint rows, uint columns, uint ahead,
             float scale, float shift)
{
    uint first_column = get_global_id(0) * LANES;
    uint first_row = get_global_id(1) * LANES;
    uint count = columns - first_column;
    float16 block[LANES];

    order += order_offset + first_row;
    source += source_offset + first_column;
    destination += destination_offset + (ulong)first_row * columns + first_column;
#pragma unroll
    for (uint i = 0; i < LANES; i++) {
        block[i] = 0.0f;
        if (first_row + i < rows) {
            block[i] = load_sources(source + (ulong)order[i] * columns, count);
#if SCALED
            block[i] = fma(block[i], (float16)scale, (float16)shift);
#endif
            store_some(block[i], destination + (ulong)i * columns, count);
        }
    }
    /* Once for each cache line of 64 bytes. */
    if (first_column * sizeof(SOURCE) % 64 == 0)
        for (uint i = 0; i < LANES; i++)
            if (first_row + i < ahead)
                ask_for((__global const float *)(source + (ulong)order[rows + i] * columns), 1);
    transpose_block(block);
    transposed += ((ulong)(first_row / width) * columns + first_column) * width + first_row % width;
#pragma unroll
    for (uint i = 0; i < LANES; i++)
        if (i < count)
            vstore16(block[i], 0, transposed + (ulong)i * width);
}
