/** \file
 * Axes, linear and logarithmic, and where their ticks stand.
 */
#pragma once

#include <glib.h>

typedef enum {
    RIPPLE_SCALE_LINEAR,
    RIPPLE_SCALE_LOGARITHMIC,
} RippleScale;

typedef struct {
    RippleScale scale;
    gdouble low;   /**< the value at `start` */
    gdouble high;  /**< the value at `end` */
    gdouble start; /**< place on the picture */
    gdouble end;
} RippleAxis;

/** How the numbers at the ticks are written. */
typedef enum {
    RIPPLE_TICKS_NUMBERS, /**< "0.05", "1,000", "2e-7" */
    RIPPLE_TICKS_WHOLE,   /**< the same, and none between whole numbers: steps, epochs */
    RIPPLE_TICKS_PERCENT, /**< 0.05 is "5%" */
} RippleTicks;

typedef struct {
    gdouble value;
    char *text;
} RippleTick;

/** An axis from `start` to `end` that holds `least` to `most`, with a little room at either end;
 * much where the two are one. On a logarithmic axis both are above 0. */
RippleAxis ripple_axis_fit(RippleScale scale, gdouble least, gdouble most, gdouble start,
                           gdouble end);

/** Where `value` lies. Not a finite number for what has no place on the axis: NAN, or what is not
 * above 0 on a logarithmic one. */
gdouble ripple_axis_place(const RippleAxis *axis, gdouble value);

/** Which value lies at `place`. */
gdouble ripple_axis_value(const RippleAxis *axis, gdouble place);

/** The whole powers of ten on the axis, as exponents from `*first` to `*last`. */
void ripple_axis_decades(const RippleAxis *axis, int *first, int *last);

/** Ticks, of RippleTick, upward: about `most` of them, or fewer. On a linear axis they stand at
 * multiples of 1, 2 or 5 times a power of ten; on a logarithmic one at powers of ten, at 2 and 5
 * times them where there is room, and where it spans less than a decade as on a linear one. */
GArray *ripple_axis_ticks(const RippleAxis *axis, RippleTicks kind, guint most);

/** `value` as people write it, with the digits that tell it from its neighbours `step` away (0: up
 * to four digits): "0.25", "12,500", "3e-7". Free with g_free. */
char *ripple_axis_text(gdouble value, gdouble step);
