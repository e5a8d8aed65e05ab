#include "measure/random_data.h"

#include "base/random.h"

/* Substreams of the stream for benchmark data. */
enum { BYTES, LABELS };

RippleDataset *ripple_random_dataset(gsize samples, guint inputs, guint classes, guint64 seed)
{
    RippleDataset *dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup("random data");
    dataset->samples = samples;
    dataset->inputs = inputs;
    dataset->target_kind = RIPPLE_TARGET_LABELS;
    dataset->classes = classes;

    dataset->input_bytes = g_new(guint8, samples * inputs);
    guint32 word = 0;
    for (gsize i = 0; i < samples * inputs; i++) {
        word = i % 4 ? word >> 8 : ripple_random_word(seed, RIPPLE_STREAM_TEST, BYTES, i / 4);
        dataset->input_bytes[i] = (guint8)word;
    }
    dataset->labels = g_new(guint32, samples);
    for (gsize i = 0; i < samples; i++)
        dataset->labels[i] = ripple_random_word(seed, RIPPLE_STREAM_TEST, LABELS, i) % classes;
    return dataset;
}
