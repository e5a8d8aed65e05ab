#include "train/source.h"

#include "train/stream.h"

#include <string.h>

struct _RippleSource {
    RippleSamples *resident; /* all of them, or NULL */
    RippleBuffer *order;     /* of the resident samples */
    RippleUpload *upload;    /* of the order, past the steps under way */
    gsize count;             /* of samples in it */
    RippleStream *stream;    /* NULL when they are resident */
};

static gboolean upload_samples(const RippleSamples *samples, const RippleDataset *dataset,
                               GError **error)
{
    gconstpointer inputs = dataset->input_bytes ? (gconstpointer)dataset->input_bytes
                                                : (gconstpointer)dataset->input_values;
    return ripple_backend_upload(ripple_buffer_view(samples->inputs), inputs, error) &&
           (!samples->labels ||
            ripple_backend_upload(ripple_buffer_view(samples->labels), dataset->labels, error)) &&
           (!samples->targets || ripple_backend_upload(ripple_buffer_view(samples->targets),
                                                       dataset->target_values, error));
}

static gboolean make_resident(RippleSource *self, RippleBackend *backend,
                              const RippleDataset *dataset, const RippleTransform *transform,
                              GError **error)
{
    self->resident = ripple_samples_new(backend, dataset, transform, dataset->samples, error);
    if (!self->resident || !upload_samples(self->resident, dataset, error))
        return FALSE;
    self->order = ripple_buffer_new(backend, RIPPLE_ELEMENT_INDEX, dataset->samples, error);
    if (!self->order)
        return FALSE;
    self->upload = ripple_upload_new(backend, dataset->samples * sizeof(guint32), error);
    return self->upload != NULL;
}

RippleSource *ripple_source_new(RippleBackend *backend, const RippleDataset *dataset,
                                const RippleTransform *transform, gsize window, GError **error)
{
    g_autoptr(RippleSource) self = g_new0(RippleSource, 1);
    if (window > 0) {
        self->stream = ripple_stream_new(backend, dataset, transform, window, error);
        return self->stream ? g_steal_pointer(&self) : NULL;
    }
    return make_resident(self, backend, dataset, transform, error) ? g_steal_pointer(&self) : NULL;
}

void ripple_source_free(RippleSource *source)
{
    if (!source)
        return;
    ripple_stream_free(source->stream);
    ripple_upload_free(source->upload);
    ripple_buffer_free(source->order);
    ripple_samples_free(source->resident);
    g_free(source);
}

/* Steps that were enqueued before still read the former order, those that come next this one; the
 * host waits for neither. */
static gboolean send_order(RippleSource *self, const guint32 *order, gsize count, GError **error)
{
    if (!ripple_upload_wait(self->upload, error))
        return FALSE;
    memcpy(ripple_upload_memory(self->upload), order, count * sizeof *order);
    return ripple_upload_release(self->upload, error) &&
           ripple_upload_send(self->upload, 0, ripple_view(self->order, 0, 1, count), error) &&
           ripple_upload_receive(self->upload, error);
}

gboolean ripple_source_begin(RippleSource *source, const guint32 *order, gsize count, gsize batch,
                             GError **error)
{
    g_autofree guint32 *identity = NULL;
    if (!order) {
        identity = g_new(guint32, count);
        for (gsize i = 0; i < count; i++)
            identity[i] = (guint32)i;
        order = identity;
    }
    if (source->stream)
        return ripple_stream_begin(source->stream, order, count, batch, error);
    source->count = count;
    return send_order(source, order, count, error);
}

gsize ripple_source_ahead(const RippleSource *source, gsize first)
{
    return source->stream ? ripple_stream_ahead(source->stream, first) : source->count - first;
}

gboolean ripple_source_batch(RippleSource *source, gsize first, gsize count, RippleBatch *batch,
                             GError **error)
{
    if (source->stream)
        return ripple_stream_batch(source->stream, first, count, batch, error);
    *batch = (RippleBatch){source->resident, source->order, first, count};
    return TRUE;
}
