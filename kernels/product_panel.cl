/* C = A·B for devices that compute with wide vectors and share a cache, processors above all; with
 * what comes after the product in a training step at its end.
 *
 * One work-item computes `tiles` tiles below one another, each of ROWS rows and COLUMNS =
 * 16·VECTORS columns, whose sums stay in registers: for each k it multiplies ROWS numbers of A,
 * each spread over a vector, with VECTORS vectors of B. Products are added in the order of k.
 *
 * Where the rows of B lie far apart, or end within a vector, up to DEPTH of them at a time are
 * first copied into a panel without gaps, which stays in the nearest cache while the tiles pass
 * over it; their sums wait in local memory meanwhile (COPY).
 *
 *   a  element (i, k), i < m, at a[i·a_step + k], or a[k·a_step + i] (A_TRANSPOSED); m ≥ ROWS
 *   b  panels of COLUMNS columns, `b_panel` elements from one to the next, whose rows are `b_step`
 *      apart: element (k, j), j < n, at b[j / COLUMNS·b_panel + k·b_step + j % COLUMNS];
 *      b_columns ≥ n columns may be read, without COPY a whole number of COLUMNS
 *
 * What is done with the sum s of element (i, j), by END:
 *
 *   END_STORE     c[i·n + j] = s
 *
 *   END_FORWARD   A = W, B = xᵀ: i is a neuron, j a sample.
 *                 z = s + bias[i] (HAS_BIAS), a = f(z), written as rows of samples where asked for:
 *                 z[j·m + i] (WRITE_Z), a[j·m + i] (WRITE_A); and a once more as rows of neurons,
 *                 the next layer's xᵀ (WRITE_TRANSPOSED), in panels `width` samples wide:
 *                 transposed[j / width][i][j % width]
 *
 *   END_DELTA     A = δ_above, B = W_above: δ[i·n + j] = s·f′(source[i·n + j]),
 *                 source being z where f′ is computed from it (silu, gelu), else a
 *
 *   END_GRADIENT  A = δᵀ, B = x: c[i·n + j] = s, and bias[i] = Σ over k of A(i, k)
 *
 *   END_UPDATE    the same sums are ∂L/∂W and ∂L/∂b: the optimizer changes parameter[i·n + j] and
 *                 parameter[m·n + i] by them, and its moments beside them
 *
 * Global size: ⌈n / COLUMNS⌉ × ⌈m / (tiles·ROWS)⌉, in groups of one.
 *
 * Macros:
 *   ROWS, VECTORS     shape of a tile; their product should leave a few of the device's vector
 *                     registers free; default 6 and 4
 *   A_TRANSPOSED      0 or 1; default 0
 *   COPY              0 or 1; default 1
 *   DEPTH             most rows of B in a panel; default 128
 *   TILES             most tiles of a work-item; default 43
 *   END               default END_STORE
 *   HAS_BIAS, WRITE_Z, WRITE_A, WRITE_TRANSPOSED
 *                     0 or 1; default 0
 *   ACTIVATION        see activation.cl
 *   OPTIMIZER         see optimizer.cl
 *   PREFETCH          see vectors.cl
 */
#define REAL float16
#include "activation.cl"
#include "optimizer.cl"
#include "vectors.cl"

#define END_STORE 0
#define END_FORWARD 1
#define END_DELTA 2
#define END_GRADIENT 3
#define END_UPDATE 4

#ifndef ROWS
#define ROWS 6
#endif
#ifndef VECTORS
#define VECTORS 4
#endif
#ifndef A_TRANSPOSED
#define A_TRANSPOSED 0
#endif
#ifndef COPY
#define COPY 1
#endif
#ifndef DEPTH
#define DEPTH 128
#endif
#ifndef TILES
#define TILES 43
#endif
#ifndef END
#define END END_STORE
#endif
#ifndef HAS_BIAS
#define HAS_BIAS 0
#endif
#ifndef WRITE_Z
#define WRITE_Z 0
#endif
#ifndef WRITE_A
#define WRITE_A 0
#endif
#ifndef WRITE_TRANSPOSED
#define WRITE_TRANSPOSED 0
#endif

#define COLUMNS (VECTORS * LANES)

/* Where the inner loop finds rows of B. */
#if COPY
#define ROWS_OF_B __local const float16 *
#else
#define ROWS_OF_B __global const float *
#endif

/* panel ← `depth` rows of B, of which `columns` may be read; `behind` rows follow them. Whole
 * vectors are read wherever they end within B: what sums up beyond the columns of C is not used. */
void copy_panel(__local float16 *panel, __global const float *b, uint b_step, uint depth,
                uint columns, uint behind)
{
    uint rows_reached = (COLUMNS - columns + b_step - 1) / b_step;
    uint last = rows_reached > behind ? min(rows_reached - behind, depth) : 0;
    uint k = 0;
    for (; k < depth - last; k++, b += b_step, panel += VECTORS)
#pragma unroll
        for (uint j = 0; j < VECTORS; j++)
            panel[j] = vload16(j, b);
    for (; k < depth; k++, b += b_step, panel += VECTORS)
        for (uint j = 0; j < VECTORS; j++)
            panel[j] = load_some(b + j * LANES, left_from(columns, j));
}

/* sum[i][j] += Σ over p < depth of A(i, p)·B(p, j), for the first `vectors` vectors of each row;
 * `a` and `b` point to the first elements. The rows of A below are asked for early: another tile's.
 */
static __attribute__((always_inline)) void multiply(__global const float *a, uint a_step,
                                                    ROWS_OF_B b, uint b_step, uint depth,
                                                    uint vectors, float16 (*sum)[VECTORS])
{
    for (uint block = 0; block < depth; block += A_TRANSPOSED ? depth : LANES) {
#if !A_TRANSPOSED
        for (uint i = 0; i < ROWS; i++)
            ask_for(a + (ulong)(ROWS + i) * a_step + block, 1);
#endif
        uint end = A_TRANSPOSED ? depth : min(block + LANES, depth);
        for (uint p = block; p < end; p++) {
            float16 b_vectors[VECTORS];
#pragma unroll
            for (uint j = 0; j < vectors; j++)
#if COPY
                b_vectors[j] = b[p * VECTORS + j];
#else
                b_vectors[j] = vload16(j, b);
            b += b_step;
#endif
#pragma unroll
            for (uint i = 0; i < ROWS; i++) {
                float16 spread = A_TRANSPOSED ? a[i] : a[(ulong)i * a_step + p];
#pragma unroll
                for (uint j = 0; j < vectors; j++)
                    sum[i][j] = fma(spread, b_vectors[j], sum[i][j]);
            }
#if A_TRANSPOSED
            a += a_step;
#endif
        }
    }
}

#if END == END_GRADIENT || END == END_UPDATE

/* Σ over p of element (i, p) of A, for each of ROWS rows; `a` points to the first. */
void row_sums(__global const float *a, uint step, uint count, float *sums)
{
#pragma unroll
    for (uint i = 0; i < ROWS; i++)
        sums[i] = 0.0f;
    for (uint p = 0; p < count; p++)
#pragma unroll
        for (uint i = 0; i < ROWS; i++)
            sums[i] += A_TRANSPOSED ? a[(ulong)p * step + i] : a[(ulong)i * step + p];
}

#endif

#if END == END_UPDATE

DEFINE_OPTIMIZER(float16)

/* The optimizer's step for `count` ≤ 16 parameters from `at` on, along the gradients `g`. */
void update_some(__global float *parameter, __global float *first, __global float *second, ulong at,
                 float16 g, uint count, Optimizer optimizer)
{
    float16 moments[2];
#if MOMENTS > 0
    moments[0] = load_some(first + at, count);
#endif
#if MOMENTS > 1
    moments[1] = load_some(second + at, count);
#endif
    float16 w = load_some(parameter + at, count);
    w = update_float16(w, g, &moments[0], &moments[1], optimizer);
    store_some(w, parameter + at, count);
#if MOMENTS > 0
    store_some(moments[0], first + at, count);
#endif
#if MOMENTS > 1
    store_some(moments[1], second + at, count);
#endif
}

#elif END == END_FORWARD

/* The first ROWS elements of `vector`. */
void store_rows(float16 vector, __global float *to)
{
#if ROWS == 6
    vstore4(vector.s0123, 0, to);
    vstore2(vector.s45, 2, to);
#else
    store_few(vector, to, ROWS);
#endif
}

/* rows[i][j] → to[j·m + i]: rows of neurons become rows of samples, but for the first `skip`. */
void store_samples(const float16 *rows, __global float *to, uint m, uint skip, uint samples)
{
    float16 block[LANES];
#pragma unroll
    for (uint i = 0; i < LANES; i++)
        block[i] = i < ROWS ? rows[i] : (float16)0.0f;
    transpose_block(block);
    if (skip == 0 && samples >= LANES)
#pragma unroll
        for (uint sample = 0; sample < LANES; sample++)
            store_rows(block[sample], to + (ulong)sample * m);
    else
        for (uint sample = 0; sample < min(samples, (uint)LANES); sample++) {
            float values[LANES];
            vstore16(block[sample], 0, values);
            for (uint i = skip; i < ROWS; i++)
                to[(ulong)sample * m + i] = values[i];
        }
}

#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
product_panel(__global const float *a, ulong a_offset, uint a_step, __global const float *b,
              ulong b_offset, ulong b_panel, uint b_step, uint b_columns, uint m, uint n, uint k,
              uint tiles
#if END == END_STORE
              ,
              __global float *c, ulong c_offset
#elif END == END_FORWARD
              ,
              __global const float *bias, ulong bias_offset, __global float *z_samples,
              ulong z_offset, __global float *a_samples, ulong a_samples_offset,
              __global float *transposed, uint width
#elif END == END_DELTA
              ,
              __global float *delta, ulong delta_offset, __global const float *source,
              ulong source_offset
#elif END == END_GRADIENT
              ,
              __global float *c, ulong c_offset, __global float *bias, ulong bias_offset
#elif END == END_UPDATE
              ,
              __global float *parameter, ulong parameter_offset, __global float *first,
              ulong first_offset, __global float *second, ulong second_offset, Optimizer optimizer
#endif
)
{
#if COPY
    __local float16 panel[DEPTH * VECTORS];
    __local float16 partial[TILES * ROWS * VECTORS];
    const uint pieces = (k + DEPTH - 1) / DEPTH;
    const uint most = (k + pieces - 1) / pieces;
#else
    const uint most = k;
#endif
    uint first_column = get_global_id(0) * COLUMNS;
    uint first_row = get_global_id(1) * tiles * ROWS;
    uint columns = min(n - first_column, (uint)COLUMNS);
    a += a_offset;
    b += b_offset + get_global_id(0) * b_panel;
#if END == END_UPDATE
    parameter += parameter_offset;
    first += first_offset;
    second += second_offset;
#endif

    for (uint done = 0; done < k; done += most) {
        uint depth = min(k - done, most);
#if COPY
        copy_panel(panel, b + (ulong)done * b_step, b_step, depth,
                   min(b_columns - first_column, (uint)COLUMNS), k - done - depth);
#endif

        for (uint tile = 0; tile < tiles; tile++) {
            uint start = first_row + tile * ROWS;
            if (start >= m)
                break;
            /* The last tile begins early enough to be whole; its first rows are another's. */
            uint row = min(start, m - ROWS);
            uint skip = start - row;

            float16 sum[ROWS][VECTORS];
#pragma unroll
            for (uint i = 0; i < ROWS; i++)
#pragma unroll
                for (uint j = 0; j < VECTORS; j++)
                    sum[i][j] = 0.0f;
#if COPY
            __local float16 *mine = partial + tile * ROWS * VECTORS;
            if (done > 0)
#pragma unroll
                for (uint i = 0; i < ROWS; i++)
#pragma unroll
                    for (uint j = 0; j < VECTORS; j++)
                        sum[i][j] = mine[i * VECTORS + j];
#endif

#if END == END_DELTA || END == END_UPDATE
            /* What the end will read arrives while the sums are formed. */
            for (uint i = 0; i < ROWS; i++) {
                ulong at = (ulong)(row + i) * n + first_column;
#if END == END_DELTA
                ask_for(source + source_offset + at, columns);
#else
                ask_for(parameter + at, columns);
#if MOMENTS > 0
                ask_for(first + at, columns);
#endif
#if MOMENTS > 1
                ask_for(second + at, columns);
#endif
#endif
            }
#endif

            __global const float *from =
                A_TRANSPOSED ? a + (ulong)done * a_step + row : a + (ulong)row * a_step + done;
#if COPY
            ROWS_OF_B b_rows = panel;
#else
            ROWS_OF_B b_rows = b;
#endif
            /* A panel that ends within its first vector makes do with that one. */
            if (VECTORS > 1 && columns <= LANES)
                multiply(from, a_step, b_rows, b_step, depth, 1, sum);
            else
                multiply(from, a_step, b_rows, b_step, depth, VECTORS, sum);

#if COPY
            if (done + depth < k) {
#pragma unroll
                for (uint i = 0; i < ROWS; i++)
#pragma unroll
                    for (uint j = 0; j < VECTORS; j++)
                        mine[i * VECTORS + j] = sum[i][j];
                continue;
            }
#endif

#if END == END_FORWARD
#pragma unroll
            for (uint j = 0; j < VECTORS; j++) {
                uint samples = left_from(columns, j);
                ulong at = (ulong)(first_column + j * LANES) * m + row;
                float16 z[ROWS], f[ROWS];
#pragma unroll
                for (uint i = 0; i < ROWS; i++) {
                    z[i] = sum[i][j] + (HAS_BIAS ? bias[bias_offset + row + i] : 0.0f);
                    f[i] = activate(z[i]);
                }
#if WRITE_Z
                store_samples(z, z_samples + z_offset + at, m, skip, samples);
#endif
#if WRITE_A
                store_samples(f, a_samples + a_samples_offset + at, m, skip, samples);
#endif
#if WRITE_TRANSPOSED
                uint sample = first_column + j * LANES;
                __global float *to =
                    transposed + ((ulong)(sample / width) * m + row) * width + sample % width;
#pragma unroll
                for (uint i = 0; i < ROWS; i++)
                    if (i >= skip)
                        store_some(f[i], to + (ulong)i * width, samples);
#endif
            }

#else
#pragma unroll
            for (uint i = 0; i < ROWS; i++)
#pragma unroll
                for (uint j = 0; j < VECTORS; j++)
                    if (i >= skip) {
                        uint count = left_from(columns, j);
                        ulong at = (ulong)(row + i) * n + first_column + j * LANES;
#if END == END_DELTA
                        float16 from = load_some(source + source_offset + at, count);
                        store_some(sum[i][j] * DERIVATIVE(from), delta + delta_offset + at, count);
#elif END == END_UPDATE
                        update_some(parameter, first, second, at, sum[i][j], count, optimizer);
#else
                        store_some(sum[i][j], c + c_offset + at, count);
#endif
                    }
#if END == END_GRADIENT || END == END_UPDATE
            if (first_column == 0) {
                float bias_gradient[ROWS];
                row_sums(A_TRANSPOSED ? a + row : a + (ulong)row * a_step, a_step, k,
                         bias_gradient);
                for (uint i = skip; i < ROWS; i++)
#if END == END_UPDATE
                    update_some(parameter, first, second, (ulong)m * n + row + i,
                                (float16)bias_gradient[i], 1, optimizer);
#else
                    bias[bias_offset + row + i] = bias_gradient[i];
#endif
            }
#endif
#endif
        }
    }
}
