#include "reference/buffer.h"

#include <ripple/error.h>
#include <string.h>

static gsize element_bytes(const RippleBuffer *buffer)
{
    return ripple_backend_element_bytes(buffer->backend, buffer->element);
}

static gpointer first_element(RippleView view)
{
    if (!view.buffer)
        return NULL;
    RippleReferenceBuffer *buffer = (RippleReferenceBuffer *)view.buffer;
    return (guint8 *)buffer->elements + view.offset * element_bytes(view.buffer);
}

gdouble *ripple_reference_reals(RippleView view)
{
    return first_element(view);
}

guint32 *ripple_reference_indices(RippleView view)
{
    return first_element(view);
}

guint8 *ripple_reference_bytes(RippleView view)
{
    return first_element(view);
}

RippleBuffer *ripple_reference_buffer_new(RippleBackend *backend, RippleElement element,
                                          gsize length, GError **error)
{
    gsize bytes = ripple_backend_element_bytes(backend, element);
    gpointer elements = g_try_malloc0_n(length, bytes);
    if (!elements) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY,
                    "The reference found no memory for a buffer of %" G_GSIZE_FORMAT
                    " elements of %" G_GSIZE_FORMAT " bytes; try a smaller batch or network.",
                    length, bytes);
        return NULL;
    }
    RippleReferenceBuffer *buffer = g_new0(RippleReferenceBuffer, 1);
    buffer->base = (RippleBuffer){backend, element, length};
    buffer->elements = elements;
    return &buffer->base;
}

void ripple_reference_buffer_free(RippleBuffer *buffer)
{
    g_free(((RippleReferenceBuffer *)buffer)->elements);
    g_free(buffer);
}

gboolean ripple_reference_upload(RippleView view, gconstpointer values, GError **error)
{
    gsize length = view.rows * view.columns;
    if (view.buffer->element == RIPPLE_ELEMENT_REAL) {
        const gfloat *floats = values;
        gdouble *reals = ripple_reference_reals(view);
        for (gsize i = 0; i < length; i++)
            reals[i] = floats[i];
    } else {
        memcpy(first_element(view), values, length * element_bytes(view.buffer));
    }
    return TRUE;
}

gboolean ripple_reference_download(RippleView view, gfloat *values, GError **error)
{
    const gdouble *reals = ripple_reference_reals(view);
    for (gsize i = 0; i < view.rows * view.columns; i++)
        values[i] = (gfloat)reals[i];
    return TRUE;
}

gboolean ripple_reference_upload_exact(RippleView view, const gdouble *values, GError **error)
{
    memcpy(ripple_reference_reals(view), values, view.rows * view.columns * sizeof *values);
    return TRUE;
}

gboolean ripple_reference_download_exact(RippleView view, gdouble *values, GError **error)
{
    memcpy(values, ripple_reference_reals(view), view.rows * view.columns * sizeof *values);
    return TRUE;
}

/* Nothing is ever under way here, so a read is complete as soon as it begins. */
RippleRead *ripple_reference_read(RippleView view, gfloat *values, GError **error)
{
    if (!ripple_reference_download(view, values, error))
        return NULL;
    RippleRead *read = g_new0(RippleRead, 1);
    read->backend = view.buffer->backend;
    return read;
}

gboolean ripple_reference_read_is_ready(const RippleRead *read)
{
    return TRUE;
}

gboolean ripple_reference_read_finish(RippleRead *read, GError **error)
{
    g_free(read);
    return TRUE;
}

gboolean ripple_reference_clear(RippleView view, GError **error)
{
    gdouble *reals = ripple_reference_reals(view);
    for (gsize i = 0; i < view.rows * view.columns; i++)
        reals[i] = 0;
    return TRUE;
}

gboolean ripple_reference_copy(RippleView source, RippleView destination, GError **error)
{
    memmove(ripple_reference_reals(destination), ripple_reference_reals(source),
            source.rows * source.columns * sizeof(gdouble));
    return TRUE;
}

/* ---- uploads beside the operations ---------------------------------------------------------- */

RippleUpload *ripple_reference_upload_new(RippleBackend *backend, gsize bytes, GError **error)
{
    gpointer memory = g_try_malloc(bytes);
    if (!memory) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY,
                    "The reference found no memory for an upload of %" G_GSIZE_FORMAT
                    " bytes; try a smaller --memory-limit.",
                    bytes);
        return NULL;
    }
    RippleUpload *upload = g_new0(RippleUpload, 1);
    *upload = (RippleUpload){backend, memory, bytes};
    return upload;
}

void ripple_reference_upload_free(RippleUpload *upload)
{
    g_free(upload->memory);
    g_free(upload);
}

gboolean ripple_reference_upload_send(RippleUpload *upload, gsize start, RippleView view,
                                      GError **error)
{
    return ripple_reference_upload(view, (const guint8 *)upload->memory + start, error);
}

/* Operations and copies are done as soon as they are asked for, so that their order is right. */
gboolean ripple_reference_upload_wait(RippleUpload *upload, GError **error)
{
    return TRUE;
}

gboolean ripple_reference_upload_receive(RippleUpload *upload, GError **error)
{
    return TRUE;
}

gboolean ripple_reference_upload_release(RippleUpload *upload, GError **error)
{
    return TRUE;
}
