/** \file
 * Activation functions, by the names the field gives them.
 *
 * | name       | f(z)                          | f′(z)                       |
 * |------------|-------------------------------|-----------------------------|
 * | identity   | z                             | 1                           |
 * | relu       | max(z, 0)                     | 1 if z > 0, else 0          |
 * | leaky-relu | z if z > 0, else 0.01·z       | 1 if z > 0, else 0.01       |
 * | elu        | z if z > 0, else eᶻ − 1       | 1 if z > 0, else eᶻ         |
 * | sigmoid    | σ(z) = 1 / (1 + e⁻ᶻ)          | σ(z)·(1 − σ(z))             |
 * | tanh       | tanh z                        | 1 − tanh² z                 |
 * | softplus   | ln(1 + eᶻ)                    | σ(z)                        |
 * | silu       | z·σ(z)                        | σ(z)·(1 + z·(1 − σ(z)))     |
 * | gelu       | z·Φ(z), Φ(z) = ½·erfc(−z/√2)  | Φ(z) + z·e^(−z²/2)/√(2π)    |
 * | softmax    | e^zᵢ / Σⱼ e^zⱼ (over a sample) | aᵢ·(1[i = j] − aⱼ)          |
 *
 * Softmax mixes the values of one sample and stands at the output only.
 */
#pragma once

#include <ripple/macros.h>

G_BEGIN_DECLS

typedef enum {
    RIPPLE_ACTIVATION_IDENTITY,
    RIPPLE_ACTIVATION_RELU,
    RIPPLE_ACTIVATION_LEAKY_RELU,
    RIPPLE_ACTIVATION_ELU,
    RIPPLE_ACTIVATION_SIGMOID,
    RIPPLE_ACTIVATION_TANH,
    RIPPLE_ACTIVATION_SOFTPLUS,
    RIPPLE_ACTIVATION_SILU,
    RIPPLE_ACTIVATION_GELU,
    RIPPLE_ACTIVATION_SOFTMAX,
    RIPPLE_N_ACTIVATIONS
} RippleActivation;

/** Slope of leaky-relu below zero. */
#define RIPPLE_LEAKY_SLOPE 0.01

/** The name in the table above; static. */
RIPPLE_API const char *ripple_activation_name(RippleActivation activation);

/** The activation called `name`. On an unknown name: FALSE, and an error that lists the names. */
RIPPLE_API gboolean ripple_activation_parse(const char *name, RippleActivation *activation,
                                            GError **error);

G_END_DECLS
