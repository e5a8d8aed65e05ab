#include "measure/gemm.h"

#include "base/random.h"
#include "base/text.h"
#include "measure/gemm_check.h"
#include "measure/memory.h"

#include <math.h>
#include <ripple/error.h>

#define SEED 1

/* CLBlast's kernels count elements with 32 bits and a sign. */
#define MOST_ELEMENTS G_MAXINT32

static gboolean enqueue_clblast(RippleBackend *backend, RippleProductForm form,
                                const RippleGemmShape *shape, RippleView a, RippleView b,
                                RippleView c, GError **error)
{
    return ripple_opencl_product(backend, RIPPLE_PROVIDER_CLBLAST, form, shape->m, shape->n,
                                 shape->k, a, b, c, error);
}

static gboolean enqueue_panel(RippleBackend *backend, RippleProductForm form,
                              const RippleGemmShape *shape, RippleView a, RippleView b,
                              RippleView c, GError **error)
{
    return ripple_opencl_product(backend, RIPPLE_PROVIDER_PANEL, form, shape->m, shape->n, shape->k,
                                 a, b, c, error);
}

static const RippleGemmProvider providers[] = {
    {"panel", enqueue_panel},
    {"clblast", enqueue_clblast},
};

const RippleGemmProvider *ripple_gemm_providers(guint *count)
{
    *count = G_N_ELEMENTS(providers);
    return providers;
}

/* ---- shapes ------------------------------------------------------------------------------ */

char *ripple_gemm_shape_text(const RippleGemmShape *shape)
{
    return g_strdup_printf("%" G_GSIZE_FORMAT "x%" G_GSIZE_FORMAT "x%" G_GSIZE_FORMAT, shape->m,
                           shape->n, shape->k);
}

static gboolean check_size(const RippleGemmShape *shape, GError **error)
{
    gsize lengths[] = {shape->m * shape->k, shape->k * shape->n, shape->m * shape->n};
    g_autofree char *text = ripple_gemm_shape_text(shape);
    g_autofree char *what = g_strdup_printf("The product %s", text);
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++)
        if (lengths[i] > MOST_ELEMENTS) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                        "%s has a matrix of %" G_GSIZE_FORMAT
                        " elements, and %d is the most; choose a smaller one.",
                        what, lengths[i], MOST_ELEMENTS);
            return FALSE;
        }
    /* Twice: the device may compute in the host's memory. */
    gdouble bytes = 2.0 * sizeof(gfloat) * (lengths[0] + lengths[1] + lengths[2]);
    return ripple_memory_check(bytes, what, error);
}

gboolean ripple_gemm_shape_parse(const char *text, RippleGemmShape *shape, GError **error)
{
    g_auto(GStrv) sides = g_strsplit(text, "x", -1);
    guint64 side[3];
    gboolean is_good = g_strv_length(sides) == 3;
    for (guint i = 0; i < 3 && is_good; i++)
        is_good = ripple_text_whole(sides[i], 1, RIPPLE_GEMM_MAXIMUM_SIDE, &side[i]);
    if (!is_good) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The shape of a product cannot be \"%s\": it takes three whole numbers from 1 "
                    "to %u such as 128x512x784, the rows and columns of C and the length summed "
                    "over.",
                    text, RIPPLE_GEMM_MAXIMUM_SIDE);
        return FALSE;
    }
    *shape = (RippleGemmShape){side[0], side[1], side[2]};
    return check_size(shape, error);
}

/* ---- matrices ---------------------------------------------------------------------------- */

/* One product, and what it works on. */
typedef struct {
    RippleBackend *backend;
    const RippleGemmProvider *provider;
    RippleProductForm form;
    RippleGemmShape shape;
    RippleBuffer *a; /* m·k elements */
    RippleBuffer *b; /* k·n */
    RippleBuffer *c; /* m·n */
} Product;

static void product_clear(Product *product)
{
    ripple_buffer_free(product->a);
    ripple_buffer_free(product->b);
    ripple_buffer_free(product->c);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Product, product_clear)

static RippleBuffer *matrix_new(RippleBackend *backend, gsize length, GError **error)
{
    return ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, length, error);
}

static gboolean allocate(Product *product, GError **error)
{
    const RippleGemmShape *shape = &product->shape;
    return (product->a = matrix_new(product->backend, shape->m * shape->k, error)) &&
           (product->b = matrix_new(product->backend, shape->k * shape->n, error)) &&
           (product->c = matrix_new(product->backend, shape->m * shape->n, error));
}

/* `matrix`, filled with numbers in [−1, 1), as it is on the device too. */
static gfloat *fill(RippleBuffer *matrix, guint32 substream, GError **error)
{
    g_autofree gfloat *values = g_new(gfloat, matrix->length);
    for (gsize i = 0; i < matrix->length; i++)
        values[i] = 2 * ripple_random_unit(SEED, RIPPLE_STREAM_TEST, substream, i) - 1;
    if (!ripple_backend_upload(ripple_buffer_view(matrix), values, error))
        return NULL;
    return g_steal_pointer(&values);
}

static gboolean enqueue(gpointer user_data, GError **error)
{
    const Product *product = user_data;
    return product->provider->enqueue(
        product->backend, product->form, &product->shape, ripple_buffer_view(product->a),
        ripple_buffer_view(product->b), ripple_buffer_view(product->c), error);
}

/* Fill the operands, multiply once, and look at the result. */
static gboolean fill_and_check(Product *product, GError **error)
{
    g_autofree gfloat *a = fill(product->a, 0, error);
    if (!a)
        return FALSE;
    g_autofree gfloat *b = fill(product->b, 1, error);
    if (!b)
        return FALSE;
    g_autofree gfloat *c = g_new(gfloat, product->c->length);
    for (gsize i = 0; i < product->c->length; i++)
        c[i] = NAN;
    if (!ripple_backend_upload(ripple_buffer_view(product->c), c, error) ||
        !enqueue(product, error) ||
        !ripple_backend_download(ripple_buffer_view(product->c), c, error))
        return FALSE;
    RippleGemmMatrices matrices = {product->form, product->shape, a, b, c};
    return ripple_gemm_check(&matrices, product->provider->name, error);
}

gboolean ripple_gemm_measure(RippleBackend *backend, const RippleGemmProvider *provider,
                             RippleProductForm form, const RippleGemmShape *shape, gdouble seconds,
                             RippleThroughput *gflops, GError **error)
{
    g_auto(Product) product = {backend, provider, form, *shape, NULL, NULL, NULL};
    RippleTiming timing;
    if (!allocate(&product, error) || !fill_and_check(&product, error) ||
        !ripple_timing_measure(backend, enqueue, &product, seconds, &timing, error))
        return FALSE;
    *gflops = ripple_timing_throughput(&timing, 2e-9 * shape->m * shape->n * shape->k);
    return TRUE;
}
