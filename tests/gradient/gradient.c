/* Is the gradient the derivative of the loss?
 *
 * For every hidden activation with every loss and output activation: each parameter of a network of
 * three layers is moved by ±h, and the slope of the loss between the two is held against what the
 * operations loss, delta and gradient say. The reference computes in double precision, which makes
 * the comparison sharp.
 *
 * How sharp? (L(w + h) − L(w − h)) / 2h differs from L′(w) by h²/6·|L‴|, and by the rounding of L
 * divided by h. Both are small together near h = ∛2⁻⁵³ ≈ 5·10⁻⁶; with h = 2⁻¹⁷ the first is
 * 10⁻¹¹·|L‴|, and a rounding of 2⁻⁵³ in L of about 1 makes 1.5·10⁻¹¹ of the second. The tolerance
 * is twenty such roundings, and 10⁻⁷ of the derivative itself for large L‴, which go with large L′.
 * The controls at the end show that an error of 10⁻⁴ in the δ of one layer is beyond it by far. */
#include "gradient/pass.h"
#include "reference/reference.h"
#include "support/numbers.h"

#include <math.h>

#define H 0x1p-17
#define ABSOLUTE_TOLERANCE 3e-10
#define RELATIVE_TOLERANCE 1e-7

#define LAYERS 3
#define INPUTS 3
#define SAMPLES 6

/* What one test puts together. */
typedef struct {
    RippleActivation hidden;
    RippleActivation output;
    RippleLoss loss;
    guint outputs;
    gboolean has_labels;
} Combination;

/* A network, a batch, and parameters in general position. */
typedef struct {
    RippleBackend *backend;
    RippleNetwork *network;
    Pass *pass;
    gfloat *parameters;
} Setup;

static void setup_free(Setup *setup)
{
    pass_free(setup->pass);
    ripple_network_free(setup->network);
    ripple_backend_free(setup->backend);
    g_free(setup->parameters);
    g_free(setup);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Setup, setup_free)

/* Multiples of 2⁻⁶ in ±1: w ± h has 18 bits, and a float holds it exactly. */
static gfloat *exact_parameters(const RippleNetwork *network, guint32 set)
{
    gfloat *parameters = test_whole_numbers(set, network->parameter_span, -64, 64);
    for (gsize i = 0; i < network->parameter_span; i++)
        parameters[i] /= 64;
    return parameters;
}

/* No z may change its sign when a parameter moves by h, because relu and leaky-relu have no
 * derivative at 0. The largest ∂z/∂w is an activation that enters the last layer. With inputs and
 * parameters up to 1, and |a| ≤ |z| + 1: the first layer's |z| is at most 3 + 1 and its a at most
 * 5, the second's 4·5 + 1 and 22. The first parameters that keep every z further than 32·h from 0
 * are taken. */
static void choose_parameters(Setup *setup)
{
    for (guint32 set = 100; set < 120; set++) {
        setup->parameters = exact_parameters(setup->network, set);
        pass_loss(setup->pass, setup->parameters);
        if (pass_smallest_z(setup->pass) > 32 * H)
            return;
        g_clear_pointer(&setup->parameters, g_free);
    }
    g_assert_not_reached();
}

static Setup *setup_new(const Combination *c)
{
    g_autoptr(GError) error = NULL;
    Setup *setup = g_new0(Setup, 1);
    setup->backend = ripple_reference_backend_new();
    setup->network = ripple_network_new(INPUTS, (guint[LAYERS]){4, 5, c->outputs},
                                        (RippleActivation[LAYERS]){c->hidden, c->hidden, c->output},
                                        LAYERS, c->loss, &error);
    g_assert_no_error(error);

    g_autofree gfloat *input = test_reals(1, SAMPLES * INPUTS, -1, 1);
    g_autofree gfloat *targets = test_reals(2, SAMPLES * c->outputs, 0, 1);
    g_autofree guint32 *labels = test_indices(3, SAMPLES, MAX(2, c->outputs));
    setup->pass = pass_new(setup->backend, setup->network, SAMPLES, input,
                           c->has_labels ? labels : NULL, c->has_labels ? NULL : targets);
    choose_parameters(setup);
    return setup;
}

/* ∂L/∂w of one parameter by central difference. */
static gdouble slope(Setup *setup, gsize parameter)
{
    gfloat *w = &setup->parameters[parameter], middle = *w;
    *w = (gfloat)(middle + H);
    gdouble above = *w, loss_above = pass_loss(setup->pass, setup->parameters);
    *w = (gfloat)(middle - H);
    gdouble below = *w, loss_below = pass_loss(setup->pass, setup->parameters);
    *w = middle;
    g_assert_cmpfloat(above - below, ==, 2 * H);
    return (loss_above - loss_below) / (above - below);
}

/* The largest error of any parameter's derivative, as a multiple of the tolerance. */
static gdouble worst_error(Setup *setup, gboolean has_z, const Plant *plant)
{
    pass_loss(setup->pass, setup->parameters);
    g_autofree gdouble *gradient = pass_gradient(setup->pass, has_z, plant);
    gdouble worst = 0;
    for (guint l = 0; l < LAYERS; l++) {
        const RippleLayer *layer = &setup->network->layers[l];
        gsize end = layer->bias_offset + layer->outputs;
        for (gsize p = layer->weight_offset; p < end; p++) {
            gdouble numeric = slope(setup, p);
            gdouble tolerance = ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * fabs(numeric);
            gdouble error = fabs(gradient[p] - numeric) / tolerance;
            if (!(error <= worst)) /* NaN is the worst of all */
                worst = error;
        }
    }
    return worst;
}

/* ---- the gradient is the derivative --------------------------------------------------------- */

static void test_gradient(gconstpointer data)
{
    g_autoptr(Setup) setup = setup_new(data);
    g_assert_cmpfloat(worst_error(setup, TRUE, NULL), <=, 1);
    g_assert_cmpfloat(worst_error(setup, FALSE, NULL), <=, 1); /* f′ from a where that is enough */
}

static void add(GTestDataFunc test, const char *group, Combination combination)
{
    g_autofree char *path = g_strdup_printf(
        "/gradient/%s/%s/%s-%s-%u-%s", group, ripple_activation_name(combination.hidden),
        ripple_loss_name(combination.loss), ripple_activation_name(combination.output),
        combination.outputs, combination.has_labels ? "labels" : "targets");
    g_test_add_data_func_full(path, g_memdup2(&combination, sizeof combination), test, g_free);
}

static void add_every_loss(RippleActivation hidden)
{
    for (guint output = 0; output < RIPPLE_N_ACTIVATIONS; output++) {
        add(test_gradient, "check", (Combination){hidden, output, RIPPLE_LOSS_MSE, 3, TRUE});
        add(test_gradient, "check", (Combination){hidden, output, RIPPLE_LOSS_MSE, 3, FALSE});
    }
    const RippleActivation softmax = RIPPLE_ACTIVATION_SOFTMAX, sigmoid = RIPPLE_ACTIVATION_SIGMOID;
    const RippleLoss cross = RIPPLE_LOSS_CROSS_ENTROPY, binary = RIPPLE_LOSS_BINARY_CROSS_ENTROPY;
    add(test_gradient, "check", (Combination){hidden, sigmoid, RIPPLE_LOSS_MSE, 1, TRUE});
    add(test_gradient, "check", (Combination){hidden, softmax, cross, 3, TRUE});
    add(test_gradient, "check", (Combination){hidden, sigmoid, binary, 3, TRUE});
    add(test_gradient, "check", (Combination){hidden, sigmoid, binary, 3, FALSE});
    add(test_gradient, "check", (Combination){hidden, sigmoid, binary, 1, TRUE});
}

/* ---- controls: the check finds a wrong gradient --------------------------------------------- */

/* How many tolerances off a wrong gradient must be at least. */
#define CAUGHT 100

static void check_caught(Setup *setup, Plant plant)
{
    g_assert_cmpfloat(worst_error(setup, TRUE, &plant), >=, CAUGHT);
}

/* Another activation to take f′ from: the next in the list that is a function of one number. */
static RippleActivation other_than(RippleActivation activation)
{
    return (activation + 1) % RIPPLE_ACTIVATION_SOFTMAX;
}

/* δ off by 10⁻⁴ of itself, in the layer below the output or in the output layer. */
static void test_scaled_delta_is_caught(gconstpointer data)
{
    const Combination *c = data;
    g_autoptr(Setup) setup = setup_new(c);
    check_caught(setup, (Plant){LAYERS - 2, c->hidden, 1 + 1e-4});
    check_caught(setup, (Plant){LAYERS - 1, c->output, 1 + 1e-4});
}

static void test_wrong_hidden_derivative_is_caught(gconstpointer data)
{
    const Combination *c = data;
    g_autoptr(Setup) setup = setup_new(c);
    check_caught(setup, (Plant){0, other_than(c->hidden), 1});
    check_caught(setup, (Plant){LAYERS - 2, other_than(c->hidden), 1});
}

static void test_wrong_output_derivative_is_caught(gconstpointer data)
{
    const Combination *c = data;
    g_autoptr(Setup) setup = setup_new(c);
    check_caught(setup, (Plant){LAYERS - 1, other_than(c->output), 1});
}

static void add_controls(void)
{
    const RippleActivation tanh_ = RIPPLE_ACTIVATION_TANH, softmax = RIPPLE_ACTIVATION_SOFTMAX;
    const RippleActivation sigmoid = RIPPLE_ACTIVATION_SIGMOID;
    const RippleLoss cross = RIPPLE_LOSS_CROSS_ENTROPY, binary = RIPPLE_LOSS_BINARY_CROSS_ENTROPY;
    for (guint f = 0; f < RIPPLE_ACTIVATION_SOFTMAX; f++) {
        Combination combination = {f, softmax, cross, 3, TRUE};
        add(test_scaled_delta_is_caught, "scaled-delta", combination);
        add(test_wrong_hidden_derivative_is_caught, "wrong-hidden-derivative", combination);
    }
    for (guint f = 0; f < RIPPLE_N_ACTIVATIONS; f++) {
        Combination combination = {tanh_, f, RIPPLE_LOSS_MSE, 3, FALSE};
        add(test_scaled_delta_is_caught, "scaled-delta", combination);
        add(test_wrong_output_derivative_is_caught, "wrong-output-derivative", combination);
    }
    add(test_scaled_delta_is_caught, "scaled-delta",
        (Combination){tanh_, sigmoid, binary, 3, FALSE});
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint hidden = 0; hidden < RIPPLE_ACTIVATION_SOFTMAX; hidden++)
        add_every_loss(hidden);
    add_controls();
    return g_test_run();
}
