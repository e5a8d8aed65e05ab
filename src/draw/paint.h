/** \file
 * What pictures are painted with.
 *
 * Paints are named by what they mean, so that a picture has the right colours on light and on dark
 * ground. The six of series are Okabe and Ito's, which colour-blind people tell apart; the two
 * signs are blue and orange.
 */
#pragma once

#include <glib.h>

/** One of the constants below, a ripple_paint_series(), or a colour from a ramp. */
typedef guint32 RipplePaint;

enum {
    RIPPLE_PAINT_NONE, /**< nothing is drawn */
    RIPPLE_PAINT_PAPER,
    RIPPLE_PAINT_INK,
    RIPPLE_PAINT_FAINT, /**< of what is said in passing */
    RIPPLE_PAINT_GRID,
    RIPPLE_PAINT_POSITIVE,
    RIPPLE_PAINT_NEGATIVE,
    RIPPLE_PAINT_WARNING, /**< what should be seen at once */
    RIPPLE_PAINT_FIRST_SERIES,
};

#define RIPPLE_PAINT_SERIES 6
#define RIPPLE_PAINTS (RIPPLE_PAINT_FIRST_SERIES + RIPPLE_PAINT_SERIES)

typedef enum {
    RIPPLE_THEME_LIGHT,
    RIPPLE_THEME_DARK,
} RippleTheme;

/** Series `index`; the seventh is like the first again. */
RipplePaint ripple_paint_series(guint index);

/** A colour of its own, the same on each ground, from its parts, 0 to 255. */
RipplePaint ripple_paint_rgb(guint red, guint green, guint blue);

/** From dark blue (0) through green to light yellow (1), ever lighter: for sizes. What lies outside
 * is cut off; NAN is grey. */
RipplePaint ripple_paint_ramp(gdouble value);

/** From orange (−1) through white (0) to blue (1): for signed numbers. What lies outside is cut
 * off; NAN is grey. */
RipplePaint ripple_paint_signed(gdouble value);

/** 0xRRGGBB of a paint (not NONE) on the ground of `theme`. */
guint32 ripple_paint_value(RipplePaint paint, RippleTheme theme);

/** Is it from a ramp, rather than named by its meaning? */
gboolean ripple_paint_is_fixed(RipplePaint paint);

/** The class that SVG gives a paint that is not fixed: "ink", "series-2". */
const char *ripple_paint_name(RipplePaint paint);
