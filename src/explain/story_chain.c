#include "explain/story.h"
#include "explain/story_parts.h"

#include "base/text.h"

#include <math.h>

/* Rows of a table before the rest is summed up. */
#define MOST_TERMS 8

static char *input_of(const RippleModel *model, const RippleChain *chain)
{
    guint input = chain->place.input;
    if (chain->place.layer > 0)
        return g_strdup_printf("the activation of unit %u of layer %u", input,
                               chain->place.layer - 1);
    if (model->image_width > 0 && model->network->inputs % model->image_width == 0 &&
        model->network->inputs / model->image_width == model->image_height)
        return g_strdup_printf("the pixel in row %u, column %u (input %u)",
                               input / model->image_width, input % model->image_width, input);
    if (!model->input_names)
        return g_strdup_printf("input %u", input);
    g_autofree char *name = ripple_text_readable(model->input_names[input]);
    return g_strdup_printf("input %u, \"%s\"", input, name);
}

static void tell_weight(RippleStory *story, const RippleModel *model, const RippleChain *chain)
{
    g_autofree char *name = ripple_place_name(&chain->place);
    g_autofree char *value = ripple_story_number(chain->value);
    g_autofree char *input = input_of(model, chain);
    ripple_story_heading(story, chain->place.is_bias ? "The bias" : "The weight");
    if (chain->is_largest)
        ripple_story_paragraph(story, "No weight was named, so this is the one with the largest "
                                      "gradient: a small change of it moves the loss the most.");
    if (chain->place.is_bias)
        ripple_story_paragraph(story, "%s = %s is added to the sum of unit %u of layer %u%s.", name,
                               value, chain->place.output, chain->place.layer,
                               chain->is_output ? ", an output" : "");
    else
        ripple_story_paragraph(story, "%s = %s multiplies %s, and adds to unit %u of layer %u%s.",
                               name, value, input, chain->place.output, chain->place.layer,
                               chain->is_output ? ", an output" : "");
}

/* Who knows the data looks for their numbers, not for what they were scaled to. */
static void tell_scaling(RippleStory *story, const RippleModel *model, const RippleChain *chain)
{
    if (chain->place.layer > 0 || chain->place.is_bias)
        return;
    const RippleTransform *transform = model->transform;
    guint column = transform->columns > 1 ? chain->place.input : 0;
    gdouble scale = transform->scale[column], shift = transform->shift[column];
    if (scale == 0 || (scale == 1 && shift == 0))
        return;
    g_autofree char *raw = ripple_story_number((chain->x - shift) / scale);
    g_autofree char *scaled = ripple_story_number(chain->x);
    ripple_story_paragraph(story,
                           "The data have %s there, which comes in as %s: inputs are scaled as "
                           "they were for the training.",
                           raw, scaled);
}

/* ---- the chain rule ------------------------------------------------------------------------- */

/* f′ in the terms of ripple/activation.h. */
static const char *derivative_of(RippleActivation activation)
{
    static const char *const texts[] = {
        [RIPPLE_ACTIVATION_IDENTITY] = "1",
        [RIPPLE_ACTIVATION_RELU] = "1 where z > 0, else 0",
        [RIPPLE_ACTIVATION_LEAKY_RELU] = "1 where z > 0, else 0.01",
        [RIPPLE_ACTIVATION_ELU] = "1 where z > 0, else eᶻ",
        [RIPPLE_ACTIVATION_SIGMOID] = "σ(z)·(1 − σ(z))",
        [RIPPLE_ACTIVATION_TANH] = "1 − tanh² z",
        [RIPPLE_ACTIVATION_SOFTPLUS] = "σ(z)",
        [RIPPLE_ACTIVATION_SILU] = "σ(z)·(1 + z·(1 − σ(z)))",
        [RIPPLE_ACTIVATION_GELU] = "Φ(z) + z·φ(z)",
        [RIPPLE_ACTIVATION_SOFTMAX] = "aⱼ·(1[j = o] − aₒ)",
    };
    return texts[activation];
}

static void factor(RippleStory *story, const char *name, gdouble value, const char *meaning)
{
    ripple_story_cell(story, "%s", name);
    ripple_story_number_cell(story, value);
    ripple_story_cell(story, "%s", meaning);
}

static void tell_factors(RippleStory *story, const RippleChain *chain)
{
    gboolean is_softmax = chain->activation == RIPPLE_ACTIVATION_SOFTMAX;
    g_autofree char *slope =
        g_strdup_printf("f′(z) of %s: %s", ripple_activation_name(chain->activation),
                        derivative_of(chain->activation));
    ripple_story_table(story, (const char *[]){"", ">value", "what it is", NULL});
    factor(story, "z", chain->z, "the unit's sum of inputs times weights, and bias");
    factor(story, "a", chain->a, "its activation, f(z)");
    factor(story, "∂z/∂w", chain->x,
           chain->place.is_bias ? "1: a bias is added as it is" : "what the weight multiplies");
    if (!is_softmax) {
        factor(story, "∂a/∂z", chain->derivative, slope);
        factor(story, "∂L/∂a", chain->loss_slope,
               chain->is_output ? "the loss's own slope" : "what comes back from the layer above");
    }
    factor(story, "δ = ∂L/∂z", chain->delta,
           is_softmax ? "over all outputs: see below" : "∂L/∂a · ∂a/∂z");
    factor(story, "∂L/∂w", chain->gradient, "δ · ∂z/∂w: the gradient");
}

static void tell_rule(RippleStory *story, const RippleChain *chain)
{
    g_autofree char *x = ripple_story_number(chain->x);
    g_autofree char *derivative = ripple_story_number(chain->derivative);
    g_autofree char *slope = ripple_story_number(chain->loss_slope);
    g_autofree char *delta = ripple_story_number(chain->delta);
    g_autofree char *gradient = ripple_story_digits(chain->gradient, 9);
    ripple_story_heading(story, "The chain rule");
    gboolean has_three = isfinite(chain->loss_slope) && isfinite(chain->derivative);
    ripple_story_paragraph(
        story,
        "How much does the loss L change with the weight w? The weight moves its unit's z, %s.",
        has_three ? "z moves the activation a, and a moves the loss; the three slopes multiply"
                  : "and z moves the loss; the two slopes multiply");
    if (has_three)
        ripple_story_formula(story,
                             "∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w\n"
                             "      = %s · %s · %s\n"
                             "      = %s",
                             slope, derivative, x, gradient);
    else
        ripple_story_formula(story,
                             "∂L/∂w = ∂L/∂z · ∂z/∂w\n"
                             "      = %s · %s\n"
                             "      = %s",
                             delta, x, gradient);
    tell_factors(story, chain);
    if (chain->x == 0)
        ripple_story_paragraph(story, "What the weight multiplies is 0 in this sample, so that no "
                                      "change of it could be noticed: its gradient is 0.");
    else if (chain->derivative == 0)
        ripple_story_paragraph(story, "The unit stands where its activation is flat, so that "
                                      "nothing comes through it: the gradient is 0.");
}

/* ---- at the output -------------------------------------------------------------------------- */

static void tell_fused(RippleStory *story, const RippleChain *chain)
{
    g_autofree char *a = ripple_story_number(chain->a);
    g_autofree char *t = ripple_story_number(chain->target);
    g_autofree char *delta = ripple_story_digits(chain->delta, 9);
    gboolean is_divided = chain->divisor != 1;
    g_autofree char *divisor =
        is_divided ? g_strdup_printf(" / %.0f", chain->divisor) : g_strdup("");
    gboolean is_softmax = chain->activation == RIPPLE_ACTIVATION_SOFTMAX;
    ripple_story_paragraph(
        story,
        "%s: most of the two derivatives cancels, and what is left is what the output says, less "
        "what it should say. ripple computes it so, since it never divides by a probability.",
        is_softmax ? "Softmax and cross-entropy go together"
                   : "Sigmoid and binary cross-entropy go together");
    ripple_story_formula(story, "δ = ∂L/∂z = %s%s%s = %s%s − %s%s%s = %s", is_divided ? "(" : "",
                         is_softmax ? "p − y" : "a − t", is_divided ? ")" : "",
                         is_divided ? "(" : "", a, t, is_divided ? ")" : "", divisor, delta);
}

static void tell_output_terms(RippleStory *story, const RippleModel *model,
                              const RippleChain *chain)
{
    ripple_story_paragraph(story, "The same, step by step: with softmax every z moves every "
                                  "output, so that the slopes over all outputs j add up; "
                                  "1[j = o] is 1 for the unit's own output, else 0.");
    ripple_story_formula(story, "∂L/∂zₒ = Σⱼ ∂L/∂aⱼ · ∂aⱼ/∂zₒ,   ∂aⱼ/∂zₒ = aⱼ·(1[j = o] − aₒ)");
    ripple_story_table(story,
                       (const char *[]){"output j", ">∂L/∂aⱼ", ">∂aⱼ/∂zₒ", ">product", NULL});
    gdouble sum = 0;
    guint shown = MIN(chain->outputs->len, MOST_TERMS);
    for (guint i = 0; i < chain->outputs->len; i++) {
        const RippleOutputTerm *term = &g_array_index(chain->outputs, RippleOutputTerm, i);
        sum += term->product;
        if (i >= shown)
            continue;
        g_autofree char *name = ripple_story_output(model, term->output);
        ripple_story_cell(story, "%s", name);
        ripple_story_number_cell(story, term->loss_slope);
        ripple_story_number_cell(story, term->activation_slope);
        ripple_story_number_cell(story, term->product);
    }
    ripple_story_rest_cell(story, "sum of all", chain->outputs->len - shown);
    ripple_story_cell(story, " ");
    ripple_story_cell(story, " ");
    ripple_story_number_cell(story, sum);
    if (chain->is_fused)
        ripple_story_paragraph(story, isfinite(sum)
                                          ? "Cross-entropy looks at the right class alone, so only "
                                            "one of the terms is not 0."
                                          : "A probability is so small here that it rounds to 0: "
                                            "only p − y can still be computed.");
}

static void tell_output(RippleStory *story, const RippleModel *model, const RippleChain *chain)
{
    ripple_story_heading(story, "Where it begins: the loss");
    if (chain->is_fused)
        tell_fused(story, chain);
    if (chain->activation == RIPPLE_ACTIVATION_SOFTMAX) {
        tell_output_terms(story, model, chain);
        return;
    }
    g_autofree char *a = ripple_story_number(chain->a);
    g_autofree char *t = ripple_story_number(chain->target);
    g_autofree char *slope = ripple_story_number(chain->loss_slope);
    if (chain->is_fused)
        ripple_story_formula(story, "∂L/∂a = (a − t) / (a·(1 − a)) / %.0f = %s", chain->divisor,
                             slope);
    else
        ripple_story_formula(story, "∂L/∂a = 2·(a − t) / outputs = 2·(%s − %s) / %.0f = %s", a, t,
                             chain->divisor, slope);
}

/* ---- below it ------------------------------------------------------------------------------- */

static void tell_terms(RippleStory *story, const RippleModel *model, const RippleChain *chain)
{
    guint above = chain->place.layer + 1;
    guint shown = MIN(chain->terms->len, MOST_TERMS);
    gboolean is_output = above + 1 == model->network->n_layers;
    ripple_story_heading(story, "Where ∂L/∂a comes from: the layer above");
    ripple_story_paragraph(story,
                           "The unit's activation goes to every unit k of layer %u, through a "
                           "weight each; so their deltas come back through the same weights.",
                           above);
    ripple_story_formula(story, "∂L/∂aₒ = Σₖ w[k,o] · δₖ");
    ripple_story_table(
        story, (const char *[]){is_output ? "output k" : "unit k", ">w[k,o]", ">δₖ", ">w·δ", NULL});
    for (guint i = 0; i < shown; i++) {
        const RippleChainTerm *term = &g_array_index(chain->terms, RippleChainTerm, i);
        g_autofree char *name =
            is_output ? ripple_story_output(model, term->unit) : g_strdup_printf("%u", term->unit);
        ripple_story_cell(story, "%s", name);
        ripple_story_number_cell(story, term->weight);
        ripple_story_number_cell(story, term->delta);
        ripple_story_number_cell(story, term->product);
    }
    ripple_story_rest_cell(story, "sum of all", chain->terms->len - shown);
    ripple_story_cell(story, " ");
    ripple_story_cell(story, " ");
    ripple_story_number_cell(story, chain->loss_slope);
}

/* ---- the whole ------------------------------------------------------------------------------ */

RippleStory *ripple_story_of_chain(const RippleModel *model, const RippleDataset *dataset,
                                   const RippleSample *sample, const RippleChain *chain)
{
    RippleStory *story = ripple_story_new();
    ripple_story_tell_sample(story, model, dataset, sample);
    ripple_story_tell_ripple(story, sample);
    tell_weight(story, model, chain);
    tell_scaling(story, model, chain);
    tell_rule(story, chain);
    if (chain->is_output)
        tell_output(story, model, chain);
    else
        tell_terms(story, model, chain);
    ripple_story_tell_paths(story, model, sample, chain);
    ripple_story_tell_slope(story, chain);
    ripple_story_tell_step(story, chain);
    return story;
}
