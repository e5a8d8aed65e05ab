/** \file
 * A logarithmic axis.
 */
#pragma once

#include <glib.h>

typedef struct {
    gdouble low;   /**< the value at `start` */
    gdouble high;  /**< the value at `end` */
    gdouble start; /**< place on the picture */
    gdouble end;
} RippleAxis;

/** An axis from `start` to `end` that holds `least` to `most`, both above 0, with room at either
 * end, and at least one power of ten. */
RippleAxis ripple_axis_fit(gdouble least, gdouble most, gdouble start, gdouble end);

/** Where `value` lies. */
gdouble ripple_axis_place(const RippleAxis *axis, gdouble value);

/** The whole powers of ten on the axis, as exponents from `*first` to `*last`. */
void ripple_axis_decades(const RippleAxis *axis, int *first, int *last);
