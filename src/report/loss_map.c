/* The losses on a plane through the weights, as a map. */
#include "explain/contours.h"
#include "report/landscape.h"

#include <math.h>

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

static void add_cells(RippleChart *chart, const RippleLossGrid *grid, gboolean is_logarithmic,
                      const char *title)
{
    g_autofree gdouble *x = edges_of(grid->x, grid->columns), *y = edges_of(grid->y, grid->rows);
    ripple_chart_cells(chart, &(RippleChartCells){.values = grid->loss,
                                                  .columns = grid->columns,
                                                  .rows = grid->rows,
                                                  .x_edges = x,
                                                  .y_edges = y,
                                                  .scale = is_logarithmic ? RIPPLE_SCALE_LOGARITHMIC
                                                                          : RIPPLE_SCALE_LINEAR,
                                                  .title = title,
                                                  .has_no_bar = !title,
                                                  .is_smooth = TRUE});
}

/* Where `loss` lies on the ramp of colours. */
static gdouble place_of(const RippleLossGrid *grid, gdouble loss, gboolean is_logarithmic)
{
    return is_logarithmic ? log(loss / grid->least) / log(grid->most / grid->least)
                          : (loss - grid->least) / (grid->most - grid->least);
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

/* One line of equal loss, with its number where it `may_have` one and is long enough. */
static void add_isoline(RippleChart *chart, const RippleLossGrid *grid,
                        const RippleIsoline *isoline, gdouble level, gdouble place,
                        gboolean may_have)
{
    RipplePaint ink = place > 0.6 ? ripple_paint_rgb(20, 30, 40) : ripple_paint_rgb(255, 255, 255);
    g_autofree gdouble *x = g_new(gdouble, isoline->n_points);
    g_autofree gdouble *y = g_new(gdouble, isoline->n_points);
    for (guint i = 0; i < isoline->n_points; i++) {
        x[i] = grid->x[0] + isoline->points[i].column * (grid->x[1] - grid->x[0]);
        y[i] = grid->y[0] + isoline->points[i].row * (grid->y[1] - grid->y[0]);
    }
    g_autofree char *text = ripple_axis_text(level, 0);
    ripple_chart_contour(
        chart, x, y, isoline->n_points, (RippleStyle){.stroke = ink, .opacity = 0.55},
        may_have && is_long(grid, isoline) ? text : NULL,
        (RippleTextStyle){.size = 10.5, .paint = ink, .ground = ripple_paint_ramp(place)});
}

/* Where colours go by the logarithm, so do the lines between points of the grid. */
static void add_isolines(RippleChart *chart, const RippleLossGrid *grid, gboolean is_logarithmic,
                         gboolean has_numbers)
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
                        place_of(grid, level, is_logarithmic), has_numbers);
    }
}

void ripple_landscape_fill_chart(RippleChart *chart, const RippleLossGrid *grid,
                                 gboolean has_numbers, const char *title)
{
    gboolean is_logarithmic = ripple_levels_are_logarithmic(grid->least, grid->most);
    add_cells(chart, grid, is_logarithmic, title);
    if (isfinite(grid->least))
        add_isolines(chart, grid, is_logarithmic, has_numbers);
}
