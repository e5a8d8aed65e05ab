#include "products.h"

#include <math.h>

#define UNIT_ROUNDOFF 0x1p-24
#define CHECK_ALL_UP_TO 0x1p24 /* multiply-adds */
#define CHECKED_ELEMENTS 512
#define SEED 2

static gfloat a_at(const Product *product, gsize row, gsize p)
{
    return product->form == FORM_TN ? product->a[p * product->m + row]
                                    : product->a[row * product->k + p];
}

static gfloat b_at(const Product *product, gsize p, gsize column)
{
    return product->form == FORM_NT ? product->b[column * product->k + p]
                                    : product->b[p * product->n + column];
}

static char *check_element(const Product *product, gsize row, gsize column)
{
    gdouble sum = 0, sum_of_sizes = 0;
    for (gsize p = 0; p < product->k; p++) {
        gdouble term = (gdouble)a_at(product, row, p) * b_at(product, p, column);
        sum += term;
        sum_of_sizes += fabs(term);
    }
    gdouble roundoffs = (product->k + 1) * UNIT_ROUNDOFF;
    gdouble allowed = roundoffs / (1 - roundoffs) * sum_of_sizes;
    gdouble found = product->c[row * product->n + column];
    if (fabs(found - sum) <= allowed)
        return NULL;
    return g_strdup_printf("element (%zu, %zu) of the product %s of %zux%zux%zu is %.9g instead of "
                           "%.9g, which may differ by %.3g",
                           row, column, form_names[product->form], product->m, product->n,
                           product->k, found, sum, allowed);
}

static char *check_all(const Product *product)
{
    for (gsize row = 0; row < product->m; row++)
        for (gsize column = 0; column < product->n; column++) {
            char *fault = check_element(product, row, column);
            if (fault)
                return fault;
        }
    return NULL;
}

/* Elements that were not written, wherever they are, then the corners and others at random. */
static char *check_some(const Product *product)
{
    gsize rows = product->m, columns = product->n;
    for (gsize i = 0; i < rows * columns; i++)
        if (isnan(product->c[i]))
            return check_element(product, i / columns, i % columns);

    g_autoptr(GRand) random = g_rand_new_with_seed(SEED);
    char *fault = NULL;
    for (guint i = 0; i < CHECKED_ELEMENTS && !fault; i++) {
        gsize row = i < 4 ? i / 2 * (rows - 1) : g_rand_int(random) % rows;
        gsize column = i < 4 ? i % 2 * (columns - 1) : g_rand_int(random) % columns;
        fault = check_element(product, row, column);
    }
    return fault;
}

char *product_check(const Product *product)
{
    gdouble multiply_adds = (gdouble)product->m * product->n * product->k;
    return multiply_adds <= CHECK_ALL_UP_TO ? check_all(product) : check_some(product);
}
