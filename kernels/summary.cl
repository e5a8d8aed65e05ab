/* What the numbers of a part are like: how many are finite, their mean, the root of the sum of
 * squared deviations from it, the least and the most, how many are 0, and how many not finite. One
 * work-item goes through a part three times, sixteen numbers at a time, while it lies in the cache.
 *
 * Numbers are scaled by the power of two that brings the largest near 1 before they are squared, so
 * that no square overflows or vanishes.
 *
 *   values    count
 *   minus     count: what is taken from them first (MINUS 1)
 *   partials  parts × 7, in that order, for summary_merge.cl
 *
 * Global size: count / PART (rounded up).
 *
 * Macros:
 *   PART   numbers in a part, a multiple of 16 and at most 2^16; default 1024
 *   MINUS  default 0
 */
#include "vectors.cl"

#ifndef PART
#define PART 1024
#endif
#ifndef MINUS
#define MINUS 0
#endif

#if MINUS
#define ELEMENTS(i) (load_some(values + (i), count - (i)) - load_some(minus + (i), count - (i)))
#else
#define ELEMENTS(i) load_some(values + (i), count - (i))
#endif

/* Which of the sixteen from i on are there, and finite? */
#define IS_FINITE(x, i) (isfinite(x) & (lanes < (int16)(int)(count - (i))))

float add_all(float16 x)
{
    float values[LANES], sum = 0.0f;
    vstore16(x, 0, values);
    for (uint i = 0; i < LANES; i++)
        sum += values[i];
    return sum;
}

float least_of(float16 x)
{
    float values[LANES], least = INFINITY;
    vstore16(x, 0, values);
    for (uint i = 0; i < LANES; i++)
        least = fmin(least, values[i]);
    return least;
}

int count_all(int16 x)
{
    int values[LANES], sum = 0;
    vstore16(x, 0, values);
    for (uint i = 0; i < LANES; i++)
        sum += values[i];
    return sum;
}

/* 2^−e where `largest` is 2^e up to 2^(e + 1), as far as that is a normal number. */
float scale_for(float largest)
{
    return largest > 0.0f ? ldexp(1.0f, -clamp(ilogb(largest), -126, 126)) : 1.0f;
}

__kernel void summary(__global const float *values, ulong values_offset,
                      __global const float *minus, ulong minus_offset, __global float *partials,
                      ulong total)
{
    ulong first = (ulong)get_global_id(0) * PART;
    if (first >= total)
        return;
    uint count = (uint)min((ulong)PART, total - first);
    values += values_offset + first;
    minus += minus_offset + first;
    const int16 lanes = (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

    float16 least = (float16)INFINITY, most = (float16)-INFINITY;
    int16 finite = (int16)0, zeros = (int16)0; /* less one for each */
    for (uint i = 0; i < count; i += LANES) {
        float16 x = ELEMENTS(i);
        int16 is_finite = IS_FINITE(x, i);
        least = fmin(least, select((float16)INFINITY, x, is_finite));
        most = fmax(most, select((float16)-INFINITY, x, is_finite));
        finite += is_finite;
        zeros += is_finite & (x == (float16)0.0f);
    }
    float low = least_of(least), high = -least_of(-most);
    int n = -count_all(finite);
    float scale = scale_for(fmax(fabs(low), fabs(high)));

    float16 sum = (float16)0.0f, squares = (float16)0.0f;
    for (uint i = 0; i < count; i += LANES) {
        float16 x = ELEMENTS(i);
        sum += select((float16)0.0f, x * scale, IS_FINITE(x, i));
    }
    float mean = n > 0 ? add_all(sum) / n : 0.0f;
    for (uint i = 0; i < count; i += LANES) {
        float16 x = ELEMENTS(i);
        float16 deviation = select((float16)0.0f, x * scale - mean, IS_FINITE(x, i));
        squares += deviation * deviation;
    }

    partials += get_global_id(0) * 7;
    partials[0] = n;
    partials[1] = mean / scale;
    partials[2] = sqrt(add_all(squares)) / scale;
    partials[3] = low;
    partials[4] = high;
    partials[5] = -count_all(zeros);
    partials[6] = (int)count - n;
}
