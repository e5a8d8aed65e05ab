/* Observing a run: when, and what becomes of it. */
#include "train/training_private.h"

/* ---- when ----------------------------------------------------------------------------------- */

static guint64 interval(const RippleRun *run)
{
    return ripple_material_steps_between(run->trainer->material, run->config);
}

guint64 ripple_run_observation_room(const RippleRun *run)
{
    guint64 every = interval(run);
    if (every == 0)
        return G_MAXUINT64;
    return run->enqueued % every == 0 ? 1 : every - run->enqueued % every;
}

gboolean ripple_run_before_steps(RippleRun *run, const RippleBatch *batch, GError **error)
{
    guint64 every = interval(run);
    run->is_observed = every > 0 && run->enqueued % every == 0;
    return !run->is_observed ||
           ripple_observations_before(
               run->trainer->observations, batch, run->enqueued + 1, run->epoch,
               run->config->learning_rate,
               ripple_observation_files_wants(run->trainer->observation_files, run->enqueued),
               error);
}

gboolean ripple_run_after_steps(RippleRun *run, GError **error)
{
    return !run->is_observed || ripple_observations_after(run->trainer->observations, error);
}

/* ---- what becomes of it --------------------------------------------------------------------- */

static void warn(const RippleRun *run, const RippleObservation *observation, guint layer)
{
    const RippleLayerObservation *found = &observation->layers[layer];
    g_autoptr(GString) text = g_string_new(NULL);
    if (found->state == RIPPLE_GRADIENT_VANISHING)
        g_string_append_printf(
            text,
            "The gradient of layer %u vanishes: in step %" G_GUINT64_FORMAT
            ", as in those observed before, a weight's is %.1e times as large as in the last "
            "layer, so that the layer hardly learns. Try fewer layers, or relu.",
            layer, observation->step, found->gradient_ratio);
    else
        g_string_append_printf(
            text,
            "The gradient of layer %u explodes: in step %" G_GUINT64_FORMAT
            ", as in those observed before, a weight's is %.1e times as large as in the last "
            "layer, and the step changes the weights by %.1e of their norm. Try a smaller "
            "learning rate than %g.",
            layer, observation->step, found->gradient_ratio, found->update_ratio,
            run->config->learning_rate);
    if (run->observer->warning)
        run->observer->warning(text->str, run->observer->user_data);
}

/* Once for each layer. */
static void look_for_trouble(RippleRun *run, const RippleObservation *observation)
{
    for (guint l = 0; l < observation->n_layers; l++) {
        guint *in_a_row = &run->in_trouble[l];
        if (*in_a_row >= RIPPLE_TROUBLE_IN_A_ROW)
            continue;
        *in_a_row = observation->layers[l].state == RIPPLE_GRADIENT_SOUND ? 0 : *in_a_row + 1;
        if (*in_a_row == RIPPLE_TROUBLE_IN_A_ROW)
            warn(run, observation, l);
    }
}

static gboolean write_down(const RippleObservation *observation, const gfloat *parameters,
                           gpointer user_data, GError **error)
{
    RippleRun *run = user_data;
    RippleObservationFiles *files = run->trainer->observation_files;
    g_autoptr(GString) line = ripple_observation_line(observation);
    look_for_trouble(run, observation);
    return ripple_observation_files_add(files, line, error) &&
           (!parameters ||
            ripple_observation_files_keep(files, observation->step - 1, parameters, error));
}

gboolean ripple_run_write_observations(RippleRun *run, gboolean all, GError **error)
{
    RippleObservations *observations = run->trainer->observations;
    if (!observations)
        return TRUE;
    ripple_observations_tell(observations, write_down, run);
    return all ? ripple_observations_finish(observations, error)
               : ripple_observations_take(observations, error);
}
