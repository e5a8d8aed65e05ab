/** \file
 * Canvases one after the other as an animated GIF (Graphics Interchange Format, version 89a).
 *
 * All frames share one palette. A frame has only the rectangle in which it differs from the one
 * before, and there only the pixels that do.
 */
#pragma once

#include "draw/canvas.h"

/** `frames` (of RippleCanvas *, all of one size; at least one) that stand for `hundredths` of a
 * second each, `scale` pixels to a point, over and over. NULL, and an error, when there is no
 * memory for that, or the frames are larger than the format allows. */
GBytes *ripple_gif_new(const GPtrArray *frames, const guint *hundredths, gdouble scale,
                       RippleTheme theme, GError **error);
