#include "report/observed.h"

#include "train/json_object.h"

#include <math.h>
#include <ripple/error.h>

#define LINE_WIDTH 1.5

/* The end of the ramp is too light for lines on paper. */
#define LIGHTEST_LINE 0.85

gboolean ripple_observed_apply(const RippleFigureRequest *request, const char **why)
{
    if (ripple_observations_exist(request->runs[0]->path))
        return TRUE;
    if (why)
        *why = "The run was not observed; `ripple train --observe 100steps` would write down what "
               "it shows.";
    return FALSE;
}

static gboolean choose_layers(RippleObservedRun *self, const RippleFigureRequest *request,
                              GError **error)
{
    if (request->layer >= 0 && request->layer >= (gint64)self->n_layers) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "There is no layer %" G_GINT64_FORMAT " in the run in %s; its last is %u.",
                    request->layer, request->runs[0]->path, self->n_layers - 1);
        return FALSE;
    }
    self->first = request->layer >= 0 ? (guint)request->layer : 0;
    self->last = request->layer >= 0 ? (guint)request->layer : self->n_layers - 1;
    return TRUE;
}

RippleObservedRun *ripple_observed_run_new(const RippleFigureRequest *request, guint most,
                                           GError **error)
{
    g_autoptr(RippleObservedRun) self = g_new0(RippleObservedRun, 1);
    self->all = ripple_observations_read(request->runs[0]->path, error);
    if (!self->all)
        return NULL;
    self->count = MIN(self->all->len, most);
    self->drawn = g_new(const RippleObservation *, self->count);
    self->steps = g_new(gdouble, self->count);
    for (guint i = 0; i < self->count; i++) {
        guint64 span = self->count > 1 ? self->count - 1 : 1;
        self->drawn[i] = self->all->pdata[i * (guint64)(self->all->len - 1) / span];
        self->steps[i] = self->drawn[i]->step;
    }
    self->n_layers = self->drawn[0]->n_layers;
    return choose_layers(self, request, error) ? g_steal_pointer(&self) : NULL;
}

void ripple_observed_run_free(RippleObservedRun *run)
{
    if (!run)
        return;
    if (run->all)
        g_ptr_array_unref(run->all);
    g_free(run->drawn);
    g_free(run->steps);
    g_free(run);
}

gdouble *ripple_observed_run_values(const RippleObservedRun *run, guint layer,
                                    RippleLayerMeasure measure)
{
    gdouble *values = g_new(gdouble, run->count);
    for (guint i = 0; i < run->count; i++)
        values[i] = measure(&run->drawn[i]->layers[layer]);
    return values;
}

/* ---- lines ---------------------------------------------------------------------------------- */

RippleStyle ripple_observed_run_style(const RippleObservedRun *run, guint layer)
{
    RipplePaint paint =
        run->n_layers <= RIPPLE_PAINT_SERIES
            ? ripple_paint_series(layer)
            : ripple_paint_ramp(LIGHTEST_LINE * layer / (gdouble)(run->n_layers - 1));
    return (RippleStyle){.stroke = paint, .width = LINE_WIDTH};
}

guint ripple_observed_run_add_lines(const RippleObservedRun *run, RippleChart *chart,
                                    RippleLayerMeasure measure)
{
    guint lines = 0;
    for (guint l = run->first; l <= run->last; l++) {
        g_autofree gdouble *values = ripple_observed_run_values(run, l, measure);
        g_autofree char *name = g_strdup_printf("layer %u", l);
        RippleStyle style = ripple_observed_run_style(run, l);
        gboolean is_any = FALSE;
        for (guint i = 0; i < run->count; i++)
            is_any |= isfinite(values[i]);
        if (!is_any)
            continue;
        lines++;
        ripple_chart_line(chart, name, run->steps, values, run->count, style);
        if (run->count == 1) /* a line of one point is none */
            ripple_chart_points(chart, NULL, run->steps, values, 1, 2 * LINE_WIDTH,
                                (RippleStyle){.fill = style.stroke});
    }
    return lines;
}

RippleChartAxis ripple_observed_run_step_axis(void)
{
    return (RippleChartAxis){.title = "step", .ticks = RIPPLE_TICKS_WHOLE};
}

/* ---- numbers -------------------------------------------------------------------------------- */

void ripple_observed_run_append_values(const RippleObservedRun *run, GString *json,
                                       const char *name, guint layer, RippleLayerMeasure measure)
{
    g_autofree gdouble *values = ripple_observed_run_values(run, layer, measure);
    ripple_json_set_numbers(json, name, values, run->count);
}

void ripple_observed_run_append(const RippleObservedRun *run, GString *json,
                                void (*append)(const RippleObservedRun *run, GString *json,
                                               guint layer))
{
    ripple_json_begin_array(json, "steps");
    for (guint i = 0; i < run->count; i++)
        ripple_json_set_whole(json, NULL, run->drawn[i]->step);
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "layers");
    for (guint l = run->first; l <= run->last; l++) {
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "layer", l);
        append(run, json, l);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}
