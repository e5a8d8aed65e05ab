/* What was drawn on a canvas is in the SVG, and the pixels have the colours that were asked for. */
#include "draw/canvas.h"

#include "unit/data_files.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

#define FILLED(paint) ((RippleStyle){.fill = (paint)})

/* ---- SVG ------------------------------------------------------------------------------------ */

/* Every start has its end, and attributes are well formed: GMarkup says so. */
static void assert_is_xml(const char *svg)
{
    g_autoptr(GError) error = NULL;
    const GMarkupParser ignore = {0};
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&ignore, 0, NULL, NULL);
    g_markup_parse_context_parse(context, svg, -1, &error);
    g_assert_no_error(error);
    g_markup_parse_context_end_parse(context, &error);
    g_assert_no_error(error);
}

static guint count(const char *text, const char *part)
{
    guint found = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        found++;
    return found;
}

static void assert_has(const char *svg, const char *part)
{
    if (!strstr(svg, part))
        g_error("\"%s\" is not in %s", part, svg);
}

static RippleCanvas *sample(void)
{
    static const guint8 rgb[] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
    const RipplePoint points[] = {{10, 10}, {20.25, 15.678}, {NAN, 0}, {30, 10}, {40, 20}};
    const RipplePoint corners[] = {{60, 60}, {80, 60}, {80, 80}, {60, 80}};
    RippleCanvas *canvas = ripple_canvas_new(100, 90, "A <title>", "What \"is\" seen & heard");
    ripple_canvas_rectangle(canvas, 0, 0, 10, 10, FILLED(RIPPLE_PAINT_POSITIVE));
    ripple_canvas_path(canvas, points, G_N_ELEMENTS(points),
                       (RippleStyle){.stroke = ripple_paint_series(1), .width = 2, .dashed = TRUE});
    ripple_canvas_polygon(canvas, corners, G_N_ELEMENTS(corners),
                          (RippleStyle){.fill = ripple_paint_rgb(18, 52, 86), .opacity = 0.5});
    ripple_canvas_image(canvas, rgb, 2, 2, 20, 40, 20, 20, FALSE);
    ripple_canvas_begin(canvas, "under the pointer");
    ripple_canvas_disc(canvas, 50, 50, 5,
                       (RippleStyle){.fill = RIPPLE_PAINT_INK, .stroke = RIPPLE_PAINT_PAPER});
    ripple_canvas_end(canvas);
    ripple_canvas_begin_clip(canvas, 70, 5, 10, 10);
    ripple_canvas_rectangle(canvas, 65, 0, 10, 30, FILLED(RIPPLE_PAINT_WARNING));
    ripple_canvas_end(canvas);
    ripple_canvas_text(canvas, "a < b & \"c\" \x01", 50, 30,
                       (RippleTextStyle){.align = 0.5, .angle = -90, .bold = TRUE});
    return canvas;
}

static void test_svg(void)
{
    g_autoptr(RippleCanvas) canvas = sample();
    g_autofree char *file = ripple_canvas_to_svg(canvas, TRUE);
    g_autofree char *part = ripple_canvas_to_svg(canvas, FALSE);
    assert_is_xml(file);
    assert_is_xml(part);
    assert_has(file, "<title>A &lt;title&gt;</title>");
    assert_has(file, "<desc>What &quot;is&quot; seen &amp; heard</desc>");
    assert_has(file, "prefers-color-scheme:dark");
    assert_has(file, "<path d=\"M10 10L20.25 15.68\" class=\"stroke-series-1\" fill=\"none\" "
                     "stroke-width=\"2\" stroke-dasharray=\"5 4\"/>");
    assert_has(file, "<path d=\"M30 10L40 20\"");
    assert_has(file, "<path d=\"M60 60L80 60L80 80L60 80Z\" fill=\"#123456\" opacity=\"0.5\"/>");
    assert_has(file, "<g><title>under the pointer</title>");
    assert_has(file, "<svg x=\"70\" y=\"5\" width=\"10\" height=\"10\" viewBox=\"70 5 10 10\" "
                     "overflow=\"hidden\">");
    assert_has(file, ">a &lt; b &amp; &quot;c&quot; \xef\xbf\xbd</text>");
    g_assert_null(strstr(part, "<style>"));
    g_assert_cmpuint(count(part, "<title>"), ==, 1);
}

/* A picture within a picture, also within itself, is moved and whole. */
static void test_add(void)
{
    g_autoptr(RippleCanvas) whole = ripple_canvas_new(300, 100, NULL, NULL);
    {
        g_autoptr(RippleCanvas) part = sample();
        ripple_canvas_add(whole, part, 100, 0);
    }
    ripple_canvas_add(whole, whole, 100, 0);
    g_autofree char *svg = ripple_canvas_to_svg(whole, FALSE);
    assert_is_xml(svg);
    g_assert_cmpuint(count(svg, "translate(100 0)"), ==, 3);
    g_assert_cmpuint(count(svg, "<circle"), ==, 2);
}

/* ---- pixels --------------------------------------------------------------------------------- */

typedef struct {
    guint8 *rgb;
    guint columns;
    guint rows;
} Pixels;

static Pixels pixels_of(const RippleCanvas *canvas, gdouble scale, RippleTheme theme)
{
    g_autoptr(GError) error = NULL;
    Pixels pixels;
    pixels.rgb = ripple_canvas_to_rgb(canvas, scale, theme, &pixels.columns, &pixels.rows, &error);
    g_assert_no_error(error);
    return pixels;
}

static guint32 pixel(const Pixels *pixels, guint x, guint y)
{
    g_assert_cmpuint(x, <, pixels->columns);
    g_assert_cmpuint(y, <, pixels->rows);
    const guint8 *at = pixels->rgb + (y * pixels->columns + x) * 3;
    return ((guint32)at[0] << 16) | ((guint32)at[1] << 8) | at[2];
}

static void check_pixels(const RippleCanvas *canvas, RippleTheme theme)
{
    Pixels pixels = pixels_of(canvas, 2, theme);
    g_assert_cmpuint(pixels.columns, ==, 200);
    g_assert_cmpuint(pixels.rows, ==, 180);
    guint32 paper = ripple_paint_value(RIPPLE_PAINT_PAPER, theme);
    g_assert_cmphex(pixel(&pixels, 10, 10), ==, ripple_paint_value(RIPPLE_PAINT_POSITIVE, theme));
    g_assert_cmphex(pixel(&pixels, 199, 179), ==, paper);
    g_assert_cmphex(pixel(&pixels, 100, 100), ==, ripple_paint_value(RIPPLE_PAINT_INK, theme));
    /* The image, its quarters to their edges. */
    g_assert_cmphex(pixel(&pixels, 41, 81), ==, 0xff0000);
    g_assert_cmphex(pixel(&pixels, 59, 99), ==, 0xff0000);
    g_assert_cmphex(pixel(&pixels, 61, 99), ==, 0x00ff00);
    g_assert_cmphex(pixel(&pixels, 59, 101), ==, 0x0000ff);
    /* Inside and outside the clip. */
    g_assert_cmphex(pixel(&pixels, 145, 20), ==, ripple_paint_value(RIPPLE_PAINT_WARNING, theme));
    g_assert_cmphex(pixel(&pixels, 135, 20), ==, paper);
    g_assert_cmphex(pixel(&pixels, 145, 40), ==, paper);
    g_free(pixels.rgb);
}

static void test_pixels(void)
{
    g_autoptr(RippleCanvas) canvas = sample();
    check_pixels(canvas, RIPPLE_THEME_LIGHT);
    check_pixels(canvas, RIPPLE_THEME_DARK);
}

static void test_text_width(void)
{
    const RippleTextStyle plain = {.size = 10}, large = {.size = 20},
                          fixed = {.size = 10, .monospace = TRUE};
    g_assert_cmpfloat(ripple_text_width("", plain), ==, 0);
    gdouble width = ripple_text_width("Gradient", plain);
    g_assert_cmpfloat(width, >, 20);
    g_assert_cmpfloat(width, <, 80);
    g_assert_cmpfloat_with_epsilon(ripple_text_width("Gradient", large), 2 * width, 1e-9);
    g_assert_cmpfloat_with_epsilon(ripple_text_width("iiii", fixed),
                                   ripple_text_width("WWWW", fixed), 1e-9);
    g_assert_cmpfloat(ripple_text_width("\xff\xfe", plain), >, 0);
}

/* ---- paints --------------------------------------------------------------------------------- */

static gdouble lightness(RipplePaint paint)
{
    guint32 value = ripple_paint_value(paint, RIPPLE_THEME_LIGHT);
    return 0.2126 * ((value >> 16) & 0xff) + 0.7152 * ((value >> 8) & 0xff) +
           0.0722 * (value & 0xff);
}

/* The ramp grows lighter throughout, so that it can be read without seeing its colours; that of
 * signs is white in the middle and darker to either side. */
static void test_ramps(void)
{
    for (guint i = 0; i < 100; i++)
        g_assert_cmpfloat(lightness(ripple_paint_ramp(i / 100.0)), <,
                          lightness(ripple_paint_ramp((i + 1) / 100.0)));
    g_assert_cmphex(ripple_paint_value(ripple_paint_signed(0), RIPPLE_THEME_DARK), ==, 0xffffff);
    for (guint i = 0; i < 100; i++)
        for (gint sign = -1; sign <= 1; sign += 2)
            g_assert_cmpfloat(lightness(ripple_paint_signed(sign * (gdouble)i / 100)), >,
                              lightness(ripple_paint_signed(sign * (gdouble)(i + 1) / 100)));
    g_assert_cmphex(ripple_paint_ramp(-5), ==, ripple_paint_ramp(0));
    g_assert_cmphex(ripple_paint_signed(5), ==, ripple_paint_signed(1));
    g_assert_cmphex(ripple_paint_value(ripple_paint_ramp(NAN), RIPPLE_THEME_LIGHT), ==, 0x808080);
    g_assert_cmphex(ripple_paint_series(0), ==, ripple_paint_series(RIPPLE_PAINT_SERIES));
}

/* ---- files ---------------------------------------------------------------------------------- */

static void test_files(void)
{
    g_autoptr(RippleCanvas) canvas = sample();
    char *directory = data_directory_new();
    static const struct {
        const char *name;
        const char *begin;
    } files[] = {{"a.svg", "<svg "}, {"a.png", "\x89PNG"}, {"a.pdf", "%PDF-"}};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = g_build_filename(directory, files[i].name, NULL);
        g_autofree char *contents = NULL;
        ripple_canvas_write(canvas, path, &error);
        g_assert_no_error(error);
        g_file_get_contents(path, &contents, NULL, &error);
        g_assert_no_error(error);
        g_assert_true(g_str_has_prefix(contents, files[i].begin));
    }
    g_autofree char *png = g_build_filename(directory, "a.png", NULL);
    cairo_surface_t *surface = cairo_image_surface_create_from_png(png);
    g_assert_cmpint(cairo_image_surface_get_width(surface), ==, 200);
    cairo_surface_destroy(surface);

    g_autoptr(GError) error = NULL, missing = NULL;
    g_assert_false(ripple_canvas_write(canvas, "picture.bmp", &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_autofree char *nowhere = g_build_filename(directory, "no", "a.svg", NULL);
    g_assert_false(ripple_canvas_write(canvas, nowhere, &missing));
    g_assert_error(missing, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    data_directory_remove(directory);
}

/* More pixels than cairo can have. */
static void test_too_large(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleCanvas) canvas = ripple_canvas_new(1e5, 1e5, "Large", NULL);
    guint columns, rows;
    g_assert_null(ripple_canvas_to_rgb(canvas, 1, RIPPLE_THEME_LIGHT, &columns, &rows, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_true(g_str_has_prefix(error->message, "Cannot draw Large: "));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/canvas/svg", test_svg);
    g_test_add_func("/canvas/add", test_add);
    g_test_add_func("/canvas/pixels", test_pixels);
    g_test_add_func("/canvas/text_width", test_text_width);
    g_test_add_func("/canvas/ramps", test_ramps);
    g_test_add_func("/canvas/files", test_files);
    g_test_add_func("/canvas/too_large", test_too_large);
    return g_test_run();
}
