/* Gradient descent, in place: one element of the parameters and of the optimizer's moments each.
 *
 *   parameter, gradient  count
 *   first, second        count; those beyond the rule's MOMENTS are unused
 *
 * Global size: count (rounded up).
 *
 * Macros:
 *   OPTIMIZER  the rule, see optimizer.cl
 */
#include "optimizer.cl"

DEFINE_OPTIMIZER(float)

__kernel void update(__global float *parameter, ulong parameter_offset,
                     __global const float *gradient, ulong gradient_offset, __global float *first,
                     ulong first_offset, __global float *second, ulong second_offset, ulong count,
                     Optimizer optimizer)
{
    ulong i = get_global_id(0);
    if (i >= count)
        return;
    float first_moment = 0.0f, second_moment = 0.0f;
#if MOMENTS > 0
    first_moment = first[first_offset + i];
#endif
#if MOMENTS > 1
    second_moment = second[second_offset + i];
#endif
    parameter[parameter_offset + i] =
        update_float(parameter[parameter_offset + i], gradient[gradient_offset + i], &first_moment,
                     &second_moment, optimizer);
#if MOMENTS > 0
    first[first_offset + i] = first_moment;
#endif
#if MOMENTS > 1
    second[second_offset + i] = second_moment;
#endif
}
