/* How weights, activations and gradients of each layer spread, over the steps. */
#include "explain/histogram_map.h"
#include "report/observed.h"
#include "train/json_object.h"

/* Columns and rows that a small chart can show. */
#define MOST_STEPS 200
#define ROWS 64

/* More layers than that are drawn as so many of them, evenly apart. */
#define MOST_LAYERS 8

#define CHART_HEIGHT 170.0
#define LEAST_SHARE 1e-4

static const RippleObserved tensors[] = {RIPPLE_OBSERVED_WEIGHT, RIPPLE_OBSERVED_ACTIVATION,
                                         RIPPLE_OBSERVED_WEIGHT_GRADIENT};
static const char *const tensor_names[] = {"weight", "activation", "gradient"};

#define N_TENSORS G_N_ELEMENTS(tensors)

static RippleHistogramMap *map_of(const RippleObservedRun *run, guint layer, guint tensor)
{
    g_autofree const RippleTensorObservation **found =
        g_new(const RippleTensorObservation *, run->count);
    for (guint i = 0; i < run->count; i++)
        found[i] = &run->drawn[i]->layers[layer].tensors[tensors[tensor]];
    return ripple_histogram_map_new(found, run->steps, run->count, ROWS);
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void append_numbers(GString *json, const char *name, const gdouble *values, gsize count,
                           gsize stride)
{
    ripple_json_begin_array(json, name);
    for (gsize i = 0; i < count; i++)
        ripple_json_set_number(json, NULL, values[i * stride]);
    ripple_json_end_array(json);
}

static void append_map(GString *json, const RippleHistogramMap *map, const char *name)
{
    ripple_json_begin_object(json, name);
    append_numbers(json, "values", map->values, map->rows + 1, 1);
    ripple_json_begin_array(json, "shares");
    for (guint column = 0; column < map->columns; column++)
        append_numbers(json, NULL, map->shares + column, map->rows, map->columns);
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}

/* ---- drawing -------------------------------------------------------------------------------- */

static RippleChart *draw_map(const RippleHistogramMap *map, guint layer, guint tensor,
                             gboolean is_lowest)
{
    RippleChartAxis x = ripple_observed_run_step_axis();
    if (!is_lowest)
        x.title = NULL;
    const RippleChartAxis y = {0};
    g_autofree char *title = g_strdup_printf("layer %u: %s", layer, tensor_names[tensor]);
    RippleChart *chart = ripple_chart_new(title, &x, &y);
    const RippleChartCells cells = {
        .values = map->shares,
        .columns = map->columns,
        .rows = map->rows,
        .x_edges = map->steps,
        .y_edges = map->values,
        .scale = RIPPLE_SCALE_LOGARITHMIC,
        .least = LEAST_SHARE,
        .most = 1,
        .ticks = RIPPLE_TICKS_NUMBERS,
        .title = tensor + 1 == N_TENSORS ? "share" : NULL,
        .has_no_bar = tensor + 1 < N_TENSORS,
    };
    ripple_chart_cells(chart, &cells);
    ripple_chart_set_height(chart, CHART_HEIGHT);
    return chart;
}

/* Which layers: all, or some evenly apart. */
static guint choose(const RippleObservedRun *run, guint chosen[MOST_LAYERS])
{
    guint n = run->last - run->first + 1, count = MIN(n, MOST_LAYERS);
    for (guint i = 0; i < count; i++)
        chosen[i] = run->first + (count > 1 ? i * (n - 1) / (count - 1) : 0);
    return count;
}

/* Charts of the layers that are `chosen`, three each, and their numbers. */
static GPtrArray *draw_layers(const RippleObservedRun *run, const guint *chosen, guint n_chosen,
                              GString *json)
{
    GPtrArray *charts = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_chart_free);
    ripple_json_begin_array(json, "layers");
    for (guint i = 0; i < n_chosen; i++) {
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "layer", chosen[i]);
        for (guint t = 0; t < N_TENSORS; t++) {
            g_autoptr(RippleHistogramMap) map = map_of(run, chosen[i], t);
            append_map(json, map, tensor_names[t]);
            g_ptr_array_add(charts, draw_map(map, chosen[i], t, i + 1 == n_chosen));
        }
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    return charts;
}

RippleFigure *ripple_figure_histograms(const RippleFigureRequest *request, GError **error)
{
    g_autoptr(RippleObservedRun) run = ripple_observed_run_new(request, MOST_STEPS, error);
    if (!run)
        return NULL;
    guint chosen[MOST_LAYERS], n_chosen = choose(run, chosen);
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    append_numbers(json, "steps", run->steps, run->count, 1);
    g_autoptr(GPtrArray) charts = draw_layers(run, chosen, n_chosen, json);
    ripple_json_end_object(json);
    g_autofree char *note = g_strdup_printf(
        "Each column is a histogram of all numbers of a tensor at one step, each colour the share "
        "of them that lies in that row; what lies beyond counts in the outermost row.%s",
        n_chosen < run->last - run->first + 1 ? " Some of the layers are shown; --layer chooses "
                                                "one."
                                              : "");
    const RippleChartSheet sheet = {
        .title = "How weights, activations and gradients spread",
        .note = note,
        .columns = N_TENSORS,
    };
    RippleCanvas *canvas =
        ripple_charts_draw(&sheet, (RippleChart *const *)charts->pdata, charts->len, NULL);
    return ripple_figure_new(canvas, json);
}
