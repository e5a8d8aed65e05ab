#include "explain/confusion.h"

#include "train/json_object.h"

gfloat *ripple_explain_predict(const RippleModel *model, const char *selector,
                               const RippleDataset *dataset, GError **error)
{
    g_autoptr(RippleInference) inference =
        ripple_inference_new(model, selector ? selector : "auto", error);
    if (!inference)
        return NULL;
    g_autofree gfloat *outputs = g_new(gfloat, dataset->samples * model->network->outputs);
    return ripple_inference_predict(inference, dataset, outputs, error) ? g_steal_pointer(&outputs)
                                                                        : NULL;
}

/* A single output is the probability of the second class. */
static gdouble probability_of(const gfloat *outputs, guint n_outputs, guint class)
{
    if (n_outputs > 1)
        return outputs[class];
    return class == 1 ? outputs[0] : 1.0 - outputs[0];
}

static int compare_mistakes(gconstpointer a, gconstpointer b)
{
    const RippleMistake *one = a, *other = b;
    if (one->probability != other->probability)
        return one->probability > other->probability ? -1 : 1;
    return one->sample < other->sample ? -1 : 1;
}

RippleConfusion *ripple_confusion_new(const RippleModel *model, const RippleDataset *dataset,
                                      const gfloat *outputs, guint most_mistakes)
{
    guint n_outputs = model->network->outputs;
    RippleConfusion *self = g_new0(RippleConfusion, 1);
    self->classes = g_strv_length(model->class_names);
    self->samples = dataset->samples;
    self->counts = g_new0(guint64, (gsize)self->classes * self->classes);
    self->mistakes = g_array_new(FALSE, FALSE, sizeof(RippleMistake));
    for (gsize i = 0; i < dataset->samples; i++) {
        const gfloat *own = outputs + i * n_outputs;
        guint truth = dataset->labels[i], predicted = ripple_class_of(own, n_outputs);
        self->counts[(gsize)truth * self->classes + predicted]++;
        if (truth == predicted)
            continue;
        const RippleMistake mistake = {i, truth, predicted,
                                       probability_of(own, n_outputs, predicted)};
        g_array_append_val(self->mistakes, mistake);
    }
    self->n_mistakes = self->mistakes->len;
    g_array_sort(self->mistakes, compare_mistakes);
    g_array_set_size(self->mistakes, MIN(self->mistakes->len, most_mistakes));
    return self;
}

void ripple_confusion_free(RippleConfusion *confusion)
{
    if (!confusion)
        return;
    g_free(confusion->counts);
    g_array_unref(confusion->mistakes);
    g_free(confusion);
}

guint64 ripple_confusion_total(const RippleConfusion *confusion, guint truth)
{
    guint64 total = 0;
    for (guint i = 0; i < confusion->classes; i++)
        total += confusion->counts[(gsize)truth * confusion->classes + i];
    return total;
}

static void append_mistakes(GString *json, const RippleConfusion *confusion,
                            const RippleModel *model)
{
    ripple_json_begin_array(json, "worst_mistakes");
    for (guint i = 0; i < confusion->mistakes->len; i++) {
        const RippleMistake *mistake = &g_array_index(confusion->mistakes, RippleMistake, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "sample", mistake->sample);
        ripple_json_set_text(json, "true", model->class_names[mistake->truth]);
        ripple_json_set_text(json, "predicted", model->class_names[mistake->predicted]);
        ripple_json_set_number(json, "probability", mistake->probability);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

GString *ripple_confusion_json(const RippleConfusion *confusion, const RippleModel *model,
                               const char *source)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", "confusion");
    ripple_json_set_text(json, "data", source);
    ripple_json_set_whole(json, "samples", confusion->samples);
    ripple_json_set_whole(json, "mistakes", confusion->n_mistakes);
    ripple_json_begin_array(json, "classes");
    for (guint i = 0; i < confusion->classes; i++)
        ripple_json_set_text(json, NULL, model->class_names[i]);
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "counts");
    for (guint row = 0; row < confusion->classes; row++) {
        ripple_json_begin_array(json, NULL);
        for (guint i = 0; i < confusion->classes; i++)
            ripple_json_set_whole(json, NULL,
                                  confusion->counts[(gsize)row * confusion->classes + i]);
        ripple_json_end_array(json);
    }
    ripple_json_end_array(json);
    append_mistakes(json, confusion, model);
    ripple_json_end_object(json);
    return json;
}
