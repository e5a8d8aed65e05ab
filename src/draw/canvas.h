/** \file
 * A canvas: what was drawn is kept as it was meant, and becomes SVG, PDF or pixels afterwards.
 *
 * Places are in points from the upper left corner, x to the right, y downward. What is drawn later
 * lies above. In SVG text stays text and paints become classes, so that a picture can be read
 * aloud, searched, and seen on dark ground.
 */
#pragma once

#include "draw/paint.h"

typedef struct {
    gdouble x;
    gdouble y;
} RipplePoint;

/** How lines and areas look. What is left 0 is absent, but for `width` (1) and `opacity` (1). */
typedef struct {
    RipplePaint fill;
    RipplePaint stroke;
    gdouble width;   /**< of the stroke */
    gdouble opacity; /**< of both */
    gboolean dashed;
} RippleStyle;

/** How text looks. What is left 0: ink, 13 points, to the right of its place, level, upright. */
typedef struct {
    RipplePaint paint;
    gdouble size;
    gdouble align; /**< the share of the width that lies left of the place: 0, 0.5 or 1 */
    gdouble angle; /**< in degrees, clockwise */
    gboolean bold;
    gboolean monospace;
    RipplePaint
        ground; /**< behind level text, so that it can be read upon anything; else nothing */
} RippleTextStyle;

#define RIPPLE_TEXT_SIZE 13.0
#define RIPPLE_TITLE_SIZE 17.0

typedef struct _RippleCanvas RippleCanvas;

/** A canvas of `width` × `height` points. `title` names the picture, and `description` says in a
 * sentence or two what is to be seen, for those who do not see it; both may be NULL. */
RippleCanvas *ripple_canvas_new(gdouble width, gdouble height, const char *title,
                                const char *description);
void ripple_canvas_free(RippleCanvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleCanvas, ripple_canvas_free)

gdouble ripple_canvas_width(const RippleCanvas *canvas);
gdouble ripple_canvas_height(const RippleCanvas *canvas);

/** The title and the description; NULL where there is none. Owned by the canvas. */
const char *ripple_canvas_title(const RippleCanvas *canvas);
const char *ripple_canvas_description(const RippleCanvas *canvas);

/** Replace the description. */
void ripple_canvas_describe(RippleCanvas *canvas, const char *description);

void ripple_canvas_line(RippleCanvas *canvas, gdouble x1, gdouble y1, gdouble x2, gdouble y2,
                        RippleStyle style);

/** A line through `count` points. Where one is not finite there is a gap. */
void ripple_canvas_path(RippleCanvas *canvas, const RipplePoint *points, gsize count,
                        RippleStyle style);

/** The same, closed. All points must be finite. */
void ripple_canvas_polygon(RippleCanvas *canvas, const RipplePoint *points, gsize count,
                           RippleStyle style);
void ripple_canvas_rectangle(RippleCanvas *canvas, gdouble x, gdouble y, gdouble width,
                             gdouble height, RippleStyle style);
void ripple_canvas_disc(RippleCanvas *canvas, gdouble x, gdouble y, gdouble radius,
                        RippleStyle style);

/** `text`, its foot at `y`. */
void ripple_canvas_text(RippleCanvas *canvas, const char *text, gdouble x, gdouble y,
                        RippleTextStyle style);

/** How wide `text` comes to be. */
gdouble ripple_text_width(const char *text, RippleTextStyle style);

/** An image of `columns` × `rows` pixels, three bytes each (red, green, blue), over the rectangle.
 * Pixels keep their edges unless `is_smooth`. `rgb` is copied. */
void ripple_canvas_image(RippleCanvas *canvas, const guint8 *rgb, guint columns, guint rows,
                         gdouble x, gdouble y, gdouble width, gdouble height, gboolean is_smooth);

/** What follows belongs together, until ripple_canvas_end(): `title` (may be NULL) is what a
 * browser shows under the pointer. */
void ripple_canvas_begin(RippleCanvas *canvas, const char *title);

/** The same, and nothing is drawn outside the rectangle. */
void ripple_canvas_begin_clip(RippleCanvas *canvas, gdouble x, gdouble y, gdouble width,
                              gdouble height);
void ripple_canvas_end(RippleCanvas *canvas);

/** Draw all of `part` onto `canvas`, its upper left corner at (`x`, `y`). */
void ripple_canvas_add(RippleCanvas *canvas, const RippleCanvas *part, gdouble x, gdouble y);

/** As an SVG element. A file of its own has its colours with it, light or dark by what the reader
 * prefers; otherwise the page around it must have ripple_canvas_css(). Free with g_free. */
char *ripple_canvas_to_svg(const RippleCanvas *canvas, gboolean is_file);

/** Style sheet for SVG elements in a page: the classes of the paints, for light and dark ground. */
char *ripple_canvas_css(void);

/** As pixels, `scale` to a point either way: three bytes each, row by row; their numbers in
 * `columns` and `rows`. Free with g_free. NULL, and an error, when there is no memory for that. */
guint8 *ripple_canvas_to_rgb(const RippleCanvas *canvas, gdouble scale, RippleTheme theme,
                             guint *columns, guint *rows, GError **error);

/** Is `path` called .svg, .png or .pdf? Otherwise a USAGE error. */
gboolean ripple_canvas_check_path(const char *path, GError **error);

/** Write it to `path`, as SVG, as PDF, or as PNG (twice as many pixels as points, either way), by
 * its name. What is there is replaced whole or not at all. */
gboolean ripple_canvas_write(const RippleCanvas *canvas, const char *path, GError **error);
