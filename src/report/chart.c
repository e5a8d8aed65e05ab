/* Collecting what a chart holds. */
#include "report/chart_private.h"

#include <math.h>
#include <string.h>

static void item_free(gpointer data)
{
    RippleChartItem *item = data;
    g_free(item->name);
    g_free(item->x);
    g_free(item->y);
    g_free(item->upper);
    g_free(item->values);
    g_free(item->rgb);
    g_free((char *)item->cells.title);
    g_free(item);
}

static void label_clear(gpointer label)
{
    g_free(((RippleChartLabel *)label)->text);
}

static void rule_clear(gpointer rule)
{
    g_free(((RippleChartRule *)rule)->text);
}

static RippleChartAxis axis_copy(const RippleChartAxis *axis)
{
    RippleChartAxis copy = *axis;
    copy.title = g_strdup(axis->title);
    copy.names = (const char *const *)g_strdupv((char **)axis->names);
    return copy;
}

static void axis_clear(RippleChartAxis *axis)
{
    g_free((char *)axis->title);
    g_strfreev((char **)axis->names);
}

RippleChart *ripple_chart_new(const char *title, const RippleChartAxis *x, const RippleChartAxis *y)
{
    RippleChart *chart = g_new0(RippleChart, 1);
    chart->title = g_strdup(title);
    chart->x = axis_copy(x);
    chart->y = axis_copy(y);
    chart->items = g_ptr_array_new_with_free_func(item_free);
    chart->labels = g_array_new(FALSE, FALSE, sizeof(RippleChartLabel));
    g_array_set_clear_func(chart->labels, label_clear);
    chart->rules = g_array_new(FALSE, FALSE, sizeof(RippleChartRule));
    g_array_set_clear_func(chart->rules, rule_clear);
    chart->notes = g_ptr_array_new_with_free_func(g_free);
    return chart;
}

void ripple_chart_free(RippleChart *chart)
{
    if (!chart)
        return;
    g_free(chart->title);
    axis_clear(&chart->x);
    axis_clear(&chart->y);
    g_ptr_array_unref(chart->items);
    g_array_unref(chart->labels);
    g_array_unref(chart->rules);
    g_ptr_array_unref(chart->notes);
    g_free(chart->empty_text);
    g_free(chart);
}

/* ---- items ---------------------------------------------------------------------------------- */

static gdouble *copy(const gdouble *numbers, gsize count)
{
    return g_memdup2(numbers, count * sizeof *numbers);
}

static RippleChartItem *add(RippleChart *chart, RippleChartKind kind, const char *name, gsize count,
                            RippleStyle style)
{
    RippleChartItem *item = g_new0(RippleChartItem, 1);
    item->kind = kind;
    item->name = g_strdup(name);
    item->count = count;
    item->style = style;
    g_ptr_array_add(chart->items, item);
    return item;
}

static RippleChartItem *add_line(RippleChart *chart, const char *name, const gdouble *x,
                                 const gdouble *y, gsize count, RippleStyle style)
{
    RippleChartItem *item = add(chart, RIPPLE_CHART_LINE, name, count, style);
    item->x = copy(x, count);
    item->y = copy(y, count);
    return item;
}

void ripple_chart_line(RippleChart *chart, const char *name, const gdouble *x, const gdouble *y,
                       gsize count, RippleStyle style)
{
    add_line(chart, name, x, y, count, style);
}

static void add_label(RippleChart *chart, const RippleChartItem *line, gdouble x, gdouble y,
                      const char *text, RippleTextStyle style)
{
    if (style.size == 0)
        style.size = RIPPLE_CHART_TEXT_SIZE;
    const RippleChartLabel label = {line, x, y, g_strdup(text), style};
    g_array_append_val(chart->labels, label);
}

void ripple_chart_contour(RippleChart *chart, const gdouble *x, const gdouble *y, gsize count,
                          RippleStyle style, const char *text, RippleTextStyle text_style)
{
    RippleChartItem *item = add_line(chart, NULL, x, y, count, style);
    item->may_be_covered = TRUE;
    if (text)
        add_label(chart, item, NAN, NAN, text, text_style);
}

void ripple_chart_band(RippleChart *chart, const char *name, const gdouble *x, const gdouble *low,
                       const gdouble *high, gsize count, RippleStyle style)
{
    RippleChartItem *item = add(chart, RIPPLE_CHART_BAND, name, count, style);
    item->x = copy(x, count);
    item->y = copy(low, count);
    item->upper = copy(high, count);
}

void ripple_chart_points(RippleChart *chart, const char *name, const gdouble *x, const gdouble *y,
                         gsize count, gdouble radius, RippleStyle style)
{
    RippleChartItem *item = add(chart, RIPPLE_CHART_POINTS, name, count, style);
    item->x = copy(x, count);
    item->y = copy(y, count);
    item->radius = radius;
}

void ripple_chart_bars(RippleChart *chart, const char *name, const gdouble *edges,
                       const gdouble *heights, gsize count, RippleStyle style)
{
    RippleChartItem *item = add(chart, RIPPLE_CHART_BARS, name, count, style);
    item->x = copy(edges, count + 1);
    item->y = copy(heights, count);
}

static gdouble *edges_or_halves(const gdouble *edges, guint count)
{
    if (edges)
        return copy(edges, count + 1);
    gdouble *halves = g_new(gdouble, count + 1);
    for (guint i = 0; i <= count; i++)
        halves[i] = i - 0.5;
    return halves;
}

void ripple_chart_cells(RippleChart *chart, const RippleChartCells *cells)
{
    g_return_if_fail(cells->columns > 0 && cells->rows > 0);
    RippleChartItem *item = add(chart, RIPPLE_CHART_CELLS, NULL, cells->columns, (RippleStyle){0});
    item->cells = *cells;
    item->cells.title = g_strdup(cells->title);
    item->x = edges_or_halves(cells->x_edges, cells->columns);
    item->y = edges_or_halves(cells->y_edges, cells->rows);
    item->values = copy(cells->values, (gsize)cells->columns * cells->rows);
}

void ripple_chart_image(RippleChart *chart, const guint8 *rgb, guint columns, guint rows,
                        gdouble left, gdouble right, gdouble bottom, gdouble top,
                        gboolean is_smooth)
{
    g_return_if_fail(columns > 0 && rows > 0);
    RippleChartItem *item = add(chart, RIPPLE_CHART_IMAGE, NULL, 1, (RippleStyle){0});
    const gdouble x[] = {left, right}, y[] = {bottom, top};
    item->x = copy(x, 2);
    item->y = copy(y, 2);
    item->cells = (RippleChartCells){
        .columns = columns, .rows = rows, .is_smooth = is_smooth, .has_no_bar = TRUE};
    item->rgb = g_memdup2(rgb, (gsize)3 * columns * rows);
}

/* ---- what is said --------------------------------------------------------------------------- */

void ripple_chart_label(RippleChart *chart, gdouble x, gdouble y, const char *text,
                        RippleTextStyle style)
{
    add_label(chart, NULL, x, y, text, style);
}

static void add_rule(RippleChart *chart, gboolean is_y, gdouble value, const char *text,
                     RipplePaint paint)
{
    const RippleChartRule rule = {is_y, value, g_strdup(text), paint};
    g_array_append_val(chart->rules, rule);
}

void ripple_chart_rule_x(RippleChart *chart, gdouble value, const char *text, RipplePaint paint)
{
    add_rule(chart, FALSE, value, text, paint);
}

void ripple_chart_rule_y(RippleChart *chart, gdouble value, const char *text, RipplePaint paint)
{
    add_rule(chart, TRUE, value, text, paint);
}

void ripple_chart_note(RippleChart *chart, const char *note)
{
    g_ptr_array_add(chart->notes, g_strdup(note));
}

void ripple_chart_set_empty_text(RippleChart *chart, const char *text)
{
    g_free(chart->empty_text);
    chart->empty_text = g_strdup(text);
}

void ripple_chart_set_height(RippleChart *chart, gdouble height)
{
    chart->height = height;
}
