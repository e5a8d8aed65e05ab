/* Products by tiles, in shapes that the rule would choose on other devices: each group size, each
 * way of reading, k whole and in pieces. Sums of whole numbers, which every order of adding gets
 * exactly right. */
#include "opencl/opencl.h"
#include "opencl/tuning.h"
#include "support/guarded.h"
#include "support/numbers.h"

typedef struct {
    gsize samples;
    gsize inputs;
    gsize outputs;
    gsize offset; /* of all tensors */
} Shape;

/* Several tiles in each direction and a ragged one at the end. Rows that begin where vectors of
 * four may, and rows that do not. */
static const Shape shapes[] = {{40, 52, 72, TEST_ALIGNED}, {37, 45, 67, TEST_ODD}};

static const RippleTileShape tiles[] = {
    {32, 32, 16, 4, 4, 1}, {8, 16, 8, 2, 8, 1}, {16, 64, 16, 8, 4, 3},
    {64, 4, 16, 1, 4, 2},  {4, 64, 8, 4, 1, 5},
};

typedef struct {
    RippleBackend *backend;
    Shape shape;
    gfloat *x;      /* samples × inputs */
    gfloat *weight; /* outputs × inputs */
    gfloat *delta;  /* samples × outputs */
} Layer;

static void layer_clear(Layer *layer)
{
    g_free(layer->x);
    g_free(layer->weight);
    g_free(layer->delta);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Layer, layer_clear)

static Layer layer_of(RippleBackend *backend, Shape s)
{
    return (Layer){
        .backend = backend,
        .shape = s,
        .x = test_whole_numbers(1, s.samples * s.inputs, -4, 4),
        .weight = test_whole_numbers(2, s.outputs * s.inputs, -4, 4),
        .delta = test_whole_numbers(3, s.samples * s.outputs, -4, 4),
    };
}

/* Σ over p of a[i·a_row + p·a_step]·b[j·b_row + p·b_step] for each of rows × columns. */
static gdouble *product(const gfloat *a, gsize a_row, gsize a_step, const gfloat *b, gsize b_row,
                        gsize b_step, gsize rows, gsize columns, gsize length)
{
    gdouble *c = g_new0(gdouble, rows * columns);
    for (gsize i = 0; i < rows; i++)
        for (gsize j = 0; j < columns; j++)
            for (gsize p = 0; p < length; p++)
                c[i * columns + j] +=
                    (gdouble)a[i * a_row + p * a_step] * b[j * b_row + p * b_step];
    return c;
}

static void check_forward(const Layer *layer)
{
    g_autoptr(GError) error = NULL;
    Shape s = layer->shape;
    g_autofree gfloat *bias_values = test_whole_numbers(4, s.outputs, -4, 4);
    g_autoptr(TestTensor) x =
        test_constant(layer->backend, s.offset, s.samples, s.inputs, layer->x);
    g_autoptr(TestTensor) weight =
        test_constant(layer->backend, s.offset, s.outputs, s.inputs, layer->weight);
    g_autoptr(TestTensor) bias = test_constant(layer->backend, s.offset, 1, s.outputs, bias_values);
    g_autoptr(TestTensor) z = test_variable(layer->backend, s.offset, s.samples, s.outputs, NULL);
    g_autoptr(TestTensor) a = test_variable(layer->backend, s.offset, s.samples, s.outputs, NULL);
    RippleForward forward = {x->view, weight->view, bias->view,
                             z->view, a->view,      RIPPLE_ACTIVATION_RELU};
    ripple_backend_forward(layer->backend, &forward, &error);
    g_assert_no_error(error);

    g_autofree gdouble *expected =
        product(layer->x, s.inputs, 1, layer->weight, s.inputs, 1, s.samples, s.outputs, s.inputs);
    g_autofree gdouble *z_values = test_values(z), *a_values = test_values(a);
    for (gsize i = 0; i < s.samples * s.outputs; i++)
        expected[i] += bias_values[i % s.outputs];
    test_check_equal("z", z_values, expected, s.samples * s.outputs);
    for (gsize i = 0; i < s.samples * s.outputs; i++)
        expected[i] = MAX(expected[i], 0);
    test_check_equal("a", a_values, expected, s.samples * s.outputs);
}

/* The inputs of this layer are the outputs of the one below, whose activations x are. */
static void check_delta(const Layer *layer)
{
    g_autoptr(GError) error = NULL;
    Shape s = layer->shape;
    g_autoptr(TestTensor) above =
        test_constant(layer->backend, s.offset, s.samples, s.outputs, layer->delta);
    g_autoptr(TestTensor) weight =
        test_constant(layer->backend, s.offset, s.outputs, s.inputs, layer->weight);
    g_autoptr(TestTensor) a =
        test_constant(layer->backend, s.offset, s.samples, s.inputs, layer->x);
    g_autoptr(TestTensor) below =
        test_variable(layer->backend, s.offset, s.samples, s.inputs, NULL);
    RippleDelta delta = {above->view, weight->view, RIPPLE_NO_VIEW,
                         a->view,     below->view,  RIPPLE_ACTIVATION_RELU};
    ripple_backend_delta(layer->backend, &delta, &error);
    g_assert_no_error(error);

    g_autofree gdouble *expected = product(layer->delta, s.outputs, 1, layer->weight, 1, s.inputs,
                                           s.samples, s.inputs, s.outputs);
    g_autofree gdouble *values = test_values(below);
    for (gsize i = 0; i < s.samples * s.inputs; i++)
        expected[i] = layer->x[i] > 0 ? expected[i] : 0;
    test_check_equal("delta", values, expected, s.samples * s.inputs);
}

/* ∂L/∂W, then ∂L/∂b. */
static gdouble *gradient_of(const Layer *layer)
{
    Shape s = layer->shape;
    gdouble *gradient =
        product(layer->delta, 1, s.outputs, layer->x, 1, s.inputs, s.outputs, s.inputs, s.samples);
    gradient = g_renew(gdouble, gradient, s.outputs * (s.inputs + 1));
    for (gsize o = 0; o < s.outputs; o++) {
        gdouble *sum = &gradient[s.outputs * s.inputs + o];
        *sum = 0;
        for (gsize n = 0; n < s.samples; n++)
            *sum += layer->delta[n * s.outputs + o];
    }
    return gradient;
}

static void check_gradient(const Layer *layer)
{
    g_autoptr(GError) error = NULL;
    Shape s = layer->shape;
    g_autoptr(TestTensor) delta =
        test_constant(layer->backend, s.offset, s.samples, s.outputs, layer->delta);
    g_autoptr(TestTensor) x =
        test_constant(layer->backend, s.offset, s.samples, s.inputs, layer->x);
    g_autoptr(TestTensor) weight =
        test_variable(layer->backend, s.offset, s.outputs, s.inputs, NULL);
    g_autoptr(TestTensor) bias = test_variable(layer->backend, s.offset, 1, s.outputs, NULL);
    RippleGradient gradient = {delta->view, x->view, weight->view, bias->view};
    ripple_backend_gradient(layer->backend, &gradient, &error);
    g_assert_no_error(error);

    g_autofree gdouble *expected = gradient_of(layer);
    g_autofree gdouble *weight_values = test_values(weight), *bias_values = test_values(bias);
    test_check_equal("weight gradient", weight_values, expected, s.outputs * s.inputs);
    test_check_equal("bias gradient", bias_values, expected + s.outputs * s.inputs, s.outputs);
}

/* With a rate of 1 and a momentum of 2, whole numbers stay whole. */
static void check_descend(const Layer *layer)
{
    g_autoptr(GError) error = NULL;
    Shape s = layer->shape;
    gsize count = s.outputs * (s.inputs + 1);
    g_autofree gfloat *start = test_whole_numbers(5, count, -4, 4);
    g_autofree gfloat *start_moment = test_whole_numbers(6, count, -4, 4);
    g_autoptr(TestTensor) delta =
        test_constant(layer->backend, s.offset, s.samples, s.outputs, layer->delta);
    g_autoptr(TestTensor) x =
        test_constant(layer->backend, s.offset, s.samples, s.inputs, layer->x);
    g_autoptr(TestTensor) parameter = test_variable(layer->backend, s.offset, 1, count, start);
    g_autoptr(TestTensor) moment = test_variable(layer->backend, s.offset, 1, count, start_moment);
    RippleDescent descent = {
        .delta = delta->view,
        .x = x->view,
        .parameter = parameter->view,
        .first_moment = moment->view,
        .rates = {.optimizer = RIPPLE_OPTIMIZER_SGD, .learning_rate = 1, .momentum = 2},
    };
    ripple_backend_descend(layer->backend, &descent, &error);
    g_assert_no_error(error);

    g_autofree gdouble *expected = gradient_of(layer);
    g_autofree gdouble *moments = test_values(moment), *parameters = test_values(parameter);
    for (gsize i = 0; i < count; i++)
        expected[i] += 2 * start_moment[i];
    test_check_equal("moment", moments, expected, count);
    for (gsize i = 0; i < count; i++)
        expected[i] = start[i] - expected[i];
    test_check_equal("parameter", parameters, expected, count);
}

static void check_product(const Layer *layer)
{
    g_autoptr(GError) error = NULL;
    Shape s = layer->shape;
    g_autoptr(TestTensor) a =
        test_constant(layer->backend, s.offset, s.samples, s.inputs, layer->x);
    g_autoptr(TestTensor) b =
        test_constant(layer->backend, s.offset, s.outputs, s.inputs, layer->weight);
    g_autoptr(TestTensor) c = test_variable(layer->backend, s.offset, s.samples, s.outputs, NULL);
    ripple_opencl_product(layer->backend, RIPPLE_PROVIDER_TILE, RIPPLE_PRODUCT_NT, s.samples,
                          s.outputs, s.inputs, a->view, b->view, c->view, &error);
    g_assert_no_error(error);
    g_autofree gdouble *expected =
        product(layer->x, s.inputs, 1, layer->weight, s.inputs, 1, s.samples, s.outputs, s.inputs);
    g_autofree gdouble *values = test_values(c);
    test_check_equal("product", values, expected, s.samples * s.outputs);
}

/* Compute the products of this layer by `tile` from now on. */
static void plan(const Layer *layer, RippleTileShape tile)
{
    Shape s = layer->shape;
    const RippleProduct products[] = {
        {RIPPLE_PRODUCT_NT, s.samples, s.outputs, s.inputs},
        {RIPPLE_PRODUCT_NN, s.samples, s.inputs, s.outputs},
        {RIPPLE_PRODUCT_TN, s.outputs, s.inputs, s.samples},
    };
    const RippleTuned tuned = {.plan = {.provider = RIPPLE_PROVIDER_TILE, .tile = tile},
                               .gflops = 1};
    g_assert_true(ripple_opencl_can(layer->backend, &tuned.plan));
    for (guint i = 0; i < G_N_ELEMENTS(products); i++)
        ripple_tuning_set(ripple_opencl_tuning(layer->backend), &products[i], &tuned);
}

static void with_every_tile(RippleBackend *backend, void (*check)(const Layer *layer))
{
    for (guint i = 0; i < G_N_ELEMENTS(tiles); i++)
        for (guint j = 0; j < G_N_ELEMENTS(shapes); j++) {
            g_auto(Layer) layer = layer_of(backend, shapes[j]);
            plan(&layer, tiles[i]);
            check(&layer);
        }
}

static void test_forward(gconstpointer backend)
{
    with_every_tile((RippleBackend *)backend, check_forward);
}

static void test_delta(gconstpointer backend)
{
    with_every_tile((RippleBackend *)backend, check_delta);
}

static void test_gradient(gconstpointer backend)
{
    with_every_tile((RippleBackend *)backend, check_gradient);
}

static void test_descend(gconstpointer backend)
{
    with_every_tile((RippleBackend *)backend, check_descend);
}

static void test_product(gconstpointer backend)
{
    with_every_tile((RippleBackend *)backend, check_product);
}

/* All operations at two small shapes and two tiles, which a simulated device gets through. */
static void test_small(gconstpointer backend)
{
    const Shape small_shapes[] = {{9, 10, 11, TEST_ODD}, {12, 8, 20, TEST_ALIGNED}};
    const RippleTileShape small_tiles[] = {{8, 8, 8, 2, 4, 2}, {4, 16, 8, 4, 8, 1}};
    for (guint i = 0; i < G_N_ELEMENTS(small_tiles); i++)
        for (guint j = 0; j < G_N_ELEMENTS(small_shapes); j++) {
            g_auto(Layer) layer = layer_of((RippleBackend *)backend, small_shapes[j]);
            plan(&layer, small_tiles[i]);
            check_product(&layer);
            check_forward(&layer);
            check_delta(&layer);
            check_gradient(&layer);
            check_descend(&layer);
        }
}

/* Sums of pieces are added in their order, whichever group comes first. */
static void test_same_bits(gconstpointer backend)
{
    const gsize m = 20, n = 24, k = 500;
    g_autofree gfloat *a_values = test_reals(1, m * k, -1, 1);
    g_autofree gfloat *b_values = test_reals(2, k * n, -1, 1);
    g_autofree gdouble *first = NULL;
    for (guint run = 0; run < 5; run++) {
        g_autoptr(GError) error = NULL;
        const RippleProduct product = {RIPPLE_PRODUCT_NN, m, n, k};
        const RippleProductPlan by = {.provider = RIPPLE_PROVIDER_TILE,
                                      .tile = {8, 16, 8, 2, 4, 7}};
        g_autoptr(TestTensor) a =
            test_constant((RippleBackend *)backend, TEST_ALIGNED, m, k, a_values);
        g_autoptr(TestTensor) b =
            test_constant((RippleBackend *)backend, TEST_ALIGNED, k, n, b_values);
        g_autoptr(TestTensor) c = test_variable((RippleBackend *)backend, TEST_ALIGNED, m, n, NULL);
        ripple_opencl_product_by((RippleBackend *)backend, &by, &product, a->view, b->view, c->view,
                                 &error);
        g_assert_no_error(error);
        g_autofree gdouble *values = test_values(c);
        if (first)
            g_assert_cmpmem(values, m * n * sizeof *values, first, m * n * sizeof *first);
        else
            first = g_steal_pointer(&values);
    }
}

/* What would compute nonsense, or does not fit a device, is refused. */
static void test_impossible(gconstpointer backend)
{
    const RippleTileShape impossible[] = {{24, 32, 16, 4, 4, 1},    {32, 32, 4, 4, 4, 1},
                                          {32, 32, 16, 64, 4, 1},   {32, 32, 16, 4, 4, 0},
                                          {128, 128, 16, 16, 8, 1}, {1 << 12, 32, 16, 1, 1, 1},
                                          {2, 32, 16, 2, 4, 1},     {1 << 20, 32, 16, 32, 2, 1}};
    for (guint i = 0; i < G_N_ELEMENTS(impossible); i++) {
        const RippleProductPlan by = {.provider = RIPPLE_PROVIDER_TILE, .tile = impossible[i]};
        g_assert_false(ripple_opencl_can((RippleBackend *)backend, &by));
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    g_setenv("RIPPLE_PRODUCTS", "tile", TRUE);
    g_autoptr(RippleBackend) backend = ripple_opencl_backend_new("auto", &error);
    g_assert_no_error(error);
    g_test_add_data_func("/tile/small", backend, test_small);
    g_test_add_data_func("/tile/product", backend, test_product);
    g_test_add_data_func("/tile/forward", backend, test_forward);
    g_test_add_data_func("/tile/delta", backend, test_delta);
    g_test_add_data_func("/tile/gradient", backend, test_gradient);
    g_test_add_data_func("/tile/descend", backend, test_descend);
    g_test_add_data_func("/tile/same-bits", backend, test_same_bits);
    g_test_add_data_func("/tile/impossible", backend, test_impossible);
    return g_test_run();
}
