#include "train/rates.h"

#include <math.h>
#include <ripple/error.h>

RippleRates ripple_config_rates(const RippleConfig *config, guint64 step)
{
    return (RippleRates){
        .optimizer = config->optimizer,
        .learning_rate = config->learning_rate,
        .momentum = config->momentum,
        .beta1 = config->beta1,
        .beta2 = config->beta2,
        .epsilon = config->epsilon,
        .step = step,
    };
}

guint ripple_config_moments(const RippleConfig *config)
{
    return ripple_optimizer_moments(config->optimizer, config->momentum);
}

static void settle(gdouble *number, gdouble usual)
{
    if (isnan(*number))
        *number = usual;
}

void ripple_config_settle_optimizer(RippleConfig *config)
{
    if (config->optimizer == RIPPLE_OPTIMIZER_SGD) {
        settle(&config->learning_rate, 0.1);
        return;
    }
    settle(&config->learning_rate, 0.001);
    settle(&config->beta1, 0.9);
    settle(&config->beta2, 0.999);
    settle(&config->epsilon, 1e-8);
}

gboolean ripple_config_check_optimizer(const RippleConfig *config, GError **error)
{
    const struct {
        const char *key;
        gboolean is_set;
        RippleOptimizer optimizer;
        const char *unset;
    } options[] = {
        {"momentum", config->momentum != 0, RIPPLE_OPTIMIZER_SGD, "0"},
        {"beta1", !isnan(config->beta1), RIPPLE_OPTIMIZER_ADAM, "auto"},
        {"beta2", !isnan(config->beta2), RIPPLE_OPTIMIZER_ADAM, "auto"},
        {"epsilon", !isnan(config->epsilon), RIPPLE_OPTIMIZER_ADAM, "auto"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (!options[i].is_set || options[i].optimizer == config->optimizer)
            continue;
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option %s belongs to the optimizer %s, and the optimizer is %s; use "
                    "--optimizer %s, or leave %s out (in a file: %s=%s).",
                    options[i].key, ripple_optimizer_name(options[i].optimizer),
                    ripple_optimizer_name(config->optimizer),
                    ripple_optimizer_name(options[i].optimizer), options[i].key, options[i].key,
                    options[i].unset);
        return FALSE;
    }
    return TRUE;
}
