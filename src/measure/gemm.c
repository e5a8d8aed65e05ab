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

static gboolean enqueue_tile(RippleBackend *backend, RippleProductForm form,
                             const RippleGemmShape *shape, RippleView a, RippleView b, RippleView c,
                             GError **error)
{
    return ripple_opencl_product(backend, RIPPLE_PROVIDER_TILE, form, shape->m, shape->n, shape->k,
                                 a, b, c, error);
}

static const RippleGemmProvider providers[] = {
    {"panel", enqueue_panel},
    {"tile", enqueue_tile},
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

static RippleBuffer *matrix_new(RippleBackend *backend, gsize length, GError **error)
{
    return ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, length, error);
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

RippleGemm *ripple_gemm_new(RippleBackend *backend, RippleProductForm form,
                            const RippleGemmShape *shape, GError **error)
{
    g_autoptr(RippleGemm) gemm = g_new0(RippleGemm, 1);
    gemm->backend = backend;
    gemm->form = form;
    gemm->shape = *shape;
    if (!(gemm->a = matrix_new(backend, shape->m * shape->k, error)) ||
        !(gemm->b = matrix_new(backend, shape->k * shape->n, error)) ||
        !(gemm->c = matrix_new(backend, shape->m * shape->n, error)) ||
        !(gemm->a_values = fill(gemm->a, 0, error)) || !(gemm->b_values = fill(gemm->b, 1, error)))
        return NULL;
    gemm->c_values = g_new(gfloat, gemm->c->length);
    return g_steal_pointer(&gemm);
}

void ripple_gemm_free(RippleGemm *gemm)
{
    if (!gemm)
        return;
    ripple_buffer_free(gemm->a);
    ripple_buffer_free(gemm->b);
    ripple_buffer_free(gemm->c);
    g_free(gemm->a_values);
    g_free(gemm->b_values);
    g_free(gemm->c_values);
    g_free(gemm);
}

gboolean ripple_gemm_verify(RippleGemm *gemm, const char *name, RippleWork multiply,
                            gpointer user_data, GError **error)
{
    RippleView c = ripple_buffer_view(gemm->c);
    for (gsize i = 0; i < gemm->c->length; i++)
        gemm->c_values[i] = NAN;
    if (!ripple_backend_upload(c, gemm->c_values, error) || !multiply(user_data, error) ||
        !ripple_backend_download(c, gemm->c_values, error))
        return FALSE;
    RippleGemmMatrices matrices = {gemm->form, gemm->shape, gemm->a_values, gemm->b_values,
                                   gemm->c_values};
    return ripple_gemm_check(&matrices, name, error);
}

/* ---- providers --------------------------------------------------------------------------- */

/* A product, and who multiplies. */
typedef struct {
    const RippleGemm *gemm;
    const RippleGemmProvider *provider;
} Provided;

static gboolean multiply(gpointer user_data, GError **error)
{
    const Provided *provided = user_data;
    const RippleGemm *gemm = provided->gemm;
    return provided->provider->enqueue(gemm->backend, gemm->form, &gemm->shape,
                                       ripple_buffer_view(gemm->a), ripple_buffer_view(gemm->b),
                                       ripple_buffer_view(gemm->c), error);
}

gboolean ripple_gemm_measure(RippleBackend *backend, const RippleGemmProvider *provider,
                             RippleProductForm form, const RippleGemmShape *shape, gdouble seconds,
                             RippleThroughput *gflops, GError **error)
{
    g_autoptr(RippleGemm) gemm = ripple_gemm_new(backend, form, shape, error);
    Provided provided = {gemm, provider};
    RippleTiming timing;
    if (!gemm || !ripple_gemm_verify(gemm, provider->name, multiply, &provided, error) ||
        !ripple_timing_measure(backend, multiply, &provided, seconds, &timing, error))
        return FALSE;
    *gflops = ripple_timing_throughput(&timing, 2e-9 * shape->m * shape->n * shape->k);
    return TRUE;
}
