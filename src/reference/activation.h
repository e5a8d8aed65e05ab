/** \file
 * The activation functions and their derivatives (ripple/activation.h), one number at a time.
 *
 * Each is written in the form that stays accurate, and finite, however large z is.
 */
#pragma once

#include <ripple/activation.h>

/** σ(z) = 1 / (1 + e⁻ᶻ). */
gdouble ripple_reference_sigmoid(gdouble z);

/** ln(1 + eᶻ). */
gdouble ripple_reference_softplus(gdouble z);

/** a = f(z), for every activation but softmax. */
gdouble ripple_reference_activation(RippleActivation activation, gdouble z);

/** a = softmax(z) over the `count` values of one sample. `a` may be `z` itself. */
void ripple_reference_softmax(const gdouble *z, gsize count, gdouble *a);

/** f′(z), for every activation but softmax. */
gdouble ripple_reference_derivative(RippleActivation activation, gdouble z);

/** f′ as a function of a = f(z), for every activation but softmax and those of which
 * ripple_activation_needs_z() is true. */
gdouble ripple_reference_derivative_from_a(RippleActivation activation, gdouble a);
