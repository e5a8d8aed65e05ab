#include "train/session.h"

static gboolean upload(RippleSession *self, const RippleModel *model, const RippleDataset *dataset,
                       const guint32 *order, gsize n_order, GError **error)
{
    self->data = ripple_resident_new(self->backend, dataset, model->transform, error);
    if (!self->data)
        return FALSE;
    self->order = ripple_order_upload(self->backend, order, n_order, error);
    return self->order && ripple_backend_upload(ripple_buffer_view(self->state->parameters),
                                                model->parameters, error);
}

RippleSession *ripple_session_new(RippleBackend *backend, const RippleModel *model,
                                  const RippleDataset *dataset, const guint32 *order, gsize n_order,
                                  RippleScheduleOptions options, GError **error)
{
    options.purpose = RIPPLE_PURPOSE_TRAIN;
    options.batch = MIN(options.batch, n_order);
    options.has_labels = dataset->target_kind == RIPPLE_TARGET_LABELS;

    g_autoptr(RippleSession) self = g_new0(RippleSession, 1);
    self->backend = backend;
    self->state = ripple_state_new(backend, model->network, options.moments, error);
    if (!self->state || !upload(self, model, dataset, order, n_order, error))
        return NULL;
    self->scheduler = ripple_scheduler_new(self->state, &options, error);
    if (!self->scheduler)
        return NULL;
    self->result = ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, 2, error);
    return self->result ? g_steal_pointer(&self) : NULL;
}

void ripple_session_free(RippleSession *session)
{
    if (!session)
        return;
    ripple_buffer_free(session->result);
    ripple_scheduler_free(session->scheduler);
    ripple_state_free(session->state);
    ripple_buffer_free(session->order);
    ripple_resident_free(session->data);
    g_free(session);
}

gboolean ripple_session_set_order(RippleSession *session, const guint32 *order, GError **error)
{
    return ripple_backend_upload(ripple_buffer_view(session->order), order, error);
}

RippleBatch ripple_session_batch(const RippleSession *session, gsize first, gsize count)
{
    return (RippleBatch){session->data, session->order, first, count};
}

gsize ripple_session_batch_size(const RippleSession *session)
{
    return ripple_scheduler_schedule(session->scheduler)->options.batch;
}
