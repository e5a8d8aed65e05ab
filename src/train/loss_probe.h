/** \file
 * The loss of a batch as a function of one parameter, in double precision: what a numeric
 * derivative is taken of, beside the gradient that it should equal.
 */
#pragma once

#include "train/material.h"
#include "train/session.h"

typedef struct {
    RippleBackend *backend;
    RippleSession *session;
    RippleBatch batch;
    const RippleNetwork *network; /**< the scheduler's */
    gdouble *parameters;          /**< parameter_span */
    gdouble loss;
    gdouble loss_error; /**< standard deviation of what rounding does to a loss */
    gdouble *gradient;  /**< parameter_span: by backpropagation */
    gdouble *sizes;     /**< parameter_span: Σ |δ·x| behind each gradient */
    gdouble **largest;  /**< by layer: of each input, max |x| over the samples */
    gdouble **z;        /**< by layer: pre-activations */
} RippleLossProbe;

/** The network of `material` on `backend` (taken), a reference or one derived from it, over the
 * first `config->batch` samples of the first epoch, with everything computed that stands above. */
RippleLossProbe *ripple_loss_probe_new(RippleBackend *backend, const RippleMaterial *material,
                                       const RippleConfig *config, GError **error);
void ripple_loss_probe_free(RippleLossProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleLossProbe, ripple_loss_probe_free)

/** The loss at a point. */
typedef struct {
    gdouble loss;
    gboolean is_smooth; /**< no unit is on another side of a kink than it is at the centre */
    gboolean from_zero; /**< one is, which stands exactly on the kink there */
} RippleLossPoint;

/** The loss where the parameter at `index` of the parameters, which belongs to `layer`, is
 * `value`, and all others are what they were. Layers must be asked for from the last to the first:
 * what is below `layer` is not computed again. */
gboolean ripple_loss_probe_at(RippleLossProbe *probe, guint layer, gsize index, gdouble value,
                              RippleLossPoint *point, GError **error);

/** The values of a tensor of the batch, as the loss that was asked for last left them. Free with
 * g_free. */
gdouble *ripple_loss_probe_values(const RippleLossProbe *probe, RippleRole role, guint layer,
                                  GError **error);

/** Enqueue the rows of `session` for `batch` that lead to the gradients, without an update. */
gboolean ripple_gradient_rows(RippleSession *session, const RippleBatch *batch, GError **error);
