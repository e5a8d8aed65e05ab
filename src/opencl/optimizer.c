#include "opencl/optimizer.h"

RippleOptimizerArgument ripple_opencl_optimizer_argument(const RippleUpdateScalars *scalars)
{
    return (RippleOptimizerArgument){
        .rate = (cl_float)scalars->rate,
        .first_decay = (cl_float)scalars->first_decay,
        .first_gain = (cl_float)scalars->first_gain,
        .second_decay = (cl_float)scalars->second_decay,
        .second_gain = (cl_float)scalars->second_gain,
        .epsilon = (cl_float)scalars->epsilon,
    };
}

const char *ripple_opencl_optimizer_option(const RippleRates *rates)
{
    if (rates->optimizer == RIPPLE_OPTIMIZER_ADAM)
        return "-DOPTIMIZER=OPTIMIZER_ADAM";
    return rates->momentum != 0 ? "-DOPTIMIZER=OPTIMIZER_MOMENTUM" : "-DOPTIMIZER=OPTIMIZER_SGD";
}
