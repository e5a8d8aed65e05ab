/** \file
 * The providers of products, each with what it can do at the end of one. Inside src/opencl.
 */
#pragma once

#include "opencl/private.h"

/** What a provider does. */
typedef struct {
    const char *name;
    /** The product alone. */
    gboolean (*product)(RippleOpencl *self, const RippleProductPlan *plan,
                        const RippleProduct *product, RippleView a, RippleView b, RippleView c,
                        GError **error);
    /** Whole operations; all NULL where kernels of their own do what follows the product. Views
     * that are written have been marked so before. The activation of `forward` is not softmax. */
    gboolean (*forward)(RippleOpencl *self, const RippleProductPlan *plan,
                        const RippleForward *forward, GError **error);
    gboolean (*delta)(RippleOpencl *self, const RippleProductPlan *plan, const RippleDelta *delta,
                      GError **error);
    gboolean (*gradient)(RippleOpencl *self, const RippleProductPlan *plan,
                         const RippleGradient *gradient, GError **error);
    gboolean (*descend)(RippleOpencl *self, const RippleProductPlan *plan,
                        const RippleDescent *descent, const RippleUpdateScalars *scalars,
                        GError **error);
    /** Raise `need` to the memory that the backend takes for `product`; of form TN, it is a descent
     * or gradient, with the sums of rows. */
    void (*add_scratch)(RippleOpencl *self, const RippleProductPlan *plan,
                        const RippleProduct *product, RippleScratchNeed *need);
} RippleProvider;

/** Raise `most`, one of those in `need`, to `bytes`. */
static inline void ripple_scratch_raise(RippleScratchNeed *need, guint64 *most, guint64 bytes)
{
    *most = MAX(*most, bytes);
    need->largest = MAX(need->largest, bytes);
}

/** See whether the environment variable RIPPLE_PRODUCTS names who is to multiply. */
gboolean ripple_product_choose(RippleOpencl *self, GError **error);

/** How training computes `product`. */
RippleProductPlan ripple_product_plan(const RippleOpencl *self, const RippleProduct *product);

/** Who carries out `plan`. Static. */
const RippleProvider *ripple_provider(const RippleProductPlan *plan);

/* ---- product_calls.c ------------------------------------------------------------------------ */

/** What a kernel does at the end of a product, as far as it is compiled for that; its provider says
 * what the numbers mean. Hashed as bytes, so it has no gaps. */
typedef struct {
    guint32 end;
    guint32 activation; /**< RippleActivation */
    guint32 has_bias;
    guint32 writes_z;
    guint32 writes_a;
    guint32 writes_transposed;
    guint32 row_sums;      /**< sums of the rows of A go with it */
    guint32 wide;          /**< which operands begin where vectors may, one bit each */
    const char *optimizer; /**< of ripple_opencl_optimizer_option(), or NULL */
} RippleProductEnd;

/** How a product is enqueued, found out once. */
typedef struct {
    cl_kernel kernel; /**< NULL until its provider has filled it in; the backend's */
    gsize global[2];
    cl_uint tiles; /**< of a work-item */
} RippleProductCall;

/** An empty table for RippleOpencl.product_calls. */
GHashTable *ripple_product_calls_new(void);

/** The call of `product` by `plan` with `end`, empty the first time. It belongs to the backend.
 * Nothing is allocated for one that was asked for before. */
RippleProductCall *ripple_product_call(RippleOpencl *self, const RippleProductPlan *plan,
                                       const RippleProduct *product, const RippleProductEnd *end);

/* ---- product_clblast.c ---------------------------------------------------------------------- */

void ripple_clblast_add_scratch(RippleOpencl *self, const RippleProductPlan *plan,
                                const RippleProduct *product, RippleScratchNeed *need);

gboolean ripple_clblast_product(RippleOpencl *self, const RippleProductPlan *plan,
                                const RippleProduct *product, RippleView a, RippleView b,
                                RippleView c, GError **error);

/* ---- product_panel.c ------------------------------------------------------------------------ */

void ripple_panel_add_scratch(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleProduct *product, RippleScratchNeed *need);

gboolean ripple_panel_product(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleProduct *product, RippleView a, RippleView b,
                              RippleView c, GError **error);

/** The whole forward operation, but for softmax, which gets z in its place. */
gboolean ripple_panel_forward(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleForward *forward, GError **error);
gboolean ripple_panel_delta(RippleOpencl *self, const RippleProductPlan *plan,
                            const RippleDelta *delta, GError **error);
gboolean ripple_panel_gradient(RippleOpencl *self, const RippleProductPlan *plan,
                               const RippleGradient *gradient, GError **error);
gboolean ripple_panel_descend(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleDescent *descent, const RippleUpdateScalars *scalars,
                              GError **error);

/* ---- product_tile.c ------------------------------------------------------------------------- */

void ripple_tile_add_scratch(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleProduct *product, RippleScratchNeed *need);

gboolean ripple_tile_product(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleProduct *product, RippleView a, RippleView b, RippleView c,
                             GError **error);
gboolean ripple_tile_forward(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleForward *forward, GError **error);
gboolean ripple_tile_delta(RippleOpencl *self, const RippleProductPlan *plan,
                           const RippleDelta *delta, GError **error);
gboolean ripple_tile_gradient(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleGradient *gradient, GError **error);
gboolean ripple_tile_descend(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleDescent *descent, const RippleUpdateScalars *scalars,
                             GError **error);

/* ---- transposed.c --------------------------------------------------------------------------- */

/** xᵀ in panels: element (row, column) of x at [row / width][column][row % width], with zeros
 * behind the rows. `width` is a multiple of 16. Belongs to the buffer of x or the backend. */
typedef struct {
    cl_mem memory;
    gsize width;
} RippleTransposedView;

/** xᵀ of `x` as it is now, in panels `width` wide. It is kept beside x's buffer until that is
 * written, and from then on ripple_transposed_target() tells who writes x to write it, too. */
gboolean ripple_transposed_of(RippleOpencl *self, RippleView x, gsize width,
                              RippleTransposedView *transposed, GError **error);

/** Where a kernel that now writes all of `x` should write xᵀ, too: FALSE when nobody wants it.
 * Instead of ripple_opencl_written(). */
gboolean ripple_transposed_target(RippleView x, RippleTransposedView *transposed);

/** Bytes of xᵀ in panels `width` wide. */
gsize ripple_transposed_bytes(gsize rows, gsize columns, gsize width);

/** xᵀ of `x`, in panels `width` wide, in memory that the next call uses again. */
gboolean ripple_transposed_once(RippleOpencl *self, RippleView x, gsize width,
                                RippleTransposedView *transposed, GError **error);
