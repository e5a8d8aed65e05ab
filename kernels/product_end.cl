/* What is done with the sums of a product C = A·B of m × n elements. For kernels that include it.
 *
 * finish() takes the sum s of the element at = i·n + j, or of END_WIDTH neighbours in a row from
 * there on; finish_row() takes Σ over k of A(i, k). By END:
 *
 *   END_STORE     c[at] = s; the sum of row i follows in c[m·n + i]
 *   END_FORWARD   A = x, B = Wᵀ: i is a sample, j a neuron. z = s + bias[j], and f(z), are
 *                 written where asked for (WRITE_Z, WRITE_A)
 *   END_DELTA     A = δ_above, B = W_above: δ[at] = s·f′(source[at]), source being z where f′ is
 *                 computed from it (silu, gelu), else a
 *   END_GRADIENT  A = δᵀ, B = x: c[at] = s, and bias[i] is the sum of row i
 *   END_UPDATE    the same sums are ∂L/∂W and ∂L/∂b; the optimizer changes parameter[at] and
 *                 parameter[m·n + i] by them, and its moments beside it
 *
 * A kernel has END_PARAMETERS at the end of its parameters and passes END_ARGUMENTS on.
 *
 * Macros:
 *   END                          default END_STORE
 *   END_WIDTH                    1, or 4 where n and all offsets are multiples of 4; default 1
 *   WRITE_Z, WRITE_A             0 or 1; default 0
 *   ROW_SUMS                     0 or 1: are there sums of rows? default 1 for END_GRADIENT and
 *                                END_UPDATE, which need them, else 0
 *   ACTIVATION                   see activation.cl
 *   OPTIMIZER                    see optimizer.cl
 */
#ifndef END_WIDTH
#define END_WIDTH 1
#endif
#if END_WIDTH == 4
#define REAL float4
#else
#define REAL float
#endif

#include "activation.cl"
#include "optimizer.cl"

#define END_STORE 0
#define END_FORWARD 1
#define END_DELTA 2
#define END_GRADIENT 3
#define END_UPDATE 4

#ifndef END
#define END END_STORE
#endif
#ifndef WRITE_Z
#define WRITE_Z 0
#endif
#ifndef WRITE_A
#define WRITE_A 0
#endif
#ifndef ROW_SUMS
#define ROW_SUMS (END == END_GRADIENT || END == END_UPDATE)
#endif

/* END_WIDTH numbers of `memory` from element `at` on. */
#define SOME(memory, at) (*(__global REAL *)((memory) + (at)))
#define SOME_CONST(memory, at) (*(__global const REAL *)((memory) + (at)))

#if END == END_STORE

#define END_PARAMETERS __global float *c, ulong c_offset
#define END_ARGUMENTS c, c_offset

void finish(REAL s, ulong at, uint j, END_PARAMETERS)
{
    SOME(c, c_offset + at) = s;
}

void finish_row(float s, uint i, ulong elements, END_PARAMETERS)
{
    c[c_offset + elements + i] = s;
}

#elif END == END_FORWARD

#define END_PARAMETERS                                                                             \
    __global const float *bias, ulong bias_offset, __global float *z_values, ulong z_offset,       \
        __global float *a_values, ulong a_values_offset
#define END_ARGUMENTS bias, bias_offset, z_values, z_offset, a_values, a_values_offset

void finish(REAL s, ulong at, uint j, END_PARAMETERS)
{
    REAL z = s + SOME_CONST(bias, bias_offset + j);
#if WRITE_Z
    SOME(z_values, z_offset + at) = z;
#endif
#if WRITE_A
    SOME(a_values, a_values_offset + at) = activate(z);
#endif
}

#elif END == END_DELTA

#define END_PARAMETERS                                                                             \
    __global float *delta, ulong delta_offset, __global const float *source, ulong source_offset
#define END_ARGUMENTS delta, delta_offset, source, source_offset

void finish(REAL s, ulong at, uint j, END_PARAMETERS)
{
    SOME(delta, delta_offset + at) = s * DERIVATIVE(SOME_CONST(source, source_offset + at));
}

#elif END == END_GRADIENT

#define END_PARAMETERS __global float *c, ulong c_offset, __global float *bias, ulong bias_offset
#define END_ARGUMENTS c, c_offset, bias, bias_offset

void finish(REAL s, ulong at, uint j, END_PARAMETERS)
{
    SOME(c, c_offset + at) = s;
}

void finish_row(float s, uint i, ulong elements, END_PARAMETERS)
{
    bias[bias_offset + i] = s;
}

#elif END == END_UPDATE

#define END_PARAMETERS                                                                             \
    __global float *parameter, ulong parameter_offset, __global float *first, ulong first_offset,  \
        __global float *second, ulong second_offset, Optimizer optimizer
#define END_ARGUMENTS                                                                              \
    parameter, parameter_offset, first, first_offset, second, second_offset, optimizer

/* The optimizer's step for the parameters from `at` on, along the gradients `g`. */
#define DEFINE_STEP(type)                                                                          \
    DEFINE_OPTIMIZER(type)                                                                         \
    void step_##type(type g, ulong at, END_PARAMETERS)                                             \
    {                                                                                              \
        __global type *w = (__global type *)(parameter + parameter_offset + at);                   \
        __global type *m = (__global type *)(first + first_offset + at);                           \
        __global type *v = (__global type *)(second + second_offset + at);                         \
        type first_moment = MOMENTS > 0 ? *m : (type)0.0f;                                         \
        type second_moment = MOMENTS > 1 ? *v : (type)0.0f;                                        \
        *w = update_##type(*w, g, &first_moment, &second_moment, optimizer);                       \
        if (MOMENTS > 0)                                                                           \
            *m = first_moment;                                                                     \
        if (MOMENTS > 1)                                                                           \
            *v = second_moment;                                                                    \
    }

DEFINE_STEP(float)

#if END_WIDTH == 4
DEFINE_STEP(float4)
#define STEP_SOME step_float4
#else
#define STEP_SOME step_float
#endif

void finish(REAL s, ulong at, uint j, END_PARAMETERS)
{
    STEP_SOME(s, at, END_ARGUMENTS);
}

void finish_row(float s, uint i, ulong elements, END_PARAMETERS)
{
    step_float(s, elements + i, END_ARGUMENTS);
}

#endif
