/* Learning rates side by side: too small, right and too large, or those that were asked for. */
#include "explain/walk.h"
#include "report/chart.h"
#include "report/kinds.h"

#include <math.h>

/* The heavy line is a mean over so much of the steps. */
#define MEAN_SHARE 0.04

#define MOST_COLUMNS 3u

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

static RippleChart *chart_of(const RippleWalks *walks, const RippleWalk *walk, gdouble most)
{
    g_autofree char *rate = ripple_axis_text(walk->rate, 0);
    g_autofree char *title = g_strdup_printf(
        "learning rate %s%s", rate, walk->rate == walks->run_rate ? ", the run's own" : "");
    g_autofree char *note = note_of(walk, most);
    g_autofree gdouble *steps = g_new(gdouble, walk->n_steps + 1);
    g_autofree gdouble *means = means_of(walk);
    RippleChart *chart = ripple_chart_new(
        title,
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
    return chart;
}

static RippleCanvas *draw(const RippleWalks *walks)
{
    g_autofree char *note = g_strdup_printf(
        "The run's training begun anew %u times from the same start, each time with another "
        "learning rate, for %" G_GUINT64_FORMAT " steps on %s.",
        walks->n_walks, walks->steps, walks->device);
    g_autoptr(GPtrArray) charts = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_chart_free);
    gdouble most = 0;
    for (guint i = 0; i < walks->n_walks; i++)
        if (walks->walks[i].n_steps > 0)
            most = fmax(most, 1.6 * walks->walks[i].losses[0]);
    for (guint i = 0; i < walks->n_walks; i++)
        g_ptr_array_add(charts, chart_of(walks, &walks->walks[i], most > 0 ? most : 1));
    const RippleChartSheet sheet = {.title = "How long should the steps be?",
                                    .note = note,
                                    .columns = MIN(charts->len, MOST_COLUMNS),
                                    .row_height = 330};
    return ripple_charts_draw(&sheet, (RippleChart *const *)charts->pdata, charts->len, NULL);
}

RippleFigure *ripple_figure_walk(const RippleFigureRequest *request, GError **error)
{
    const RippleRunRecord *run = request->runs[0];
    g_autoptr(RippleWalks) walks =
        ripple_walks_new(run->config, run->model->network, request->rates, request->n_rates,
                         request->device, request->progress, error);
    if (!walks)
        return NULL;
    return ripple_figure_new(draw(walks), ripple_walks_json(walks));
}
