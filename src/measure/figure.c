#include "measure/figure.h"

#include "measure/timing.h"

#include <string.h>

static void figure_free(gpointer data)
{
    RippleFigure *figure = data;
    g_free(figure->name);
    g_free(figure);
}

GPtrArray *ripple_figures_new(void)
{
    return g_ptr_array_new_with_free_func(figure_free);
}

void ripple_figures_add(GPtrArray *figures, const char *name, const char *unit,
                        gboolean less_is_better, gdouble *values, guint runs)
{
    RippleTiming summary = ripple_timing_summarise(values, runs);
    RippleFigure figure = {.name = (char *)name,
                           .unit = unit,
                           .less_is_better = less_is_better,
                           .runs = runs,
                           .median = summary.median,
                           .least = values[0],
                           .most = values[runs - 1],
                           .lower = summary.lower,
                           .upper = summary.upper};
    ripple_figures_add_copy(figures, &figure);
}

void ripple_figures_add_copy(GPtrArray *figures, const RippleFigure *figure)
{
    RippleFigure *copy = g_new(RippleFigure, 1);
    *copy = *figure;
    copy->name = g_strdup(figure->name);
    copy->unit = g_intern_string(figure->unit);
    g_ptr_array_add(figures, copy);
}

const RippleFigure *ripple_figures_find(const GPtrArray *figures, const char *name)
{
    for (guint i = 0; i < figures->len; i++) {
        const RippleFigure *figure = g_ptr_array_index(figures, i);
        if (strcmp(figure->name, name) == 0)
            return figure;
    }
    return NULL;
}

RippleChange ripple_figure_compare(const RippleFigure *before, const RippleFigure *now,
                                   gdouble slowdown)
{
    gdouble factor = now->median / before->median;
    gdouble spreads = now->upper / now->lower * before->upper / before->lower;
    gdouble noise = spreads * spreads;
    if (before->less_is_better)
        factor = 1 / factor;
    RippleChange change = {RIPPLE_VERDICT_SAME, factor - 1, noise - 1};
    gdouble limit = MAX(noise, RIPPLE_SMALLEST_CHANGE);
    if (factor > limit)
        change.verdict = RIPPLE_VERDICT_BETTER;
    else if (factor * slowdown < 1 / limit)
        change.verdict = RIPPLE_VERDICT_WORSE;
    return change;
}
