/* A wrong kernel is found where it is wrong: each is given a small mistake, as G_RESOURCE_OVERLAYS
 * lets one do, and `ripple compare` must name the tensor that the mistake is in. */
#include "train/program.h"
#include "train/runs.h"
#include "unit/data_files.h"

#include <string.h>

#define COMPARE "compare --hidden 12:tanh --batch 10 --lr 0.05 --steps 3 --device auto "
#define COMPARE_MOMENTUM COMPARE "--momentum 0.9"
#define COMPARE_ADAM COMPARE "--optimizer adam"

typedef struct {
    const char *file;
    const char *right;
    const char *wrong;
    const char *step;
    const char *tensor;
} Mistake;

static const Mistake mistakes[] = {
    {"derivative.cl", "*= DERIVATIVE(", "*= 0.999f * DERIVATIVE(", "1", "layers.0.delta"},
    {"activation.cl", "return 1.0f - a * a;", "return 1.0f - a;", "1", "layers.0.delta"},
    {"activation.cl", "return tanh(z);", "return tanh(z) + 1e-4f;", "1", "layers.0.activation"},
    {"gather.cl", "order[order_offset + row]", "order[order_offset + row] / 2 * 2", "1", "input"},
    /* Biases begin at 0, so that it does not matter before the second step which is added. */
    {"bias_activation.cl", "bias[bias_offset + column]", "bias[bias_offset]", "2", "layers.0.z"},
    /* Only where z is not kept, as in training: compare holds that schedule, too. */
    {"bias_activation.cl", "#else\n    values[values_offset + at] = activate(z);",
     "#else\n    values[values_offset + at] = z;", "1", "layers.0.activation"},
    {"loss.cl", "largest == label ? 1.0f : 0.0f", "1.0f", "1", "correct"},
    {"softmax.cl", "to[i] /= sum", "to[i] /= sum + 1e-4f", "1", "layers.1.activation"},
    {"loss.cl", "exp(z[i] - maximum) / sum - TARGET(i)", "exp(z[i] - maximum) / sum", "1",
     "layers.1.delta"},
    {"loss_sum.cl", "losses[0] / divisor", "losses[0] / (divisor + 0.01f)", "1", "loss"},
    {"bias_gradient.cl", "row < rows;", "row < rows - 1;", "1", "layers.1.bias.gradient"},
    {"optimizer.cl", "first_decay, *first, g)", "first_decay, -*first, g)", "2",
     "layers.1.weight.first_moment"},
    {"optimizer.cl", "optimizer.rate, *first, w)", "optimizer.rate * 1.001f, *first, w)", "1",
     "layers.1.weight"},
    {"update.cl", "update_float(parameter[parameter_offset + i]",
     "update_float(parameter[parameter_offset]", "1", "layers.1.weight"},
};

static const Mistake adam_mistakes[] = {
    {"optimizer.cl", "first_gain * g)", "first_gain * g * 1.001f)", "1",
     "layers.1.weight.first_moment"},
    {"optimizer.cl", "second_gain * g * g)", "second_gain * g)", "1",
     "layers.1.weight.second_moment"},
    {"optimizer.cl", "second_decay, *second", "second_decay, 0.0f * *second", "2",
     "layers.1.weight.second_moment"},
    {"optimizer.cl", "sqrt(*second) + optimizer.epsilon", "sqrt(*second + optimizer.epsilon)", "1",
     "layers.1.weight"},
    {"update.cl", "second[second_offset + i] = second_moment;",
     "second[second_offset] = second_moment;", "1", "layers.1.weight.second_moment"},
};

/* Where steps are taken at once: what was right row by row is wrong in the step as a whole. */
static const Mistake steps_mistakes[] = {
    {"steps_layers.cl", "            layers[l].inputs, across);",
     "            layers[l].inputs - 1, across);", "1", "step.loss"},
    {"steps_layers.cl", "sum += VECTOR_AT(memory, layers[l].delta + s * outputs + o);",
     "sum = VECTOR_AT(memory, layers[l].delta + s * outputs + o);", "1", "step.layers.0.bias"},
    {"steps.cl", "= labels[order[s]]", "= labels[order[0]]", "1", "step.loss"},
};

/* What a product does at its end, by the kernels that processors train with. */
static const Mistake panel_mistakes[] = {
    {"product_panel.cl", "fma(spread, b_vectors[j], sum[i][j])", "spread * b_vectors[j]", "1",
     "layers.0.z"},
    {"product_panel.cl", "sum[i][j] + (HAS_BIAS ? bias[bias_offset + row + i] : 0.0f)", "sum[i][j]",
     "2", "layers.0.z"},
    {"product_panel.cl", "store_samples(f, a_samples", "store_samples(z, a_samples", "1",
     "layers.0.activation"},
    /* The copy that the next layer reads: its own rows are right, the layer above is wrong. */
    {"product_panel.cl", "store_some(f[i],", "store_some(z[i],", "2", "layers.1.z"},
    {"product_panel.cl", "sum[i][j] * DERIVATIVE(from)", "sum[i][j]", "1", "layers.0.delta"},
    {"product_panel.cl", "store_some(sum[i][j], c", "store_some(sum[i][j] * 1.001f, c", "1",
     "layers.1.weight.gradient"},
    {"product_panel.cl", "= bias_gradient[i]", "= 0.999f * bias_gradient[i]", "1",
     "layers.1.bias.gradient"},
    /* Only where the gradient is not kept, as in training: compare holds that schedule, too. */
    {"product_panel.cl", "at, sum[i][j], count, optimizer",
     "at, 1.001f * sum[i][j], count, optimizer", "1", "layers.1.weight.first_moment"},
    {"product_panel.cl", "(float16)bias_gradient[i]", "(float16)(1.001f * bias_gradient[i])", "1",
     "layers.1.bias.first_moment"},
    {"product_panel.cl", "store_some(moments[0], first + at, count)",
     "store_some(w, first + at, count)", "1", "layers.1.weight.first_moment"},
    /* Three of a batch of ten are left at the end of an epoch of 23 samples. */
    {"product_rows.cl", "z += load_some(bias", "z -= load_some(bias", "3", "layers.0.z"},
    {"product_rows.cl", "min(first + i, outputs - 1)", "first", "3", "layers.0.z"},
    {"transpose.cl", "to + (ulong)i * width", "to + (ulong)i * rows", "1", "layers.0.z"},
    /* From the second step on, the copy of the input is gathered. */
    {"gather_block.cl", "transposed + (ulong)i * width", "transposed + (ulong)i * rows", "2",
     "layers.0.z"},
    {"gather_block.cl", "source + (ulong)order[i] * columns", "source + (ulong)order[0] * columns",
     "2", "input"},
    {"vectors.cl", "i < count ? from[i] : 0.0f", "i + 1 < count ? from[i] : 0.0f", "1",
     "layers.0.z"},
};

/* Write the kernel with the mistake in it into `folder`. */
static void make_mistake(const char *folder, const Mistake *mistake)
{
    test_spoil_kernel(folder, mistake->file, mistake->right, mistake->wrong);
}

static void check_passes(char **environment, const char *table)
{
    g_autoptr(TestOutput) momentum =
        test_program(environment, COMPARE_MOMENTUM, "--data", table, NULL);
    test_assert_status(momentum, 0);
    g_autoptr(TestOutput) adam = test_program(environment, COMPARE_ADAM, "--data", table, NULL);
    test_assert_status(adam, 0);
}

static void check_found(char **environment, const char *compare, const char *table,
                        const Mistake *mistake)
{
    char *folder = data_directory_new();
    g_autofree char *overlay = g_strdup_printf("/ripple/kernels=%s", folder);
    g_auto(GStrv) with_overlay = g_strdupv(environment);
    with_overlay = g_environ_setenv(with_overlay, "G_RESOURCE_OVERLAYS", overlay, TRUE);
    make_mistake(folder, mistake);

    g_autoptr(TestOutput) output = test_program(with_overlay, compare, "--data", table, NULL);
    g_autofree char *place = g_strdup_printf("disagree, first at step %s in %s, element [",
                                             mistake->step, mistake->tensor);
    test_assert_status(output, 5);
    if (!strstr(output->err, place))
        g_test_fail_printf("With \"%s\" in %s, \"%s\" is not what was found: %s", mistake->wrong,
                           mistake->file, place, output->err);
    /* And told with what it was computed from. */
    g_autofree char *told = g_strdup_printf("First divergence: step %s, ", mistake->step);
    g_autofree char *tensor = g_strdup_printf(", %s[", mistake->tensor);
    const char *line = strstr(output->out, told);
    g_assert_nonnull(line);
    g_assert_nonnull(strstr(line, tensor));
    g_assert_nonnull(strstr(line, "\nformula    "));
    data_directory_remove(folder);
}

/* The kernels as they are come out of the cache before and after: a wrong one is another program
 * under another key. */
static void test_mistakes(void)
{
    char *directory = data_directory_new();
    g_autofree char *cache = g_build_filename(directory, "cache", NULL);
    g_autofree char *table = test_table(directory, "classes.csv", 23, 5, 3, 0);
    g_auto(GStrv) environment = test_environment(cache);

    environment = g_environ_setenv(environment, "RIPPLE_STEPS", "one", TRUE);
    g_auto(GStrv) apart = g_strdupv(environment);
    apart = g_environ_setenv(apart, "RIPPLE_PRODUCTS", "clblast", TRUE);
    g_auto(GStrv) joined = g_strdupv(environment);
    joined = g_environ_setenv(joined, "RIPPLE_STEPS", "many", TRUE);

    check_passes(environment, table);
    check_passes(apart, table);
    check_passes(joined, table);
    for (guint i = 0; i < G_N_ELEMENTS(panel_mistakes); i++)
        check_found(environment, COMPARE_MOMENTUM, table, &panel_mistakes[i]);
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++)
        check_found(apart, COMPARE_MOMENTUM, table, &mistakes[i]);
    for (guint i = 0; i < G_N_ELEMENTS(adam_mistakes); i++)
        check_found(apart, COMPARE_ADAM, table, &adam_mistakes[i]);
    for (guint i = 0; i < G_N_ELEMENTS(steps_mistakes); i++)
        check_found(joined, COMPARE_ADAM, table, &steps_mistakes[i]);
    check_passes(environment, table);
    data_directory_remove(directory);
}

/* A kernel that does not compile says where. */
static void test_not_compiling(void)
{
    const Mistake mistake = {"loss.cl", "get_global_id(0);", "get_global_id(0) + nonsense;", NULL,
                             NULL};
    char *directory = data_directory_new();
    g_autofree char *cache = g_build_filename(directory, "cache", NULL);
    g_autofree char *table = test_table(directory, "classes.csv", 23, 5, 3, 0);
    g_autofree char *overlay = g_strdup_printf("/ripple/kernels=%s", directory);
    g_auto(GStrv) environment = test_environment(cache);
    environment = g_environ_setenv(environment, "G_RESOURCE_OVERLAYS", overlay, TRUE);
    make_mistake(directory, &mistake);

    g_autoptr(TestOutput) output =
        test_program(environment, COMPARE_MOMENTUM, "--data", table, NULL);
    test_assert_status(output, 1);
    g_assert_nonnull(strstr(output->err, "The kernel loss.cl did not compile with"));
    g_assert_nonnull(strstr(output->err, "nonsense"));
    data_directory_remove(directory);
}

/* Nor does one that includes what is not there. */
static void test_not_included(void)
{
    const Mistake mistake = {"transpose.cl", "#include \"vectors.cl\"", "#include \"vector.cl\"",
                             NULL, NULL};
    char *directory = data_directory_new();
    g_autofree char *cache = g_build_filename(directory, "cache", NULL);
    g_autofree char *table = test_table(directory, "classes.csv", 23, 5, 3, 0);
    g_autofree char *overlay = g_strdup_printf("/ripple/kernels=%s", directory);
    g_auto(GStrv) environment = test_environment(cache);
    environment = g_environ_setenv(environment, "G_RESOURCE_OVERLAYS", overlay, TRUE);
    make_mistake(directory, &mistake);

    g_autoptr(TestOutput) output =
        test_program(environment, COMPARE_MOMENTUM, "--data", table, NULL);
    test_assert_status(output, 1);
    g_assert_nonnull(
        strstr(output->err, "There is no file vector.cl among the kernels, and line "));
    g_assert_nonnull(strstr(output->err, " of transpose.cl asks for it."));
    data_directory_remove(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernels/mistakes", test_mistakes);
    g_test_add_func("/kernels/not-compiling", test_not_compiling);
    g_test_add_func("/kernels/not-included", test_not_included);
    return g_test_run();
}
