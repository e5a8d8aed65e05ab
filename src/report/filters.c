/* The weights into each unit of the first layer, as images. */
#include "draw/text.h"
#include "explain/weights.h"
#include "report/kinds.h"
#include "train/json_object.h"

#include <math.h>

/* The picture, in points. */
#define EDGE 24.0
#define TOP 92.0
#define SIZE 88.0
#define GAP 12.0
#define LABEL_HEIGHT 18.0
#define COLUMNS 10u
#define MOST_UNITS 60u

static const RippleTextStyle title_style = {.size = RIPPLE_TITLE_SIZE, .bold = TRUE};
static const RippleTextStyle faint_style = {.size = 12, .paint = RIPPLE_PAINT_FAINT};

/* One scale for all, so that they can be compared. */
static gdouble largest_weight(const RippleModel *model, const guint *units, guint shown)
{
    const RippleLayer *layer = &model->network->layers[0];
    gdouble largest = 0;
    for (guint i = 0; i < shown; i++) {
        const gfloat *row =
            model->parameters + layer->weight_offset + (gsize)units[i] * layer->inputs;
        for (guint input = 0; input < layer->inputs; input++)
            largest = fmax(largest, fabs(row[input]));
    }
    return largest > 0 ? largest : 1;
}

static void draw_unit(RippleCanvas *canvas, const RippleModel *model, guint unit, gdouble largest,
                      gdouble x, gdouble y)
{
    const RippleLayer *layer = &model->network->layers[0];
    const gfloat *row = model->parameters + layer->weight_offset + (gsize)unit * layer->inputs;
    g_autofree guint8 *rgb = g_new(guint8, 3 * (gsize)layer->inputs);
    for (guint i = 0; i < layer->inputs; i++) {
        guint32 value =
            ripple_paint_value(ripple_paint_signed(row[i] / largest), RIPPLE_THEME_LIGHT);
        for (guint part = 0; part < 3; part++)
            rgb[3 * i + part] = (guint8)(value >> (16 - 8 * part));
    }
    gdouble scale = SIZE / MAX(model->image_width, model->image_height);
    gdouble width = scale * model->image_width, height = scale * model->image_height;
    ripple_canvas_image(canvas, rgb, model->image_width, model->image_height, x, y, width, height,
                        FALSE);
    ripple_canvas_rectangle(canvas, x, y, width, height,
                            (RippleStyle){.stroke = RIPPLE_PAINT_GRID});
    gboolean is_output =
        model->network->n_layers == 1 && model->class_names && model->network->outputs > 1;
    g_autofree char *name =
        is_output ? g_strdup(model->class_names[unit]) : g_strdup_printf("unit %u", unit);
    g_autofree char *cut = ripple_text_cut(name, SIZE, faint_style);
    ripple_canvas_text(canvas, cut, x, y + SIZE + 13, faint_style);
}

static void append_numbers(GString *json, const RippleRunRecord *run, const guint *units,
                           const gdouble *influences, guint shown, gdouble largest)
{
    const RippleLayer *layer = &run->model->network->layers[0];
    g_autofree gdouble *row = g_new(gdouble, layer->inputs);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", "filters");
    ripple_json_set_text(json, "model", run->model_path);
    ripple_json_set_whole(json, "units_in_all", layer->outputs);
    ripple_json_set_number(json, "largest_weight", largest);
    ripple_json_begin_array(json, "units");
    for (guint i = 0; i < shown; i++) {
        for (guint input = 0; input < layer->inputs; input++)
            row[input] =
                run->model
                    ->parameters[layer->weight_offset + (gsize)units[i] * layer->inputs + input];
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "unit", units[i]);
        ripple_json_set_number(json, "influence", influences[i]);
        ripple_json_set_numbers(json, "weights", row, layer->inputs);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}

gboolean ripple_filters_apply(const RippleFigureRequest *request, const char **why)
{
    if (!ripple_figure_has_model(request, why))
        return FALSE;
    if (request->runs[0]->model->image_width > 0)
        return TRUE;
    if (why)
        *why = "Its inputs are no images.";
    return FALSE;
}

RippleFigure *ripple_figure_filters(const RippleFigureRequest *request, GError **error)
{
    const RippleRunRecord *run = request->runs[0];
    if (!ripple_figure_check(ripple_figure_kind("filters", NULL), request, error))
        return NULL;
    const RippleModel *model = run->model;
    g_autofree gdouble *influences = NULL;
    g_autofree guint *units = ripple_units_by_influence(model, &influences);
    guint all = model->network->layers[0].outputs, shown = MIN(all, MOST_UNITS);
    guint rows = (shown + COLUMNS - 1) / COLUMNS;
    gdouble largest = largest_weight(model, units, shown);
    g_autofree char *first = g_strdup_printf(
        "%u of %u units of the first layer, the most influential first: by the norm of the weights "
        "into a unit times that of those out of it.",
        shown, all);
    g_autofree char *second = g_strdup_printf(
        "Blue is positive, orange negative, white 0; the strongest is ±%.3g.", largest);
    gdouble width = 2 * EDGE + COLUMNS * (SIZE + GAP) - GAP;
    RippleCanvas *canvas =
        ripple_canvas_new(width, TOP + rows * (SIZE + LABEL_HEIGHT + GAP) + EDGE - GAP,
                          "What the first layer looks for", first);
    ripple_canvas_text(canvas, "What the first layer looks for", EDGE, 34, title_style);
    ripple_canvas_text(canvas, first, EDGE, 55, faint_style);
    ripple_canvas_text(canvas, second, EDGE, 73, faint_style);
    for (guint i = 0; i < shown; i++)
        draw_unit(canvas, model, units[i], largest, EDGE + i % COLUMNS * (SIZE + GAP),
                  TOP + i / COLUMNS * (SIZE + LABEL_HEIGHT + GAP));
    GString *json = g_string_new(NULL);
    append_numbers(json, run, units, influences, shown, largest);
    return ripple_figure_new(canvas, json);
}
