#include "playground/snapshot.h"

#include <math.h>

/* ---- tensors -------------------------------------------------------------------------------- */

/* All of the tensor into a new array. */
static gboolean bring(const RipplePlay *play, RippleRole role, guint layer, gdouble **values,
                      GError **error)
{
    RippleView view =
        ripple_scheduler_view(play->session->scheduler, role, layer, play->batch.count);
    *values = g_new(gdouble, view.rows * view.columns);
    return ripple_backend_download_exact(view, *values, error);
}

static gboolean bring_gradient(RippleSnapshot *self, const RipplePlay *play, guint layer,
                               GError **error)
{
    const RippleLayer *shape = &self->start->model->network->layers[layer];
    const RippleScheduler *scheduler = play->session->scheduler;
    RippleView weight = ripple_scheduler_view(scheduler, RIPPLE_ROLE_WEIGHT_GRADIENT, layer, 0);
    RippleView bias = ripple_scheduler_view(scheduler, RIPPLE_ROLE_BIAS_GRADIENT, layer, 0);
    self->layers[layer].has_gradient = TRUE;
    return ripple_backend_download_exact(weight, self->gradient + shape->weight_offset, error) &&
           ripple_backend_download_exact(bias, self->gradient + shape->bias_offset, error);
}

static gboolean bring_result(RippleSnapshot *self, const RipplePlay *play, GError **error)
{
    gdouble result[RIPPLE_SESSION_RESULT_VALUES];
    RippleView view = ripple_buffer_view(play->session->result);
    if (!ripple_backend_download_exact(view, result, error))
        return FALSE;
    self->loss = result[0];
    return TRUE;
}

/* What one row has written. */
static gboolean bring_row(RippleSnapshot *self, const RipplePlay *play, RippleStep row,
                          GError **error)
{
    RippleSnapshotLayer *layer = &self->layers[row.layer];
    switch (row.kind) {
    case RIPPLE_STEP_GATHER:
        return bring(play, RIPPLE_ROLE_INPUT, 0, &self->input, error);
    case RIPPLE_STEP_FORWARD:
        return bring(play, RIPPLE_ROLE_Z, row.layer, &layer->z, error) &&
               bring(play, RIPPLE_ROLE_ACTIVATION, row.layer, &layer->activation, error);
    case RIPPLE_STEP_LOSS:
        return bring_result(self, play, error) &&
               bring(play, RIPPLE_ROLE_DELTA, row.layer, &layer->delta, error);
    case RIPPLE_STEP_DELTA:
        return bring(play, RIPPLE_ROLE_DELTA, row.layer, &layer->delta, error);
    case RIPPLE_STEP_GRADIENT:
        return bring_gradient(self, play, row.layer, error);
    case RIPPLE_STEP_UPDATE:
        layer->is_updated = TRUE;
        return TRUE;
    }
    g_return_val_if_reached(FALSE);
}

static gboolean bring_step(RippleSnapshot *self, const RipplePlay *play, GError **error)
{
    gsize span = self->start->model->network->parameter_span;
    self->count = play->batch.count;
    self->samples = g_memdup2(play->order + play->batch.first, self->count * sizeof(guint32));
    self->before = g_memdup2(play->before, span * sizeof(gdouble));
    self->gradient = g_new0(gdouble, span);
    for (guint row = 0; row < self->row; row++)
        if (!bring_row(self, play, self->rows[row], error))
            return FALSE;
    return TRUE;
}

/* A device's numbers end where single precision does. */
static gboolean is_finite(const RippleSnapshot *self)
{
    const RippleNetwork *network = self->start->model->network;
    gboolean has_loss = self->layers[network->n_layers - 1].delta != NULL;
    if (has_loss && !isfinite(self->loss))
        return FALSE;
    for (gsize i = 0; i < network->parameter_span; i++)
        if (!isfinite((gfloat)self->parameters[i]))
            return FALSE;
    return TRUE;
}

/* ---- scores --------------------------------------------------------------------------------- */

static gboolean score(RipplePlay *play, GError **error)
{
    const RippleStart *start = play->start;
    if (!ripple_evaluator_run(play->evaluator, play->train, NULL, start->train->samples,
                              &play->train_score, error))
        return FALSE;
    if (play->test && !ripple_evaluator_run(play->evaluator, play->test, NULL, start->test->samples,
                                            &play->test_score, error))
        return FALSE;
    RippleCurvePoint point = {play->step, play->train_score.loss, play->test_score.loss};
    ripple_curve_add(&play->curve, point);
    return TRUE;
}

static gboolean bring_scores(RippleSnapshot *self, RipplePlay *play, GError **error)
{
    if (!ripple_play_is_within_step(play) && !score(play, error))
        return FALSE;
    self->train = play->train_score;
    self->test = play->test_score;
    self->curve = play->curve;
    self->grid = g_new(gfloat, ripple_grid_values(self->start->model->network));
    return ripple_grid_run(play->grid, self->grid, error);
}

/* ---- life ----------------------------------------------------------------------------------- */

static void clear(gpointer snapshot)
{
    RippleSnapshot *self = snapshot;
    for (guint l = 0; l < self->start->model->network->n_layers; l++) {
        g_free(self->layers[l].z);
        g_free(self->layers[l].activation);
        g_free(self->layers[l].delta);
    }
    g_free(self->layers);
    g_free(self->rows);
    g_free(self->samples);
    g_free(self->input);
    g_free(self->parameters);
    g_free(self->before);
    g_free(self->gradient);
    g_free(self->grid);
    ripple_start_unref(self->start);
}

RippleSnapshot *ripple_snapshot_new(RipplePlay *play, GError **error)
{
    g_return_val_if_fail(play->row == 0 || play->before, NULL);
    const RippleSchedule *schedule = ripple_scheduler_schedule(play->session->scheduler);
    const RippleNetwork *network = play->start->model->network;
    g_autoptr(RippleSnapshot) self = g_atomic_rc_box_new0(RippleSnapshot);
    self->start = ripple_start_ref(play->start);
    self->layers = g_new0(RippleSnapshotLayer, network->n_layers);
    self->step = play->step;
    self->row = play->row;
    self->n_rows = schedule->n_steps;
    self->rows = g_memdup2(schedule->steps, schedule->n_steps * sizeof *schedule->steps);
    self->epoch = play->epoch;
    self->learning_rate = play->learning_rate_of_step;
    self->loss = NAN;
    self->parameters = g_new(gdouble, network->parameter_span);
    if (!ripple_backend_download_exact(ripple_buffer_view(play->session->state->parameters),
                                       self->parameters, error) ||
        (self->row > 0 && !bring_step(self, play, error)) || !bring_scores(self, play, error))
        return NULL;
    self->is_finite = is_finite(self);
    return g_steal_pointer(&self);
}

RippleSnapshot *ripple_snapshot_ref(RippleSnapshot *snapshot)
{
    return g_atomic_rc_box_acquire(snapshot);
}

void ripple_snapshot_unref(RippleSnapshot *snapshot)
{
    if (snapshot)
        g_atomic_rc_box_release_full(snapshot, clear);
}
