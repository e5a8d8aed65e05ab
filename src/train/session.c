#include "train/session.h"

static gboolean upload(RippleSession *self, const RippleModel *model, const RippleDataset *dataset,
                       gsize window, GError **error)
{
    self->source = ripple_source_new(self->backend, dataset, model->transform, window, error);
    return self->source && ripple_backend_upload(ripple_buffer_view(self->state->parameters),
                                                 model->parameters, error);
}

RippleSession *ripple_session_new(RippleBackend *backend, const RippleModel *model,
                                  const RippleDataset *dataset, gsize window, gsize samples,
                                  RippleScheduleOptions options, GError **error)
{
    options.purpose = RIPPLE_PURPOSE_TRAIN;
    options.batch = MIN(options.batch, samples);
    options.has_labels = dataset->target_kind == RIPPLE_TARGET_LABELS;

    g_autoptr(RippleSession) self = g_new0(RippleSession, 1);
    self->backend = backend;
    self->samples = samples;
    self->state = ripple_state_new(backend, model->network, options.moments, error);
    if (!self->state || !upload(self, model, dataset, window, error))
        return NULL;
    self->scheduler = ripple_scheduler_new(self->state, &options, error);
    if (!self->scheduler)
        return NULL;
    self->result =
        ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, RIPPLE_SESSION_RESULT_VALUES, error);
    return self->result ? g_steal_pointer(&self) : NULL;
}

void ripple_session_free(RippleSession *session)
{
    if (!session)
        return;
    ripple_buffer_free(session->result);
    ripple_scheduler_free(session->scheduler);
    ripple_state_free(session->state);
    ripple_source_free(session->source);
    g_free(session);
}

gboolean ripple_session_set_order(RippleSession *session, const guint32 *order, GError **error)
{
    return ripple_session_set_rest(session, order, 0, error);
}

gboolean ripple_session_set_rest(RippleSession *session, const guint32 *order, gsize first,
                                 GError **error)
{
    return ripple_source_begin(session->source, order + first, session->samples - first,
                               ripple_session_batch_size(session), error);
}

gsize ripple_session_ahead(const RippleSession *session, gsize first)
{
    return ripple_source_ahead(session->source, first);
}

gboolean ripple_session_batch(RippleSession *session, gsize first, gsize count, RippleBatch *batch,
                              GError **error)
{
    return ripple_source_batch(session->source, first, count, batch, error);
}

gsize ripple_session_batch_size(const RippleSession *session)
{
    return ripple_scheduler_schedule(session->scheduler)->options.batch;
}
