/* Scaling against numbers worked out by hand. */
#include "unit/data_files.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* Four samples of three columns: mean 4, 1, 7; deviation √5, 0, 2. */
static const gfloat table[] = {1, 1, 5, 3, 1, 9, 5, 1, 5, 7, 1, 9};

static RippleDataset *new_values(const gfloat *values, gsize samples, guint inputs)
{
    RippleDataset *dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup("values.csv");
    dataset->samples = samples;
    dataset->inputs = inputs;
    dataset->input_values = g_memdup2(values, samples * inputs * sizeof *values);
    dataset->target_kind = RIPPLE_TARGET_NONE;
    return dataset;
}

static RippleDataset *new_bytes(const guint8 *bytes, gsize samples, guint inputs)
{
    RippleDataset *dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup("images");
    dataset->samples = samples;
    dataset->inputs = inputs;
    dataset->input_bytes = g_memdup2(bytes, samples * inputs);
    dataset->target_kind = RIPPLE_TARGET_NONE;
    return dataset;
}

/* Scale and shift are made by a handful of roundings in double precision. */
static void assert_pair(const RippleTransform *transform, guint column, gdouble scale,
                        gdouble shift)
{
    g_assert_cmpfloat_with_epsilon(transform->scale[column], scale, 1e-14 * fabs(scale));
    g_assert_cmpfloat_with_epsilon(transform->shift[column], shift, 1e-14 * (1 + fabs(shift)));
}

static void test_names(void)
{
    for (guint i = 0; i <= RIPPLE_SCALING_STANDARDISE; i++) {
        RippleScaling scaling;
        g_assert_true(ripple_scaling_parse(ripple_scaling_name(i), &scaling, NULL));
        g_assert_cmpint(scaling, ==, i);
    }
    g_autoptr(GError) error = NULL;
    RippleScaling scaling;
    g_assert_false(ripple_scaling_parse("standardize", &scaling, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_assert_nonnull(strstr(error->message, "auto, none, unit, standardise"));
}

static void test_standardise(void)
{
    g_autoptr(RippleDataset) dataset = new_values(table, 4, 3);
    for (guint i = 0; i < 2; i++) {
        RippleScaling scaling = i ? RIPPLE_SCALING_AUTO : RIPPLE_SCALING_STANDARDISE;
        g_autoptr(RippleTransform) transform = ripple_transform_learn(dataset, scaling, NULL, 4);
        g_assert_cmpuint(transform->columns, ==, 3);
        assert_pair(transform, 0, 1 / sqrt(5), -4 / sqrt(5));
        assert_pair(transform, 1, 1, -1);
        assert_pair(transform, 2, 0.5, -3.5);
    }
    g_autoptr(RippleTransform) transform =
        ripple_transform_learn(dataset, RIPPLE_SCALING_STANDARDISE, NULL, 4);
    g_assert_true(ripple_transform_apply(transform, dataset, NULL));
    const gdouble expected[] = {-3 / sqrt(5), 0, -1, -1 / sqrt(5), 0, 1,
                                1 / sqrt(5),  0, -1, 3 / sqrt(5),  0, 1};
    for (guint i = 0; i < 12; i++) /* one rounding to single precision: 2^-24, of up to 2 */
        g_assert_cmpfloat_with_epsilon(dataset->input_values[i], expected[i], 0x1p-23);
}

static void test_unit(void)
{
    g_autoptr(RippleDataset) dataset = new_values(table, 4, 3);
    g_autoptr(RippleTransform) transform =
        ripple_transform_learn(dataset, RIPPLE_SCALING_UNIT, NULL, 4);
    g_assert_cmpuint(transform->columns, ==, 3);
    assert_pair(transform, 0, 1.0 / 6, -1.0 / 6);
    assert_pair(transform, 1, 1, -1);
    assert_pair(transform, 2, 0.25, -1.25);
    g_assert_true(ripple_transform_apply(transform, dataset, NULL));
    g_assert_cmpfloat(dataset->input_values[0], ==, 0);
    g_assert_cmpfloat(dataset->input_values[9], ==, 1);
    g_assert_cmpfloat(dataset->input_values[10], ==, 0);
    g_assert_cmpfloat(dataset->input_values[11], ==, 1);
}

static void test_none(void)
{
    g_autoptr(RippleDataset) dataset = new_values(table, 4, 3);
    g_autoptr(RippleTransform) transform =
        ripple_transform_learn(dataset, RIPPLE_SCALING_NONE, NULL, 4);
    g_assert_cmpuint(transform->columns, ==, 3);
    g_assert_true(ripple_transform_apply(transform, dataset, NULL));
    g_assert_cmpmem(dataset->input_values, sizeof table, table, sizeof table);
}

/* Only the samples in the order count. */
static void test_order(void)
{
    g_autoptr(RippleDataset) dataset = new_values(table, 4, 3);
    const guint32 order[] = {3, 0};
    g_autoptr(RippleTransform) standard =
        ripple_transform_learn(dataset, RIPPLE_SCALING_STANDARDISE, order, 2);
    assert_pair(standard, 0, 1.0 / 3, -4.0 / 3);
    assert_pair(standard, 2, 0.5, -3.5);
    g_autoptr(RippleTransform) unit =
        ripple_transform_learn(dataset, RIPPLE_SCALING_UNIT, order + 1, 1);
    assert_pair(unit, 2, 1, -5);
    g_autoptr(RippleTransform) first =
        ripple_transform_learn(dataset, RIPPLE_SCALING_UNIT, NULL, 2);
    assert_pair(first, 0, 0.5, -0.5);
}

/* A large mean hides the deviation from a sum of squares, even in double precision, and a constant
 * that no binary fraction holds must not vary. */
static void test_precision(void)
{
    enum { SAMPLES = 1000 };
    gfloat values[2 * SAMPLES];
    for (guint s = 0; s < SAMPLES; s++) {
        values[2 * s] = 0x1p30f + (s % 2 ? 128.0f : -128.0f);
        values[2 * s + 1] = 0.1f;
    }
    g_autoptr(RippleDataset) dataset = new_values(values, SAMPLES, 2);
    g_autoptr(RippleTransform) transform =
        ripple_transform_learn(dataset, RIPPLE_SCALING_STANDARDISE, NULL, SAMPLES);
    /* The mean is right within a thousand roundings of 2^30, so 2^-13 of 128 at most. */
    g_assert_cmpfloat_with_epsilon(transform->scale[0], 1.0 / 128, 0x1p-20 / 128);
    g_assert_cmpfloat_with_epsilon(transform->shift[0], -0x1p23, 0x1p-20 * 0x1p23);
    g_assert_cmpfloat(transform->scale[1], ==, 1);
    g_assert_cmpfloat(transform->shift[1], ==, -(gdouble)0.1f);
}

/* One pair for all bytes, which stay bytes. */
static void test_bytes(void)
{
    static const guint8 bytes[] = {0, 51, 255, 102};
    static const struct {
        RippleScaling scaling;
        gdouble scale;
    } cases[] = {
        {RIPPLE_SCALING_AUTO, 1.0 / 255},
        {RIPPLE_SCALING_UNIT, 1.0 / 255},
        {RIPPLE_SCALING_NONE, 1},
    };
    g_autoptr(RippleDataset) dataset = new_bytes(bytes, 2, 2);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RippleTransform) transform =
            ripple_transform_learn(dataset, cases[i].scaling, NULL, 2);
        g_assert_cmpuint(transform->columns, ==, 1);
        g_assert_cmpfloat(transform->scale[0], ==, cases[i].scale);
        g_assert_cmpfloat(transform->shift[0], ==, 0);
        g_assert_true(ripple_transform_apply(transform, dataset, NULL));
        g_assert_null(dataset->input_values);
        g_assert_cmpmem(dataset->input_bytes, 4, bytes, 4);
    }
    /* The same pair scales a table of pixels in place. */
    g_autoptr(RippleTransform) unit = ripple_transform_learn(dataset, RIPPLE_SCALING_UNIT, NULL, 2);
    g_autoptr(RippleDataset) values = new_values((const gfloat[]){0, 51, 255, 102}, 2, 2);
    g_assert_true(ripple_transform_apply(unit, values, NULL));
    for (guint i = 0; i < 4; i++)
        g_assert_cmpfloat(values->input_values[i], ==, (gfloat)(bytes[i] / 255.0));
}

/* Pairs by column turn bytes into floats. */
static void test_bytes_by_column(void)
{
    g_autoptr(RippleDataset) dataset = new_bytes((const guint8[]){0, 7, 200, 7}, 2, 2);
    g_autoptr(RippleTransform) transform =
        ripple_transform_learn(dataset, RIPPLE_SCALING_STANDARDISE, NULL, 2);
    g_assert_cmpuint(transform->columns, ==, 2);
    assert_pair(transform, 0, 0.01, -1);
    assert_pair(transform, 1, 1, -7);
    g_assert_true(ripple_transform_apply(transform, dataset, NULL));
    g_assert_null(dataset->input_bytes);
    const gfloat expected[] = {-1, 0, 1, 0};
    for (guint i = 0; i < 4; i++)
        g_assert_cmpfloat(dataset->input_values[i], ==, expected[i]);
}

static void test_width(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleDataset) dataset = new_values(table, 4, 3);
    g_autoptr(RippleTransform) transform = ripple_transform_new(2);
    g_assert_cmpfloat(transform->scale[1], ==, 1);
    g_assert_cmpfloat(transform->shift[1], ==, 0);
    g_assert_false(ripple_transform_apply(transform, dataset, &error));
    data_assert_error(error, "values.csv", "3 inputs");
    g_assert_cmpmem(dataset->input_values, sizeof table, table, sizeof table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/data/transform/names", test_names);
    g_test_add_func("/data/transform/standardise", test_standardise);
    g_test_add_func("/data/transform/unit", test_unit);
    g_test_add_func("/data/transform/none", test_none);
    g_test_add_func("/data/transform/order", test_order);
    g_test_add_func("/data/transform/precision", test_precision);
    g_test_add_func("/data/transform/bytes", test_bytes);
    g_test_add_func("/data/transform/bytes-by-column", test_bytes_by_column);
    g_test_add_func("/data/transform/width", test_width);
    return g_test_run();
}
