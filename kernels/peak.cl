/* Multiply-adds and nothing else: how fast can this device do arithmetic?
 *
 * Each work-item keeps CHAINS independent vectors in registers and goes ROUNDS times around them.
 * The result is written so that none of it can be left out.
 *
 *   result  one float per work-item
 *
 * Operations: global size · ROUNDS · CHAINS · WIDTH · 2.
 *
 * Macros:
 *   WIDTH   lanes of a vector: 1, 4, 8 or 16; default 8
 *   CHAINS  independent vectors, enough to hide the latency of one multiply-add; fixed at 12
 *   ROUNDS  default 4096
 */
#ifndef WIDTH
#define WIDTH 8
#endif
#ifndef ROUNDS
#define ROUNDS 4096
#endif

#if WIDTH == 1
#define VECTOR float
#define LANE_SUM(v) (v)
#else
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR JOIN(float, WIDTH)
#define LANE_SUM(v) ((v).s0 + (v).s1 + (v).s2 + (v).s3)
#endif

__kernel void peak(__global float *result, float factor, float term)
{
    VECTOR c0 = get_global_id(0), c1 = c0 + 1, c2 = c0 + 2, c3 = c0 + 3, c4 = c0 + 4, c5 = c0 + 5;
    VECTOR c6 = c0 + 6, c7 = c0 + 7, c8 = c0 + 8, c9 = c0 + 9, c10 = c0 + 10, c11 = c0 + 11;
    VECTOR m = factor, t = term;

    for (uint round = 0; round < ROUNDS; round++) {
        c0 = fma(c0, m, t);
        c1 = fma(c1, m, t);
        c2 = fma(c2, m, t);
        c3 = fma(c3, m, t);
        c4 = fma(c4, m, t);
        c5 = fma(c5, m, t);
        c6 = fma(c6, m, t);
        c7 = fma(c7, m, t);
        c8 = fma(c8, m, t);
        c9 = fma(c9, m, t);
        c10 = fma(c10, m, t);
        c11 = fma(c11, m, t);
    }
    VECTOR sum = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11;
    result[get_global_id(0)] = LANE_SUM(sum);
}
