/* The weights of each layer as a histogram. */
#include "explain/weights.h"
#include "explain/story.h"
#include "report/chart.h"
#include "report/kinds.h"
#include "train/json_object.h"

#include <ripple/error.h>

/* More layers are left out, and that is said. */
#define MOST_LAYERS 24u

static RippleChart *layer_chart(const RippleModel *model, guint layer,
                                const RippleWeightHistogram *histogram)
{
    const RippleLayer *own = &model->network->layers[layer];
    g_autofree char *title = g_strdup_printf("Layer %u: %u → %u %s", layer, own->inputs,
                                             own->outputs, ripple_activation_name(own->activation));
    g_autofree char *mean = ripple_story_digits(histogram->mean, 3);
    g_autofree char *deviation = ripple_story_digits(histogram->deviation, 3);
    g_autofree char *note = g_strdup_printf("mean %s, deviation %s", mean, deviation);
    RippleChart *chart = ripple_chart_new(
        title, &(RippleChartAxis){.title = "weight"},
        &(RippleChartAxis){.title = "number of weights", .ticks = RIPPLE_TICKS_WHOLE});
    ripple_chart_note(chart, note);
    ripple_chart_bars(chart, NULL, histogram->edges, histogram->counts, RIPPLE_WEIGHT_BINS,
                      (RippleStyle){.fill = RIPPLE_PAINT_POSITIVE});
    return chart;
}

static void append_layer(GString *json, guint layer, const RippleWeightHistogram *histogram)
{
    ripple_json_begin_object(json, NULL);
    ripple_json_set_whole(json, "layer", layer);
    ripple_json_set_number(json, "mean", histogram->mean);
    ripple_json_set_number(json, "deviation", histogram->deviation);
    ripple_json_set_whole(json, "zeros", histogram->zeros);
    ripple_json_set_numbers(json, "edges", histogram->edges, RIPPLE_WEIGHT_BINS + 1);
    ripple_json_set_numbers(json, "counts", histogram->counts, RIPPLE_WEIGHT_BINS);
    ripple_json_end_object(json);
}

static gboolean check_layer(const RippleFigureRequest *request, guint n_layers, GError **error)
{
    if (request->layer < n_layers)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "There is no layer %" G_GINT64_FORMAT " in %s, which has layers 0 to %u.",
                request->layer, request->runs[0]->path, n_layers - 1);
    return FALSE;
}

RippleFigure *ripple_figure_weights(const RippleFigureRequest *request, GError **error)
{
    const RippleRunRecord *run = request->runs[0];
    if (!ripple_run_record_check_model(run, error))
        return NULL;
    guint n_layers = run->model->network->n_layers;
    if (!check_layer(request, n_layers, error))
        return NULL;
    guint first = request->layer >= 0 ? (guint)request->layer : 0;
    guint end = request->layer >= 0 ? first + 1 : MIN(n_layers, MOST_LAYERS);
    g_autoptr(GPtrArray) charts = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_chart_free);
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", "weights");
    ripple_json_set_text(json, "model", run->model_path);
    ripple_json_begin_array(json, "layers");
    for (guint layer = first; layer < end; layer++) {
        RippleWeightHistogram histogram = ripple_weight_histogram(run->model, layer);
        g_ptr_array_add(charts, layer_chart(run->model, layer, &histogram));
        append_layer(json, layer, &histogram);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    g_autofree char *model = ripple_figure_model_text(run);
    g_autofree char *note =
        g_strdup_printf("%s. Layers %u to %u of %u.", model, first, end - 1, n_layers);
    const RippleChartSheet sheet = {.title = "Weights, layer by layer", .note = note};
    RippleCanvas *canvas =
        ripple_charts_draw(&sheet, (RippleChart *const *)charts->pdata, charts->len, NULL);
    return ripple_figure_new(canvas, json);
}
