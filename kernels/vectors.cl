/* Sixteen numbers at a time, and the ends of rows with fewer. For kernels that include it.
 *
 * Macros:
 *   PREFETCH  1: the compiler is a processor's, with clang's builtin for asking early for what will
 *             be read (OpenCL's own prefetch() does nothing in PoCL); default 0
 */
#define LANES 16

#ifndef PREFETCH
#define PREFETCH 0
#endif

/* `count` floats from `from` on will be read soon. */
void ask_for(__global const float *from, uint count)
{
#if PREFETCH
    for (uint i = 0; i < count; i += LANES) /* a cache line */
        __builtin_prefetch((const void *)(ulong)(from + i), 0, 3);
#endif
}

/* Vectors at the end of a row. The functions that call them for whole vectors, too, must be small
 * enough to vanish in the loops of a product. */
float16 load_few(__global const float *from, uint count)
{
    float values[LANES];
    for (uint i = 0; i < LANES; i++)
        values[i] = i < count ? from[i] : 0.0f;
    return vload16(0, values);
}

void store_few(float16 vector, __global float *to, uint count)
{
    float values[LANES];
    vstore16(vector, 0, values);
    for (uint i = 0; i < count; i++)
        to[i] = values[i];
}

/* The first `count` of sixteen numbers, and 0 for the others. */
__attribute__((always_inline)) float16 load_some(__global const float *from, uint count)
{
    return count >= LANES ? vload16(0, from) : load_few(from, count);
}

/* The first `count` of sixteen numbers. */
__attribute__((always_inline)) void store_some(float16 vector, __global float *to, uint count)
{
    if (count >= LANES)
        vstore16(vector, 0, to);
    else
        store_few(vector, to, count);
}

/* How many of `count` numbers are left from vector `j` on. */
uint left_from(uint count, uint j)
{
    return count > j * LANES ? count - j * LANES : 0;
}

/* a0 b0 a1 b1 … of the first halves, and of the second. */
#define FIRST_HALVES(a, b)                                                                         \
    ((float16)(a.s0, b.s0, a.s1, b.s1, a.s2, b.s2, a.s3, b.s3, a.s4, b.s4, a.s5, b.s5, a.s6, b.s6, \
               a.s7, b.s7))
#define SECOND_HALVES(a, b)                                                                        \
    ((float16)(a.s8, b.s8, a.s9, b.s9, a.sa, b.sa, a.sb, b.sb, a.sc, b.sc, a.sd, b.sd, a.se, b.se, \
               a.sf, b.sf))

/* Rows of a 16×16 block become its columns: four rounds, each of which shuffles the rows like the
 * two halves of a deck of cards. */
void transpose_block(float16 *rows)
{
#pragma unroll
    for (uint round = 0; round < 4; round++) {
        float16 shuffled[LANES];
#pragma unroll
        for (uint i = 0; i < LANES / 2; i++) {
            shuffled[2 * i] = FIRST_HALVES(rows[i], rows[i + LANES / 2]);
            shuffled[2 * i + 1] = SECOND_HALVES(rows[i], rows[i + LANES / 2]);
        }
#pragma unroll
        for (uint i = 0; i < LANES; i++)
            rows[i] = shuffled[i];
    }
}
