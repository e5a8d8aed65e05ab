/* How large the gradient of each layer is over the steps, and where it vanishes or explodes. */
#include "report/observed.h"
#include "train/json_object.h"

#include <math.h>

/* A picture tells no more apart. */
#define MOST_STEPS 600

#define NORM_HEIGHT 300.0
#define RATIO_HEIGHT 230.0
#define MARK_RADIUS 2.5

/* ---- numbers -------------------------------------------------------------------------------- */

/* Root mean square over the weights, so that wide and narrow layers can be compared. */
static gdouble size_of(const RippleLayerObservation *layer)
{
    const RippleTensorObservation *gradient = &layer->tensors[RIPPLE_OBSERVED_WEIGHT_GRADIENT];
    return gradient->summary[RIPPLE_SUMMARY_NORM] / sqrt((gdouble)gradient->count);
}

static gdouble norm_of(const RippleLayerObservation *layer)
{
    return layer->tensors[RIPPLE_OBSERVED_WEIGHT_GRADIENT].summary[RIPPLE_SUMMARY_NORM];
}

static gdouble ratio_of(const RippleLayerObservation *layer)
{
    return layer->gradient_ratio;
}

static void append_layer(const RippleObservedRun *run, GString *json, guint layer)
{
    ripple_observed_run_append_values(run, json, "norm", layer, norm_of);
    ripple_observed_run_append_values(run, json, "root_mean_square", layer, size_of);
    ripple_observed_run_append_values(run, json, "ratio", layer, ratio_of);
    ripple_json_begin_array(json, "state");
    for (guint i = 0; i < run->count; i++)
        ripple_json_set_text(json, NULL,
                             ripple_gradient_state_name(run->drawn[i]->layers[layer].state));
    ripple_json_end_array(json);
}

static GString *numbers(const RippleObservedRun *run)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_number(json, "vanishing_share", RIPPLE_VANISHING_SHARE);
    ripple_observed_run_append(run, json, append_layer);
    ripple_json_end_object(json);
    return json;
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* A mark at each observation in which the layer's gradient is in `state`. */
static void add_marks(const RippleObservedRun *run, RippleChart *chart, RippleGradientState state,
                      RippleLayerMeasure measure, RipplePaint paint)
{
    for (guint l = run->first; l <= run->last; l++) {
        g_autofree gdouble *values = ripple_observed_run_values(run, l, measure);
        gboolean is_any = FALSE;
        for (guint i = 0; i < run->count; i++)
            if (run->drawn[i]->layers[l].state == state)
                is_any = TRUE;
            else
                values[i] = NAN;
        if (is_any)
            ripple_chart_points(chart, ripple_gradient_state_name(state), run->steps, values,
                                run->count, MARK_RADIUS, (RippleStyle){.fill = paint});
    }
}

static void add_layers(const RippleObservedRun *run, RippleChart *chart, RippleLayerMeasure measure)
{
    ripple_observed_run_add_lines(run, chart, measure);
    add_marks(run, chart, RIPPLE_GRADIENT_VANISHING, measure, RIPPLE_PAINT_NEGATIVE);
    add_marks(run, chart, RIPPLE_GRADIENT_EXPLODING, measure, RIPPLE_PAINT_WARNING);
}

static RippleChart *draw_sizes(const RippleObservedRun *run)
{
    RippleChartAxis x = ripple_observed_run_step_axis();
    const RippleChartAxis y = {.title = "gradient of a weight (root mean square)",
                               .scale = RIPPLE_SCALE_LOGARITHMIC};
    RippleChart *chart = ripple_chart_new("How large the gradient is", &x, &y);
    add_layers(run, chart, size_of);
    ripple_chart_set_empty_text(chart, "every gradient is 0");
    ripple_chart_set_height(chart, NORM_HEIGHT);
    return chart;
}

static RippleChart *draw_ratios(const RippleObservedRun *run)
{
    RippleChartAxis x = ripple_observed_run_step_axis();
    const RippleChartAxis y = {.title = "as a multiple of the last layer's",
                               .scale = RIPPLE_SCALE_LOGARITHMIC};
    RippleChart *chart = ripple_chart_new("How it changes on its way back", &x, &y);
    gdouble largest = 0;
    for (guint l = run->first; l <= run->last; l++)
        for (guint i = 0; i < run->count; i++)
            largest = fmax(largest, run->drawn[i]->layers[l].gradient_ratio);
    add_layers(run, chart, ratio_of);
    ripple_chart_note(chart, "dashed: where the gradient counts as vanishing, or exploding");
    ripple_chart_rule_y(chart, RIPPLE_VANISHING_SHARE, NULL, RIPPLE_PAINT_NEGATIVE);
    if (largest > 0.1 / RIPPLE_VANISHING_SHARE)
        ripple_chart_rule_y(chart, 1 / RIPPLE_VANISHING_SHARE, NULL, RIPPLE_PAINT_WARNING);
    ripple_chart_set_height(chart, RATIO_HEIGHT);
    return chart;
}

/* In how many layers it was so in at least one observation. */
static guint count_layers(const RippleObservedRun *run, RippleGradientState state)
{
    guint layers = 0;
    for (guint l = 0; l < run->n_layers; l++) {
        gboolean is_any = FALSE;
        for (guint i = 0; i < run->all->len; i++)
            is_any |= ((const RippleObservation *)run->all->pdata[i])->layers[l].state == state;
        layers += is_any;
    }
    return layers;
}

static char *describe(const RippleObservedRun *run)
{
    guint vanishing = count_layers(run, RIPPLE_GRADIENT_VANISHING);
    guint exploding = count_layers(run, RIPPLE_GRADIENT_EXPLODING);
    g_autoptr(GString) text = g_string_new(NULL);
    if (vanishing > 0)
        g_string_append_printf(
            text,
            "In %u of %u layers the gradient vanishes on its way back: a "
            "weight's comes to less than a thousandth of one in the last layer. ",
            vanishing, run->n_layers);
    if (exploding > 0)
        g_string_append_printf(text,
                               "In %u of %u layers it explodes: to more than a thousand times one "
                               "in the last layer, or so that a step replaces the weights.",
                               exploding, run->n_layers);
    if (text->len == 0)
        g_string_append(text, "In no layer does the gradient vanish or explode.");
    return g_strchomp(g_string_free(g_steal_pointer(&text), FALSE));
}

RippleFigure *ripple_figure_gradients(const RippleFigureRequest *request, GError **error)
{
    g_autoptr(RippleObservedRun) run = ripple_observed_run_new(request, MOST_STEPS, error);
    if (!run)
        return NULL;
    g_autofree char *note = describe(run);
    RippleChart *charts[] = {draw_sizes(run), draw_ratios(run)};
    const RippleChartSheet sheet = {
        .title = "Gradients of the weights", .note = note, .columns = 1};
    RippleCanvas *canvas = ripple_charts_draw(&sheet, charts, G_N_ELEMENTS(charts), NULL);
    for (guint i = 0; i < G_N_ELEMENTS(charts); i++)
        ripple_chart_free(charts[i]);
    return ripple_figure_new(canvas, numbers(run));
}
