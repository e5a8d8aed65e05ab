/** \file
 * The providers of products, each with what it can do at the end of one. Inside src/opencl.
 */
#pragma once

#include "opencl/private.h"

/** Choose who multiplies in training on this device: what suits its kind, or what the environment
 * variable RIPPLE_PRODUCTS names. */
gboolean ripple_product_choose(RippleOpencl *self, GError **error);

gboolean ripple_clblast_product(RippleOpencl *self, RippleProductForm form, gsize m, gsize n,
                                gsize k, RippleView a, RippleView b, RippleView c, GError **error);

/* ---- product_panel.c ------------------------------------------------------------------------ */

gboolean ripple_panel_product(RippleOpencl *self, RippleProductForm form, gsize m, gsize n, gsize k,
                              RippleView a, RippleView b, RippleView c, GError **error);

/** The whole forward operation, but for softmax, which gets z in its place. */
gboolean ripple_panel_forward(RippleOpencl *self, const RippleForward *forward, GError **error);
gboolean ripple_panel_delta(RippleOpencl *self, const RippleDelta *delta, GError **error);
gboolean ripple_panel_gradient(RippleOpencl *self, const RippleGradient *gradient, GError **error);
gboolean ripple_panel_descend(RippleOpencl *self, const RippleDescent *descent,
                              const RippleUpdateScalars *scalars, GError **error);

/* ---- transposed.c --------------------------------------------------------------------------- */

/** xᵀ, with rows that begin `step` elements apart. Belongs to the buffer of x or the backend. */
typedef struct {
    cl_mem memory;
    gsize step;
} RippleTransposedView;

/** xᵀ of `x` as it is now. It is kept beside x's buffer until that is written, and from then on
 * ripple_transposed_target() tells who writes x to write it, too. */
gboolean ripple_transposed_of(RippleOpencl *self, RippleView x, RippleTransposedView *transposed,
                              GError **error);

/** Where a kernel that now writes all of `x` should write xᵀ, too: FALSE when nobody wants it.
 * Instead of ripple_opencl_written(). */
gboolean ripple_transposed_target(RippleView x, RippleTransposedView *transposed);

/** xᵀ of `x` in memory that the next call uses again. */
gboolean ripple_transposed_once(RippleOpencl *self, RippleView x, RippleTransposedView *transposed,
                                GError **error);
