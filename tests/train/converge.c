/* Training learns: the exclusive or, which no single layer can tell. */
#include "train/runs.h"
#include "unit/data_files.h"

#include <math.h>

static const char exclusive_or[] = "a,b,either\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n";
static const char exclusive_or_in_words[] = "a,b,either\n0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n";

static void check_learns(const char *path, const char *device, const char *seed,
                         const char *momentum)
{
    const gboolean has_labels = g_str_has_suffix(path, "words.csv");
    g_autoptr(RippleConfig) config = test_config(
        "data.data", path, "network.hidden", "8:tanh", "network.loss", "binary-cross-entropy",
        "training.learning_rate", "0.5", "training.momentum", momentum, "training.batch", "4",
        "training.epochs", "400", "training.seed", seed, "run.device", device, NULL);
    g_autoptr(TestRun) run = test_run(config);
    g_assert_no_error(run->error);
    if (!(run->result.train_loss < 0.01))
        g_test_fail_printf("Seed %s on %s: the loss is still %g", seed, device,
                           run->result.train_loss);
    /* It began near that of a guess, ln 2. */
    g_assert_cmpfloat(g_array_index(run->epochs, RippleEpochReport, 0).train_loss, >, 0.4);
    if (has_labels)
        g_assert_cmpfloat(run->result.train_accuracy, ==, 1);
    else
        g_assert_true(isnan(run->result.train_accuracy));
}

static void test_exclusive_or(void)
{
    static const char *const seeds[] = {"1", "2", "3", "4", "18446744073709551615"};
    char *directory = data_directory_new();
    g_autofree char *numbers = data_write_text(directory, "numbers.csv", exclusive_or);
    g_autofree char *words = data_write_text(directory, "words.csv", exclusive_or_in_words);
    for (guint d = 0; test_devices[d]; d++)
        for (guint s = 0; s < G_N_ELEMENTS(seeds); s++) {
            check_learns(numbers, test_devices[d], seeds[s], "0");
            check_learns(words, test_devices[d], seeds[s], "0.5");
        }
    data_directory_remove(directory);
}

/* Adam at its own learning rate needs more steps, and no momentum. */
static void test_adam(void)
{
    char *directory = data_directory_new();
    g_autofree char *words = data_write_text(directory, "words.csv", exclusive_or_in_words);
    for (guint d = 0; test_devices[d]; d++) {
        g_autoptr(RippleConfig) config = test_config(
            "data.data", words, "network.hidden", "8:tanh", "training.optimizer", "adam",
            "training.batch", "4", "training.epochs", "4000", "run.device", test_devices[d], NULL);
        g_autoptr(TestRun) run = test_run(config);
        g_assert_no_error(run->error);
        g_assert_cmpfloat(config->learning_rate, ==, 0.001);
        g_assert_cmpfloat(run->result.train_loss, <, 0.01);
        g_assert_cmpfloat(run->result.train_accuracy, ==, 1);
    }
    data_directory_remove(directory);
}

/* It is the hidden layer that learns it: without one no loss below ln 2 is possible, since the loss
 * is convex there and a guess is its minimum. */
static void test_one_layer_is_not_enough(void)
{
    char *directory = data_directory_new();
    g_autofree char *numbers = data_write_text(directory, "numbers.csv", exclusive_or);
    for (guint d = 0; test_devices[d]; d++) {
        g_autoptr(RippleConfig) config =
            test_config("data.data", numbers, "network.loss", "binary-cross-entropy",
                        "training.batch", "4", "training.epochs", "400", "training.learning_rate",
                        "0.5", "run.device", test_devices[d], NULL);
        g_autoptr(TestRun) run = test_run(config);
        g_assert_no_error(run->error);
        /* The loss is a rounded sum of four numbers of that size. */
        g_assert_cmpfloat(run->result.train_loss, >=, G_LN2 * (1 - 8 * 0x1p-24));
        g_assert_cmpfloat(run->result.train_loss, <, G_LN2 + 1e-3);
    }
    data_directory_remove(directory);
}

/* A straight line is found by its slope: y = 3·x − 2, by mean squared error. */
static void test_line(void)
{
    g_autoptr(GString) text = g_string_new("x,y\n");
    for (gint i = -8; i <= 8; i++)
        g_string_append_printf(text, "%g,%g\n", i / 8.0, 3 * i / 8.0 - 2);
    char *directory = data_directory_new();
    g_autofree char *line = data_write_text(directory, "line.csv", text->str);
    for (guint d = 0; test_devices[d]; d++) {
        g_autoptr(RippleConfig) config =
            test_config("data.data", line, "data.scaling", "none", "training.batch", "5",
                        "training.learning_rate", "0.2", "training.momentum", "0.5",
                        "training.epochs", "100", "run.device", test_devices[d], NULL);
        g_autoptr(TestRun) run = test_run(config);
        g_assert_no_error(run->error);
        /* No noise to average away: what is left is the rounding of floats, some units of 2⁻²⁴ of
         * the weights' size. */
        g_assert_cmpfloat_with_epsilon(run->parameters[0], 3, 16 * 3 * 0x1p-24);
        g_assert_cmpfloat_with_epsilon(run->parameters[1], -2, 16 * 3 * 0x1p-24);
    }
    data_directory_remove(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/converge/exclusive-or", test_exclusive_or);
    g_test_add_func("/converge/adam", test_adam);
    g_test_add_func("/converge/one-layer-is-not-enough", test_one_layer_is_not_enough);
    g_test_add_func("/converge/line", test_line);
    return g_test_run();
}
