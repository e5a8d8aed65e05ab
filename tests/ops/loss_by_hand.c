/* loss: small batches whose loss and delta can be worked out by hand. */
#include "ops/loss.h"
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

#define LN_2 0.69314718055994531
#define LN_3 1.0986122886681098

#define MOST_OUTPUTS 6

typedef struct {
    const char *name;
    LossOperands operands;
    gdouble loss;
    gdouble rightly;
    gdouble delta[MOST_OUTPUTS];
} ByHand;

static const ByHand cases[] = {
    /* a − t = (1 0; 2 −2): L = (1 + 4 + 4)/4, δ = 2(a − t)/4 */
    {.name = "mse-identity-targets",
     .operands = {.activation = RIPPLE_ACTIVATION_IDENTITY,
                  .samples = 2,
                  .outputs = 2,
                  .a = (gfloat[]){1, 2, 3, -1},
                  .targets = (gfloat[]){0, 2, 1, 1}},
     .loss = 2.25,
     .delta = {0.5, 0, 1, -1}},
    /* Labels 0 and 2 stand for (1 0 0) and (0 0 1), so a − t = (−½ ¼ 0; 1 0 −½). The largest
     * outputs are 0 and 0. */
    {.name = "mse-identity-labels",
     .operands = {.activation = RIPPLE_ACTIVATION_IDENTITY,
                  .samples = 2,
                  .outputs = 3,
                  .a = (gfloat[]){0.5, 0.25, 0, 1, 0, 0.5},
                  .labels = (guint32[]){0, 2}},
     .loss = 1.5625 / 6,
     .rightly = 1,
     .delta = {-1.0 / 6, 0.5 / 6, 0, 2.0 / 6, 0, -1.0 / 6}},
    /* With a single output the label is the target, and a ≥ ½ stands for label 1:
     * a − t = (¼ −½ ¾ ½), and the classes are (0 1 1 1). */
    {.name = "mse-identity-single-output",
     .operands = {.activation = RIPPLE_ACTIVATION_IDENTITY,
                  .samples = 4,
                  .outputs = 1,
                  .a = (gfloat[]){0.25, 0.5, 0.75, 0.5},
                  .labels = (guint32[]){0, 1, 0, 0}},
     .loss = 1.125 / 4,
     .rightly = 2,
     .delta = {0.125, -0.25, 0.375, 0.25}},
    /* f′ is 0 for the first output and 1 for the second. */
    {.name = "mse-relu",
     .operands = {.activation = RIPPLE_ACTIVATION_RELU,
                  .samples = 1,
                  .outputs = 2,
                  .z = (gfloat[]){-1, 2},
                  .a = (gfloat[]){0, 2},
                  .targets = (gfloat[]){1, 1}},
     .loss = 1,
     .delta = {0, 1}},
    /* f′ = ½·½ */
    {.name = "mse-sigmoid",
     .operands = {.activation = RIPPLE_ACTIVATION_SIGMOID,
                  .samples = 1,
                  .outputs = 2,
                  .a = (gfloat[]){0.5, 0.5},
                  .targets = (gfloat[]){1, 0.25}},
     .loss = (0.25 + 0.0625) / 2,
     .delta = {-0.125, 0.0625}},
    /* f′(0) = ½ cannot be told from a = 0 alone */
    {.name = "mse-silu",
     .operands = {.activation = RIPPLE_ACTIVATION_SILU,
                  .samples = 1,
                  .outputs = 1,
                  .z = (gfloat[]){0},
                  .a = (gfloat[]){0},
                  .targets = (gfloat[]){1}},
     .loss = 1,
     .delta = {-1}},
    /* a − t = (−½ ¼ ¼), g = (−⅓ ⅙ ⅙), Σ g·a = −1/12, δ = a·(g + 1/12) */
    {.name = "mse-softmax",
     .operands = {.activation = RIPPLE_ACTIVATION_SOFTMAX,
                  .samples = 1,
                  .outputs = 3,
                  .a = (gfloat[]){0.5, 0.25, 0.25},
                  .labels = (guint32[]){0}},
     .loss = 0.125,
     .rightly = 1,
     .delta = {-0.125, 0.0625, 0.0625}},
    /* softmax(0, 0, 0) = (⅓ ⅓ ⅓), where the first of equals counts as the largest;
     * −ln softmax(1, 2, 3)[2] = ln(1 + e⁻¹ + e⁻²) */
    {.name = "cross-entropy",
     .operands = {.loss = RIPPLE_LOSS_CROSS_ENTROPY,
                  .activation = RIPPLE_ACTIVATION_SOFTMAX,
                  .samples = 2,
                  .outputs = 3,
                  .z = (gfloat[]){0, 0, 0, 1, 2, 3},
                  .labels = (guint32[]){1, 2}},
     .loss = (LN_3 + 0.40760596444438030) / 2,
     .rightly = 1,
     .delta = {0.5 / 3, -1.0 / 3, 0.5 / 3, 0.090030573170380457 / 2, 0.24472847105479765 / 2,
               -0.33475904422517811 / 2}},
    /* ln(1 + eᶻ) − t·z; a target may be any share, not only 0 and 1 */
    {.name = "binary-cross-entropy-targets",
     .operands = {.loss = RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
                  .activation = RIPPLE_ACTIVATION_SIGMOID,
                  .samples = 2,
                  .outputs = 2,
                  .z = (gfloat[]){0, 0, 2, -3},
                  .targets = (gfloat[]){1, 0.25, 0, 1}},
     .loss = (2 * LN_2 + 2.1269280110429725 + 0.048587351573742059 + 3) / 4,
     .delta = {-0.125, 0.0625, 0.88079707797788244 / 4, (0.047425873177566781 - 1) / 4}},
    {.name = "binary-cross-entropy-labels",
     .operands = {.loss = RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
                  .activation = RIPPLE_ACTIVATION_SIGMOID,
                  .samples = 1,
                  .outputs = 3,
                  .z = (gfloat[]){0, 0, 2},
                  .labels = (guint32[]){2}},
     .loss = (2 * LN_2 + 2.1269280110429725 - 2) / 3,
     .rightly = 1,
     .delta = {0.5 / 3, 0.5 / 3, (0.88079707797788244 - 1) / 3}},
    /* z = 0 is a = ½, which stands for label 1: the classes are (1 1 0). */
    {.name = "binary-cross-entropy-single-output",
     .operands = {.loss = RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
                  .activation = RIPPLE_ACTIVATION_SIGMOID,
                  .samples = 3,
                  .outputs = 1,
                  .z = (gfloat[]){0, 2, -1},
                  .labels = (guint32[]){1, 0, 0}},
     .loss = (LN_2 + 2.1269280110429725 + 0.31326168751822283) / 3,
     .rightly = 2,
     .delta = {-0.5 / 3, 0.88079707797788244 / 3, 0.26894142136999512 / 3}},
};

/* Exp, log, log1p and division of numbers below 4, added up: 40 u covers them all. */
static gdouble tolerance_of(const OpsCase *ops, gdouble value)
{
    return 40 * ops->rounding * (1 + fabs(value));
}

static void test_by_hand(const OpsCase *ops)
{
    const ByHand *by_hand = &cases[ops->variant];
    gsize count = by_hand->operands.samples * by_hand->operands.outputs;
    gdouble result[2], loss_alone[2], tolerance[MOST_OUTPUTS];
    g_autofree gdouble *delta = NULL;
    loss_run(ops->backend, &by_hand->operands, TEST_ODD, result, &delta);
    loss_run(ops->backend, &by_hand->operands, TEST_NEARLY_FIRST, loss_alone, NULL);

    gdouble loss_tolerance = tolerance_of(ops, by_hand->loss);
    for (gsize i = 0; i < count; i++)
        tolerance[i] = tolerance_of(ops, by_hand->delta[i]);
    test_check_close("loss", &result[0], &by_hand->loss, &loss_tolerance, 1);
    test_check_close("loss without delta", &loss_alone[0], &by_hand->loss, &loss_tolerance, 1);
    test_check_equal("classified rightly", &result[1], &by_hand->rightly, 1);
    test_check_equal("classified rightly without delta", &loss_alone[1], &by_hand->rightly, 1);
    test_check_close("delta", delta, by_hand->delta, tolerance, count);
}

void ops_add_loss_by_hand_tests(const OpsCase *ops)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        ops_add(ops, test_by_hand, i, "loss/by-hand/%s", cases[i].name);
}
