/* The loss of each sample, whether it is classified rightly, and the output delta ∂L/∂z.
 *
 * The formulas are those of include/ripple/loss.h. Each sample's loss is left undivided:
 * loss_sum.cl adds them up and divides. One work-item per sample.
 *
 *   z              rows × columns: pre-activations (cross-entropies; f′ of silu and gelu)
 *   a              rows × columns: activations (mean squared error)
 *   labels         rows: class labels (LABELS 1)
 *   targets        rows × columns (LABELS 0)
 *   delta          rows × columns, written when write_delta is 1
 *   sample_losses  rows
 *   sample_rights  rows: 1 where the label is the largest output, else 0
 *   divisor        what the sum of sample losses is divided by
 *
 * Global size: rows (rounded up).
 *
 * Macros:
 *   LOSS        one of the LOSS_… below; default mean squared error
 *   ACTIVATION  of the output layer, see activation.cl
 *   LABELS      1: targets are class labels; default 0
 */
#include "activation.cl"

#define LOSS_MSE 0
#define LOSS_CROSS_ENTROPY 1
#define LOSS_BINARY_CROSS_ENTROPY 2

#ifndef LOSS
#define LOSS LOSS_MSE
#endif
#ifndef LABELS
#define LABELS 0
#endif

/* Target of output `column`: one-hot for a label, the label itself where there is one output. */
float target_of_label(uint label, uint column, uint columns)
{
    if (columns == 1)
        return (float)label;
    return label == column ? 1.0f : 0.0f;
}

__kernel void loss(__global const float *z, ulong z_offset, __global const float *a, ulong a_offset,
                   __global const uint *labels, ulong labels_offset, __global const float *targets,
                   ulong targets_offset, __global float *delta, ulong delta_offset,
                   __global float *sample_losses, __global float *sample_rights, uint rows,
                   uint columns, float divisor, uint write_delta)
{
    uint row = get_global_id(0);
    if (row >= rows)
        return;
    ulong first = (ulong)row * columns;
    z += z_offset + first;
    a += a_offset + first;
    targets += targets_offset + first;
    delta += delta_offset + first;
#if LABELS
    uint label = labels[labels_offset + row];
#define TARGET(column) target_of_label(label, column, columns)
#else
#define TARGET(column) targets[column]
#endif

    /* Where does the largest output stand? The activations at the output keep the order of z. */
#if LOSS == LOSS_MSE
    __global const float *outputs = a;
    const float half_way = 0.5f;
#else
    __global const float *outputs = z;
    const float half_way = 0.0f; /* σ(0) = ½ */
#endif
    float right = 0.0f;
#if LABELS
    uint largest = 0;
    for (uint i = 1; i < columns; i++)
        if (outputs[i] > outputs[largest])
            largest = i;
    if (columns == 1)
        largest = outputs[0] >= half_way ? 1 : 0;
    right = largest == label ? 1.0f : 0.0f;
#endif
    sample_rights[row] = right;

    float sample_loss = 0.0f;
#if LOSS == LOSS_CROSS_ENTROPY
    float maximum = z[0];
    for (uint i = 1; i < columns; i++)
        maximum = fmax(maximum, z[i]);
    float sum = 0.0f;
    for (uint i = 0; i < columns; i++)
        sum += exp(z[i] - maximum);
#if LABELS
    sample_loss = log(sum) - (z[label] - maximum);
#endif
    if (write_delta)
        for (uint i = 0; i < columns; i++)
            delta[i] = (exp(z[i] - maximum) / sum - TARGET(i)) / divisor;

#elif LOSS == LOSS_BINARY_CROSS_ENTROPY
    for (uint i = 0; i < columns; i++) {
        float t = TARGET(i);
        /* −t·ln σ(z) − (1 − t)·ln(1 − σ(z)) */
        sample_loss += fmax(z[i], 0.0f) - z[i] * t + log1p(exp(-fabs(z[i])));
        if (write_delta)
            delta[i] = (sigmoid(z[i]) - t) / divisor;
    }

#else /* mean squared error */
    for (uint i = 0; i < columns; i++) {
        float mistake = a[i] - TARGET(i);
        sample_loss += mistake * mistake;
    }
    if (write_delta) {
#if ACTIVATION == ACTIVATION_SOFTMAX
        /* δᵢ = aᵢ·(gᵢ − Σⱼ gⱼ·aⱼ), g = ∂L/∂a */
        float mean = 0.0f;
        for (uint i = 0; i < columns; i++)
            mean += (a[i] - TARGET(i)) * a[i];
        for (uint i = 0; i < columns; i++)
            delta[i] = 2.0f * a[i] * (a[i] - TARGET(i) - mean) / divisor;
#else
        for (uint i = 0; i < columns; i++) {
#if NEEDS_Z
            float derivative = derivative_from_z(z[i]);
#else
            float derivative = derivative_from_activation(a[i]);
#endif
            delta[i] = 2.0f * (a[i] - TARGET(i)) * derivative / divisor;
        }
#endif
    }
#endif
    sample_losses[row] = sample_loss;
}
