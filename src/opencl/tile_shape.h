/** \file
 * How kernels/product_tile.cl divides a product among the work-items of a device. Inside
 * src/opencl, and for those who look for better shapes.
 */
#pragma once

#include "opencl/devices.h"

/** Macros of the kernel, and what it is launched with. All powers of two but `pieces`. */
typedef struct {
    guint tile_m; /**< rows of a group's tile of C, ≥ 4 and ≥ item_m */
    guint tile_n; /**< columns, ≥ 4 and ≥ item_n */
    guint tile_k; /**< how much of k lies in local memory at once, ≥ 8 */
    guint item_m; /**< rows of a work-item's sums */
    guint item_n; /**< columns */
    guint pieces; /**< k is split into at most so many, added by a second kernel; 1 for no split */
} RippleTileShape;

/** Work-items in a group. */
gsize ripple_tile_shape_items(const RippleTileShape *shape);

/** Bytes of local memory that a group takes. */
gsize ripple_tile_shape_local_bytes(const RippleTileShape *shape);

/** Length of the pieces of `k`: whole panels of tile_k, `pieces` of which are enough. */
gsize ripple_tile_shape_depth(const RippleTileShape *shape, gsize k);

/** Is `shape` one that the kernel can be compiled for, and does a group of it fit `device`? */
gboolean ripple_tile_shape_fits(const RippleTileShape *shape, const RippleOpenclDevice *device);

/** A shape for the product of m×k and k×n by rule: the largest tiles that still give each compute
 * unit one, and pieces of k where even small tiles are too few. The same for the same sizes and
 * device. */
RippleTileShape ripple_tile_shape_choose(const RippleOpenclDevice *device, gsize m, gsize n,
                                         gsize k);
