/** \file
 * Matrix products in the three forms that training needs. All matrices are row-major.
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

/** Who multiplies. */
typedef enum {
    RIPPLE_PROVIDER_PANEL,   /**< kernels/product_panel.cl: for processors */
    RIPPLE_PROVIDER_TILE,    /**< kernels/product_tile.cl: for graphics processors */
    RIPPLE_PROVIDER_CLBLAST, /**< the library, as it was tuned or not for the device */
    RIPPLE_N_PROVIDERS
} RippleProductProvider;

/** One product. Compared and hashed as bytes. */
typedef struct {
    guint64 form; /**< RippleProductForm */
    guint64 m;    /**< rows of C */
    guint64 n;    /**< columns of C */
    guint64 k;    /**< summed over */
} RippleProduct;

/** How a product is computed; see plan.h. */
typedef struct _RippleProductPlan RippleProductPlan;

/** "panel", "tile" or "clblast". Static. */
const char *ripple_provider_name(RippleProductProvider provider);

/** From now on have `provider` compute every product of an opencl `backend`, or with −1 whom the
 * tuning table names. Returns what held before. */
gint ripple_opencl_force_provider(RippleBackend *backend, gint provider);

/** Enqueue C = `product` of `a` and `b` by `plan`, which the device can carry out
 * (ripple_plan_check()). `backend` must be an opencl one. */
gboolean ripple_opencl_product_by(RippleBackend *backend, const RippleProductPlan *plan,
                                  const RippleProduct *product, RippleView a, RippleView b,
                                  RippleView c, GError **error);

/** Enqueue C (m×n) = product of `a` and `b` over length `k` in the given form, by the best plan for
 * `provider`. `backend` must be an opencl one. */
gboolean ripple_opencl_product(RippleBackend *backend, RippleProductProvider provider,
                               RippleProductForm form, gsize m, gsize n, gsize k, RippleView a,
                               RippleView b, RippleView c, GError **error);
