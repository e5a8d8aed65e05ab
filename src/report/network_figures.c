/* The network of a run: its weights, and a sample going forward and back. */
#include "report/animation.h"
#include "report/kinds.h"
#include "report/network_picture.h"

#include "explain/story.h"
#include "train/json_object.h"

#define MOST_UNITS 10
#define MOST_COLUMNS 12

/* The sample that the request asks for, on its way through the run's model. */
static RippleSample *take_sample(const RippleFigureRequest *request, GError **error)
{
    const RippleRunRecord *record = request->runs[0];
    g_autoptr(RippleDataset) dataset = ripple_run_record_load_data(record, request->data, error);
    return dataset
               ? ripple_sample_new(record->model, dataset, (guint64)MAX(request->sample, 0), error)
               : NULL;
}

static RippleFigure *draw(const RippleFigureRequest *request, const RippleSample *sample,
                          RippleViewKind kind, const char *title, const char *caption)
{
    const RippleModel *model = request->runs[0]->model;
    const RippleViewRequest wanted = {
        .kind = kind, .most_units = MOST_UNITS, .most_columns = MOST_COLUMNS};
    g_autoptr(RippleNetworkView) view = ripple_network_view_new(model, sample, &wanted);
    const RippleNetworkDrawing drawing = {
        .model = model, .sample = sample, .title = title, .caption = caption};
    GString *json = g_string_new(NULL);
    ripple_network_view_to_json(view, json);
    return ripple_figure_new(ripple_network_picture(view, &drawing), json);
}

RippleFigure *ripple_figure_network(const RippleFigureRequest *request, GError **error)
{
    if (!ripple_run_record_check_model(request->runs[0], error))
        return NULL;
    g_autofree char *text = ripple_figure_model_text(request->runs[0]);
    g_autofree char *caption =
        g_strdup_printf("%s.\nBlue weights pass on what comes in, orange ones its opposite.", text);
    return draw(request, NULL, RIPPLE_VIEW_WEIGHTS, "The network and its weights", caption);
}

/* What the model makes of the sample, in a sentence. */
static char *outcome(const RippleModel *model, const RippleSample *sample)
{
    g_autofree char *loss = ripple_story_number(sample->loss);
    if (sample->label < 0 && sample->network->outputs == 1) {
        g_autofree char *output = ripple_story_output(model, 0);
        g_autofree char *target = ripple_story_number(sample->target[0]);
        return g_strdup_printf("%s should be %s; the loss is %s.", output, target, loss);
    }
    if (sample->label < 0)
        return g_strdup_printf("The loss is %s.", loss);
    guint label = (guint)sample->label;
    g_autofree char *own =
        g_utf8_make_valid(model->class_names ? model->class_names[label] : "", -1);
    return g_strdup_printf("It is of class \"%s\"; the loss is %s.", own, loss);
}

/* What comes in is not what stands in the table. An image's pixels are shown, not their numbers. */
static gboolean is_scaled(const RippleModel *model)
{
    const RippleTransform *transform = model->transform;
    for (guint i = 0; i < transform->columns && model->image_width == 0; i++)
        if (transform->scale[i] != 1 || transform->shift[i] != 0)
            return TRUE;
    return FALSE;
}

RippleFigure *ripple_figure_forward(const RippleFigureRequest *request, GError **error)
{
    g_autoptr(RippleSample) sample = take_sample(request, error);
    if (!sample)
        return NULL;
    g_autofree char *result = outcome(request->runs[0]->model, sample);
    g_autofree char *title = g_strdup_printf(
        "Forward: what the network makes of sample %" G_GSIZE_FORMAT, sample->index);
    g_autofree char *caption = g_strdup_printf(
        "From left to right: each unit adds up what comes in, z = Σ w·x + b, and passes on "
        "a = f(z).\n%s%s",
        result,
        is_scaled(request->runs[0]->model) ? " Inputs come in scaled as for the training." : "");
    return draw(request, sample, RIPPLE_VIEW_FORWARD, title, caption);
}

RippleFigure *ripple_figure_backward(const RippleFigureRequest *request, GError **error)
{
    g_autoptr(RippleSample) sample = take_sample(request, error);
    if (!sample)
        return NULL;
    g_autofree char *result = outcome(request->runs[0]->model, sample);
    g_autofree char *title = g_strdup_printf(
        "Backward: how the correction of sample %" G_GSIZE_FORMAT " comes back", sample->index);
    g_autofree char *caption = g_strdup_printf(
        "From right to left: the deltas δ = ∂L/∂z come back through the same weights.\n%s", result);
    return draw(request, sample, RIPPLE_VIEW_BACKWARD, title, caption);
}

RippleFigure *ripple_figure_animation(const RippleFigureRequest *request, GError **error)
{
    const RippleRunRecord *record = request->runs[0];
    g_autoptr(RippleSample) sample = take_sample(request, error);
    if (!sample)
        return NULL;
    RippleAnimation *animation =
        ripple_animation_new(record->model, sample, record->config->learning_rate);
    GString *json = g_string_new(NULL);
    ripple_animation_to_json(record->model, sample, json);
    return ripple_figure_new_animated(animation, json);
}
