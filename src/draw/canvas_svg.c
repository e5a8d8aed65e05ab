/* A canvas as SVG. */
#include "draw/canvas_private.h"

#include "draw/markup.h"

#include <math.h>
#include <string.h>

/* ---- pieces --------------------------------------------------------------------------------- */

/* To a hundredth of a point, with nothing that a reader does not need. */
static void append_number(GString *svg, gdouble number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (fabs(number) < 0.005)
        number = 0;
    g_ascii_formatd(text, sizeof text, "%.2f", number);
    gsize length = strlen(text);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    g_string_append_len(svg, text, (gssize)length);
}

static void append_attribute(GString *svg, const char *name, gdouble number)
{
    g_string_append_printf(svg, " %s=\"", name);
    append_number(svg, number);
    g_string_append_c(svg, '"');
}

static void append_element(GString *svg, const char *name, const char *text)
{
    if (!text)
        return;
    g_string_append_printf(svg, "<%s>", name);
    ripple_markup_append(svg, text);
    g_string_append_printf(svg, "</%s>", name);
}

static void append_paint(GString *svg, const char *property, RipplePaint paint)
{
    if (ripple_paint_is_fixed(paint))
        g_string_append_printf(svg, " %s=\"#%06x\"", property,
                               ripple_paint_value(paint, RIPPLE_THEME_LIGHT));
    else if (paint == RIPPLE_PAINT_NONE && g_str_equal(property, "fill"))
        g_string_append(svg, " fill=\"none\"");
}

/* Paints with a meaning are classes, all others attributes. */
static void append_style(GString *svg, const RippleStyle *style)
{
    gboolean fill_class = style->fill && !ripple_paint_is_fixed(style->fill);
    gboolean stroke_class = style->stroke && !ripple_paint_is_fixed(style->stroke);
    if (fill_class || stroke_class)
        g_string_append_printf(svg, " class=\"%s%s%s%s%s\"", fill_class ? "fill-" : "",
                               fill_class ? ripple_paint_name(style->fill) : "",
                               fill_class && stroke_class ? " " : "", stroke_class ? "stroke-" : "",
                               stroke_class ? ripple_paint_name(style->stroke) : "");
    append_paint(svg, "fill", style->fill);
    append_paint(svg, "stroke", style->stroke);
    if (style->stroke && style->width != 1)
        append_attribute(svg, "stroke-width", style->width);
    if (style->opacity != 1)
        append_attribute(svg, "opacity", style->opacity);
    if (style->dashed)
        g_string_append(svg, " stroke-dasharray=\"5 4\"");
}

/* ---- drawings ------------------------------------------------------------------------------- */

static void append_points(GString *svg, const RippleDrawing *drawing)
{
    g_string_append(svg, "<path d=\"");
    for (gsize i = 0; i < drawing->n_points; i++) {
        g_string_append_c(svg, i == 0 ? 'M' : 'L');
        append_number(svg, drawing->points[i].x);
        g_string_append_c(svg, ' ');
        append_number(svg, drawing->points[i].y);
    }
    g_string_append(svg, drawing->kind == RIPPLE_ELEMENT_POLYGON ? "Z\"" : "\"");
    append_style(svg, &drawing->style);
    g_string_append(svg, "/>\n");
}

static void append_box(GString *svg, const RippleDrawing *drawing)
{
    append_attribute(svg, "x", drawing->x);
    append_attribute(svg, "y", drawing->y);
    append_attribute(svg, "width", drawing->width);
    append_attribute(svg, "height", drawing->height);
}

static void append_rectangle(GString *svg, const RippleDrawing *drawing)
{
    g_string_append(svg, "<rect");
    append_box(svg, drawing);
    append_style(svg, &drawing->style);
    g_string_append(svg, "/>\n");
}

static void append_disc(GString *svg, const RippleDrawing *drawing)
{
    g_string_append(svg, "<circle");
    append_attribute(svg, "cx", drawing->x);
    append_attribute(svg, "cy", drawing->y);
    append_attribute(svg, "r", drawing->width);
    append_style(svg, &drawing->style);
    g_string_append(svg, "/>\n");
}

static void append_text(GString *svg, const RippleDrawing *drawing)
{
    const RippleTextStyle *style = &drawing->text_style;
    const RippleStyle paint = {.fill = style->paint, .opacity = 1};
    g_string_append(svg, "<text");
    append_attribute(svg, "x", drawing->x);
    append_attribute(svg, "y", drawing->y);
    append_style(svg, &paint);
    if (style->size != RIPPLE_TEXT_SIZE)
        append_attribute(svg, "font-size", style->size);
    if (style->bold)
        g_string_append(svg, " font-weight=\"bold\"");
    if (style->monospace)
        g_string_append(svg, " font-family=\"monospace\"");
    if (style->align != 0)
        g_string_append_printf(svg, " text-anchor=\"%s\"", style->align > 0.75 ? "end" : "middle");
    if (style->angle != 0) {
        g_string_append(svg, " transform=\"rotate(");
        append_number(svg, style->angle);
        g_string_append_c(svg, ' ');
        append_number(svg, drawing->x);
        g_string_append_c(svg, ' ');
        append_number(svg, drawing->y);
        g_string_append(svg, ")\"");
    }
    g_string_append_c(svg, '>');
    ripple_markup_append(svg, drawing->text);
    g_string_append(svg, "</text>\n");
}

static void append_image(GString *svg, const RippleDrawing *drawing)
{
    g_autoptr(GByteArray) png =
        ripple_png_from_rgb(drawing->rgb, drawing->columns, drawing->rows, NULL);
    if (!png)
        return;
    g_autofree char *text = g_base64_encode(png->data, png->len);
    g_string_append(svg, "<image");
    append_box(svg, drawing);
    g_string_append_printf(svg,
                           " preserveAspectRatio=\"none\"%s href=\"data:image/png;base64,%s\"/>\n",
                           drawing->is_smooth ? "" : " style=\"image-rendering:pixelated\"", text);
}

static void append_begin(GString *svg, const RippleDrawing *drawing)
{
    g_string_append(svg, "<g");
    if (drawing->x != 0 || drawing->y != 0) {
        g_string_append(svg, " transform=\"translate(");
        append_number(svg, drawing->x);
        g_string_append_c(svg, ' ');
        append_number(svg, drawing->y);
        g_string_append(svg, ")\"");
    }
    g_string_append_c(svg, '>');
    append_element(svg, "title", drawing->text);
    g_string_append_c(svg, '\n');
}

/* An element of its own clips, and wants no name that would have to be unique in a page. */
static void append_begin_clip(GString *svg, const RippleDrawing *drawing)
{
    g_string_append(svg, "<svg");
    append_box(svg, drawing);
    g_string_append(svg, " viewBox=\"");
    const gdouble box[] = {drawing->x, drawing->y, drawing->width, drawing->height};
    for (guint i = 0; i < G_N_ELEMENTS(box); i++) {
        if (i > 0)
            g_string_append_c(svg, ' ');
        append_number(svg, box[i]);
    }
    g_string_append(svg, "\" overflow=\"hidden\">\n");
}

static void append_drawing(GString *svg, const RippleDrawing *drawing, GArray *open)
{
    static void (*const append[])(GString * svg, const RippleDrawing *drawing) = {
        [RIPPLE_ELEMENT_PATH] = append_points,
        [RIPPLE_ELEMENT_POLYGON] = append_points,
        [RIPPLE_ELEMENT_RECTANGLE] = append_rectangle,
        [RIPPLE_ELEMENT_DISC] = append_disc,
        [RIPPLE_ELEMENT_TEXT] = append_text,
        [RIPPLE_ELEMENT_IMAGE] = append_image,
        [RIPPLE_ELEMENT_BEGIN] = append_begin,
        [RIPPLE_ELEMENT_BEGIN_CLIP] = append_begin_clip,
    };
    if (drawing->kind == RIPPLE_ELEMENT_END) {
        g_return_if_fail(open->len > 0);
        const char *name = g_array_index(open, const char *, open->len - 1);
        g_string_append_printf(svg, "</%s>\n", name);
        g_array_set_size(open, open->len - 1);
        return;
    }
    append[drawing->kind](svg, drawing);
    const char *name = drawing->kind == RIPPLE_ELEMENT_BEGIN        ? "g"
                       : drawing->kind == RIPPLE_ELEMENT_BEGIN_CLIP ? "svg"
                                                                    : NULL;
    if (name)
        g_array_append_val(open, name);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void append_colours(GString *css, RippleTheme theme)
{
    for (RipplePaint paint = RIPPLE_PAINT_PAPER; paint < RIPPLE_PAINTS; paint++) {
        const char *name = ripple_paint_name(paint);
        guint32 value = ripple_paint_value(paint, theme);
        g_string_append_printf(css, ".fill-%s{fill:#%06x}.stroke-%s{stroke:#%06x}\n", name, value,
                               name, value);
    }
}

char *ripple_canvas_css(void)
{
    g_autoptr(GString) css = g_string_new(NULL);
    append_colours(css, RIPPLE_THEME_LIGHT);
    g_string_append(css, "@media screen and (prefers-color-scheme:dark){\n");
    append_colours(css, RIPPLE_THEME_DARK);
    g_string_append(css, "}\n");
    return g_string_free(g_steal_pointer(&css), FALSE);
}

static void append_head(GString *svg, const RippleCanvas *canvas, gboolean is_file)
{
    g_string_append(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    append_attribute(svg, "width", canvas->width);
    append_attribute(svg, "height", canvas->height);
    g_string_append(svg, " viewBox=\"0 0 ");
    append_number(svg, canvas->width);
    g_string_append_c(svg, ' ');
    append_number(svg, canvas->height);
    g_string_append(svg, "\" font-family=\"sans-serif\"");
    append_attribute(svg, "font-size", RIPPLE_TEXT_SIZE);
    g_string_append(svg, " stroke-linejoin=\"round\" role=\"img\"");
    if (canvas->title) {
        g_string_append(svg, " aria-label=\"");
        ripple_markup_append(svg, canvas->title);
        g_string_append_c(svg, '"');
    }
    g_string_append(svg, ">\n");
    if (is_file) /* in a page, a browser would show it wherever the pointer is */
        append_element(svg, "title", canvas->title);
    append_element(svg, "desc", canvas->description);
    if (!is_file)
        return;
    g_autofree char *css = ripple_canvas_css();
    g_string_append_printf(svg, "<style>%s</style>\n", css);
    g_string_append(svg, "<rect class=\"fill-paper\" width=\"100%\" height=\"100%\"/>\n");
}

char *ripple_canvas_to_svg(const RippleCanvas *canvas, gboolean is_file)
{
    g_autoptr(GString) svg = g_string_new(NULL);
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(const char *));
    append_head(svg, canvas, is_file);
    for (guint i = 0; i < canvas->drawings->len; i++)
        append_drawing(svg, g_ptr_array_index(canvas->drawings, i), open);
    g_warn_if_fail(open->len == 0);
    g_string_append(svg, "</svg>\n");
    return g_string_free(g_steal_pointer(&svg), FALSE);
}
