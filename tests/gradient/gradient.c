/* Is the gradient the derivative of the loss, and is one that is not found out?
 *
 * For every hidden activation with every loss and output activation: each parameter of a network of
 * three layers is moved, and the slope of the loss held against the gradient, within what
 * ripple/gradcheck.h derives. Then the same with each derivative wrong in turn, of an activation
 * and of a loss: by a thousandth, and by taking it for that of another activation. */
#include "gradient/setup.h"

/* How many tolerances off a wrong gradient must be at least. */
#define CAUGHT 100

#define A_THOUSANDTH_MORE 1.001

static void test_gradient(gconstpointer data)
{
    g_autoptr(RippleMaterial) material = setup_material(data);
    g_autoptr(RippleLossProbe) from_z = setup_probe(material, NULL, FALSE);
    g_assert_cmpfloat(setup_worst(from_z), <=, 1);
    g_autoptr(RippleLossProbe) from_a = setup_probe(material, NULL, TRUE);
    g_assert_cmpfloat(setup_worst(from_a), <=, 1);
}

static void check_caught(const RippleMaterial *material, RippleWrongDerivative wrong)
{
    g_autoptr(RippleLossProbe) probe = setup_probe(material, &wrong, FALSE);
    g_assert_cmpfloat(setup_worst(probe), >=, CAUGHT);
}

/* Another activation to take f′ from: the next in the list that is a function of one number. */
static RippleActivation other_than(RippleActivation activation)
{
    return (activation + 1) % RIPPLE_ACTIVATION_SOFTMAX;
}

static void check_activation(const RippleMaterial *material, RippleActivation activation)
{
    check_caught(material, (RippleWrongDerivative){activation, RIPPLE_N_LOSSES, activation,
                                                   A_THOUSANDTH_MORE});
    check_caught(material,
                 (RippleWrongDerivative){activation, RIPPLE_N_LOSSES, other_than(activation), 1});
}

static void test_wrong_derivatives(gconstpointer data)
{
    const Combination *c = data;
    g_autoptr(RippleMaterial) material = setup_material(c);
    check_activation(material, c->hidden);
    check_caught(material, (RippleWrongDerivative){RIPPLE_N_ACTIVATIONS, c->loss,
                                                   RIPPLE_N_ACTIVATIONS, A_THOUSANDTH_MORE});
    /* Of other losses, the output's derivative is part of the loss's own. */
    if (c->loss == RIPPLE_LOSS_MSE)
        check_activation(material, c->output);
}

static void add(const char *group, GTestDataFunc test, Combination combination)
{
    g_autofree char *path = g_strdup_printf(
        "/gradient/%s/%s/%s-%s-%u-%s", group, ripple_activation_name(combination.hidden),
        ripple_loss_name(combination.loss), ripple_activation_name(combination.output),
        combination.outputs, combination.has_labels ? "labels" : "targets");
    g_test_add_data_func_full(path, g_memdup2(&combination, sizeof combination), test, g_free);
}

static void add_every_loss(const char *group, GTestDataFunc test, RippleActivation hidden)
{
    for (guint output = 0; output < RIPPLE_N_ACTIVATIONS; output++) {
        add(group, test, (Combination){hidden, output, RIPPLE_LOSS_MSE, 3, TRUE});
        add(group, test, (Combination){hidden, output, RIPPLE_LOSS_MSE, 3, FALSE});
    }
    const RippleActivation softmax = RIPPLE_ACTIVATION_SOFTMAX, sigmoid = RIPPLE_ACTIVATION_SIGMOID;
    const RippleLoss cross = RIPPLE_LOSS_CROSS_ENTROPY, binary = RIPPLE_LOSS_BINARY_CROSS_ENTROPY;
    add(group, test, (Combination){hidden, sigmoid, RIPPLE_LOSS_MSE, 1, TRUE});
    add(group, test, (Combination){hidden, softmax, cross, 3, TRUE});
    add(group, test, (Combination){hidden, sigmoid, binary, 3, TRUE});
    add(group, test, (Combination){hidden, sigmoid, binary, 3, FALSE});
    add(group, test, (Combination){hidden, sigmoid, binary, 1, TRUE});
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint hidden = 0; hidden < RIPPLE_ACTIVATION_SOFTMAX; hidden++) {
        add_every_loss("check", test_gradient, hidden);
        add_every_loss("wrong", test_wrong_derivatives, hidden);
    }
    return g_test_run();
}
