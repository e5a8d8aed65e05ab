/** \file
 * What a canvas keeps: collected in canvas.c, brought out in canvas_svg.c and canvas_cairo.c.
 */
#pragma once

#include "draw/canvas.h"

#include <cairo.h>

typedef enum {
    RIPPLE_ELEMENT_PATH,
    RIPPLE_ELEMENT_POLYGON,
    RIPPLE_ELEMENT_RECTANGLE,
    RIPPLE_ELEMENT_DISC,
    RIPPLE_ELEMENT_TEXT,
    RIPPLE_ELEMENT_IMAGE,
    RIPPLE_ELEMENT_BEGIN, /**< all that follows is moved by (x, y), until END */
    RIPPLE_ELEMENT_BEGIN_CLIP,
    RIPPLE_ELEMENT_END,
} RippleElementKind;

/** One thing that was drawn, in a GLib rc box: canvases share them. */
typedef struct {
    RippleElementKind kind;
    gdouble x; /**< left, or the place of a text, or the middle of a disc */
    gdouble y;
    gdouble width; /**< of rectangles, images, clips; the radius of a disc */
    gdouble height;
    RippleStyle style; /**< of lines and areas; width and opacity are set */
    RippleTextStyle text_style;
    char *text; /**< of texts; the title of a group, or NULL */
    RipplePoint *points;
    gsize n_points;
    guint8 *rgb; /**< columns × rows × 3 */
    guint columns;
    guint rows;
    gboolean is_smooth;
} RippleDrawing;

struct _RippleCanvas {
    gdouble width;
    gdouble height;
    char *title;       /**< or NULL */
    char *description; /**< or NULL */
    GPtrArray *drawings;
};

/** `rgb` as a PNG file. */
GByteArray *ripple_png_from_rgb(const guint8 *rgb, guint columns, guint rows, GError **error);

/** A surface with these pixels; free with cairo_surface_destroy. */
cairo_surface_t *ripple_surface_from_rgb(const guint8 *rgb, guint columns, guint rows);

/** An error that says what cairo could not do. */
void ripple_cairo_error(cairo_status_t status, const char *what, GError **error);

void ripple_cairo_set_font(cairo_t *cairo, const RippleTextStyle *style);
