#include <ripple/dataset.h>

#include "base/text.h"

#include <math.h>
#include <ripple/error.h>

static const char *const names[] = {"auto", "none", "unit", "standardise"};

const char *ripple_scaling_name(RippleScaling scaling)
{
    g_return_val_if_fail(scaling < G_N_ELEMENTS(names), NULL);
    return names[scaling];
}

gboolean ripple_scaling_parse(const char *name, RippleScaling *scaling, GError **error)
{
    guint found;
    if (!ripple_text_choose("scaling", name, names, G_N_ELEMENTS(names), &found, error))
        return FALSE;
    *scaling = found;
    return TRUE;
}

RippleTransform *ripple_transform_new(guint columns)
{
    RippleTransform *transform = g_new0(RippleTransform, 1);
    transform->columns = columns;
    transform->scale = g_new(gdouble, columns);
    transform->shift = g_new0(gdouble, columns);
    for (guint c = 0; c < columns; c++)
        transform->scale[c] = 1;
    return transform;
}

void ripple_transform_free(RippleTransform *transform)
{
    if (!transform)
        return;
    g_free(transform->scale);
    g_free(transform->shift);
    g_free(transform);
}

static gdouble input_at(const RippleDataset *dataset, gsize sample, guint column)
{
    gsize index = sample * dataset->inputs + column;
    return dataset->input_bytes ? dataset->input_bytes[index] : dataset->input_values[index];
}

/* Each column to 0 … 1. Scale and shift serve as minimum and maximum first. */
static void learn_unit(RippleTransform *transform, const RippleDataset *dataset,
                       const guint32 *order, gsize count)
{
    gdouble *minimum = transform->scale, *maximum = transform->shift;
    for (gsize i = 0; i < count; i++)
        for (guint c = 0; c < transform->columns; c++) {
            gdouble value = input_at(dataset, order ? order[i] : i, c);
            minimum[c] = i ? fmin(minimum[c], value) : value;
            maximum[c] = i ? fmax(maximum[c], value) : value;
        }
    for (guint c = 0; c < transform->columns; c++) {
        gdouble least = minimum[c], range = maximum[c] - least;
        transform->scale[c] = range > 0 ? 1 / range : 1;
        transform->shift[c] = -least * transform->scale[c];
    }
}

/* Mean and variance in one pass (Welford 1962), which finds exactly 0 for a column that never
 * varies. The deviation is that of the samples themselves: divided by their number. */
static void learn_standard(RippleTransform *transform, const RippleDataset *dataset,
                           const guint32 *order, gsize count)
{
    g_autofree gdouble *mean = g_new0(gdouble, transform->columns);
    g_autofree gdouble *squares = g_new0(gdouble, transform->columns);
    for (gsize i = 0; i < count; i++) {
        gsize sample = order ? order[i] : i;
        gdouble share = 1 / (gdouble)(i + 1);
        for (guint c = 0; c < transform->columns; c++) {
            gdouble difference = input_at(dataset, sample, c) - mean[c];
            mean[c] += difference * share;
            squares[c] += difference * difference * (gdouble)i * share;
        }
    }
    for (guint c = 0; c < transform->columns; c++) {
        gdouble deviation = sqrt(squares[c] / (gdouble)count);
        transform->scale[c] = deviation > 0 ? 1 / deviation : 1;
        transform->shift[c] = -mean[c] * transform->scale[c];
    }
}

RippleTransform *ripple_transform_learn(const RippleDataset *dataset, RippleScaling scaling,
                                        const guint32 *order, gsize count)
{
    gboolean is_bytes = dataset->input_bytes != NULL;
    if (scaling == RIPPLE_SCALING_AUTO)
        scaling = is_bytes ? RIPPLE_SCALING_UNIT : RIPPLE_SCALING_STANDARDISE;

    gboolean is_per_column = !is_bytes || scaling == RIPPLE_SCALING_STANDARDISE;
    RippleTransform *transform = ripple_transform_new(is_per_column ? dataset->inputs : 1);
    if (scaling == RIPPLE_SCALING_UNIT && is_bytes)
        transform->scale[0] = 1.0 / 255;
    else if (scaling == RIPPLE_SCALING_UNIT && count > 0)
        learn_unit(transform, dataset, order, count);
    else if (scaling == RIPPLE_SCALING_STANDARDISE && count > 0)
        learn_standard(transform, dataset, order, count);
    return transform;
}

gboolean ripple_transform_apply(const RippleTransform *transform, RippleDataset *dataset,
                                GError **error)
{
    gboolean is_one_pair = transform->columns == 1;
    if (!is_one_pair && transform->columns != dataset->inputs) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" has %u inputs a sample, but %u are expected.", dataset->source,
                    dataset->inputs, transform->columns);
        return FALSE;
    }
    if (is_one_pair && dataset->input_bytes)
        return TRUE;

    gsize values = dataset->samples * dataset->inputs;
    gfloat *scaled = dataset->input_bytes ? g_new(gfloat, values) : dataset->input_values;
    for (gsize s = 0; s < dataset->samples; s++)
        for (guint c = 0; c < dataset->inputs; c++) {
            guint pair = is_one_pair ? 0 : c;
            gdouble value = input_at(dataset, s, c);
            scaled[s * dataset->inputs + c] =
                (gfloat)(value * transform->scale[pair] + transform->shift[pair]);
        }
    dataset->input_values = scaled;
    g_clear_pointer(&dataset->input_bytes, g_free);
    return TRUE;
}
