/* The axes of a chart: what they hold, their ticks, and the room these take. */
#include "draw/text.h"
#include "report/chart_private.h"

#include <math.h>

/* Between a tick's text and the plot; the least between two texts. */
#define TICK_GAP 7.0
#define TEXT_GAP 12.0

/* From the plot down to the foot of the texts below it. */
#define TICK_FOOT 18.0

/* Between ticks. */
#define TICK_HEIGHT 34.0
#define TICK_WIDTH 40.0

RippleTextStyle ripple_chart_align(RippleTextStyle style, gdouble align)
{
    style.align = align;
    return style;
}

/* ---- what an axis holds --------------------------------------------------------------------- */

typedef struct {
    gdouble least;
    gdouble most;
    gboolean is_logarithmic;
} Range;

static void hold(Range *range, const gdouble *values, gsize count)
{
    for (gsize i = 0; values && i < count; i++) {
        if (!isfinite(values[i]) || (range->is_logarithmic && values[i] <= 0))
            continue;
        range->least = fmin(range->least, values[i]);
        range->most = fmax(range->most, values[i]);
    }
}

static gboolean has_edges(const RippleChartItem *item)
{
    return item->kind == RIPPLE_CHART_CELLS || item->kind == RIPPLE_CHART_IMAGE;
}

static Range range_of_items(const RippleChart *chart, gboolean is_y)
{
    const RippleChartAxis *axis = is_y ? &chart->y : &chart->x;
    Range range = {INFINITY, -INFINITY, axis->scale == RIPPLE_SCALE_LOGARITHMIC};
    for (guint i = 0; i < chart->items->len; i++) {
        const RippleChartItem *item = g_ptr_array_index(chart->items, i);
        gsize n_rows = item->kind == RIPPLE_CHART_IMAGE ? 1 : item->cells.rows;
        gboolean bars = item->kind == RIPPLE_CHART_BARS;
        if (!is_y)
            hold(&range, item->x, item->count + (bars || has_edges(item)));
        else if (has_edges(item))
            hold(&range, item->y, n_rows + 1);
        else
            hold(&range, item->y, item->count);
        if (is_y)
            hold(&range, item->upper, item->count);
    }
    return range;
}

gboolean ripple_chart_is_empty(const RippleChart *chart)
{
    Range x = range_of_items(chart, FALSE), y = range_of_items(chart, TRUE);
    return x.least > x.most || y.least > y.most;
}

/* May the plot end where the item ends, without room? */
static gboolean is_tight(const RippleChart *chart, gboolean is_y)
{
    for (guint i = 0; i < chart->items->len; i++) {
        const RippleChartItem *item = g_ptr_array_index(chart->items, i);
        if (has_edges(item) || (!is_y && item->kind == RIPPLE_CHART_BARS))
            return TRUE;
    }
    return FALSE;
}

static gboolean has_bars(const RippleChart *chart)
{
    for (guint i = 0; i < chart->items->len; i++)
        if (((RippleChartItem *)g_ptr_array_index(chart->items, i))->kind == RIPPLE_CHART_BARS)
            return TRUE;
    return FALSE;
}

static Range range_of(const RippleChart *chart, gboolean is_y)
{
    Range range = range_of_items(chart, is_y);
    for (guint i = 0; i < chart->rules->len; i++) {
        const RippleChartRule *rule = &g_array_index(chart->rules, RippleChartRule, i);
        if (rule->is_y == is_y)
            hold(&range, &rule->value, 1);
    }
    if (range.least > range.most) {
        range.least = range.is_logarithmic ? 1 : 0;
        range.most = range.is_logarithmic ? 10 : 1;
    }
    return range;
}

static RippleAxis fit(const RippleChart *chart, gboolean is_y, gdouble start, gdouble end)
{
    const RippleChartAxis *own = is_y ? &chart->y : &chart->x;
    Range range = range_of(chart, is_y);
    gboolean from_zero = is_y && !range.is_logarithmic && has_bars(chart);
    if (from_zero)
        range = (Range){fmin(range.least, 0), fmax(range.most, 0), FALSE};
    if (own->is_reversed) {
        gdouble swapped = start;
        start = end;
        end = swapped;
    }
    RippleAxis axis = ripple_axis_fit(own->scale, range.least, range.most, start, end);
    if (own->names) {
        axis.low = -0.5;
        axis.high = g_strv_length((char **)own->names) - 0.5;
    } else if (is_tight(chart, is_y) && range.least < range.most) {
        axis.low = range.least;
        axis.high = range.most;
    } else if (range.least >= 0 && !range.is_logarithmic) {
        axis.low = from_zero ? 0 : fmax(axis.low, 0);
    }
    if (own->least < own->most) {
        axis.low = own->least;
        axis.high = own->most;
    }
    return axis;
}

RippleAxis ripple_chart_fit_x(const RippleChart *chart, gdouble start, gdouble end)
{
    return fit(chart, FALSE, start, end);
}

RippleAxis ripple_chart_fit_y(const RippleChart *chart, gdouble start, gdouble end)
{
    return fit(chart, TRUE, start, end);
}

/* ---- ticks ---------------------------------------------------------------------------------- */

static void tick_clear(gpointer tick)
{
    g_free(((RippleTick *)tick)->text);
}

/* So many names that each has `room` for its text. */
static GArray *names_as_ticks(const RippleChartAxis *own, const RippleAxis *axis, gdouble room,
                              gdouble most_width)
{
    GArray *ticks = g_array_new(FALSE, FALSE, sizeof(RippleTick));
    g_array_set_clear_func(ticks, tick_clear);
    guint count = g_strv_length((char **)own->names);
    gdouble each = fabs(axis->end - axis->start) / fmax(axis->high - axis->low, 1);
    guint apart = (guint)fmax(ceil(room / fmax(each, 1e-3)), 1);
    for (guint i = 0; i < count; i += apart) {
        RippleTick tick = {i, ripple_text_cut(own->names[i], most_width, ripple_chart_text)};
        g_array_append_val(ticks, tick);
    }
    return ticks;
}

static gdouble widest(const GArray *ticks)
{
    gdouble width = 0;
    for (guint i = 0; i < ticks->len; i++)
        width = fmax(
            width, ripple_text_width(g_array_index(ticks, RippleTick, i).text, ripple_chart_text));
    return width;
}

/* Do the texts keep apart, side by side or one above the other? */
static gboolean have_room(const GArray *ticks, const RippleAxis *axis, gboolean is_across)
{
    gdouble room = is_across ? RIPPLE_CHART_TEXT_SIZE + 3 : widest(ticks) + TEXT_GAP;
    for (guint i = 1; i < ticks->len; i++) {
        gdouble before = g_array_index(ticks, RippleTick, i - 1).value;
        gdouble value = g_array_index(ticks, RippleTick, i).value;
        if (fabs(ripple_axis_place(axis, value) - ripple_axis_place(axis, before)) < room)
            return FALSE;
    }
    return TRUE;
}

/* About every so many points; closer where that would leave a single one. */
GArray *ripple_chart_ticks(const RippleAxis *axis, RippleTicks kind, gboolean is_across)
{
    gdouble length = fabs(axis->end - axis->start);
    int usual = (int)fmax(length / (is_across ? TICK_HEIGHT : TICK_WIDTH), 1);
    int most = (int)fmax(length / (RIPPLE_CHART_TEXT_SIZE + 3), 1);
    for (int i = 0; i < usual + most; i++) {
        guint wanted = (guint)(i < usual ? usual - i : i);
        g_autoptr(GArray) ticks = ripple_axis_ticks(axis, kind, wanted);
        if (ticks->len >= 2 && have_room(ticks, axis, is_across))
            return g_steal_pointer(&ticks);
    }
    GArray *ticks = ripple_axis_ticks(axis, kind, 1);
    g_array_set_size(ticks, MIN(ticks->len, 1));
    return ticks;
}

/* Names below the axis stand upright where the columns are too narrow for them. */
static gboolean is_upright(const RippleChartAxis *own, const RippleAxis *axis, gdouble most)
{
    if (!own->names)
        return FALSE;
    g_autoptr(GArray) ticks = names_as_ticks(own, axis, 0, most);
    gdouble each = fabs(axis->end - axis->start) / fmax(axis->high - axis->low, 1);
    return widest(ticks) + TEXT_GAP / 2 > each;
}

static GArray *ticks_of_x(const RippleChartAxis *own, const RippleAxis *axis, gdouble most)
{
    if (own->has_no_ticks)
        return g_array_new(FALSE, FALSE, sizeof(RippleTick));
    return own->names ? names_as_ticks(own, axis, RIPPLE_CHART_TEXT_SIZE + 2, most)
                      : ripple_chart_ticks(axis, own->ticks, FALSE);
}

static GArray *ticks_of_y(const RippleChartAxis *own, const RippleAxis *axis, gdouble most)
{
    if (own->has_no_ticks)
        return g_array_new(FALSE, FALSE, sizeof(RippleTick));
    return own->names ? names_as_ticks(own, axis, RIPPLE_CHART_TEXT_SIZE + 3, most)
                      : ripple_chart_ticks(axis, own->ticks, TRUE);
}

/* ---- room ----------------------------------------------------------------------------------- */

gdouble ripple_chart_left_margin(const RippleChart *chart, gdouble height, gdouble most)
{
    RippleAxis axis = ripple_chart_fit_y(chart, height, 0);
    g_autoptr(GArray) ticks = ticks_of_y(&chart->y, &axis, most);
    return ticks->len > 0 ? widest(ticks) + TICK_GAP : 0;
}

gdouble ripple_chart_bottom_margin(const RippleChart *chart, gdouble width, gdouble most,
                                   gdouble *beside)
{
    RippleAxis axis = ripple_chart_fit_x(chart, 0, width);
    g_autoptr(GArray) ticks = ticks_of_x(&chart->x, &axis, most);
    gboolean upright = is_upright(&chart->x, &axis, most);
    *beside = ticks->len > 0 && !upright ? widest(ticks) / 2 : 0;
    if (ticks->len == 0)
        return 4;
    return upright ? widest(ticks) + TICK_GAP + 4 : TICK_FOOT + 5;
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* Lines of the grid would hide cells. */
static gboolean has_grid(const RippleChart *chart, const RippleChartAxis *own)
{
    return !own->names && !is_tight(chart, TRUE);
}

static void draw_x_ticks(const RippleChart *chart, RippleCanvas *canvas,
                         const RippleChartFrame *frame, gdouble most)
{
    gdouble foot = frame->plot.y + frame->plot.height;
    g_autoptr(GArray) ticks = ticks_of_x(&chart->x, &frame->x, most);
    gboolean upright = is_upright(&chart->x, &frame->x, most);
    RippleTextStyle style = ripple_chart_align(ripple_chart_text, upright ? 1 : 0.5);
    style.angle = upright ? -90 : 0;
    for (guint i = 0; i < ticks->len; i++) {
        const RippleTick *tick = &g_array_index(ticks, RippleTick, i);
        gdouble x = ripple_axis_place(&frame->x, tick->value);
        if (has_grid(chart, &chart->x))
            ripple_canvas_line(canvas, x, frame->plot.y, x, foot,
                               (RippleStyle){.stroke = RIPPLE_PAINT_GRID});
        ripple_canvas_text(canvas, tick->text, x + (upright ? 4 : 0),
                           foot + (upright ? TICK_GAP : TICK_FOOT), style);
    }
}

static void draw_y_ticks(const RippleChart *chart, RippleCanvas *canvas,
                         const RippleChartFrame *frame, gdouble most)
{
    g_autoptr(GArray) ticks = ticks_of_y(&chart->y, &frame->y, most);
    for (guint i = 0; i < ticks->len; i++) {
        const RippleTick *tick = &g_array_index(ticks, RippleTick, i);
        gdouble y = ripple_axis_place(&frame->y, tick->value);
        if (has_grid(chart, &chart->y))
            ripple_canvas_line(canvas, frame->plot.x, y, frame->plot.x + frame->plot.width, y,
                               (RippleStyle){.stroke = RIPPLE_PAINT_GRID});
        ripple_canvas_text(canvas, tick->text, frame->plot.x - TICK_GAP, y + 4,
                           ripple_chart_align(ripple_chart_text, 1));
    }
}

void ripple_chart_draw_axes(const RippleChart *chart, RippleCanvas *canvas,
                            const RippleChartFrame *frame, gdouble most)
{
    const RippleBox *plot = &frame->plot;
    draw_x_ticks(chart, canvas, frame, most);
    draw_y_ticks(chart, canvas, frame, most);
    ripple_canvas_line(canvas, plot->x, plot->y + plot->height, plot->x + plot->width,
                       plot->y + plot->height, (RippleStyle){.stroke = RIPPLE_PAINT_FAINT});
}
