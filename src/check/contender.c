#include "check/contender.h"

#include "train/data_plan.h"
#include "train/rates.h"
#include "train/resume.h"

#include <ripple/device.h>
#include <ripple/error.h>
#include <string.h>

/* ---- sessions ------------------------------------------------------------------------------- */

RippleSession *ripple_ground_session(const RippleGround *ground, RippleBackend *backend,
                                     gboolean keep_all, GError **error)
{
    const RippleMaterial *material = ground->material;
    RippleScheduleOptions options = {.batch = ground->config->batch,
                                     .moments = ripple_config_moments(ground->config),
                                     .keep_all = keep_all};
    RipplePlacement set = {material->train, ground->config->batch, 0};
    RippleDataPlan plan;
    if (!ripple_data_plan(backend, ground->config->memory_limit, &set, 1, &plan, error))
        return NULL;
    g_autoptr(RippleSession) session = ripple_session_new(
        backend, material->model, material->train, set.window, material->n_train, options, error);
    if (!session || (ground->checkpoint &&
                     !ripple_checkpoint_restore(ground->checkpoint, session->state, error)))
        return NULL;
    return g_steal_pointer(&session);
}

gboolean ripple_session_row(RippleSession *session, guint row, gsize first, gsize count,
                            const RippleRates *rates, GError **error)
{
    RippleBatch batch;
    return ripple_session_batch(session, first, count, &batch, error) &&
           ripple_scheduler_row(session->scheduler, row, &batch, rates,
                                ripple_buffer_view(session->result), error);
}

RippleView ripple_session_view(const RippleSession *session, const RippleTensor *tensor,
                               gsize count)
{
    return ripple_scheduler_view(session->scheduler, tensor->role, tensor->layer, count);
}

/* ---- devices -------------------------------------------------------------------------------- */

static RippleBackend *open_device(const char *selector, GError **error)
{
    g_autoptr(RippleBackend) backend = ripple_device_open(selector, error);
    if (backend && strcmp(ripple_backend_kind(backend), "reference") == 0) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "The reference cannot be compared with itself; choose a device that "
                            "`ripple devices` lists.");
        return NULL;
    }
    return g_steal_pointer(&backend);
}

RippleContender *ripple_contender_new(const RippleGround *ground, const char *selector,
                                      GError **error)
{
    g_autoptr(RippleContender) self = g_new0(RippleContender, 1);
    self->backend = open_device(selector, error);
    if (!self->backend)
        return NULL;
    self->kept = ripple_ground_session(ground, self->backend, TRUE, error);
    self->lean = self->kept ? ripple_ground_session(ground, self->backend, FALSE, error) : NULL;
    RippleSession *joined =
        self->lean ? ripple_ground_session(ground, self->backend, FALSE, error) : NULL;
    if (!joined)
        return NULL;
    self->joined = ripple_steps_comparison_new(joined);
    return g_steal_pointer(&self);
}

void ripple_contender_free(RippleContender *contender)
{
    if (!contender)
        return;
    ripple_steps_comparison_free(contender->joined);
    ripple_session_free(contender->lean);
    ripple_session_free(contender->kept);
    ripple_backend_free(contender->backend);
    g_free(contender);
}

gboolean ripple_contender_set_order(RippleContender *contender, const guint32 *order,
                                    GError **error)
{
    return ripple_session_set_order(contender->kept, order, error) &&
           ripple_session_set_order(contender->lean, order, error) &&
           ripple_steps_comparison_set_order(contender->joined, order, error);
}

gboolean ripple_contender_row(RippleContender *contender, guint row, gsize first, gsize count,
                              const RippleRates *rates, GError **error)
{
    return ripple_session_row(contender->kept, row, first, count, rates, error) &&
           ripple_session_row(contender->lean, row, first, count, rates, error);
}
