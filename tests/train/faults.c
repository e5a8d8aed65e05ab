/* A comparison that cannot fail proves nothing: one element of each tensor in turn is spoiled on
 * the device, and must be found, in that tensor and at that element. */
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

static void check_found(const char *table, const char *optimizer, const RippleTensor *tensor,
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
}

static void check_every_tensor(const char *table, const char *optimizer, guint expected)
{
    g_autoptr(RippleSchedule) schedule = schedule_of(table, optimizer);
    guint checked = 0;
    for (guint i = 0; i < schedule->n_tensors; i++) {
        const RippleTensor *tensor = &schedule->tensors[i];
        if (tensor->role == RIPPLE_ROLE_LABELS)
            continue; /* whole numbers, which nothing computes */
        g_autofree char *name = ripple_tensor_name(tensor);
        check_found(table, optimizer, tensor, name);
        checked++;
    }
    g_assert_cmpuint(checked, ==, expected);
}

static void test_every_tensor(void)
{
    char *directory = data_directory_new();
    g_autofree char *classes = test_table(directory, "classes.csv", SAMPLES, 5, 3, 0);
    g_autofree char *numbers = test_table(directory, "numbers.csv", SAMPLES, 5, 0, 2);
    /* Inputs, perhaps targets, and nine or eleven tensors of each of three layers. */
    check_every_tensor(classes, "sgd", 1 + 3 * 9);
    check_every_tensor(numbers, "sgd", 2 + 3 * 9);
    check_every_tensor(classes, "adam", 1 + 3 * 11);
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
