#include "explain/story_parts.h"

#include "base/text.h"

#include <math.h>

/* Units of a path that are named; from longer ones the middle is left out. */
#define MOST_UNITS 8

/* ---- paths ---------------------------------------------------------------------------------- */

static char *route(const RippleModel *model, const RipplePaths *paths, const RipplePath *path)
{
    GString *text = g_string_new(NULL);
    guint top = paths->n_units > MOST_UNITS ? MOST_UNITS / 2 : paths->n_units;
    for (guint n = 0; n + 1 < paths->n_units; n++) {
        if (n >= top && n + top < paths->n_units) {
            if (n == top)
                g_string_append(text, "… → ");
            continue;
        }
        g_string_append_printf(text, "%u → ", path->units[n]);
    }
    g_autofree char *output = ripple_story_output(model, path->units[paths->n_units - 1]);
    g_string_append(text, output);
    return g_string_free(text, FALSE);
}

static char *count_of(gdouble count)
{
    if (!isfinite(count))
        return g_strdup("over 10³⁰⁸");
    return count < 1e15 ? ripple_text_count((guint64)count) : ripple_story_number(count);
}

static void tell_share(RippleStory *story, const RipplePaths *paths, gdouble gradient)
{
    gdouble all = paths->positive - paths->negative, shown = 0;
    for (guint i = 0; i < paths->n_strongest; i++)
        shown += fabs(paths->strongest[i].contribution);
    g_autofree char *positive = ripple_story_number(paths->positive);
    g_autofree char *negative = ripple_story_number(-paths->negative);
    g_autofree char *total = ripple_story_number(gradient);
    ripple_story_formula(story, "all paths: %s − %s = %s", positive, negative, total);
    if (paths->alive > paths->n_strongest)
        ripple_story_paragraph(story,
                               "The %u listed are the strongest, and make up %.2g%% of what all "
                               "paths push, one way or the other. What pushes up and what pushes "
                               "down cancel to the gradient.",
                               paths->n_strongest, 100 * shown / all);
}

void ripple_story_tell_paths(RippleStory *story, const RippleModel *model,
                             const RippleSample *sample, const RippleChain *chain)
{
    const RipplePaths *paths = chain->paths;
    if (chain->is_output)
        return;
    g_autofree char *count = count_of(paths->count);
    g_autofree char *alive = count_of(paths->alive);
    g_autofree char *leads =
        paths->count == 1 ? g_strdup("leads one path") : g_strdup_printf("lead %s paths", count);
    g_autofree char *products = isfinite(paths->count) && paths->alive == paths->count
                                    ? g_strdup("None of them is cut off by a 0")
                                : paths->alive == 0
                                    ? g_strdup("All of them are cut off by a 0")
                                    : g_strdup_printf("On %s of them the product is not 0", alive);
    ripple_story_heading(story, "Which ways it goes: the sum over paths");
    ripple_story_paragraph(story,
                           "From the unit to the outputs %s, with one unit of each layer above. "
                           "Each multiplies its weights, its slopes and the delta of its output; "
                           "their sum is the gradient. %s.",
                           leads, products);
    if (paths->n_strongest == 0)
        return;
    ripple_story_table(story,
                       (const char *[]){"strongest paths", ">its term", ">of the gradient", NULL});
    for (guint i = 0; i < paths->n_strongest; i++) {
        const RipplePath *path = &paths->strongest[i];
        g_autofree char *way = route(model, paths, path);
        ripple_story_cell(story, "%s", way);
        ripple_story_number_cell(story, path->contribution);
        if (chain->gradient != 0)
            ripple_story_cell(story, "%s%.3g%%",
                              path->contribution / chain->gradient < 0 ? "−" : "",
                              100 * fabs(path->contribution / chain->gradient));
        else
            ripple_story_cell(story, "–");
    }
    tell_share(story, paths, chain->gradient);
}

/* ---- by values of the loss ------------------------------------------------------------------ */

void ripple_story_tell_slope(RippleStory *story, const RippleChain *chain)
{
    const RippleSlope *slope = &chain->slope;
    g_autofree char *numeric = ripple_story_digits(slope->value, 9);
    g_autofree char *gradient = ripple_story_digits(chain->gradient, 9);
    g_autofree char *step = ripple_story_digits(slope->step, 2);
    g_autofree char *difference = ripple_story_digits(fabs(slope->value - chain->gradient), 2);
    g_autofree char *tolerance = ripple_story_digits(slope->tolerance, 2);
    ripple_story_heading(story, "Is it true? The loss itself asked");
    if (slope->form == RIPPLE_SLOPE_FORM_NONE) {
        ripple_story_paragraph(story, "On both sides of the weight a unit comes to where its "
                                      "activation bends, so the slope of the loss cannot be "
                                      "measured there.");
        return;
    }
    ripple_story_paragraph(story,
                           "The weight is moved a little%s, and the loss computed anew, "
                           "without any chain rule: how steep is it?",
                           slope->form == RIPPLE_SLOPE_FORM_ONE_SIDED
                               ? " to one side, as an activation bends near by"
                               : " to both sides");
    if (slope->form == RIPPLE_SLOPE_FORM_ONE_SIDED)
        ripple_story_formula(story, "from L at w, w + h, …, w + 4h,   h = %s", step);
    else
        ripple_story_formula(
            story, "(8·(L(w + h) − L(w − h)) − (L(w + 2h) − L(w − 2h))) / 12h,   h = %s", step);
    ripple_story_formula(story,
                         "by differences of the loss  %s\n"
                         "by backpropagation          %s",
                         numeric, gradient);
    gboolean agrees = fabs(slope->value - chain->gradient) <= slope->tolerance;
    ripple_story_paragraph(story,
                           agrees ? "They differ by %s, and rounding and the step allow %s: "
                                    "they agree."
                                  : "They differ by %s, and rounding and the step allow only "
                                    "%s: they DISAGREE.",
                           difference, tolerance);
}

void ripple_story_tell_step(RippleStory *story, const RippleChain *chain)
{
    g_autofree char *rate = ripple_story_number(chain->rate);
    g_autofree char *gradient = ripple_story_number(chain->gradient);
    g_autofree char *value = ripple_story_digits(chain->value, 7);
    g_autofree char *after = ripple_story_digits(chain->value - chain->rate * chain->gradient, 7);
    g_autofree char *loss = ripple_story_digits(chain->loss, 9);
    g_autofree char *loss_after = ripple_story_digits(chain->loss_after, 9);
    g_autofree char *change = ripple_story_number(chain->loss_after - chain->loss);
    g_autofree char *predicted = ripple_story_number(chain->predicted);
    ripple_story_heading(story, "One step downhill");
    ripple_story_paragraph(story,
                           "Gradient descent moves the weight against its gradient, by the "
                           "learning rate %s; here it alone, for this sample alone.",
                           rate);
    ripple_story_formula(story,
                         "w ← w − rate · ∂L/∂w = %s − %s · %s = %s\n"
                         "loss before  %s\n"
                         "loss after   %s\n"
                         "change       %s\n"
                         "predicted    %s  = −rate · (∂L/∂w)²",
                         value, rate, gradient, after, loss, loss_after, change, predicted);
    gdouble real = chain->loss_after - chain->loss;
    if (chain->predicted != 0 && !(fabs(real - chain->predicted) <= 0.5 * fabs(chain->predicted)))
        ripple_story_paragraph(story, "The loss is not a straight line, and this step is so long "
                                      "that the prediction no longer holds.");
}
