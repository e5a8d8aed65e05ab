#include "fuzz/dataset.h"

#include <math.h>

static void check_finite(const gfloat *values, gsize count)
{
    for (gsize i = 0; i < count; i++)
        g_assert_true(isfinite(values[i]));
}

static void check_names(char **names, guint wanted)
{
    if (names)
        g_assert_cmpuint(g_strv_length(names), ==, wanted);
    for (guint i = 0; names && names[i]; i++)
        g_assert_true(g_utf8_validate(names[i], -1, NULL));
}

static void check_inputs(const RippleDataset *dataset)
{
    g_assert_cmpuint(dataset->samples, >, 0);
    g_assert_cmpuint(dataset->inputs, >, 0);
    g_assert_true(!dataset->input_bytes != !dataset->input_values);
    if (dataset->input_values)
        check_finite(dataset->input_values, dataset->samples * dataset->inputs);
    if (dataset->image_height || dataset->image_width)
        g_assert_cmpuint((guint64)dataset->image_height * dataset->image_width, ==,
                         dataset->inputs);
    check_names(dataset->input_names, dataset->inputs);
}

static void check_targets(const RippleDataset *dataset)
{
    switch (dataset->target_kind) {
    case RIPPLE_TARGET_LABELS:
        g_assert_cmpuint(dataset->classes, >, 0);
        for (gsize s = 0; s < dataset->samples; s++)
            g_assert_cmpuint(dataset->labels[s], <, dataset->classes);
        check_names(dataset->class_names, dataset->classes);
        check_names(dataset->target_names, 1);
        break;
    case RIPPLE_TARGET_VALUES:
        g_assert_cmpuint(dataset->targets, >, 0);
        check_finite(dataset->target_values, dataset->samples * dataset->targets);
        check_names(dataset->target_names, dataset->targets);
        break;
    case RIPPLE_TARGET_NONE:
        g_assert_null(dataset->labels);
        g_assert_null(dataset->target_values);
        break;
    }
}

/* Scales are learnt from what was read: they are numbers too. */
static void check_transform(const RippleDataset *dataset)
{
    for (guint scaling = 0; scaling <= RIPPLE_SCALING_STANDARDISE; scaling++) {
        g_autoptr(RippleTransform) transform =
            ripple_transform_learn(dataset, scaling, NULL, dataset->samples);
        g_assert_true(transform->columns == 1 || transform->columns == dataset->inputs);
        for (guint c = 0; c < transform->columns; c++) {
            g_assert_true(isfinite(transform->scale[c]));
            g_assert_true(isfinite(transform->shift[c]));
        }
    }
}

static void check(const RippleDataset *dataset)
{
    check_inputs(dataset);
    check_targets(dataset);
    check_transform(dataset);
}

void fuzz_check_data(const RippleData *data)
{
    if (!data)
        return;
    check(data->train);
    if (!data->test)
        return;
    check(data->test);
    g_assert_cmpuint(data->test->inputs, ==, data->train->inputs);
    if (data->test->target_kind != RIPPLE_TARGET_NONE) {
        g_assert_cmpuint(data->test->target_kind, ==, data->train->target_kind);
        g_assert_cmpuint(data->test->classes, ==, data->train->classes);
        g_assert_cmpuint(data->test->targets, ==, data->train->targets);
    }
}
