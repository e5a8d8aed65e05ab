/* A comparison that cannot fail proves nothing: one element of each tensor in turn is spoiled on
 * the device, and must be found, in that tensor and at that element, with the operands from which
 * the right value can be computed again. */
#include "network/schedule.h"
#include "train/material.h"
#include "train/rates.h"
#include "train/runs.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/compare.h>
#include <ripple/error.h>
#include <string.h>

/* The last of three steps, in which the fault is planted, has a short batch: 10, 10, 3. */
#define SAMPLES 23
#define BATCH 10
#define STEPS 3
#define LAST_COUNT 3

static RippleConfig *config_new(const char *table, const char *optimizer)
{
    return test_config("data.data", table, "data.target",
                       g_str_has_suffix(table, "numbers.csv") ? "t1,t2" : "", "network.hidden",
                       "9:tanh,6:gelu", "training.optimizer", optimizer, "training.momentum",
                       strcmp(optimizer, "sgd") == 0 ? "0.9" : "0", "training.batch",
                       G_STRINGIFY(BATCH), "training.steps", G_STRINGIFY(STEPS), NULL);
}

/* The schedule that compares: every tensor there is. */
static RippleSchedule *schedule_of(const char *table, const char *optimizer)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(table, optimizer);
    g_autoptr(RippleMaterial) material = ripple_material_new(config, &error);
    g_assert_no_error(error);
    const RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_TRAIN,
        .batch = BATCH,
        .has_labels = material->train->target_kind == RIPPLE_TARGET_LABELS,
        .moments = ripple_config_moments(config),
        .keep_all = TRUE,
    };
    return ripple_schedule_new(material->model->network, &options);
}

static const RippleTensorComparison *first_failure(const RippleComparison *found)
{
    for (guint i = 0; i < found->tensors->len; i++) {
        const RippleTensorComparison *tensor =
            &g_array_index(found->tensors, RippleTensorComparison, i);
        if (!tensor->pass)
            return tensor;
    }
    return NULL;
}

/* ---- the number, computed again -------------------------------------------------------------- */

/* The operand whose name is `name`, or ends in it. */
static gdouble operand(const RippleDivergence *found, const char *name)
{
    for (guint i = 0; i < found->operands->len; i++) {
        const RippleOperand *one = &g_array_index(found->operands, RippleOperand, i);
        if (g_str_has_suffix(one->name, name))
            return one->value;
    }
    g_error("%s has no operand %s", found->tensor, name);
}

static gdouble sum_of(const RippleDivergence *found)
{
    gdouble sum = 0;
    for (guint i = 0; i < found->terms->len; i++) {
        const RippleTerm *term = &g_array_index(found->terms, RippleTerm, i);
        gdouble product = term->factors[0].value;
        if (term->n_factors == 2)
            product *= term->factors[1].value;
        g_assert_cmpfloat(term->value, ==, product);
        sum += product;
    }
    return sum;
}

/* e^z[column] / Σ e^z */
static gdouble softmax_of(const RippleDivergence *found)
{
    gdouble sum = 0, own = 0;
    for (guint i = 0; i < found->operands->len; i++) {
        const RippleOperand *z = &g_array_index(found->operands, RippleOperand, i);
        if (!g_str_has_suffix(z->name, ".z"))
            continue;
        g_assert_cmpuint(z->row, ==, found->row);
        sum += exp(z->value);
        if (z->column == found->column)
            own = exp(z->value);
    }
    return own / sum;
}

static gdouble update_of(const RippleDivergence *found, const char *kind, const char *part)
{
    g_autofree char *gradient = g_strconcat(kind, ".gradient", NULL);
    g_autofree char *first = g_strconcat(kind, ".first_moment", NULL);
    g_autofree char *second = g_strconcat(kind, ".second_moment", NULL);
    gdouble g = operand(found, gradient), w = operand(found, kind);
    if (strstr(found->formula, "momentum")) {
        gdouble m = operand(found, "momentum") * operand(found, first) + g;
        return *part ? m : w - operand(found, "rate") * m;
    }
    gdouble m =
        operand(found, "first_decay") * operand(found, first) + operand(found, "first_gain") * g;
    gdouble v = operand(found, "second_decay") * operand(found, second) +
                operand(found, "second_gain") * g * g;
    if (*part)
        return strcmp(part, ".first_moment") == 0 ? m : v;
    return w - operand(found, "rate") * m / (sqrt(v) + operand(found, "epsilon"));
}

/* NAN where this test does not know the formula. */
static gdouble compute_again(const RippleDivergence *found)
{
    const char *name = found->tensor;
    const char *const kinds[] = {"weight", "bias"};
    const char *const parts[] = {"", ".first_moment", ".second_moment"};
    if (strcmp(name, "input") == 0)
        return operand(found, "samples.inputs");
    if (strcmp(name, "targets") == 0)
        return operand(found, "samples.targets");
    if (g_str_has_suffix(name, ".z"))
        return sum_of(found) + operand(found, ".bias");
    if (g_str_has_suffix(name, ".gradient"))
        return sum_of(found);
    if (strcmp(name, "layers.0.activation") == 0)
        return tanh(operand(found, ".z"));
    if (strcmp(name, "layers.0.delta") == 0)
        return sum_of(found) * (1 - pow(tanh(operand(found, ".z")), 2));
    if (strcmp(name, "layers.2.activation") == 0 && strstr(found->formula, "softmax"))
        return softmax_of(found);
    for (guint i = 0; i < 6; i++) {
        g_autofree char *suffix = g_strdup_printf(".%s%s", kinds[i / 3], parts[i % 3]);
        if (g_str_has_suffix(name, suffix))
            return update_of(found, kinds[i / 3], parts[i % 3]);
    }
    return NAN;
}

/* To what the reference says, within a few roundings: both go on from the same floats, of which an
 * activation has been rounded itself. */
static guint check_operands(const RippleDivergence *found, const RippleTensorComparison *first)
{
    g_assert_nonnull(found);
    g_assert_cmpstr(found->tensor, ==, first->name);
    g_assert_cmpuint(found->step, ==, first->step);
    g_assert_cmpuint(found->row, ==, first->row);
    g_assert_cmpuint(found->column, ==, first->column);
    g_assert_cmpfloat(found->device, ==, first->device);
    g_assert_cmpfloat(found->reference, ==, first->reference);
    g_assert_cmpuint(strlen(found->formula), >, 0);
    gdouble again = compute_again(found);
    if (isnan(again))
        return 0;
    gdouble size = fabs(found->reference) + found->magnitude;
    g_assert_cmpfloat_with_epsilon(again, found->reference, 8 * 0x1p-24 * size);
    g_assert_cmpfloat(fabs(found->device - found->reference), >, 8 * 0x1p-24 * size);
    return 1;
}

/* ---- every tensor ---------------------------------------------------------------------------- */

static guint check_found(const char *table, const char *optimizer, const RippleTensor *tensor,
                         const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(table, optimizer);
    g_autoptr(RippleComparison) found = ripple_compare(config, name, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_false(found->pass);

    const RippleTensorComparison *first = first_failure(found);
    gsize rows = tensor->per_sample ? LAST_COUNT : tensor->rows;
    gsize middle = rows * tensor->columns / 2;
    g_assert_nonnull(first);
    g_assert_cmpstr(first->name, ==, name);
    g_assert_cmpuint(first->step, ==, STEPS);
    g_assert_cmpuint(first->row, ==, middle / tensor->columns);
    g_assert_cmpuint(first->column, ==, middle % tensor->columns);
    g_assert_cmpfloat(fabs(first->device - first->reference), >, first->tolerance);
    /* Not only just: what is planted is far beyond rounding. */
    g_assert_cmpfloat(first->share, >, 100);
    return check_operands(found->divergence, first);
}

/* How many there are, and of how many the number was computed again. */
static void check_every_tensor(const char *table, const char *optimizer, guint expected,
                               guint expected_again)
{
    g_autoptr(RippleSchedule) schedule = schedule_of(table, optimizer);
    guint checked = 0, again = 0;
    for (guint i = 0; i < schedule->n_tensors; i++) {
        const RippleTensor *tensor = &schedule->tensors[i];
        if (tensor->role == RIPPLE_ROLE_LABELS)
            continue; /* whole numbers, which nothing computes */
        g_autofree char *name = ripple_tensor_name(tensor);
        again += check_found(table, optimizer, tensor, name);
        checked++;
    }
    g_assert_cmpuint(checked, ==, expected);
    g_assert_cmpuint(again, ==, expected_again);
}

static void test_every_tensor(void)
{
    char *directory = data_directory_new();
    g_autofree char *classes = test_table(directory, "classes.csv", SAMPLES, 5, 3, 0);
    g_autofree char *numbers = test_table(directory, "numbers.csv", SAMPLES, 5, 0, 2);
    /* Inputs, perhaps targets, and nine or eleven tensors of each of three layers. Computed again
     * are all but gelu, its delta and the output delta; of numbers, the identity, too. */
    check_every_tensor(classes, "sgd", 1 + 3 * 9, 1 + 3 * 9 - 3);
    check_every_tensor(numbers, "sgd", 2 + 3 * 9, 2 + 3 * 9 - 4);
    check_every_tensor(classes, "adam", 1 + 3 * 11, 1 + 3 * 11 - 3);
    data_directory_remove(directory);
}

static void check_refused(const char *table, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(table, "sgd");
    g_assert_null(ripple_compare(config, name, NULL, NULL, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_assert_nonnull(strstr(error->message, "layers.2.weight.gradient"));
    g_assert_null(strstr(error->message, "labels,"));
}

/* Names of no tensor, or of none that this run has, are answered with a list of those it has. */
static void test_unknown_tensor(void)
{
    char *directory = data_directory_new();
    g_autofree char *classes = test_table(directory, "classes.csv", SAMPLES, 5, 3, 0);
    check_refused(classes, "layers.3.weight");
    check_refused(classes, "layers.0.weight.second_moment");
    check_refused(classes, "targets");
    check_refused(classes, "labels");
    check_refused(classes, "");
    data_directory_remove(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/faults/every-tensor", test_every_tensor);
    g_test_add_func("/faults/unknown-tensor", test_unknown_tensor);
    return g_test_run();
}
