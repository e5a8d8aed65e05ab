/** \file
 * Views and choices as kernels take them: arguments and macros. Inside src/opencl.
 */
#pragma once

#include "opencl/private.h"
#include "opencl/programs.h"

#include <string.h>

/** A view as the pair of kernel arguments that stands for it: memory, and offset in elements. */
typedef struct {
    cl_mem memory;
    cl_ulong offset;
} RippleOperand;

static inline RippleOperand ripple_operand(RippleView view)
{
    return (RippleOperand){ripple_opencl_memory(view), view.offset};
}

/** The two arguments that are the operand `x`. */
#define RIPPLE_OPERAND(x) RIPPLE_ARGUMENT((x).memory), RIPPLE_ARGUMENT((x).offset)

/** "-DMACRO=MACRO_NAME" for the choice called "name": the names that kernels know. Free with
 * g_free. */
char *ripple_choice_option(const char *macro, const char *name);

/** "-DACTIVATION=…"; free with g_free. */
char *ripple_activation_option(RippleActivation activation);

/** ⌈numerator / denominator⌉ */
static inline gsize ripple_ceiling(gsize numerator, gsize denominator)
{
    return (numerator + denominator - 1) / denominator;
}
