/* What a model with two inputs says over the plane, or one with a single input along it, and the
 * samples upon it. */
#include "explain/boundary.h"
#include "report/chart.h"
#include "report/kinds.h"

#include <math.h>
#include <string.h>

#define USUAL_POINTS 160u
#define MOST_SAMPLES 3000u
#define PLOT_SIZE 560.0

/* How much of a class's colour is on the ground where the model is unsure, and sure. */
#define UNSURE 0.12
#define SURE 0.6

/* A picture under way. */
typedef struct {
    const RippleModel *model;
    const RippleDataset *dataset;
    const RippleBoundary *boundary;
    gdouble *raw; /* of the samples */
    RippleChart *chart;
} Picture;

/* ---- ground --------------------------------------------------------------------------------- */

/* `share` of the class's colour, on white. */
static void set_mixed(guint8 *pixel, guint class, gdouble share)
{
    guint32 value = ripple_paint_value(ripple_paint_series(class), RIPPLE_THEME_LIGHT);
    for (guint i = 0; i < 3; i++) {
        gdouble part = (value >> (16 - 8 * i)) & 0xff;
        pixel[i] = (guint8)lround(255 + share * (part - 255));
    }
}

/* The predicted class in its colour, the surer the stronger. */
static void add_classes(const Picture *picture)
{
    const RippleBoundary *boundary = picture->boundary;
    guint n = boundary->points, n_outputs = boundary->outputs;
    guint n_classes = g_strv_length(picture->model->class_names);
    g_autofree guint8 *rgb = g_new(guint8, 3 * (gsize)n * n);
    for (guint row = 0; row < n; row++)
        for (guint column = 0; column < n; column++) {
            const gfloat *outputs = boundary->values + ((gsize)row * n + column) * n_outputs;
            guint class = ripple_class_of(outputs, n_outputs);
            gdouble p = n_outputs > 1 ? outputs[class] : class ? outputs[0] : 1 - outputs[0];
            gdouble sure = CLAMP((p - 1.0 / n_classes) / (1 - 1.0 / n_classes), 0, 1);
            set_mixed(rgb + 3 * ((gsize)(n - 1 - row) * n + column), class,
                      isfinite(sure) ? UNSURE + (SURE - UNSURE) * sure : 0);
        }
    ripple_chart_image(picture->chart, rgb, n, n, boundary->low[0], boundary->high[0],
                       boundary->low[1], boundary->high[1], FALSE);
}

static const char *target_name(const RippleModel *model)
{
    return model->target_names ? model->target_names[0] : "output";
}

static gdouble *edges_of(const RippleBoundary *boundary, guint axis)
{
    gdouble *edges = g_new(gdouble, boundary->points + 1);
    for (guint i = 0; i <= boundary->points; i++)
        edges[i] = boundary->low[axis] +
                   (boundary->high[axis] - boundary->low[axis]) * i / boundary->points;
    return edges;
}

/* Numbers as colours of the ramp; the dots have those of their targets. */
static void add_values(const Picture *picture)
{
    const RippleBoundary *boundary = picture->boundary;
    const RippleDataset *dataset = picture->dataset;
    gsize count = (gsize)boundary->points * boundary->points;
    g_autofree gdouble *values = g_new(gdouble, count);
    g_autofree gdouble *x = edges_of(boundary, 0), *y = edges_of(boundary, 1);
    gdouble least = INFINITY, most = -INFINITY;
    for (gsize i = 0; i < count; i++) {
        values[i] = boundary->values[i * boundary->outputs];
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    for (gsize i = 0; i < dataset->samples; i++) {
        least = fmin(least, dataset->target_values[i * dataset->targets]);
        most = fmax(most, dataset->target_values[i * dataset->targets]);
    }
    ripple_chart_cells(picture->chart, &(RippleChartCells){.values = values,
                                                           .columns = boundary->points,
                                                           .rows = boundary->points,
                                                           .x_edges = x,
                                                           .y_edges = y,
                                                           .least = least,
                                                           .most = most,
                                                           .title = target_name(picture->model)});
    for (gsize i = 0; i < MIN(dataset->samples, MOST_SAMPLES); i++) {
        gdouble target = dataset->target_values[i * dataset->targets];
        ripple_chart_points(
            picture->chart, NULL, picture->raw + 2 * i, picture->raw + 2 * i + 1, 1, 4,
            (RippleStyle){.fill = ripple_paint_ramp((target - least) / (most - least)),
                          .stroke = RIPPLE_PAINT_PAPER});
    }
}

/* ---- samples -------------------------------------------------------------------------------- */

static void add_samples(const Picture *picture)
{
    const RippleDataset *dataset = picture->dataset;
    gsize samples = MIN(dataset->samples, MOST_SAMPLES);
    g_autofree gdouble *x = g_new(gdouble, samples), *y = g_new(gdouble, samples);
    for (guint class = 0; class < dataset->classes; class ++) {
        gsize count = 0;
        for (gsize i = 0; i < samples; i++)
            if (dataset->labels[i] == class) {
                x[count] = picture->raw[2 * i];
                y[count++] = picture->raw[2 * i + 1];
            }
        ripple_chart_points(
            picture->chart, picture->model->class_names[class], x, y, count, 3.5,
            (RippleStyle){.fill = ripple_paint_series(class), .stroke = RIPPLE_PAINT_PAPER});
    }
}

/* One input: the fitted curve over the samples. */
static void add_curve(const Picture *picture)
{
    const RippleBoundary *boundary = picture->boundary;
    const RippleDataset *dataset = picture->dataset;
    gsize samples = MIN(dataset->samples, MOST_SAMPLES);
    gsize count = MAX(samples, boundary->points);
    g_autofree gdouble *x = g_new(gdouble, count), *y = g_new(gdouble, count);
    for (gsize i = 0; i < samples; i++) {
        x[i] = picture->raw[i];
        y[i] = dataset->target_values[i * dataset->targets];
    }
    ripple_chart_points(picture->chart, "samples", x, y, samples, 3,
                        (RippleStyle){.fill = RIPPLE_PAINT_FAINT, .stroke = RIPPLE_PAINT_PAPER});
    for (guint i = 0; i < boundary->points; i++) {
        x[i] = ripple_boundary_place(boundary, 0, i);
        y[i] = boundary->values[(gsize)i * boundary->outputs];
    }
    ripple_chart_line(picture->chart, "the model", x, y, boundary->points,
                      (RippleStyle){.stroke = RIPPLE_PAINT_POSITIVE, .width = 2.5});
}

/* ---- the whole ------------------------------------------------------------------------------ */

static RippleCanvas *draw(Picture *picture, const char *model_text)
{
    const RippleModel *model = picture->model;
    gboolean is_plane = model->network->inputs == 2;
    const char *names[] = {"input 0", is_plane ? "input 1" : target_name(model)};
    for (guint i = 0; model->input_names && i < model->network->inputs; i++)
        names[i] = model->input_names[i];
    g_autoptr(RippleChart) chart = ripple_chart_new(NULL, &(RippleChartAxis){.title = names[0]},
                                                    &(RippleChartAxis){.title = names[1]});
    picture->chart = chart;
    ripple_chart_set_height(chart, PLOT_SIZE);
    if (!is_plane) {
        add_curve(picture);
    } else if (model->class_names) {
        add_classes(picture);
        add_samples(picture);
    } else {
        add_values(picture);
    }
    gsize shown = MIN(picture->dataset->samples, MOST_SAMPLES);
    g_autofree char *note = g_strdup_printf(
        "%s. %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " samples of %s.%s", model_text, shown,
        picture->dataset->samples, picture->dataset->source,
        !is_plane            ? ""
        : model->class_names ? " The ground has the colour of the predicted class, the surer the "
                               "stronger."
                             : " The ground has the colour of what the model says, each dot that "
                               "of what is right.");
    const RippleChartSheet sheet = {.title = is_plane ? "What the model says over the plane"
                                                      : "The fitted curve",
                                    .note = note,
                                    .columns = 1,
                                    .width = PLOT_SIZE + 180};
    return ripple_charts_draw(&sheet, &chart, 1, NULL);
}

gboolean ripple_boundary_applies(const RippleFigureRequest *request, const char **why)
{
    if (!ripple_figure_has_model(request, why))
        return FALSE;
    const RippleModel *model = request->runs[0]->model;
    if (model->network->inputs == 2 || (model->network->inputs == 1 && !model->class_names))
        return TRUE;
    if (why)
        *why = "Its network has neither two inputs, nor one for a number.";
    return FALSE;
}

RippleFigure *ripple_figure_boundary(const RippleFigureRequest *request, GError **error)
{
    const RippleRunRecord *run = request->runs[0];
    if (!ripple_figure_check(ripple_figure_kind("boundary", NULL), request, error))
        return NULL;
    g_autoptr(RippleDataset) dataset = ripple_run_record_load_data(run, request->data, error);
    if (!dataset)
        return NULL;
    guint points = request->points > 0 ? request->points : USUAL_POINTS;
    g_autoptr(RippleBoundary) boundary =
        ripple_boundary_new(run->model, dataset, ripple_figure_device(request), points, error);
    if (!boundary)
        return NULL;
    g_autofree gdouble *raw = ripple_raw_inputs(run->model, dataset);
    g_autofree char *model_text = ripple_figure_model_text(run);
    Picture picture = {.model = run->model, .dataset = dataset, .boundary = boundary, .raw = raw};
    return ripple_figure_new(draw(&picture, model_text),
                             ripple_boundary_json(boundary, dataset->source));
}
