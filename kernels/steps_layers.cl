/* Layers in local memory, for steps.cl (which has the macros): forward, delta, gradient and update.
 *
 * In local memory a tensor has a row per sample, or a weight a row per input, so that neighbours in
 * a row are neighbouring outputs: all three products are then C[r][v] = Σₖ A(r, k)·B[k][v] with
 * whole vectors v of a row, in tiles of TILE rows by one or two vectors that stay in registers.
 * Rows are padded to PADDED columns. Deltas are propagated with the weight as it is in global
 * memory, a row per output: its mirror. The loss has vectors of samples: a row per output.
 */
#include "activation.cl"
#include "optimizer.cl"

#define ROUND_UP(n, to) (((n) + (to)-1) / (to) * (to))
#define PADDED(n) ROUND_UP(n, LANES > TILE ? LANES : TILE)
#define ROWS PADDED(BATCH)
#define VECTOR_AT(memory, at) (*(__local REAL *)((memory) + (at)))
#define SYNC barrier(CLK_LOCAL_MEM_FENCE)
#define INLINE inline __attribute__((always_inline))

/* A layer, and where in local memory its tensors begin; z and a are the same place unless f′ is
 * computed from z. */
typedef struct {
    uint inputs;
    uint outputs;
    int activation;
    uint offset; /* of weight and bias in global memory */
    uint weight; /* inputs × outputs */
    uint bias;
    uint mirror; /* outputs × inputs; unused in layer 0 */
    uint x;
    uint z;
    uint a;
    uint delta;
} Layer;

__constant Layer layers[LAYERS] = {TABLE};

#define OUTPUT (LAYERS - 1)
#define OUTPUTS (layers[OUTPUT].outputs)

/* Vectors across a tile: two where they fill the row. */
#define ACROSS(columns) (PADDED(columns) / LANES % 2 == 0 ? 2 : 1)
#define TILES_PER_ROW(columns) (PADDED(columns) / (LANES * ACROSS(columns)))

DEFINE_OPTIMIZER(REAL)

/* ---- products ------------------------------------------------------------------------------- */

/* c[r][v] += Σₖ a[r·row + k·step] · b[k·stride + v], `depth` terms, `across` vectors. */
INLINE void product(REAL *c, __local const float *a, uint row, uint step, __local const float *b,
                    uint stride, uint depth, const uint across)
{
    for (uint k = 0; k < depth; k++, a += step, b += stride) {
        const REAL b0 = VECTOR_AT(b, 0);
        const REAL b1 = across == 2 ? VECTOR_AT(b, LANES) : b0;
#pragma unroll
        for (uint r = 0; r < TILE; r++) {
            const REAL factor = a[r * row];
            c[r * across] = fma(factor, b0, c[r * across]);
            if (across == 2)
                c[r * across + 1] = fma(factor, b1, c[r * across + 1]);
        }
    }
}

/* Rows `s` and following of z = x·Wᵀ + b, columns `o` and following; a = f(z) but at the output,
 * where it is the loss's business. */
INLINE void forward_tile(__local float *memory, uint l, uint s, uint o, const uint across)
{
    const uint inputs = PADDED(layers[l].inputs), outputs = PADDED(layers[l].outputs);
    REAL c[2 * TILE];
#pragma unroll
    for (uint i = 0; i < TILE * across; i++)
        c[i] = VECTOR_AT(memory, layers[l].bias + o + i % across * LANES);
    product(c, memory + layers[l].x + s * inputs, inputs, 1, memory + layers[l].weight + o, outputs,
            layers[l].inputs, across);
#pragma unroll
    for (uint i = 0; i < TILE * across; i++)
        VECTOR_AT(memory, layers[l].z + (s + i / across) * outputs + o + i % across * LANES) = c[i];
    if (l == OUTPUT || layers[l].activation == ACTIVATION_IDENTITY)
        return;
    for (uint i = 0; i < TILE * across; i++) {
        uint at = (s + i / across) * outputs + o + i % across * LANES;
        VECTOR_AT(memory, layers[l].a + at) =
            activate_by(layers[l].activation, VECTOR_AT(memory, layers[l].z + at));
    }
}

/* The same part of δ = (δ_above·W_above) ∘ f′(z). */
INLINE void delta_tile(__local float *memory, uint l, uint s, uint o, const uint across)
{
    const uint above = PADDED(layers[l + 1].outputs), outputs = PADDED(layers[l].outputs);
    REAL c[2 * TILE];
#pragma unroll
    for (uint i = 0; i < TILE * across; i++)
        c[i] = 0.0f;
    product(c, memory + layers[l + 1].delta + s * above, above, 1,
            memory + layers[l + 1].mirror + o, outputs, layers[l + 1].outputs, across);
#pragma unroll
    for (uint i = 0; i < TILE * across; i++)
        VECTOR_AT(memory, layers[l].delta + (s + i / across) * outputs + o + i % across * LANES) =
            c[i];
    if (layers[l].activation == ACTIVATION_IDENTITY)
        return;
    for (uint i = 0; i < TILE * across; i++) {
        uint at = (s + i / across) * outputs + o + i % across * LANES;
        VECTOR_AT(memory, layers[l].delta + at) *=
            derivative_by(layers[l].activation, VECTOR_AT(memory, layers[l].z + at),
                          VECTOR_AT(memory, layers[l].a + at));
    }
}

/* One vector of parameters, along its gradient. */
INLINE void update_vector(__local float *parameter, REAL gradient, Optimizer optimizer)
{
    REAL first = 0.0f, second = 0.0f;
#if MOMENTS > 0
    first = VECTOR_AT(parameter, PARAMETERS);
#endif
#if MOMENTS > 1
    second = VECTOR_AT(parameter, 2 * PARAMETERS);
#endif
    VECTOR_AT(parameter, 0) =
        update_REAL(VECTOR_AT(parameter, 0), gradient, &first, &second, optimizer);
#if MOMENTS > 0
    VECTOR_AT(parameter, PARAMETERS) = first;
#endif
#if MOMENTS > 1
    VECTOR_AT(parameter, 2 * PARAMETERS) = second;
#endif
}

/* Rows `k` and following of ∂L/∂Wᵀ = xᵀ·δ over `count` samples, and of the weight after it. */
INLINE void gradient_tile(__local float *memory, uint l, uint k, uint o, uint count,
                          Optimizer optimizer, const uint across)
{
    const uint inputs = PADDED(layers[l].inputs), outputs = PADDED(layers[l].outputs);
    REAL c[2 * TILE];
#pragma unroll
    for (uint i = 0; i < TILE * across; i++)
        c[i] = 0.0f;
    product(c, memory + layers[l].x + k, 1, inputs, memory + layers[l].delta + o, outputs, count,
            across);
#pragma unroll
    for (uint i = 0; i < TILE * across; i++)
        update_vector(memory + layers[l].weight + (k + i / across) * outputs + o +
                          i % across * LANES,
                      c[i], optimizer);
}

/* ∂L/∂b = Σ δ, and the bias after it. */
INLINE void update_bias(__local float *memory, uint l, uint item, uint count, Optimizer optimizer)
{
    const uint outputs = PADDED(layers[l].outputs);
    for (uint o = item * LANES; o < outputs; o += ITEMS * LANES) {
        REAL sum = 0.0f;
        for (uint s = 0; s < count; s++)
            sum += VECTOR_AT(memory, layers[l].delta + s * outputs + o);
        update_vector(memory + layers[l].bias + o, sum, optimizer);
    }
}

/* ---- tiles, shared out among the work-items ------------------------------------------------- */

INLINE void forward(__local float *memory, uint l, uint item)
{
    const uint across = ACROSS(layers[l].outputs), per_row = TILES_PER_ROW(layers[l].outputs);
    for (uint tile = item; tile < ROWS / TILE * per_row; tile += ITEMS) {
        const uint row = tile / per_row, column = tile - row * per_row;
        forward_tile(memory, l, row * TILE, column * LANES * across, across);
    }
}

INLINE void delta(__local float *memory, uint l, uint item)
{
    const uint across = ACROSS(layers[l].outputs), per_row = TILES_PER_ROW(layers[l].outputs);
    for (uint tile = item; tile < ROWS / TILE * per_row; tile += ITEMS) {
        const uint row = tile / per_row, column = tile - row * per_row;
        delta_tile(memory, l, row * TILE, column * LANES * across, across);
    }
}

INLINE void gradient_and_update(__local float *memory, uint l, uint item, uint count,
                                Optimizer optimizer)
{
    const uint across = ACROSS(layers[l].outputs), per_row = TILES_PER_ROW(layers[l].outputs);
    const uint tiles = ROUND_UP(layers[l].inputs, TILE) / TILE * per_row;
    for (uint tile = item; tile < tiles; tile += ITEMS) {
        const uint row = tile / per_row, column = tile - row * per_row;
        gradient_tile(memory, l, row * TILE, column * LANES * across, count, optimizer, across);
    }
    update_bias(memory, l, item, count, optimizer);
}

/* to[c][r] = from[r][c], the work-items side by side in a column of `from`. */
INLINE void transpose(__local float *to, uint to_stride, __local const float *from,
                      uint from_stride, uint rows, uint columns, uint item)
{
    for (uint c = 0; c < columns; c++)
        for (uint r = item; r < rows; r += ITEMS)
            to[c * to_stride + r] = from[r * from_stride + c];
}

/* The same, side by side in a row of `from`. */
INLINE void transpose_back(__local float *to, uint to_stride, __local const float *from,
                           uint from_stride, uint rows, uint columns, uint item)
{
    for (uint r = 0; r < rows; r++)
        for (uint c = item; c < columns; c += ITEMS)
            to[c * to_stride + r] = from[r * from_stride + c];
}
