/** \file
 * Gradient descent: how a gradient changes a parameter.
 *
 * With parameter w, gradient g = ∂L/∂w, learning rate η and momentum μ, as PyTorch's `SGD`:
 *
 *     sgd, μ = 0:    w ← w − η·g
 *     sgd, μ > 0:    v ← μ·v + g;   w ← w − η·v        (v starts at 0)
 */
#pragma once

#include <ripple/macros.h>

G_BEGIN_DECLS

typedef enum { RIPPLE_OPTIMIZER_SGD, RIPPLE_N_OPTIMIZERS } RippleOptimizer;

/** The name in the table above; static. */
RIPPLE_API const char *ripple_optimizer_name(RippleOptimizer optimizer);

/** The optimizer called `name`. On an unknown name: FALSE, and an error that lists the names. */
RIPPLE_API gboolean ripple_optimizer_parse(const char *name, RippleOptimizer *optimizer,
                                           GError **error);

G_END_DECLS
