/* Whole steps at once: one against the reference, row by row; several against as many launches of
 * one, which give the same bits. */
#include "check/bound_step.h"
#include "check/trial.h"
#include "check/trial_samples.h"

#include <string.h>

/* Steps in one launch, the last of which has half a batch. */
#define STEPS 3

/* Parameters and moments of the whole network, as training has them. */
typedef struct {
    RippleGuarded *parameters;
    RippleGuarded *moments[RIPPLE_MOST_MOMENTS];
    RippleGuarded *results;
} Place;

static void place_clear(Place *place)
{
    ripple_guarded_free(place->parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        ripple_guarded_free(place->moments[i]);
    ripple_guarded_free(place->results);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/* What both begin with. */
typedef struct {
    gsize span;
    gfloat *parameters;
    gfloat *moments[RIPPLE_MOST_MOMENTS];
} Start;

static void start_clear(Start *start)
{
    g_free(start->parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        g_free(start->moments[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Start, start_clear)

/* What moments begin with, as a step of Adam after others finds them; padding stays 0. */
static Start start_of(RippleTrial *trial)
{
    const RippleNetwork *network = trial->options.network;
    Start start = {.span = network->parameter_span,
                   .parameters = g_new0(gfloat, network->parameter_span)};
    ripple_network_initialise(network, 1, start.parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        start.moments[i] = g_new0(gfloat, start.span);
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        gsize length = (gsize)layer->outputs * layer->inputs + layer->outputs;
        g_autofree gfloat *bias = ripple_trial_reals(trial, layer->outputs, -0.25, 0.25);
        g_autofree gfloat *first = ripple_trial_reals(trial, length, -0.01, 0.01);
        g_autofree gfloat *second = ripple_trial_reals(trial, length, 0.001, 0.01);
        memcpy(start.parameters + layer->bias_offset, bias, layer->outputs * sizeof *bias);
        memcpy(start.moments[0] + layer->weight_offset, first, length * sizeof *first);
        memcpy(start.moments[1] + layer->weight_offset, second, length * sizeof *second);
    }
    return start;
}

static gboolean place_new(RippleTrial *trial, const Start *start, Place *place, GError **error)
{
    place->parameters = ripple_guarded_new(trial->device, 1, start->span, error);
    place->results = place->parameters ? ripple_guarded_new(trial->device, STEPS, 2, error) : NULL;
    if (!place->results || !ripple_guarded_set(place->parameters, start->parameters, error))
        return FALSE;
    for (guint i = 0; i < trial->schedule->options.moments; i++) {
        place->moments[i] = ripple_guarded_new(trial->device, 1, start->span, error);
        if (!place->moments[i] || !ripple_guarded_set(place->moments[i], start->moments[i], error))
            return FALSE;
    }
    return TRUE;
}

static RippleSteps steps_of(const RippleTrial *trial, const RippleTrialSamples *samples,
                            const Place *place, const RippleRates *rates)
{
    return (RippleSteps){
        .network = trial->options.network,
        .batch = trial->options.batch,
        .order = ripple_guarded_view(samples->order),
        .first = samples->first,
        .samples = trial->options.batch,
        .inputs = ripple_guarded_view(samples->inputs),
        .scale = RIPPLE_TRIAL_SCALE,
        .shift = RIPPLE_TRIAL_SHIFT,
        .labels = ripple_guarded_view(samples->labels),
        .targets = ripple_guarded_view(samples->targets),
        .parameters = ripple_guarded_view(place->parameters),
        .moments = {ripple_guarded_view(place->moments[0]), ripple_guarded_view(place->moments[1])},
        .rates = rates,
        .results = ripple_guarded_view(place->results),
    };
}

gboolean ripple_trial_joins_steps(RippleTrial *trial)
{
    /* What the answer follows from, and nothing else of the operands. */
    RippleGuarded *source = trial->tensors[0][RIPPLE_ROLE_INPUT];
    RippleBuffer bytes = {trial->device, RIPPLE_ELEMENT_BYTE, source->view.buffer->length};
    RippleView moment = ripple_guarded_view(source);
    RippleSteps steps = {
        .network = trial->options.network,
        .batch = trial->options.batch,
        .inputs = ripple_guarded_view(source),
        .labels = ripple_trial_view(trial, RIPPLE_ROLE_LABELS, 0),
        .targets = ripple_trial_view(trial, RIPPLE_ROLE_TARGETS, 0),
        .parameters = moment,
        .rates = &trial->options.rates,
    };
    if (trial->options.has_bytes)
        steps.inputs.buffer = &bytes;
    for (guint i = 0; i < trial->schedule->options.moments; i++)
        steps.moments[i] = moment;
    return !trial->options.keep_all && ripple_backend_most_steps(trial->device, &steps) > 0;
}

/* ---- one step against the reference --------------------------------------------------------- */

/* The same samples on the reference; what is not there is NULL. */
static RippleSamples *reference_samples(RippleTrial *trial, const RippleTrialSamples *samples,
                                        GError **error)
{
    const RippleNetwork *network = trial->options.network;
    g_autoptr(RippleSamples) self = g_new0(RippleSamples, 1);
    self->samples = samples->samples;
    self->width = network->inputs;
    self->outputs = network->outputs;
    self->scale = RIPPLE_TRIAL_SCALE;
    self->shift = RIPPLE_TRIAL_SHIFT;
    self->inputs = ripple_buffer_new(
        trial->reference, samples->input_bytes ? RIPPLE_ELEMENT_BYTE : RIPPLE_ELEMENT_REAL,
        self->samples * self->width, error);
    if (!self->inputs ||
        !ripple_backend_upload(ripple_buffer_view(self->inputs),
                               samples->input_bytes ? (gconstpointer)samples->input_bytes
                                                    : samples->input_values,
                               error))
        return NULL;
    RippleBuffer **place = samples->labels ? &self->labels : &self->targets;
    *place = ripple_buffer_new(trial->reference,
                               samples->labels ? RIPPLE_ELEMENT_INDEX : RIPPLE_ELEMENT_REAL,
                               self->samples * (samples->labels ? 1 : self->outputs), error);
    if (!*place || !ripple_backend_upload(ripple_buffer_view(*place),
                                          samples->labels ? (gconstpointer)samples->label_values
                                                          : samples->target_values,
                                          error))
        return NULL;
    return g_steal_pointer(&self);
}

static gboolean set_follower(RippleTrial *trial, const Start *start, GError **error)
{
    if (!ripple_backend_upload(ripple_buffer_view(trial->state->parameters), start->parameters,
                               error))
        return FALSE;
    for (guint i = 0; i < trial->schedule->options.moments; i++)
        if (!ripple_backend_upload(ripple_buffer_view(trial->state->moments[i]), start->moments[i],
                                   error))
            return FALSE;
    return TRUE;
}

/* What the parameters may be off by after the step; nothing where there is padding. */
static gdouble *bound_parameters(RippleTrial *trial, const RippleStepBound *bound, GError **error)
{
    const RippleSchedule *schedule = ripple_scheduler_schedule(trial->follower);
    g_autofree gdouble *allowed = g_new0(gdouble, schedule->network->parameter_span);
    for (guint l = 0; l < schedule->network->n_layers; l++) {
        const RippleTensor *weight = ripple_schedule_tensor(schedule, RIPPLE_ROLE_WEIGHT, l);
        const RippleTensor *bias = ripple_schedule_tensor(schedule, RIPPLE_ROLE_BIAS, l);
        if (!ripple_step_bound_parameter(bound, trial->follower, weight, &trial->options.rates,
                                         allowed + weight->offset, error) ||
            !ripple_step_bound_parameter(bound, trial->follower, bias, &trial->options.rates,
                                         allowed + bias->offset, error))
            return NULL;
    }
    return g_steal_pointer(&allowed);
}

static gboolean hold_parameters(RippleTrial *trial, RippleTallyPlace *tally_place,
                                const Place *place, const RippleStepBound *bound, GError **error)
{
    gsize span = trial->options.network->parameter_span;
    gssize damage;
    g_autofree gdouble *found = g_new(gdouble, span);
    g_autofree gdouble *expected =
        ripple_bound_values(ripple_buffer_view(trial->state->parameters), error);
    g_autofree gdouble *allowed = expected ? bound_parameters(trial, bound, error) : NULL;
    if (!allowed || !ripple_guarded_read(place->parameters, found, &damage, error))
        return FALSE;
    tally_place->tensor = "the parameters";
    ripple_tally_hold(trial->tally, tally_place, found, expected, allowed, 1, span, damage);
    return TRUE;
}

static gboolean hold_loss(RippleTrial *trial, RippleTallyPlace *tally_place, const Place *place,
                          const RippleStepBound *bound, const gdouble *expected, GError **error)
{
    gdouble found[2 * STEPS];
    gssize damage;
    if (!ripple_guarded_read(place->results, found, &damage, error))
        return FALSE;
    tally_place->tensor = "the loss";
    ripple_tally_hold(trial->tally, tally_place, found, expected, &bound->loss, 1, 1, damage);
    return TRUE;
}

static gboolean try_one(RippleTrial *trial, RippleTallyPlace *tally_place,
                        const RippleTrialSamples *samples, const Start *start, GError **error)
{
    g_auto(Place) place = {0};
    g_autoptr(RippleSamples) data = reference_samples(trial, samples, error);
    g_autoptr(RippleBuffer) order =
        data ? ripple_buffer_new(trial->reference, RIPPLE_ELEMENT_INDEX, samples->samples, error)
             : NULL;
    if (!order || !ripple_backend_upload(ripple_buffer_view(order), samples->indices, error) ||
        !place_new(trial, start, &place, error) || !set_follower(trial, start, error))
        return FALSE;
    RippleSteps steps = steps_of(trial, samples, &place, &trial->options.rates);
    const RippleBatch batch = {data, order, samples->first, trial->options.batch};
    gdouble expected[2];
    steps.results.rows = 1;
    if (!ripple_backend_steps(trial->device, &steps, error) ||
        !ripple_scheduler_step(trial->follower, &batch, &trial->options.rates,
                               ripple_buffer_view(trial->follower_result), error) ||
        !ripple_backend_download_exact(ripple_buffer_view(trial->follower_result), expected, error))
        return FALSE;
    g_autofree gdouble *before = g_new(gdouble, start->span);
    for (gsize i = 0; i < start->span; i++)
        before[i] = start->parameters[i];
    g_autoptr(RippleStepBound) bound =
        ripple_step_bound_new(trial->follower, &batch, before, expected[0], error);
    return bound && hold_loss(trial, tally_place, &place, bound, expected, error) &&
           hold_parameters(trial, tally_place, &place, bound, error);
}

/* ---- several steps against as many launches ------------------------------------------------- */

/* All `steps`, so many in a launch. */
static gboolean launch(RippleTrial *trial, const RippleSteps *steps, guint in_a_launch,
                       GError **error)
{
    gsize end = steps->first + steps->samples;
    for (guint done = 0; done < STEPS; done += in_a_launch) {
        RippleSteps some = *steps;
        some.first += done * steps->batch;
        some.samples = MIN(in_a_launch * steps->batch, end - some.first);
        some.rates += done;
        some.results =
            ripple_view(steps->results.buffer, steps->results.offset + 2 * done, in_a_launch, 2);
        if (!ripple_backend_steps(trial->device, &some, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean hold_same(RippleTrial *trial, RippleTallyPlace *tally_place, const char *name,
                          const RippleGuarded *at_once, const RippleGuarded *singly, GError **error)
{
    if (!at_once)
        return TRUE;
    gsize length = at_once->view.rows * at_once->view.columns;
    gssize damage, other_damage;
    g_autofree gdouble *found = g_new(gdouble, length), *expected = g_new(gdouble, length);
    if (!ripple_guarded_read(at_once, found, &damage, error) ||
        !ripple_guarded_read(singly, expected, &other_damage, error))
        return FALSE;
    tally_place->tensor = name;
    ripple_tally_hold(trial->tally, tally_place, found, expected, NULL, at_once->view.rows,
                      at_once->view.columns, damage ? damage : other_damage);
    return TRUE;
}

static gboolean try_several(RippleTrial *trial, RippleTallyPlace *tally_place,
                            const RippleTrialSamples *samples, const Start *start, GError **error)
{
    g_auto(Place) at_once = {0}, singly = {0};
    RippleRates rates[STEPS];
    for (guint i = 0; i < STEPS; i++) {
        rates[i] = trial->options.rates;
        rates[i].step += i;
    }
    if (!place_new(trial, start, &at_once, error) || !place_new(trial, start, &singly, error))
        return FALSE;
    RippleSteps steps = steps_of(trial, samples, &at_once, rates);
    steps.samples = samples->count;
    RippleSteps single_steps = steps_of(trial, samples, &singly, rates);
    single_steps.samples = steps.samples;
    return launch(trial, &steps, STEPS, error) && launch(trial, &single_steps, 1, error) &&
           hold_same(trial, tally_place, "the parameters after three steps", at_once.parameters,
                     singly.parameters, error) &&
           hold_same(trial, tally_place, "the first moments after three steps", at_once.moments[0],
                     singly.moments[0], error) &&
           hold_same(trial, tally_place, "the second moments after three steps", at_once.moments[1],
                     singly.moments[1], error) &&
           hold_same(trial, tally_place, "the losses of three steps", at_once.results,
                     singly.results, error);
}

gboolean ripple_trial_steps(RippleTrial *trial, GError **error)
{
    if (!ripple_trial_joins_steps(trial))
        return TRUE;
    g_autofree char *network = ripple_network_describe(trial->options.network);
    g_autofree char *what = g_strdup_printf("Steps at once (%s), batch %" G_GSIZE_FORMAT, network,
                                            trial->options.batch);
    RippleTallyPlace place = {ripple_tally_group(trial->tally, "steps at once", "steps"), what, ""};
    /* Three batches, the last of which is not whole. */
    gsize batch = trial->options.batch;
    g_autoptr(RippleTrialSamples) samples =
        ripple_trial_samples_new(trial, 2 * batch + (batch + 1) / 2, error);
    if (!samples)
        return FALSE;
    g_auto(Start) start = start_of(trial);
    return try_one(trial, &place, samples, &start, error) &&
           try_several(trial, &place, samples, &start, error);
}
