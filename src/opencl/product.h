/** \file
 * Matrix products in the three forms that training needs, by CLBlast. All matrices are row-major.
 */
#pragma once

#include "network/backend.h"

/** Which operand is read transposed; named as BLAS does, N for as it is and T for transposed. */
typedef enum {
    RIPPLE_PRODUCT_NT, /**< forward:  C = A·Bᵀ, A m×k, B n×k */
    RIPPLE_PRODUCT_NN, /**< delta:    C = A·B,  A m×k, B k×n */
    RIPPLE_PRODUCT_TN, /**< gradient: C = Aᵀ·B, A k×m, B k×n */
    RIPPLE_N_PRODUCTS
} RippleProductForm;

/** "NT", "NN" or "TN". Static. */
const char *ripple_product_name(RippleProductForm form);

/** Enqueue C (m×n) = product of `a` and `b` over length `k` in the given form. `backend` must be an
 * opencl one. */
gboolean ripple_opencl_product(RippleBackend *backend, RippleProductForm form, gsize m, gsize n,
                               gsize k, RippleView a, RippleView b, RippleView c, GError **error);
