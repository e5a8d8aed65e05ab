/* Where a network's parameters lie, what is refused, and how it begins. */
#include <ripple/network.h>

#include <math.h>
#include <ripple/error.h>
#include <string.h>

#define RELU RIPPLE_ACTIVATION_RELU
#define SOFTMAX RIPPLE_ACTIVATION_SOFTMAX

/* ---- layout --------------------------------------------------------------------------------- */

static RippleNetwork *network_new(guint inputs, const guint *widths,
                                  const RippleActivation *activations, guint n_layers,
                                  RippleLoss loss)
{
    g_autoptr(GError) error = NULL;
    RippleNetwork *network =
        ripple_network_new(inputs, widths, activations, n_layers, loss, &error);
    g_assert_no_error(error);
    return network;
}

static RippleNetwork *classifier_new(void)
{
    return network_new(784, (const guint[]){128, 10}, (const RippleActivation[]){RELU, SOFTMAX}, 2,
                       RIPPLE_LOSS_CROSS_ENTROPY);
}

static void test_layout(void)
{
    g_autoptr(RippleNetwork) network = classifier_new();
    g_assert_cmpuint(network->inputs, ==, 784);
    g_assert_cmpuint(network->outputs, ==, 10);
    g_assert_cmpuint(network->n_layers, ==, 2);
    g_assert_cmpint(network->loss, ==, RIPPLE_LOSS_CROSS_ENTROPY);
    g_assert_cmpuint(network->parameter_count, ==, 101770);

    const RippleLayer *first = &network->layers[0], *second = &network->layers[1];
    g_assert_cmpuint(first->inputs, ==, 784);
    g_assert_cmpuint(first->outputs, ==, 128);
    g_assert_cmpint(first->activation, ==, RELU);
    g_assert_cmpuint(first->weight_offset, ==, 0);
    g_assert_cmpuint(first->bias_offset, ==, 784 * 128);
    g_assert_cmpuint(second->inputs, ==, 128);
    g_assert_cmpuint(second->outputs, ==, 10);
    g_assert_cmpint(second->activation, ==, SOFTMAX);
    g_assert_cmpuint(second->weight_offset, ==, 100480); /* 785·128 is a multiple of 32 already */
    g_assert_cmpuint(second->bias_offset, ==, 101760);
    g_assert_cmpuint(network->parameter_span, ==, 101792); /* 101770, rounded up */
}

/* Layers of every size begin at a multiple of 32, directly behind the padding of the one before. */
static void test_alignment(void)
{
    for (guint width = 1; width <= 70; width++) {
        g_autoptr(RippleNetwork) network = network_new(
            3, (const guint[]){width, 5, 1},
            (const RippleActivation[]){RELU, RELU, RIPPLE_ACTIVATION_IDENTITY}, 3, RIPPLE_LOSS_MSE);
        gsize end = 0, count = 0;
        for (guint l = 0; l < 3; l++) {
            const RippleLayer *layer = &network->layers[l];
            gsize weights = (gsize)layer->inputs * layer->outputs;
            g_assert_cmpuint(layer->weight_offset % RIPPLE_PARAMETER_ALIGNMENT, ==, 0);
            g_assert_cmpuint(layer->weight_offset, >=, end);
            g_assert_cmpuint(layer->weight_offset, <, end + RIPPLE_PARAMETER_ALIGNMENT);
            g_assert_cmpuint(layer->bias_offset, ==, layer->weight_offset + weights);
            end = layer->bias_offset + layer->outputs;
            count += weights + layer->outputs;
        }
        g_assert_cmpuint(network->parameter_count, ==, count);
        g_assert_cmpuint(network->parameter_span, >=, end);
        g_assert_cmpuint(network->parameter_span, <, end + RIPPLE_PARAMETER_ALIGNMENT);
        g_assert_cmpuint(network->parameter_span % RIPPLE_PARAMETER_ALIGNMENT, ==, 0);
    }
}

/* The widest layers there may be do not overflow anything. */
static void test_widest(void)
{
    g_autoptr(RippleNetwork) network = network_new(
        RIPPLE_MAXIMUM_WIDTH, (const guint[]){RIPPLE_MAXIMUM_WIDTH, 1},
        (const RippleActivation[]){RELU, RIPPLE_ACTIVATION_IDENTITY}, 2, RIPPLE_LOSS_MSE);
    g_assert_cmpuint(network->layers[0].bias_offset, ==, G_GUINT64_CONSTANT(1) << 48);
    g_assert_cmpuint(network->parameter_count, ==,
                     (G_GUINT64_CONSTANT(1) << 48) + (1 << 24) + (1 << 24) + 1);
}

static void test_copy(void)
{
    RippleNetwork *network = classifier_new();
    g_autoptr(RippleNetwork) copy = ripple_network_copy(network);
    g_autofree char *before = ripple_network_describe(network);
    memset(network->layers, 0, 2 * sizeof *network->layers);
    ripple_network_free(network);
    g_autofree char *after = ripple_network_describe(copy);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpuint(copy->layers[1].weight_offset, ==, 100480);
    g_assert_cmpuint(copy->parameter_span, ==, 101792);
}

static void test_describe(void)
{
    g_autoptr(RippleNetwork) network = classifier_new();
    g_autofree char *text = ripple_network_describe(network);
    g_assert_true(g_str_has_prefix(text, "784 → 128 relu → 10 softmax, cross-entropy, 101"));
    g_assert_true(g_str_has_suffix(text, "770 parameters"));
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void check_refused(guint inputs, guint width, guint n_layers, RippleActivation hidden,
                          RippleActivation output, RippleLoss loss, const char *said)
{
    g_autoptr(GError) error = NULL;
    g_autofree guint *widths = g_new(guint, MAX(n_layers, 1));
    g_autofree RippleActivation *activations = g_new(RippleActivation, MAX(n_layers, 1));
    for (guint l = 0; l < n_layers; l++) {
        widths[l] = width;
        activations[l] = l + 1 < n_layers ? hidden : output;
    }
    g_assert_null(ripple_network_new(inputs, widths, activations, n_layers, loss, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    if (!strstr(error->message, said))
        g_error("\"%s\" is not in the message: %s", said, error->message);
}

static void test_refused(void)
{
    const RippleLoss mse = RIPPLE_LOSS_MSE;
    check_refused(0, 3, 2, RELU, RELU, mse, "0 inputs");
    check_refused(RIPPLE_MAXIMUM_WIDTH + 1, 3, 2, RELU, RELU, mse, "16777217 inputs");
    check_refused(G_MAXUINT, 3, 2, RELU, RELU, mse, "inputs");
    check_refused(4, 0, 2, RELU, RELU, mse, "Layer 0 has 0 outputs");
    check_refused(4, RIPPLE_MAXIMUM_WIDTH + 1, 1, RELU, RELU, mse, "Layer 0 has 16777217 outputs");
    check_refused(4, 3, 0, RELU, RELU, mse, "0 layers");
    check_refused(4, 3, RIPPLE_MAXIMUM_LAYERS + 1, RELU, RELU, mse, "1025 layers");
    check_refused(4, 3, 2, SOFTMAX, RELU, mse, "Layer 0 is hidden and has the activation softmax");
    check_refused(4, 3, 2, RELU, RELU, RIPPLE_LOSS_CROSS_ENTROPY,
                  "The loss cross-entropy needs the output activation softmax, not relu");
    check_refused(4, 3, 2, RELU, SOFTMAX, RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
                  "The loss binary-cross-entropy needs the output activation sigmoid, not softmax");
}

/* What is at the border is not beyond it. */
static void test_not_refused(void)
{
    g_autofree guint *widths = g_new(guint, RIPPLE_MAXIMUM_LAYERS);
    g_autofree RippleActivation *activations = g_new0(RippleActivation, RIPPLE_MAXIMUM_LAYERS);
    for (guint l = 0; l < RIPPLE_MAXIMUM_LAYERS; l++)
        widths[l] = 1;
    g_autoptr(RippleNetwork) deep =
        network_new(1, widths, activations, RIPPLE_MAXIMUM_LAYERS, RIPPLE_LOSS_MSE);
    g_assert_cmpuint(deep->parameter_count, ==, 2 * RIPPLE_MAXIMUM_LAYERS);
    /* Mean squared error goes with any output, softmax too. */
    g_autoptr(RippleNetwork) softmax =
        network_new(4, (const guint[]){3}, (const RippleActivation[]){SOFTMAX}, 1, RIPPLE_LOSS_MSE);
    g_assert_nonnull(softmax);
}

/* ---- initial parameters --------------------------------------------------------------------- */

static gfloat *initial_parameters(const RippleNetwork *network, guint64 seed)
{
    gfloat *parameters = g_new(gfloat, network->parameter_span);
    for (gsize i = 0; i < network->parameter_span; i++)
        parameters[i] = NAN; /* so that what is not written shows */
    ripple_network_initialise(network, seed, parameters);
    return parameters;
}

/* Weights fill ±limit evenly: they come within 1 % of both ends, and not beyond. Of 10,000 draws
 * all stay below 99 % with a probability of e^-50. */
static void check_limit(const gfloat *weights, gsize count, gdouble limit)
{
    gdouble smallest = INFINITY, largest = -INFINITY, sum = 0, squares = 0;
    for (gsize i = 0; i < count; i++) {
        smallest = fmin(smallest, weights[i]);
        largest = fmax(largest, weights[i]);
        sum += weights[i];
        squares += (gdouble)weights[i] * weights[i];
    }
    const gdouble rounding = 1 + 0x1p-23; /* the limit is rounded to a float */
    g_assert_cmpfloat(largest, <=, limit * rounding);
    g_assert_cmpfloat(smallest, >=, -limit * rounding);
    g_assert_cmpfloat(largest, >, 0.99 * limit);
    g_assert_cmpfloat(smallest, <, -0.99 * limit);
    /* Five standard errors of the mean (σ = limit/√3) and of the variance (σ = limit²·√(4/45)). */
    g_assert_cmpfloat_with_epsilon(sum / count, 0, 5 * limit / sqrt(3.0 * count));
    g_assert_cmpfloat_with_epsilon(squares / count, limit * limit / 3,
                                   5 * limit * limit * sqrt(4.0 / 45 / count));
}

static void test_limits(void)
{
    static const gboolean he[RIPPLE_N_ACTIVATIONS] = {
        [RIPPLE_ACTIVATION_RELU] = TRUE, [RIPPLE_ACTIVATION_LEAKY_RELU] = TRUE,
        [RIPPLE_ACTIVATION_ELU] = TRUE,  [RIPPLE_ACTIVATION_SOFTPLUS] = TRUE,
        [RIPPLE_ACTIVATION_SILU] = TRUE, [RIPPLE_ACTIVATION_GELU] = TRUE,
    };
    for (guint activation = 0; activation < RIPPLE_N_ACTIVATIONS; activation++) {
        g_autoptr(RippleNetwork) network = network_new(
            200, (const guint[]){50}, (const RippleActivation[]){activation}, 1, RIPPLE_LOSS_MSE);
        g_autofree gfloat *parameters = initial_parameters(network, 11);
        /* √(6/inputs) and √(6/(inputs + outputs)) */
        check_limit(parameters, 10000, he[activation] ? sqrt(6.0 / 200) : sqrt(6.0 / 250));
    }
}

static void test_biases_and_padding_are_zero(void)
{
    g_autoptr(RippleNetwork) network = network_new(
        5, (const guint[]){7, 3}, (const RippleActivation[]){RELU, SOFTMAX}, 2, RIPPLE_LOSS_MSE);
    g_autofree gfloat *parameters = initial_parameters(network, 1);
    for (guint l = 0; l < 2; l++) {
        const RippleLayer *layer = &network->layers[l];
        gsize end = l == 0 ? network->layers[1].weight_offset : network->parameter_span;
        for (gsize i = layer->weight_offset; i < layer->bias_offset; i++)
            g_assert_cmpfloat(parameters[i], !=, 0); /* chance: 2⁻²⁴ each */
        g_assert_cmpuint(layer->bias_offset, <, end);
        for (gsize i = layer->bias_offset; i < end; i++)
            g_assert_cmpfloat(parameters[i], ==, 0);
    }
}

static void test_seeds(void)
{
    g_autoptr(RippleNetwork) network = classifier_new();
    gsize bytes = network->parameter_span * sizeof(gfloat);
    g_autofree gfloat *one = initial_parameters(network, 1);
    g_autofree gfloat *again = initial_parameters(network, 1);
    g_autofree gfloat *two = initial_parameters(network, 2);
    g_autofree gfloat *large = initial_parameters(network, 1 + (G_GUINT64_CONSTANT(1) << 32));
    g_assert_cmpmem(one, bytes, again, bytes);
    guint equal_to_two = 0, equal_to_large = 0, equal_layers = 0;
    for (gsize i = 0; i < 1000; i++) {
        equal_to_two += one[i] == two[i];
        equal_to_large += one[i] == large[i];
        /* The layers' own limits apart. */
        equal_layers += one[i] / sqrtf(6.0f / 784) ==
                        one[network->layers[1].weight_offset + i] / sqrtf(6.0f / 138);
    }
    g_assert_cmpuint(equal_to_two, <, 3);
    g_assert_cmpuint(equal_to_large, <, 3);
    g_assert_cmpuint(equal_layers, <, 3);
}

/* A run can be repeated years later and elsewhere only while these numbers stay what they are. */
static void test_known_start(void)
{
    g_autoptr(RippleNetwork) network =
        network_new(3, (const guint[]){2, 2}, (const RippleActivation[]){RELU, SOFTMAX}, 2,
                    RIPPLE_LOSS_CROSS_ENTROPY);
    static const gfloat expected[2][6] = {
        {-0x1.c529f8p-1f, -0x1.d301fep-3f, -0x1.475892p-1f, -0x1.0a8406p-5f, -0x1.d787c4p-1f,
         -0x1.31a684p-1f},
        {-0x1.239e98p-2f, 0x1.08dcfap-1f, -0x1.2e8020p-2f, 0x1.2f9edep-1f},
    };
    g_autofree gfloat *parameters = initial_parameters(network, 1);
    for (guint l = 0; l < 2; l++)
        for (guint i = 0; i < (l == 0 ? 6u : 4u); i++)
            g_assert_cmpfloat(parameters[network->layers[l].weight_offset + i], ==, expected[l][i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/network/layout", test_layout);
    g_test_add_func("/network/alignment", test_alignment);
    g_test_add_func("/network/widest", test_widest);
    g_test_add_func("/network/copy", test_copy);
    g_test_add_func("/network/describe", test_describe);
    g_test_add_func("/network/refused", test_refused);
    g_test_add_func("/network/not-refused", test_not_refused);
    g_test_add_func("/network/limits", test_limits);
    g_test_add_func("/network/biases-and-padding-are-zero", test_biases_and_padding_are_zero);
    g_test_add_func("/network/seeds", test_seeds);
    g_test_add_func("/network/known-start", test_known_start);
    return g_test_run();
}
