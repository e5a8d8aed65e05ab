/** \file
 * A roofline: what work could reach on a device, and what it does reach.
 *
 * To the right goes the intensity of the work, in operations per byte that it must move; upward the
 * operations a second. Both are logarithmic. The roof is the bandwidth where it slopes and the peak
 * rate of multiply-adds where it is flat; each piece of work is a dot under it.
 */
#pragma once

#include "draw/canvas.h"

typedef struct _RippleRoofline RippleRoofline;

/** An empty picture for a device of `peak` GFLOP/s that moves `bandwidth` GB/s. Under the title
 * stands what the `work` is. */
RippleRoofline *ripple_roofline_new(const char *title, const char *work, const char *device,
                                    gdouble peak, gdouble bandwidth);
void ripple_roofline_free(RippleRoofline *roofline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleRoofline, ripple_roofline_free)

/** A dot at `intensity` operations per byte and `gflops`, both above 0. Those of one `kind` look
 * alike. `share`, from 0 to 1, is that of the time; where it is 0 throughout, all dots are of one
 * size. */
void ripple_roofline_add(RippleRoofline *roofline, const char *kind, const char *label,
                         gdouble intensity, gdouble gflops, gdouble share);

/** Draw it. */
RippleCanvas *ripple_roofline_draw(const RippleRoofline *roofline);

/** Draw it to `path`, as SVG, PNG or PDF by its name (see ripple_canvas_check_path()); what is
 * there is replaced whole or not at all. */
gboolean ripple_roofline_write(const RippleRoofline *roofline, const char *path, GError **error);
