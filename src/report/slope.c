/* The loss along one weight: the slope that backpropagation tells, and steps down it. */
#include "explain/weight_curve.h"
#include "report/chart.h"
#include "report/kinds.h"
#include "report/landscape.h"

#include <math.h>

/* The tangent reaches over this share of the curve, to either side. */
#define TANGENT_SHARE 0.18

static void add_tangent(RippleChart *chart, const RippleWeightCurve *curve)
{
    gdouble reach = TANGENT_SHARE * (curve->weights[curve->n_points - 1] - curve->weights[0]);
    const gdouble x[] = {curve->weight - reach, curve->weight + reach};
    const gdouble y[] = {curve->loss - curve->slope * reach, curve->loss + curve->slope * reach};
    ripple_chart_line(chart, "its slope, by backpropagation", x, y, 2,
                      (RippleStyle){.stroke = RIPPLE_PAINT_NEGATIVE, .width = 2});
}

static RippleChart *chart_of(const RippleWeightCurves *curves, const RippleWeightCurve *curve,
                             const char *weight)
{
    g_autofree char *title =
        curve->step == 0
            ? g_strdup("Where the run began")
            : g_strdup_printf("Where it ended, after %" G_GUINT64_FORMAT " steps", curve->step);
    g_autofree char *slope = ripple_axis_text(curve->slope, 0);
    g_autofree char *rate = ripple_axis_text(curve->rate, 0);
    g_autofree char *own = ripple_axis_text(curves->run_rate, 0);
    g_autofree char *loss = g_strdup_printf("loss: %s", curves->loss_name);
    g_autofree char *note =
        curve->rate == curves->run_rate
            ? g_strdup_printf("slope %s; steps by the run's own learning rate, %s", slope, rate)
            : g_strdup_printf("slope %s; steps by %s, as the run's rate of %s is too %s to be seen",
                              slope, rate, own, curve->rate > curves->run_rate ? "small" : "large");
    RippleChart *chart = ripple_chart_new(title, &(RippleChartAxis){.title = weight},
                                          &(RippleChartAxis){.title = loss});
    ripple_chart_note(chart, note);
    ripple_chart_line(chart, "the loss, all other weights held still", curve->weights,
                      curve->losses, curve->n_points,
                      (RippleStyle){.stroke = RIPPLE_PAINT_POSITIVE, .width = 2});
    add_tangent(chart, curve);
    ripple_chart_line(chart, NULL, curve->step_weights, curve->step_losses, curve->n_steps,
                      (RippleStyle){.stroke = RIPPLE_PAINT_INK, .opacity = 0.5, .dashed = TRUE});
    ripple_chart_points(chart, "steps of gradient descent", curve->step_weights, curve->step_losses,
                        curve->n_steps, 4,
                        (RippleStyle){.fill = RIPPLE_PAINT_INK, .stroke = RIPPLE_PAINT_PAPER});
    return chart;
}

static RippleCanvas *draw(const RippleWeightCurves *curves)
{
    g_autofree char *weight = g_strdup_printf(
        "weight of layer %u, unit %u, from %s %u", curves->place.layer, curves->place.output,
        curves->place.layer == 0 ? "input" : "unit", curves->place.input);
    g_autofree char *note =
        g_strdup_printf("One weight is turned, and the loss computed anew each time, over %s, on "
                        "%s. The straight line is what the gradient says of the curve at the first "
                        "dot. Each step goes against it, by the learning rate times its slope.",
                        curves->samples, curves->device);
    g_autoptr(GPtrArray) charts = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_chart_free);
    for (guint i = 0; i < curves->n_curves; i++)
        g_ptr_array_add(charts, chart_of(curves, &curves->curves[i], weight));
    const RippleChartSheet sheet = {.title = "The loss along one weight, and its slope",
                                    .note = note,
                                    .columns = charts->len,
                                    .row_height = 380};
    return ripple_charts_draw(&sheet, (RippleChart *const *)charts->pdata, charts->len, NULL);
}

RippleFigure *ripple_figure_slope(const RippleFigureRequest *request, GError **error)
{
    const RippleRunLossRequest asked = ripple_figure_loss_request(request);
    g_autoptr(RippleWeightCurves) curves =
        ripple_weight_curves_new(&asked, (RippleWeightChoice){request->layer, -1, -1}, error);
    if (!curves)
        return NULL;
    return ripple_figure_new(draw(curves), ripple_weight_curves_json(curves));
}
