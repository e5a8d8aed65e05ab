/* Every operation on every backend. */
#include "ops/ops.h"
#include "support/backends.h"

#include <stdarg.h>

const OpsShape ops_shapes[OPS_N_SHAPES] = {
    {1, 1, 1},    {1, 257, 7},  {7, 17, 64},     {17, 64, 257},  {64, 7, 1},
    {257, 1, 17}, {64, 64, 64}, {257, 257, 257}, {33, 784, 100},
};

const gsize ops_lengths[OPS_N_LENGTHS] = {1, 7, 17, 64, 257};

/* A product of m rows, n columns and sums of k terms: fewer rows than a tile has, or one alone;
 * whole tiles and ragged ones, of each width; rows of the right matrix so near that they are read
 * where they lie, or 2 KiB and more apart; sums in one panel and in several; more tiles than one
 * work-item takes.
 */
typedef struct {
    gsize m, n, k;
} Product;

static const Product products[] = {
    {1, 128, 300}, {1, 130, 1030}, {2, 65, 300},  {5, 63, 16},     {6, 64, 256},    {7, 128, 600},
    {13, 16, 40},  {15, 33, 90},   {13, 448, 31}, {13, 512, 1030}, {140, 520, 260}, {520, 40, 260},
};

gsize ops_offset(guint n)
{
    static const gsize offsets[] = {64, 37, 3};
    return offsets[n % G_N_ELEMENTS(offsets)];
}

/* That product as each of the operations that are one. */
static void in_every_role(const OpsCase *ops,
                          void (*test)(const OpsCase *ops, OpsShape shape, gsize offset),
                          const Product *product, guint n)
{
    gsize rows = product->m, columns = product->n, k = product->k;
    const OpsShape forward = {columns, k, rows}, delta = {rows, k, columns},
                   gradient = {k, columns, rows};
    test(ops, forward, ops_offset(n));
    test(ops, delta, ops_offset(n + 1));
    test(ops, gradient, ops_offset(n + 2));
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
    for (guint i = 0; i < G_N_ELEMENTS(products); i++)
        in_every_role(ops, test, &products[i], n++);
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
    g_autofree char *path = g_strdup_printf("/ops/%s/%s", ops->name, name);

    Added *added = g_new0(Added, 1);
    added->ops = *ops;
    added->ops.variant = variant;
    added->test = test;
    g_test_add_data_func_full(path, added, run, g_free);
}

/* The operations that depend on who multiplies. */
static void add_product_tests(const OpsCase *ops)
{
    ops_add_forward_tests(ops);
    ops_add_again_tests(ops);
    ops_add_delta_tests(ops);
    ops_add_gradient_tests(ops);
    ops_add_descend_tests(ops);
    ops_add_extreme_tests(ops);
}

static void add_other_tests(const OpsCase *ops)
{
    ops_add_finite_tests(ops);
    ops_add_buffer_tests(ops);
    ops_add_gather_tests(ops);
    ops_add_loss_by_hand_tests(ops);
    ops_add_loss_tests(ops);
    ops_add_upload_tests(ops);
    ops_add_update_tests(ops);
    ops_add_update_adam_tests(ops);
    ops_add_steps_tests(ops);
    ops_add_summary_tests(ops);
    ops_add_contract_tests(ops);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GPtrArray) backends =
        g_ptr_array_new_with_free_func((GDestroyNotify)ripple_backend_free);
    for (const char *const *name = test_product_backend_names; *name; name++) {
        g_autoptr(GError) error = NULL;
        RippleBackend *backend = test_backend_open(*name, &error);
        if (!backend)
            g_error("The backend %s cannot be tested: %s", *name, error->message);
        g_ptr_array_add(backends, backend);

        RippleBackend *reference = g_ptr_array_index(backends, 0);
        OpsCase ops = {*name, backend, reference, test_backend_rounding(backend), 0};
        add_product_tests(&ops);
        if (g_strv_contains(test_backend_names, *name))
            add_other_tests(&ops);
        if (backend == reference) {
            ops_add_reference_tests(&ops);
            ops_add_helper_tests(&ops);
        }
    }
    return g_test_run();
}
