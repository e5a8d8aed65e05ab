/** \file
 * Pictures as files, and what every drawing needs.
 */
#pragma once

#include <cairo.h>
#include <glib.h>

typedef struct {
    double red;
    double green;
    double blue;
} RippleColour;

extern const RippleColour ripple_ink, ripple_faint_ink, ripple_grid_ink, ripple_paper;

/** One of six colours, Okabe and Ito's, which colour-blind people tell apart; the seventh is the
 * first again. */
RippleColour ripple_colour(guint index);

void ripple_picture_set_colour(cairo_t *cairo, RippleColour colour);
void ripple_picture_set_text(cairo_t *cairo, gdouble size, gboolean bold);
gdouble ripple_picture_text_width(cairo_t *cairo, const char *text);

/** Draw `text` with the share `align` of its width to the left of `x`, its foot at `y`. */
void ripple_picture_text(cairo_t *cairo, const char *text, gdouble x, gdouble y, gdouble align);
void ripple_picture_line(cairo_t *cairo, gdouble x1, gdouble y1, gdouble x2, gdouble y2);

/** A disc with a thin edge of paper, so that one upon another can be seen. */
void ripple_picture_dot(cairo_t *cairo, gdouble x, gdouble y, gdouble radius, RippleColour colour);

/** Is `path` called .svg or .png? Otherwise a USAGE error. */
gboolean ripple_picture_check_path(const char *path, GError **error);

/** Have `draw` draw on paper of `width` × `height` points, and write that to `path`, as SVG or as
 * PNG (with twice as many pixels either way) by its name. What is there is replaced whole or not at
 * all. */
gboolean ripple_picture_write(const char *path, gdouble width, gdouble height,
                              void (*draw)(cairo_t *cairo, gconstpointer user_data),
                              gconstpointer user_data, GError **error);
