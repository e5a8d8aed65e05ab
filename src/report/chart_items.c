/* What lies between the axes of a chart. */
#include "report/chart_private.h"

#include <math.h>

/* Of the boxes that stand for a line, so that labels keep clear of it. */
#define PIECE 4.0

/* Among more points than that no label finds a place of its own. */
#define MOST_TAKEN_POINTS 2000

/* Points of a line for each point of width beyond which it is thinned. */
#define DENSE 4.0

/* ---- lines ---------------------------------------------------------------------------------- */

static RipplePoint place(const RippleChartFrame *frame, gdouble x, gdouble y)
{
    return (RipplePoint){ripple_axis_place(&frame->x, x), ripple_axis_place(&frame->y, y)};
}

static gboolean is_rising(const gdouble *x, gsize count)
{
    for (gsize i = 1; i < count; i++)
        if (!(x[i] >= x[i - 1]))
            return FALSE;
    return TRUE;
}

/* Points of one column of pixels: the first, the lowest, the highest and the last say all. */
typedef struct {
    RipplePoint first;
    RipplePoint last;
    RipplePoint low;
    RipplePoint high;
    gsize count;
} Column;

static void end_column(GArray *points, Column *column)
{
    if (column->count > 0) {
        gboolean low_first = column->low.x <= column->high.x;
        g_array_append_val(points, column->first);
        g_array_append_vals(points, low_first ? &column->low : &column->high, 1);
        g_array_append_vals(points, low_first ? &column->high : &column->low, 1);
        g_array_append_val(points, column->last);
    }
    column->count = 0;
}

static gboolean is_placed(RipplePoint point)
{
    return isfinite(point.x) && isfinite(point.y);
}

static GArray *thinned(const GArray *all)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(RipplePoint));
    Column column = {.count = 0};
    for (guint i = 0; i < all->len; i++) {
        RipplePoint point = g_array_index(all, RipplePoint, i);
        if (!is_placed(point)) {
            end_column(points, &column);
            g_array_append_val(points, point);
            continue;
        }
        if (column.count > 0 && floor(point.x) != floor(column.first.x))
            end_column(points, &column);
        if (column.count++ == 0)
            column.first = column.low = column.high = point;
        if (point.y > column.low.y)
            column.low = point;
        if (point.y < column.high.y)
            column.high = point;
        column.last = point;
    }
    end_column(points, &column);
    return points;
}

static GArray *places_of(const RippleChartFrame *frame, const gdouble *x, const gdouble *y,
                         gsize count)
{
    g_autoptr(GArray) points = g_array_sized_new(FALSE, FALSE, sizeof(RipplePoint), (guint)count);
    for (gsize i = 0; i < count; i++) {
        RipplePoint point = place(frame, x[i], y[i]);
        g_array_append_val(points, point);
    }
    if (count > DENSE * frame->plot.width && is_rising(x, count))
        return thinned(points);
    return g_steal_pointer(&points);
}

static void take_line(GArray *taken, RipplePoint from, RipplePoint to)
{
    gdouble length = hypot(to.x - from.x, to.y - from.y);
    guint pieces = (guint)fmin(length / PIECE, 1000) + 1;
    for (guint i = 0; i <= pieces; i++) {
        gdouble share = (gdouble)i / pieces;
        RippleBox box = {from.x + share * (to.x - from.x) - PIECE / 2,
                         from.y + share * (to.y - from.y) - PIECE / 2, PIECE, PIECE};
        g_array_append_val(taken, box);
    }
}

static void take_path(GArray *taken, const GArray *points)
{
    for (guint i = 1; i < points->len; i++) {
        RipplePoint from = g_array_index(points, RipplePoint, i - 1);
        RipplePoint to = g_array_index(points, RipplePoint, i);
        if (is_placed(from) && is_placed(to))
            take_line(taken, from, to);
    }
}

void ripple_chart_take_line(const RippleChartItem *line, const RippleChartFrame *frame,
                            GArray *taken)
{
    g_autoptr(GArray) points = places_of(frame, line->x, line->y, line->count);
    take_path(taken, points);
}

/* A line of which a gap leaves single points shows them as dots. */
static void draw_lone_points(RippleCanvas *canvas, const GArray *points, RippleStyle style)
{
    gdouble radius = fmax(style.width, 1) * 1.4;
    for (guint i = 0; i < points->len; i++) {
        RipplePoint point = g_array_index(points, RipplePoint, i);
        gboolean before = i > 0 && is_placed(g_array_index(points, RipplePoint, i - 1));
        gboolean after =
            i + 1 < points->len && is_placed(g_array_index(points, RipplePoint, i + 1));
        if (is_placed(point) && !before && !after)
            ripple_canvas_disc(canvas, point.x, point.y, radius,
                               (RippleStyle){.fill = style.stroke, .opacity = style.opacity});
    }
}

static void draw_line(const RippleChartItem *item, RippleCanvas *canvas,
                      const RippleChartFrame *frame, GArray *taken)
{
    g_autoptr(GArray) points = places_of(frame, item->x, item->y, item->count);
    ripple_canvas_path(canvas, (const RipplePoint *)(gpointer)points->data, points->len,
                       item->style);
    draw_lone_points(canvas, points, item->style);
    if (taken && !item->may_be_covered)
        take_path(taken, points);
}

/* ---- bands, points, bars -------------------------------------------------------------------- */

/* One piece between gaps: along the upper ends, and back along the lower. */
static void draw_band_piece(const RippleChartItem *item, RippleCanvas *canvas,
                            const RippleChartFrame *frame, gsize first, gsize end)
{
    g_autoptr(GArray) above = places_of(frame, item->x + first, item->upper + first, end - first);
    g_autoptr(GArray) below = places_of(frame, item->x + first, item->y + first, end - first);
    for (guint i = below->len; i-- > 0;)
        g_array_append_vals(above, &g_array_index(below, RipplePoint, i), 1);
    ripple_canvas_polygon(canvas, (const RipplePoint *)(gpointer)above->data, above->len,
                          item->style);
}

static void draw_band(const RippleChartItem *item, RippleCanvas *canvas,
                      const RippleChartFrame *frame)
{
    gsize first = 0;
    for (gsize i = 0; i <= item->count; i++) {
        if (i < item->count && is_placed(place(frame, item->x[i], item->y[i])) &&
            is_placed(place(frame, item->x[i], item->upper[i])))
            continue;
        if (i > first + 1)
            draw_band_piece(item, canvas, frame, first, i);
        first = i + 1;
    }
}

static gboolean is_within(const RippleBox *plot, RipplePoint point)
{
    return point.x >= plot->x - 0.01 && point.x <= plot->x + plot->width + 0.01 &&
           point.y >= plot->y - 0.01 && point.y <= plot->y + plot->height + 0.01;
}

static void draw_points(const RippleChartItem *item, RippleCanvas *canvas,
                        const RippleChartFrame *frame, GArray *taken)
{
    gdouble radius = item->radius > 0 ? item->radius : 3;
    for (gsize i = 0; i < item->count; i++) {
        RipplePoint point = place(frame, item->x[i], item->y[i]);
        if (!is_placed(point) || !is_within(&frame->plot, point))
            continue;
        ripple_canvas_disc(canvas, point.x, point.y, radius, item->style);
        RippleBox box = {point.x - radius, point.y - radius, 2 * radius, 2 * radius};
        if (taken && item->count <= MOST_TAKEN_POINTS)
            g_array_append_val(taken, box);
    }
}

static void draw_bars(const RippleChartItem *item, RippleCanvas *canvas,
                      const RippleChartFrame *frame)
{
    const RippleAxis *axis = &frame->y;
    gdouble foot = axis->scale == RIPPLE_SCALE_LOGARITHMIC
                       ? axis->start
                       : ripple_axis_place(axis, CLAMP(0, axis->low, axis->high));
    for (gsize i = 0; i < item->count; i++) {
        RipplePoint from = place(frame, item->x[i], item->y[i]);
        gdouble to = ripple_axis_place(&frame->x, item->x[i + 1]);
        if (is_placed(from) && isfinite(to) && from.y != foot)
            ripple_canvas_rectangle(canvas, fmin(from.x, to), fmin(from.y, foot), fabs(to - from.x),
                                    fabs(foot - from.y), item->style);
    }
}

/* ---- all ------------------------------------------------------------------------------------ */

/* Without edges: what reaches over the plot is cut off at it, but for points. */
static void draw_item(const RippleChartItem *item, RippleCanvas *canvas,
                      const RippleChartFrame *frame, GArray *taken)
{
    switch (item->kind) {
    case RIPPLE_CHART_LINE:
        draw_line(item, canvas, frame, taken);
        break;
    case RIPPLE_CHART_BAND:
        draw_band(item, canvas, frame);
        break;
    case RIPPLE_CHART_BARS:
        draw_bars(item, canvas, frame);
        break;
    case RIPPLE_CHART_POINTS:
        draw_points(item, canvas, frame, taken);
        break;
    case RIPPLE_CHART_CELLS:
    case RIPPLE_CHART_IMAGE:
        ripple_chart_draw_cells(item, canvas, frame);
        break;
    }
}

void ripple_chart_draw_items(const RippleChart *chart, RippleCanvas *canvas,
                             const RippleChartFrame *frame, GArray *taken)
{
    const RippleBox *plot = &frame->plot;
    for (guint i = 0; i < chart->items->len; i++) {
        const RippleChartItem *item = g_ptr_array_index(chart->items, i);
        gboolean is_clipped = item->kind != RIPPLE_CHART_POINTS;
        if (is_clipped)
            ripple_canvas_begin_clip(canvas, plot->x, plot->y, plot->width, plot->height);
        draw_item(item, canvas, frame, taken);
        if (is_clipped)
            ripple_canvas_end(canvas);
    }
}
