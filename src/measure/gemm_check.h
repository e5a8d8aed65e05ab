/** \file
 * Is a matrix product right?
 */
#pragma once

#include "measure/gemm.h"

/** Matrices on the host, row-major, shaped as RippleProductForm says. */
typedef struct {
    RippleProductForm form;
    RippleGemmShape shape;
    const gfloat *a;
    const gfloat *b;
    const gfloat *c; /**< the product to check */
} RippleGemmMatrices;

/** Hold C against dot products in double precision, all of its elements up to 2²⁴ multiply-adds,
 * else 512 spread over it and its corners; and no element may be a NaN, with which C is filled
 * before. An element may differ by γₙ·Σ|aᵢ·bᵢ|, n = k + 1: k products and sums in any order, and a
 * factor of 1 that BLAS applies at the end (ripple/compare.h has the source). A CHECK error that
 * begins with `provider` and names the element. */
gboolean ripple_gemm_check(const RippleGemmMatrices *matrices, const char *provider,
                           GError **error);
