/** \file
 * Lines of equal value through numbers on a grid: marching squares (Lorensen and Cline 1987 in two
 * dimensions), with the crossings on the edges of the grid found by linear interpolation.
 */
#pragma once

#include <glib.h>

/** A place on the grid: column and row, 0 being the first, and between them. */
typedef struct {
    gdouble column;
    gdouble row;
} RippleGridPoint;

/** A line; the last point is like the first where it is closed. */
typedef struct {
    guint n_points;
    RippleGridPoint *points;
} RippleIsoline;

void ripple_isoline_free(RippleIsoline *isoline);

/** The lines, of RippleIsoline, where `values` (rows × columns) go through `level`: what is above
 * it counts as higher, all else as lower. Where four neighbours of turns are higher and lower,
 * their mean decides which belong together. Lines end at the border of the grid, and where a value
 * is not finite. Free with g_ptr_array_unref. */
GPtrArray *ripple_isolines(const gdouble *values, guint columns, guint rows, gdouble level);

/** The value between points of the grid, bilinear; NAN where one of its neighbours is not finite,
 * or outside. */
gdouble ripple_grid_value(const gdouble *values, guint columns, guint rows, gdouble column,
                          gdouble row);

/** Levels that divide what lies between `least` and `most`, upward, about `wanted` of them, of
 * gdouble. Multiples of 1, 2 or 5 times a power of ten; 1, 2 and 5 times powers of ten where
 * `is_logarithmic`. Empty where the two are one. */
GArray *ripple_levels(gdouble least, gdouble most, guint wanted, gboolean is_logarithmic);

/** Ask levels by factors where the range asks for it: both above 0, and at least twenty times from
 * the one to the other. */
gboolean ripple_levels_are_logarithmic(gdouble least, gdouble most);
