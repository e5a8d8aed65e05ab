/* The loss in local memory, for steps.cl (which has the macros): from z of the output layer to its
 * delta, and the result of the step. As loss.cl and loss_sum.cl do it, with vectors of samples: a
 * row of samples per output. Labels are a row of whole numbers.
 */
#include "steps_layers.cl"

#define LOSS_MSE 0
#define LOSS_CROSS_ENTROPY 1
#define LOSS_BINARY_CROSS_ENTROPY 2

#define OUTPUT_ACTIVATION (layers[OUTPUT].activation)

#if LABELS
#define TARGET_OF(o) target_of_label(VECTOR_AT_WHOLE(memory, TARGET + s), o)
#define VECTOR_AT_WHOLE(memory, at) (*(__local WHOLE *)((memory) + (at)))

/* One-hot, or the label itself where there is one output. */
INLINE REAL target_of_label(WHOLE label, uint o)
{
    const WHOLE one = OUTPUTS == 1 ? 1 : (int)o;
    return label == one ? (REAL)1.0f : (REAL)0.0f;
}
#else
#define TARGET_OF(o) VECTOR_AT(memory, TARGET + (o)*ROWS + s)
#endif

/* Each sample's e^(z − maximum) into the place of its output delta; the maximum, and the sum. */
INLINE REAL exponentials(__local float *memory, uint s, REAL *sum)
{
    REAL maximum = VECTOR_AT(memory, OUTPUT_Z + s);
    for (uint o = 1; o < OUTPUTS; o++)
        maximum = fmax(maximum, VECTOR_AT(memory, OUTPUT_Z + o * ROWS + s));
    *sum = 0.0f;
    for (uint o = 0; o < OUTPUTS; o++) {
        REAL power = exp(VECTOR_AT(memory, OUTPUT_Z + o * ROWS + s) - maximum);
        VECTOR_AT(memory, OUTPUT_DELTA + o * ROWS + s) = power;
        *sum += power;
    }
    return maximum;
}

/* Is the largest output, the first of equals, the label? */
INLINE REAL is_right(__local const float *memory, uint outputs, uint s, float half_way)
{
#if LABELS
    const WHOLE label = VECTOR_AT_WHOLE(memory, TARGET + s);
    REAL largest = VECTOR_AT(memory, outputs + s);
    WHOLE found = 0;
    for (uint o = 1; o < OUTPUTS; o++) {
        const REAL output = VECTOR_AT(memory, outputs + o * ROWS + s);
        found = output > largest ? (WHOLE)(int)o : found;
        largest = output > largest ? output : largest;
    }
    if (OUTPUTS == 1)
        found = largest >= (REAL)half_way ? (WHOLE)1 : (WHOLE)0;
    return found == label ? (REAL)1.0f : (REAL)0.0f;
#else
    return 0.0f;
#endif
}

/* Samples `s` and following: loss, rightness, and output delta from z, as loss.cl has them. */
INLINE void loss_of_samples(__local float *memory, uint s, float divisor)
{
    REAL sample_loss = 0.0f;
#if LOSS == LOSS_CROSS_ENTROPY
    REAL sum;
    const REAL maximum = exponentials(memory, s, &sum);
    for (uint o = 0; o < OUTPUTS; o++) {
        const REAL target = TARGET_OF(o);
        const uint at = o * ROWS + s;
        /* Chosen, not multiplied: 0 times what is not finite is no 0. */
        sample_loss =
            target == (REAL)1.0f ? -(VECTOR_AT(memory, OUTPUT_Z + at) - maximum) : sample_loss;
        VECTOR_AT(memory, OUTPUT_DELTA + at) =
            (VECTOR_AT(memory, OUTPUT_DELTA + at) / sum - target) / divisor;
    }
    sample_loss += log(sum);
    VECTOR_AT(memory, RIGHTS + s) = is_right(memory, OUTPUT_Z, s, 0.0f); /* σ(0) = ½ */

#elif LOSS == LOSS_BINARY_CROSS_ENTROPY
    for (uint o = 0; o < OUTPUTS; o++) {
        const REAL target = TARGET_OF(o), z = VECTOR_AT(memory, OUTPUT_Z + o * ROWS + s);
        sample_loss += fmax(z, (REAL)0.0f) - z * target + log1p(exp(-fabs(z)));
        VECTOR_AT(memory, OUTPUT_DELTA + o * ROWS + s) = (sigmoid(z) - target) / divisor;
    }
    VECTOR_AT(memory, RIGHTS + s) = is_right(memory, OUTPUT_Z, s, 0.0f);

#else /* mean squared error; first a in the place of the output delta */
    REAL sum = 1.0f, mean = 0.0f;
    if (OUTPUT_ACTIVATION == ACTIVATION_SOFTMAX)
        exponentials(memory, s, &sum);
    for (uint o = 0; o < OUTPUTS; o++) {
        const uint at = o * ROWS + s;
        const REAL a = OUTPUT_ACTIVATION == ACTIVATION_SOFTMAX
                           ? VECTOR_AT(memory, OUTPUT_DELTA + at) / sum
                           : activate_by(OUTPUT_ACTIVATION, VECTOR_AT(memory, OUTPUT_Z + at));
        const REAL mistake = a - TARGET_OF(o);
        sample_loss += mistake * mistake;
        mean += mistake * a;
        VECTOR_AT(memory, OUTPUT_DELTA + at) = a;
    }
    VECTOR_AT(memory, RIGHTS + s) = is_right(memory, OUTPUT_DELTA, s, 0.5f);
    for (uint o = 0; o < OUTPUTS; o++) {
        const uint at = o * ROWS + s;
        const REAL a = VECTOR_AT(memory, OUTPUT_DELTA + at), mistake = a - TARGET_OF(o);
        VECTOR_AT(memory, OUTPUT_DELTA + at) =
            OUTPUT_ACTIVATION == ACTIVATION_SOFTMAX
                ? 2.0f * a * (mistake - mean) / divisor
                : 2.0f * mistake *
                      derivative_by(OUTPUT_ACTIVATION, VECTOR_AT(memory, OUTPUT_Z + at), a) /
                      divisor;
    }
#endif
    VECTOR_AT(memory, LOSSES + s) = sample_loss;
}

/* The loss of the batch. */
INLINE void add_up(__local const float *memory, uint count, float divisor, __global float *result)
{
    float loss = 0.0f, rights = 0.0f;
    for (uint s = 0; s < count; s++) {
        loss += memory[LOSSES + s];
        rights += memory[RIGHTS + s];
    }
    result[0] = loss / divisor;
    result[1] = rights;
}

/* From z to output delta, and the result. */
INLINE void loss(__local float *memory, uint item, uint count, __global float *result)
{
    const float divisor = LOSS == LOSS_CROSS_ENTROPY ? (float)count : (float)count * OUTPUTS;
    const uint columns = PADDED(OUTPUTS);
    transpose(memory + OUTPUT_Z, ROWS, memory + layers[OUTPUT].z, columns, ROWS, OUTPUTS, item);
    SYNC;
    for (uint s = item * LANES; s < ROWS; s += ITEMS * LANES)
        loss_of_samples(memory, s, divisor);
    SYNC;
    transpose_back(memory + layers[OUTPUT].delta, columns, memory + OUTPUT_DELTA, ROWS, OUTPUTS,
                   ROWS, item);
    if (item == 0)
        add_up(memory, count, divisor, result);
    SYNC;
}
