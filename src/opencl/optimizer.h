/** \file
 * The optimizer's rule as kernels take it: a macro and one argument (kernels/optimizer.cl).
 */
#pragma once

#include "network/backend.h"

#include <CL/cl.h>

/** The kernel's `Optimizer`, member by member. */
typedef struct {
    cl_float rate;
    cl_float first_decay;
    cl_float first_gain;
    cl_float second_decay;
    cl_float second_gain;
    cl_float epsilon;
} RippleOptimizerArgument;

/** The scalars in single precision, to be passed by value. */
RippleOptimizerArgument ripple_opencl_optimizer_argument(const RippleUpdateScalars *scalars);

/** "-DOPTIMIZER=…" for the rule that `rates` ask for; static. */
const char *ripple_opencl_optimizer_option(const RippleRates *rates);
