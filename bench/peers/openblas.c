/* OpenBLAS; OPENBLAS_NUM_THREADS says how many threads it uses. */
#include "products.h"

#include <cblas.h>

const char *const multiplier_name = "openblas";

static const struct {
    CBLAS_TRANSPOSE a;
    CBLAS_TRANSPOSE b;
} forms[N_FORMS] = {
    [FORM_NT] = {CblasNoTrans, CblasTrans},
    [FORM_NN] = {CblasNoTrans, CblasNoTrans},
    [FORM_TN] = {CblasTrans, CblasNoTrans},
};

void multiplier_open(G_GNUC_UNUSED const char *device)
{
}

void multiplier_close(void)
{
}

char *multiplier_version(void)
{
    g_autofree char *config = g_strdup(openblas_get_config());
    return g_strdup(g_strstrip(config));
}

guint multiplier_threads(void)
{
    return (guint)openblas_get_num_threads();
}

void multiplier_load(G_GNUC_UNUSED Product *product)
{
}

void multiplier_multiply(Product *product, guint64 times)
{
    blasint m = (blasint)product->m, n = (blasint)product->n, k = (blasint)product->k;
    blasint a_columns = product->form == FORM_TN ? m : k;
    blasint b_columns = product->form == FORM_NT ? k : n;
    for (guint64 i = 0; i < times; i++)
        cblas_sgemm(CblasRowMajor, forms[product->form].a, forms[product->form].b, m, n, k, 1.0f,
                    product->a, a_columns, product->b, b_columns, 0.0f, product->c, n);
}

void multiplier_unload(G_GNUC_UNUSED Product *product)
{
}
