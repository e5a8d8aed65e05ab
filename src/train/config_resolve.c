/* What the data decide about a run (its loss, its output layer, its network), and what its
 * optimizer does. */
#include "base/machine.h"
#include "train/rates.h"

#include <ripple/error.h>

static gboolean resolve_loss(RippleConfig *config, const RippleDataset *dataset, GError **error)
{
    if (dataset->target_kind == RIPPLE_TARGET_NONE) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The data \"%s\" have no target to learn.", dataset->source);
        return FALSE;
    }
    gboolean has_labels = dataset->target_kind == RIPPLE_TARGET_LABELS;
    if (has_labels && dataset->classes < 2) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "All samples of \"%s\" are of one class; there is nothing to tell apart.",
                    dataset->source);
        return FALSE;
    }
    if (config->loss == RIPPLE_N_LOSSES)
        config->loss = has_labels ? RIPPLE_LOSS_CROSS_ENTROPY : RIPPLE_LOSS_MSE;
    if (config->loss == RIPPLE_LOSS_CROSS_ENTROPY && !has_labels) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The loss cross-entropy needs class labels, and the targets of \"%s\" are %u "
                    "numbers a sample; use --loss mse, or name one column of classes with "
                    "--target.",
                    dataset->source, dataset->targets);
        return FALSE;
    }
    return TRUE;
}

/* Binary cross-entropy takes a target for a probability. */
static gboolean check_probabilities(const RippleDataset *dataset, GError **error)
{
    for (gsize sample = 0; sample < dataset->samples; sample++)
        for (guint t = 0; t < dataset->targets; t++) {
            gfloat target = dataset->target_values[sample * dataset->targets + t];
            if (target >= 0 && target <= 1)
                continue;
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "The loss binary-cross-entropy needs targets between 0 and 1, and sample "
                        "%" G_GSIZE_FORMAT " of \"%s\" has %g; use --loss mse.",
                        sample + 1, dataset->source, target);
            return FALSE;
        }
    return TRUE;
}

static guint count_outputs(RippleLoss loss, const RippleDataset *dataset)
{
    if (dataset->target_kind == RIPPLE_TARGET_VALUES)
        return dataset->targets;
    if (loss == RIPPLE_LOSS_BINARY_CROSS_ENTROPY && dataset->classes == 2)
        return 1;
    return dataset->classes;
}

/* Parameters beyond all memory are refused here, before anyone allocates them. */
static gboolean check_memory(const RippleNetwork *network, GError **error)
{
    guint64 memory = ripple_machine_memory();
    if (network->parameter_span <= memory / sizeof(gfloat))
        return TRUE;
    g_set_error(
        error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
        "The network would have %" G_GSIZE_FORMAT
        " parameters, more than this machine's memory holds; choose narrower hidden layers.",
        network->parameter_count);
    return FALSE;
}

RippleNetwork *ripple_config_resolve(RippleConfig *config, const RippleDataset *dataset,
                                     GError **error)
{
    if (!ripple_config_check_optimizer(config, error) || !resolve_loss(config, dataset, error))
        return NULL;
    ripple_config_settle_optimizer(config);
    if (config->loss == RIPPLE_LOSS_BINARY_CROSS_ENTROPY &&
        dataset->target_kind == RIPPLE_TARGET_VALUES && !check_probabilities(dataset, error))
        return NULL;

    if (config->output_activation == RIPPLE_N_ACTIVATIONS)
        config->output_activation = ripple_loss_default_activation(config->loss);
    guint n_layers = config->n_hidden + 1;
    g_autofree guint *widths = g_new(guint, n_layers);
    g_autofree RippleActivation *activations = g_new(RippleActivation, n_layers);
    for (guint i = 0; i < config->n_hidden; i++) {
        RippleHiddenLayer *layer = &config->hidden[i];
        if (layer->activation == RIPPLE_N_ACTIVATIONS)
            layer->activation = config->activation;
        widths[i] = layer->width;
        activations[i] = layer->activation;
    }
    widths[config->n_hidden] = count_outputs(config->loss, dataset);
    activations[config->n_hidden] = config->output_activation;

    g_autoptr(RippleNetwork) network =
        ripple_network_new(dataset->inputs, widths, activations, n_layers, config->loss, error);
    if (!network || !check_memory(network, error))
        return NULL;
    return g_steal_pointer(&network);
}
