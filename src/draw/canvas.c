/* Collecting what is drawn. */
#include "draw/canvas_private.h"

#include <math.h>

static void drawing_clear(gpointer data)
{
    RippleDrawing *drawing = data;
    g_free(drawing->text);
    g_free(drawing->points);
    g_free(drawing->rgb);
}

static void drawing_unref(gpointer drawing)
{
    g_rc_box_release_full(drawing, drawing_clear);
}

RippleCanvas *ripple_canvas_new(gdouble width, gdouble height, const char *title,
                                const char *description)
{
    RippleCanvas *canvas = g_new0(RippleCanvas, 1);
    canvas->width = width;
    canvas->height = height;
    canvas->title = g_strdup(title);
    canvas->description = g_strdup(description);
    canvas->drawings = g_ptr_array_new_with_free_func(drawing_unref);
    return canvas;
}

void ripple_canvas_free(RippleCanvas *canvas)
{
    if (!canvas)
        return;
    g_free(canvas->title);
    g_free(canvas->description);
    g_ptr_array_unref(canvas->drawings);
    g_free(canvas);
}

gdouble ripple_canvas_width(const RippleCanvas *canvas)
{
    return canvas->width;
}

gdouble ripple_canvas_height(const RippleCanvas *canvas)
{
    return canvas->height;
}

const char *ripple_canvas_title(const RippleCanvas *canvas)
{
    return canvas->title;
}

const char *ripple_canvas_description(const RippleCanvas *canvas)
{
    return canvas->description;
}

void ripple_canvas_describe(RippleCanvas *canvas, const char *description)
{
    g_free(canvas->description);
    canvas->description = g_strdup(description);
}

/* ---- lines and areas ------------------------------------------------------------------------ */

static RippleDrawing *add(RippleCanvas *canvas, RippleElementKind kind, RippleStyle style)
{
    RippleDrawing *drawing = g_rc_box_new0(RippleDrawing);
    drawing->kind = kind;
    drawing->style = style;
    if (style.width == 0)
        drawing->style.width = 1;
    if (style.opacity == 0)
        drawing->style.opacity = 1;
    g_ptr_array_add(canvas->drawings, drawing);
    return drawing;
}

static void add_points(RippleCanvas *canvas, RippleElementKind kind, const RipplePoint *points,
                       gsize count, RippleStyle style)
{
    RippleDrawing *drawing = add(canvas, kind, style);
    drawing->points = g_memdup2(points, count * sizeof *points);
    drawing->n_points = count;
}

static RippleDrawing *add_box(RippleCanvas *canvas, RippleElementKind kind, gdouble x, gdouble y,
                              gdouble width, gdouble height, RippleStyle style)
{
    RippleDrawing *drawing = add(canvas, kind, style);
    drawing->x = x;
    drawing->y = y;
    drawing->width = width;
    drawing->height = height;
    return drawing;
}

void ripple_canvas_line(RippleCanvas *canvas, gdouble x1, gdouble y1, gdouble x2, gdouble y2,
                        RippleStyle style)
{
    const RipplePoint points[] = {{x1, y1}, {x2, y2}};
    add_points(canvas, RIPPLE_ELEMENT_PATH, points, G_N_ELEMENTS(points), style);
}

static gboolean is_finite(RipplePoint point)
{
    return isfinite(point.x) && isfinite(point.y);
}

/* A path for each piece between gaps. */
void ripple_canvas_path(RippleCanvas *canvas, const RipplePoint *points, gsize count,
                        RippleStyle style)
{
    for (gsize first = 0; first < count;) {
        gsize end = first;
        while (end < count && is_finite(points[end]))
            end++;
        if (end > first)
            add_points(canvas, RIPPLE_ELEMENT_PATH, points + first, end - first, style);
        first = end + 1;
    }
}

void ripple_canvas_polygon(RippleCanvas *canvas, const RipplePoint *points, gsize count,
                           RippleStyle style)
{
    for (gsize i = 0; i < count; i++)
        g_return_if_fail(is_finite(points[i]));
    add_points(canvas, RIPPLE_ELEMENT_POLYGON, points, count, style);
}

void ripple_canvas_rectangle(RippleCanvas *canvas, gdouble x, gdouble y, gdouble width,
                             gdouble height, RippleStyle style)
{
    add_box(canvas, RIPPLE_ELEMENT_RECTANGLE, x, y, width, height, style);
}

void ripple_canvas_disc(RippleCanvas *canvas, gdouble x, gdouble y, gdouble radius,
                        RippleStyle style)
{
    add_box(canvas, RIPPLE_ELEMENT_DISC, x, y, radius, radius, style);
}

/* ---- text, images, groups ------------------------------------------------------------------- */

static RippleTextStyle with_defaults(RippleTextStyle style)
{
    if (style.paint == RIPPLE_PAINT_NONE)
        style.paint = RIPPLE_PAINT_INK;
    if (style.size == 0)
        style.size = RIPPLE_TEXT_SIZE;
    return style;
}

#define GROUND_MARGIN 3.0
#define GROUND_OPACITY 0.8

static void add_ground(RippleCanvas *canvas, const char *text, gdouble x, gdouble y,
                       RippleTextStyle style)
{
    gdouble width = ripple_text_width(text, style), size = with_defaults(style).size;
    ripple_canvas_rectangle(canvas, x - style.align * width - GROUND_MARGIN, y - size,
                            width + 2 * GROUND_MARGIN, size + GROUND_MARGIN,
                            (RippleStyle){.fill = style.ground, .opacity = GROUND_OPACITY});
}

void ripple_canvas_text(RippleCanvas *canvas, const char *text, gdouble x, gdouble y,
                        RippleTextStyle style)
{
    if (style.ground != RIPPLE_PAINT_NONE)
        add_ground(canvas, text, x, y, style);
    RippleDrawing *drawing =
        add_box(canvas, RIPPLE_ELEMENT_TEXT, x, y, 0, 0, (RippleStyle){.width = 1});
    drawing->text = g_utf8_make_valid(text, -1);
    drawing->text_style = with_defaults(style);
}

/* Measured large and once, without the rounding to whole pixels that screens want. */
#define MEASURED_SIZE 100.0

static cairo_scaled_font_t *font_new(const RippleTextStyle *style)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cairo = cairo_create(surface);
    cairo_font_options_t *options = cairo_font_options_create();
    RippleTextStyle large = *style;
    large.size = MEASURED_SIZE;
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo, options);
    ripple_cairo_set_font(cairo, &large);
    cairo_scaled_font_t *font = cairo_scaled_font_reference(cairo_get_scaled_font(cairo));
    cairo_font_options_destroy(options);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return font;
}

gdouble ripple_text_width(const char *text, RippleTextStyle style)
{
    static gsize fonts[4]; /* pointers, upright or bold, proportional or monospace */
    gsize *font = &fonts[2 * (style.bold != FALSE) + (style.monospace != FALSE)];
    if (g_once_init_enter(font))
        g_once_init_leave(font, (gsize)font_new(&style));
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    cairo_text_extents_t extents;
    cairo_scaled_font_text_extents((cairo_scaled_font_t *)*font, valid, &extents);
    return extents.x_advance * with_defaults(style).size / MEASURED_SIZE;
}

void ripple_canvas_image(RippleCanvas *canvas, const guint8 *rgb, guint columns, guint rows,
                         gdouble x, gdouble y, gdouble width, gdouble height, gboolean is_smooth)
{
    RippleDrawing *drawing =
        add_box(canvas, RIPPLE_ELEMENT_IMAGE, x, y, width, height, (RippleStyle){.width = 1});
    drawing->rgb = g_memdup2(rgb, (gsize)columns * rows * 3);
    drawing->columns = columns;
    drawing->rows = rows;
    drawing->is_smooth = is_smooth;
}

void ripple_canvas_begin(RippleCanvas *canvas, const char *title)
{
    RippleDrawing *drawing = add(canvas, RIPPLE_ELEMENT_BEGIN, (RippleStyle){.width = 1});
    drawing->text = title ? g_utf8_make_valid(title, -1) : NULL;
}

void ripple_canvas_begin_clip(RippleCanvas *canvas, gdouble x, gdouble y, gdouble width,
                              gdouble height)
{
    add_box(canvas, RIPPLE_ELEMENT_BEGIN_CLIP, x, y, width, height, (RippleStyle){.width = 1});
}

void ripple_canvas_end(RippleCanvas *canvas)
{
    add(canvas, RIPPLE_ELEMENT_END, (RippleStyle){.width = 1});
}

void ripple_canvas_add(RippleCanvas *canvas, const RippleCanvas *part, gdouble x, gdouble y)
{
    guint count = part->drawings->len; /* before anything is added, should both be one */
    add_box(canvas, RIPPLE_ELEMENT_BEGIN, x, y, 0, 0, (RippleStyle){.width = 1});
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(canvas->drawings, g_rc_box_acquire(g_ptr_array_index(part->drawings, i)));
    ripple_canvas_end(canvas);
}
