/* A canvas as pixels and as PDF, by Cairo; and as a file. */
#include "draw/canvas_private.h"

#include "base/replacement.h"

#include <cairo-pdf.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

#define PNG_SCALE 2

void ripple_cairo_error(cairo_status_t status, const char *what, GError **error)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Cannot draw %s: %s.", what,
                cairo_status_to_string(status));
}

/* ---- pixels --------------------------------------------------------------------------------- */

cairo_surface_t *ripple_surface_from_rgb(const guint8 *rgb, guint columns, guint rows)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)columns, (int)rows);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        return surface;
    guint8 *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (guint row = 0; row < rows; row++) {
        guint32 *pixels = (gpointer)(data + (gsize)row * stride);
        const guint8 *from = rgb + (gsize)row * columns * 3;
        for (guint column = 0; column < columns; column++, from += 3)
            pixels[column] = ((guint32)from[0] << 16) | ((guint32)from[1] << 8) | from[2];
    }
    cairo_surface_mark_dirty(surface);
    return surface;
}

static cairo_status_t append_bytes(void *bytes, const unsigned char *data, unsigned int length)
{
    g_byte_array_append(bytes, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static GByteArray *to_png(cairo_surface_t *surface, GError **error)
{
    g_autoptr(GByteArray) png = g_byte_array_new();
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, append_bytes, png);
    if (status == CAIRO_STATUS_SUCCESS)
        return g_steal_pointer(&png);
    ripple_cairo_error(status, "a PNG image", error);
    return NULL;
}

GByteArray *ripple_png_from_rgb(const guint8 *rgb, guint columns, guint rows, GError **error)
{
    cairo_surface_t *surface = ripple_surface_from_rgb(rgb, columns, rows);
    GByteArray *png = to_png(surface, error);
    cairo_surface_destroy(surface);
    return png;
}

/* ---- drawings ------------------------------------------------------------------------------- */

static void set_paint(cairo_t *cairo, RipplePaint paint, gdouble opacity, RippleTheme theme)
{
    guint32 value = ripple_paint_value(paint, theme);
    cairo_set_source_rgba(cairo, ((value >> 16) & 0xff) / 255.0, ((value >> 8) & 0xff) / 255.0,
                          (value & 0xff) / 255.0, opacity);
}

void ripple_cairo_set_font(cairo_t *cairo, const RippleTextStyle *style)
{
    cairo_select_font_face(cairo, style->monospace ? "monospace" : "sans-serif",
                           CAIRO_FONT_SLANT_NORMAL,
                           style->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, style->size);
}

static void draw_text(cairo_t *cairo, const RippleDrawing *drawing, RippleTheme theme)
{
    const RippleTextStyle *style = &drawing->text_style;
    gdouble width = ripple_text_width(drawing->text, *style);
    cairo_save(cairo);
    cairo_translate(cairo, drawing->x, drawing->y);
    cairo_rotate(cairo, style->angle * G_PI / 180);
    cairo_move_to(cairo, -style->align * width, 0);
    ripple_cairo_set_font(cairo, style);
    set_paint(cairo, style->paint, 1, theme);
    cairo_show_text(cairo, drawing->text);
    cairo_restore(cairo);
    cairo_new_path(cairo); /* or a line would lead on from where the text ended */
}

static void draw_image(cairo_t *cairo, const RippleDrawing *drawing)
{
    cairo_surface_t *image = ripple_surface_from_rgb(drawing->rgb, drawing->columns, drawing->rows);
    cairo_save(cairo);
    cairo_translate(cairo, drawing->x, drawing->y);
    cairo_scale(cairo, drawing->width / drawing->columns, drawing->height / drawing->rows);
    cairo_set_source_surface(cairo, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo),
                             drawing->is_smooth ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST);
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
    cairo_rectangle(cairo, 0, 0, drawing->columns, drawing->rows);
    cairo_fill(cairo);
    cairo_restore(cairo);
    cairo_surface_destroy(image);
}

static void make_path(cairo_t *cairo, const RippleDrawing *drawing)
{
    cairo_new_path(cairo);
    for (gsize i = 0; i < drawing->n_points; i++)
        cairo_line_to(cairo, drawing->points[i].x, drawing->points[i].y);
    if (drawing->kind == RIPPLE_ELEMENT_POLYGON)
        cairo_close_path(cairo);
    else if (drawing->kind == RIPPLE_ELEMENT_RECTANGLE)
        cairo_rectangle(cairo, drawing->x, drawing->y, drawing->width, drawing->height);
    else if (drawing->kind == RIPPLE_ELEMENT_DISC)
        cairo_arc(cairo, drawing->x, drawing->y, drawing->width, 0, 2 * G_PI);
}

static void draw_shape(cairo_t *cairo, const RippleDrawing *drawing, RippleTheme theme)
{
    static const gdouble dashes[] = {5, 4};
    const RippleStyle *style = &drawing->style;
    make_path(cairo, drawing);
    if (style->fill) {
        set_paint(cairo, style->fill, style->opacity, theme);
        cairo_fill_preserve(cairo);
    }
    if (style->stroke) {
        set_paint(cairo, style->stroke, style->opacity, theme);
        cairo_set_line_width(cairo, style->width);
        cairo_set_dash(cairo, dashes, style->dashed ? G_N_ELEMENTS(dashes) : 0, 0);
        cairo_stroke_preserve(cairo);
    }
    cairo_new_path(cairo);
}

static void draw_one(cairo_t *cairo, const RippleDrawing *drawing, RippleTheme theme)
{
    switch (drawing->kind) {
    case RIPPLE_ELEMENT_BEGIN:
        cairo_save(cairo);
        cairo_translate(cairo, drawing->x, drawing->y);
        return;
    case RIPPLE_ELEMENT_BEGIN_CLIP:
        cairo_save(cairo);
        cairo_rectangle(cairo, drawing->x, drawing->y, drawing->width, drawing->height);
        cairo_clip(cairo);
        return;
    case RIPPLE_ELEMENT_END:
        cairo_restore(cairo);
        return;
    case RIPPLE_ELEMENT_TEXT:
        draw_text(cairo, drawing, theme);
        return;
    case RIPPLE_ELEMENT_IMAGE:
        draw_image(cairo, drawing);
        return;
    default:
        draw_shape(cairo, drawing, theme);
    }
}

/* All of it onto `surface`, on paper; what came of that. */
static cairo_status_t draw(cairo_surface_t *surface, const RippleCanvas *canvas, gdouble scale,
                           RippleTheme theme)
{
    cairo_t *cairo = cairo_create(surface);
    cairo_scale(cairo, scale, scale);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    set_paint(cairo, RIPPLE_PAINT_PAPER, 1, theme);
    cairo_paint(cairo);
    for (guint i = 0; i < canvas->drawings->len; i++)
        draw_one(cairo, g_ptr_array_index(canvas->drawings, i), theme);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    return status == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : status;
}

static cairo_surface_t *to_surface(const RippleCanvas *canvas, gdouble scale, RippleTheme theme,
                                   GError **error)
{
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)ceil(canvas->width * scale), (int)ceil(canvas->height * scale));
    cairo_status_t status = draw(surface, canvas, scale, theme);
    if (status == CAIRO_STATUS_SUCCESS)
        return surface;
    cairo_surface_destroy(surface);
    ripple_cairo_error(status, canvas->title ? canvas->title : "a picture", error);
    return NULL;
}

guint8 *ripple_canvas_to_rgb(const RippleCanvas *canvas, gdouble scale, RippleTheme theme,
                             guint *columns, guint *rows, GError **error)
{
    cairo_surface_t *surface = to_surface(canvas, scale, theme, error);
    if (!surface)
        return NULL;
    *columns = (guint)cairo_image_surface_get_width(surface);
    *rows = (guint)cairo_image_surface_get_height(surface);
    const guint8 *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    guint8 *rgb = g_malloc((gsize)*columns * *rows * 3), *to = rgb;
    for (guint row = 0; row < *rows; row++) {
        const guint32 *pixels = (gconstpointer)(data + (gsize)row * stride);
        for (guint column = 0; column < *columns; column++) {
            *to++ = (pixels[column] >> 16) & 0xff;
            *to++ = (pixels[column] >> 8) & 0xff;
            *to++ = pixels[column] & 0xff;
        }
    }
    cairo_surface_destroy(surface);
    return rgb;
}

/* ---- files ---------------------------------------------------------------------------------- */

gboolean ripple_canvas_check_path(const char *path, GError **error)
{
    if (g_str_has_suffix(path, ".svg") || g_str_has_suffix(path, ".png") ||
        g_str_has_suffix(path, ".pdf"))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "Cannot draw to \"%s\": the name of a picture ends in .svg, .png or .pdf.", path);
    return FALSE;
}

static GByteArray *canvas_to_pdf(const RippleCanvas *canvas, GError **error)
{
    g_autoptr(GByteArray) pdf = g_byte_array_new();
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(append_bytes, pdf, canvas->width, canvas->height);
    if (canvas->title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, canvas->title);
    cairo_status_t status = draw(surface, canvas, 1, RIPPLE_THEME_LIGHT);
    cairo_surface_finish(surface);
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return g_steal_pointer(&pdf);
    ripple_cairo_error(status, canvas->title ? canvas->title : "a picture", error);
    return NULL;
}

static GByteArray *canvas_to_png(const RippleCanvas *canvas, GError **error)
{
    cairo_surface_t *surface = to_surface(canvas, PNG_SCALE, RIPPLE_THEME_LIGHT, error);
    GByteArray *png = surface ? to_png(surface, error) : NULL;
    if (surface)
        cairo_surface_destroy(surface);
    return png;
}

static GByteArray *canvas_to_svg(const RippleCanvas *canvas)
{
    char *svg = ripple_canvas_to_svg(canvas, TRUE);
    return g_byte_array_new_take((guint8 *)svg, strlen(svg));
}

gboolean ripple_canvas_write(const RippleCanvas *canvas, const char *path, GError **error)
{
    if (!ripple_canvas_check_path(path, error))
        return FALSE;
    g_autoptr(GByteArray) bytes = g_str_has_suffix(path, ".svg")   ? canvas_to_svg(canvas)
                                  : g_str_has_suffix(path, ".pdf") ? canvas_to_pdf(canvas, error)
                                                                   : canvas_to_png(canvas, error);
    g_autoptr(RippleReplacement) file = bytes ? ripple_replacement_new(path, error) : NULL;
    return file && ripple_replacement_write(file, bytes->data, bytes->len, error) &&
           ripple_replacement_finish(file, error);
}
