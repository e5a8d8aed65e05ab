/* The summary of many numbers from those of their parts, as summary.cl leaves them.
 *
 * One work-group merges in an order that depends on `parts` alone, so the same numbers give the
 * same bits: each work-item a stride of the parts, then a tree over the work-items.
 *
 *   partials  parts × 7: how many are finite, their mean, the root of the sum of squared
 * deviations, least, most, zeros, not finite result    7: mean, deviation, norm, least, most,
 * zeros, not finite (RippleSummary)
 *
 * Global size: WIDTH.
 *
 * Macros:
 *   WIDTH  work-items, a power of two; default 64
 */
#ifndef WIDTH
#define WIDTH 64
#endif

typedef struct {
    uint n; /* that are finite */
    uint zeros;
    uint not_finite;
    float mean;
    float spread; /* root of the sum of squared deviations */
    float least;
    float most;
} Summary;

/* The deviations of both from their common mean: those within each, and of the two means. */
Summary merge(Summary a, Summary b)
{
    Summary both;
    both.n = a.n + b.n;
    both.zeros = a.zeros + b.zeros;
    both.not_finite = a.not_finite + b.not_finite;
    both.least = fmin(a.least, b.least);
    both.most = fmax(a.most, b.most);
    if (a.n == 0 || b.n == 0) {
        both.mean = a.n == 0 ? b.mean : a.mean;
        both.spread = a.n == 0 ? b.spread : a.spread;
        return both;
    }
    float of_a = (float)a.n / both.n, of_b = (float)b.n / both.n;
    float between = b.mean - a.mean;
    both.mean = a.mean + between * of_b;
    both.spread = hypot(hypot(a.spread, b.spread), fabs(between) * sqrt(of_a) * sqrt((float)b.n));
    return both;
}

Summary part(__global const float *partial)
{
    Summary summary;
    summary.n = (uint)partial[0];
    summary.mean = partial[1];
    summary.spread = partial[2];
    summary.least = partial[3];
    summary.most = partial[4];
    summary.zeros = (uint)partial[5];
    summary.not_finite = (uint)partial[6];
    return summary;
}

__kernel __attribute__((reqd_work_group_size(WIDTH, 1, 1))) void
summary_merge(__global const float *partials, __global float *result, ulong result_offset,
              uint parts)
{
    __local Summary summaries[WIDTH];
    uint item = get_local_id(0);

    Summary summary = {0, 0, 0, 0.0f, 0.0f, INFINITY, -INFINITY};
    for (uint i = item; i < parts; i += WIDTH)
        summary = merge(summary, part(partials + (ulong)i * 7));
    summaries[item] = summary;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint half_width = WIDTH / 2; half_width > 0; half_width /= 2) {
        if (item < half_width)
            summaries[item] = merge(summaries[item], summaries[item + half_width]);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (item > 0)
        return;
    summary = summaries[0];
    int is_any = summary.n > 0;
    float root = sqrt((float)summary.n);
    result += result_offset;
    result[0] = is_any ? summary.mean : NAN;
    result[1] = is_any ? summary.spread / root : NAN;
    result[2] = is_any ? hypot(summary.spread, fabs(summary.mean) * root) : NAN;
    result[3] = is_any ? summary.least : NAN;
    result[4] = is_any ? summary.most : NAN;
    result[5] = summary.zeros;
    result[6] = summary.not_finite;
}
