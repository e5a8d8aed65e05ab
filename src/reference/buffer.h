/** \file
 * Buffers of the reference: arrays in memory, with every REAL held as a double.
 */
#pragma once

#include "network/backend.h"

typedef struct {
    RippleBuffer base;
    gpointer elements; /**< gdouble, guint32 or guint8, by base.element */
} RippleReferenceBuffer;

/** The first element of a REAL view, or NULL where the view is absent. */
gdouble *ripple_reference_reals(RippleView view);

/** The first element of an INDEX view, or NULL where the view is absent. */
guint32 *ripple_reference_indices(RippleView view);

/** The first element of a BYTE view. */
guint8 *ripple_reference_bytes(RippleView view);

/** The slots of the contract (network/backend.h) that move data. */
RippleBuffer *ripple_reference_buffer_new(RippleBackend *backend, RippleElement element,
                                          gsize length, GError **error);
void ripple_reference_buffer_free(RippleBuffer *buffer);
gboolean ripple_reference_upload(RippleView view, gconstpointer values, GError **error);
gboolean ripple_reference_download(RippleView view, gfloat *values, GError **error);
gboolean ripple_reference_upload_exact(RippleView view, const gdouble *values, GError **error);
gboolean ripple_reference_download_exact(RippleView view, gdouble *values, GError **error);
RippleRead *ripple_reference_read(RippleView view, gfloat *values, GError **error);
gboolean ripple_reference_read_is_ready(const RippleRead *read);
gboolean ripple_reference_read_finish(RippleRead *read, GError **error);
gboolean ripple_reference_clear(RippleView view, GError **error);
gboolean ripple_reference_copy(RippleView source, RippleView destination, GError **error);

RippleUpload *ripple_reference_upload_new(RippleBackend *backend, gsize bytes, GError **error);
void ripple_reference_upload_free(RippleUpload *upload);
gboolean ripple_reference_upload_wait(RippleUpload *upload, GError **error);
gboolean ripple_reference_upload_send(RippleUpload *upload, gsize start, RippleView view,
                                      GError **error);
gboolean ripple_reference_upload_receive(RippleUpload *upload, GError **error);
gboolean ripple_reference_upload_release(RippleUpload *upload, GError **error);
