#include "train/resident.h"

static RippleBuffer *upload(RippleBackend *backend, RippleElement element, gconstpointer values,
                            gsize length, GError **error)
{
    g_autoptr(RippleBuffer) buffer = ripple_buffer_new(backend, element, length, error);
    if (!buffer || !ripple_backend_upload(ripple_buffer_view(buffer), values, error))
        return NULL;
    return g_steal_pointer(&buffer);
}

static gboolean upload_targets(RippleResident *self, RippleBackend *backend,
                               const RippleDataset *dataset, GError **error)
{
    switch (dataset->target_kind) {
    case RIPPLE_TARGET_LABELS:
        self->labels =
            upload(backend, RIPPLE_ELEMENT_INDEX, dataset->labels, dataset->samples, error);
        return self->labels != NULL;
    case RIPPLE_TARGET_VALUES:
        self->outputs = dataset->targets;
        self->targets = upload(backend, RIPPLE_ELEMENT_REAL, dataset->target_values,
                               dataset->samples * dataset->targets, error);
        return self->targets != NULL;
    default:
        return TRUE;
    }
}

RippleResident *ripple_resident_new(RippleBackend *backend, const RippleDataset *dataset,
                                    const RippleTransform *transform, GError **error)
{
    g_autoptr(RippleResident) self = g_new0(RippleResident, 1);
    gsize length = dataset->samples * dataset->inputs;
    gboolean is_bytes = dataset->input_bytes != NULL;

    self->samples = dataset->samples;
    self->width = dataset->inputs;
    self->scale = is_bytes ? transform->scale[0] : 1;
    self->shift = is_bytes ? transform->shift[0] : 0;
    self->inputs = is_bytes
                       ? upload(backend, RIPPLE_ELEMENT_BYTE, dataset->input_bytes, length, error)
                       : upload(backend, RIPPLE_ELEMENT_REAL, dataset->input_values, length, error);
    if (!self->inputs || !upload_targets(self, backend, dataset, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_resident_free(RippleResident *resident)
{
    if (!resident)
        return;
    ripple_buffer_free(resident->inputs);
    ripple_buffer_free(resident->labels);
    ripple_buffer_free(resident->targets);
    g_free(resident);
}

RippleBuffer *ripple_order_upload(RippleBackend *backend, const guint32 *order, gsize count,
                                  GError **error)
{
    if (order)
        return upload(backend, RIPPLE_ELEMENT_INDEX, order, count, error);
    g_autofree guint32 *identity = g_new(guint32, count);
    for (gsize i = 0; i < count; i++)
        identity[i] = (guint32)i;
    return upload(backend, RIPPLE_ELEMENT_INDEX, identity, count, error);
}
