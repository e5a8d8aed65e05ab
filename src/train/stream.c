#include "train/stream.h"

#include <string.h>

#define WINDOWS 2

typedef struct {
    RippleSamples *samples;
    RippleUpload *upload;
    gsize first;   /* position in the order of the first sample in it */
    gsize count;   /* samples in it */
    GError *error; /* why the thread could not fill it, or NULL */
} Window;

struct _RippleStream {
    const RippleDataset *dataset;
    RippleBuffer *identity; /* 0, 1, 2, …: the samples in a window are in order already */
    Window windows[WINDOWS];
    guint32 *order;
    gsize order_length;
    gsize chunk;         /* samples that a window takes: whole batches */
    gsize asked;         /* samples of the order that the thread was asked for */
    guint filling;       /* windows under way to the thread and back */
    Window *current;     /* of the batches given out last, or NULL */
    GThreadPool *thread; /* gathers; a pool of one, which takes windows in their order */
    GAsyncQueue *filled; /* of Window, in the same order */
};

/* ---- in the thread -------------------------------------------------------------------------- */

static void gather(gpointer to, gconstpointer from, gsize row_bytes, const guint32 *order,
                   gsize count)
{
    for (gsize i = 0; i < count; i++)
        memcpy((guint8 *)to + i * row_bytes, (const guint8 *)from + order[i] * row_bytes,
               row_bytes);
}

static gsize host_bytes(const RippleBuffer *buffer)
{
    return buffer->element == RIPPLE_ELEMENT_BYTE ? sizeof(guint8) : sizeof(guint32);
}

/* Gather the rows of `source`, behind byte `*start` of the upload's memory, and send them. */
static gboolean send_rows(const RippleStream *self, const Window *window, RippleBuffer *destination,
                          gconstpointer source, gsize columns, gsize *start, GError **error)
{
    if (!destination)
        return TRUE;
    gsize row_bytes = columns * host_bytes(destination);
    guint8 *memory = (guint8 *)ripple_upload_memory(window->upload) + *start;
    gather(memory, source, row_bytes, self->order + window->first, window->count);
    if (!ripple_upload_send(window->upload, *start,
                            ripple_view(destination, 0, window->count, columns), error))
        return FALSE;
    *start += window->count * row_bytes;
    return TRUE;
}

/* Targets go first, so that theirs and floats of inputs lie where such numbers may. */
static gboolean fill(const RippleStream *self, const Window *window, GError **error)
{
    const RippleDataset *dataset = self->dataset;
    const RippleSamples *samples = window->samples;
    gconstpointer inputs = dataset->input_bytes ? (gconstpointer)dataset->input_bytes
                                                : (gconstpointer)dataset->input_values;
    gsize start = 0;
    return ripple_upload_wait(window->upload, error) &&
           send_rows(self, window, samples->labels, dataset->labels, 1, &start, error) &&
           send_rows(self, window, samples->targets, dataset->target_values, samples->outputs,
                     &start, error) &&
           send_rows(self, window, samples->inputs, inputs, samples->width, &start, error);
}

static void fill_in_thread(gpointer window, gpointer user_data)
{
    RippleStream *self = user_data;
    Window *own = window;
    fill(self, own, &own->error);
    g_async_queue_push(self->filled, own);
}

/* ---- windows -------------------------------------------------------------------------------- */

static gsize upload_bytes(const RippleSamples *samples)
{
    gsize bytes = samples->width * host_bytes(samples->inputs);
    if (samples->labels)
        bytes += host_bytes(samples->labels);
    if (samples->targets)
        bytes += samples->outputs * host_bytes(samples->targets);
    return samples->samples * bytes;
}

static gboolean make_windows(RippleStream *self, RippleBackend *backend,
                             const RippleTransform *transform, gsize window, GError **error)
{
    for (guint i = 0; i < WINDOWS; i++) {
        Window *own = &self->windows[i];
        own->samples = ripple_samples_new(backend, self->dataset, transform, window, error);
        if (!own->samples)
            return FALSE;
        own->upload = ripple_upload_new(backend, upload_bytes(own->samples), error);
        if (!own->upload)
            return FALSE;
    }
    g_autofree guint32 *identity = g_new(guint32, window);
    for (gsize i = 0; i < window; i++)
        identity[i] = (guint32)i;
    self->identity = ripple_buffer_new(backend, RIPPLE_ELEMENT_INDEX, window, error);
    return self->identity &&
           ripple_backend_upload(ripple_buffer_view(self->identity), identity, error);
}

RippleStream *ripple_stream_new(RippleBackend *backend, const RippleDataset *dataset,
                                const RippleTransform *transform, gsize window, GError **error)
{
    g_autoptr(RippleStream) self = g_new0(RippleStream, 1);
    self->dataset = dataset;
    self->filled = g_async_queue_new();
    if (!make_windows(self, backend, transform, window, error))
        return NULL;
    self->thread = g_thread_pool_new(fill_in_thread, self, 1, TRUE, error);
    return self->thread ? g_steal_pointer(&self) : NULL;
}

void ripple_stream_free(RippleStream *stream)
{
    if (!stream)
        return;
    if (stream->thread)
        g_thread_pool_free(stream->thread, TRUE, TRUE);
    g_async_queue_unref(stream->filled);
    for (guint i = 0; i < WINDOWS; i++) {
        g_clear_error(&stream->windows[i].error);
        ripple_upload_free(stream->windows[i].upload);
        ripple_samples_free(stream->windows[i].samples);
    }
    ripple_buffer_free(stream->identity);
    g_free(stream->order);
    g_free(stream);
}

/* ---- one after the other -------------------------------------------------------------------- */

/* No step from now on reads `window`: the thread may fill it with what comes next, if anything. */
static gboolean ask(RippleStream *self, Window *window, GError **error)
{
    if (!ripple_upload_release(window->upload, error))
        return FALSE;
    if (self->asked == self->order_length)
        return TRUE;
    window->first = self->asked;
    window->count = MIN(self->chunk, self->order_length - self->asked);
    if (!g_thread_pool_push(self->thread, window, error))
        return FALSE;
    self->asked += window->count;
    self->filling++;
    return TRUE;
}

static Window *take_filled(RippleStream *self)
{
    self->filling--;
    return g_async_queue_pop(self->filled);
}

/* Take back what the thread was asked for and nobody wants any longer. */
static void drain(RippleStream *self)
{
    while (self->filling > 0)
        g_clear_error(&take_filled(self)->error);
}

static gboolean rewind_order(RippleStream *self, GError **error)
{
    drain(self);
    self->current = NULL;
    self->asked = 0;
    for (guint i = 0; i < WINDOWS; i++)
        if (!ask(self, &self->windows[i], error))
            return FALSE;
    return TRUE;
}

static gboolean advance(RippleStream *self, GError **error)
{
    Window *done = g_steal_pointer(&self->current);
    if (done && !ask(self, done, error))
        return FALSE;
    g_return_val_if_fail(self->filling > 0, FALSE);
    Window *next = take_filled(self);
    if (next->error) {
        g_propagate_error(error, g_steal_pointer(&next->error));
        return FALSE;
    }
    self->current = next;
    return ripple_upload_receive(next->upload, error);
}

gboolean ripple_stream_begin(RippleStream *stream, const guint32 *order, gsize count, gsize batch,
                             GError **error)
{
    gsize window = stream->windows[0].samples->samples;
    g_return_val_if_fail(count > 0 && batch > 0 && MIN(batch, count) <= window, FALSE);
    drain(stream);
    g_free(stream->order);
    stream->order = g_memdup2(order, count * sizeof *order);
    stream->order_length = count;
    stream->chunk = batch < count ? window / batch * batch : count;
    return rewind_order(stream, error);
}

gsize ripple_stream_ahead(const RippleStream *stream, gsize first)
{
    return MIN(stream->chunk - first % stream->chunk, stream->order_length - first);
}

static gboolean is_behind(const Window *window, gsize first)
{
    return window && first < window->first;
}

static gboolean holds(const Window *window, gsize first, gsize count)
{
    return window && first >= window->first && first - window->first + count <= window->count;
}

gboolean ripple_stream_batch(RippleStream *stream, gsize first, gsize count, RippleBatch *batch,
                             GError **error)
{
    g_return_val_if_fail(first + count <= stream->order_length, FALSE);
    if (is_behind(stream->current, first)) {
        g_return_val_if_fail(first == 0, FALSE);
        if (!rewind_order(stream, error))
            return FALSE;
    }
    while (!holds(stream->current, first, count))
        if (!advance(stream, error))
            return FALSE;
    const Window *window = stream->current;
    *batch = (RippleBatch){window->samples, stream->identity, first - window->first, count};
    return TRUE;
}
