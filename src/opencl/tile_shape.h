/** \file
 * How kernels/product_tile.cl divides a product among the work-items of a device. Inside
 * src/opencl, and for those who look for better shapes.
 */
#pragma once

#include "opencl/plan.h"

/** Is it left to the rule? */
gboolean ripple_tile_shape_is_auto(const RippleTileShape *shape);

/** Work-items in a group. */
gsize ripple_tile_shape_items(const RippleTileShape *shape);

/** Bytes of local memory that a group takes. */
gsize ripple_tile_shape_local_bytes(const RippleTileShape *shape);

/** Length of the pieces of `k`: whole panels of tile_k, `pieces` of which are enough. */
gsize ripple_tile_shape_depth(const RippleTileShape *shape, gsize k);

/** Is `shape` one that the kernel can be compiled for, and does a group of it fit `device`? */
gboolean ripple_tile_shape_fits(const RippleTileShape *shape, const RippleOpenclDevice *device);

/** A shape for `product` by rule: the largest tiles that still give each compute unit one, and
 * pieces of k where even small tiles are too few. The same for the same sizes and device. */
RippleTileShape ripple_tile_shape_choose(const RippleOpenclDevice *device,
                                         const RippleProduct *product);
