#include "report/kinds.h"

const RippleFigureKind ripple_figure_kinds[] = {
    {"curves", "loss, accuracy and learning rate over the epochs", TRUE, ripple_curves_apply,
     ripple_figure_curves},
    {"boundary", "what a model with two inputs says over the plane, or the fitted curve", FALSE,
     ripple_boundary_applies, ripple_figure_boundary},
    {"confusion", "which classes are taken for which, and the most confident mistakes", FALSE,
     ripple_confusion_applies, ripple_figure_confusion},
    {"filters", "the weights of the first layer as images", FALSE, ripple_filters_apply,
     ripple_figure_filters},
    {"weights", "the weights of each layer, counted", FALSE, ripple_figure_has_model,
     ripple_figure_weights},
    {"histograms", "how weights, activations and gradients spread, over the steps", FALSE,
     ripple_observed_apply, ripple_figure_histograms},
    {"gradients", "how large each layer's gradient is, and where it vanishes or explodes", FALSE,
     ripple_observed_apply, ripple_figure_gradients},
    {"updates", "by which share of itself a step changes each layer's weight", FALSE,
     ripple_observed_apply, ripple_figure_updates},
    {"units", "how many units of each layer are dead or saturated", FALSE, ripple_observed_apply,
     ripple_figure_units},
    {"slope", "the loss along one weight, its slope, and steps down it", FALSE,
     ripple_figure_has_model, ripple_figure_slope},
    {"contour", "the loss around the weights as a map, and the path of the run on it", FALSE,
     ripple_figure_has_model, ripple_figure_contour},
    {"surface", "the same as a surface", FALSE, ripple_figure_has_model, ripple_figure_surface},
    {"walk", "learning rates side by side: too small, the run's own, too large, or those asked for",
     FALSE, ripple_figure_has_model, ripple_figure_walk},
    {"network", "the network, and what training has made of its weights", FALSE,
     ripple_figure_has_model, ripple_figure_network},
    {"forward", "a sample on its way through the network", FALSE, ripple_figure_has_model,
     ripple_figure_forward},
    {"backward", "the deltas of a sample on their way back", FALSE, ripple_figure_has_model,
     ripple_figure_backward},
    {"animation", "both ways, frame by frame (.html or .gif)", FALSE, ripple_figure_has_model,
     ripple_figure_animation},
    {NULL, NULL, FALSE, NULL, NULL},
};

gboolean ripple_figure_has_model(const RippleFigureRequest *request, const char **why)
{
    if (request->runs[0]->model)
        return TRUE;
    if (why)
        *why = "The run has no model; one is there from its first checkpoint on, and when it is "
               "interrupted or ends with finite numbers.";
    return FALSE;
}

const char *ripple_figure_loss_title(const RippleConfig *config)
{
    switch (config->loss) {
    case RIPPLE_LOSS_CROSS_ENTROPY:
        return "loss: cross-entropy (nats)";
    case RIPPLE_LOSS_BINARY_CROSS_ENTROPY:
        return "loss: binary cross-entropy (nats)";
    case RIPPLE_LOSS_MSE:
        return "loss: mean squared error (square of the target's unit)";
    default:
        return "loss";
    }
}

const char *ripple_figure_device(const RippleFigureRequest *request)
{
    return request->device ? request->device : request->runs[0]->config->device;
}

char *ripple_figure_model_text(const RippleRunRecord *record)
{
    g_autofree char *network = ripple_network_describe(record->model->network);
    return g_strdup_printf("%s, of %s", network, record->model_path);
}
