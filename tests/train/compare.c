/* The device keeps to the reference: with every activation, loss, kind of targets and optimizer.
 * What they share is not compiled for every combination; tests/ops has those. */
#include "train/runs.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/compare.h>
#include <ripple/error.h>
#include <string.h>

/* Of 23 samples in batches of 10, every third batch is a short one. */
#define SAMPLES 23
#define STEPS "7"

typedef struct {
    char *directory;
    char *classes; /* three */
    char *halves;  /* two classes */
    char *numbers; /* two targets between 0 and 1 */
} Tables;

static Tables tables_new(void)
{
    char *directory = data_directory_new();
    return (Tables){directory, test_table(directory, "classes.csv", SAMPLES, 5, 3, 0),
                    test_table(directory, "halves.csv", SAMPLES, 5, 2, 0),
                    test_table(directory, "numbers.csv", SAMPLES, 5, 0, 2)};
}

static void tables_clear(Tables *tables)
{
    g_free(tables->classes);
    g_free(tables->halves);
    g_free(tables->numbers);
    data_directory_remove(tables->directory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tables, tables_clear)

static RippleConfig *config_new(const char *table, const char *hidden, const char *output,
                                const char *loss)
{
    return test_config("data.data", table, "data.target",
                       g_str_has_suffix(table, "numbers.csv") ? "t1,t2" : "", "network.hidden",
                       hidden, "network.output_activation", output, "network.loss", loss,
                       "training.momentum", "0.9", "training.learning_rate", "0.05",
                       "training.batch", "10", "training.steps", STEPS, NULL);
}

static void fail_with(const RippleComparison *found, const char *what)
{
    for (guint i = 0; i < found->tensors->len; i++) {
        const RippleTensorComparison *tensor =
            &g_array_index(found->tensors, RippleTensorComparison, i);
        if (tensor->pass)
            continue;
        g_test_fail_printf("%s: %s in step %" G_GUINT64_FORMAT ", element [%" G_GSIZE_FORMAT
                           ",%" G_GSIZE_FORMAT "], is %.9g and not %.9g, share %g",
                           what, tensor->name, tensor->step, tensor->row, tensor->column,
                           tensor->device, tensor->reference, tensor->share);
        return;
    }
    g_test_fail_printf("%s: the losses drift apart", what);
}

static void check_agreement(RippleConfig *config, const char *what)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleComparison) found = ripple_compare(config, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    if (!found->pass)
        fail_with(found, what);
    g_assert_cmpuint(found->steps, ==, config->steps);
    g_assert_cmpuint(found->losses->len, ==, config->steps);
    for (guint i = 0; i < found->losses->len; i++)
        g_assert_cmpuint(g_array_index(found->losses, RippleLossComparison, i).step, ==, i + 1);
    /* The same tensors in every step. */
    g_assert_cmpuint(found->tensors->len % config->steps, ==, 0);
}

/* How the devices opened from now on take steps: see src/opencl/steps.c. Whole steps are held
 * against their rows on fewer networks, since each is compiled by itself, for a second or two. */
static void take_steps(const char *choice)
{
    g_setenv("RIPPLE_STEPS", choice, TRUE);
}

/* Adam at every step from the first, with usual numbers and with extreme ones: no memory at all, a
 * long one, and an ε beside which every gradient is small, or none is. */
static void test_adam(void)
{
    static const char *const numbers[][3] = {{"0.9", "0.999", "1e-8"},
                                             {"0", "0", "1e-15"},
                                             {"0.99", "0.9999999", "1e-15"},
                                             {"0.5", "0.5", "0.5"}};
    g_auto(Tables) tables = tables_new();
    take_steps("many");
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autoptr(RippleConfig) config = test_config(
            "data.data", tables.classes, "network.hidden", "9:relu,33:gelu,6", "training.optimizer",
            "adam", "training.beta1", numbers[i][0], "training.beta2", numbers[i][1],
            "training.epsilon", numbers[i][2], "training.learning_rate", "0.01", "training.batch",
            "10", "training.steps", "20", NULL);
        check_agreement(config, numbers[i][1]);
    }
}

static void check_combination(const char *table, const char *hidden, const char *output,
                              const char *loss)
{
    g_autoptr(RippleConfig) config = config_new(table, hidden, output, loss);
    g_autofree char *base = g_path_get_basename(table);
    g_autofree char *what = g_strdup_printf("%s, %s, %s, %s", base, hidden, output, loss);
    check_agreement(config, what);
}

/* Each hidden activation in one of the networks, each loss with each kind of targets behind one: no
 * kernel knows both. */
static void test_hidden_activations(void)
{
    g_auto(Tables) tables = tables_new();
    take_steps("one");
    const struct {
        const char *table, *loss;
    } endings[] = {
        {tables.classes, "cross-entropy"},
        {tables.halves, "binary-cross-entropy"},
        {tables.classes, "binary-cross-entropy"},
        {tables.numbers, "binary-cross-entropy"},
        {tables.numbers, "mse"},
        {tables.classes, "mse"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        const char *first = ripple_activation_name(2 * i % RIPPLE_ACTIVATION_SOFTMAX);
        const char *second = ripple_activation_name((2 * i + 1) % RIPPLE_ACTIVATION_SOFTMAX);
        g_autofree char *hidden = g_strdup_printf("9:%s,6:%s", first, second);
        check_combination(endings[i].table, hidden, "auto", endings[i].loss);
    }
}

/* By softmax, from z, and from a: the three ways to an output delta. */
static void test_output_activations(void)
{
    g_auto(Tables) tables = tables_new();
    take_steps("one");
    check_combination(tables.classes, "9:tanh", "softmax", "mse");
    check_combination(tables.numbers, "9:tanh", "silu", "mse");
    check_combination(tables.numbers, "9:tanh", "sigmoid", "mse");
}

/* Every activation in a hidden layer and, where the loss allows it, at the output; every loss with
 * every kind of targets it takes; every optimizer. Only some in each network. */
static void test_many_steps(void)
{
    g_auto(Tables) tables = tables_new();
    const struct {
        const char *table, *hidden, *output, *loss, *optimizer, *momentum;
    } cases[] = {
        {tables.classes, "9:relu,6:leaky-relu", "auto", "cross-entropy", "sgd", "0"},
        {tables.classes, "9:elu", "auto", "binary-cross-entropy", "sgd", "0.9"},
        {tables.halves, "9:sigmoid", "auto", "binary-cross-entropy", "adam", "0"},
        {tables.numbers, "9:tanh", "auto", "binary-cross-entropy", "sgd", "0.9"},
        {tables.numbers, "9:softplus,6:silu", "gelu", "mse", "adam", "0"},
        {tables.classes, "9:gelu", "softmax", "mse", "sgd", "0.9"},
        {tables.numbers, "9:identity", "leaky-relu", "mse", "sgd", "0"},
    };
    take_steps("many");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RippleConfig) config =
            test_config("data.data", cases[i].table, "data.target",
                        cases[i].table == tables.numbers ? "t1,t2" : "", "network.hidden",
                        cases[i].hidden, "network.output_activation", cases[i].output,
                        "network.loss", cases[i].loss, "training.optimizer", cases[i].optimizer,
                        "training.momentum", cases[i].momentum, "training.learning_rate", "0.05",
                        "training.batch", "10", "training.steps", STEPS, NULL);
        check_agreement(config, cases[i].hidden);
    }
}

/* Images, whose bytes are scaled while they are gathered, and more kinds of network. */
static void test_others(void)
{
    static const char *const hidden[] = {"none", "1", "33", "64:gelu,17:silu,5:tanh,3:relu"};
    char *directory = data_directory_new();
    data_write_set(directory, "train", (const guint8[]){0, 1, 2, 2, 1, 0, 0}, 7);
    take_steps("one");
    for (guint i = 0; i < G_N_ELEMENTS(hidden); i++) {
        g_autoptr(RippleConfig) config =
            test_config("data.data", directory, "network.hidden", hidden[i], "training.momentum",
                        i % 2 ? "0.5" : "0", "training.batch", "4", "training.steps", STEPS, NULL);
        check_agreement(config, hidden[i]);
    }
    data_directory_remove(directory);
}

/* What is compared: every tensor that a step computes, and the loss behind the output; then, where
 * steps are taken at once, what is left of such a step. */
static void check_tensors(const char *steps, guint n_expected)
{
    static const char *const expected[] = {
        "input",
        "layers.0.z",
        "layers.0.activation",
        "layers.1.z",
        "layers.1.activation",
        "loss",
        "correct",
        "layers.1.delta",
        "layers.0.delta",
        "layers.1.weight.gradient",
        "layers.1.bias.gradient",
        "layers.1.weight.first_moment",
        "layers.1.bias.first_moment",
        "layers.1.weight",
        "layers.1.bias",
        "layers.0.weight.gradient",
        "layers.0.bias.gradient",
        "layers.0.weight.first_moment",
        "layers.0.bias.first_moment",
        "layers.0.weight",
        "layers.0.bias",
        "step.loss",
        "step.layers.0.weight",
        "step.layers.0.bias",
        "step.layers.1.weight",
        "step.layers.1.bias",
    };
    take_steps(steps);
    g_auto(Tables) tables = tables_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config =
        test_config("data.data", tables.classes, "network.hidden", "9", "training.momentum", "0.9",
                    "training.steps", "2", NULL);
    g_autoptr(RippleComparison) found = ripple_compare(config, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(found->tensors->len, ==, 2 * n_expected);
    for (guint i = 0; i < found->tensors->len; i++) {
        const RippleTensorComparison *tensor =
            &g_array_index(found->tensors, RippleTensorComparison, i);
        g_assert_cmpstr(tensor->name, ==, expected[i % n_expected]);
        g_assert_cmpuint(tensor->step, ==, 1 + i / n_expected);
    }
}

static void test_tensors(void)
{
    check_tensors("one", 21);
    check_tensors("many", 26);
}

/* What is compared is what trains: the same samples in the same order, by the same rule. */
static void check_train(const char *steps)
{
    take_steps(steps);
    g_auto(Tables) tables = tables_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config =
        config_new(tables.classes, "9:gelu,6:gelu", "auto", "cross-entropy");
    config->log_every = 1;
    g_autoptr(TestRun) run = test_run(config);
    g_assert_no_error(run->error);
    g_autoptr(RippleComparison) found = ripple_compare(config, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(run->losses->len, ==, found->losses->len);
    for (guint i = 0; i < run->losses->len; i++) {
        gdouble loss = g_array_index(run->losses, gdouble, i);
        gdouble compared = g_array_index(found->losses, RippleLossComparison, i).device;
        /* Only rounding may differ, where one keeps tensors that the other does not. */
        g_assert_cmpfloat_with_epsilon(loss, compared, 64 * 0x1p-24 * compared);
    }
}

static void test_train(void)
{
    check_train("one");
    check_train("many");
}

/* A learning rate that lets the parameters overflow is no reason to pass, nor to blame the device:
 * floats overflow where doubles do not. It ends with the tensor that does. */
static void test_overflow(void)
{
    g_auto(Tables) tables = tables_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(tables.numbers, "9,6", "auto", "mse");
    config->learning_rate = 1e30;
    g_autoptr(RippleComparison) found = ripple_compare(config, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(found->pass);
    g_assert_cmpuint(found->not_finite->step, <, config->steps);
    const RippleTensorComparison *last =
        &g_array_index(found->tensors, RippleTensorComparison, found->tensors->len - 1);
    g_assert_cmpstr(last->name, ==, found->not_finite->tensor);
    g_assert_cmpuint(last->step, ==, found->not_finite->step);
}

static guint64 elements_in(const RippleTensorComparison *tensor)
{
    guint64 elements = 0;
    for (guint i = 0; i < RIPPLE_ULP_BUCKETS; i++)
        elements += tensor->ulp[i];
    return elements;
}

/* Each element of each tensor is in the histogram, and none lies beyond the largest distance. */
static void test_histogram(void)
{
    take_steps("one");
    g_auto(Tables) tables = tables_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(tables.classes, "9", "auto", "auto");
    g_autoptr(RippleComparison) found = ripple_compare(config, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_null(found->divergence);
    g_assert_null(found->not_finite);
    for (guint i = 0; i < found->tensors->len; i++) {
        const RippleTensorComparison *tensor =
            &g_array_index(found->tensors, RippleTensorComparison, i);
        if (strcmp(tensor->name, "layers.0.weight") == 0)
            g_assert_cmpuint(elements_in(tensor), ==, 9 * 5);
        if (strcmp(tensor->name, "layers.1.z") == 0)
            g_assert_cmpuint(elements_in(tensor), ==, 3 * (tensor->step % 3 ? 10 : 3));
        for (guint bucket = 1; bucket < RIPPLE_ULP_BUCKETS; bucket++)
            g_assert_true(tensor->ulp[bucket] == 0 ||
                          tensor->max_ulp > ripple_ulp_bucket_limit(bucket - 1));
    }
}

/* The same device twice, as two: both agree with the reference, and with each other to the bit. A
 * fault on the second is the second's, and the first stays right. */
static void check_devices(const char *fault)
{
    g_auto(Tables) tables = tables_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(tables.numbers, "9:tanh", "auto", "mse");
    g_autoptr(RippleComparison) found =
        ripple_compare_devices(config, "auto", fault, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(found->against);
    g_assert_cmpuint(found->others->len, ==, found->tensors->len);
    g_assert_true(found->pass == !fault);
    guint beyond = 0;
    for (guint i = 0; i < found->tensors->len; i++)
        g_assert_true(g_array_index(found->tensors, RippleTensorComparison, i).pass);
    for (guint i = 0; i < found->between->len; i++) {
        const RippleTensorComparison *between =
            &g_array_index(found->between, RippleTensorComparison, i);
        const RippleTensorComparison *other =
            &g_array_index(found->others, RippleTensorComparison, i);
        gboolean is_spoiled =
            fault && between->step == config->steps && strcmp(between->name, fault) == 0;
        g_assert_cmpstr(between->name, ==, other->name);
        g_assert_true(between->pass == !is_spoiled);
        g_assert_true(other->pass == !is_spoiled);
        g_assert_true((between->max_abs > 0) == is_spoiled);
        beyond += is_spoiled;
    }
    g_assert_cmpuint(beyond, ==, fault ? 1 : 0);
    if (fault)
        g_assert_cmpstr(found->divergence->tensor, ==, fault);
}

static void test_two_devices(void)
{
    take_steps("one");
    check_devices(NULL);
    check_devices("layers.0.delta");
    check_devices("layers.1.weight.first_moment");
}

static void test_reference(void)
{
    g_auto(Tables) tables = tables_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(tables.classes, "9,6", "auto", "auto");
    g_free(config->device);
    config->device = g_strdup("reference");
    g_assert_null(ripple_compare(config, NULL, NULL, NULL, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "cannot be compared with itself"));
    g_clear_error(&error);
    g_autoptr(RippleConfig) other = config_new(tables.classes, "9,6", "auto", "auto");
    g_assert_null(ripple_compare_devices(other, "reference", NULL, NULL, NULL, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/compare/hidden-activations", test_hidden_activations);
    g_test_add_func("/compare/output-activations", test_output_activations);
    g_test_add_func("/compare/many-steps", test_many_steps);
    g_test_add_func("/compare/others", test_others);
    g_test_add_func("/compare/adam", test_adam);
    g_test_add_func("/compare/tensors", test_tensors);
    g_test_add_func("/compare/train", test_train);
    g_test_add_func("/compare/overflow", test_overflow);
    g_test_add_func("/compare/histogram", test_histogram);
    g_test_add_func("/compare/two-devices", test_two_devices);
    g_test_add_func("/compare/reference", test_reference);
    return g_test_run();
}
