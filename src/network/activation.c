#include <ripple/activation.h>

#include "base/text.h"

static const char *const names[RIPPLE_N_ACTIVATIONS] = {
    "identity", "relu",     "leaky-relu", "elu",  "sigmoid",
    "tanh",     "softplus", "silu",       "gelu", "softmax",
};

const char *ripple_activation_name(RippleActivation activation)
{
    g_return_val_if_fail(activation < RIPPLE_N_ACTIVATIONS, NULL);
    return names[activation];
}

gboolean ripple_activation_parse(const char *name, RippleActivation *activation, GError **error)
{
    guint found;
    if (!ripple_text_choose("activation", name, names, RIPPLE_N_ACTIVATIONS, &found, error))
        return FALSE;
    *activation = found;
    return TRUE;
}
