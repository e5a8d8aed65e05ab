#include "playground/play.h"

#include "base/random.h"
#include "train/rates.h"

#include <math.h>

/* ---- life ----------------------------------------------------------------------------------- */

static gboolean make_session(RipplePlay *self, RippleBackend *backend, GError **error)
{
    const RippleStart *start = self->start;
    RippleScheduleOptions options = {.batch = start->config->batch,
                                     .moments = ripple_config_moments(start->config),
                                     .keep_all = TRUE};
    self->session = ripple_session_new(backend, start->model, start->train, 0,
                                       start->train->samples, options, error);
    return self->session != NULL;
}

static gboolean make_sources(RipplePlay *self, RippleBackend *backend, GError **error)
{
    const RippleStart *start = self->start;
    self->train = ripple_source_new(backend, start->train, start->model->transform, 0, error);
    if (!self->train || !start->test)
        return self->train != NULL;
    self->test = ripple_source_new(backend, start->test, start->model->transform, 0, error);
    return self->test != NULL;
}

static gboolean make_watchers(RipplePlay *self, GError **error)
{
    const RippleStart *start = self->start;
    RippleState *state = self->session->state;
    gboolean has_labels = start->train->target_kind == RIPPLE_TARGET_LABELS;
    self->evaluator = ripple_evaluator_new(state, has_labels, start->train->samples, error);
    self->grid = self->evaluator ? ripple_grid_new(state, &start->range, error) : NULL;
    return self->grid != NULL;
}

RipplePlay *ripple_play_new(RippleBackend *backend, RippleStart *start, GError **error)
{
    g_autoptr(RipplePlay) self = g_new0(RipplePlay, 1);
    self->start = ripple_start_ref(start);
    self->learning_rate = start->config->learning_rate;
    self->train_score = self->test_score = (RippleScore){NAN, NAN};
    self->order = g_new(guint32, start->train->samples);
    if (!make_session(self, backend, error) || !make_sources(self, backend, error) ||
        !make_watchers(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_play_free(RipplePlay *play)
{
    if (!play)
        return;
    ripple_grid_free(play->grid);
    ripple_evaluator_free(play->evaluator);
    ripple_source_free(play->test);
    ripple_source_free(play->train);
    ripple_session_free(play->session);
    ripple_start_unref(play->start);
    g_free(play->order);
    g_free(play->before);
    g_free(play);
}

/* ---- steps ---------------------------------------------------------------------------------- */

guint ripple_play_rows(const RipplePlay *play)
{
    return ripple_scheduler_schedule(play->session->scheduler)->n_steps;
}

gboolean ripple_play_is_within_step(const RipplePlay *play)
{
    return play->row > 0 && play->row < ripple_play_rows(play);
}

/* The order that ripple_material_order() gives a run of the same seed. */
static gboolean begin_epoch(RipplePlay *self, GError **error)
{
    gsize samples = self->session->samples;
    self->epoch++;
    for (gsize i = 0; i < samples; i++)
        self->order[i] = (guint32)i;
    ripple_random_shuffle(self->order, samples, self->start->config->seed,
                          RIPPLE_STREAM_PERMUTATION, self->epoch);
    return ripple_session_set_order(self->session, self->order, error);
}

static gboolean begin_step(RipplePlay *self, gboolean is_shown, GError **error)
{
    gsize samples = self->session->samples;
    gsize first = self->step == 0 ? samples : self->batch.first + self->batch.count;
    if (first == samples) {
        first = 0;
        if (!begin_epoch(self, error))
            return FALSE;
    }
    gsize count = MIN(ripple_session_batch_size(self->session), samples - first);
    g_clear_pointer(&self->before, g_free);
    if (is_shown) {
        RippleView parameters = ripple_buffer_view(self->session->state->parameters);
        self->before = g_new(gdouble, parameters.columns);
        if (!ripple_backend_download_exact(parameters, self->before, error))
            return FALSE;
    }
    self->row = 0;
    self->learning_rate_of_step = self->learning_rate;
    return ripple_session_batch(self->session, first, count, &self->batch, error);
}

static gboolean take_row(RipplePlay *self, GError **error)
{
    RippleRates rates = ripple_config_rates(self->start->config, self->step + 1);
    rates.learning_rate = self->learning_rate_of_step;
    RippleView result = ripple_buffer_view(self->session->result);
    if (!ripple_scheduler_row(self->session->scheduler, self->row, &self->batch, &rates, result,
                              error))
        return FALSE;
    self->row++;
    self->step += self->row == ripple_play_rows(self);
    return TRUE;
}

gboolean ripple_play_row(RipplePlay *play, GError **error)
{
    return (ripple_play_is_within_step(play) || begin_step(play, TRUE, error)) &&
           take_row(play, error);
}

gboolean ripple_play_step(RipplePlay *play, gboolean is_shown, GError **error)
{
    if (!ripple_play_is_within_step(play) && !begin_step(play, is_shown, error))
        return FALSE;
    do
        if (!take_row(play, error))
            return FALSE;
    while (play->row < ripple_play_rows(play));
    return TRUE;
}
