/* By which share of itself a step changes the weight of each layer. */
#include "report/observed.h"
#include "train/json_object.h"

#define MOST_STEPS 600
#define HEIGHT 340.0

/* What a step of a training that goes well usually comes to, by experience. */
#define USUAL_RATIO 1e-3

static gdouble ratio_of(const RippleLayerObservation *layer)
{
    return layer->update_ratio;
}

static gdouble update_of(const RippleLayerObservation *layer)
{
    return layer->weight_update;
}

static gdouble norm_of(const RippleLayerObservation *layer)
{
    return layer->tensors[RIPPLE_OBSERVED_WEIGHT].summary[RIPPLE_SUMMARY_NORM];
}

static void append_layer(const RippleObservedRun *run, GString *json, guint layer)
{
    ripple_observed_run_append_values(run, json, "update", layer, update_of);
    ripple_observed_run_append_values(run, json, "weight", layer, norm_of);
    ripple_observed_run_append_values(run, json, "ratio", layer, ratio_of);
}

static GString *numbers(const RippleObservedRun *run)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_number(json, "usual_ratio", USUAL_RATIO);
    ripple_observed_run_append(run, json, append_layer);
    ripple_json_end_object(json);
    return json;
}

RippleFigure *ripple_figure_updates(const RippleFigureRequest *request, GError **error)
{
    g_autoptr(RippleObservedRun) run = ripple_observed_run_new(request, MOST_STEPS, error);
    if (!run)
        return NULL;
    RippleChartAxis x = ripple_observed_run_step_axis();
    const RippleChartAxis y = {.title = "‖Δw‖ / ‖w‖", .scale = RIPPLE_SCALE_LOGARITHMIC};
    g_autoptr(RippleChart) chart = ripple_chart_new(NULL, &x, &y);
    ripple_observed_run_add_lines(run, chart, ratio_of);
    ripple_chart_rule_y(chart, USUAL_RATIO, "usual: 1e-3", RIPPLE_PAINT_FAINT);
    ripple_chart_set_empty_text(chart, "no step changes a weight");
    ripple_chart_set_height(chart, HEIGHT);
    const RippleChartSheet sheet = {
        .title = "How far a step changes the weights",
        .note = "The norm of what one step changes in a layer's weight, over the norm of the "
                "weight. Far above a thousandth the learning rate is likely too large for the "
                "layer, far below too small.",
        .columns = 1,
    };
    RippleCanvas *canvas = ripple_charts_draw(&sheet, &chart, 1, NULL);
    return ripple_figure_new(canvas, numbers(run));
}
