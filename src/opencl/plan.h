/** \file
 * How a matrix product is computed: who multiplies, and the numbers its kernel is shaped by.
 *
 * A plan decides how fast a product is, never what it is. With one provider its parameters do not
 * even change the order of summation, unless the provider says so.
 */
#pragma once

#include "opencl/devices.h"
#include "opencl/product.h"

/** A parameter's value that leaves the choice to the shape of the product. */
#define RIPPLE_PLAN_AUTO G_MAXUINT32

/** Up to this many samples, the panel provider computes forward products by dot products along the
 * rows (kernels/product_rows.cl), whatever the plan's parameters. */
#define RIPPLE_PANEL_FEW_SAMPLES 7

/** Of kernels/product_panel.cl. */
typedef struct {
    guint32 rows;    /**< of C in a tile */
    guint32 vectors; /**< of sixteen columns of C in a tile */
    guint32 depth;   /**< rows of B that are copied at a time */
    guint32 tiles;   /**< most tiles of a work-item */
    guint32 copy;    /**< 1 to copy rows of B together, 0 only where the kernel cannot do without,
                          RIPPLE_PLAN_AUTO to go by how far apart they lie */
} RipplePanelShape;

/** Of kernels/product_tile.cl. All powers of two but `pieces`; where one is RIPPLE_PLAN_AUTO, all
 * of them are chosen by rule (tile_shape.h). `pieces` changes the order of summation. */
typedef struct {
    guint32 tile_m; /**< rows of a group's tile of C, ≥ 4 and ≥ item_m */
    guint32 tile_n; /**< columns, ≥ 4 and ≥ item_n */
    guint32 tile_k; /**< how much of k lies in local memory at once, ≥ 8 */
    guint32 item_m; /**< rows of a work-item's sums */
    guint32 item_n; /**< columns */
    guint32 pieces; /**< k is split into so many at most, which a second kernel adds */
} RippleTileShape;

/** Compared and hashed as bytes, so it has no gaps; what its provider does not use is 0. */
struct _RippleProductPlan {
    guint32 provider; /**< RippleProductProvider */
    RipplePanelShape panel;
    RippleTileShape tile;
};

/** A plan's provider and parameters under the names that files and people use: "provider", "rows",
 * … Reads them from group `group` of `file`, every one, within its range. A DATA error that names
 * the key and says what fits, with nothing written. */
gboolean ripple_plan_load(RippleProductPlan *plan, GKeyFile *file, const char *group,
                          GError **error);

/** Write what ripple_plan_load() reads. */
void ripple_plan_store(const RippleProductPlan *plan, GKeyFile *file, const char *group);

/** Is `key` one of those that `plan` has? */
gboolean ripple_plan_has_key(const RippleProductPlan *plan, const char *key);

/** "panel rows 6 vectors 4 depth 256 tiles 22 copy auto"; free with g_free. */
char *ripple_plan_describe(const RippleProductPlan *plan);

/** Can `device` carry out `plan`: does its tile fit in registers, and what it copies in local
 * memory? A DATA error that says what is too much. */
gboolean ripple_plan_check(const RippleProductPlan *plan, const RippleOpenclDevice *device,
                           GError **error);
