#include "ops/activations.h"

#include "support/guarded.h"

const gfloat known_arguments[KNOWN_ARGUMENTS] = {-10, -3, -1, -0x1.5p-10f, 0, 0.5, 2};

/* Values computed with 40 digits from the formulas in ripple/activation.h.
 *
 * Where the errors come from. OpenCL's full profile allows, in units in the last place, each of
 * which is at most 2u: exp 3, expm1 3, log1p 2, tanh 5, erfc 16, division 2.5, so 6, 6, 4, 10, 32
 * and 5 u; and each sum, product and rounded constant adds 1 u. The reference's C library is within
 * 1 to 2 units for all of these.
 *
 * f′ from a: a is itself rounded, and 1 − a keeps that error although the result is small; this is
 * why f′ is held to an absolute bound. f′ is never above 1.13. */
const KnownActivation known_activations[RIPPLE_ACTIVATION_SOFTMAX] = {
    [RIPPLE_ACTIVATION_IDENTITY] = {.f = {-10, -3, -1, -0.00128173828125, 0, 0.5, 2},
                                    .derivative = {1, 1, 1, 1, 1, 1, 1},
                                    .slope_below = 1,
                                    .slope_above = 1},
    [RIPPLE_ACTIVATION_RELU] = {.f = {0, 0, 0, 0, 0, 0.5, 2},
                                .derivative = {0, 0, 0, 0, 0, 1, 1},
                                .slope_above = 1},
    [RIPPLE_ACTIVATION_LEAKY_RELU] = {.f = {-0.1, -0.03, -0.01, -1.28173828125e-5, 0, 0.5, 2},
                                      .derivative = {0.01, 0.01, 0.01, 0.01, 0.01, 1, 1},
                                      .slope_below = 0.01,
                                      .slope_above = 1,
                                      .relative = 2, /* the constant, the product */
                                      .derivative_error = 1},
    [RIPPLE_ACTIVATION_ELU] = {.f = {-0.99995460007023752, -0.95021293163213606,
                                     -0.63212055882855768, -0.0012809172055780291, 0, 0.5, 2},
                               .derivative = {4.5399929762484852e-5, 0.049787068367863943,
                                              0.36787944117144232, 0.99871908279442197, 1, 1, 1},
                               .level_below = -1,
                               .slope_above = 1,
                               .relative = 7, /* expm1 */
                               .derivative_error = 9 /* expm1 and a sum, or exp */},
    [RIPPLE_ACTIVATION_SIGMOID] =
        {.f = {4.5397868702434395e-5, 0.047425873177566781, 0.26894142136999512,
               0.4996795654735564, 0.5, 0.62245933120185456, 0.88079707797788244},
         .derivative = {4.5395807735951671e-5, 0.045176659730912133, 0.19661193324148185,
                        0.24999989732171426, 0.25, 0.23500371220159449, 0.10499358540350652},
         .level_above = 1,
         .relative = 12, /* exp, sum, division */
         .derivative_error = 8 /* the two factors' 12, times a(1 − a) ≤ ¼, and two more */},
    [RIPPLE_ACTIVATION_TANH] =
        {.f = {-0.99999999587769276, -0.99505475368673045, -0.76159415595576489,
               -0.0012817375793479252, 0, 0.46211715726000976, 0.96402758007581688},
         .derivative = {8.2446144557673974e-9, 0.0098660371654401913, 0.41997434161402607,
                        0.99999835714877769, 1, 0.78644773296592741, 0.070650824853164466},
         .level_below = -1,
         .level_above = 1,
         .relative = 10,
         .derivative_error = 22 /* twice tanh's, because it is squared, and two more */},
    [RIPPLE_ACTIVATION_SOFTPLUS] =
        {.f = {4.5398899216864647e-5, 0.048587351573742059, 0.31326168751822283,
               0.69250651677593396, 0.69314718055994531, 0.97407698418010668, 2.1269280110429725},
         .derivative = {4.5397868702434395e-5, 0.047425873177566781, 0.26894142136999512,
                        0.4996795654735564, 0.5, 0.62245933120185456, 0.88079707797788244},
         .slope_above = 1,
         .relative = 11, /* exp, log1p, sum */
         .derivative_error = 12 /* as sigmoid; expm1(−a) is below */},
    [RIPPLE_ACTIVATION_SILU] = {.f = {-0.00045397868702434395, -0.14227761953270034,
                                      -0.26894142136999512, -0.00064045842742582302, 0,
                                      0.31122966560092728, 1.7615941559557649},
                                .derivative = {-0.00040856020865708232, -0.088104106015169617,
                                               0.072329488128513268, 0.49935913103485059, 0.5,
                                               0.73996118730265181, 1.0907842487848955},
                                .slope_above = 1,
                                .relative = 13, /* sigmoid and a product */
                                /* sigmoid twice, and 1 − σ(z), off by up to 7 u, times z: for |z|
                                 * up to 4, and again where σ(z) is 0 or 1 to all digits */
                                .derivative_error = 48},
    [RIPPLE_ACTIVATION_GELU] =
        {.f = {-7.6198530241605261e-23, -0.0040496940948902836, -0.15865525393145705,
               -0.00064021373727364509, 0, 0.34573123063700655, 1.9544997361036416},
         .derivative = {-7.6184000964648141e-22, -0.011945647204183927, -0.083315470587686298,
                        0.49897732137443761, 0.5, 0.86749512465616284, 1.0852318010781969},
         .slope_above = 1,
         .relative = 34, /* erfc and two products */
         .absolute = 1,  /* erfc's argument, rounded twice: z²·φ(z)·2 u < 0.6 u */
         .derivative_error = 40 /* erfc; |z|·φ(z)·(z² + 10) u < 3 u; sums and products */},
};

/* A forward with W = 1 and b = 0: its z is its x. */
gfloat *activations_of(RippleBackend *reference, RippleActivation activation, const gfloat *z,
                       gsize samples, gsize outputs)
{
    g_autoptr(GError) error = NULL;
    g_autofree gfloat *ones = g_new0(gfloat, outputs * outputs), *zeros = g_new0(gfloat, outputs);
    for (gsize o = 0; o < outputs; o++)
        ones[o * outputs + o] = 1;
    g_autoptr(TestTensor) x = test_constant(reference, TEST_ALIGNED, samples, outputs, z);
    g_autoptr(TestTensor) weight = test_constant(reference, TEST_ALIGNED, outputs, outputs, ones);
    g_autoptr(TestTensor) bias = test_constant(reference, TEST_ALIGNED, 1, outputs, zeros);
    g_autoptr(TestTensor) a = test_variable(reference, TEST_ALIGNED, samples, outputs, NULL);
    RippleForward forward = {.x = x->view,
                             .weight = weight->view,
                             .bias = bias->view,
                             .a = a->view,
                             .activation = activation};
    ripple_backend_forward(reference, &forward, &error);
    g_assert_no_error(error);

    gfloat *values = g_new(gfloat, samples * outputs);
    ripple_backend_download(a->view, values, &error);
    g_assert_no_error(error);
    return values;
}
