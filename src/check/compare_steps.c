#include "check/compare_steps.h"

#include "check/bound_step.h"
#include "check/difference.h"

struct _RippleStepsComparison {
    RippleSession *session;
    gdouble *start; /* parameters before the step */
};

RippleStepsComparison *ripple_steps_comparison_new(RippleSession *session)
{
    RippleStepsComparison *self = g_new0(RippleStepsComparison, 1);
    self->session = session;
    self->start = g_new(gdouble, session->state->network->parameter_span);
    return self;
}

void ripple_steps_comparison_free(RippleStepsComparison *comparison)
{
    if (!comparison)
        return;
    ripple_session_free(comparison->session);
    g_free(comparison->start);
    g_free(comparison);
}

gboolean ripple_steps_comparison_set_order(RippleStepsComparison *comparison, const guint32 *order,
                                           GError **error)
{
    return ripple_session_set_order(comparison->session, order, error);
}

gboolean ripple_steps_comparison_begin(RippleStepsComparison *comparison,
                                       const RippleSession *device, GError **error)
{
    const RippleState *from = device->state, *to = comparison->session->state;
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (from->moments[i] && !ripple_backend_copy(ripple_buffer_view(from->moments[i]),
                                                     ripple_buffer_view(to->moments[i]), error))
            return FALSE;
    RippleView parameters = ripple_buffer_view(from->parameters);
    return ripple_backend_copy(parameters, ripple_buffer_view(to->parameters), error) &&
           ripple_backend_download_exact(parameters, comparison->start, error);
}

static void add(GArray *tensors, const char *name, guint64 step_number, const gdouble *device,
                const gdouble *reference, const gdouble *allowed, gsize rows, gsize columns)
{
    RippleTensorComparison found = {.name = g_strconcat("step.", name, NULL), .step = step_number};
    ripple_difference(device, reference, allowed, rows, columns, &found);
    g_array_append_val(tensors, found);
}

static gboolean compare_parameter(const RippleStepsComparison *self, const RippleSession *follower,
                                  const RippleStepBound *bound, const RippleTensor *tensor,
                                  const RippleRates *rates, guint64 step_number, GArray *tensors,
                                  GError **error)
{
    gsize length = tensor->rows * tensor->columns;
    g_autofree gdouble *found = g_new(gdouble, length), *expected = g_new(gdouble, length);
    g_autofree gdouble *allowed = g_new(gdouble, length);
    g_autofree char *name = ripple_tensor_name(tensor);
    if (!ripple_backend_download_exact(
            ripple_scheduler_view(self->session->scheduler, tensor->role, tensor->layer, 0), found,
            error) ||
        !ripple_backend_download_exact(
            ripple_scheduler_view(follower->scheduler, tensor->role, tensor->layer, 0), expected,
            error) ||
        !ripple_step_bound_parameter(bound, follower->scheduler, tensor, rates, allowed, error))
        return FALSE;
    add(tensors, name, step_number, found, expected, allowed, tensor->rows, tensor->columns);
    return TRUE;
}

gboolean ripple_steps_comparison_end(RippleStepsComparison *comparison, RippleSession *follower,
                                     gsize first, gsize count, const RippleRates *rates,
                                     guint64 step_number, GArray *tensors, GError **error)
{
    RippleSession *session = comparison->session;
    const RippleSchedule *schedule = ripple_scheduler_schedule(follower->scheduler);
    RippleBatch own, batch;
    gdouble found[2], expected[2];
    if (!ripple_session_batch(session, first, count, &own, error) ||
        !ripple_session_batch(follower, first, count, &batch, error))
        return FALSE;
    if (!ripple_scheduler_joins_steps(session->scheduler, &own, rates))
        return TRUE;
    if (!ripple_scheduler_steps(session->scheduler, &own, rates,
                                ripple_buffer_view(session->result), error) ||
        !ripple_backend_download_exact(ripple_buffer_view(session->result), found, error) ||
        !ripple_backend_download_exact(ripple_buffer_view(follower->result), expected, error))
        return FALSE;
    g_autoptr(RippleStepBound) bound =
        ripple_step_bound_new(follower->scheduler, &batch, comparison->start, expected[0], error);
    if (!bound)
        return FALSE;
    add(tensors, "loss", step_number, found, expected, &bound->loss, 1, 1);
    for (guint i = 0; i < schedule->n_tensors; i++) {
        const RippleTensor *tensor = &schedule->tensors[i];
        if ((tensor->role == RIPPLE_ROLE_WEIGHT || tensor->role == RIPPLE_ROLE_BIAS) &&
            !compare_parameter(comparison, follower, bound, tensor, rates, step_number, tensors,
                               error))
            return FALSE;
    }
    return TRUE;
}
