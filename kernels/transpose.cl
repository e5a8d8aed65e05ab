/* xᵀ in panels, as product_panel.cl reads them: `width` rows of x after `width` rows, each lot as a
 * matrix of its own. 16×16 elements for each work-item.
 *
 *   x   rows × columns; element (row, column) goes to
 *   to  [row / width][column][row % width], width a multiple of 16; what stands behind the rows
 *       becomes 0
 *
 * Global size: ⌈columns / 16⌉ × ⌈rows / width⌉·width / 16.
 */
#include "vectors.cl"

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
transpose(__global const float *x, ulong x_offset, __global float *to, uint rows, uint columns,
          uint width)
{
    uint first_column = get_global_id(0) * LANES;
    uint first_row = get_global_id(1) * LANES;
    float16 block[LANES];
    x += x_offset + (ulong)first_row * columns + first_column;
#pragma unroll
    for (uint i = 0; i < LANES; i++)
        block[i] = first_row + i < rows ? load_some(x + (ulong)i * columns, columns - first_column)
                                        : (float16)0.0f;
    transpose_block(block);
    to += ((ulong)(first_row / width) * columns + first_column) * width + first_row % width;
    for (uint i = 0; i < LANES && first_column + i < columns; i++)
        vstore16(block[i], 0, to + (ulong)i * width);
}
