#include "reference/activation.h"

#include <math.h>

/* The exponential of a number that is never positive cannot overflow. */
gdouble ripple_reference_sigmoid(gdouble z)
{
    if (z >= 0)
        return 1 / (1 + exp(-z));
    gdouble power = exp(z);
    return power / (1 + power);
}

/* ln(1 + eᶻ) = z + ln(1 + e⁻ᶻ): whichever side has the small exponential. */
gdouble ripple_reference_softplus(gdouble z)
{
    return fmax(z, 0) + log1p(exp(-fabs(z)));
}

/* Φ(z): the share of a standard normal distribution that lies below z. */
static gdouble normal_below(gdouble z)
{
    return 0.5 * erfc(-z / sqrt(2));
}

/* φ(z) = Φ′(z): the density of the standard normal distribution. */
static gdouble normal_density(gdouble z)
{
    return exp(-z * z / 2) / sqrt(2 * G_PI);
}

gdouble ripple_reference_activation(RippleActivation activation, gdouble z)
{
    switch (activation) {
    case RIPPLE_ACTIVATION_IDENTITY:
        return z;
    case RIPPLE_ACTIVATION_RELU: /* asked this way round, NaN stays NaN and is noticed */
        return z <= 0 ? 0 : z;
    case RIPPLE_ACTIVATION_LEAKY_RELU:
        return z > 0 ? z : RIPPLE_LEAKY_SLOPE * z;
    case RIPPLE_ACTIVATION_ELU:
        return z > 0 ? z : expm1(z);
    case RIPPLE_ACTIVATION_SIGMOID:
        return ripple_reference_sigmoid(z);
    case RIPPLE_ACTIVATION_TANH:
        return tanh(z);
    case RIPPLE_ACTIVATION_SOFTPLUS:
        return ripple_reference_softplus(z);
    case RIPPLE_ACTIVATION_SILU:
        return z * ripple_reference_sigmoid(z);
    case RIPPLE_ACTIVATION_GELU:
        return z * normal_below(z);
    case RIPPLE_ACTIVATION_SOFTMAX:
    case RIPPLE_N_ACTIVATIONS:
        break;
    }
    g_assert_not_reached();
}

/* e^(zᵢ − m) / Σⱼ e^(zⱼ − m) with m the largest z: the same quotient, and no power above 1. */
void ripple_reference_softmax(const gdouble *z, gsize count, gdouble *a)
{
    gdouble largest = z[0];
    for (gsize i = 1; i < count; i++)
        largest = fmax(largest, z[i]);

    gdouble sum = 0;
    for (gsize i = 0; i < count; i++) {
        a[i] = exp(z[i] - largest);
        sum += a[i];
    }
    for (gsize i = 0; i < count; i++)
        a[i] /= sum;
}

gdouble ripple_reference_derivative(RippleActivation activation, gdouble z)
{
    switch (activation) {
    case RIPPLE_ACTIVATION_IDENTITY:
        return 1;
    case RIPPLE_ACTIVATION_RELU:
        return z > 0 ? 1 : 0;
    case RIPPLE_ACTIVATION_LEAKY_RELU:
        return z > 0 ? 1 : RIPPLE_LEAKY_SLOPE;
    case RIPPLE_ACTIVATION_ELU:
        return z > 0 ? 1 : exp(z);
    case RIPPLE_ACTIVATION_SIGMOID: /* 1 − σ(z) = σ(−z), without the cancellation */
        return ripple_reference_sigmoid(z) * ripple_reference_sigmoid(-z);
    case RIPPLE_ACTIVATION_TANH:
        return 1 - tanh(z) * tanh(z);
    case RIPPLE_ACTIVATION_SOFTPLUS:
        return ripple_reference_sigmoid(z);
    case RIPPLE_ACTIVATION_SILU:
        return ripple_reference_sigmoid(z) * (1 + z * ripple_reference_sigmoid(-z));
    case RIPPLE_ACTIVATION_GELU:
        return normal_below(z) + z * normal_density(z);
    case RIPPLE_ACTIVATION_SOFTMAX:
    case RIPPLE_N_ACTIVATIONS:
        break;
    }
    g_assert_not_reached();
}

gdouble ripple_reference_derivative_from_a(RippleActivation activation, gdouble a)
{
    switch (activation) {
    case RIPPLE_ACTIVATION_IDENTITY:
        return 1;
    case RIPPLE_ACTIVATION_RELU: /* a > 0 exactly where z > 0 */
        return a > 0 ? 1 : 0;
    case RIPPLE_ACTIVATION_LEAKY_RELU:
        return a > 0 ? 1 : RIPPLE_LEAKY_SLOPE;
    case RIPPLE_ACTIVATION_ELU: /* a = eᶻ − 1 */
        return a > 0 ? 1 : a + 1;
    case RIPPLE_ACTIVATION_SIGMOID:
        return a * (1 - a);
    case RIPPLE_ACTIVATION_TANH:
        return 1 - a * a;
    case RIPPLE_ACTIVATION_SOFTPLUS: /* a = ln(1 + eᶻ), so σ(z) = 1 − e⁻ᵃ */
        return -expm1(-a);
    case RIPPLE_ACTIVATION_SILU: /* not monotonic: a does not tell which z it came from */
    case RIPPLE_ACTIVATION_GELU:
    case RIPPLE_ACTIVATION_SOFTMAX:
    case RIPPLE_N_ACTIVATIONS:
        break;
    }
    g_assert_not_reached();
}
