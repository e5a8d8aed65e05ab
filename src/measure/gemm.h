/** \file
 * How fast are matrix products on a device?
 *
 * Each product is checked against dot products in double precision before it is timed: a wrong
 * answer has no speed.
 */
#pragma once

#include "measure/timing.h"
#include "opencl/product.h"

/** Longest side of a matrix that is timed. */
#define RIPPLE_GEMM_MAXIMUM_SIDE (1u << 20)

/** C is m×n, and sums over k. */
typedef struct {
    gsize m;
    gsize n;
    gsize k;
} RippleGemmShape;

/** "128x512x784" as M, N and K. A USAGE error when that is no shape, or its matrices are too large.
 */
gboolean ripple_gemm_shape_parse(const char *text, RippleGemmShape *shape, GError **error);

/** "128x512x784"; free with g_free. */
char *ripple_gemm_shape_text(const RippleGemmShape *shape);

/** Random operands of a product, on the device and on the host, and room for C. */
typedef struct {
    RippleBackend *backend; /**< borrowed, as in all of this struct */
    RippleProductForm form;
    RippleGemmShape shape;
    RippleBuffer *a;
    RippleBuffer *b;
    RippleBuffer *c;
    gfloat *a_values; /**< as they are on the device */
    gfloat *b_values;
    gfloat *c_values; /**< of the last product that was checked */
} RippleGemm;

/** A DEVICE_MEMORY error when the matrices do not fit. */
RippleGemm *ripple_gemm_new(RippleBackend *backend, RippleProductForm form,
                            const RippleGemmShape *shape, GError **error);
void ripple_gemm_free(RippleGemm *gemm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleGemm, ripple_gemm_free)

/** Does `multiply`, which is to enqueue the product, compute it rightly? A CHECK error that begins
 * with `name` and names the element when it does not. */
gboolean ripple_gemm_verify(RippleGemm *gemm, const char *name, RippleWork multiply,
                            gpointer user_data, GError **error);

/** Something that multiplies matrices. */
typedef struct {
    const char *name;
    /** C = product of `a` and `b`, as ripple_opencl_product(). */
    gboolean (*enqueue)(RippleBackend *backend, RippleProductForm form,
                        const RippleGemmShape *shape, RippleView a, RippleView b, RippleView c,
                        GError **error);
} RippleGemmProvider;

/** All there are. Static. */
const RippleGemmProvider *ripple_gemm_providers(guint *count);

/** Check, then time `provider` on random matrices of `shape` in the given form: billions of
 * operations a second, a multiply-add counted as two. `backend` must be an opencl one. A CHECK
 * error that names the element when the product is wrong; a DEVICE_MEMORY error when the matrices
 * do not fit. */
gboolean ripple_gemm_measure(RippleBackend *backend, const RippleGemmProvider *provider,
                             RippleProductForm form, const RippleGemmShape *shape, gdouble seconds,
                             RippleThroughput *gflops, GError **error);
