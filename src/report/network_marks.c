#include "report/network_marks.h"

#include "draw/text.h"

#include <math.h>

#define MARGIN 28.0
#define NOTE_HEIGHT 14.0
#define CAPTION_SIZE 12.0
#define SMALLEST_CAPTION_SIZE 9.0

/* ---- title and legend ----------------------------------------------------------------------- */

/* A size of type at which each line fits, if there is one that can be read. */
static gdouble size_that_fits(char *const *lines, gdouble width)
{
    RippleTextStyle text = {.size = CAPTION_SIZE};
    for (guint i = 0; lines[i]; i++)
        while (text.size > SMALLEST_CAPTION_SIZE && ripple_text_width(lines[i], text) > width)
            text.size -= 0.5;
    return text.size;
}

void ripple_network_draw_title(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                               const RippleNetworkDrawing *drawing)
{
    gdouble y = 30, width = layout->width - 2 * MARGIN;
    RippleTextStyle title = {.size = RIPPLE_TITLE_SIZE, .bold = TRUE};
    RippleTextStyle text = {.paint = RIPPLE_PAINT_FAINT};
    if (drawing->title) {
        g_autofree char *fitted = ripple_text_cut(drawing->title, width, title);
        ripple_canvas_text(canvas, fitted, MARGIN, y, title);
    }
    if (!drawing->caption)
        return;
    g_auto(GStrv) lines = g_strsplit(drawing->caption, "\n", -1);
    text.size = size_that_fits(lines, width);
    for (guint i = 0; lines[i] && i < 2; i++) {
        g_autofree char *fitted = ripple_text_cut(lines[i], width, text);
        y += 17;
        ripple_canvas_text(canvas, fitted, MARGIN, y, text);
    }
}

static const char *lines_mean(RippleViewKind kind)
{
    switch (kind) {
    case RIPPLE_VIEW_WEIGHTS:
        return "weight w";
    case RIPPLE_VIEW_FORWARD:
        return "w·x, what a weight adds to z";
    case RIPPLE_VIEW_BACKWARD:
        return "w·δ, what a weight brings back";
    case RIPPLE_VIEW_GRADIENT:
        return "∂L/∂w = δ·x, the gradient of a weight";
    }
    g_assert_not_reached();
}

static const char *units_mean(RippleViewKind kind)
{
    switch (kind) {
    case RIPPLE_VIEW_WEIGHTS:
        return "bias";
    case RIPPLE_VIEW_FORWARD:
        return "activation";
    case RIPPLE_VIEW_BACKWARD:
    case RIPPLE_VIEW_GRADIENT:
        return "delta";
    }
    g_assert_not_reached();
}

static const char *strength_means(RippleViewKind kind)
{
    switch (kind) {
    case RIPPLE_VIEW_WEIGHTS:
        return "the largest weights in and out";
    case RIPPLE_VIEW_FORWARD:
        return "the largest activation";
    case RIPPLE_VIEW_BACKWARD:
    case RIPPLE_VIEW_GRADIENT:
        return "the largest delta";
    }
    g_assert_not_reached();
}

static gdouble draw_key(RippleCanvas *canvas, gdouble x, gdouble y, RipplePaint paint,
                        const char *text)
{
    RippleTextStyle style = {.size = RIPPLE_SMALL_SIZE};
    ripple_canvas_line(canvas, x, y - 3.5, x + 24, y - 3.5,
                       (RippleStyle){.stroke = paint, .width = 3});
    ripple_canvas_text(canvas, text, x + 30, y, style);
    return x + 30 + ripple_text_width(text, style) + 18;
}

/* On as many lines as it takes. Returns where the next note begins. */
static gdouble draw_note(RippleCanvas *canvas, const RippleNetworkLayout *layout, gdouble y,
                         const char *text)
{
    RippleTextStyle style = {.paint = RIPPLE_PAINT_FAINT, .size = RIPPLE_SMALL_SIZE};
    g_auto(GStrv) lines = ripple_text_wrap(text, layout->width - 2 * MARGIN, style);
    for (guint i = 0; lines[i]; i++, y += NOTE_HEIGHT)
        ripple_canvas_text(canvas, lines[i], MARGIN, y, style);
    return y;
}

static gboolean leaves_units_out(const RippleNetworkView *view)
{
    for (guint c = 0; c < view->n_columns; c++)
        if (view->columns[c].n_shown < view->columns[c].units)
            return TRUE;
    return FALSE;
}

void ripple_network_draw_legend(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                                gboolean has_chain)
{
    RippleViewKind kind = layout->view->kind;
    gdouble y = layout->bottom + 42, x = MARGIN;
    g_autofree char *lines = g_strdup_printf("above 0: %s", lines_mean(kind));
    x = draw_key(canvas, x, y, RIPPLE_PAINT_POSITIVE, lines);
    x = draw_key(canvas, x, y, RIPPLE_PAINT_NEGATIVE, "below 0");
    if (has_chain)
        draw_key(canvas, x, y, RIPPLE_PAINT_WARNING, "explained here; dashed: its strongest path");
    g_autofree char *scales = g_strdup_printf(
        "Thickness: size, by the largest into the layer; below 1%% of it nothing is drawn. Colour "
        "of a unit: its %s, by the largest of its layer.",
        units_mean(kind));
    y = draw_note(canvas, layout, y + 19, scales);
    if (!leaves_units_out(layout->view))
        return;
    g_autofree char *rest = g_strdup_printf(
        "Of wide layers the units with %s are drawn%s; ‖·‖ in a dashed box is the norm of all "
        "others.",
        strength_means(layout->view->chosen_by),
        layout->view->image ? ", of the image the pixels in rings" : "");
    draw_note(canvas, layout, y, rest);
}

/* ---- the input as an image ------------------------------------------------------------------ */

static guint32 colour_of(RippleViewKind kind, gdouble value, gdouble least, gdouble most)
{
    gdouble range = most > least ? most - least : 1;
    if (kind == RIPPLE_VIEW_WEIGHTS)
        return ripple_paint_value(ripple_paint_ramp((value - least) / range), RIPPLE_THEME_LIGHT);
    if (kind == RIPPLE_VIEW_BACKWARD) {
        gdouble largest = fmax(fabs(least), fabs(most));
        return ripple_paint_value(ripple_paint_signed(largest > 0 ? value / largest : 0),
                                  RIPPLE_THEME_LIGHT);
    }
    guint grey = (guint)lround(255 * (value - least) / range);
    return grey << 16 | grey << 8 | grey;
}

void ripple_network_draw_image(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                               gboolean is_reached)
{
    const RippleNetworkView *view = layout->view;
    if (!view->image)
        return;
    gdouble x, y, width, height, least = INFINITY, most = -INFINITY;
    gsize pixels = (gsize)view->image_width * view->image_height;
    ripple_network_image(layout, &x, &y, &width, &height);
    for (gsize i = 0; i < pixels; i++) {
        least = fmin(least, view->image[i]);
        most = fmax(most, view->image[i]);
    }
    if (is_reached) {
        g_autofree guint8 *rgb = g_new(guint8, 3 * pixels);
        for (gsize i = 0; i < pixels; i++) {
            guint32 colour = colour_of(view->kind, view->image[i], least, most);
            rgb[3 * i] = colour >> 16 & 0xff;
            rgb[3 * i + 1] = colour >> 8 & 0xff;
            rgb[3 * i + 2] = colour & 0xff;
        }
        ripple_canvas_image(canvas, rgb, view->image_width, view->image_height, x, y, width, height,
                            FALSE);
    }
    ripple_canvas_rectangle(canvas, x, y, width, height,
                            (RippleStyle){.stroke = RIPPLE_PAINT_FAINT});
    const char *text = view->kind == RIPPLE_VIEW_WEIGHTS ? "‖w‖ of what leads from each pixel"
                       : view->kind == RIPPLE_VIEW_BACKWARD ? "∂L/∂x of each pixel"
                                                            : NULL;
    if (text && is_reached)
        ripple_canvas_text(canvas, text, x + width / 2, y + height + 14,
                           (RippleTextStyle){.paint = RIPPLE_PAINT_FAINT,
                                             .size = RIPPLE_SMALL_SIZE,
                                             .align = 0.5});
}

void ripple_network_draw_pixels(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                                gboolean is_reached)
{
    const RippleViewColumn *column = &layout->view->columns[0];
    if (!is_reached && layout->view->kind != RIPPLE_VIEW_WEIGHTS)
        return;
    for (guint n = 0; n < column->n_shown; n++) {
        RipplePoint at = ripple_network_unit(layout, 0, n);
        ripple_canvas_disc(canvas, at.x, at.y, 3.5,
                           (RippleStyle){.stroke = RIPPLE_PAINT_PAPER, .width = 3});
        ripple_canvas_disc(canvas, at.x, at.y, 3.5,
                           (RippleStyle){.stroke = RIPPLE_PAINT_INK, .width = 1.2});
    }
}

/* ---- what is explained ---------------------------------------------------------------------- */

static void mark(RippleCanvas *canvas, const RippleNetworkLayout *layout, guint column, guint from,
                 guint to, RippleStyle style)
{
    guint c, above;
    RipplePoint start, end;
    if (!ripple_network_column(layout->view, column, &c) ||
        !ripple_network_column(layout->view, column + 1, &above) ||
        !ripple_network_find(layout, c, from, &start) ||
        !ripple_network_find(layout, above, to, &end))
        return;
    ripple_canvas_line(canvas, start.x, start.y, end.x, end.y, style);
}

void ripple_network_draw_chain(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                               const RippleChain *chain)
{
    const RippleStyle way = {.stroke = RIPPLE_PAINT_WARNING, .width = 1.6, .dashed = TRUE};
    const RippleStyle own = {.stroke = RIPPLE_PAINT_WARNING, .width = 3.5};
    if (!chain)
        return;
    const RipplePlace *place = &chain->place;
    for (guint n = 0; chain->paths->n_strongest > 0 && n + 1 < chain->paths->n_units; n++)
        mark(canvas, layout, place->layer + 1 + n, chain->paths->strongest[0].units[n],
             chain->paths->strongest[0].units[n + 1], way);
    if (!place->is_bias) {
        mark(canvas, layout, place->layer, place->input, place->output, own);
        return;
    }
    guint c;
    RipplePoint at;
    if (ripple_network_column(layout->view, place->layer + 1, &c) &&
        ripple_network_find(layout, c, place->output, &at))
        ripple_canvas_disc(canvas, at.x, at.y, RIPPLE_UNIT_RADIUS + 4, own);
}

static void add_wanted(GArray *wanted, guint column, guint unit)
{
    g_array_append_val(wanted, column);
    g_array_append_val(wanted, unit);
}

GArray *ripple_network_picture_wanted(const RippleChain *chain)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(guint));
    const RipplePlace *place = &chain->place;
    if (!place->is_bias)
        add_wanted(wanted, place->layer, place->input);
    add_wanted(wanted, place->layer + 1, place->output);
    for (guint n = 1; chain->paths->n_strongest > 0 && n < chain->paths->n_units; n++)
        add_wanted(wanted, place->layer + 1 + n, chain->paths->strongest[0].units[n]);
    return wanted;
}
