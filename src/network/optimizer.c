#include "network/operation.h"

#include "base/text.h"

static const char *const names[RIPPLE_N_OPTIMIZERS] = {"sgd", "adam"};

const char *ripple_optimizer_name(RippleOptimizer optimizer)
{
    g_return_val_if_fail(optimizer < RIPPLE_N_OPTIMIZERS, NULL);
    return names[optimizer];
}

gboolean ripple_optimizer_parse(const char *name, RippleOptimizer *optimizer, GError **error)
{
    guint found;
    if (!ripple_text_choose("optimizer", name, names, RIPPLE_N_OPTIMIZERS, &found, error))
        return FALSE;
    *optimizer = found;
    return TRUE;
}

guint ripple_optimizer_moments(RippleOptimizer optimizer, gdouble momentum)
{
    if (optimizer == RIPPLE_OPTIMIZER_ADAM)
        return 2;
    return momentum != 0 ? 1 : 0;
}
