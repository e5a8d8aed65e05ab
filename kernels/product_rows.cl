/* x·Wᵀ for few samples, forward: dot products along the rows of both, for devices that compute with
 * wide vectors. Where there are many samples, product_panel.cl is faster.
 *
 *   x     samples × inputs
 *   w     outputs × inputs
 *   bias  outputs (HAS_BIAS)
 *   z, a  samples × outputs: z = x·Wᵀ + bias (WRITE_Z), a = f(z) (WRITE_A)
 *
 * One work-item computes sixteen outputs of one sample. A sum is formed in sixteen parts, by k
 * modulo 16, which are added in their order.
 *
 * Global size: ⌈outputs / 16⌉ × samples, in groups of one.
 *
 * Macros:
 *   HAS_BIAS, WRITE_Z, WRITE_A  0 or 1; default 0
 *   ACTIVATION                  see activation.cl
 */
#define REAL float16
#include "activation.cl"
#include "vectors.cl"

#ifndef HAS_BIAS
#define HAS_BIAS 0
#endif
#ifndef WRITE_Z
#define WRITE_Z 0
#endif
#ifndef WRITE_A
#define WRITE_A 0
#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
product_rows(__global const float *x, ulong x_offset, __global const float *w, ulong w_offset,
             __global const float *bias, ulong bias_offset, __global float *z_samples,
             ulong z_offset, __global float *a_samples, ulong a_offset, uint outputs, uint inputs)
{
    uint first = get_global_id(0) * LANES;
    uint sample = get_global_id(1);
    uint count = outputs - first;
    x += x_offset + (ulong)sample * inputs;
    w += w_offset;

    /* Outputs beyond the last are the last once more. */
    __global const float *rows[LANES];
    float16 sum[LANES];
#pragma unroll
    for (uint i = 0; i < LANES; i++) {
        rows[i] = w + (ulong)min(first + i, outputs - 1) * inputs;
        sum[i] = 0.0f;
    }
    for (uint k = 0; k < inputs; k += LANES) {
        float16 part = load_some(x + k, inputs - k);
#pragma unroll
        for (uint i = 0; i < LANES; i++)
            sum[i] = fma(load_some(rows[i] + k, inputs - k), part, sum[i]);
    }
    transpose_block(sum);
    float16 z = sum[0];
#pragma unroll
    for (uint i = 1; i < LANES; i++)
        z += sum[i];

#if HAS_BIAS
    z += load_some(bias + bias_offset + first, count);
#endif
    ulong at = (ulong)sample * outputs + first;
#if WRITE_Z
    store_some(z, z_samples + z_offset + at, count);
#endif
#if WRITE_A
    store_some(activate(z), a_samples + a_offset + at, count);
#endif
}
