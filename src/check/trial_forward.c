/* Forward, by itself where every sum is exact, and in a row from gather on. */
#include "check/bound.h"
#include "check/trial.h"

#define U RIPPLE_UNIT_ROUNDOFF

/* ---- forward -------------------------------------------------------------------------------- */

/* What f may be off by where its argument is exact. */
static gdouble *bound_activation(RippleTrial *trial, guint layer, GError **error)
{
    const RippleLayer *shape = ripple_trial_layer(trial, layer);
    gsize length = trial->options.batch * shape->outputs;
    g_autofree gdouble *z = ripple_trial_values(trial, RIPPLE_ROLE_Z, layer, error);
    g_autofree gdouble *a =
        z ? ripple_trial_values(trial, RIPPLE_ROLE_ACTIVATION, layer, error) : NULL;
    if (!a)
        return NULL;
    gdouble *allowed = g_new0(gdouble, length);
    if (shape->activation == RIPPLE_ACTIVATION_SOFTMAX)
        for (gsize at = 0; at < length; at += shape->outputs)
            ripple_bound_softmax(z + at, a + at, shape->outputs, allowed + at);
    else if (!ripple_trial_is_exact(shape->activation))
        for (gsize i = 0; i < length; i++)
            allowed[i] = U * ripple_bound_function(shape->activation, z[i], a[i]) + RIPPLE_SMALLEST;
    return allowed;
}

static const char *forward_kernels(const RippleTrial *trial)
{
    if (g_strcmp0(trial->options.by, "panel") == 0)
        return "product_panel product_rows transpose softmax";
    if (g_strcmp0(trial->options.by, "tile") == 0)
        return "product_tile product_sum softmax";
    return "CLBlast bias_activation softmax";
}

static gboolean forward_on_device(RippleTrial *trial, guint layer, GError **error)
{
    const RippleForward forward = {
        .x = ripple_trial_view_of_x(trial, layer),
        .weight = ripple_trial_view(trial, RIPPLE_ROLE_WEIGHT, layer),
        .bias = ripple_trial_view(trial, RIPPLE_ROLE_BIAS, layer),
        .z = ripple_trial_view(trial, RIPPLE_ROLE_Z, layer),
        .a = ripple_trial_view(trial, RIPPLE_ROLE_ACTIVATION, layer),
        .activation = ripple_trial_layer(trial, layer)->activation,
    };
    return ripple_trial_blank(trial, RIPPLE_ROLE_Z, layer, error) &&
           ripple_trial_blank(trial, RIPPLE_ROLE_ACTIVATION, layer, error) &&
           ripple_backend_forward(trial->device, &forward, error);
}

gboolean ripple_trial_forward(RippleTrial *trial, guint layer, GError **error)
{
    g_autofree char *what = NULL;
    RippleTallyPlace place =
        ripple_trial_place(trial, "forward", forward_kernels(trial), layer, &what);
    gint most = ripple_exact_multiples(ripple_trial_layer(trial, layer)->inputs);
    if (!ripple_trial_put_x(trial, layer, most, error) ||
        !ripple_trial_put_parameters(trial, layer, most, error) ||
        !forward_on_device(trial, layer, error) ||
        !ripple_trial_follow(trial, RIPPLE_STEP_FORWARD, layer, error))
        return FALSE;
    g_autofree gdouble *allowed = bound_activation(trial, layer, error);
    place.tensor = "z";
    if (!allowed || !ripple_trial_hold(trial, &place, RIPPLE_ROLE_Z, layer, NULL, error))
        return FALSE;
    place.tensor = "a";
    if (!ripple_trial_hold(trial, &place, RIPPLE_ROLE_ACTIVATION, layer, allowed, error) ||
        !ripple_trial_hold_x(trial, &place, layer, error))
        return FALSE;
    place.tensor = "the parameters";
    return ripple_trial_hold_operand(trial, &place, RIPPLE_ROLE_WEIGHT, layer, error);
}

/* ---- the chain ------------------------------------------------------------------------------ */

/* What stands in layer `layer`'s x on the device, on the reference as well. */
static gboolean follow_x(RippleTrial *trial, guint layer, GError **error)
{
    guint at;
    RippleRole role = ripple_trial_role_of_x(layer, &at);
    RippleView view = ripple_trial_view_of_x(trial, layer);
    g_autofree gdouble *x = ripple_bound_values(view, error);
    return x &&
           ripple_backend_upload_exact(
               ripple_scheduler_view(trial->follower, role, at, trial->options.batch), x, error);
}

static gboolean hold_forward(RippleTrial *trial, RippleTallyPlace *place, RippleRole role,
                             guint layer, const char *name, GError **error)
{
    const RippleStep step = {RIPPLE_STEP_FORWARD, layer};
    const RippleBatch batch = {.count = trial->options.batch};
    const RippleTensor *tensor =
        ripple_schedule_tensor(ripple_scheduler_schedule(trial->follower), role, layer);
    g_auto(RippleBound) bound = {0};
    place->tensor = name;
    return ripple_bound_tensor(trial->follower, &step, tensor, &batch, NULL, &bound, error) &&
           ripple_trial_hold(trial, place, role, layer, bound.allowed, error);
}

static const char *chain_kernels(const RippleTrial *trial)
{
    return g_strcmp0(trial->options.by, "panel") == 0 ? "gather_block product_panel"
                                                      : forward_kernels(trial);
}

/* Gather a batch, and carry it through all layers on the device. */
static gboolean forward_in_a_row(RippleTrial *trial, GError **error)
{
    if (!ripple_trial_gather(trial, error))
        return FALSE;
    for (guint l = 0; l < trial->options.network->n_layers; l++)
        if (!forward_on_device(trial, l, error))
            return FALSE;
    return TRUE;
}

gboolean ripple_trial_chain(RippleTrial *trial, GError **error)
{
    guint n_layers = trial->options.network->n_layers;
    for (guint l = 0; l < n_layers; l++)
        if (!ripple_trial_put_parameters(
                trial, l, ripple_exact_multiples(ripple_trial_layer(trial, l)->inputs), error))
            return FALSE;
    /* The first makes the transposed copies that the second, of another batch, writes. */
    if (!forward_in_a_row(trial, error) || !forward_in_a_row(trial, error))
        return FALSE;
    for (guint l = 0; l < n_layers; l++) {
        g_autofree char *what = NULL;
        RippleTallyPlace place =
            ripple_trial_place(trial, "forward in a row", chain_kernels(trial), l, &what);
        if (!follow_x(trial, l, error) ||
            !ripple_trial_follow(trial, RIPPLE_STEP_FORWARD, l, error) ||
            !hold_forward(trial, &place, RIPPLE_ROLE_Z, l, "z", error) ||
            !hold_forward(trial, &place, RIPPLE_ROLE_ACTIVATION, l, "a", error))
            return FALSE;
    }
    return TRUE;
}
