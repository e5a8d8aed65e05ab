/* descend: gradient and update in one operation. parameter is W, then b, and so are its moments. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>

/* A shape, and the values that an operation begins with. */
typedef struct {
    OpsShape shape;
    const gfloat *delta, *x;
    const gfloat *parameter, *first, *second;
    RippleRates rates;
} Start;

/* Parameters and moments afterwards; moments that the optimizer does not keep are NULL. */
typedef struct {
    gdouble *parameter, *first, *second;
} Result;

static void result_clear(Result *result)
{
    g_free(result->parameter);
    g_free(result->first);
    g_free(result->second);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Result, result_clear)

static gsize parameters_of(OpsShape shape)
{
    return shape.outputs * shape.inputs + shape.outputs;
}

/* ∂L/∂W and ∂L/∂b side by side, in memory of its own. */
static TestTensor *gradient_of(const Start *start, RippleView delta, RippleView x)
{
    g_autoptr(GError) error = NULL;
    OpsShape s = start->shape;
    TestTensor *sums = test_variable(x.buffer->backend, TEST_ODD, 1, parameters_of(s), NULL);
    RippleBuffer *buffer = sums->view.buffer;
    RippleGradient gradient = {delta, x, ripple_view(buffer, TEST_ODD, s.outputs, s.inputs),
                               ripple_view(buffer, TEST_ODD + s.outputs * s.inputs, 1, s.outputs)};
    ripple_backend_gradient(buffer->backend, &gradient, &error);
    g_assert_no_error(error);
    return sums;
}

/* One descent on `backend`, or a gradient and an update in its place. */
static Result descend(RippleBackend *backend, const Start *start, gsize offset, gboolean is_apart)
{
    g_autoptr(GError) error = NULL;
    OpsShape s = start->shape;
    gsize count = parameters_of(s);
    guint moments = ripple_optimizer_moments(start->rates.optimizer, start->rates.momentum);
    g_autoptr(TestTensor) delta =
        test_constant(backend, offset, s.samples, s.outputs, start->delta);
    g_autoptr(TestTensor) x = test_constant(backend, offset + 2, s.samples, s.inputs, start->x);
    g_autoptr(TestTensor) w = test_variable(backend, offset, 1, count, start->parameter);
    g_autoptr(TestTensor) first =
        moments > 0 ? test_variable(backend, offset, 1, count, start->first) : NULL;
    g_autoptr(TestTensor) second =
        moments > 1 ? test_variable(backend, offset, 1, count, start->second) : NULL;

    if (is_apart) {
        g_autoptr(TestTensor) sums = gradient_of(start, delta->view, x->view);
        RippleUpdate update = {w->view, sums->view, test_view(first), test_view(second),
                               start->rates};
        ripple_backend_update(backend, &update, &error);
    } else {
        RippleDescent descent = {delta->view,      x->view,           w->view,
                                 test_view(first), test_view(second), start->rates};
        ripple_backend_descend(backend, &descent, &error);
    }
    g_assert_no_error(error);
    return (Result){test_values(w), first ? test_values(first) : NULL,
                    second ? test_values(second) : NULL};
}

/* ---- by hand -------------------------------------------------------------------------------- */

/* Three samples, two outputs, two inputs:
 *
 *     δ = | 1  2 |    x = | 1  4 |    ∂L/∂W = δᵀ·x = | -2  -2 |    ∂L/∂b = Σ δ = | 0  5 |
 *         | 0  3 |        | 2  5 |                   |  8  23 |
 *         |-1  0 |        | 3  6 |
 */
#define BY_HAND                                                                                    \
    .shape = {3, 2, 2}, .delta = (gfloat[]){1, 2, 0, 3, -1, 0}, .x = (gfloat[]){1, 4, 2, 5, 3, 6}, \
    .parameter = (gfloat[])                                                                        \
    {                                                                                              \
        1, 2, 3, 4, 5, 6                                                                           \
    }

/* η = ½: w − g/2. */
static void test_sgd_by_hand(const OpsCase *ops)
{
    const Start start = {BY_HAND, .rates = {.learning_rate = 0.5}};
    const gdouble parameter[] = {2, 3, -1, -7.5, 5, 3.5};
    for (guint n = 0; n < 3; n++) {
        g_auto(Result) result = descend(ops->backend, &start, ops_offset(n), FALSE);
        test_check_equal("parameter", result.parameter, parameter, 6);
    }
}

/* μ = ½, η = ½: m ← m/2 + g, w ← w − m/2. */
static void test_momentum_by_hand(const OpsCase *ops)
{
    const Start start = {BY_HAND, .first = (gfloat[]){4, 0, -8, 2, 6, -2},
                         .rates = {.learning_rate = 0.5, .momentum = 0.5}};
    const gdouble first[] = {0, -2, 4, 24, 3, 4}, parameter[] = {1, 3, 1, -8, 3.5, 4};
    for (guint n = 0; n < 3; n++) {
        g_auto(Result) result = descend(ops->backend, &start, ops_offset(n), FALSE);
        test_check_equal("first moment", result.first, first, 6);
        test_check_equal("parameter", result.parameter, parameter, 6);
    }
}

/* The first step from moments of 0, with β₁ = ½, β₂ = ¾, ε = ½, η = ½: m = g/2, v = g²/4, and
 * w − ½·g / (|g| + ½). Two roots and a division: 25 u are ample. */
static void test_adam_by_hand(const OpsCase *ops)
{
    const gfloat zero[6] = {0};
    const Start start = {BY_HAND, .first = zero, .second = zero,
                         .rates = {.optimizer = RIPPLE_OPTIMIZER_ADAM,
                                   .learning_rate = 0.5,
                                   .beta1 = 0.5,
                                   .beta2 = 0.75,
                                   .epsilon = 0.5,
                                   .step = 1}};
    const gdouble first[] = {-1, -1, 4, 11.5, 0, 2.5}, second[] = {1, 1, 16, 132.25, 0, 6.25};
    const gdouble parameter[] = {1.4, 2.4, 3 - 8.0 / 17, 4 - 23.0 / 47, 5, 6 - 5.0 / 11};
    gdouble tolerance[6];
    for (guint i = 0; i < 6; i++)
        tolerance[i] = 25 * ops->rounding * parameter[i];
    for (guint n = 0; n < 3; n++) {
        g_auto(Result) result = descend(ops->backend, &start, ops_offset(n), FALSE);
        test_check_equal("first moment", result.first, first, 6);
        test_check_equal("second moment", result.second, second, 6);
        test_check_close("parameter", result.parameter, parameter, tolerance, 6);
    }
}

/* ---- against the reference ------------------------------------------------------------------ */

static const struct {
    const char *name;
    RippleRates rates;
} optimizers[] = {
    {"sgd", {.learning_rate = 0.01}},
    {"momentum", {.learning_rate = 0.01, .momentum = 0.9}},
    {"adam",
     {.optimizer = RIPPLE_OPTIMIZER_ADAM,
      .learning_rate = 0.01,
      .beta1 = 0.9,
      .beta2 = 0.999,
      .epsilon = 1e-3,
      .step = 3}},
};

/* Numbers of its own; v is not negative. */
static Start start_new(OpsShape shape, const RippleRates *rates)
{
    gsize count = parameters_of(shape);
    return (Start){.shape = shape,
                   .delta = test_reals(1, shape.samples * shape.outputs, -1, 1),
                   .x = test_reals(2, shape.samples * shape.inputs, -1, 1),
                   .parameter = test_reals(3, count, -1, 1),
                   .first = test_reals(4, count, -1, 1),
                   .second = test_reals(5, count, 0.5, 1),
                   .rates = *rates};
}

static void start_clear(Start *start)
{
    g_free((gpointer)start->delta);
    g_free((gpointer)start->x);
    g_free((gpointer)start->parameter);
    g_free((gpointer)start->first);
    g_free((gpointer)start->second);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Start, start_clear)

/* |g|, and the bound on g's error: a sum of as many products as there are samples. */
static void gradient_bounds(const OpsCase *ops, const Start *start, gdouble *size, gdouble *error)
{
    OpsShape s = start->shape;
    for (gsize o = 0; o < s.outputs; o++)
        for (gsize i = 0; i <= s.inputs; i++) {
            gsize at = i < s.inputs ? o * s.inputs + i : s.outputs * s.inputs + o;
            gdouble sum = 0, magnitude = 0;
            for (gsize n = 0; n < s.samples; n++) {
                gdouble x = i < s.inputs ? start->x[n * s.inputs + i] : 1;
                sum += start->delta[n * s.outputs + o] * x;
                magnitude += fabs(start->delta[n * s.outputs + o] * x);
            }
            size[at] = fabs(sum);
            error[at] = ops_sum_error(ops, s.samples) * magnitude;
        }
}

/* What g's error makes of the update, and the update's own roundings, which update.c and
 * update_adam.c count. Adam's divisor is off by at most the share by which v is. */
static Result bounds_new(const OpsCase *ops, const Start *start, const Result *expected)
{
    const gdouble u = ops->rounding, rate = start->rates.learning_rate;
    const RippleRates *r = &start->rates;
    gsize count = parameters_of(start->shape);
    g_autofree gdouble *g = g_new(gdouble, count), *error = g_new(gdouble, count);
    gradient_bounds(ops, start, g, error);
    Result allowed = {g_new0(gdouble, count), g_new0(gdouble, count), g_new0(gdouble, count)};
    gdouble correction1 = 1 - pow(r->beta1, (gdouble)r->step);
    gdouble correction2 = 1 - pow(r->beta2, (gdouble)r->step);
    for (gsize i = 0; i < count; i++) {
        gdouble *w = &allowed.parameter[i], *m = &allowed.first[i], *v = &allowed.second[i];
        *w = fabs(expected->parameter[i]) * u;
        if (!expected->first) {
            *w += rate * (error[i] + 2 * g[i] * u);
        } else if (!expected->second) {
            gdouble first = fabs(expected->first[i]);
            *m = error[i] + (2 * r->momentum * fabsf(start->first[i]) + first) * u;
            *w += rate * (*m + 2 * first * u);
        } else {
            gdouble gain1 = 1 - r->beta1, gain2 = 1 - r->beta2, second = expected->second[i];
            gdouble factor = rate / correction1 / (sqrt(second / correction2) + r->epsilon);
            gdouble first = fabs(expected->first[i]);
            *m = gain1 * error[i] + 4 * (r->beta1 * fabsf(start->first[i]) + gain1 * g[i]) * u;
            *v = gain2 * (2 * g[i] + error[i]) * error[i] + 5 * second * u;
            *w += factor * (*m + first * (20 * u + *v / second));
        }
    }
    return allowed;
}

static void check_close(const char *what, const Start *start, const Result *found,
                        const Result *expected, const Result *allowed)
{
    OpsShape s = start->shape;
    gsize count = parameters_of(s);
    g_autofree char *name =
        g_strdup_printf("%s of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT, what,
                        s.samples, s.inputs, s.outputs);
    if (found->first)
        test_check_close(name, found->first, expected->first, allowed->first, count);
    if (found->second)
        test_check_close(name, found->second, expected->second, allowed->second, count);
    test_check_close(name, found->parameter, expected->parameter, allowed->parameter, count);
}

static void check_as_reference(const OpsCase *ops, OpsShape shape, gsize offset)
{
    g_auto(Start) start = start_new(shape, &optimizers[ops->variant].rates);
    g_auto(Result) expected = descend(ops->reference, &start, TEST_ALIGNED, TRUE);
    g_auto(Result) found = descend(ops->backend, &start, offset, FALSE);
    g_auto(Result) allowed = bounds_new(ops, &start, &expected);
    check_close("descent", &start, &found, &expected, &allowed);
}

/* Widths on both sides of a tile's rows, of a vector and of a panel. Of each pair of widths a third
 * of the batches, another for each optimizer. */
static void test_as_reference(const OpsCase *ops)
{
    const gsize batches[] = {1, 2, 3, 7, 33, 128};
    const gsize widths[] = {1, 2, 5, 6, 7, 15, 16, 17, 63, 64, 65, 100};
    guint n = 0;
    for (guint i = 0; i < G_N_ELEMENTS(batches); i++)
        for (guint j = 0; j < G_N_ELEMENTS(widths); j++)
            for (guint k = 0; k < G_N_ELEMENTS(widths); k++)
                if ((i + j + k) % G_N_ELEMENTS(optimizers) == ops->variant)
                    check_as_reference(ops, (OpsShape){batches[i], widths[j], widths[k]},
                                       ops_offset(n++));
}

/* Whatever a product's kernels do at these shapes (ops.c says what), in both roles of the widths.
 */
static void test_every_shape(const OpsCase *ops)
{
    ops_every_shape(ops, check_as_reference);
}

/* Two small shapes, which a simulated device gets through: several panels and
 * several tiles for a work-item, and rows of x that are read where they lie. */
static void test_small_shapes(const OpsCase *ops)
{
    const OpsShape shapes[] = {{1030, 17, 25}, {20, 64, 25}};
    for (guint n = 0; n < G_N_ELEMENTS(shapes); n++)
        check_as_reference(ops, shapes[n], ops_offset(n));
}

/* Fused or not: each within its bound of the same, so within both of each other. */
static void test_as_apart(const OpsCase *ops)
{
    for (guint n = 0; n < OPS_N_SHAPES; n++) {
        g_auto(Start) start = start_new(ops_shapes[n], &optimizers[ops->variant].rates);
        g_auto(Result) apart = descend(ops->backend, &start, ops_offset(n), TRUE);
        g_auto(Result) fused = descend(ops->backend, &start, ops_offset(n + 1), FALSE);
        g_auto(Result) allowed = bounds_new(ops, &start, &apart);
        for (gsize i = 0; i < parameters_of(start.shape); i++) {
            allowed.parameter[i] *= 2;
            allowed.first[i] *= 2;
            allowed.second[i] *= 2;
        }
        check_close("fused and apart", &start, &fused, &apart, &allowed);
    }
}

/* ---- other promises ------------------------------------------------------------------------- */

/* NaN reaches every parameter whose gradient it is in, and its moments, and no other: the row of
 * W and the bias of one output, the column of W of one input. */
static void test_not_a_number(const OpsCase *ops)
{
    const OpsShape s = {3, 17, 7};
    g_auto(Start) start = start_new(s, &optimizers[ops->variant].rates);
    ((gfloat *)start.delta)[1 * s.outputs + 6] = NAN;
    ((gfloat *)start.x)[2 * s.inputs + 16] = NAN;
    g_auto(Result) result = descend(ops->backend, &start, TEST_ODD, FALSE);
    for (gsize i = 0; i < parameters_of(s); i++) {
        gboolean is_weight = i < s.outputs * s.inputs;
        gsize output = is_weight ? i / s.inputs : i - s.outputs * s.inputs;
        gboolean is_bad = output == 6 || (is_weight && i % s.inputs == 16);
        g_assert_true(is_bad ? isnan(result.parameter[i]) : isfinite(result.parameter[i]));
        g_assert_true(!result.first || (isnan(result.first[i]) != 0) == is_bad);
        g_assert_true(!result.second || (isnan(result.second[i]) != 0) == is_bad);
    }
}

/* The same bits, wherever the operands lie. */
static void test_same_bits(const OpsCase *ops)
{
    g_auto(Start) start = start_new((OpsShape){9, 33, 20}, &optimizers[ops->variant].rates);
    gsize count = parameters_of(start.shape);
    g_auto(Result) once = descend(ops->backend, &start, TEST_ALIGNED, FALSE);
    for (guint n = 0; n < 3; n++) {
        g_auto(Result) again = descend(ops->backend, &start, ops_offset(n), FALSE);
        test_check_equal("parameter", again.parameter, once.parameter, count);
        if (once.first)
            test_check_equal("first moment", again.first, once.first, count);
        if (once.second)
            test_check_equal("second moment", again.second, once.second, count);
    }
}

void ops_add_descend_tests(const OpsCase *ops)
{
    ops_add(ops, test_sgd_by_hand, 0, "descend/sgd-by-hand");
    ops_add(ops, test_momentum_by_hand, 0, "descend/momentum-by-hand");
    ops_add(ops, test_adam_by_hand, 0, "descend/adam-by-hand");
    for (guint i = 0; i < G_N_ELEMENTS(optimizers); i++) {
        const char *name = optimizers[i].name;
        ops_add(ops, test_not_a_number, i, "descend/%s/not-a-number", name);
        ops_add(ops, test_same_bits, i, "descend/%s/same-bits", name);
        ops_add(ops, test_as_apart, i, "descend/%s/as-apart", name);
        ops_add(ops, test_as_reference, i, "descend/%s/as-reference", name);
        ops_add(ops, test_small_shapes, i, "descend/%s/small-shapes", name);
    }
    ops_add(ops, test_every_shape, 1, "descend/every-shape");
}
