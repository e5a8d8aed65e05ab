#include "train/samples.h"

static RippleElement input_element(const RippleDataset *dataset)
{
    return dataset->input_bytes ? RIPPLE_ELEMENT_BYTE : RIPPLE_ELEMENT_REAL;
}

static gboolean add_targets(RippleSamples *self, RippleBackend *backend,
                            const RippleDataset *dataset, GError **error)
{
    switch (dataset->target_kind) {
    case RIPPLE_TARGET_LABELS:
        self->labels = ripple_buffer_new(backend, RIPPLE_ELEMENT_INDEX, self->samples, error);
        return self->labels != NULL;
    case RIPPLE_TARGET_VALUES:
        self->outputs = dataset->targets;
        self->targets = ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL,
                                          self->samples * dataset->targets, error);
        return self->targets != NULL;
    default:
        return TRUE;
    }
}

RippleSamples *ripple_samples_new(RippleBackend *backend, const RippleDataset *dataset,
                                  const RippleTransform *transform, gsize samples, GError **error)
{
    g_autoptr(RippleSamples) self = g_new0(RippleSamples, 1);
    gboolean is_bytes = dataset->input_bytes != NULL;

    self->samples = samples;
    self->width = dataset->inputs;
    self->scale = is_bytes ? transform->scale[0] : 1;
    self->shift = is_bytes ? transform->shift[0] : 0;
    self->inputs =
        ripple_buffer_new(backend, input_element(dataset), samples * dataset->inputs, error);
    if (!self->inputs || !add_targets(self, backend, dataset, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_samples_free(RippleSamples *samples)
{
    if (!samples)
        return;
    ripple_buffer_free(samples->inputs);
    ripple_buffer_free(samples->labels);
    ripple_buffer_free(samples->targets);
    g_free(samples);
}

static gsize inputs_bytes(const RippleBackend *backend, const RippleDataset *dataset)
{
    return dataset->inputs * ripple_backend_element_bytes(backend, input_element(dataset));
}

static gsize target_bytes(const RippleBackend *backend, const RippleDataset *dataset)
{
    switch (dataset->target_kind) {
    case RIPPLE_TARGET_LABELS:
        return ripple_backend_element_bytes(backend, RIPPLE_ELEMENT_INDEX);
    case RIPPLE_TARGET_VALUES:
        return dataset->targets * ripple_backend_element_bytes(backend, RIPPLE_ELEMENT_REAL);
    default:
        return 0;
    }
}

gsize ripple_samples_bytes(const RippleBackend *backend, const RippleDataset *dataset)
{
    return inputs_bytes(backend, dataset) + target_bytes(backend, dataset);
}

gsize ripple_samples_largest_bytes(const RippleBackend *backend, const RippleDataset *dataset)
{
    return MAX(inputs_bytes(backend, dataset), target_bytes(backend, dataset));
}
