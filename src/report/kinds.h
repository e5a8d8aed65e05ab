/** \file
 * The kinds of figure: what makes each, and which runs it applies to (see RippleFigureKind).
 */
#pragma once

#include "report/figure.h"

/** Loss, accuracy and learning rate over the epochs. */
gboolean ripple_curves_apply(const RippleFigureRequest *request, const char **why);
RippleFigure *ripple_figure_curves(const RippleFigureRequest *request, GError **error);

/** A histogram of the weights of each layer. */
RippleFigure *ripple_figure_weights(const RippleFigureRequest *request, GError **error);

/** What only a run that was observed has: whether this one was. */
gboolean ripple_observed_apply(const RippleFigureRequest *request, const char **why);

/** The confusion matrix, and the most confident mistakes. */
gboolean ripple_confusion_applies(const RippleFigureRequest *request, const char **why);
RippleFigure *ripple_figure_confusion(const RippleFigureRequest *request, GError **error);

/** Weights, activations and gradients of each layer as histograms over the steps. */
RippleFigure *ripple_figure_histograms(const RippleFigureRequest *request, GError **error);

/** The output over two inputs, or along one. */
gboolean ripple_boundary_applies(const RippleFigureRequest *request, const char **why);
RippleFigure *ripple_figure_boundary(const RippleFigureRequest *request, GError **error);

/** The size of each layer's gradient, and where it vanishes or explodes. */
RippleFigure *ripple_figure_gradients(const RippleFigureRequest *request, GError **error);

/** The weights of the first layer as images. */
gboolean ripple_filters_apply(const RippleFigureRequest *request, const char **why);
RippleFigure *ripple_figure_filters(const RippleFigureRequest *request, GError **error);

/** ‖Δw‖ / ‖w‖ of each layer. */
RippleFigure *ripple_figure_updates(const RippleFigureRequest *request, GError **error);

/** The network with its weights; a sample on its way forward and back; and both frame by frame. */
RippleFigure *ripple_figure_network(const RippleFigureRequest *request, GError **error);
RippleFigure *ripple_figure_forward(const RippleFigureRequest *request, GError **error);
RippleFigure *ripple_figure_backward(const RippleFigureRequest *request, GError **error);
RippleFigure *ripple_figure_animation(const RippleFigureRequest *request, GError **error);

/** Dead and saturated units of each layer. */
RippleFigure *ripple_figure_units(const RippleFigureRequest *request, GError **error);

/** The loss along one weight, with its slope and steps down it. */
RippleFigure *ripple_figure_slope(const RippleFigureRequest *request, GError **error);

/** The loss on a plane through the weights, and the run's way on it: as a map and as a surface. */
RippleFigure *ripple_figure_contour(const RippleFigureRequest *request, GError **error);
RippleFigure *ripple_figure_surface(const RippleFigureRequest *request, GError **error);

/** Several learning rates from the same start. */
RippleFigure *ripple_figure_walk(const RippleFigureRequest *request, GError **error);

/** Is there a model? What most kinds that show one ask; why not, as `applies` says it. */
gboolean ripple_figure_has_model(const RippleFigureRequest *request, const char **why);

/** "loss: cross-entropy (nats)": the loss of `config` as an axis tells it. Static. */
const char *ripple_figure_loss_title(const RippleConfig *config);

/** Where to compute: as the request says, else where the first run did. */
const char *ripple_figure_device(const RippleFigureRequest *request);

/** Which model the figure shows, and of what network: "784 → 128 relu → 10 softmax, …, of
 * runs/first/model.safetensors". The run must have a model. Free with g_free. */
char *ripple_figure_model_text(const RippleRunRecord *record);
