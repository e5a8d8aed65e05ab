/** \file
 * Losses: how the mistake on one batch becomes one number.
 *
 * With a batch of N samples, O outputs, activations a, pre-activations z and targets t:
 *
 * | name                 | L                                          | output activation |
 * |----------------------|--------------------------------------------|-------------------|
 * | mse                  | 1/(N·O) · Σ (a − t)²                       | any               |
 * | cross-entropy        | −1/N · Σ ln softmax(z)[label]              | softmax           |
 * | binary-cross-entropy | −1/(N·O) · Σ t·ln σ(z) + (1 − t)·ln(1 − σ(z)) | sigmoid         |
 *
 * The last two are computed from z, so that no logarithm of a rounded zero is taken; their output
 * delta is simply (a − t) over the same divisor. A class label stands for a one-hot target; with a
 * single output it is the target itself.
 */
#pragma once

#include <ripple/activation.h>

G_BEGIN_DECLS

typedef enum {
    RIPPLE_LOSS_MSE,
    RIPPLE_LOSS_CROSS_ENTROPY,
    RIPPLE_LOSS_BINARY_CROSS_ENTROPY,
    RIPPLE_N_LOSSES
} RippleLoss;

/** The name in the table above; static. */
RIPPLE_API const char *ripple_loss_name(RippleLoss loss);

/** The loss called `name`. On an unknown name: FALSE, and an error that lists the names. */
RIPPLE_API gboolean ripple_loss_parse(const char *name, RippleLoss *loss, GError **error);

/** The output activation that goes with `loss`: softmax, sigmoid, or identity for mse. */
RIPPLE_API RippleActivation ripple_loss_default_activation(RippleLoss loss);

G_END_DECLS
