/** \file
 * Gradient descent: how a gradient changes a parameter.
 *
 * With parameter w, gradient g = ∂L/∂w and learning rate η.
 *
 * `sgd`, with momentum μ, as PyTorch's `SGD`:
 *
 *     μ = 0:    w ← w − η·g
 *     μ > 0:    v ← μ·v + g;   w ← w − η·v
 *
 * `adam`, with decay rates β₁ and β₂, ε, and the step t = 1, 2, …, as PyTorch's `Adam` (Kingma and
 * Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1):
 *
 *     m ← β₁·m + (1 − β₁)·g;    v ← β₂·v + (1 − β₂)·g²
 *     w ← w − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
 *
 * What an optimizer keeps of the gradients starts at 0. It is called the first moment (v of sgd, m
 * of adam) and the second (v of adam).
 */
#pragma once

#include <ripple/macros.h>

G_BEGIN_DECLS

typedef enum { RIPPLE_OPTIMIZER_SGD, RIPPLE_OPTIMIZER_ADAM, RIPPLE_N_OPTIMIZERS } RippleOptimizer;

/** The name above; static. */
RIPPLE_API const char *ripple_optimizer_name(RippleOptimizer optimizer);

/** The optimizer called `name`. On an unknown name: FALSE, and an error that lists the names. */
RIPPLE_API gboolean ripple_optimizer_parse(const char *name, RippleOptimizer *optimizer,
                                           GError **error);

G_END_DECLS
