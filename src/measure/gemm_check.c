#include "measure/gemm_check.h"

#include "base/random.h"

#include <math.h>
#include <ripple/error.h>

#define UNIT_ROUNDOFF 0x1p-24
#define CHECK_ALL_UP_TO 0x1p24 /* multiply-adds */
#define SAMPLES 512
#define SEED 1

/* Where op(A)[row, p] and op(B)[p, column] lie. */
static gsize index_of_a(const RippleGemmMatrices *matrices, gsize row, gsize p)
{
    return matrices->form == RIPPLE_PRODUCT_TN ? p * matrices->shape.m + row
                                               : row * matrices->shape.k + p;
}

static gsize index_of_b(const RippleGemmMatrices *matrices, gsize p, gsize column)
{
    return matrices->form == RIPPLE_PRODUCT_NT ? column * matrices->shape.k + p
                                               : p * matrices->shape.n + column;
}

static gboolean check_element(const RippleGemmMatrices *matrices, const char *provider, gsize row,
                              gsize column, GError **error)
{
    gdouble sum = 0, sum_of_sizes = 0;
    for (gsize p = 0; p < matrices->shape.k; p++) {
        gdouble product = (gdouble)matrices->a[index_of_a(matrices, row, p)] *
                          matrices->b[index_of_b(matrices, p, column)];
        sum += product;
        sum_of_sizes += fabs(product);
    }
    gdouble n_roundoffs = (matrices->shape.k + 1) * UNIT_ROUNDOFF;
    gdouble allowed = n_roundoffs / (1 - n_roundoffs) * sum_of_sizes;
    gdouble found = matrices->c[row * matrices->shape.n + column];
    if (fabs(found - sum) <= allowed)
        return TRUE;

    g_autofree char *shape = ripple_gemm_shape_text(&matrices->shape);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                "%s computes a wrong product %s of %s: element (%" G_GSIZE_FORMAT
                ", %" G_GSIZE_FORMAT ") is %.9g instead of %.9g, which may differ by %.3g; try "
                "another driver or device.",
                provider, ripple_product_name(matrices->form), shape, row, column, found, sum,
                allowed);
    return FALSE;
}

static gboolean check_all(const RippleGemmMatrices *matrices, const char *provider, GError **error)
{
    for (gsize row = 0; row < matrices->shape.m; row++)
        for (gsize column = 0; column < matrices->shape.n; column++)
            if (!check_element(matrices, provider, row, column, error))
                return FALSE;
    return TRUE;
}

/* Elements left as they were before are seen everywhere. */
static gboolean check_written(const RippleGemmMatrices *matrices, const char *provider,
                              GError **error)
{
    gsize columns = matrices->shape.n, length = matrices->shape.m * columns;
    for (gsize i = 0; i < length; i++)
        if (isnan(matrices->c[i]))
            return check_element(matrices, provider, i / columns, i % columns, error);
    return TRUE;
}

/* The corners first, then anywhere. */
static gboolean check_samples(const RippleGemmMatrices *matrices, const char *provider,
                              GError **error)
{
    gsize rows = matrices->shape.m, columns = matrices->shape.n;
    for (guint i = 0; i < SAMPLES; i++) {
        gsize row = i < 4 ? (i / 2) * (rows - 1)
                          : ripple_random_word(SEED, RIPPLE_STREAM_TEST, 0, i) % rows;
        gsize column = i < 4 ? (i % 2) * (columns - 1)
                             : ripple_random_word(SEED, RIPPLE_STREAM_TEST, 1, i) % columns;
        if (!check_element(matrices, provider, row, column, error))
            return FALSE;
    }
    return TRUE;
}

gboolean ripple_gemm_check(const RippleGemmMatrices *matrices, const char *provider, GError **error)
{
    const RippleGemmShape *shape = &matrices->shape;
    if ((gdouble)shape->m * shape->n * shape->k <= CHECK_ALL_UP_TO)
        return check_all(matrices, provider, error);
    return check_written(matrices, provider, error) && check_samples(matrices, provider, error);
}
