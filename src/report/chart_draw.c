/* A chart in its rectangle: what lies around the plot, and what is said in it. */
#include "draw/text.h"
#include "report/chart_private.h"

#include <math.h>

#define LINE RIPPLE_CHART_LINE_HEIGHT

/* Names at the axes take at most this share of the width. */
#define MOST_NAMES 0.3

/* Where less than that is left, the plot lies over its surroundings rather than vanish. */
#define LEAST_PLOT 20.0

/* ---- what lies above the plot --------------------------------------------------------------- */

static gdouble draw_heading(const RippleChart *chart, RippleCanvas *canvas, gdouble x, gdouble y,
                            gdouble width)
{
    gdouble foot = y;
    if (chart->title) {
        g_autofree char *title = ripple_text_cut(chart->title, width, ripple_chart_bold);
        foot += RIPPLE_CHART_TITLE_SIZE + 1;
        if (canvas)
            ripple_canvas_text(canvas, title, x, foot, ripple_chart_bold);
        foot += 5;
    }
    for (guint i = 0; i < chart->notes->len; i++) {
        g_auto(GStrv) lines =
            ripple_text_wrap(g_ptr_array_index(chart->notes, i), width, ripple_chart_faint);
        for (guint line = 0; lines[line]; line++) {
            foot += LINE - 2;
            if (canvas)
                ripple_canvas_text(canvas, lines[line], x, foot - 3, ripple_chart_faint);
        }
    }
    return foot - y;
}

/* The titles of the upward axis and of the bar, on one line where they fit, else on two. */
static gdouble draw_titles_above(const RippleChart *chart, RippleCanvas *canvas, gdouble x,
                                 gdouble y, gdouble width)
{
    const RippleChartItem *bar = ripple_chart_bar_item(chart);
    g_autofree char *left =
        chart->y.title ? ripple_text_cut(chart->y.title, width, ripple_chart_faint) : NULL;
    g_autofree char *right = bar && bar->cells.title
                                 ? ripple_text_cut(bar->cells.title, width, ripple_chart_faint)
                                 : NULL;
    gdouble taken = 0;
    if (left && right)
        taken = ripple_text_width(left, ripple_chart_faint) + 20;
    gdouble height = left || right ? LINE + 4 : 0;
    gdouble lower =
        right && taken + ripple_text_width(right, ripple_chart_faint) > width ? LINE : 0;
    if (canvas && left)
        ripple_canvas_text(canvas, left, x, y + LINE - 5, ripple_chart_faint);
    if (canvas && right)
        ripple_canvas_text(canvas, right, x + width, y + LINE - 5 + lower,
                           ripple_chart_align(ripple_chart_faint, 1));
    return height + lower;
}

/* The heading from the top, the titles of the axes just above the plot; without a canvas only how
 * high both are. */
static gdouble draw_above(const RippleChart *chart, RippleCanvas *canvas, gdouble x, gdouble y,
                          gdouble width, gdouble plot_y, gboolean with_legend)
{
    gdouble height = draw_heading(chart, canvas, x, y, width);
    if (with_legend) {
        g_autoptr(GPtrArray) legend = ripple_chart_legend(chart);
        if (canvas && legend->len > 0)
            ripple_chart_draw_legend(legend, canvas, x, y + height, width);
        height += ripple_chart_legend_height(legend, width);
    }
    gdouble titles = draw_titles_above(chart, NULL, x, 0, width);
    if (canvas)
        draw_titles_above(chart, canvas, x, plot_y - titles, width);
    return height + titles;
}

RippleMargins ripple_chart_margins(const RippleChart *chart, gdouble width, gdouble plot_height,
                                   gboolean with_legend, const RippleMargins *least)
{
    RippleMargins margins = *least;
    gdouble most = MOST_NAMES * width, beside = 0;
    margins.top = fmax(draw_above(chart, NULL, 0, 0, width, 0, with_legend), 6);
    margins.left = fmax(margins.left, ripple_chart_left_margin(chart, plot_height, most));
    margins.right = fmax(margins.right, ripple_chart_bar_width(chart, plot_height));
    /* What stands below depends on the width, and the other way round; the second time both have
     * settled. */
    for (guint i = 0; i < 2; i++) {
        gdouble plot_width = fmax(width - margins.left - margins.right, LEAST_PLOT);
        margins.bottom = ripple_chart_bottom_margin(chart, plot_width, most, &beside) +
                         (chart->x.title ? LINE : 0);
        margins.left = fmax(margins.left, beside);
        margins.right = fmax(margins.right, beside);
    }
    return margins;
}

/* ---- what is said in the plot --------------------------------------------------------------- */

/* NAN for what lies outside an axis whose ends were given. */
static gdouble rule_place(const RippleChartRule *rule, const RippleChartFrame *frame)
{
    const RippleAxis *axis = rule->is_y ? &frame->y : &frame->x;
    gboolean is_within = rule->value >= axis->low && rule->value <= axis->high;
    return is_within ? ripple_axis_place(axis, rule->value) : NAN;
}

static void draw_rule(const RippleChartRule *rule, RippleCanvas *canvas,
                      const RippleChartFrame *frame, GArray *taken)
{
    const RippleStyle style = {.stroke = rule->paint, .width = 1.2, .dashed = TRUE};
    const RippleBox *plot = &frame->plot;
    gdouble at = rule_place(rule, frame);
    if (!isfinite(at))
        return;
    if (rule->is_y)
        ripple_canvas_line(canvas, plot->x, at, plot->x + plot->width, at, style);
    else
        ripple_canvas_line(canvas, at, plot->y, at, plot->y + plot->height, style);
    RippleBox box = rule->is_y ? (RippleBox){plot->x, at - 1, plot->width, 2}
                               : (RippleBox){at - 1, plot->y, 2, plot->height};
    g_array_append_val(taken, box);
}

/* Boxes that labels keep clear of. */
typedef struct {
    GArray *all;   /* of RippleBox: lines, points and texts */
    GArray *texts; /* the last of them alone */
} Taken;

/* A place clear of all, or at least of other texts; FALSE where there is none. */
static gboolean find_place(const Taken *taken, const RippleBox *bounds, gdouble x, gdouble y,
                           gdouble width, gdouble height, RippleBox *box)
{
    GArray *const tries[] = {taken->all, taken->texts};
    for (guint i = 0; i < G_N_ELEMENTS(tries); i++) {
        *box = ripple_label_place(tries[i], bounds, x, y, width, height);
        g_array_set_size(tries[i], tries[i]->len - 1);
        if (ripple_box_is_free(box, taken->texts, bounds))
            return TRUE;
    }
    return FALSE;
}

/* `text` near (x, y), with a line to there when it had to go far. Where there is no room for it, it
 * is left out. */
static void draw_text_near(RippleCanvas *canvas, const Taken *taken, const RippleBox *bounds,
                           gdouble x, gdouble y, const char *text, RippleTextStyle style)
{
    g_autofree char *cut = ripple_text_cut(text, bounds->width - 8, style);
    RippleBox box;
    if (!find_place(taken, bounds, x, y, ripple_text_width(cut, style) + 4, style.size + 4, &box))
        return;
    g_array_append_val(taken->all, box);
    g_array_append_val(taken->texts, box);
    gdouble near_x = x, near_y = y;
    ripple_box_nearest(&box, &near_x, &near_y);
    if (hypot(near_x - x, near_y - y) > 16)
        ripple_canvas_line(canvas, x, y, near_x, near_y,
                           (RippleStyle){.stroke = RIPPLE_PAINT_FAINT, .width = 0.8});
    style.align = 0;
    style.angle = 0;
    ripple_canvas_text(canvas, cut, box.x + 2, box.y + style.size, style);
}

/* Where on its line a number of that size covers nothing in `taken`. */
static gboolean find_place_on(const RippleChartItem *line, const RippleChartFrame *frame,
                              const GArray *taken, RippleBox *box)
{
    static const gdouble shares[] = {0.33, 0.5, 0.67, 0.42, 0.58, 0.25, 0.75, 0.15, 0.85};
    for (guint i = 0; line->count > 0 && i < G_N_ELEMENTS(shares); i++) {
        gsize point = (gsize)(shares[i] * line->count);
        box->x = ripple_axis_place(&frame->x, line->x[point]) - box->width / 2;
        box->y = ripple_axis_place(&frame->y, line->y[point]) - box->height / 2;
        if (ripple_box_is_free(box, taken, &frame->plot))
            return TRUE;
    }
    return FALSE;
}

/* What is taken, and all lines of equal height but `line`. Free with g_array_unref. */
static GArray *taken_beside(const RippleChart *chart, const RippleChartItem *line,
                            const RippleChartFrame *frame, const Taken *taken)
{
    GArray *beside = g_array_copy(taken->all);
    for (guint i = 0; i < chart->items->len; i++) {
        const RippleChartItem *item = g_ptr_array_index(chart->items, i);
        if (item->may_be_covered && item != line)
            ripple_chart_take_line(item, frame, beside);
    }
    return beside;
}

/* The number of a line of equal height, upon it. Where such lines are dense, it may cover others.
 */
static void draw_number(const RippleChart *chart, const RippleChartLabel *label,
                        RippleCanvas *canvas, const RippleChartFrame *frame, const Taken *taken)
{
    g_autoptr(GArray) beside = taken_beside(chart, label->line, frame, taken);
    RippleBox box = {.width = ripple_text_width(label->text, label->style) + 4,
                     .height = label->style.size + 4};
    if (!find_place_on(label->line, frame, beside, &box) &&
        !find_place_on(label->line, frame, taken->all, &box))
        return;
    g_array_append_val(taken->all, box);
    g_array_append_val(taken->texts, box);
    ripple_canvas_text(canvas, label->text, box.x + 2, box.y + label->style.size, label->style);
}

static void draw_rule_text(const RippleChartRule *rule, RippleCanvas *canvas,
                           const RippleChartFrame *frame, const Taken *taken)
{
    const RippleBox *plot = &frame->plot;
    gdouble at = rule_place(rule, frame);
    if (!rule->text || !isfinite(at))
        return;
    RippleTextStyle style = {.size = RIPPLE_CHART_TEXT_SIZE, .paint = rule->paint};
    gdouble x = rule->is_y ? plot->x + plot->width - ripple_text_width(rule->text, style) - 12 : at;
    gdouble y = rule->is_y ? at - 8 : plot->y + 10;
    draw_text_near(canvas, taken, plot, fmax(x, plot->x), y, rule->text, style);
}

static void draw_said(const RippleChart *chart, RippleCanvas *canvas, const RippleChartFrame *frame,
                      const Taken *taken)
{
    for (guint i = 0; i < chart->rules->len; i++)
        draw_rule_text(&g_array_index(chart->rules, RippleChartRule, i), canvas, frame, taken);
    for (guint i = 0; i < chart->labels->len; i++) {
        const RippleChartLabel *label = &g_array_index(chart->labels, RippleChartLabel, i);
        gdouble x = ripple_axis_place(&frame->x, label->x);
        gdouble y = ripple_axis_place(&frame->y, label->y);
        if (!label->line && isfinite(x) && isfinite(y))
            draw_text_near(canvas, taken, &frame->plot, x, y, label->text, label->style);
    }
    /* Numbers of lines last: they can stand elsewhere. */
    for (guint i = 0; i < chart->labels->len; i++) {
        const RippleChartLabel *label = &g_array_index(chart->labels, RippleChartLabel, i);
        if (label->line)
            draw_number(chart, label, canvas, frame, taken);
    }
}

static void draw_empty_text(const RippleChart *chart, RippleCanvas *canvas,
                            const RippleChartFrame *frame)
{
    const RippleBox *plot = &frame->plot;
    const char *text = chart->empty_text ? chart->empty_text : "nothing to show";
    g_auto(GStrv) lines = ripple_text_wrap(text, plot->width - 20, ripple_chart_faint);
    gdouble foot = plot->y + plot->height / 2 - (g_strv_length(lines) - 1) * LINE / 2;
    for (guint i = 0; lines[i]; i++)
        ripple_canvas_text(canvas, lines[i], plot->x + plot->width / 2, foot + i * LINE,
                           ripple_chart_align(ripple_chart_faint, 0.5));
}

/* ---- all of it ------------------------------------------------------------------------------ */

static RippleChartFrame frame_of(const RippleChart *chart, gdouble x, gdouble y, gdouble width,
                                 gdouble height, const RippleMargins *margins)
{
    RippleBox plot = {x + margins->left, y + margins->top,
                      fmax(width - margins->left - margins->right, LEAST_PLOT),
                      fmax(height - margins->top - margins->bottom, LEAST_PLOT)};
    return (RippleChartFrame){plot, ripple_chart_fit_x(chart, plot.x, plot.x + plot.width),
                              ripple_chart_fit_y(chart, plot.y + plot.height, plot.y)};
}

static void draw_rules(const RippleChart *chart, RippleCanvas *canvas,
                       const RippleChartFrame *frame, GArray *taken)
{
    for (guint i = 0; i < chart->rules->len; i++)
        draw_rule(&g_array_index(chart->rules, RippleChartRule, i), canvas, frame, taken);
}

static void draw_title_below(const RippleChart *chart, RippleCanvas *canvas,
                             const RippleChartFrame *frame, gdouble most)
{
    const RippleBox *plot = &frame->plot;
    gdouble beside;
    if (!chart->x.title)
        return;
    gdouble ticks = ripple_chart_bottom_margin(chart, plot->width, most, &beside);
    g_autofree char *title = ripple_text_cut(chart->x.title, plot->width, ripple_chart_faint);
    ripple_canvas_text(canvas, title, plot->x + plot->width / 2,
                       plot->y + plot->height + ticks + LINE - 4,
                       ripple_chart_align(ripple_chart_faint, 0.5));
}

RippleChartFrame ripple_chart_draw_within(const RippleChart *chart, RippleCanvas *canvas, gdouble x,
                                          gdouble y, gdouble width, gdouble height,
                                          const RippleMargins *margins, gboolean with_legend)
{
    RippleChartFrame frame = frame_of(chart, x, y, width, height, margins);
    gboolean has_texts = chart->labels->len > 0 || chart->rules->len > 0;
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(RippleBox));
    g_autoptr(GArray) texts = g_array_new(FALSE, FALSE, sizeof(RippleBox));
    const Taken taken = {all, texts};
    draw_above(chart, canvas, x, y, width, frame.plot.y, with_legend);
    if (ripple_chart_is_empty(chart)) {
        ripple_canvas_rectangle(canvas, frame.plot.x, frame.plot.y, frame.plot.width,
                                frame.plot.height, (RippleStyle){.stroke = RIPPLE_PAINT_GRID});
        draw_empty_text(chart, canvas, &frame);
        return frame;
    }
    ripple_chart_draw_axes(chart, canvas, &frame, MOST_NAMES * width);
    ripple_chart_draw_items(chart, canvas, &frame, has_texts ? all : NULL);
    ripple_chart_draw_bar(chart, canvas, &frame);
    draw_rules(chart, canvas, &frame, all);
    draw_said(chart, canvas, &frame, &taken);
    draw_title_below(chart, canvas, &frame, MOST_NAMES * width);
    return frame;
}

RippleChartFrame ripple_chart_draw(const RippleChart *chart, RippleCanvas *canvas, gdouble x,
                                   gdouble y, gdouble width, gdouble height)
{
    const RippleMargins none = {0};
    RippleMargins margins = ripple_chart_margins(chart, width, height, TRUE, &none);
    gdouble plot_height = fmax(height - margins.top - margins.bottom, LEAST_PLOT);
    margins = ripple_chart_margins(chart, width, plot_height, TRUE, &none);
    return ripple_chart_draw_within(chart, canvas, x, y, width, height, &margins, TRUE);
}
