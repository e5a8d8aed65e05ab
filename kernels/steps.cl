/* Whole training steps, one after the other, in one launch: for small networks, whose arithmetic
 * costs less than launching a kernel for each part of it.
 *
 * One work-group. Parameters, the optimizer's moments and the tensors of a step stay in local
 * memory from the first step to the last. Step n takes the BATCH samples from position first +
 * n·BATCH of the order (the last step, what is left) and does what gather.cl, the products, loss.cl
 * and update.cl do.
 *
 *   parameters, first_moments, second_moments   as include/ripple/network.h lays them out; those
 *                       beyond the optimizer's MOMENTS are unused
 *   order               samples in the order of this epoch
 *   inputs              all samples × inputs: BYTES 1: bytes, which become byte·scale + shift
 *   labels              all samples (LABELS 1)
 *   targets             all samples × outputs (LABELS 0)
 *   optimizers          one per step
 *   results             steps × 2: loss, samples classified rightly
 *   memory              MEMORY floats of local memory
 *
 * Global size: ITEMS, in one work-group.
 *
 * Made of steps_layers.cl (the layout in local memory; products), steps_loss.cl (from z to output
 * delta) and this file (what goes in and out; the order of it all).
 *
 * Macros, without defaults (src/opencl/steps_plan.c makes them):
 *   LAYERS, TABLE  how many; a Layer each, as braced lists
 *   BATCH          samples in a step
 *   ITEMS          work-items
 *   LANES, REAL, WHOLE  lanes of a vector, its type, and that of whole numbers: 1, float, int …
 *   LOAD, TO_REAL  vloadn and convert_floatn for LANES above 1
 *   TILE           rows of a tile, a power of two
 *   PARAMETERS     floats from a parameter in local memory to its first moment, and to its second
 *   OUTPUT_Z, OUTPUT_DELTA, TARGET, LOSSES, RIGHTS  where in memory the tensors of the loss lie
 *   MEMORY         floats of local memory
 *   BYTES, LABELS, LOSS (see loss.cl), OPTIMIZER (see optimizer.cl)
 */
#include "steps_loss.cl"

#if BYTES
#define INPUT uchar
#else
#define INPUT float
#endif
#if LANES == 1
#define LOAD_VECTOR(from) ((float)*(from))
#else
#define LOAD_VECTOR(from) TO_REAL(LOAD(0, from))
#endif

/* Parameters, or moments, of all layers from global to local memory; the mirrors, too. */
INLINE void load_parameters(__local float *to, __global const float *from, uint item,
                            const uint with_mirror)
{
    for (uint l = 0; l < LAYERS; l++) {
        const uint inputs = layers[l].inputs, outputs = layers[l].outputs;
        __global const float *weight = from + layers[l].offset;
        for (uint o = 0; o < outputs; o++)
            for (uint k = item; k < inputs; k += ITEMS) {
                to[layers[l].weight + k * PADDED(outputs) + o] = weight[o * inputs + k];
                if (with_mirror && l > 0)
                    to[layers[l].mirror + o * PADDED(inputs) + k] = weight[o * inputs + k];
            }
        for (uint o = item; o < outputs; o += ITEMS)
            to[layers[l].bias + o] = weight[inputs * outputs + o];
    }
}

INLINE void store_parameters(__global float *to, __local const float *from, uint item)
{
    for (uint l = 0; l < LAYERS; l++) {
        const uint inputs = layers[l].inputs, outputs = layers[l].outputs;
        __global float *weight = to + layers[l].offset;
        for (uint o = 0; o < outputs; o++)
            for (uint k = item; k < inputs; k += ITEMS)
                weight[o * inputs + k] = from[layers[l].weight + k * PADDED(outputs) + o];
        for (uint o = item; o < outputs; o += ITEMS)
            weight[inputs * outputs + o] = from[layers[l].bias + o];
    }
}

/* The inputs of `count` samples, the work-items side by side in a row. */
INLINE void gather_inputs(__local float *memory, __global const INPUT *inputs,
                          __global const uint *order, uint count, float scale, float shift,
                          uint item)
{
    const uint columns = layers[0].inputs, whole = columns / LANES;
    for (uint s = 0; s < count; s++) {
        __global const INPUT *from = inputs + (ulong)order[s] * columns;
        __local float *to = memory + layers[0].x + s * PADDED(columns);
        for (uint v = item; v < whole; v += ITEMS)
            VECTOR_AT(to, v * LANES) = fma(LOAD_VECTOR(from + v * LANES), (REAL)scale, (REAL)shift);
        for (uint i = whole * LANES + item; i < columns; i += ITEMS)
            to[i] = fma((float)from[i], scale, shift);
    }
}

INLINE void gather_targets(__local float *memory, __global const uint *labels,
                           __global const float *targets, __global const uint *order, uint count,
                           uint item)
{
#if LABELS
    for (uint s = item; s < count; s += ITEMS)
        ((__local uint *)memory)[TARGET + s] = labels[order[s]];
#else
    for (uint o = 0; o < OUTPUTS; o++)
        for (uint s = item; s < count; s += ITEMS)
            memory[TARGET + o * ROWS + s] = targets[(ulong)order[s] * OUTPUTS + o];
#endif
}

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void
steps(__global float *parameters, ulong parameters_offset, __global float *first_moments,
      ulong first_moments_offset, __global float *second_moments, ulong second_moments_offset,
      __global const uint *order, ulong order_offset, ulong samples, __global const INPUT *inputs,
      ulong inputs_offset, __global const uint *labels, ulong labels_offset,
      __global const float *targets, ulong targets_offset, float scale, float shift,
      __global const Optimizer *optimizers, __global float *results, ulong results_offset,
      __local float *memory)
{
    const uint item = get_local_id(0);
    parameters += parameters_offset;
    first_moments += first_moments_offset;
    second_moments += second_moments_offset;
    order += order_offset;
    results += results_offset;

    for (uint i = item; i < MEMORY; i += ITEMS)
        memory[i] = 0.0f;
    SYNC;
    load_parameters(memory, parameters, item, 1);
#if MOMENTS > 0
    load_parameters(memory + PARAMETERS, first_moments, item, 0);
#endif
#if MOMENTS > 1
    load_parameters(memory + 2 * PARAMETERS, second_moments, item, 0);
#endif

    for (ulong done = 0; done < samples;
         done += BATCH, order += BATCH, optimizers++, results += 2) {
        const uint count = (uint)min((ulong)BATCH, samples - done);
        gather_inputs(memory, inputs + inputs_offset, order, count, scale, shift, item);
        gather_targets(memory, labels + labels_offset, targets + targets_offset, order, count,
                       item);
        SYNC;
#pragma unroll
        for (uint l = 0; l < LAYERS; l++) {
            forward(memory, l, item);
            SYNC;
        }
        loss(memory, item, count, results);
#pragma unroll
        for (uint l = LAYERS; l-- > 0;) {
            if (l > 0)
                delta(memory, l - 1, item);
            gradient_and_update(memory, l, item, count, *optimizers);
            SYNC;
            /* The next step's delta reads it; this one's has been. */
            if (l > 0)
                transpose(memory + layers[l].mirror, PADDED(layers[l].inputs),
                          memory + layers[l].weight, PADDED(layers[l].outputs), layers[l].inputs,
                          layers[l].outputs, item);
        }
    }
    SYNC;
    store_parameters(parameters, memory, item);
#if MOMENTS > 0
    store_parameters(first_moments, memory + PARAMETERS, item);
#endif
#if MOMENTS > 1
    store_parameters(second_moments, memory + 2 * PARAMETERS, item);
#endif
}
