/* The confusion matrix, and beside it the mistakes of which the model was surest. */
#include "explain/confusion.h"

#include "base/text.h"
#include "draw/text.h"
#include "report/chart.h"
#include "report/kinds.h"

#include <math.h>

/* The picture, in points. */
#define WIDTH 1100.0
#define EDGE 24.0
#define TOP 70.0
#define MATRIX_WIDTH 700.0
#define MATRIX_HEIGHT 640.0
#define ROW_HEIGHT 72.0
#define IMAGE_SIZE 60.0
#define MOST_MISTAKES 8u
#define MOST_VALUES 4u

static const RippleTextStyle title_style = {.size = RIPPLE_TITLE_SIZE, .bold = TRUE};
static const RippleTextStyle bold_style = {.size = 14, .bold = TRUE};
static const RippleTextStyle plain_style = {.size = 12};
static const RippleTextStyle faint_style = {.size = 12, .paint = RIPPLE_PAINT_FAINT};

/* A picture under way. */
typedef struct {
    const RippleModel *model;
    const RippleDataset *dataset;
    const RippleConfusion *confusion;
    RippleCanvas *canvas;
} Picture;

static void draw_cut(RippleCanvas *canvas, const char *text, gdouble x, gdouble y, gdouble width,
                     RippleTextStyle style)
{
    g_autofree char *cut = ripple_text_cut(text, width, style);
    ripple_canvas_text(canvas, cut, x, y, style);
}

/* ---- the matrix ----------------------------------------------------------------------------- */

/* Of each true class, the share that was taken for each class; NAN where there is none. */
static gdouble *rates_of(const RippleConfusion *confusion)
{
    guint n = confusion->classes;
    gdouble *rates = g_new(gdouble, (gsize)n * n);
    for (guint row = 0; row < n; row++) {
        guint64 total = ripple_confusion_total(confusion, row);
        for (guint i = 0; i < n; i++)
            rates[(gsize)row * n + i] =
                total > 0 ? (gdouble)confusion->counts[(gsize)row * n + i] / total : NAN;
    }
    return rates;
}

/* Counts and rates, where both fit into a cell. */
static void draw_counts(const Picture *picture, const RippleChartFrame *frame, const gdouble *rates)
{
    guint n = picture->confusion->classes;
    gdouble width = frame->plot.width / n, height = frame->plot.height / n;
    for (gsize i = 0; i < (gsize)n * n; i++) {
        gdouble x = ripple_axis_place(&frame->x, i % n), y = ripple_axis_place(&frame->y, i / n);
        RippleTextStyle style = {.size = 12, .align = 0.5};
        style.paint = rates[i] > 0.55 || isnan(rates[i]) ? ripple_paint_rgb(20, 20, 20)
                                                         : ripple_paint_rgb(255, 255, 255);
        g_autofree char *count =
            g_strdup_printf("%" G_GUINT64_FORMAT, picture->confusion->counts[i]);
        g_autofree char *rate =
            isnan(rates[i]) ? g_strdup("–") : g_strdup_printf("%.1f%%", 100 * rates[i]);
        if (ripple_text_width("100.0%", style) + 4 > width || height < 16)
            continue;
        gboolean both = height >= 32;
        ripple_canvas_text(picture->canvas, count, x, y + (both ? -2 : 4), style);
        if (both)
            ripple_canvas_text(picture->canvas, rate, x, y + 13, style);
    }
}

static void draw_matrix(const Picture *picture)
{
    const char *const *names = (const char *const *)picture->model->class_names;
    guint n = picture->confusion->classes;
    g_autofree gdouble *rates = rates_of(picture->confusion);
    g_autoptr(RippleChart) chart = ripple_chart_new(
        NULL, &(RippleChartAxis){.title = "predicted class", .names = names},
        &(RippleChartAxis){.title = "true class", .names = names, .is_reversed = TRUE});
    ripple_chart_cells(chart, &(RippleChartCells){.values = rates,
                                                  .columns = n,
                                                  .rows = n,
                                                  .least = 0,
                                                  .most = 1,
                                                  .ticks = RIPPLE_TICKS_PERCENT,
                                                  .title = "share of the true class"});
    RippleChartFrame frame =
        ripple_chart_draw(chart, picture->canvas, EDGE, TOP, MATRIX_WIDTH, MATRIX_HEIGHT);
    draw_counts(picture, &frame, rates);
}

/* ---- mistakes ------------------------------------------------------------------------------- */

/* An input as it was before the model's transform. */
static gdouble raw_input(const Picture *picture, gsize sample, guint input)
{
    const RippleDataset *dataset = picture->dataset;
    const RippleTransform *transform = picture->model->transform;
    gsize at = sample * dataset->inputs + input;
    if (dataset->input_bytes)
        return dataset->input_bytes[at];
    guint column = transform->columns > 1 ? input : 0;
    return (dataset->input_values[at] - transform->shift[column]) / transform->scale[column];
}

static void draw_image(const Picture *picture, gsize sample, gdouble x, gdouble y)
{
    const RippleModel *model = picture->model;
    guint count = model->image_width * model->image_height;
    g_autofree guint8 *rgb = g_new(guint8, 3 * (gsize)count);
    for (guint i = 0; i < count; i++)
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] =
            (guint8)CLAMP(lround(raw_input(picture, sample, i)), 0, 255);
    gdouble scale = IMAGE_SIZE / MAX(model->image_width, model->image_height);
    ripple_canvas_image(picture->canvas, rgb, model->image_width, model->image_height, x, y,
                        scale * model->image_width, scale * model->image_height, FALSE);
}

static char *values_text(const Picture *picture, gsize sample)
{
    GString *text = g_string_new(NULL);
    guint count = MIN(picture->dataset->inputs, MOST_VALUES);
    for (guint i = 0; i < count; i++) {
        g_autofree char *number = ripple_axis_text(raw_input(picture, sample, i), 0);
        g_string_append_printf(text, "%s%s%s%s", i > 0 ? ", " : "",
                               picture->model->input_names ? picture->model->input_names[i] : "",
                               picture->model->input_names ? " " : "", number);
    }
    if (count < picture->dataset->inputs)
        g_string_append(text, ", …");
    return g_string_free(text, FALSE);
}

static void draw_mistake(const Picture *picture, const RippleMistake *mistake, gdouble x, gdouble y)
{
    char *const *names = picture->model->class_names;
    gboolean is_image = picture->model->image_width > 0;
    gdouble left = is_image ? x + IMAGE_SIZE + 12 : x, width = WIDTH - EDGE - left;
    g_autofree char *truth = g_strdup_printf("true: %s", names[mistake->truth]);
    g_autofree char *said =
        g_strdup_printf("%.2f%% sure: %s", 100 * mistake->probability, names[mistake->predicted]);
    g_autofree char *values = is_image ? NULL : values_text(picture, mistake->sample);
    g_autofree char *sample = g_strdup_printf("sample %" G_GSIZE_FORMAT "%s%s", mistake->sample,
                                              values ? ": " : "", values ? values : "");
    if (is_image)
        draw_image(picture, mistake->sample, x, y);
    draw_cut(picture->canvas, said, left, y + 13, width, plain_style);
    draw_cut(picture->canvas, truth, left, y + 31, width, plain_style);
    draw_cut(picture->canvas, sample, left, y + 49, width, faint_style);
}

static void draw_mistakes(const Picture *picture)
{
    gdouble x = EDGE + MATRIX_WIDTH + 36, y = TOP + 14;
    const GArray *mistakes = picture->confusion->mistakes;
    draw_cut(picture->canvas, mistakes->len > 0 ? "Wrong, and surest of it" : "No mistakes", x, y,
             WIDTH - EDGE - x, bold_style);
    for (guint i = 0; i < mistakes->len; i++)
        draw_mistake(picture, &g_array_index(mistakes, RippleMistake, i), x,
                     y + 14 + i * ROW_HEIGHT);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static RippleCanvas *draw(Picture *picture)
{
    const RippleConfusion *confusion = picture->confusion;
    g_autofree char *mistakes = ripple_text_count(confusion->n_mistakes);
    g_autofree char *samples = ripple_text_count(confusion->samples);
    g_autofree char *note = g_strdup_printf(
        "%s of %s samples of %s are classified wrongly (%.2f%%).", mistakes, samples,
        picture->dataset->source, 100.0 * confusion->n_mistakes / confusion->samples);
    picture->canvas = ripple_canvas_new(WIDTH, TOP + MATRIX_HEIGHT + EDGE,
                                        "Which classes are taken for which", note);
    draw_cut(picture->canvas, "Which classes are taken for which", EDGE, 34, WIDTH - 2 * EDGE,
             title_style);
    draw_cut(picture->canvas, note, EDGE, 55, WIDTH - 2 * EDGE, faint_style);
    draw_matrix(picture);
    draw_mistakes(picture);
    return picture->canvas;
}

gboolean ripple_confusion_applies(const RippleFigureRequest *request, const char **why)
{
    if (!ripple_figure_has_model(request, why))
        return FALSE;
    if (request->runs[0]->model->class_names)
        return TRUE;
    if (why)
        *why = "Its targets are numbers; only classes can be taken for one another.";
    return FALSE;
}

RippleFigure *ripple_figure_confusion(const RippleFigureRequest *request, GError **error)
{
    const RippleRunRecord *run = request->runs[0];
    g_autoptr(RippleDataset) dataset = ripple_run_record_load_data(run, request->data, error);
    g_autofree gfloat *outputs =
        dataset ? ripple_explain_predict(run->model, ripple_figure_device(request), dataset, error)
                : NULL;
    if (!outputs)
        return NULL;
    g_autoptr(RippleConfusion) confusion =
        ripple_confusion_new(run->model, dataset, outputs, MOST_MISTAKES);
    Picture picture = {.model = run->model, .dataset = dataset, .confusion = confusion};
    return ripple_figure_new(draw(&picture),
                             ripple_confusion_json(confusion, run->model, dataset->source));
}
