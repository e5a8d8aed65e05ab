/* The rows of a schedule, the tensors that exist while it runs, and what they are called. */
#include "network/schedule.h"

#include <string.h>

/* 6 inputs, and layers of ever fewer outputs. */
static RippleNetwork *network_new(guint n_layers, RippleActivation hidden, RippleActivation output,
                                  RippleLoss loss)
{
    g_autoptr(GError) error = NULL;
    g_autofree guint *widths = g_new(guint, n_layers);
    g_autofree RippleActivation *activations = g_new(RippleActivation, n_layers);
    for (guint l = 0; l < n_layers; l++) {
        widths[l] = 2 + n_layers - l;
        activations[l] = l + 1 < n_layers ? hidden : output;
    }
    RippleNetwork *network = ripple_network_new(6, widths, activations, n_layers, loss, &error);
    g_assert_no_error(error);
    return network;
}

static RippleSchedule *classifier_schedule(guint n_layers, RipplePurpose purpose)
{
    g_autoptr(RippleNetwork) network = network_new(
        n_layers, RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_SOFTMAX, RIPPLE_LOSS_CROSS_ENTROPY);
    const RippleScheduleOptions options = {.purpose = purpose, .batch = 4, .has_labels = TRUE};
    return ripple_schedule_new(network, &options);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static char *rows_text(const RippleSchedule *schedule)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < schedule->n_steps; i++) {
        g_autofree char *row = ripple_step_describe(&schedule->steps[i]);
        g_string_append_printf(text, "%s%s", i ? ", " : "", row);
    }
    return g_string_free(text, FALSE);
}

static void test_rows(void)
{
    static const struct {
        guint n_layers;
        RipplePurpose purpose;
        const char *rows;
    } cases[] = {
        {1, RIPPLE_PURPOSE_TRAIN, "gather, forward 0, loss, gradient 0, update 0"},
        {2, RIPPLE_PURPOSE_TRAIN,
         "gather, forward 0, forward 1, loss, delta 0, gradient 1, update 1, gradient 0, "
         "update 0"},
        {5, RIPPLE_PURPOSE_TRAIN,
         "gather, forward 0, forward 1, forward 2, forward 3, forward 4, loss, "
         "delta 3, gradient 4, update 4, delta 2, gradient 3, update 3, "
         "delta 1, gradient 2, update 2, delta 0, gradient 1, update 1, gradient 0, update 0"},
        {1, RIPPLE_PURPOSE_EVALUATE, "gather, forward 0, loss"},
        {2, RIPPLE_PURPOSE_EVALUATE, "gather, forward 0, forward 1, loss"},
        {1, RIPPLE_PURPOSE_PREDICT, "gather, forward 0"},
        {2, RIPPLE_PURPOSE_PREDICT, "gather, forward 0, forward 1"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RippleSchedule) schedule =
            classifier_schedule(cases[i].n_layers, cases[i].purpose);
        g_autofree char *rows = rows_text(schedule);
        g_assert_cmpstr(rows, ==, cases[i].rows);
    }
}

static guint row_of(const RippleSchedule *schedule, RippleStepKind kind, guint layer)
{
    guint found = schedule->n_steps, count = 0;
    for (guint i = 0; i < schedule->n_steps; i++)
        if (schedule->steps[i].kind == kind && schedule->steps[i].layer == layer) {
            found = i;
            count++;
        }
    g_assert_cmpuint(count, ==, 1);
    return found;
}

/* What has to come before what, whatever else the order may be. */
static void test_order(void)
{
    for (guint n_layers = 1; n_layers <= 9; n_layers++) {
        g_autoptr(RippleSchedule) schedule = classifier_schedule(n_layers, RIPPLE_PURPOSE_TRAIN);
        guint output = n_layers - 1;
        guint loss = row_of(schedule, RIPPLE_STEP_LOSS, output);
        g_assert_cmpuint(row_of(schedule, RIPPLE_STEP_GATHER, 0), ==, 0);
        g_assert_cmpuint(row_of(schedule, RIPPLE_STEP_FORWARD, output), <, loss);
        for (guint l = 0; l < n_layers; l++) {
            guint delta = l == output ? loss : row_of(schedule, RIPPLE_STEP_DELTA, l);
            guint gradient = row_of(schedule, RIPPLE_STEP_GRADIENT, l);
            guint update = row_of(schedule, RIPPLE_STEP_UPDATE, l);
            g_assert_cmpuint(delta, <, gradient);
            g_assert_cmpuint(gradient, <, update);
            if (l == output)
                continue;
            g_assert_cmpuint(row_of(schedule, RIPPLE_STEP_FORWARD, l), <,
                             row_of(schedule, RIPPLE_STEP_FORWARD, l + 1));
            /* Delta l reads the weight that update l + 1 changes. */
            g_assert_cmpuint(delta, <, row_of(schedule, RIPPLE_STEP_UPDATE, l + 1));
        }
        g_assert_cmpuint(schedule->n_steps, ==, 1 + 4 * n_layers);
    }
}

/* ---- tensors -------------------------------------------------------------------------------- */

#define PARAMETERS "layers.0.weight layers.0.bias layers.1.weight layers.1.bias "
#define DELTAS "layers.0.delta layers.1.delta "
#define BACKWARD_KEPT                                                                              \
    "layers.0.delta layers.0.weight.gradient layers.0.bias.gradient "                              \
    "layers.1.delta layers.1.weight.gradient layers.1.bias.gradient "
#define FIRST_MOMENTS                                                                              \
    "layers.0.weight.first_moment layers.0.bias.first_moment "                                     \
    "layers.1.weight.first_moment layers.1.bias.first_moment "
#define SECOND_MOMENTS                                                                             \
    "layers.0.weight.second_moment layers.0.bias.second_moment "                                   \
    "layers.1.weight.second_moment layers.1.bias.second_moment "
#define FORWARD "layers.0.z layers.0.activation layers.1.z layers.1.activation "

static void check_tensors(const RippleSchedule *schedule, const char *names)
{
    g_autofree char *trimmed = g_strchomp(g_strdup(names));
    g_auto(GStrv) expected = g_strsplit(trimmed, " ", -1);
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < schedule->n_tensors; i++) {
        char *name = ripple_tensor_name(&schedule->tensors[i]);
        if (!g_strv_contains((const char *const *)expected, name))
            g_test_fail_printf("The schedule of \"%s\" also has %s", names, name);
        g_assert_true(g_hash_table_add(found, name));
    }
    for (guint i = 0; expected[i]; i++)
        if (!g_hash_table_contains(found, expected[i]))
            g_test_fail_printf("The schedule of \"%s\" has no %s", names, expected[i]);
}

static void test_tensors(void)
{
    static const struct {
        RippleScheduleOptions options;
        RippleActivation hidden;
        RippleActivation output;
        RippleLoss loss;
        const char *tensors;
    } cases[] = {
        /* To train, cross-entropies read z and mean squared error reads a. */
        {{.purpose = RIPPLE_PURPOSE_TRAIN, .batch = 4, .has_labels = TRUE},
         RIPPLE_ACTIVATION_RELU,
         RIPPLE_ACTIVATION_SOFTMAX,
         RIPPLE_LOSS_CROSS_ENTROPY,
         "input labels layers.0.activation layers.1.z " PARAMETERS DELTAS},
        {{.purpose = RIPPLE_PURPOSE_TRAIN, .batch = 4},
         RIPPLE_ACTIVATION_TANH,
         RIPPLE_ACTIVATION_SIGMOID,
         RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
         "input targets layers.0.activation layers.1.z " PARAMETERS DELTAS},
        {{.purpose = RIPPLE_PURPOSE_TRAIN, .batch = 4, .moments = 1},
         RIPPLE_ACTIVATION_SOFTPLUS,
         RIPPLE_ACTIVATION_IDENTITY,
         RIPPLE_LOSS_MSE,
         "input targets layers.0.activation layers.1.activation " PARAMETERS DELTAS FIRST_MOMENTS},
        /* The derivatives of gelu and silu are computed from z. */
        {{.purpose = RIPPLE_PURPOSE_TRAIN, .batch = 4, .has_labels = TRUE},
         RIPPLE_ACTIVATION_GELU,
         RIPPLE_ACTIVATION_SOFTMAX,
         RIPPLE_LOSS_CROSS_ENTROPY,
         "input labels layers.0.z layers.0.activation layers.1.z " PARAMETERS DELTAS},
        {{.purpose = RIPPLE_PURPOSE_TRAIN, .batch = 4},
         RIPPLE_ACTIVATION_ELU,
         RIPPLE_ACTIVATION_SILU,
         RIPPLE_LOSS_MSE,
         "input targets layers.0.activation layers.1.z layers.1.activation " PARAMETERS DELTAS},
        {{.purpose = RIPPLE_PURPOSE_TRAIN,
          .batch = 4,
          .has_labels = TRUE,
          .moments = 2,
          .keep_all = TRUE},
         RIPPLE_ACTIVATION_RELU,
         RIPPLE_ACTIVATION_SOFTMAX,
         RIPPLE_LOSS_CROSS_ENTROPY,
         "input labels " FORWARD PARAMETERS BACKWARD_KEPT FIRST_MOMENTS SECOND_MOMENTS},
        /* Nothing goes back through a network that is only evaluated, … */
        {{.purpose = RIPPLE_PURPOSE_EVALUATE, .batch = 4, .has_labels = TRUE},
         RIPPLE_ACTIVATION_GELU,
         RIPPLE_ACTIVATION_SOFTMAX,
         RIPPLE_LOSS_CROSS_ENTROPY,
         "input labels layers.0.activation layers.1.z " PARAMETERS},
        {{.purpose = RIPPLE_PURPOSE_EVALUATE, .batch = 4},
         RIPPLE_ACTIVATION_GELU,
         RIPPLE_ACTIVATION_SILU,
         RIPPLE_LOSS_MSE,
         "input targets layers.0.activation layers.1.activation " PARAMETERS},
        {{.purpose = RIPPLE_PURPOSE_EVALUATE, .batch = 4, .keep_all = TRUE},
         RIPPLE_ACTIVATION_TANH,
         RIPPLE_ACTIVATION_SIGMOID,
         RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
         "input targets " FORWARD PARAMETERS},
        /* … and a prediction has neither target nor loss. */
        {{.purpose = RIPPLE_PURPOSE_PREDICT, .batch = 4, .has_labels = TRUE},
         RIPPLE_ACTIVATION_GELU,
         RIPPLE_ACTIVATION_SOFTMAX,
         RIPPLE_LOSS_CROSS_ENTROPY,
         "input layers.0.activation layers.1.activation " PARAMETERS},
        {{.purpose = RIPPLE_PURPOSE_PREDICT, .batch = 4, .keep_all = TRUE},
         RIPPLE_ACTIVATION_RELU,
         RIPPLE_ACTIVATION_IDENTITY,
         RIPPLE_LOSS_MSE,
         "input " FORWARD PARAMETERS},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RippleNetwork) network =
            network_new(2, cases[i].hidden, cases[i].output, cases[i].loss);
        g_autoptr(RippleSchedule) schedule = ripple_schedule_new(network, &cases[i].options);
        check_tensors(schedule, cases[i].tensors);
    }
}

static void test_shapes(void)
{
    static const struct {
        RippleRole role;
        guint layer;
        gsize rows;
        gsize columns;
        gboolean per_sample;
    } shapes[] = {
        {RIPPLE_ROLE_INPUT, 0, 4, 6, TRUE},
        {RIPPLE_ROLE_LABELS, 0, 4, 1, TRUE},
        {RIPPLE_ROLE_Z, 0, 4, 4, TRUE},
        {RIPPLE_ROLE_ACTIVATION, 1, 4, 3, TRUE},
        {RIPPLE_ROLE_DELTA, 0, 4, 4, TRUE},
        {RIPPLE_ROLE_WEIGHT, 0, 4, 6, FALSE},
        {RIPPLE_ROLE_WEIGHT, 1, 3, 4, FALSE},
        {RIPPLE_ROLE_BIAS, 0, 1, 4, FALSE},
        {RIPPLE_ROLE_WEIGHT_GRADIENT, 1, 3, 4, FALSE},
        {RIPPLE_ROLE_BIAS_GRADIENT, 1, 1, 3, FALSE},
        {RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, 0, 4, 6, FALSE},
        {RIPPLE_ROLE_BIAS_FIRST_MOMENT, 1, 1, 3, FALSE},
        {RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, 1, 3, 4, FALSE},
        {RIPPLE_ROLE_BIAS_SECOND_MOMENT, 0, 1, 4, FALSE},
    };
    g_autoptr(RippleNetwork) network = network_new(
        2, RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_SOFTMAX, RIPPLE_LOSS_CROSS_ENTROPY);
    const RippleScheduleOptions options = {.purpose = RIPPLE_PURPOSE_TRAIN,
                                           .batch = 4,
                                           .has_labels = TRUE,
                                           .moments = 2,
                                           .keep_all = TRUE};
    g_autoptr(RippleSchedule) schedule = ripple_schedule_new(network, &options);
    for (guint i = 0; i < G_N_ELEMENTS(shapes); i++) {
        const RippleTensor *tensor =
            ripple_schedule_tensor(schedule, shapes[i].role, shapes[i].layer);
        g_assert_nonnull(tensor);
        g_assert_cmpuint(tensor->rows, ==, shapes[i].rows);
        g_assert_cmpuint(tensor->columns, ==, shapes[i].columns);
        g_assert_cmpint(tensor->per_sample, ==, shapes[i].per_sample);
    }
    g_assert_null(ripple_schedule_tensor(schedule, RIPPLE_ROLE_TARGETS, 0));
    g_assert_null(ripple_schedule_tensor(schedule, RIPPLE_ROLE_INPUT, 1));
    g_assert_null(ripple_schedule_tensor(schedule, RIPPLE_ROLE_WEIGHT, 2));
}

/* ---- what a row writes ---------------------------------------------------------------------- */

static char *written_text(const RippleSchedule *schedule, const RippleStep *step)
{
    const RippleTensor *tensors[RIPPLE_N_ROLES];
    guint n_tensors = ripple_schedule_writes(schedule, step, tensors);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < n_tensors; i++) {
        g_autofree char *name = ripple_tensor_name(tensors[i]);
        g_string_append_printf(text, "%s%s", i ? " " : "", name);
    }
    return g_string_free(text, FALSE);
}

static void test_writes(void)
{
    static const struct {
        RippleStep step;
        const char *tensors;
    } cases[] = {
        {{RIPPLE_STEP_GATHER, 0}, "input labels"},
        {{RIPPLE_STEP_FORWARD, 0}, "layers.0.z layers.0.activation"},
        {{RIPPLE_STEP_LOSS, 1}, "layers.1.delta"},
        {{RIPPLE_STEP_DELTA, 0}, "layers.0.delta"},
        {{RIPPLE_STEP_GRADIENT, 1}, "layers.1.weight.gradient layers.1.bias.gradient"},
        {{RIPPLE_STEP_UPDATE, 0},
         "layers.0.weight.first_moment layers.0.bias.first_moment layers.0.weight.second_moment "
         "layers.0.bias.second_moment layers.0.weight layers.0.bias"},
    };
    g_autoptr(RippleNetwork) network = network_new(
        2, RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_SOFTMAX, RIPPLE_LOSS_CROSS_ENTROPY);
    const RippleScheduleOptions options = {.purpose = RIPPLE_PURPOSE_TRAIN,
                                           .batch = 4,
                                           .has_labels = TRUE,
                                           .moments = 2,
                                           .keep_all = TRUE};
    g_autoptr(RippleSchedule) schedule = ripple_schedule_new(network, &options);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *tensors = written_text(schedule, &cases[i].step);
        g_assert_cmpstr(tensors, ==, cases[i].tensors);
    }
    /* Only what is there is written. */
    g_autoptr(RippleSchedule) evaluation = classifier_schedule(2, RIPPLE_PURPOSE_EVALUATE);
    g_autofree char *forward =
        written_text(evaluation, &(const RippleStep){RIPPLE_STEP_FORWARD, 1});
    g_autofree char *loss = written_text(evaluation, &(const RippleStep){RIPPLE_STEP_LOSS, 1});
    g_assert_cmpstr(forward, ==, "layers.1.z");
    g_assert_cmpstr(loss, ==, "");
}

/* The schedule keeps a network of its own. */
static void test_network_is_copied(void)
{
    RippleNetwork *network = network_new(2, RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_SOFTMAX,
                                         RIPPLE_LOSS_CROSS_ENTROPY);
    const RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_TRAIN, .batch = 7, .has_labels = TRUE};
    g_autoptr(RippleSchedule) schedule = ripple_schedule_new(network, &options);
    memset(network->layers, 0, sizeof *network->layers * network->n_layers);
    ripple_network_free(network);
    g_assert_cmpuint(schedule->network->layers[0].outputs, ==, 4);
    g_assert_cmpuint(schedule->network->layers[1].outputs, ==, 3);
    g_assert_cmpuint(schedule->options.batch, ==, 7);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schedule/rows", test_rows);
    g_test_add_func("/schedule/order", test_order);
    g_test_add_func("/schedule/tensors", test_tensors);
    g_test_add_func("/schedule/shapes", test_shapes);
    g_test_add_func("/schedule/writes", test_writes);
    g_test_add_func("/schedule/network-is-copied", test_network_is_copied);
    return g_test_run();
}
