/* The loss on a plane through the weights as a map, and the way of the run on it. */
#include "explain/contours.h"
#include "report/chart.h"
#include "report/kinds.h"
#include "report/landscape.h"

#include <math.h>

#define PLOT_SIZE 620.0
#define LEVELS 10
#define SHORTEST_LABELLED 0.35 /* width and height of a line that has a number, of the plot's */

/* The edges of cells whose middles are `count` places at equal distances. */
static gdouble *edges_of(const gdouble *places, guint count)
{
    gdouble *edges = g_new(gdouble, count + 1);
    gdouble half = (places[1] - places[0]) / 2;
    for (guint i = 0; i < count; i++)
        edges[i] = places[i] - half;
    edges[count] = places[count - 1] + half;
    return edges;
}

static void add_cells(RippleChart *chart, const RippleLandscape *landscape, gboolean is_logarithmic)
{
    const RippleLossGrid *grid = &landscape->grid;
    g_autofree gdouble *x = edges_of(grid->x, grid->columns), *y = edges_of(grid->y, grid->rows);
    g_autofree char *title = ripple_landscape_loss_title(landscape, is_logarithmic);
    ripple_chart_cells(chart, &(RippleChartCells){.values = grid->loss,
                                                  .columns = grid->columns,
                                                  .rows = grid->rows,
                                                  .x_edges = x,
                                                  .y_edges = y,
                                                  .scale = is_logarithmic ? RIPPLE_SCALE_LOGARITHMIC
                                                                          : RIPPLE_SCALE_LINEAR,
                                                  .title = title,
                                                  .is_smooth = TRUE});
}

/* Ink that can be read on the colour of `loss`. */
static RipplePaint ink_on(const RippleLossGrid *grid, gdouble loss, gboolean is_logarithmic)
{
    gdouble place = is_logarithmic ? log(loss / grid->least) / log(grid->most / grid->least)
                                   : (loss - grid->least) / (grid->most - grid->least);
    return place > 0.6 ? ripple_paint_rgb(20, 30, 40) : ripple_paint_rgb(255, 255, 255);
}

/* Does it reach far enough to bear a number that is not in the way of others? */
static gboolean is_long(const RippleLossGrid *grid, const RippleIsoline *isoline)
{
    RippleGridPoint least = isoline->points[0], most = least;
    for (guint i = 1; i < isoline->n_points; i++) {
        least.column = fmin(least.column, isoline->points[i].column);
        least.row = fmin(least.row, isoline->points[i].row);
        most.column = fmax(most.column, isoline->points[i].column);
        most.row = fmax(most.row, isoline->points[i].row);
    }
    return (most.column - least.column) / grid->columns + (most.row - least.row) / grid->rows >
           SHORTEST_LABELLED;
}

/* One line of equal loss, with its number where it is long enough. */
static void add_isoline(RippleChart *chart, const RippleLossGrid *grid,
                        const RippleIsoline *isoline, gdouble level, RipplePaint ink)
{
    g_autofree gdouble *x = g_new(gdouble, isoline->n_points);
    g_autofree gdouble *y = g_new(gdouble, isoline->n_points);
    for (guint i = 0; i < isoline->n_points; i++) {
        x[i] = grid->x[0] + isoline->points[i].column * (grid->x[1] - grid->x[0]);
        y[i] = grid->y[0] + isoline->points[i].row * (grid->y[1] - grid->y[0]);
    }
    ripple_chart_line(chart, NULL, x, y, isoline->n_points,
                      (RippleStyle){.stroke = ink, .opacity = 0.55});
    if (!is_long(grid, isoline))
        return;
    g_autofree char *text = ripple_axis_text(level, 0);
    guint middle = isoline->n_points / 3;
    ripple_chart_label(chart, x[middle], y[middle], text,
                       (RippleTextStyle){.size = 10.5, .paint = ink});
}

/* Where colours go by the logarithm, so do the lines between points of the grid. */
static void add_isolines(RippleChart *chart, const RippleLossGrid *grid, gboolean is_logarithmic)
{
    g_autoptr(GArray) levels = ripple_levels(grid->least, grid->most, LEVELS, is_logarithmic);
    gsize count = (gsize)grid->columns * grid->rows;
    g_autofree gdouble *heights = g_new(gdouble, count);
    for (gsize i = 0; i < count; i++)
        heights[i] = is_logarithmic ? log(grid->loss[i]) : grid->loss[i];
    for (guint i = 0; i < levels->len; i++) {
        gdouble level = g_array_index(levels, gdouble, i);
        g_autoptr(GPtrArray) lines = ripple_isolines(heights, grid->columns, grid->rows,
                                                     is_logarithmic ? log(level) : level);
        for (guint j = 0; j < lines->len; j++)
            add_isoline(chart, grid, g_ptr_array_index(lines, j), level,
                        ink_on(grid, level, is_logarithmic));
    }
}

static void add_end(RippleChart *chart, const RippleLandscape *landscape, guint i, const char *name)
{
    const RippleProjectedPath *path = &landscape->path;
    g_autofree char *loss = ripple_axis_text(path->loss[i], 0);
    g_autofree char *text = g_strdup_printf("%s: loss %s", name, loss);
    ripple_chart_points(chart, NULL, path->x + i, path->y + i, 1, 5,
                        (RippleStyle){.fill = ripple_paint_rgb(213, 94, 0),
                                      .stroke = ripple_paint_rgb(255, 255, 255)});
    ripple_chart_label(chart, path->x[i], path->y[i], text,
                       (RippleTextStyle){.bold = TRUE, .ground = RIPPLE_PAINT_PAPER});
}

/* The run's way: a line, a dot at each point that is known, start and end by name. */
static void add_path(RippleChart *chart, const RippleLandscape *landscape)
{
    const RippleProjectedPath *path = &landscape->path;
    if (ripple_landscape_shows_path(landscape)) {
        ripple_chart_line(chart, NULL, path->x, path->y, path->n_points,
                          (RippleStyle){.stroke = ripple_paint_rgb(255, 157, 77), .width = 2});
        ripple_chart_points(chart, NULL, path->x, path->y, path->n_points, 2,
                            (RippleStyle){.fill = ripple_paint_rgb(255, 157, 77)});
        add_end(chart, landscape, 0, landscape->no_start ? "first known" : "start");
    }
    add_end(chart, landscape, path->n_points - 1, "end");
}

static RippleCanvas *draw(const RippleLandscape *landscape)
{
    const RippleLossGrid *grid = &landscape->grid;
    gboolean is_logarithmic = ripple_levels_are_logarithmic(grid->least, grid->most);
    g_autofree char *note = ripple_landscape_note(landscape);
    g_autoptr(RippleChart) chart =
        ripple_chart_new(NULL, &(RippleChartAxis){.title = ripple_landscape_axis(landscape, 0)},
                         &(RippleChartAxis){.title = ripple_landscape_axis(landscape, 1)});
    ripple_chart_set_height(chart, PLOT_SIZE);
    add_cells(chart, landscape, is_logarithmic);
    if (isfinite(grid->least))
        add_isolines(chart, grid, is_logarithmic);
    add_path(chart, landscape);
    const RippleChartSheet sheet = {.title = "The loss around the weights, and the path of the run",
                                    .note = note,
                                    .columns = 1,
                                    .width = PLOT_SIZE + 180};
    return ripple_charts_draw(&sheet, &chart, 1, NULL);
}

RippleFigure *ripple_figure_contour(const RippleFigureRequest *request, GError **error)
{
    g_autoptr(RippleLandscape) landscape = ripple_figure_landscape(request, error);
    if (!landscape)
        return NULL;
    return ripple_figure_new(draw(landscape), ripple_landscape_json(landscape));
}
