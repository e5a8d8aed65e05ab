/* C = A·B for devices that run many work-items at once and have fast memory of their own for a
 * group of them, graphics processors above all; with what comes after the product in a training
 * step at its end.
 *
 * A group computes a tile of TILE_M × TILE_N elements of C. It takes TILE_K of k at a time: the
 * work-items carry these columns of A and rows of B into local memory, and each multiplies them
 * into ITEM_M × ITEM_N sums that stay in registers. There are two such pairs of panels: while one
 * is multiplied, the numbers of the next are already on their way, and one barrier a panel is
 * enough. Products are added in the order of k.
 *
 *   a  element (i, k), i < m, at a[i·a_step + k]; at a[k·a_step + i] with A_TRANSPOSED
 *   b  element (k, j), j < n, at b[k·b_step + j]; at b[j·b_step + k] with B_TRANSPOSED
 *
 * Where C has too few tiles for the device, k is split into pieces of `depth`, a multiple of
 * TILE_K: groups of END_STORE write the sums of piece p from c[p·piece_step] on, and product_sum.cl
 * adds them.
 *
 * Both panels hold rows of one k, so that the work-items that multiply read neighbours, four at a
 * time; a row of memory with neighbouring k is transposed on its way. Rows are PAD longer than the
 * tile: then work-items that store side by side meet no bank of local memory twice (of 32 banks:
 * half a warp stores 16 neighbours, the other half the same four rows further, 4·(TILE + 4) ≡ 16).
 *
 * Every work-item of a group runs every round of the loop over k, and so comes to every barrier:
 * what lies beyond the matrices is 0 in the panels and not stored.
 *
 * Global size: ⌈m / TILE_M⌉·⌈n / TILE_N⌉·⌈k / depth⌉ groups of ITEMS work-items, in one dimension.
 *
 * Macros:
 *   TILE_M, TILE_N, TILE_K      multiples of ITEM_M, ITEM_N and of 8, powers of two, TILE_M and
 *                               TILE_N at least 4; default 128, 128, 8
 *   ITEM_M, ITEM_N              1, 2, or a multiple of 4; default 8, 8
 *   A_TRANSPOSED, B_TRANSPOSED  0 or 1; default 0
 *   A_WIDTH, B_WIDTH            numbers read at once: 1, or 4 where offset, step, and the length
 *                               of what lies side by side are multiples of 4; default 1
 *   and those of product_end.cl
 */
#include "product_end.cl"

#ifndef TILE_M
#define TILE_M 128
#endif
#ifndef TILE_N
#define TILE_N 128
#endif
#ifndef TILE_K
#define TILE_K 8
#endif
#ifndef ITEM_M
#define ITEM_M 8
#endif
#ifndef ITEM_N
#define ITEM_N 8
#endif
#ifndef A_TRANSPOSED
#define A_TRANSPOSED 0
#endif
#ifndef B_TRANSPOSED
#define B_TRANSPOSED 0
#endif
#ifndef A_WIDTH
#define A_WIDTH 1
#endif
#ifndef B_WIDTH
#define B_WIDTH 1
#endif

#define ITEMS_M (TILE_M / ITEM_M)
#define ITEMS_N (TILE_N / ITEM_N)
#define ITEMS (ITEMS_M * ITEMS_N)

/* Length of a panel's row: whole vectors of four. */
#define PAD 4
#define ROW(lines) ((lines) + PAD)

/* A work-item's `item` lines of a tile of `lines`: neighbours SIDE at a time, between which lie
 * those of the other work-items. POSITION of its number `i` in the tile. */
#define SIDE(item) ((item) < 4 ? (item) : 4)
#define POSITION(i, own, item, lines)                                                              \
    ((i) / SIDE(item) * SIDE(item) * ((lines) / (item)) + (own)*SIDE(item) + (i) % SIDE(item))

/* What is read at once. */
#define VECTOR(width) VECTOR_AGAIN(width)
#define VECTOR_AGAIN(width) VECTOR_##width
#define VECTOR_1 float
#define VECTOR_4 float4

/* Functions that must vanish in their callers. */
#define INLINED static __attribute__((always_inline)) void
#define NAMED(function, operand) NAMED_AGAIN(function, operand)
#define NAMED_AGAIN(function, operand) function##_##operand

#define OPERAND a
#define LINES TILE_M
#define WIDTH A_WIDTH
#define K_CONTIGUOUS !A_TRANSPOSED
#define ITEM ITEM_M
#define TAKEN_WIDTH 1
#include "tile_operand.cl"

#define OPERAND b
#define LINES TILE_N
#define WIDTH B_WIDTH
#define K_CONTIGUOUS B_TRANSPOSED
#define ITEM ITEM_N
#define TAKEN_WIDTH END_WIDTH
#include "tile_operand.cl"

/* Vectors of an operand that a work-item carries, and rows whose sums it adds. */
#define CARRIED(lines, width) (((lines)*TILE_K / (width) + ITEMS - 1) / ITEMS)
#define ROWS_SUMMED ((TILE_M + ITEMS - 1) / ITEMS)

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void
product_tile(__global const float *a, ulong a_offset, uint a_step, __global const float *b,
             ulong b_offset, uint b_step, uint m, uint n, uint k, uint depth, ulong piece_step,
             END_PARAMETERS)
{
    /* Vectors, so that the rows begin where a vector may. */
    __local float4 a_panels[2 * TILE_K * ROW(TILE_M) / 4];
    __local float4 b_panels[2 * TILE_K * ROW(TILE_N) / 4];
    VECTOR(A_WIDTH) a_carried[CARRIED(TILE_M, A_WIDTH)];
    VECTOR(B_WIDTH) b_carried[CARRIED(TILE_N, B_WIDTH)];

    uint item = get_local_id(0), group = get_group_id(0);
    uint item_m = item / ITEMS_N, item_n = item % ITEMS_N;
    uint tiles_m = (m + TILE_M - 1) / TILE_M, tiles_n = (n + TILE_N - 1) / TILE_N;
    uint above = group / tiles_n, piece = above / tiles_m;
    uint first_column = (group - above * tiles_n) * TILE_N;
    uint first_row = (above - piece * tiles_m) * TILE_M;
    uint rows = m - first_row, columns = n - first_column;
    uint start = piece * depth;
    uint left = min(k - start, depth);

    a += a_offset +
         (A_TRANSPOSED ? (ulong)start * a_step + first_row : (ulong)first_row * a_step + start);
    b += b_offset + (B_TRANSPOSED ? (ulong)first_column * b_step + start
                                  : (ulong)start * b_step + first_column);
    const ulong a_advance = A_TRANSPOSED ? (ulong)TILE_K * a_step : TILE_K;
    const ulong b_advance = B_TRANSPOSED ? TILE_K : (ulong)TILE_K * b_step;

    REAL sum[ITEM_M][ITEM_N / END_WIDTH];
#pragma unroll
    for (uint i = 0; i < ITEM_M; i++)
#pragma unroll
        for (uint j = 0; j < ITEM_N / END_WIDTH; j++)
            sum[i][j] = 0.0f;
#if ROW_SUMS
    /* Of the rows item, item + ITEMS, … of the tile. */
    float row_sum[ROWS_SUMMED];
#pragma unroll
    for (uint r = 0; r < ROWS_SUMMED; r++)
        row_sum[r] = 0.0f;
#endif

    __local float *a_panel = (__local float *)a_panels, *b_panel = (__local float *)b_panels;
    fetch_a(a_carried, a, a_step, rows, left);
    fetch_b(b_carried, b, b_step, columns, left);
    put_a(a_panel, a_carried);
    put_b(b_panel, b_carried);
    barrier(CLK_LOCAL_MEM_FENCE);

    for (uint round = 0;; round++) {
        bool is_last = left <= TILE_K;
        if (!is_last) {
            a += a_advance;
            b += b_advance;
            left -= TILE_K;
            fetch_a(a_carried, a, a_step, rows, left);
            fetch_b(b_carried, b, b_step, columns, left);
        }

#pragma unroll 2
        for (uint p = 0; p < TILE_K; p++) {
            float a_numbers[ITEM_M];
            REAL b_numbers[ITEM_N / END_WIDTH];
            take_a(a_numbers, a_panel, p, item_m);
            take_b(b_numbers, b_panel, p, item_n);
#pragma unroll
            for (uint i = 0; i < ITEM_M; i++)
#pragma unroll
                for (uint j = 0; j < ITEM_N / END_WIDTH; j++)
                    sum[i][j] = fma((REAL)a_numbers[i], b_numbers[j], sum[i][j]);
        }
#if ROW_SUMS
        if (first_column == 0)
#pragma unroll
            for (uint r = 0; r < ROWS_SUMMED; r++)
                if (item + r * ITEMS < TILE_M)
                    for (uint p = 0; p < TILE_K; p++)
                        row_sum[r] += a_panel[p * ROW(TILE_M) + item + r * ITEMS];
#endif
        if (is_last)
            break;

        uint other = (round + 1) % 2;
        a_panel = (__local float *)a_panels + other * TILE_K * ROW(TILE_M);
        b_panel = (__local float *)b_panels + other * TILE_K * ROW(TILE_N);
        put_a(a_panel, a_carried);
        put_b(b_panel, b_carried);
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    ulong from = piece * piece_step;
#pragma unroll
    for (uint i = 0; i < ITEM_M; i++) {
        uint row = POSITION(i, item_m, ITEM_M, TILE_M);
        if (row >= rows)
            continue;
#pragma unroll
        for (uint j = 0; j < ITEM_N; j += END_WIDTH) {
            uint column = first_column + POSITION(j, item_n, ITEM_N, TILE_N);
            if (column < n)
                finish(sum[i][j / END_WIDTH], from + (ulong)(first_row + row) * n + column, column,
                       END_ARGUMENTS);
        }
    }
#if ROW_SUMS
    if (first_column == 0)
#pragma unroll
        for (uint r = 0; r < ROWS_SUMMED; r++)
            if (item + r * ITEMS < min(rows, (uint)TILE_M))
                finish_row(row_sum[r], first_row + item + r * ITEMS, from + (ulong)m * n,
                           END_ARGUMENTS);
#endif
}
