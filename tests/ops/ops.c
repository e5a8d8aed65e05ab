/* Every operation on every backend. */
#include "ops/ops.h"
#include "support/backends.h"

#include <stdarg.h>

const OpsShape ops_shapes[OPS_N_SHAPES] = {
    {1, 1, 1},    {1, 257, 7},  {7, 17, 64},     {17, 64, 257},  {64, 7, 1},
    {257, 1, 17}, {64, 64, 64}, {257, 257, 257}, {33, 784, 100},
};

const gsize ops_lengths[OPS_N_LENGTHS] = {1, 7, 17, 64, 257};

gsize ops_offset(guint n)
{
    static const gsize offsets[] = {64, 37, 3};
    return offsets[n % G_N_ELEMENTS(offsets)];
}

void ops_every_shape(const OpsCase *ops,
                     void (*test)(const OpsCase *ops, OpsShape shape, gsize offset))
{
    guint n = 0;
    for (guint i = 0; i < OPS_N_LENGTHS; i++)
        for (guint j = 0; j < OPS_N_LENGTHS; j++)
            for (guint k = 0; k < OPS_N_LENGTHS; k++) {
                OpsShape shape = {ops_lengths[i], ops_lengths[j], ops_lengths[k]};
                test(ops, shape, ops_offset(n++));
            }
}

gdouble ops_sum_error(const OpsCase *ops, gsize terms)
{
    return (terms + 8) * ops->rounding;
}

/* ---- test paths ----------------------------------------------------------------------------- */

typedef struct {
    OpsCase ops;
    OpsTest test;
} Added;

static void run(gconstpointer data)
{
    const Added *added = data;
    added->test(&added->ops);
}

void ops_add(const OpsCase *ops, OpsTest test, guint variant, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *name = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *path = g_strdup_printf("/ops/%s/%s", ripple_backend_kind(ops->backend), name);

    Added *added = g_new0(Added, 1);
    added->ops = *ops;
    added->ops.variant = variant;
    added->test = test;
    g_test_add_data_func_full(path, added, run, g_free);
}

static void add_tests(const OpsCase *ops)
{
    ops_add_buffer_tests(ops);
    ops_add_gather_tests(ops);
    ops_add_forward_tests(ops);
    ops_add_loss_by_hand_tests(ops);
    ops_add_loss_tests(ops);
    ops_add_delta_tests(ops);
    ops_add_gradient_tests(ops);
    ops_add_upload_tests(ops);
    ops_add_update_tests(ops);
    ops_add_update_adam_tests(ops);
    ops_add_extreme_tests(ops);
    ops_add_contract_tests(ops);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GPtrArray) backends =
        g_ptr_array_new_with_free_func((GDestroyNotify)ripple_backend_free);
    for (const char *const *name = test_backend_names; *name; name++) {
        g_autoptr(GError) error = NULL;
        RippleBackend *backend = test_backend_open(*name, &error);
        if (!backend)
            g_error("The backend %s cannot be tested: %s", *name, error->message);
        g_ptr_array_add(backends, backend);

        RippleBackend *reference = g_ptr_array_index(backends, 0);
        OpsCase ops = {backend, reference, test_backend_rounding(backend), 0};
        add_tests(&ops);
        if (backend == reference) {
            ops_add_reference_tests(&ops);
            ops_add_helper_tests(&ops);
        }
    }
    return g_test_run();
}
