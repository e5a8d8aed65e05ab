/* Gather a batch: destination[i] = source[order[first + i]], row by row.
 *
 *   order        indices of samples in the order of this epoch
 *   source       samples × columns
 *   destination  rows × columns
 *
 * Global size: columns (rounded up) × rows.
 *
 * Macros:
 *   SOURCE       element type of source: uchar, float or uint; default float
 *   DESTINATION  element type of destination: float or uint; default float
 *   SCALED       1: write source·scale + shift; default 0
 */
#ifndef SOURCE
#define SOURCE float
#endif
#ifndef DESTINATION
#define DESTINATION float
#endif
#ifndef SCALED
#define SCALED 0
#endif

__kernel void gather(__global const uint *order, ulong order_offset, __global const SOURCE *source,
                     ulong source_offset, __global DESTINATION *destination,
                     ulong destination_offset, uint columns, float scale, float shift)
{
    uint column = get_global_id(0);
    uint row = get_global_id(1);
    if (column >= columns)
        return;
    ulong sample = order[order_offset + row];
    SOURCE value = source[source_offset + sample * columns + column];
    ulong to = destination_offset + (ulong)row * columns + column;
#if SCALED
    destination[to] = fma((float)value, scale, shift);
#else
    destination[to] = value;
#endif
}
