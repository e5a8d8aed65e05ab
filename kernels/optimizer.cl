/* The optimizer's rule, for the kernels that change parameters.
 *
 * For kernels that include it. The formulas are those of src/network/backend.h
 * (RippleUpdateScalars).
 *
 * DEFINE_OPTIMIZER(type), for float or a vector of floats, defines
 *
 *   type update_TYPE(type w, type g, type *first, type *second, Optimizer optimizer)
 *
 * which returns the parameters w after a step along the gradients g. The caller loads the first
 * MOMENTS of the moments before, and stores them after; the others are neither read nor written.
 *
 * Macros:
 *   OPTIMIZER  which rule, one of the OPTIMIZER_… below; default sgd
 */
#define OPTIMIZER_SGD 0
#define OPTIMIZER_MOMENTUM 1
#define OPTIMIZER_ADAM 2

#ifndef OPTIMIZER
#define OPTIMIZER OPTIMIZER_SGD
#endif

/* How many moments the rule keeps. */
#define MOMENTS OPTIMIZER

/* A kernel's argument; src/opencl/optimizer.h has the same. */
typedef struct {
    float rate;
    float first_decay;
    float first_gain;
    float second_decay;
    float second_gain;
    float epsilon;
} Optimizer;

#if OPTIMIZER == OPTIMIZER_ADAM
#define DEFINE_OPTIMIZER(type)                                                                     \
    type update_##type(type w, type g, type *first, type *second, Optimizer optimizer)             \
    {                                                                                              \
        *first = fma((type)optimizer.first_decay, *first, optimizer.first_gain * g);               \
        *second = fma((type)optimizer.second_decay, *second, optimizer.second_gain * g * g);       \
        return fma((type)-optimizer.rate, *first / (sqrt(*second) + optimizer.epsilon), w);        \
    }
#elif OPTIMIZER == OPTIMIZER_MOMENTUM
#define DEFINE_OPTIMIZER(type)                                                                     \
    type update_##type(type w, type g, type *first, type *second, Optimizer optimizer)             \
    {                                                                                              \
        *first = fma((type)optimizer.first_decay, *first, g);                                      \
        return fma((type)-optimizer.rate, *first, w);                                              \
    }
#else
#define DEFINE_OPTIMIZER(type)                                                                     \
    type update_##type(type w, type g, type *first, type *second, Optimizer optimizer)             \
    {                                                                                              \
        return fma((type)-optimizer.rate, g, w);                                                   \
    }
#endif
