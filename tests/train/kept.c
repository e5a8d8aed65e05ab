/* Keeping every tensor, or none, changes memory and speed but no number: both schedules train to
 * the same parameters. */
#include "support/backends.h"
#include "support/numbers.h"
#include "train/scheduler.h"
#include "train/source.h"

#include <math.h>

#define SAMPLES 23
#define INPUTS 6
#define OUTPUTS 4
#define BATCH 10
#define STEPS 7
#define MOMENTUM 0.8
#define LEARNING_RATE 0.1

typedef struct {
    gdouble *parameters;
    gdouble losses[STEPS];
    gdouble rights[STEPS];
} Trained;

static void trained_clear(Trained *trained)
{
    g_free(trained->parameters);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trained, trained_clear)

/* Everything that both schedules have in common. */
typedef struct {
    RippleBackend *backend;
    RippleNetwork *network;
    RippleDataset dataset;
    RippleTransform *transform;
    RippleRates rates;
    gsize longest; /* of the sums of products in a step */
} Ground;

static void ground_clear(Ground *ground)
{
    ripple_backend_free(ground->backend);
    ripple_network_free(ground->network);
    g_free(ground->dataset.input_values);
    g_free(ground->dataset.labels);
    g_free(ground->dataset.target_values);
    ripple_transform_free(ground->transform);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ground, ground_clear)

static Ground ground_new(const char *backend, gboolean has_labels)
{
    g_autoptr(GError) error = NULL;
    Ground ground = {
        .backend = test_backend_open(backend, &error),
        .dataset = {.samples = SAMPLES,
                    .inputs = INPUTS,
                    .input_values = test_reals(1, SAMPLES * INPUTS, -1.5, 1.5),
                    .target_kind = has_labels ? RIPPLE_TARGET_LABELS : RIPPLE_TARGET_VALUES,
                    .classes = OUTPUTS,
                    .targets = OUTPUTS},
        .transform = ripple_transform_new(INPUTS),
        .rates = {.learning_rate = LEARNING_RATE, .momentum = MOMENTUM},
        .longest = BATCH,
    };
    g_assert_no_error(error);
    if (has_labels)
        ground.dataset.labels = test_indices(2, SAMPLES, OUTPUTS);
    else
        ground.dataset.target_values = test_reals(3, SAMPLES * OUTPUTS, 0, 1);
    return ground;
}

static void set_network(Ground *ground, const guint widths[3], RippleActivation hidden,
                        RippleActivation output, RippleLoss loss)
{
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&ground->network, ripple_network_free);
    ground->network = ripple_network_new(
        INPUTS, widths, (const RippleActivation[]){hidden, hidden, output}, 3, loss, &error);
    g_assert_no_error(error);
    ground->longest = MAX(BATCH, MAX(widths[0], widths[1]));
}

static void take_steps(const Ground *ground, RippleScheduler *scheduler, Trained *trained)
{
    RippleRates rates = ground->rates;
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleSource) source =
        ripple_source_new(ground->backend, &ground->dataset, ground->transform, 0, &error);
    g_assert_no_error(error);
    ripple_source_begin(source, NULL, SAMPLES, BATCH, &error);
    g_assert_no_error(error);
    g_autoptr(RippleBuffer) result =
        ripple_buffer_new(ground->backend, RIPPLE_ELEMENT_REAL, 2, &error);
    g_assert_no_error(error);

    gsize first = 0;
    for (guint step = 0; step < STEPS; step++) {
        RippleBatch batch;
        gdouble values[2];
        rates.step = step + 1;
        ripple_source_batch(source, first, MIN(BATCH, SAMPLES - first), &batch, &error);
        g_assert_no_error(error);
        ripple_scheduler_step(scheduler, &batch, &rates, ripple_buffer_view(result), &error);
        g_assert_no_error(error);
        ripple_backend_download_exact(ripple_buffer_view(result), values, &error);
        g_assert_no_error(error);
        trained->losses[step] = values[0];
        trained->rights[step] = values[1];
        first = first + BATCH < SAMPLES ? first + BATCH : 0;
    }
}

static Trained train(const Ground *ground, gboolean keep_all)
{
    guint moments = ripple_optimizer_moments(ground->rates.optimizer, ground->rates.momentum);
    const RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_TRAIN,
        .batch = BATCH,
        .has_labels = ground->dataset.target_kind == RIPPLE_TARGET_LABELS,
        .moments = moments,
        .keep_all = keep_all,
    };
    g_autoptr(GError) error = NULL;
    g_autofree gfloat *start = g_new(gfloat, ground->network->parameter_span);
    g_autoptr(RippleState) state =
        ripple_state_new(ground->backend, ground->network, moments, &error);
    g_assert_no_error(error);
    ripple_network_initialise(ground->network, 3, start);
    ripple_backend_upload(ripple_buffer_view(state->parameters), start, &error);
    g_assert_no_error(error);
    g_autoptr(RippleScheduler) scheduler = ripple_scheduler_new(state, &options, &error);
    g_assert_no_error(error);

    Trained trained = {.parameters = g_new(gdouble, ground->network->parameter_span)};
    take_steps(ground, scheduler, &trained);
    ripple_backend_download_exact(ripple_buffer_view(state->parameters), trained.parameters,
                                  &error);
    g_assert_no_error(error);
    return trained;
}

static gdouble largest_of(const gdouble *values, gsize count)
{
    gdouble largest = 0;
    for (gsize i = 0; i < count; i++)
        largest = fmax(largest, fabs(values[i]));
    return largest;
}

/* Both compute the same sums from the same numbers; fused or not, what may differ is the rounding.
 * Each of z, delta and gradient errs by as many u of its size as it sums products, and a step moves
 * a parameter by less than the largest of them: twice the longest sum and 44 u a step are ample for
 * all three layers, and a hundred times less than a wrong number would make. */
static gdouble tolerance_of(const Ground *ground, gdouble size)
{
    return STEPS * (2 * ground->longest + 44) * test_backend_rounding(ground->backend) * size;
}

static void check_both(const Ground *ground, const char *name)
{
    g_auto(Trained) kept = train(ground, TRUE);
    g_auto(Trained) unkept = train(ground, FALSE);
    gsize span = ground->network->parameter_span;
    g_autofree gdouble *allowed = g_new(gdouble, span);
    gdouble tolerance = tolerance_of(ground, largest_of(kept.parameters, span));
    for (gsize i = 0; i < span; i++)
        allowed[i] = tolerance;
    test_check_close(name, unkept.parameters, kept.parameters, allowed, span);
    for (guint step = 0; step < STEPS; step++)
        allowed[step] = tolerance_of(ground, kept.losses[step]);
    test_check_close(name, unkept.losses, kept.losses, allowed, STEPS);
    test_check_equal(name, unkept.rights, kept.rights, STEPS);
    /* Something was learnt: the check is not one of two unchanged starts. */
    g_assert_cmpfloat(kept.losses[0], !=, kept.losses[3]);
}

static void check_network(Ground *ground, const char *backend, RippleActivation hidden,
                          RippleActivation output, RippleLoss loss)
{
    g_autofree char *name =
        g_strdup_printf("%s, %s, %s, %s", backend, ripple_activation_name(hidden),
                        ripple_activation_name(output), ripple_loss_name(loss));
    set_network(ground, (const guint[]){9, 5, OUTPUTS}, hidden, output, loss);
    check_both(ground, name);
}

static void test_hidden_activations(void)
{
    for (guint b = 0; test_backend_names[b]; b++)
        for (guint loss = 0; loss < RIPPLE_N_LOSSES; loss++) {
            g_auto(Ground) ground = ground_new(test_backend_names[b], loss != RIPPLE_LOSS_MSE);
            for (guint hidden = 0; hidden < RIPPLE_ACTIVATION_SOFTMAX; hidden++)
                check_network(&ground, test_backend_names[b], hidden,
                              ripple_loss_default_activation(loss), loss);
        }
}

static void test_output_activations(void)
{
    for (guint b = 0; test_backend_names[b]; b++)
        for (guint has_labels = 0; has_labels <= 1; has_labels++) {
            g_auto(Ground) ground = ground_new(test_backend_names[b], has_labels);
            for (guint output = 0; output < RIPPLE_N_ACTIVATIONS; output++)
                check_network(&ground, test_backend_names[b], RIPPLE_ACTIVATION_TANH, output,
                              RIPPLE_LOSS_MSE);
        }
}

/* Numbers in place of labels for binary cross-entropy, and no hidden layer at all. */
static void test_others(void)
{
    for (guint b = 0; test_backend_names[b]; b++) {
        g_auto(Ground) ground = ground_new(test_backend_names[b], FALSE);
        check_network(&ground, test_backend_names[b], RIPPLE_ACTIVATION_SILU,
                      RIPPLE_ACTIVATION_SIGMOID, RIPPLE_LOSS_BINARY_CROSS_ENTROPY);

        g_autoptr(GError) error = NULL;
        g_clear_pointer(&ground.network, ripple_network_free);
        ground.network = ripple_network_new(INPUTS, (const guint[]){OUTPUTS},
                                            (const RippleActivation[]){RIPPLE_ACTIVATION_GELU}, 1,
                                            RIPPLE_LOSS_MSE, &error);
        g_assert_no_error(error);
        check_both(&ground, "one layer");
    }
}

/* The same start and steps, the same bits. */
static void check_repeats(const Ground *ground, const char *name)
{
    g_auto(Trained) once = train(ground, FALSE);
    g_auto(Trained) again = train(ground, FALSE);
    test_check_equal(name, again.parameters, once.parameters, ground->network->parameter_span);
    test_check_equal(name, again.losses, once.losses, STEPS);
}

/* Widths around those of a vector and a panel, with a fused descent by each optimizer and each
 * provider of products.
 *
 * Adam divides by the root of the second moment, and so makes rounding in a gradient near zero
 * large: ε = ½, far above every gradient here, keeps it from that. */
static void test_optimizers(void)
{
    const struct {
        const char *name;
        RippleRates rates;
    } optimizers[] = {
        {"sgd", {.learning_rate = LEARNING_RATE}},
        {"momentum", {.learning_rate = LEARNING_RATE, .momentum = MOMENTUM}},
        {"adam",
         {.optimizer = RIPPLE_OPTIMIZER_ADAM,
          .learning_rate = LEARNING_RATE,
          .beta1 = 0.9,
          .beta2 = 0.999,
          .epsilon = 0.5}},
    };
    const guint widths[][3] = {{9, 5, OUTPUTS}, {65, 17, OUTPUTS}, {16, 64, OUTPUTS}};
    for (guint b = 0; test_product_backend_names[b]; b++) {
        g_auto(Ground) ground = ground_new(test_product_backend_names[b], TRUE);
        for (guint i = 0; i < G_N_ELEMENTS(optimizers) * G_N_ELEMENTS(widths); i++) {
            const guint *width = widths[i / G_N_ELEMENTS(optimizers)];
            guint o = i % G_N_ELEMENTS(optimizers);
            g_autofree char *name =
                g_strdup_printf("%s, %s, %u neurons and %u", test_product_backend_names[b],
                                optimizers[o].name, width[0], width[1]);
            ground.rates = optimizers[o].rates;
            set_network(&ground, width, RIPPLE_ACTIVATION_TANH, RIPPLE_ACTIVATION_SOFTMAX,
                        RIPPLE_LOSS_CROSS_ENTROPY);
            check_both(&ground, name);
            check_repeats(&ground, name);
        }
    }
}

/* Where f′ is had from a as it is from z (relu, leaky-relu, identity), nothing but the place of a
 * number differs: the sums are the same in the same order, and the optimizer's rule is the same
 * code. So are the results then, to the bit. A product of CLBlast is not one of these sums. */
static void test_same_bits(void)
{
    static const RippleActivation activations[] = {
        RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_LEAKY_RELU, RIPPLE_ACTIVATION_IDENTITY};
    const RippleRates rates[] = {
        {.learning_rate = LEARNING_RATE},
        {.learning_rate = LEARNING_RATE, .momentum = MOMENTUM},
        {.optimizer = RIPPLE_OPTIMIZER_ADAM,
         .learning_rate = LEARNING_RATE,
         .beta1 = 0.9,
         .beta2 = 0.999,
         .epsilon = 1e-8},
    };
    for (guint b = 0; test_backend_names[b]; b++) {
        g_auto(Ground) ground = ground_new(test_backend_names[b], TRUE);
        for (guint i = 0; i < G_N_ELEMENTS(activations) * G_N_ELEMENTS(rates); i++) {
            ground.rates = rates[i % G_N_ELEMENTS(rates)];
            set_network(&ground, (const guint[]){33, 17, OUTPUTS},
                        activations[i / G_N_ELEMENTS(rates)], RIPPLE_ACTIVATION_SOFTMAX,
                        RIPPLE_LOSS_CROSS_ENTROPY);
            g_auto(Trained) kept = train(&ground, TRUE);
            g_auto(Trained) unkept = train(&ground, FALSE);
            test_check_equal(test_backend_names[b], unkept.parameters, kept.parameters,
                             ground.network->parameter_span);
            test_check_equal(test_backend_names[b], unkept.losses, kept.losses, STEPS);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kept/hidden-activations", test_hidden_activations);
    g_test_add_func("/kept/output-activations", test_output_activations);
    g_test_add_func("/kept/others", test_others);
    g_test_add_func("/kept/optimizers", test_optimizers);
    g_test_add_func("/kept/same-bits", test_same_bits);
    return g_test_run();
}
