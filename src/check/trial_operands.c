/* Operands with which every sum is exact. */
#include "check/trial.h"

#include <math.h>
#include <string.h>

/* What biases are multiples of, as x is, and the largest in units. */
#define UNIT RIPPLE_TRIAL_UNIT
#define LARGEST_BIAS 16

const RippleLayer *ripple_trial_layer(const RippleTrial *trial, guint layer)
{
    return &trial->options.network->layers[layer];
}

RippleRole ripple_trial_role_of_x(guint layer, guint *at)
{
    *at = layer == 0 ? 0 : layer - 1;
    return layer == 0 ? RIPPLE_ROLE_INPUT : RIPPLE_ROLE_ACTIVATION;
}

gboolean ripple_trial_put_x(RippleTrial *trial, guint layer, gint most, GError **error)
{
    guint at;
    RippleRole role = ripple_trial_role_of_x(layer, &at);
    g_autofree gfloat *x = ripple_trial_multiples(
        trial, trial->options.batch * ripple_trial_layer(trial, layer)->inputs, most, UNIT);
    return ripple_trial_put(trial, role, at, x, error);
}

RippleView ripple_trial_view_of_x(const RippleTrial *trial, guint layer)
{
    guint at;
    RippleRole role = ripple_trial_role_of_x(layer, &at);
    return ripple_trial_view(trial, role, at);
}

gboolean ripple_trial_hold_x(RippleTrial *trial, RippleTallyPlace *place, guint layer,
                             GError **error)
{
    guint at;
    RippleRole role = ripple_trial_role_of_x(layer, &at);
    place->tensor = "the operand x";
    return ripple_trial_hold_operand(trial, place, role, at, error);
}

gboolean ripple_trial_put_parameters(RippleTrial *trial, guint layer, gint most, GError **error)
{
    const RippleLayer *shape = ripple_trial_layer(trial, layer);
    gsize weights = (gsize)shape->outputs * shape->inputs;
    gdouble unit = ldexp(1, -4 - (int)(log2(shape->inputs) / 2));
    g_autofree gfloat *pair = g_new(gfloat, weights + shape->outputs);
    g_autofree gfloat *weight = ripple_trial_multiples(trial, weights, most, unit);
    g_autofree gfloat *bias = ripple_trial_multiples(trial, shape->outputs, LARGEST_BIAS, UNIT);
    memcpy(pair, weight, weights * sizeof *pair);
    memcpy(pair + weights, bias, shape->outputs * sizeof *pair);
    return ripple_trial_put_pair(trial, RIPPLE_ROLE_WEIGHT, layer, pair, error);
}

gboolean ripple_trial_is_exact(RippleActivation activation)
{
    return activation == RIPPLE_ACTIVATION_IDENTITY || activation == RIPPLE_ACTIVATION_RELU;
}
