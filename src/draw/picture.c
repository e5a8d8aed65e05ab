#include "draw/picture.h"

#include "base/replacement.h"

#include <cairo-svg.h>
#include <ripple/error.h>

#define PNG_SCALE 2

const RippleColour ripple_ink = {0.13, 0.13, 0.13}, ripple_faint_ink = {0.45, 0.45, 0.45},
                   ripple_grid_ink = {0.88, 0.88, 0.88}, ripple_paper = {1, 1, 1};

RippleColour ripple_colour(guint index)
{
    static const RippleColour colours[] = {
        {0.00, 0.45, 0.70}, {0.90, 0.62, 0.00}, {0.00, 0.62, 0.45},
        {0.84, 0.37, 0.00}, {0.80, 0.47, 0.65}, {0.34, 0.71, 0.91},
    };
    return colours[index % G_N_ELEMENTS(colours)];
}

/* ---- drawing -------------------------------------------------------------------------------- */

void ripple_picture_set_colour(cairo_t *cairo, RippleColour colour)
{
    cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
}

void ripple_picture_set_text(cairo_t *cairo, gdouble size, gboolean bold)
{
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, size);
}

gdouble ripple_picture_text_width(cairo_t *cairo, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

void ripple_picture_text(cairo_t *cairo, const char *text, gdouble x, gdouble y, gdouble align)
{
    cairo_move_to(cairo, x - align * ripple_picture_text_width(cairo, text), y);
    cairo_show_text(cairo, text);
}

void ripple_picture_line(cairo_t *cairo, gdouble x1, gdouble y1, gdouble x2, gdouble y2)
{
    cairo_move_to(cairo, x1, y1);
    cairo_line_to(cairo, x2, y2);
    cairo_stroke(cairo);
}

void ripple_picture_dot(cairo_t *cairo, gdouble x, gdouble y, gdouble radius, RippleColour colour)
{
    cairo_new_path(cairo); /* or a line would lead here from where a text ended */
    cairo_arc(cairo, x, y, radius, 0, 2 * G_PI);
    cairo_set_source_rgba(cairo, colour.red, colour.green, colour.blue, 0.85);
    cairo_fill_preserve(cairo);
    cairo_set_line_width(cairo, 1);
    ripple_picture_set_colour(cairo, ripple_paper);
    cairo_stroke(cairo);
}

/* ---- files ---------------------------------------------------------------------------------- */

gboolean ripple_picture_check_path(const char *path, GError **error)
{
    if (g_str_has_suffix(path, ".svg") || g_str_has_suffix(path, ".png"))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "Cannot draw to \"%s\": the name of a picture ends in .svg or .png.", path);
    return FALSE;
}

static cairo_status_t append_bytes(void *bytes, const unsigned char *data, unsigned int length)
{
    g_byte_array_append(bytes, data, length);
    return CAIRO_STATUS_SUCCESS;
}

/* What came of `cairo`, which is freed, and of what it drew on. */
static cairo_status_t finish(cairo_t *cairo, cairo_surface_t *surface, GByteArray *png)
{
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    if (status == CAIRO_STATUS_SUCCESS && png)
        status = cairo_surface_write_to_png_stream(surface, append_bytes, png);
    cairo_surface_finish(surface);
    return status == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : status;
}

gboolean ripple_picture_write(const char *path, gdouble width, gdouble height,
                              void (*draw)(cairo_t *cairo, gconstpointer user_data),
                              gconstpointer user_data, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    gboolean is_png = g_str_has_suffix(path, ".png");
    cairo_surface_t *surface =
        is_png ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width * PNG_SCALE,
                                            (int)height * PNG_SCALE)
               : cairo_svg_surface_create_for_stream(append_bytes, bytes, width, height);
    cairo_t *cairo = cairo_create(surface);
    if (is_png)
        cairo_scale(cairo, PNG_SCALE, PNG_SCALE);
    ripple_picture_set_colour(cairo, ripple_paper);
    cairo_paint(cairo);
    draw(cairo, user_data);
    cairo_status_t status = finish(cairo, surface, is_png ? bytes : NULL);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Cannot draw \"%s\": %s.", path,
                    cairo_status_to_string(status));
        return FALSE;
    }
    g_autoptr(RippleReplacement) file = ripple_replacement_new(path, error);
    return file && ripple_replacement_write(file, bytes->data, bytes->len, error) &&
           ripple_replacement_finish(file, error);
}
