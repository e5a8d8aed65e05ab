/* How the work-items of a group bring one operand of product_tile.cl from global memory to local
 * memory, and from there to registers. For that kernel, which includes it once for each operand:
 * loops whose lengths are known unroll in every compiler, so that arrays become registers.
 *
 * A panel is TILE_K rows of one k, each of LINES numbers (rows of A, or columns of B) and PAD.
 *
 * Macros, which end with this file:
 *   OPERAND       a or b, at the end of the names of the functions
 *   LINES         length of the tile in this operand: TILE_M or TILE_N
 *   WIDTH         numbers read at once: 1 or 4
 *   K_CONTIGUOUS  1: neighbours in memory have neighbouring k; 0: they are neighbouring lines
 *   ITEM          lines of a work-item's sums: ITEM_M or ITEM_N
 *   TAKEN_WIDTH   of the vectors that take() makes of them: 1, or 4 where ITEM is a multiple of 4
 */

/* Vectors of a panel, and how many of them a work-item carries. */
#define VECTORS (LINES * TILE_K / WIDTH)
#define CARRIED ((VECTORS + ITEMS - 1) / ITEMS)

/* Is the work-item's c-th vector, `vector`, beyond the panel? Only its last can be. */
#define IS_BEYOND(vector, c) (((c) + 1) * ITEMS > VECTORS && (vector) >= VECTORS)

/* Where in a panel a vector lies. Neighbouring work-items have neighbours in memory; where these
 * have neighbouring k, a sector of 32 bytes of them and then the next line. */
#if K_CONTIGUOUS
#define SIDE_BY_SIDE (8 / WIDTH)
#define LINE_OF(vector) ((vector) / SIDE_BY_SIDE % LINES)
#define K_OF(vector)                                                                               \
    (((vector) / (SIDE_BY_SIDE * LINES) * SIDE_BY_SIDE + (vector) % SIDE_BY_SIDE) * WIDTH)
#else
#define SIDE_BY_SIDE (LINES / WIDTH)
#define LINE_OF(vector) ((vector) % SIDE_BY_SIDE * WIDTH)
#define K_OF(vector) ((vector) / SIDE_BY_SIDE)
#endif

/* carried ← this work-item's share of the panel that begins at `from`, from where on there are
 * `lines` of the matrix, and `depth` of k. What does not exist is 0, and the first number, which
 * always exists, is read in its place, so that no work-item branches. */
INLINED NAMED(fetch, OPERAND)(VECTOR(WIDTH) * carried, __global const float *from, uint step,
                              uint lines, uint depth)
{
#pragma unroll
    for (uint c = 0; c < CARRIED; c++) {
        uint vector = get_local_id(0) + c * ITEMS;
        uint line = LINE_OF(vector), k = K_OF(vector);
        bool exists = !IS_BEYOND(vector, c) && line < lines && k < depth;
        ulong at = K_CONTIGUOUS ? (ulong)line * step + k : (ulong)k * step + line;
        at = exists ? at : 0;
        VECTOR(WIDTH) some = *(__global const VECTOR(WIDTH) *)(from + at);
        carried[c] = exists ? some : (VECTOR(WIDTH))0.0f;
    }
}

/* panel ← what was carried. */
INLINED NAMED(put, OPERAND)(__local float *panel, const VECTOR(WIDTH) * carried)
{
#pragma unroll
    for (uint c = 0; c < CARRIED; c++) {
        uint vector = get_local_id(0) + c * ITEMS;
        if (IS_BEYOND(vector, c))
            continue;
        __local float *to = panel + K_OF(vector) * ROW(LINES) + LINE_OF(vector);
#if WIDTH == 4 && K_CONTIGUOUS
        to[0] = carried[c].x;
        to[ROW(LINES)] = carried[c].y;
        to[2 * ROW(LINES)] = carried[c].z;
        to[3 * ROW(LINES)] = carried[c].w;
#else
        *(__local VECTOR(WIDTH) *)to = carried[c];
#endif
    }
}

/* numbers ← those of the work-item `own`, from row k of a panel. */
INLINED NAMED(take, OPERAND)(VECTOR(TAKEN_WIDTH) * numbers, __local const float *panel, uint k,
                             uint own)
{
    __local const float *from = panel + k * ROW(LINES) + POSITION(0, own, ITEM, LINES);
#pragma unroll
    for (uint i = 0; i < ITEM; i += SIDE(ITEM)) {
#if TAKEN_WIDTH == 4
        numbers[i / 4] = *(__local const float4 *)(from + POSITION(i, 0, ITEM, LINES));
#elif ITEM >= 4
        float4 some = *(__local const float4 *)(from + POSITION(i, 0, ITEM, LINES));
        numbers[i] = some.x;
        numbers[i + 1] = some.y;
        numbers[i + 2] = some.z;
        numbers[i + 3] = some.w;
#else
#pragma unroll
        for (uint s = 0; s < SIDE(ITEM); s++)
            numbers[i + s] = from[s];
#endif
    }
}

#undef OPERAND
#undef LINES
#undef WIDTH
#undef K_CONTIGUOUS
#undef ITEM
#undef TAKEN_WIDTH
#undef VECTORS
#undef CARRIED
#undef IS_BEYOND
#undef SIDE_BY_SIDE
#undef LINE_OF
#undef K_OF
