#include "check/guarded.h"

#include <string.h>

/* Elements around a tensor: in front as many as keep its alignment, behind more than a kernel
 * overshoots by in a row of tiles. */
#define IN_FRONT 64
#define BEHIND 331

/* No result comes near it, and a sum that takes it in is far off. */
#define GUARD (-12345678.0f)

static RippleGuarded *guarded_new(RippleBackend *backend, RippleElement element, gsize rows,
                                  gsize columns, GError **error)
{
    gsize length = IN_FRONT + rows * columns + BEHIND;
    RippleBuffer *buffer = ripple_buffer_new(backend, element, length, error);
    if (!buffer)
        return NULL;
    RippleGuarded *self = g_new0(RippleGuarded, 1);
    self->view = ripple_view(buffer, IN_FRONT, rows, columns);
    return self;
}

RippleGuarded *ripple_guarded_new(RippleBackend *backend, gsize rows, gsize columns, GError **error)
{
    g_autoptr(RippleGuarded) self = guarded_new(backend, RIPPLE_ELEMENT_REAL, rows, columns, error);
    if (!self)
        return NULL;
    gsize length = self->view.buffer->length;
    self->uploaded = g_new(gfloat, length);
    for (gsize i = 0; i < length; i++)
        self->uploaded[i] = GUARD;
    return ripple_guarded_set(self, NULL, error) ? g_steal_pointer(&self) : NULL;
}

RippleGuarded *ripple_guarded_new_of(RippleBackend *backend, RippleElement element, gsize rows,
                                     gsize columns, gconstpointer values, GError **error)
{
    g_return_val_if_fail(element != RIPPLE_ELEMENT_REAL, NULL);
    g_autoptr(RippleGuarded) self = guarded_new(backend, element, rows, columns, error);
    if (!self)
        return NULL;
    gsize bytes = element == RIPPLE_ELEMENT_BYTE ? sizeof(guint8) : sizeof(guint32);
    g_autofree guint8 *whole = g_malloc0(self->view.buffer->length * bytes);
    memcpy(whole + IN_FRONT * bytes, values, rows * columns * bytes);
    if (!ripple_backend_upload(ripple_buffer_view(self->view.buffer), whole, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_guarded_free(RippleGuarded *guarded)
{
    if (!guarded)
        return;
    ripple_buffer_free(guarded->view.buffer);
    g_free(guarded->uploaded);
    g_free(guarded);
}

RippleView ripple_guarded_view(const RippleGuarded *guarded)
{
    return guarded ? guarded->view : RIPPLE_NO_VIEW;
}

gboolean ripple_guarded_set(RippleGuarded *guarded, const gfloat *values, GError **error)
{
    gsize length = guarded->view.rows * guarded->view.columns;
    gfloat *to = guarded->uploaded + IN_FRONT;
    for (gsize i = 0; i < length; i++)
        to[i] = values ? values[i] : GUARD;
    return ripple_backend_upload(ripple_buffer_view(guarded->view.buffer), guarded->uploaded,
                                 error);
}

gboolean ripple_guarded_read(const RippleGuarded *guarded, gdouble *values, gssize *damage,
                             GError **error)
{
    RippleView whole = ripple_buffer_view(guarded->view.buffer);
    gsize length = guarded->view.rows * guarded->view.columns;
    g_autofree gdouble *found = g_new(gdouble, whole.columns);
    if (!ripple_backend_download_exact(whole, found, error))
        return FALSE;
    memcpy(values, found + IN_FRONT, length * sizeof *values);
    *damage = 0;
    for (gsize i = 0; i < whole.columns && *damage == 0; i++)
        if ((i < IN_FRONT || i >= IN_FRONT + length) && found[i] != GUARD)
            *damage = (gssize)i - IN_FRONT;
    return TRUE;
}
