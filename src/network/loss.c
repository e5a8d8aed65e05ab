#include <ripple/loss.h>

#include "base/text.h"

static const char *const names[RIPPLE_N_LOSSES] = {"mse", "cross-entropy", "binary-cross-entropy"};

const char *ripple_loss_name(RippleLoss loss)
{
    g_return_val_if_fail(loss < RIPPLE_N_LOSSES, NULL);
    return names[loss];
}

gboolean ripple_loss_parse(const char *name, RippleLoss *loss, GError **error)
{
    guint found;
    if (!ripple_text_choose("loss", name, names, RIPPLE_N_LOSSES, &found, error))
        return FALSE;
    *loss = found;
    return TRUE;
}

RippleActivation ripple_loss_default_activation(RippleLoss loss)
{
    switch (loss) {
    case RIPPLE_LOSS_CROSS_ENTROPY:
        return RIPPLE_ACTIVATION_SOFTMAX;
    case RIPPLE_LOSS_BINARY_CROSS_ENTROPY:
        return RIPPLE_ACTIVATION_SIGMOID;
    default:
        return RIPPLE_ACTIVATION_IDENTITY;
    }
}
