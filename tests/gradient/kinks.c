/* A kink is recognised, and excuses nothing: with units at a chosen distance from theirs, the slope
 * is taken where it means something, and a derivative that is wrong there is still found. */
#include "gradient/setup.h"

#include <math.h>
#include <string.h>

#define MSE_OF(activation)                                                                         \
    ((Combination){activation, RIPPLE_ACTIVATION_TANH, RIPPLE_LOSS_MSE, 2, FALSE})

static const RippleActivation kinked[] = {RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_LEAKY_RELU,
                                          RIPPLE_ACTIVATION_ELU};

/* The first sample has no inputs, so that every z of the first layer is its bias there. */
static RippleMaterial *material_with_biases(RippleActivation hidden, gfloat bias)
{
    const Combination combination = MSE_OF(hidden);
    RippleMaterial *material = setup_material(&combination);
    const RippleLayer *layer = &material->model->network->layers[0];
    memset(material->train->input_values, 0, SETUP_INPUTS * sizeof(gfloat));
    for (guint o = 0; o < layer->outputs; o++)
        material->model->parameters[layer->bias_offset + o] = bias;
    return material;
}

/* The check of the first layer's first bias. */
static RippleGradientCheck check_bias(RippleLossProbe *probe)
{
    g_autoptr(GError) error = NULL;
    RippleGradientCheck check = {.place = {0, TRUE, 0, 0}};
    ripple_slope_check(probe, &check, &error);
    g_assert_no_error(error);
    return check;
}

static void check_distance(RippleActivation hidden, gfloat bias, RippleSlopeKind kind,
                           gboolean is_on_kink)
{
    g_autoptr(RippleMaterial) material = material_with_biases(hidden, bias);
    g_autoptr(RippleLossProbe) probe = setup_probe(material, NULL, FALSE);
    RippleGradientCheck check = check_bias(probe);
    g_assert_cmpint(check.kind, ==, kind);
    g_assert_true(check.is_on_kink == is_on_kink);
    g_assert_true(check.pass);

    /* The derivative at the kink has a part in this gradient. */
    const RippleWrongDerivative wrong = {hidden, RIPPLE_N_LOSSES, hidden, 1.001};
    g_autoptr(RippleLossProbe) wrong_probe = setup_probe(material, &wrong, FALSE);
    RippleGradientCheck wrong_check = check_bias(wrong_probe);
    g_assert_cmpint(wrong_check.kind, ==, kind);
    g_assert_false(wrong_check.pass);
    g_assert_cmpfloat(wrong_check.share, >, 100);
}

/* Steps of 2⁻¹⁰, 2⁻¹³ and 2⁻¹⁶, and twice as far, do not reach the kink; nearer, one side is left.
 */
static void test_distances(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinked); i++) {
        check_distance(kinked[i], 0.25f, RIPPLE_SLOPE_CENTRAL, FALSE);
        check_distance(kinked[i], 0x1p-10f, RIPPLE_SLOPE_SMALLER, FALSE);
        check_distance(kinked[i], -0x1p-10f, RIPPLE_SLOPE_SMALLER, FALSE);
        check_distance(kinked[i], 0x1p-14f, RIPPLE_SLOPE_SMALLER, FALSE);
        check_distance(kinked[i], 0x1p-20f, RIPPLE_SLOPE_ONE_SIDED, FALSE);
        check_distance(kinked[i], -0x1p-30f, RIPPLE_SLOPE_ONE_SIDED, FALSE);
        check_distance(kinked[i], 0, RIPPLE_SLOPE_ONE_SIDED, TRUE);
    }
}

/* At the kink, backpropagation takes the derivative of z ≤ 0, and so must the slope: that of the
 * other side is far off. */
static void test_side(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleMaterial) material = material_with_biases(RIPPLE_ACTIVATION_RELU, 0);
    g_autoptr(RippleLossProbe) probe = setup_probe(material, NULL, FALSE);
    gsize index = probe->network->layers[0].bias_offset;
    const gdouble h = 0x1p-16;
    RippleLossPoint above, below;
    ripple_loss_probe_at(probe, 0, index, h, &above, &error);
    g_assert_no_error(error);
    ripple_loss_probe_at(probe, 0, index, -h, &below, &error);
    g_assert_no_error(error);
    g_assert_false(above.is_smooth);
    g_assert_true(above.from_zero);
    g_assert_true(below.is_smooth);
    gdouble left = (probe->loss - below.loss) / h, right = (above.loss - probe->loss) / h;
    RippleGradientCheck check = check_bias(probe);
    g_assert_cmpfloat(check.step, <, 0);
    g_assert_cmpfloat(fabs(left - check.analytic), <, 1e-3 * fabs(right - left));
}

/* Where units leave their branch on either side, there is no slope, and it is not called right. */
static void test_both_sides(void)
{
    const Combination combination = MSE_OF(RIPPLE_ACTIVATION_LEAKY_RELU);
    g_autoptr(RippleMaterial) material = setup_material(&combination);
    const RippleNetwork *network = material->model->network;
    memset(material->train->input_values, 0, SETUP_INPUTS * sizeof(gfloat));
    for (guint l = 0; l < 2; l++)
        for (guint o = 0; o < network->layers[l].outputs; o++)
            material->model->parameters[network->layers[l].bias_offset + o] = 0;
    g_autoptr(RippleLossProbe) probe = setup_probe(material, NULL, FALSE);
    RippleGradientCheck check = check_bias(probe);
    g_assert_cmpint(check.kind, ==, RIPPLE_SLOPE_UNMEASURED);
    g_assert_true(check.is_on_kink);
    g_assert_true(isnan(check.numeric));
    g_assert_false(check.pass);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kinks/distances", test_distances);
    g_test_add_func("/kinks/side", test_side);
    g_test_add_func("/kinks/both-sides", test_both_sides);
    return g_test_run();
}
