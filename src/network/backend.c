#include "network/check_view.h"

#include <ripple/error.h>

/* ---- buffers -------------------------------------------------------------------------------- */

RippleBuffer *ripple_buffer_new(RippleBackend *backend, RippleElement element, gsize length,
                                GError **error)
{
    g_return_val_if_fail(length > 0, NULL);
    return backend->class->buffer_new(backend, element, length, error);
}

void ripple_buffer_free(RippleBuffer *buffer)
{
    if (buffer)
        buffer->backend->class->buffer_free(buffer);
}

gsize ripple_backend_element_bytes(const RippleBackend *backend, RippleElement element)
{
    switch (element) {
    case RIPPLE_ELEMENT_REAL:
        return backend->class->real_bytes;
    case RIPPLE_ELEMENT_INDEX:
        return sizeof(guint32);
    case RIPPLE_ELEMENT_BYTE:
        return sizeof(guint8);
    }
    g_assert_not_reached();
}

RippleView ripple_view(RippleBuffer *buffer, gsize offset, gsize rows, gsize columns)
{
    return (RippleView){buffer, offset, rows, columns};
}

RippleView ripple_buffer_view(RippleBuffer *buffer)
{
    return ripple_view(buffer, 0, 1, buffer->length);
}

gboolean ripple_backend_upload(RippleView view, gconstpointer values, GError **error)
{
    if (!ripple_check_any("upload", view, error))
        return FALSE;
    return view.buffer->backend->class->upload(view, values, error);
}

gboolean ripple_backend_upload_exact(RippleView view, const gdouble *values, GError **error)
{
    if (!ripple_check_element("upload", view, RIPPLE_ELEMENT_REAL, error))
        return FALSE;
    const RippleBackendClass *class = view.buffer->backend->class;
    if (class->upload_exact)
        return class->upload_exact(view, values, error);

    gsize length = ripple_view_length(view);
    g_autofree gfloat *floats = g_new(gfloat, length);
    for (gsize i = 0; i < length; i++)
        floats[i] = (gfloat)values[i];
    return class->upload(view, floats, error);
}

gboolean ripple_backend_download(RippleView view, gfloat *values, GError **error)
{
    if (!ripple_check_element("download", view, RIPPLE_ELEMENT_REAL, error))
        return FALSE;
    return view.buffer->backend->class->download(view, values, error);
}

gboolean ripple_backend_download_exact(RippleView view, gdouble *values, GError **error)
{
    if (!ripple_check_element("download", view, RIPPLE_ELEMENT_REAL, error))
        return FALSE;
    const RippleBackendClass *class = view.buffer->backend->class;
    if (class->download_exact)
        return class->download_exact(view, values, error);

    gsize length = ripple_view_length(view);
    g_autofree gfloat *floats = g_new(gfloat, length);
    if (!class->download(view, floats, error))
        return FALSE;
    for (gsize i = 0; i < length; i++)
        values[i] = floats[i];
    return TRUE;
}

RippleRead *ripple_backend_read(RippleView view, gfloat *values, GError **error)
{
    if (!ripple_check_element("read", view, RIPPLE_ELEMENT_REAL, error))
        return NULL;
    return view.buffer->backend->class->read(view, values, error);
}

gboolean ripple_read_is_ready(const RippleRead *read)
{
    return read->backend->class->read_is_ready(read);
}

gboolean ripple_read_finish(RippleRead *read, GError **error)
{
    return read->backend->class->read_finish(read, error);
}

gboolean ripple_backend_clear(RippleView view, GError **error)
{
    if (!ripple_check_element("clear", view, RIPPLE_ELEMENT_REAL, error))
        return FALSE;
    return view.buffer->backend->class->clear(view, error);
}

gboolean ripple_backend_copy(RippleView source, RippleView destination, GError **error)
{
    if (!ripple_check_element("copy", source, RIPPLE_ELEMENT_REAL, error) ||
        !ripple_check_view("copy", "destination", destination, RIPPLE_ELEMENT_REAL, source.rows,
                           source.columns, error))
        return FALSE;
    g_return_val_if_fail(source.buffer->backend == destination.buffer->backend, FALSE);
    return source.buffer->backend->class->copy(source, destination, error);
}

/* ---- uploads beside the operations ---------------------------------------------------------- */

RippleUpload *ripple_upload_new(RippleBackend *backend, gsize bytes, GError **error)
{
    g_return_val_if_fail(bytes > 0, NULL);
    return backend->class->upload_new(backend, bytes, error);
}

void ripple_upload_free(RippleUpload *upload)
{
    if (upload)
        upload->backend->class->upload_free(upload);
}

gpointer ripple_upload_memory(RippleUpload *upload)
{
    return upload->memory;
}

gboolean ripple_upload_wait(RippleUpload *upload, GError **error)
{
    return upload->backend->class->upload_wait(upload, error);
}

/* What the host holds of an element. */
static gsize host_bytes(RippleElement element)
{
    return element == RIPPLE_ELEMENT_BYTE ? sizeof(guint8) : sizeof(guint32);
}

gboolean ripple_upload_send(RippleUpload *upload, gsize start, RippleView view, GError **error)
{
    if (!ripple_check_any("send", view, error))
        return FALSE;
    g_return_val_if_fail(upload->backend == view.buffer->backend, FALSE);
    gsize element = host_bytes(view.buffer->element);
    if (start > upload->bytes || ripple_view_length(view) > (upload->bytes - start) / element) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The operation send was asked for %" G_GSIZE_FORMAT
                    " elements from byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ".",
                    ripple_view_length(view), start, upload->bytes);
        return FALSE;
    }
    return upload->backend->class->upload_send(upload, start, view, error);
}

gboolean ripple_upload_receive(RippleUpload *upload, GError **error)
{
    return upload->backend->class->upload_receive(upload, error);
}

gboolean ripple_upload_release(RippleUpload *upload, GError **error)
{
    return upload->backend->class->upload_release(upload, error);
}

/* ---- the backend itself --------------------------------------------------------------------- */

gboolean ripple_backend_wait(RippleBackend *backend, GError **error)
{
    return backend->class->wait(backend, error);
}

const char *ripple_backend_kind(const RippleBackend *backend)
{
    return backend->class->kind;
}

guint64 ripple_backend_memory_bytes(const RippleBackend *backend)
{
    return backend->memory_bytes;
}

guint64 ripple_backend_largest_buffer_bytes(const RippleBackend *backend)
{
    return backend->largest_buffer_bytes;
}

const char *ripple_backend_device_name(const RippleBackend *backend)
{
    return backend->device_name;
}

gdouble ripple_backend_compile_seconds(const RippleBackend *backend)
{
    return backend->compile_seconds;
}

void ripple_backend_add_scratch(RippleBackend *backend, const RippleSchedule *schedule,
                                RippleScratchNeed *need)
{
    if (backend->class->add_scratch)
        backend->class->add_scratch(backend, schedule, need);
}

const char *ripple_backend_driver(const RippleBackend *backend)
{
    return backend->driver;
}

guint64 ripple_backend_waits(const RippleBackend *backend)
{
    return backend->waits;
}

void ripple_backend_set_row(RippleBackend *backend, const char *row)
{
    backend->row = row;
}

void ripple_backend_free(RippleBackend *backend)
{
    if (backend)
        backend->class->free(backend);
}
