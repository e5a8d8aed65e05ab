/* What the data decide: the loss, the width and activation of the output, the whole network. */
#include <ripple/config.h>
#include <ripple/error.h>
#include <string.h>

static RippleDataset *with_labels(guint inputs, guint classes)
{
    RippleDataset *dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup("flowers.csv");
    dataset->samples = 4;
    dataset->inputs = inputs;
    dataset->input_values = g_new0(gfloat, dataset->samples * inputs);
    dataset->target_kind = RIPPLE_TARGET_LABELS;
    dataset->labels = g_new0(guint32, dataset->samples);
    dataset->classes = classes;
    return dataset;
}

static RippleDataset *with_values(guint inputs, guint targets)
{
    RippleDataset *dataset = with_labels(inputs, 0);
    g_clear_pointer(&dataset->labels, g_free);
    dataset->target_kind = RIPPLE_TARGET_VALUES;
    dataset->target_values = g_new0(gfloat, dataset->samples * targets);
    dataset->targets = targets;
    return dataset;
}

/* "network.output_activation" and the like as text; "" leaves it as it is. */
static RippleConfig *make_config(const char *loss, const char *output_activation)
{
    RippleConfig *config = ripple_config_new();
    g_autoptr(GError) error = NULL;
    ripple_config_set(config, "network", "loss", loss, &error);
    g_assert_no_error(error);
    ripple_config_set(config, "network", "output_activation", output_activation, &error);
    g_assert_no_error(error);
    return config;
}

static void test_outputs(void)
{
    static const struct {
        guint classes, targets; /* one of them is 0 */
        const char *loss, *output_activation;
        const char *resolved;
    } cases[] = {
        {2, 0, "auto", "auto", "3 → 2 softmax, cross-entropy, 8 parameters"},
        {10, 0, "auto", "auto", "3 → 10 softmax, cross-entropy, 40 parameters"},
        {10, 0, "cross-entropy", "softmax", "3 → 10 softmax, cross-entropy, 40 parameters"},
        {2, 0, "binary-cross-entropy", "auto", "3 → 1 sigmoid, binary-cross-entropy, 4 parameters"},
        {3, 0, "binary-cross-entropy", "auto",
         "3 → 3 sigmoid, binary-cross-entropy, 12 parameters"},
        {2, 0, "mse", "auto", "3 → 2 identity, mse, 8 parameters"},
        {10, 0, "mse", "softmax", "3 → 10 softmax, mse, 40 parameters"},
        {0, 1, "auto", "auto", "3 → 1 identity, mse, 4 parameters"},
        {0, 2, "auto", "tanh", "3 → 2 tanh, mse, 8 parameters"},
        {0, 2, "binary-cross-entropy", "auto", "3 → 2 sigmoid, binary-cross-entropy, 8 parameters"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RippleConfig) config = make_config(cases[i].loss, cases[i].output_activation);
        g_autoptr(RippleDataset) dataset =
            cases[i].classes ? with_labels(3, cases[i].classes) : with_values(3, cases[i].targets);
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleNetwork) network = ripple_config_resolve(config, dataset, &error);
        g_assert_no_error(error);
        g_autofree char *description = ripple_network_describe(network);
        g_assert_cmpstr(description, ==, cases[i].resolved);
        g_assert_cmpuint(config->loss, ==, network->loss);
        g_assert_cmpuint(config->output_activation, ==, network->layers[0].activation);
    }
}

static void test_hidden(void)
{
    g_autoptr(RippleConfig) config = make_config("auto", "auto");
    g_assert_true(ripple_config_set(config, "network", "hidden", "5:tanh,4", NULL));
    g_assert_true(ripple_config_set(config, "network", "activation", "gelu", NULL));
    g_autoptr(RippleDataset) dataset = with_labels(3, 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleNetwork) network = ripple_config_resolve(config, dataset, &error);
    g_assert_no_error(error);
    g_autofree char *description = ripple_network_describe(network);
    g_assert_cmpstr(description, ==,
                    "3 → 5 tanh → 4 gelu → 2 softmax, cross-entropy, 54 parameters");

    /* The configuration is settled now: it says all, and resolves to the same. */
    g_autofree char *text = ripple_config_to_text(config);
    g_assert_nonnull(strstr(text, "hidden=5:tanh,4:gelu\n"));
    g_assert_nonnull(strstr(text, "output_activation=softmax\nloss=cross-entropy\n"));
    g_autoptr(RippleNetwork) again = ripple_config_resolve(config, dataset, &error);
    g_assert_no_error(error);
    g_autofree char *second = ripple_network_describe(again);
    g_assert_cmpstr(second, ==, description);
}

/* What is not given is what the optimizer usually takes; what it does not have stays unset. */
static void test_optimizer(void)
{
    g_autoptr(RippleDataset) dataset = with_labels(3, 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) sgd = make_config("auto", "auto");
    g_autoptr(RippleNetwork) first = ripple_config_resolve(sgd, dataset, &error);
    g_assert_no_error(error);
    g_assert_nonnull(first);
    g_autofree char *sgd_text = ripple_config_to_text(sgd);
    g_assert_nonnull(strstr(sgd_text, "optimizer=sgd\nmomentum=0\nbeta1=auto\nbeta2=auto\n"
                                      "epsilon=auto\nlearning_rate=0.1\n"));

    g_autoptr(RippleConfig) adam = make_config("auto", "auto");
    adam->optimizer = RIPPLE_OPTIMIZER_ADAM;
    adam->beta2 = 0.75;
    g_autoptr(RippleNetwork) second = ripple_config_resolve(adam, dataset, &error);
    g_assert_no_error(error);
    g_assert_nonnull(second);
    g_autofree char *adam_text = ripple_config_to_text(adam);
    g_assert_nonnull(strstr(adam_text, "optimizer=adam\nmomentum=0\nbeta1=0.9\nbeta2=0.75\n"
                                       "epsilon=1e-08\nlearning_rate=0.001\n"));
}

static void assert_refused(RippleConfig *config, const RippleDataset *dataset, RippleError code,
                           const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleNetwork) network = ripple_config_resolve(config, dataset, &error);
    g_assert_null(network);
    g_assert_error(error, RIPPLE_ERROR, (gint)code);
    if (!strstr(error->message, words))
        g_error("\"%s\" should say \"%s\"", error->message, words);
    g_assert_true(g_str_has_suffix(error->message, "."));
}

static void test_option_of_another_optimizer(void)
{
    g_autoptr(RippleConfig) config = make_config("auto", "auto");
    g_autoptr(RippleDataset) dataset = with_labels(3, 2);
    config->epsilon = 1e-8;
    assert_refused(config, dataset, RIPPLE_ERROR_USAGE, "epsilon belongs to the optimizer adam");
}

static void test_no_target(void)
{
    g_autoptr(RippleConfig) config = make_config("auto", "auto");
    g_autoptr(RippleDataset) dataset = with_labels(3, 2);
    dataset->target_kind = RIPPLE_TARGET_NONE;
    assert_refused(config, dataset, RIPPLE_ERROR_DATA, "\"flowers.csv\" have no target");
}

static void test_one_class(void)
{
    g_autoptr(RippleConfig) config = make_config("auto", "auto");
    g_autoptr(RippleDataset) dataset = with_labels(3, 1);
    assert_refused(config, dataset, RIPPLE_ERROR_DATA, "\"flowers.csv\" are of one class");
}

static void test_classes_asked_of_numbers(void)
{
    g_autoptr(RippleConfig) config = make_config("cross-entropy", "auto");
    g_autoptr(RippleDataset) dataset = with_values(3, 2);
    assert_refused(config, dataset, RIPPLE_ERROR_USAGE, "use --loss mse");
}

static void test_probabilities(void)
{
    static const gfloat bad[] = {-0.5f, 1.0000001f, 0.0f / 0.0f};
    g_autoptr(RippleConfig) config = make_config("binary-cross-entropy", "auto");
    g_autoptr(RippleDataset) dataset = with_values(3, 2);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        dataset->target_values[2 * 2 + 1] = bad[i];
        assert_refused(config, dataset, RIPPLE_ERROR_DATA, "sample 3 of \"flowers.csv\" has");
    }
    dataset->target_values[2 * 2 + 1] = 1;
    g_autoptr(RippleNetwork) network = ripple_config_resolve(config, dataset, NULL);
    g_assert_nonnull(network);
}

static void test_activations_that_do_not_go(void)
{
    g_autoptr(RippleDataset) dataset = with_labels(3, 2);
    g_autoptr(RippleConfig) output = make_config("cross-entropy", "relu");
    assert_refused(output, dataset, RIPPLE_ERROR_USAGE, "needs the output activation softmax");
    g_autoptr(RippleConfig) hidden = make_config("auto", "auto");
    g_assert_true(ripple_config_set(hidden, "network", "hidden", "4:softmax", NULL));
    assert_refused(hidden, dataset, RIPPLE_ERROR_USAGE, "Layer 0 is hidden");
}

/* 2⁴⁸ weights are 2⁵⁰ bytes, more than any machine has. */
static void test_beyond_memory(void)
{
    g_autoptr(RippleDataset) dataset = with_labels(3, 2);
    g_autoptr(RippleConfig) config = make_config("auto", "auto");
    g_assert_true(ripple_config_set(config, "network", "hidden", "16777216,16777216", NULL));
    assert_refused(config, dataset, RIPPLE_ERROR_USAGE, "more than this machine's memory holds");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config-resolve/outputs", test_outputs);
    g_test_add_func("/config-resolve/hidden", test_hidden);
    g_test_add_func("/config-resolve/optimizer", test_optimizer);
    g_test_add_func("/config-resolve/option-of-another-optimizer",
                    test_option_of_another_optimizer);
    g_test_add_func("/config-resolve/no-target", test_no_target);
    g_test_add_func("/config-resolve/one-class", test_one_class);
    g_test_add_func("/config-resolve/classes-asked-of-numbers", test_classes_asked_of_numbers);
    g_test_add_func("/config-resolve/probabilities", test_probabilities);
    g_test_add_func("/config-resolve/activations-that-do-not-go", test_activations_that_do_not_go);
    g_test_add_func("/config-resolve/beyond-memory", test_beyond_memory);
    return g_test_run();
}
