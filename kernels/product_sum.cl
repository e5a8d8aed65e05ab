/* The end of a product whose k was split: adds what the pieces of product_tile.cl left, in their
 * order, so that the same operands give the same bits; and then does what product_end.cl says.
 *
 *   partial  pieces × piece_step: of each piece the m × n sums, then m sums of rows (ROW_SUMS)
 *
 * One work-item per sum. Global size: elements = m·n, and m more for sums of rows (rounded up).
 *
 * Macros: those of product_end.cl; END_WIDTH is 1.
 */
#include "product_end.cl"

__kernel void product_sum(__global const float *partial, ulong piece_step, uint pieces,
                          ulong elements, uint m, uint n, END_PARAMETERS)
{
    ulong at = get_global_id(0);
    if (at >= elements + (ROW_SUMS ? m : 0))
        return;
    float s = 0.0f;
    for (uint piece = 0; piece < pieces; piece++)
        s += partial[piece * piece_step + at];
#if ROW_SUMS
    if (at >= elements) {
        finish_row(s, (uint)(at - elements), elements, END_ARGUMENTS);
        return;
    }
#endif
    finish(s, at, (uint)(at % n), END_ARGUMENTS);
}
