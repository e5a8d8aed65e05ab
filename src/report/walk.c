/* Learning rates side by side: too small, right and too large, or those that were asked for. */
#include "explain/walk.h"
#include "report/kinds.h"
#include "report/landscape.h"

#include <math.h>

/* The heavy line is a mean over so much of the steps. */
#define MEAN_SHARE 0.04

/* In points: of the picture, of each column, and of the plots. */
#define MIN_WIDTH 960.0
#define COLUMN_WIDTH 280.0
#define MAP_HEIGHT 230.0
#define LOSS_HEIGHT 190.0

static const char *verdict_text(RippleWalkVerdict verdict)
{
    switch (verdict) {
    case RIPPLE_WALK_CRAWLS:
        return "crawls: the steps are too small to get far";
    case RIPPLE_WALK_OVERSHOOTS:
        return "overshoots: the steps are too large to get down";
    case RIPPLE_WALK_DIVERGES:
        return "diverges: it ends higher than it began";
    default:
        return "descends";
    }
}

/* The mean of the losses around each step. */
static gdouble *means_of(const RippleWalk *walk)
{
    guint64 half = MAX(1, (guint64)(MEAN_SHARE * walk->n_steps / 2));
    gdouble *means = g_new(gdouble, walk->n_steps + 1);
    for (guint64 i = 0; i < walk->n_steps; i++) {
        guint64 from = i > half ? i - half : 0, to = MIN(walk->n_steps, i + half + 1);
        gdouble sum = 0;
        for (guint64 j = from; j < to; j++)
            sum += walk->losses[j];
        means[i] = sum / (to - from);
    }
    return means;
}

/* What it does; and how far above the axis, where it leaves that. */
static char *note_of(const RippleWalk *walk, gdouble most)
{
    gdouble highest = 0;
    for (guint64 i = 0; i < walk->n_steps; i++)
        highest = fmax(highest, walk->losses[i]);
    if (highest <= most)
        return g_strdup(verdict_text(walk->verdict));
    g_autofree char *text = ripple_axis_text(highest, 0);
    return g_strdup_printf("%s; up to %s, above the axis", verdict_text(walk->verdict), text);
}

static RippleChart *loss_chart(const RippleWalks *walks, const RippleWalk *walk, gdouble most)
{
    g_autofree gdouble *steps = g_new(gdouble, walk->n_steps + 1);
    g_autofree gdouble *means = means_of(walk);
    g_autofree char *note = note_of(walk, most);
    RippleChart *chart = ripple_chart_new(
        NULL,
        &(RippleChartAxis){
            .title = "step", .ticks = RIPPLE_TICKS_WHOLE, .least = 0, .most = walks->steps},
        &(RippleChartAxis){.title = "loss", .least = 0, .most = most});
    for (guint64 i = 0; i < walk->n_steps; i++)
        steps[i] = i + 1;
    ripple_chart_note(chart, note);
    ripple_chart_line(chart, "each batch", steps, walk->losses, walk->n_steps,
                      (RippleStyle){.stroke = RIPPLE_PAINT_POSITIVE, .opacity = 0.35});
    ripple_chart_line(chart, "mean of neighbours", steps, means, walk->n_steps,
                      (RippleStyle){.stroke = RIPPLE_PAINT_POSITIVE, .width = 2.5});
    ripple_chart_set_empty_text(chart, "not one step ended in a number");
    ripple_chart_set_height(chart, LOSS_HEIGHT);
    return chart;
}

static gboolean is_on_map(const RippleLossGrid *grid, gdouble x, gdouble y)
{
    return x >= grid->x[0] && x <= grid->x[grid->columns - 1] && y >= grid->y[0] &&
           y <= grid->y[grid->rows - 1];
}

static void add_end(RippleChart *chart, const RippleLossGrid *grid, const RippleProjectedPath *path,
                    guint i, const char *name)
{
    if (!is_on_map(grid, path->x[i], path->y[i]))
        return;
    ripple_chart_points(chart, NULL, path->x + i, path->y + i, 1, 4,
                        (RippleStyle){.fill = ripple_paint_rgb(213, 94, 0),
                                      .stroke = ripple_paint_rgb(255, 255, 255)});
    ripple_chart_label(chart, path->x[i], path->y[i], name,
                       (RippleTextStyle){.bold = TRUE, .ground = RIPPLE_PAINT_PAPER});
}

/* Where it went; what lies beside the map is cut off, and said. */
static RippleChart *map_chart(const RippleWalks *walks, const RippleWalk *walk)
{
    const RippleLossGrid *grid = &walks->grid;
    const RippleProjectedPath *path = &walk->path;
    guint n_outside = 0;
    g_autofree char *rate = ripple_axis_text(walk->rate, 0);
    g_autofree char *title = g_strdup_printf(
        "learning rate %s%s", rate, walk->rate == walks->run_rate ? ", the run's own" : "");
    RippleChart *chart = ripple_chart_new(title,
                                          &(RippleChartAxis){.title = "first principal direction",
                                                             .least = grid->x[0],
                                                             .most = grid->x[grid->columns - 1]},
                                          &(RippleChartAxis){.title = "second principal direction",
                                                             .least = grid->y[0],
                                                             .most = grid->y[grid->rows - 1]});
    ripple_landscape_fill_chart(chart, grid, walk == walks->walks, NULL);
    ripple_chart_line(chart, NULL, path->x, path->y, path->n_points,
                      (RippleStyle){.stroke = ripple_paint_rgb(255, 157, 77), .width = 2});
    for (guint i = 0; i < path->n_points; i++) {
        if (is_on_map(grid, path->x[i], path->y[i]))
            ripple_chart_points(chart, NULL, path->x + i, path->y + i, 1, 2,
                                (RippleStyle){.fill = ripple_paint_rgb(255, 157, 77)});
        else
            n_outside++;
    }
    gdouble share = path->square > 0 ? path->within / path->square : 1;
    g_autofree char *note =
        g_strdup_printf("%.*f%% of its way lies in the plane%s", share < 0.1 ? 1 : 0, 100 * share,
                        n_outside > 0 ? "; it leaves the map" : "");
    ripple_chart_note(chart, note);
    add_end(chart, grid, path, 0, "start");
    add_end(chart, grid, path, path->n_points - 1, "end");
    ripple_chart_set_height(chart, MAP_HEIGHT);
    return chart;
}

/* So that no row is left half empty. */
static guint columns_for(guint n_walks)
{
    return n_walks > 3 && n_walks % 2 == 0 ? n_walks / 2 : n_walks;
}

/* A row of maps above a row of losses, and again where there are more walks. */
static RippleCanvas *draw(const RippleWalks *walks)
{
    g_autofree char *note = g_strdup_printf(
        "The run's training begun anew %u times from the same start, each time with another "
        "learning rate, for %" G_GUINT64_FORMAT
        " steps on %s. Above, the shadow of each way on one "
        "plane through the weights, and how much of its squared distance from the end of the "
        "lowest "
        "lies in there; the colours are the loss on the plane over %s. Below, the losses of the "
        "way "
        "itself.",
        walks->n_walks, walks->steps, walks->device, walks->samples);
    g_autoptr(GPtrArray) charts = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_chart_free);
    guint columns = columns_for(walks->n_walks);
    gdouble most = 0;
    for (guint i = 0; i < walks->n_walks; i++)
        if (walks->walks[i].n_steps > 0)
            most = fmax(most, 1.6 * walks->walks[i].losses[0]);
    for (guint first = 0; first < walks->n_walks; first += columns) {
        guint end = MIN(first + columns, walks->n_walks);
        for (guint i = first; i < end; i++)
            g_ptr_array_add(charts, map_chart(walks, &walks->walks[i]));
        for (guint i = first; i < end; i++)
            g_ptr_array_add(charts, loss_chart(walks, &walks->walks[i], most > 0 ? most : 1));
    }
    const RippleChartSheet sheet = {.title = "How long should the steps be?",
                                    .note = note,
                                    .columns = columns,
                                    .width = fmax(MIN_WIDTH, columns * COLUMN_WIDTH)};
    return ripple_charts_draw(&sheet, (RippleChart *const *)charts->pdata, charts->len, NULL);
}

RippleFigure *ripple_figure_walk(const RippleFigureRequest *request, GError **error)
{
    const RippleRunLossRequest asked = ripple_figure_loss_request(request);
    g_autoptr(RippleWalks) walks =
        ripple_walks_new(&asked, request->rates, request->n_rates, request->points, error);
    if (!walks)
        return NULL;
    return ripple_figure_new(draw(walks), ripple_walks_json(walks));
}
