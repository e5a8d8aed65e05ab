/* Delta, gradient and update of a layer, each by itself, where every sum is exact. */
#include "check/bound.h"
#include "check/trial.h"
#include "reference/activation.h"

#include <math.h>

#define U RIPPLE_UNIT_ROUNDOFF

/* ---- delta ---------------------------------------------------------------------------------- */

/* z anywhere on both sides of zero, and a = f(z). */
static gboolean put_activation(RippleTrial *trial, guint layer, GError **error)
{
    const RippleLayer *shape = ripple_trial_layer(trial, layer);
    gsize length = trial->options.batch * shape->outputs;
    g_autofree gfloat *z = ripple_trial_reals(trial, length, -4, 4);
    g_autofree gfloat *a = g_new(gfloat, length);
    for (gsize i = 0; i < length; i++)
        a[i] = (gfloat)ripple_reference_activation(shape->activation, z[i]);
    return ripple_trial_put(trial, RIPPLE_ROLE_Z, layer, z, error) &&
           ripple_trial_put(trial, RIPPLE_ROLE_ACTIVATION, layer, a, error);
}

/* The derivative errs by 96 u at most, as in bound.c, relatively to what it is multiplied by. */
static gdouble *bound_delta(RippleTrial *trial, guint layer, GError **error)
{
    const RippleLayer *shape = ripple_trial_layer(trial, layer);
    gsize length = trial->options.batch * shape->outputs;
    if (ripple_trial_is_exact(shape->activation))
        return g_new0(gdouble, length);
    g_autoptr(RippleBuffer) sums =
        ripple_buffer_new(trial->reference, RIPPLE_ELEMENT_REAL, length, error);
    if (!sums)
        return NULL;
    RippleView to = ripple_view(sums, 0, trial->options.batch, shape->outputs);
    const RippleDelta product = {
        .delta_above = ripple_scheduler_view(trial->follower, RIPPLE_ROLE_DELTA, layer + 1,
                                             trial->options.batch),
        .weight_above = ripple_scheduler_view(trial->follower, RIPPLE_ROLE_WEIGHT, layer + 1, 0),
        .a = to, /* identity does not look at it */
        .delta = to,
        .activation = RIPPLE_ACTIVATION_IDENTITY,
    };
    g_autofree gdouble *allowed = g_new(gdouble, length);
    if (!ripple_backend_delta(trial->reference, &product, error) ||
        !ripple_backend_download_exact(to, allowed, error))
        return NULL;
    for (gsize i = 0; i < length; i++)
        allowed[i] = 96 * U * fabs(allowed[i]) + RIPPLE_SMALLEST;
    return g_steal_pointer(&allowed);
}

static const char *delta_kernels(const RippleTrial *trial)
{
    if (g_strcmp0(trial->options.by, "panel") == 0)
        return "product_panel";
    return g_strcmp0(trial->options.by, "tile") == 0 ? "product_tile product_sum"
                                                     : "CLBlast derivative";
}

gboolean ripple_trial_delta(RippleTrial *trial, guint layer, GError **error)
{
    const RippleLayer *above = ripple_trial_layer(trial, layer + 1);
    g_autofree char *what = NULL;
    RippleTallyPlace place = ripple_trial_place(trial, "delta", delta_kernels(trial), layer, &what);
    gint most = ripple_exact_multiples(above->outputs);
    g_autofree gfloat *delta_above = ripple_trial_multiples(
        trial, trial->options.batch * above->outputs, most, RIPPLE_TRIAL_UNIT);
    const RippleDelta delta = {
        .delta_above = ripple_trial_view(trial, RIPPLE_ROLE_DELTA, layer + 1),
        .weight_above = ripple_trial_view(trial, RIPPLE_ROLE_WEIGHT, layer + 1),
        .z = ripple_trial_view(trial, RIPPLE_ROLE_Z, layer),
        .a = ripple_trial_view(trial, RIPPLE_ROLE_ACTIVATION, layer),
        .delta = ripple_trial_view(trial, RIPPLE_ROLE_DELTA, layer),
        .activation = ripple_trial_layer(trial, layer)->activation,
    };
    if (!ripple_trial_put(trial, RIPPLE_ROLE_DELTA, layer + 1, delta_above, error) ||
        !ripple_trial_put_parameters(trial, layer + 1, most, error) ||
        !put_activation(trial, layer, error) ||
        !ripple_trial_blank(trial, RIPPLE_ROLE_DELTA, layer, error) ||
        !ripple_backend_delta(trial->device, &delta, error) ||
        !ripple_trial_follow(trial, RIPPLE_STEP_DELTA, layer, error))
        return FALSE;
    g_autofree gdouble *allowed = bound_delta(trial, layer, error);
    place.tensor = "delta";
    if (!allowed || !ripple_trial_hold(trial, &place, RIPPLE_ROLE_DELTA, layer, allowed, error))
        return FALSE;
    place.tensor = "the operand delta above";
    return ripple_trial_hold_operand(trial, &place, RIPPLE_ROLE_DELTA, layer + 1, error);
}

/* ---- gradient and update -------------------------------------------------------------------- */

static gboolean put_moments(RippleTrial *trial, guint layer, GError **error)
{
    const RippleLayer *shape = ripple_trial_layer(trial, layer);
    gsize length = (gsize)shape->outputs * shape->inputs + shape->outputs;
    const RippleScheduleOptions *options = &trial->schedule->options;
    g_autofree gfloat *parameters = ripple_trial_reals(trial, length, -1, 1);
    g_autofree gfloat *first = ripple_trial_reals(trial, length, -1, 1);
    g_autofree gfloat *second = ripple_trial_reals(trial, length, 0, 1);
    return ripple_trial_put_pair(trial, RIPPLE_ROLE_WEIGHT, layer, parameters, error) &&
           (options->moments < 1 ||
            ripple_trial_put_pair(trial, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, layer, first, error)) &&
           (options->moments < 2 ||
            ripple_trial_put_pair(trial, RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, layer, second, error));
}

static gboolean descend_on_device(RippleTrial *trial, guint layer, GError **error)
{
    const RippleDescent descent = {
        .delta = ripple_trial_view(trial, RIPPLE_ROLE_DELTA, layer),
        .x = ripple_trial_view_of_x(trial, layer),
        .parameter = ripple_trial_pair(trial, RIPPLE_ROLE_WEIGHT, layer),
        .first_moment = ripple_trial_pair(trial, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, layer),
        .second_moment = ripple_trial_pair(trial, RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, layer),
        .rates = trial->options.rates,
    };
    return ripple_backend_descend(trial->device, &descent, error);
}

static gboolean gradient_on_device(RippleTrial *trial, guint layer, GError **error)
{
    const RippleGradient gradient = {
        .delta = ripple_trial_view(trial, RIPPLE_ROLE_DELTA, layer),
        .x = ripple_trial_view_of_x(trial, layer),
        .weight_gradient = ripple_trial_view(trial, RIPPLE_ROLE_WEIGHT_GRADIENT, layer),
        .bias_gradient = ripple_trial_view(trial, RIPPLE_ROLE_BIAS_GRADIENT, layer),
    };
    return ripple_trial_blank(trial, RIPPLE_ROLE_WEIGHT_GRADIENT, layer, error) &&
           ripple_backend_gradient(trial->device, &gradient, error);
}

static gboolean update_on_device(RippleTrial *trial, guint layer, GError **error)
{
    const RippleUpdate update = {
        .parameter = ripple_trial_pair(trial, RIPPLE_ROLE_WEIGHT, layer),
        .gradient = ripple_trial_pair(trial, RIPPLE_ROLE_WEIGHT_GRADIENT, layer),
        .first_moment = ripple_trial_pair(trial, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, layer),
        .second_moment = ripple_trial_pair(trial, RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, layer),
        .rates = trial->options.rates,
    };
    return ripple_backend_update(trial->device, &update, error);
}

static gboolean hold_updated(RippleTrial *trial, RippleTallyPlace *place, RippleRole role,
                             guint layer, const char *name, GError **error)
{
    const RippleTensor *tensor =
        ripple_schedule_tensor(ripple_scheduler_schedule(trial->follower), role, layer);
    if (!tensor)
        return TRUE;
    place->tensor = name;
    g_autofree gdouble *allowed = g_new(gdouble, tensor->rows * tensor->columns);
    return ripple_bound_update(trial->follower, tensor, &trial->options.rates, NULL, allowed,
                               error) &&
           ripple_trial_hold(trial, place, role, layer, allowed, error);
}

static gboolean hold_all_updated(RippleTrial *trial, RippleTallyPlace *place, guint layer,
                                 GError **error)
{
    static const struct {
        RippleRole role;
        const char *name;
    } tensors[] = {
        {RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, "the weight's first moment"},
        {RIPPLE_ROLE_BIAS_FIRST_MOMENT, "the bias's first moment"},
        {RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, "the weight's second moment"},
        {RIPPLE_ROLE_BIAS_SECOND_MOMENT, "the bias's second moment"},
        {RIPPLE_ROLE_WEIGHT, "the weight"},
        {RIPPLE_ROLE_BIAS, "the bias"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tensors); i++)
        if (!hold_updated(trial, place, tensors[i].role, layer, tensors[i].name, error))
            return FALSE;
    return TRUE;
}

static const char *gradient_kernels(const RippleTrial *trial)
{
    if (g_strcmp0(trial->options.by, "panel") == 0)
        return "product_panel transpose";
    return g_strcmp0(trial->options.by, "tile") == 0 ? "product_tile product_sum"
                                                     : "CLBlast bias_gradient update";
}

/* In two operations. */
static gboolean gradient_then_update(RippleTrial *trial, guint layer, GError **error)
{
    g_autofree char *what = NULL, *update_what = NULL;
    RippleTallyPlace place =
        ripple_trial_place(trial, "gradient", gradient_kernels(trial), layer, &what);
    RippleTallyPlace update =
        ripple_trial_place_in(trial, "update", "update", "update", layer, &update_what);
    if (!gradient_on_device(trial, layer, error) || !update_on_device(trial, layer, error))
        return FALSE;
    place.tensor = "the weight's gradient";
    if (!ripple_trial_hold(trial, &place, RIPPLE_ROLE_WEIGHT_GRADIENT, layer, NULL, error))
        return FALSE;
    place.tensor = "the bias's gradient";
    return ripple_trial_hold(trial, &place, RIPPLE_ROLE_BIAS_GRADIENT, layer, NULL, error) &&
           hold_all_updated(trial, &update, layer, error);
}

gboolean ripple_trial_descent(RippleTrial *trial, guint layer, GError **error)
{
    gint most = ripple_exact_multiples(trial->options.batch);
    g_autofree gfloat *delta = ripple_trial_multiples(
        trial, trial->options.batch * ripple_trial_layer(trial, layer)->outputs, most,
        RIPPLE_TRIAL_UNIT);
    if (!ripple_trial_put(trial, RIPPLE_ROLE_DELTA, layer, delta, error) ||
        !ripple_trial_put_x(trial, layer, most, error) || !put_moments(trial, layer, error) ||
        !ripple_trial_follow(trial, RIPPLE_STEP_GRADIENT, layer, error) ||
        !ripple_trial_follow(trial, RIPPLE_STEP_UPDATE, layer, error))
        return FALSE;
    if (trial->options.keep_all)
        return gradient_then_update(trial, layer, error);

    g_autofree char *what = NULL;
    RippleTallyPlace place =
        ripple_trial_place(trial, "descend", gradient_kernels(trial), layer, &what);
    if (!descend_on_device(trial, layer, error) || !hold_all_updated(trial, &place, layer, error))
        return FALSE;
    place.tensor = "the operand delta";
    return ripple_trial_hold_operand(trial, &place, RIPPLE_ROLE_DELTA, layer, error) &&
           ripple_trial_hold_x(trial, &place, layer, error);
}
