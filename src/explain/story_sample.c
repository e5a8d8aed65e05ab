#include "explain/story_parts.h"

#include "base/text.h"

#include <math.h>

/* Rows of a table before the rest is left out. */
#define MOST_OUTPUTS 10
#define MOST_LAYERS 24

#define BAR_WIDTH 16

/* From one end to the other, a delta that shrinks or grows by more is called by its name. */
#define VANISHING 1e-3
#define EXPLODING 1e3

void ripple_story_number_cell(RippleStory *story, gdouble number)
{
    g_autofree char *text = ripple_story_number(number);
    ripple_story_cell(story, "%s", text);
}

void ripple_story_rest_cell(RippleStory *story, const char *text, guint hidden)
{
    if (hidden > 0)
        ripple_story_cell(story, "%s (%u more)", text, hidden);
    else
        ripple_story_cell(story, "%s", text);
}

/* ---- the sample ----------------------------------------------------------------------------- */

static const gdouble *outputs_of(const RippleSample *sample)
{
    return sample->activation[sample->network->n_layers - 1];
}

static guint said_class(const RippleSample *sample)
{
    const gdouble *a = outputs_of(sample);
    guint best = 0;
    if (sample->network->outputs == 1)
        return a[0] >= 0.5;
    for (guint o = 1; o < sample->network->outputs; o++)
        if (a[o] > a[best])
            best = o;
    return best;
}

static void tell_classes(RippleStory *story, const RippleModel *model, const char *source,
                         const RippleSample *sample)
{
    guint said = said_class(sample);
    const gdouble *a = outputs_of(sample);
    g_autofree char *own = ripple_text_readable(model->class_names[sample->label]);
    g_autofree char *guess = ripple_text_readable(model->class_names[said]);
    gdouble p = sample->network->outputs > 1 ? a[said] : said == 1 ? a[0] : 1 - a[0];
    gboolean is_right = said == sample->label;
    if (sample->network->loss == RIPPLE_LOSS_MSE)
        ripple_story_paragraph(story,
                               "Sample %" G_GSIZE_FORMAT
                               " of %s is of class \"%s\"; the model says \"%s\", %s.",
                               sample->index, source, own, guess, is_right ? "rightly" : "wrongly");
    else
        ripple_story_paragraph(
            story,
            "Sample %" G_GSIZE_FORMAT " of %s is of class \"%s\"; the model says "
            "\"%s\" with probability %.4f, %s.",
            sample->index, source, own, guess, p, is_right ? "rightly" : "wrongly");
}

static const char *loss_formula(const RippleSample *sample)
{
    switch (sample->network->loss) {
    case RIPPLE_LOSS_MSE:
        return "L = 1/outputs · Σ (a − t)²";
    case RIPPLE_LOSS_CROSS_ENTROPY:
        return "L = −ln p[right class]";
    case RIPPLE_LOSS_BINARY_CROSS_ENTROPY:
        return "L = −1/outputs · Σ t·ln a + (1 − t)·ln(1 − a)";
    case RIPPLE_N_LOSSES:
        break;
    }
    g_assert_not_reached();
}

void ripple_story_tell_sample(RippleStory *story, const RippleModel *model,
                              const RippleDataset *dataset, const RippleSample *sample)
{
    guint last = sample->network->n_layers - 1, outputs = sample->network->outputs;
    g_autofree char *source = ripple_text_readable(dataset->source);
    g_autofree char *loss = ripple_story_digits(sample->loss, 7);
    ripple_story_heading(story, "The sample");
    if (model->class_names)
        tell_classes(story, model, source, sample);
    else
        ripple_story_paragraph(story,
                               "Sample %" G_GSIZE_FORMAT " of %s, and what the model makes "
                               "of it:",
                               sample->index, source);
    ripple_story_table(story, (const char *[]){"output", ">z", ">a", ">should be", ">δ", NULL});
    for (guint o = 0; o < MIN(outputs, MOST_OUTPUTS); o++) {
        g_autofree char *name = ripple_story_output(model, o);
        ripple_story_cell(story, "%s", name);
        ripple_story_number_cell(story, sample->z[last][o]);
        ripple_story_number_cell(story, sample->activation[last][o]);
        ripple_story_number_cell(story, sample->target[o]);
        ripple_story_number_cell(story, sample->delta[last][o]);
    }
    if (outputs > MOST_OUTPUTS)
        ripple_story_paragraph(story, "And %u more outputs.", outputs - MOST_OUTPUTS);
    ripple_story_formula(story, "%s = %s", loss_formula(sample), loss);
}

/* ---- the ripple ----------------------------------------------------------------------------- */

static char *bar(gdouble share)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    guint length = (guint)round(share * BAR_WIDTH * 8);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < length / 8; i++)
        g_string_append(text, "█");
    g_string_append(text, eighths[length % 8]);
    return g_string_free(text, FALSE);
}

static void tell_layer(RippleStory *story, const RippleSample *sample, guint l, gdouble largest)
{
    const RippleLayer *layer = &sample->network->layers[l];
    gdouble delta = ripple_norm(sample->delta[l], layer->outputs);
    g_autofree char *drawn = bar(largest > 0 ? delta / largest : 0);
    ripple_story_cell(story, "%u", l);
    ripple_story_cell(story, "%u %s", layer->outputs, ripple_activation_name(layer->activation));
    ripple_story_number_cell(story, ripple_norm(sample->activation[l], layer->outputs));
    ripple_story_number_cell(story, delta);
    ripple_story_number_cell(story, ripple_norm(sample->gradient + layer->weight_offset,
                                                (gsize)layer->outputs * layer->inputs));
    ripple_story_cell(story, "%s", drawn);
}

static void tell_trend(RippleStory *story, const RippleSample *sample)
{
    const RippleNetwork *network = sample->network;
    guint last = network->n_layers - 1;
    gdouble end = ripple_norm(sample->delta[last], network->outputs);
    gdouble start = ripple_norm(sample->delta[0], network->layers[0].outputs);
    if (last == 0 || end == 0)
        return;
    g_autofree char *ratio = ripple_story_number(start / end);
    if (start == 0)
        ripple_story_paragraph(story, "Nothing of the correction arrives at layer 0: on the way "
                                      "every unit stands where its activation is flat.");
    else
        ripple_story_paragraph(story,
                               "From the output to layer 0 the norm of delta changes by a "
                               "factor of %s.%s",
                               ratio,
                               start / end < VANISHING   ? " The gradient vanishes on its way."
                               : start / end > EXPLODING ? " The gradient explodes on its way."
                                                         : "");
}

void ripple_story_tell_ripple(RippleStory *story, const RippleSample *sample)
{
    guint n_layers = sample->network->n_layers;
    gdouble largest = 0;
    for (guint l = 0; l < n_layers; l++)
        largest = fmax(largest, ripple_norm(sample->delta[l], sample->network->layers[l].outputs));
    ripple_story_heading(story, "The ripple: how the correction runs back");
    ripple_story_paragraph(story, "Delta (δ = ∂L/∂z) says how the loss changes with each unit's z. "
                                  "It begins at the output and goes back layer by layer; the norm "
                                  "‖·‖ is the length of all of a layer's numbers together.");
    ripple_story_table(story,
                       (const char *[]){"layer", "units", ">‖a‖", ">‖δ‖", ">‖∂L/∂W‖", "‖δ‖", NULL});
    guint top = n_layers > MOST_LAYERS ? MOST_LAYERS / 2 : n_layers;
    for (guint n = 0; n < n_layers; n++) {
        if (n >= top && n + top < n_layers)
            continue;
        tell_layer(story, sample, n_layers - 1 - n, largest);
    }
    if (n_layers > MOST_LAYERS)
        ripple_story_paragraph(story, "The first and the last %u layers of %u are listed.", top,
                               n_layers);
    tell_trend(story, sample);
}
