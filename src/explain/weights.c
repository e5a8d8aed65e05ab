#include "explain/weights.h"

#include <math.h>

RippleWeightHistogram ripple_weight_histogram(const RippleModel *model, guint layer)
{
    const RippleLayer *own = &model->network->layers[layer];
    const gfloat *weights = model->parameters + own->weight_offset;
    gsize count = (gsize)own->inputs * own->outputs;
    RippleWeightHistogram histogram = {.zeros = 0};
    gdouble least = weights[0], most = weights[0], sum = 0, squares = 0;
    for (gsize i = 0; i < count; i++) {
        least = fmin(least, weights[i]);
        most = fmax(most, weights[i]);
        sum += weights[i];
        histogram.zeros += weights[i] == 0;
    }
    if (least == most) { /* one value: in the middle */
        gdouble half = least == 0 ? 1 : fabs(least) / 2;
        least -= half;
        most += half;
    }
    histogram.mean = sum / count;
    gdouble width = (most - least) / RIPPLE_WEIGHT_BINS;
    for (guint i = 0; i <= RIPPLE_WEIGHT_BINS; i++)
        histogram.edges[i] = i == RIPPLE_WEIGHT_BINS ? most : least + i * width;
    for (gsize i = 0; i < count; i++) {
        squares += (weights[i] - histogram.mean) * (weights[i] - histogram.mean);
        guint bin = (guint)((weights[i] - least) / width);
        histogram.counts[MIN(bin, RIPPLE_WEIGHT_BINS - 1)]++;
    }
    histogram.deviation = sqrt(squares / count);
    return histogram;
}

/* ---- influence ------------------------------------------------------------------------------ */

static gdouble norm_in(const RippleModel *model, guint unit)
{
    const RippleLayer *first = &model->network->layers[0];
    const gfloat *row = model->parameters + first->weight_offset + (gsize)unit * first->inputs;
    gdouble squares = 0;
    for (guint i = 0; i < first->inputs; i++)
        squares += (gdouble)row[i] * row[i];
    return sqrt(squares);
}

static gdouble norm_out(const RippleModel *model, guint unit)
{
    if (model->network->n_layers == 1)
        return 1;
    const RippleLayer *second = &model->network->layers[1];
    gdouble squares = 0;
    for (guint i = 0; i < second->outputs; i++) {
        gdouble weight =
            model->parameters[second->weight_offset + (gsize)i * second->inputs + unit];
        squares += weight * weight;
    }
    return sqrt(squares);
}

static int compare_units(gconstpointer a, gconstpointer b, gpointer influences)
{
    const gdouble *all = influences;
    gdouble one = all[*(const guint *)a], other = all[*(const guint *)b];
    return one > other ? -1 : one < other ? 1 : 0;
}

guint *ripple_units_by_influence(const RippleModel *model, gdouble **influences)
{
    guint count = model->network->layers[0].outputs;
    guint *units = g_new(guint, count);
    g_autofree gdouble *all = g_new(gdouble, count);
    for (guint i = 0; i < count; i++) {
        units[i] = i;
        all[i] = norm_in(model, i) * norm_out(model, i);
    }
    g_qsort_with_data(units, (gint)count, sizeof *units, compare_units, all);
    *influences = g_new(gdouble, count);
    for (guint i = 0; i < count; i++)
        (*influences)[i] = all[units[i]];
    return units;
}
