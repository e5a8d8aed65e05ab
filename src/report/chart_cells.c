/* Heat maps and images, and the bar that explains the colours. */
#include "report/chart_private.h"

#include <math.h>

/* Pixels for a point where columns or rows are not of one size. */
#define FINENESS 2.0

/* The bar, and what lies between it and the plot. */
#define BAR_WIDTH 12.0
#define BAR_GAP 14.0
#define BAR_STEPS 64
#define TICK_GAP 5.0

/* ---- colours -------------------------------------------------------------------------------- */

/* The axis of the colours from `start` to `end`. */
static RippleAxis fit_colours(const RippleChartItem *item, gdouble start, gdouble end)
{
    const RippleChartCells *cells = &item->cells;
    gboolean is_logarithmic =
        cells->scale == RIPPLE_SCALE_LOGARITHMIC && cells->colours == RIPPLE_COLOURS_RAMP;
    gdouble least = INFINITY, most = -INFINITY;
    gsize count = (gsize)cells->columns * cells->rows;
    for (gsize i = 0; i < count; i++) {
        gdouble value = item->values[i];
        if (!isfinite(value) || (is_logarithmic && value <= 0))
            continue;
        least = fmin(least, value);
        most = fmax(most, value);
    }
    if (cells->least < cells->most) {
        least = cells->least;
        most = cells->most;
    }
    if (least > most) {
        least = is_logarithmic ? 1 : 0;
        most = is_logarithmic ? 10 : 1;
    }
    if (cells->colours == RIPPLE_COLOURS_SIGNED) {
        most = fmax(fabs(least), fabs(most));
        least = -most;
    }
    RippleScale scale = is_logarithmic ? RIPPLE_SCALE_LOGARITHMIC : RIPPLE_SCALE_LINEAR;
    if (least == most)
        return ripple_axis_fit(scale, least, most, start, end);
    return (RippleAxis){scale, least, most, start, end};
}

/* `share` of the way along the axis of the colours. */
static RipplePaint paint_at(const RippleChartItem *item, gdouble share)
{
    return item->cells.colours == RIPPLE_COLOURS_SIGNED ? ripple_paint_signed(2 * share - 1)
                                                        : ripple_paint_ramp(share);
}

/* What is not above 0 on a logarithmic scale has the least colour, rather than none. */
static RipplePaint paint_of(const RippleChartItem *item, const RippleAxis *colours, gdouble value)
{
    gdouble share = ripple_axis_place(colours, value);
    if (isinf(value) || (isinf(share) && !isnan(value)))
        share = value > 0 ? 1 : 0;
    else if (colours->scale == RIPPLE_SCALE_LOGARITHMIC && value <= 0)
        share = 0;
    return paint_at(item, share);
}

/* ---- pixels --------------------------------------------------------------------------------- */

/* For each pixel along an axis, the column or row that it belongs to; one for each where they are
 * all of one size. */
static guint *pixels_of(const RippleAxis *axis, const gdouble *edges, guint count, gdouble from,
                        gdouble to, guint *n_pixels)
{
    gboolean is_even = TRUE;
    for (guint i = 1; i < count; i++) {
        gdouble expected = from + (to - from) * i / count;
        is_even = is_even && fabs(ripple_axis_place(axis, edges[i]) - expected) < 0.02;
    }
    *n_pixels = is_even ? count : (guint)CLAMP(fabs(to - from) * FINENESS, 1, 4096);
    guint *owners = g_new(guint, *n_pixels);
    guint owner = 0;
    for (guint i = 0; i < *n_pixels; i++) {
        gdouble at = (i + 0.5) / *n_pixels;
        while (owner + 1 < count &&
               (ripple_axis_place(axis, edges[owner + 1]) - from) / (to - from) <= at)
            owner++;
        owners[i] = is_even ? i : owner;
    }
    return owners;
}

static void set_pixel(guint8 *pixel, RipplePaint paint)
{
    guint32 value = ripple_paint_value(paint, RIPPLE_THEME_LIGHT);
    pixel[0] = (guint8)(value >> 16);
    pixel[1] = (guint8)(value >> 8);
    pixel[2] = (guint8)value;
}

/* The rectangle that the edges span, from `*left` to `*right` and so on, as they come. */
static void edges_of(const RippleChartItem *item, const RippleChartFrame *frame, guint columns,
                     guint rows, gdouble *left, gdouble *right, gdouble *bottom, gdouble *top)
{
    *left = ripple_axis_place(&frame->x, item->x[0]);
    *right = ripple_axis_place(&frame->x, item->x[columns]);
    *bottom = ripple_axis_place(&frame->y, item->y[0]);
    *top = ripple_axis_place(&frame->y, item->y[rows]);
}

/* Turned where an axis is reversed. */
static void draw_pixels(RippleCanvas *canvas, guint8 *rgb, guint columns, guint rows, gdouble left,
                        gdouble right, gdouble bottom, gdouble top, gboolean is_smooth)
{
    g_autofree guint8 *turned = g_new(guint8, (gsize)3 * columns * rows);
    for (guint row = 0; row < rows; row++)
        for (guint column = 0; column < columns; column++) {
            guint from_row = top > bottom ? rows - 1 - row : row;
            guint from_column = right < left ? columns - 1 - column : column;
            for (guint i = 0; i < 3; i++)
                turned[3 * ((gsize)row * columns + column) + i] =
                    rgb[3 * ((gsize)from_row * columns + from_column) + i];
        }
    ripple_canvas_image(canvas, turned, columns, rows, fmin(left, right), fmin(top, bottom),
                        fabs(right - left), fabs(bottom - top), is_smooth);
}

void ripple_chart_draw_cells(const RippleChartItem *item, RippleCanvas *canvas,
                             const RippleChartFrame *frame)
{
    const RippleChartCells *cells = &item->cells;
    gdouble left, right, bottom, top;
    if (item->kind == RIPPLE_CHART_IMAGE) {
        edges_of(item, frame, 1, 1, &left, &right, &bottom, &top);
        draw_pixels(canvas, item->rgb, cells->columns, cells->rows, left, right, bottom, top,
                    cells->is_smooth);
        return;
    }
    edges_of(item, frame, cells->columns, cells->rows, &left, &right, &bottom, &top);
    /* An edge at 0 lies nowhere on a logarithmic axis. */
    if (!isfinite(left) || !isfinite(right) || !isfinite(bottom) || !isfinite(top))
        return;
    guint n_x, n_y;
    g_autofree guint *columns = pixels_of(&frame->x, item->x, cells->columns, left, right, &n_x);
    g_autofree guint *rows = pixels_of(&frame->y, item->y, cells->rows, bottom, top, &n_y);
    g_autofree guint8 *rgb = g_new(guint8, (gsize)3 * n_x * n_y);
    RippleAxis colours = fit_colours(item, 0, 1);
    for (guint row = 0; row < n_y; row++)
        for (guint column = 0; column < n_x; column++)
            set_pixel(rgb + 3 * ((gsize)(n_y - 1 - row) * n_x + column),
                      paint_of(item, &colours,
                               item->values[(gsize)rows[row] * cells->columns + columns[column]]));
    draw_pixels(canvas, rgb, n_x, n_y, left, right, bottom, top, cells->is_smooth);
}

/* ---- the bar -------------------------------------------------------------------------------- */

const RippleChartItem *ripple_chart_bar_item(const RippleChart *chart)
{
    for (guint i = 0; i < chart->items->len; i++) {
        const RippleChartItem *item = g_ptr_array_index(chart->items, i);
        if (item->kind == RIPPLE_CHART_CELLS && !item->cells.has_no_bar)
            return item;
    }
    return NULL;
}

gdouble ripple_chart_bar_width(const RippleChart *chart, gdouble height)
{
    const RippleChartItem *item = ripple_chart_bar_item(chart);
    if (!item)
        return 0;
    RippleAxis axis = fit_colours(item, height, 0);
    g_autoptr(GArray) ticks = ripple_chart_ticks(&axis, item->cells.ticks, TRUE);
    gdouble width = 0;
    for (guint i = 0; i < ticks->len; i++)
        width = fmax(
            width, ripple_text_width(g_array_index(ticks, RippleTick, i).text, ripple_chart_text));
    return BAR_GAP + BAR_WIDTH + TICK_GAP + width + 2;
}

void ripple_chart_draw_bar(const RippleChart *chart, RippleCanvas *canvas,
                           const RippleChartFrame *frame)
{
    const RippleChartItem *item = ripple_chart_bar_item(chart);
    if (!item)
        return;
    const RippleBox *plot = &frame->plot;
    gdouble x = plot->x + plot->width + BAR_GAP;
    guint8 rgb[3 * BAR_STEPS];
    for (guint i = 0; i < BAR_STEPS; i++)
        set_pixel(rgb + 3 * i, paint_at(item, 1 - (gdouble)i / (BAR_STEPS - 1)));
    ripple_canvas_image(canvas, rgb, 1, BAR_STEPS, x, plot->y, BAR_WIDTH, plot->height, TRUE);
    RippleAxis axis = fit_colours(item, plot->y + plot->height, plot->y);
    g_autoptr(GArray) ticks = ripple_chart_ticks(&axis, item->cells.ticks, TRUE);
    for (guint i = 0; i < ticks->len; i++) {
        const RippleTick *tick = &g_array_index(ticks, RippleTick, i);
        gdouble y = ripple_axis_place(&axis, tick->value);
        ripple_canvas_line(canvas, x + BAR_WIDTH, y, x + BAR_WIDTH + 3, y,
                           (RippleStyle){.stroke = RIPPLE_PAINT_FAINT});
        ripple_canvas_text(canvas, tick->text, x + BAR_WIDTH + TICK_GAP, y + 4, ripple_chart_text);
    }
}
