/* A self-test that cannot fail proves nothing: a small mistake in each kernel, as
 * G_RESOURCE_OVERLAYS lets one make, must be found, in the operation where it is. */
#include "train/program.h"
#include "unit/data_files.h"

#include <string.h>

typedef struct {
    const char *file;
    const char *right;
    const char *wrong;
    const char *group;     /* that is tested */
    const char *operation; /* that is named */
} Mistake;

static const Mistake mistakes[] = {
    {"gather.cl", "order[order_offset + row]", "order[order_offset]", "gather",
     "Gather of layer 0"},
    {"loss.cl", "largest == label ? 1.0f : 0.0f", "1.0f", "loss", "Loss (mse) of layer 0"},
    {"loss_sum.cl", "losses[0] / divisor", "losses[0] / (divisor + 0.01f)", "loss",
     "Loss (mse) of layer 0"},
    {"activation.cl", "return 1.0f - a * a;", "return 1.0f - a;", "loss", "Loss (mse) of layer 0"},
    {"product_panel.cl", "fma(spread, b_vectors[j], sum[i][j])", "spread * b_vectors[j]",
     "product, panel", "The product "},
    {"product_panel.cl", "sum[i][j] * DERIVATIVE(from)", "sum[i][j]", "delta, panel",
     "Delta of layer 0"},
    {"product_rows.cl", "min(first + i, outputs - 1)", "first", "product, panel", "The product "},
    {"transpose.cl", "transpose_block(block);", "", "product, panel", "The product "},
    {"gather_block.cl", "transpose_block(block);", "", "forward in a row, panel",
     "Forward in a row of layer 0"},
    {"vectors.cl", "i < count ? from[i] : 0.0f", "i + 1 < count ? from[i] : 0.0f", "product, panel",
     "The product "},
    {"product_tile.cl", "fma((REAL)a_numbers[i], b_numbers[j], sum[i][j])",
     "(REAL)a_numbers[i] * b_numbers[j]", "product, tile", "The product "},
    {"tile_operand.cl", "carried[c] = exists ? some : (VECTOR(WIDTH))0.0f;", "carried[c] = some;",
     "product, tile", "The product "},
    {"product_end.cl", "REAL z = s + SOME_CONST(bias, bias_offset + j);", "REAL z = s;",
     "forward, tile", "Forward of layer 0"},
    {"product_sum.cl", "piece < pieces;", "piece + 1 < pieces;", "product, tile", "The product "},
    {"bias_activation.cl", "bias[bias_offset + column]", "bias[bias_offset]", "forward, clblast",
     "Forward of layer 0"},
    {"softmax.cl", "to[i] /= sum", "to[i] /= sum + 1e-4f", "forward, clblast",
     "Forward of layer 1"},
    {"derivative.cl", "*= DERIVATIVE(", "*= 0.999f * DERIVATIVE(", "delta, clblast",
     "Delta of layer 0"},
    {"bias_gradient.cl", "row < rows;", "row < rows - 1;", "gradient, clblast",
     "Gradient of layer 0"},
    {"update.cl", "update_float(parameter[parameter_offset + i]",
     "update_float(parameter[parameter_offset]", "gradient, clblast", "Update of layer 0"},
    {"optimizer.cl", "optimizer.rate, *first, w)", "optimizer.rate * 1.001f, *first, w)",
     "descend, clblast", "Descend of layer 0"},
    {"steps.cl", "= labels[order[s]]", "= labels[order[0]]", "steps at once", "Steps at once"},
    {"steps_layers.cl", "sum += VECTOR_AT(memory, layers[l].delta + s * outputs + o);",
     "sum = VECTOR_AT(memory, layers[l].delta + s * outputs + o);", "steps at once",
     "Steps at once"},
    {"check_finite.cl", "all(isfinite(vload16(0, values + first)))", "1", "finite", "Whether 17 "},
    {"check_finite.cl", "are_finite &= isfinite", "are_finite = isfinite", "finite", "Whether 7 "},
    {"summary.cl", "squares += deviation * deviation", "squares += deviation", "observe",
     "Summary of 7 "},
    {"summary.cl", "finite += is_finite;", "finite -= 1;", "observe", "Summary of 1 "},
    {"summary_merge.cl", "between * of_b", "between * of_a", "observe", "Summary of 1025 "},
    {"histogram.cl", "lanes < (int16)(int)(count - i)", "lanes <= (int16)(int)(count - i)",
     "observe", "Histogram of 1 "},
    {"histogram_sum.cl", "sum += partials", "sum = partials", "observe", "Histogram of 4097 "},
    {"derivative_peak.cl", "slope > peak", "row == 0", "observe", "Largest derivatives of 7 "},
    {"steps_loss.cl", "*sum += power;", "*sum += 1.001f * power;", "steps at once",
     "Steps at once"},
};

/* What the self-test says with the mistake in its kernels. */
static TestOutput *run_with(const Mistake *mistake)
{
    char *folder = data_directory_new();
    g_autofree char *cache = g_build_filename(folder, "cache", NULL);
    g_autofree char *overlay = g_strdup_printf("/ripple/kernels=%s", folder);
    g_auto(GStrv) environment = test_environment(cache);
    environment = g_environ_setenv(environment, "G_RESOURCE_OVERLAYS", overlay, TRUE);
    test_spoil_kernel(folder, mistake->file, mistake->right, mistake->wrong);
    TestOutput *output =
        test_program(environment, "selftest --fail-fast --only", mistake->group, NULL);
    test_assert_status(output, 5);
    data_directory_remove(folder);
    return output;
}

static void test_mistake(gconstpointer data)
{
    const Mistake *mistake = data;
    g_autoptr(TestOutput) output = run_with(mistake);
    g_autofree char *place = g_strdup_printf("computes wrong numbers. %s", mistake->operation);
    if (!strstr(output->err, place))
        g_test_fail_printf("With \"%s\" in %s, \"%s\" is not what was found: %s", mistake->wrong,
                           mistake->file, place, output->err);
}

/* What is computed is right, but one element too many is. */
static void test_written_beside(void)
{
    const Mistake mistake = {"update.cl", "if (i >= count)", "if (i > count)", "gradient, clblast",
                             NULL};
    g_autoptr(TestOutput) output = run_with(&mistake);
    g_assert_nonnull(strstr(output->err, " behind the weight was written."));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autofree char *path = g_strdup_printf("/selftest/mistake/%u-%s", i + 1, mistakes[i].file);
        g_test_add_data_func(path, &mistakes[i], test_mistake);
    }
    g_test_add_func("/selftest/written-beside", test_written_beside);
    return g_test_run();
}
