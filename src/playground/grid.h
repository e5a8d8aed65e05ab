/** \file
 * What the network, and each unit in it, answers over the whole plane: the map behind the samples
 * and the little maps of the units, computed on the device from the parameters as they stand.
 */
#pragma once

#include "playground/start.h"
#include "train/scheduler.h"

/** Points on a side of the map. */
#define RIPPLE_GRID_SIDE 50u
/** And of a unit's: every second of them, from the first. */
#define RIPPLE_GRID_UNIT_SIDE (RIPPLE_GRID_SIDE / 2)

typedef struct _RippleGrid RippleGrid;

/** Maps over `range` of the network in `state`, which must outlive it. */
RippleGrid *ripple_grid_new(RippleState *state, const RippleRange *range, GError **error);
void ripple_grid_free(RippleGrid *grid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleGrid, ripple_grid_free)

/** The inputs of the points: side² × 2. Row 0 is the least y, and within a row x grows. Points are
 * the middles of side × side equal cells of the range. Free with g_free. */
gfloat *ripple_grid_points(const RippleRange *range);

/** How many numbers ripple_grid_run() writes for `network`. */
gsize ripple_grid_values(const RippleNetwork *network);

/** Compute the maps: first those of the output layer, one after the other (unit by unit, side²
 * each), then those of each hidden unit, from layer 0 on (unit_side² each). Waits. */
gboolean ripple_grid_run(RippleGrid *grid, gfloat *values, GError **error);
