/* The loss on a plane through the weights as a map, and the way of the run on it. */
#include "explain/contours.h"
#include "report/kinds.h"
#include "report/landscape.h"

#include <math.h>

#define PLOT_SIZE 620.0

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
    g_autofree char *note = ripple_landscape_note(landscape);
    g_autofree char *title = ripple_landscape_loss_title(
        landscape, ripple_levels_are_logarithmic(grid->least, grid->most));
    g_autoptr(RippleChart) chart =
        ripple_chart_new(NULL,
                         &(RippleChartAxis){.title = ripple_landscape_axis(landscape, 0),
                                            .least = grid->x[0],
                                            .most = grid->x[grid->columns - 1]},
                         &(RippleChartAxis){.title = ripple_landscape_axis(landscape, 1),
                                            .least = grid->y[0],
                                            .most = grid->y[grid->rows - 1]});
    ripple_chart_set_height(chart, PLOT_SIZE);
    ripple_landscape_fill_chart(chart, grid, TRUE, title);
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
