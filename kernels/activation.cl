/* Activation functions and their derivatives, for the kernels that need one.
 *
 * For kernels that include it. The formulas are those of include/ripple/activation.h.
 *
 * Macros:
 *   ACTIVATION  which function, one of the ACTIVATION_… below; default identity
 *   REAL        what they work on, one number or a vector of them: float, float16; default float
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
    return fmax(z, 0.0f) + log1p(exp(-fabs(z)));
}

/* Φ(z) by the complementary error function, which keeps its digits for negative z. */
REAL normal_cdf(REAL z)
{
    return 0.5f * erfc(-z * M_SQRT1_2_F);
}

/* f(z). Softmax mixes a whole row and has a kernel of its own. */
REAL activate(REAL z)
{
#if ACTIVATION == ACTIVATION_RELU
    /* Not fmax(), which would turn NaN into 0 and hide it. */
    return z < 0.0f ? (REAL)0.0f : z;
#elif ACTIVATION == ACTIVATION_LEAKY_RELU
    return z > 0.0f ? z : LEAKY_SLOPE * z;
#elif ACTIVATION == ACTIVATION_ELU
    return z > 0.0f ? z : expm1(z);
#elif ACTIVATION == ACTIVATION_SIGMOID
    return sigmoid(z);
#elif ACTIVATION == ACTIVATION_TANH
    return tanh(z);
#elif ACTIVATION == ACTIVATION_SOFTPLUS
    return softplus(z);
#elif ACTIVATION == ACTIVATION_SILU
    return z * sigmoid(z);
#elif ACTIVATION == ACTIVATION_GELU
    return z * normal_cdf(z);
#else
    return z;
#endif
}

/* f′(z) from z alone. */
REAL derivative_from_z(REAL z)
{
#if ACTIVATION == ACTIVATION_SILU
    REAL s = sigmoid(z);
    return s * (1.0f + z * sigmoid(-z)); /* σ(−z) = 1 − σ(z), without the cancellation */
#elif ACTIVATION == ACTIVATION_GELU
    return normal_cdf(z) + z * exp(-0.5f * z * z) * (0.5f * M_2_SQRTPI_F * M_SQRT1_2_F);
#else
    return (REAL)1.0f;
#endif
}

/* f′(z) from a = f(z) alone, for the functions where that is possible. */
REAL derivative_from_activation(REAL a)
{
#if ACTIVATION == ACTIVATION_RELU
    return a > 0.0f ? (REAL)1.0f : (REAL)0.0f;
#elif ACTIVATION == ACTIVATION_LEAKY_RELU
    return a > 0.0f ? (REAL)1.0f : (REAL)LEAKY_SLOPE;
#elif ACTIVATION == ACTIVATION_ELU
    return a > 0.0f ? (REAL)1.0f : a + 1.0f;
#elif ACTIVATION == ACTIVATION_SIGMOID
    return a * (1.0f - a);
#elif ACTIVATION == ACTIVATION_TANH
    return 1.0f - a * a;
#elif ACTIVATION == ACTIVATION_SOFTPLUS
    return -expm1(-a);
#else
    return (REAL)1.0f;
#endif
}

#define NEEDS_Z (ACTIVATION == ACTIVATION_SILU || ACTIVATION == ACTIVATION_GELU)

/* f′(z) from whatever it is computed from. */
#if NEEDS_Z
#define DERIVATIVE(source) derivative_from_z(source)
#else
#define DERIVATIVE(source) derivative_from_activation(source)
#endif
