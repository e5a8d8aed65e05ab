/* Matrix products by themselves, of whole numbers. */
#include "base/random.h"
#include "check/guarded.h"
#include "check/selftest_units.h"
#include "opencl/tuning.h"

#include <string.h>

#define SEED 1
#define LARGEST 4 /* so that sums of any length here are exact */

/* A product, and where element (i, p) of the first operand and (p, j) of the second lie. */
typedef struct {
    RippleProduct product;
    gsize a_row, a_step, b_row, b_step;
} Shape;

static Shape shape_of(RippleProductForm form, gsize m, gsize n, gsize k)
{
    const RippleProduct product = {form, m, n, k};
    switch (form) {
    case RIPPLE_PRODUCT_NT:
        return (Shape){product, k, 1, 1, k};
    case RIPPLE_PRODUCT_NN:
        return (Shape){product, k, 1, n, 1};
    default:
        return (Shape){product, 1, m, n, 1};
    }
}

static gfloat *whole_numbers(gsize count, guint32 set)
{
    gfloat *values = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++)
        values[i] = (gfloat)(gint)(ripple_random_word(SEED, RIPPLE_STREAM_TEST, set, i) %
                                   (2 * LARGEST + 1)) -
                    LARGEST;
    return values;
}

static gdouble *multiply(const Shape *shape, const gfloat *a, const gfloat *b)
{
    gsize m = shape->product.m, n = shape->product.n, k = shape->product.k;
    gdouble *c = g_new0(gdouble, m * n);
    for (gsize i = 0; i < m; i++)
        for (gsize p = 0; p < k; p++) {
            gdouble factor = a[i * shape->a_row + p * shape->a_step];
            for (gsize j = 0; j < n; j++)
                c[i * n + j] += factor * b[p * shape->b_row + j * shape->b_step];
        }
    return c;
}

static const char *kernels_of(gint provider)
{
    return provider == RIPPLE_PROVIDER_PANEL  ? "product_panel product_rows transpose"
           : provider == RIPPLE_PROVIDER_TILE ? "product_tile product_sum"
                                              : "CLBlast";
}

/* Small tiles, which every device can have, where k is to be split. */
static RippleProductPlan plan_of(RippleBackend *device, const RippleSelftestUnit *unit,
                                 const RippleProduct *product)
{
    const RippleProductPlan split = {.provider = RIPPLE_PROVIDER_TILE,
                                     .tile = {8, 16, 8, 2, 4, unit->pieces}};
    if (unit->pieces > 0 && ripple_opencl_can(device, &split))
        return split;
    return ripple_tuning_plan_by(ripple_opencl_tuning(device),
                                 (RippleProductProvider)unit->provider, product);
}

static gboolean try_product(RippleBackend *device, const RippleSelftestUnit *unit,
                            RippleProductForm form, RippleTally *tally, GError **error)
{
    const Shape shape = shape_of(form, unit->batch, unit->inputs, unit->outputs);
    gsize m = shape.product.m, n = shape.product.n, k = shape.product.k;
    g_autofree gfloat *a_values = whole_numbers(m * k, 0), *b_values = whole_numbers(k * n, 1);
    g_autoptr(RippleGuarded) a = ripple_guarded_new(device, m, k, error);
    g_autoptr(RippleGuarded) b = a ? ripple_guarded_new(device, k, n, error) : NULL;
    g_autoptr(RippleGuarded) c = b ? ripple_guarded_new(device, m, n, error) : NULL;
    gssize damage;
    g_autofree gdouble *found = g_new(gdouble, m * n);
    RippleProductPlan plan = plan_of(device, unit, &shape.product);
    if (!c || !ripple_guarded_set(a, a_values, error) || !ripple_guarded_set(b, b_values, error) ||
        !ripple_opencl_product_by(device, &plan, &shape.product, a->view, b->view, c->view,
                                  error) ||
        !ripple_guarded_read(c, found, &damage, error))
        return FALSE;

    g_autofree gdouble *expected = multiply(&shape, a_values, b_values);
    const char *by = ripple_provider_name((RippleProductProvider)unit->provider);
    g_autofree char *group = g_strdup_printf("product, %s", by);
    g_autofree char *what = g_strdup_printf("The product %s of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT
                                            "×%" G_GSIZE_FORMAT ", by %s",
                                            ripple_product_name(form), m, n, k, by);
    const RippleTallyPlace place = {ripple_tally_group(tally, group, kernels_of(unit->provider)),
                                    what, "C"};
    ripple_tally_hold(tally, &place, found, expected, NULL, m, n, damage);
    return TRUE;
}

gboolean ripple_try_products(RippleBackend *device, const RippleSelftestUnit *unit,
                             RippleTally *tally, GError **error)
{
    for (guint form = 0; form < RIPPLE_N_PRODUCTS; form++)
        if (!try_product(device, unit, (RippleProductForm)form, tally, error))
            return FALSE;
    return TRUE;
}
