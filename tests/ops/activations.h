/** \file
 * What the tests know about each activation function but softmax: values, limits, and how accurate
 * a backend must be.
 */
#pragma once

#include "network/backend.h"

/** Arguments at which the values are known; two of them, −10 and −0.0013, where a careless formula
 * for softplus or elu would lose its digits. */
#define KNOWN_ARGUMENTS 7
#define KNOWN_AT_ZERO 4
extern const gfloat known_arguments[KNOWN_ARGUMENTS];

typedef struct {
    gdouble f[KNOWN_ARGUMENTS];          /**< f(z) at the known arguments */
    gdouble derivative[KNOWN_ARGUMENTS]; /**< f′(z) there */

    /** Far below zero f(z) is slope·z + level to all digits, far above zero likewise. */
    gdouble slope_below, level_below, slope_above, level_above;

    /** How far a backend may be off, in unit roundoffs u: f(z) by relative·|f(z)| + absolute, and
     * f′(z) by derivative_error, whether it comes from z or from a. */
    gdouble relative, absolute, derivative_error;
} KnownActivation;

/** By RippleActivation; softmax, which is no function of one number, is not among them. */
extern const KnownActivation known_activations[RIPPLE_ACTIVATION_SOFTMAX];

/** Most that f changes for a change of 1 in z: largest for gelu, 1.1289 at z = √2. */
#define STEEPEST_SLOPE 1.13

/** a = f(z) as floats for samples × outputs values, softmax included: computed by `reference`. For
 * tests of operations that read z and a. Free with g_free. */
gfloat *activations_of(RippleBackend *reference, RippleActivation activation, const gfloat *z,
                       gsize samples, gsize outputs);
