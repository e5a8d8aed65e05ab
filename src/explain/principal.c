#include "explain/principal.h"

#include <math.h>
#include <string.h>

/* ---- eigenvectors ---------------------------------------------------------------------------- */

#define MOST_SWEEPS 60
#define LANES 8

static gdouble off_diagonal(const gdouble *matrix, guint n)
{
    gdouble sum = 0;
    for (guint i = 0; i < n; i++)
        for (guint j = 0; j < i; j++)
            sum += 2 * matrix[i * n + j] * matrix[i * n + j];
    return sum;
}

static void rotate(gdouble *a, gdouble *b, gdouble cosine, gdouble sine)
{
    gdouble first = *a, second = *b;
    *a = cosine * first - sine * second;
    *b = sine * first + cosine * second;
}

/* Turn in the plane of `p` and `q` so that the element there becomes 0. */
static void annihilate(gdouble *matrix, gdouble *vectors, guint n, guint p, guint q)
{
    gdouble element = matrix[p * n + q];
    if (element == 0)
        return;
    gdouble theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * element);
    gdouble tangent = (theta >= 0 ? 1 : -1) / (fabs(theta) + hypot(1, theta));
    gdouble cosine = 1 / hypot(1, tangent), sine = tangent * cosine;
    for (guint k = 0; k < n; k++)
        rotate(&matrix[k * n + p], &matrix[k * n + q], cosine, sine);
    for (guint k = 0; k < n; k++) {
        rotate(&matrix[p * n + k], &matrix[q * n + k], cosine, sine);
        rotate(&vectors[p * n + k], &vectors[q * n + k], cosine, sine);
    }
}

static void swap_rows(gdouble *rows, guint n, guint a, guint b)
{
    for (guint k = 0; k < n; k++) {
        gdouble swapped = rows[a * n + k];
        rows[a * n + k] = rows[b * n + k];
        rows[b * n + k] = swapped;
    }
}

static void sort_down(gdouble *values, gdouble *vectors, guint n)
{
    for (guint i = 0; i + 1 < n; i++) {
        guint largest = i;
        for (guint k = i + 1; k < n; k++)
            if (values[k] > values[largest])
                largest = k;
        gdouble swapped = values[i];
        values[i] = values[largest];
        values[largest] = swapped;
        swap_rows(vectors, n, i, largest);
    }
}

void ripple_eigen_symmetric(gdouble *matrix, guint n, gdouble *values, gdouble *vectors)
{
    memset(vectors, 0, (gsize)n * n * sizeof *vectors);
    gdouble size = off_diagonal(matrix, n);
    for (guint i = 0; i < n; i++) {
        vectors[i * n + i] = 1;
        size += matrix[i * n + i] * matrix[i * n + i];
    }
    for (guint sweep = 0; sweep < MOST_SWEEPS && off_diagonal(matrix, n) > 1e-30 * size; sweep++)
        for (guint p = 0; p < n; p++)
            for (guint q = p + 1; q < n; q++)
                annihilate(matrix, vectors, n, p, q);
    for (guint i = 0; i < n; i++)
        values[i] = matrix[i * n + i];
    sort_down(values, vectors, n);
}

/* ---- directions ------------------------------------------------------------------------------ */

/* Points that lie in the processor's cache together. */
#define BLOCK 4096

/* Several sums side by side, so that the compiler computes them together. */
static gdouble dot(const gfloat *a, const gfloat *b, gsize count)
{
    gdouble sums[LANES] = {0};
    gsize i = 0;
    for (; i + LANES <= count; i += LANES)
        for (guint k = 0; k < LANES; k++)
            sums[k] += (gdouble)a[i + k] * b[i + k];
    for (; i < count; i++)
        sums[0] += (gdouble)a[i] * b[i];
    gdouble sum = 0;
    for (guint k = 0; k < LANES; k++)
        sum += sums[k];
    return sum;
}

gdouble *ripple_gram_matrix(gfloat *const *points, guint n, const gfloat *origin, gsize length)
{
    gdouble *gram = g_new0(gdouble, (gsize)n * n);
    g_autofree gfloat *block = g_new(gfloat, (gsize)n * BLOCK);
    for (gsize first = 0; first < length; first += BLOCK) {
        gsize count = MIN(BLOCK, length - first);
        for (guint i = 0; i < n; i++)
            for (gsize k = 0; k < count; k++)
                block[i * (gsize)BLOCK + k] = points[i][first + k] - origin[first + k];
        for (guint i = 0; i < n; i++)
            for (guint j = 0; j <= i; j++)
                gram[i * n + j] += dot(block + i * (gsize)BLOCK, block + j * (gsize)BLOCK, count);
    }
    for (guint i = 0; i < n; i++)
        for (guint j = 0; j < i; j++)
            gram[j * n + i] = gram[i * n + j];
    return gram;
}

/* Σ shares[i]·(points[i] − origin) */
static void combine(gfloat *const *points, guint n, const gfloat *origin, gsize length,
                    const gdouble *shares, gfloat *direction)
{
    for (gsize k = 0; k < length; k++) {
        gdouble sum = 0;
        for (guint i = 0; i < n; i++)
            sum += shares[i] * ((gdouble)points[i][k] - origin[k]);
        direction[k] = (gfloat)sum;
    }
}

gdouble ripple_principal_directions(gfloat *const *points, guint n, const gfloat *origin,
                                    gsize length, guint n_directions, gfloat *const *directions,
                                    gdouble *sums)
{
    g_autofree gdouble *gram = ripple_gram_matrix(points, n, origin, length);
    g_autofree gdouble *vectors = g_new(gdouble, (gsize)n * n);
    g_autofree gdouble *values = g_new(gdouble, n);
    gdouble all = 0;
    for (guint i = 0; i < n; i++)
        all += gram[i * n + i];
    ripple_eigen_symmetric(gram, n, values, vectors);

    for (guint d = 0; d < n_directions; d++) {
        /* What rounding to floats makes of nothing is below this. */
        gboolean is_there = d < n && values[d] > 1e-10 * all;
        memset(directions[d], 0, length * sizeof(gfloat));
        sums[d] = is_there ? values[d] : 0;
        if (!is_there)
            continue;
        gdouble *shares = vectors + (gsize)d * n;
        for (guint i = 0; i < n; i++)
            shares[i] /= sqrt(values[d]);
        combine(points, n, origin, length, shares, directions[d]);
    }
    return all;
}
