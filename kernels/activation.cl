/* Activation functions and their derivatives, for the kernels that need one.
 *
 * For kernels that include it. The formulas are those of include/ripple/activation.h.
 *
 * Macros:
 *   ACTIVATION   which function, one of the ACTIVATION_… below; default identity
 *   ACTIVATIONS  bits of the functions that activate_by() and derivative_by() are called with: the
 *                others are not compiled, which takes time; default ACTIVATION alone
 *   REAL         what they work on, one number or a vector of them: float, float16; default float
 */
#define ACTIVATION_IDENTITY 0
#define ACTIVATION_RELU 1
#define ACTIVATION_LEAKY_RELU 2
#define ACTIVATION_ELU 3
#define ACTIVATION_SIGMOID 4
#define ACTIVATION_TANH 5
#define ACTIVATION_SOFTPLUS 6
#define ACTIVATION_SILU 7
#define ACTIVATION_GELU 8
#define ACTIVATION_SOFTMAX 9

#ifndef ACTIVATION
#define ACTIVATION ACTIVATION_IDENTITY
#endif

#ifndef ACTIVATIONS
#define ACTIVATIONS (1 << ACTIVATION)
#endif
#define USES(function) (ACTIVATIONS >> (function)&1)

#ifndef REAL
#define REAL float
#endif

/* Slope of leaky-relu below zero. */
#define LEAKY_SLOPE 0.01f

/* σ(z). For very negative z, e⁻ᶻ overflows to infinity and the quotient is 0, as it should be. */
REAL sigmoid(REAL z)
{
    return 1.0f / (1.0f + exp(-z));
}

/* ln(1 + eᶻ), without overflow for large z. */
REAL softplus(REAL z)
{
    return fmax(z, (REAL)0.0f) + log1p(exp(-fabs(z)));
}

/* Φ(z) by the complementary error function, which keeps its digits for negative z. */
REAL normal_cdf(REAL z)
{
    return 0.5f * erfc(-z * M_SQRT1_2_F);
}

/* f(z) by the given function. Softmax mixes a whole row and has a kernel of its own. */
REAL activate_by(const int function, REAL z)
{
    switch (function) {
#if USES(ACTIVATION_RELU)
    case ACTIVATION_RELU:
        /* Not fmax(), which would turn NaN into 0 and hide it. */
        return z < (REAL)0.0f ? (REAL)0.0f : z;
#endif
#if USES(ACTIVATION_LEAKY_RELU)
    case ACTIVATION_LEAKY_RELU:
        return z > (REAL)0.0f ? z : LEAKY_SLOPE * z;
#endif
#if USES(ACTIVATION_ELU)
    case ACTIVATION_ELU:
        return z > (REAL)0.0f ? z : expm1(z);
#endif
#if USES(ACTIVATION_SIGMOID)
    case ACTIVATION_SIGMOID:
        return sigmoid(z);
#endif
#if USES(ACTIVATION_TANH)
    case ACTIVATION_TANH:
        return tanh(z);
#endif
#if USES(ACTIVATION_SOFTPLUS)
    case ACTIVATION_SOFTPLUS:
        return softplus(z);
#endif
#if USES(ACTIVATION_SILU)
    case ACTIVATION_SILU:
        return z * sigmoid(z);
#endif
#if USES(ACTIVATION_GELU)
    case ACTIVATION_GELU:
        return z * normal_cdf(z);
#endif
    default:
        return z;
    }
}

/* f′(z) by the given function: from z where it must be, or else from a = f(z). */
REAL derivative_by(const int function, REAL z, REAL a)
{
    switch (function) {
#if USES(ACTIVATION_RELU)
    case ACTIVATION_RELU:
        return a > (REAL)0.0f ? (REAL)1.0f : (REAL)0.0f;
#endif
#if USES(ACTIVATION_LEAKY_RELU)
    case ACTIVATION_LEAKY_RELU:
        return a > (REAL)0.0f ? (REAL)1.0f : (REAL)LEAKY_SLOPE;
#endif
#if USES(ACTIVATION_ELU)
    case ACTIVATION_ELU:
        return a > (REAL)0.0f ? (REAL)1.0f : a + 1.0f;
#endif
#if USES(ACTIVATION_SIGMOID)
    case ACTIVATION_SIGMOID:
        return a * (1.0f - a);
#endif
#if USES(ACTIVATION_TANH)
    case ACTIVATION_TANH:
        return 1.0f - a * a;
#endif
#if USES(ACTIVATION_SOFTPLUS)
    case ACTIVATION_SOFTPLUS:
        return -expm1(-a);
#endif
#if USES(ACTIVATION_SILU)
    case ACTIVATION_SILU: {
        REAL s = sigmoid(z);
        return s * (1.0f + z * sigmoid(-z)); /* σ(−z) = 1 − σ(z), without the cancellation */
    }
#endif
#if USES(ACTIVATION_GELU)
    case ACTIVATION_GELU:
        return normal_cdf(z) + z * exp(-0.5f * z * z) * (0.5f * M_2_SQRTPI_F * M_SQRT1_2_F);
#endif
    default:
        return (REAL)1.0f;
    }
}

/* The same by the function that the kernel was compiled for. */
#define activate(z) activate_by(ACTIVATION, z)
#define derivative_from_z(z) derivative_by(ACTIVATION, z, z)
#define derivative_from_activation(a) derivative_by(ACTIVATION, a, a)

#define NEEDS_Z (ACTIVATION == ACTIVATION_SILU || ACTIVATION == ACTIVATION_GELU)

/* f′(z) from whatever it is computed from. */
#if NEEDS_Z
#define DERIVATIVE(source) derivative_from_z(source)
#else
#define DERIVATIVE(source) derivative_from_activation(source)
#endif
