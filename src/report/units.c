/* How many units of each layer are dead or saturated over the steps. */
#include "report/observed.h"
#include "train/json_object.h"

#include <math.h>

#define MOST_STEPS 600
#define HEIGHT 280.0

/* ---- numbers -------------------------------------------------------------------------------- */

static gdouble dead_of(const RippleLayerObservation *layer)
{
    return layer->dead;
}

static gdouble saturated_of(const RippleLayerObservation *layer)
{
    return layer->saturated;
}

/* A bias for each. */
static gdouble units_of(const RippleLayerObservation *layer)
{
    return layer->tensors[RIPPLE_OBSERVED_BIAS].count;
}

static gdouble dead_share(const RippleLayerObservation *layer)
{
    return layer->dead / units_of(layer);
}

static gdouble saturated_share(const RippleLayerObservation *layer)
{
    return layer->saturated / units_of(layer);
}

static void append_layer(const RippleObservedRun *run, GString *json, guint layer)
{
    ripple_json_set_whole(json, "units", (guint64)units_of(&run->drawn[0]->layers[layer]));
    ripple_observed_run_append_values(run, json, "dead", layer, dead_of);
    ripple_observed_run_append_values(run, json, "saturated", layer, saturated_of);
}

static GString *numbers(const RippleObservedRun *run)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_observed_run_append(run, json, append_layer);
    ripple_json_end_object(json);
    return json;
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* Is it so for no unit, in no observation? */
static gboolean is_none(const RippleObservedRun *run, RippleLayerMeasure share)
{
    for (guint l = run->first; l <= run->last; l++)
        for (guint i = 0; i < run->count; i++)
            if (share(&run->drawn[i]->layers[l]) > 0)
                return FALSE;
    return TRUE;
}

/* NULL where no layer has such units. */
static RippleChart *draw_share(const RippleObservedRun *run, const char *title, const char *axis,
                               RippleLayerMeasure share, gboolean also_empty)
{
    RippleChartAxis x = ripple_observed_run_step_axis();
    const RippleChartAxis y = {.title = axis, .ticks = RIPPLE_TICKS_PERCENT, .least = 0, .most = 1};
    g_autoptr(RippleChart) chart = ripple_chart_new(title, &x, &y);
    guint lines = ripple_observed_run_add_lines(run, chart, share);
    ripple_chart_set_empty_text(chart, "no layer has an activation that can be dead or saturated");
    if (lines > 0 && is_none(run, share))
        ripple_chart_note(chart, "none, at any step that was observed");
    ripple_chart_set_height(chart, HEIGHT);
    return lines > 0 || also_empty ? g_steal_pointer(&chart) : NULL;
}

RippleFigure *ripple_figure_units(const RippleFigureRequest *request, GError **error)
{
    g_autoptr(RippleObservedRun) run = ripple_observed_run_new(request, MOST_STEPS, error);
    if (!run)
        return NULL;
    GString *json = numbers(run);
    gboolean leaves_output = request->layer < 0 && run->last > run->first;
    if (leaves_output)
        run->last--;
    RippleChart *charts[2];
    guint n_charts = 0;
    charts[n_charts] =
        draw_share(run, "Dead units of relu", "share of the layer's units", dead_share, FALSE);
    n_charts += charts[n_charts] != NULL;
    charts[n_charts] =
        draw_share(run, n_charts > 0 ? "Saturated units of other activations" : "Saturated units",
                   "share of the layer's units", saturated_share, n_charts == 0);
    n_charts += charts[n_charts] != NULL;
    const RippleChartSheet sheet = {
        .title = "Units that learn nothing",
        .note =
            "A unit is dead where its activation is flat for every sample of the observed "
            "batch, and saturated where its slope stays below a twentieth of what it can be. The "
            "output layer is not drawn with others: its units are saturated where they are sure.",
        .columns = 1,
    };
    RippleCanvas *canvas = ripple_charts_draw(&sheet, charts, n_charts, NULL);
    for (guint i = 0; i < n_charts; i++)
        ripple_chart_free(charts[i]);
    return ripple_figure_new(canvas, json);
}
