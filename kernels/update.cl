/* Gradient descent, in place: w ← w − η·g, or with momentum v ← μ·v + g; w ← w − η·v.
 *
 *   parameter, gradient, velocity  count; velocity is unused when MOMENTUM is 0
 *
 * Global size: count (rounded up).
 *
 * Macros:
 *   MOMENTUM  1: with velocity; default 0
 */
#ifndef MOMENTUM
#define MOMENTUM 0
#endif

__kernel void update(__global float *parameter, ulong parameter_offset,
                     __global const float *gradient, ulong gradient_offset,
                     __global float *velocity, ulong velocity_offset, ulong count,
                     float learning_rate, float momentum)
{
    ulong i = get_global_id(0);
    if (i >= count)
        return;
    float direction = gradient[gradient_offset + i];
#if MOMENTUM
    direction = fma(momentum, velocity[velocity_offset + i], direction);
    velocity[velocity_offset + i] = direction;
#endif
    parameter[parameter_offset + i] =
        fma(-learning_rate, direction, parameter[parameter_offset + i]);
}
