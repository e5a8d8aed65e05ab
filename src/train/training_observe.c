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

/* The parameters from before the next step. */
static gboolean wants_parameters(const RippleRun *run)
{
    const RippleObservationFiles *files = run->trainer->observation_files;
    return run->observer->parameters ||
           (files && ripple_observation_files_wants(files, run->enqueued));
}

gboolean ripple_run_before_steps(RippleRun *run, const RippleBatch *batch, GError **error)
{
    guint64 every = interval(run);
    run->is_observed = every > 0 && run->enqueued % every == 0;
    return !run->is_observed ||
           ripple_observations_before(run->trainer->observations, batch, run->enqueued + 1,
                                      run->epoch, run->config->learning_rate, wants_parameters(run),
                                      error);
}

gboolean ripple_run_after_steps(RippleRun *run, GError **error)
{
    return !run->is_observed || ripple_observations_after(run->trainer->observations, error);
}

/* ---- what becomes of it --------------------------------------------------------------------- */

/* "layer 2", "layers 0 to 5", "layers 0, 2 to 4, 7". Free with g_free. */
static char *name_layers(const gboolean *chosen, guint n_layers)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    guint count = 0;
    for (guint l = 0, end; l < n_layers; l = end + 1) {
        for (end = l; end < n_layers && chosen[end]; end++)
            count++;
        if (end > l + 1)
            g_ptr_array_add(parts,
                            g_strdup_printf("%u %s %u", l, end > l + 2 ? "to" : "and", end - 1));
        else if (end > l)
            g_ptr_array_add(parts, g_strdup_printf("%u", l));
    }
    g_ptr_array_add(parts, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)parts->pdata);
    return g_strdup_printf("layer%s %s", count > 1 ? "s" : "", list);
}

/* Of the layers that are `chosen`, the gradients are in `state`; each is told once. */
static void warn(const RippleRun *run, const RippleObservation *observation,
                 RippleGradientState state, const gboolean *chosen)
{
    g_autofree char *layers = name_layers(chosen, observation->n_layers);
    gdouble worst = NAN, largest_update = NAN;
    for (guint l = 0; l < observation->n_layers; l++) {
        const RippleLayerObservation *layer = &observation->layers[l];
        if (!chosen[l])
            continue;
        worst = state == RIPPLE_GRADIENT_VANISHING ? fmin(worst, layer->gradient_ratio)
                                                   : fmax(worst, layer->gradient_ratio);
        largest_update = fmax(largest_update, layer->update_ratio);
    }
    g_autofree char *text = NULL;
    if (state == RIPPLE_GRADIENT_VANISHING)
        text = g_strdup_printf("The gradient vanishes in %s: in step %" G_GUINT64_FORMAT
                               ", as in those observed before, a weight's is down to %.1e of one "
                               "in the last layer. Such a layer hardly learns; try relu, or fewer "
                               "layers.",
                               layers, observation->step, worst);
    else
        text = g_strdup_printf("The gradient explodes in %s: in step %" G_GUINT64_FORMAT
                               ", as in those observed before, a weight's is up to %.1e times one "
                               "in the last layer, and the step changes weights by up to %.1e of "
                               "their norm. Try a smaller learning rate than %g.",
                               layers, observation->step, worst, largest_update,
                               run->config->learning_rate);
    if (run->observer->warning)
        run->observer->warning(text, run->observer->user_data);
}

static void look_for_trouble(RippleRun *run, const RippleObservation *observation)
{
    g_autofree gboolean *chosen = g_new(gboolean, observation->n_layers);
    for (guint l = 0; l < observation->n_layers; l++)
        if (run->in_trouble[l] < RIPPLE_TROUBLE_IN_A_ROW)
            run->in_trouble[l] =
                observation->layers[l].state == RIPPLE_GRADIENT_SOUND ? 0 : run->in_trouble[l] + 1;
        else
            run->in_trouble[l] = G_MAXUINT; /* it was told */
    for (guint state = RIPPLE_GRADIENT_VANISHING; state < RIPPLE_N_GRADIENT_STATES; state++) {
        gboolean is_any = FALSE;
        for (guint l = 0; l < observation->n_layers; l++)
            is_any |= chosen[l] = run->in_trouble[l] == RIPPLE_TROUBLE_IN_A_ROW &&
                                  observation->layers[l].state == state;
        if (is_any)
            warn(run, observation, state, chosen);
    }
}

static gboolean write_down(const RippleObservation *observation, const gfloat *parameters,
                           gpointer user_data, GError **error)
{
    RippleRun *run = user_data;
    RippleObservationFiles *files = run->trainer->observation_files;
    guint64 steps_before = observation->step - 1;
    look_for_trouble(run, observation);
    if (parameters && run->observer->parameters)
        run->observer->parameters(steps_before, parameters, run->observer->user_data);
    if (!files)
        return TRUE;
    g_autoptr(GString) line = ripple_observation_line(observation);
    return ripple_observation_files_add(files, line, error) &&
           (!parameters || !ripple_observation_files_wants(files, steps_before) ||
            ripple_observation_files_keep(files, steps_before, parameters, error));
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
