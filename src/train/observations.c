#include "train/observations.h"

/* Observations that may be under way before the host waits for one. */
#define MOST_PENDING 8

/* How often a host that is far enough ahead looks again. */
#define POLL_MICROSECONDS 200

/* Where the values of an observation stand on the device: loss and rights, then for each layer all
 * summaries, all histograms, what the update changed in weight and bias, and a peak for each unit.
 */
#define LOSS_VALUES 2
#define N_UPDATES 2
#define LAYER_VALUES                                                                               \
    (RIPPLE_N_OBSERVED * (RIPPLE_SUMMARY_VALUES + RIPPLE_HISTOGRAM_BINS) +                         \
     N_UPDATES * RIPPLE_SUMMARY_VALUES)

/* What was asked for, and has perhaps arrived. */
typedef struct {
    RippleObservation *observation; /* the numbers known beforehand */
    RippleRead *read;
    gfloat *values;
    RippleRead *parameter_read; /* or NULL */
    gfloat *parameters;         /* or NULL */
} Pending;

struct _RippleObservations {
    RippleState *state;
    RippleScheduler *scheduler;
    RippleBuffer *before; /* parameters before the step */
    RippleBuffer *found;
    gsize *offsets;   /* in `found`, of each layer */
    Pending *current; /* before the step, but not yet after it */
    GQueue pending;   /* of Pending, oldest first */
    RippleObservationFunction function;
    gpointer user_data;
};

RippleScheduleOptions ripple_observations_schedule(gsize batch, gboolean has_labels)
{
    return (RippleScheduleOptions){.purpose = RIPPLE_PURPOSE_TRAIN,
                                   .batch = batch,
                                   .has_labels = has_labels,
                                   .keep_all = TRUE};
}

gsize ripple_observations_values(const RippleNetwork *network)
{
    gsize values = LOSS_VALUES;
    for (guint l = 0; l < network->n_layers; l++)
        values += LAYER_VALUES + network->layers[l].outputs;
    return values;
}

RippleObservations *ripple_observations_new(RippleState *state, gsize batch, gboolean has_labels,
                                            GError **error)
{
    g_autoptr(RippleObservations) self = g_new0(RippleObservations, 1);
    const RippleNetwork *network = state->network;
    const RippleScheduleOptions options = ripple_observations_schedule(batch, has_labels);
    g_queue_init(&self->pending);
    self->state = state;
    self->scheduler = ripple_scheduler_new(state, &options, error);
    if (!self->scheduler)
        return NULL;
    self->before =
        ripple_buffer_new(state->backend, RIPPLE_ELEMENT_REAL, network->parameter_span, error);
    if (!self->before)
        return NULL;
    self->found = ripple_buffer_new(state->backend, RIPPLE_ELEMENT_REAL,
                                    ripple_observations_values(network), error);
    self->offsets = g_new(gsize, network->n_layers);
    gsize offset = LOSS_VALUES;
    for (guint l = 0; l < network->n_layers; l++) {
        self->offsets[l] = offset;
        offset += LAYER_VALUES + network->layers[l].outputs;
    }
    return self->found ? g_steal_pointer(&self) : NULL;
}

static void pending_free(Pending *pending)
{
    if (!pending)
        return;
    if (pending->read)
        ripple_read_finish(pending->read, NULL);
    if (pending->parameter_read)
        ripple_read_finish(pending->parameter_read, NULL);
    ripple_observation_free(pending->observation);
    g_free(pending->values);
    g_free(pending->parameters);
    g_free(pending);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pending, pending_free)

void ripple_observations_free(RippleObservations *observations)
{
    if (!observations)
        return;
    pending_free(observations->current);
    g_queue_clear_full(&observations->pending, (GDestroyNotify)pending_free);
    ripple_buffer_free(observations->found);
    ripple_buffer_free(observations->before);
    ripple_scheduler_free(observations->scheduler);
    g_free(observations->offsets);
    g_free(observations);
}

void ripple_observations_tell(RippleObservations *observations, RippleObservationFunction function,
                              gpointer user_data)
{
    observations->function = function;
    observations->user_data = user_data;
}

/* ---- where values stand --------------------------------------------------------------------- */

static gsize summary_at(gsize layer, guint tensor)
{
    return layer + tensor * RIPPLE_SUMMARY_VALUES;
}

static gsize bins_at(gsize layer, guint tensor)
{
    return summary_at(layer, RIPPLE_N_OBSERVED) + tensor * RIPPLE_HISTOGRAM_BINS;
}

/* Of the weight's update, then of the bias's. */
static gsize update_at(gsize layer, guint part)
{
    return bins_at(layer, RIPPLE_N_OBSERVED) + part * RIPPLE_SUMMARY_VALUES;
}

static gsize peaks_at(gsize layer)
{
    return update_at(layer, N_UPDATES);
}

/* ---- on the device -------------------------------------------------------------------------- */

static gboolean observe_tensor(RippleObservations *self, guint layer, guint tensor, gsize samples,
                               GError **error)
{
    gsize at = self->offsets[layer];
    RippleRole role = ripple_observed_role(tensor);
    RippleView values = ripple_scheduler_view(self->scheduler, role, layer, samples);
    RippleView result = ripple_view(self->found, summary_at(at, tensor), 1, RIPPLE_SUMMARY_VALUES);
    const RippleSummary summary = {.values = values, .result = result};
    const RippleHistogram histogram = {
        .values = values,
        .summary = result,
        .result = ripple_view(self->found, bins_at(at, tensor), 1, RIPPLE_HISTOGRAM_BINS),
    };
    RippleBackend *backend = self->state->backend;
    return ripple_backend_summary(backend, &summary, error) &&
           ripple_backend_histogram(backend, &histogram, error);
}

static gboolean observe_units(RippleObservations *self, guint layer, gsize samples, GError **error)
{
    const RippleLayer *shape = &self->state->network->layers[layer];
    if (shape->activation == RIPPLE_ACTIVATION_SOFTMAX)
        return TRUE;
    const RippleDerivativePeak peak = {
        .z = ripple_scheduler_view(self->scheduler, RIPPLE_ROLE_Z, layer, samples),
        .a = ripple_scheduler_view(self->scheduler, RIPPLE_ROLE_ACTIVATION, layer, samples),
        .result = ripple_view(self->found, peaks_at(self->offsets[layer]), 1, shape->outputs),
        .activation = shape->activation,
    };
    return ripple_backend_derivative_peak(self->state->backend, &peak, error);
}

static gboolean observe_layers(RippleObservations *self, gsize samples, GError **error)
{
    for (guint l = 0; l < self->state->network->n_layers; l++) {
        for (guint t = 0; t < RIPPLE_N_OBSERVED; t++)
            if (!observe_tensor(self, l, t, samples, error))
                return FALSE;
        if (!observe_units(self, l, samples, error))
            return FALSE;
    }
    return TRUE;
}

/* Up to the gradients: nothing is updated. */
static gboolean walk(RippleObservations *self, const RippleBatch *batch, GError **error)
{
    const RippleSchedule *schedule = ripple_scheduler_schedule(self->scheduler);
    RippleView result = ripple_view(self->found, 0, 1, LOSS_VALUES);
    for (guint row = 0; row < schedule->n_steps; row++)
        if (schedule->steps[row].kind != RIPPLE_STEP_UPDATE &&
            !ripple_scheduler_row(self->scheduler, row, batch, NULL, result, error))
            return FALSE;
    return TRUE;
}

/* What is enqueued for `row` shows in profiles as "observe". */
static gboolean observe_named(RippleObservations *self, gsize samples, GError **error)
{
    RippleBackend *backend = self->state->backend;
    ripple_backend_set_row(backend, g_intern_static_string("observe"));
    gboolean ok = observe_layers(self, samples, error) &&
                  ripple_backend_copy(ripple_buffer_view(self->state->parameters),
                                      ripple_buffer_view(self->before), error);
    ripple_backend_set_row(backend, NULL);
    return ok;
}

static gboolean read_parameters(RippleObservations *self, Pending *pending, GError **error)
{
    pending->parameters = g_new(gfloat, self->before->length);
    pending->parameter_read =
        ripple_backend_read(ripple_buffer_view(self->before), pending->parameters, error);
    return pending->parameter_read != NULL;
}

gboolean ripple_observations_before(RippleObservations *observations, const RippleBatch *batch,
                                    guint64 step, guint64 epoch, gdouble learning_rate,
                                    gboolean with_parameters, GError **error)
{
    const RippleNetwork *network = observations->state->network;
    g_autoptr(Pending) pending = g_new0(Pending, 1);
    RippleObservation *observation = ripple_observation_new(network->n_layers);
    pending->observation = observation;
    observation->step = step;
    observation->epoch = epoch;
    observation->learning_rate = learning_rate;
    for (guint l = 0; l < network->n_layers; l++)
        for (guint t = 0; t < RIPPLE_N_OBSERVED; t++) {
            RippleView view = ripple_scheduler_view(observations->scheduler,
                                                    ripple_observed_role(t), l, batch->count);
            observation->layers[l].tensors[t].count = view.rows * view.columns;
        }
    if (!walk(observations, batch, error) || !observe_named(observations, batch->count, error) ||
        (with_parameters && !read_parameters(observations, pending, error)))
        return FALSE;
    observations->current = g_steal_pointer(&pending);
    return TRUE;
}

static gboolean observe_update(RippleObservations *self, guint layer, guint part, GError **error)
{
    static const RippleRole roles[N_UPDATES] = {RIPPLE_ROLE_WEIGHT, RIPPLE_ROLE_BIAS};
    RippleView after = ripple_scheduler_view(self->scheduler, roles[part], layer, 0);
    const RippleSummary change = {
        .values = after,
        .minus = ripple_view(self->before, after.offset, after.rows, after.columns),
        .result = ripple_view(self->found, update_at(self->offsets[layer], part), 1,
                              RIPPLE_SUMMARY_VALUES),
    };
    return ripple_backend_summary(self->state->backend, &change, error);
}

static gboolean observe_updates(RippleObservations *self, GError **error)
{
    RippleBackend *backend = self->state->backend;
    gboolean ok = TRUE;
    ripple_backend_set_row(backend, g_intern_static_string("observe"));
    for (guint l = 0; ok && l < self->state->network->n_layers; l++)
        for (guint part = 0; ok && part < N_UPDATES; part++)
            ok = observe_update(self, l, part, error);
    ripple_backend_set_row(backend, NULL);
    return ok;
}

gboolean ripple_observations_after(RippleObservations *observations, GError **error)
{
    g_autoptr(Pending) pending = g_steal_pointer(&observations->current);
    if (!observe_updates(observations, error))
        return FALSE;
    pending->values = g_new(gfloat, observations->found->length);
    pending->read =
        ripple_backend_read(ripple_buffer_view(observations->found), pending->values, error);
    if (!pending->read)
        return FALSE;
    g_queue_push_tail(&observations->pending, g_steal_pointer(&pending));
    return TRUE;
}

/* ---- on the host ---------------------------------------------------------------------------- */

static void take_tensor(RippleTensorObservation *tensor, const gfloat *summary, const gfloat *bins)
{
    for (guint i = 0; i < RIPPLE_SUMMARY_VALUES; i++)
        tensor->summary[i] = summary[i];
    for (guint b = 0; b < RIPPLE_HISTOGRAM_BINS; b++)
        tensor->bins[b] = (guint64)bins[b];
}

static void take_layer(const RippleObservations *self, guint l, const gfloat *values,
                       RippleLayerObservation *layer)
{
    const RippleLayer *shape = &self->state->network->layers[l];
    gsize at = self->offsets[l];
    for (guint t = 0; t < RIPPLE_N_OBSERVED; t++)
        take_tensor(&layer->tensors[t], values + summary_at(at, t), values + bins_at(at, t));
    layer->weight_update = values[update_at(at, 0) + RIPPLE_SUMMARY_NORM];
    layer->bias_update = values[update_at(at, 1) + RIPPLE_SUMMARY_NORM];
    ripple_observation_count_units(shape->activation, values + peaks_at(at), shape->outputs,
                                   &layer->dead, &layer->saturated);
}

static gboolean finish_reads(Pending *pending, GError **error)
{
    gboolean ok = ripple_read_finish(g_steal_pointer(&pending->read), error);
    if (pending->parameter_read)
        ok = ripple_read_finish(g_steal_pointer(&pending->parameter_read), ok ? error : NULL) && ok;
    return ok;
}

static gboolean take_oldest(RippleObservations *self, GError **error)
{
    g_autoptr(Pending) pending = g_queue_pop_head(&self->pending);
    RippleObservation *observation = pending->observation;
    if (!finish_reads(pending, error))
        return FALSE;
    observation->loss = pending->values[0];
    for (guint l = 0; l < observation->n_layers; l++)
        take_layer(self, l, pending->values, &observation->layers[l]);
    ripple_observation_judge(observation);
    return self->function(observation, pending->parameters, self->user_data, error);
}

static gboolean is_there(const Pending *pending)
{
    return ripple_read_is_ready(pending->read) &&
           (!pending->parameter_read || ripple_read_is_ready(pending->parameter_read));
}

gboolean ripple_observations_take(RippleObservations *observations, GError **error)
{
    GQueue *queue = &observations->pending;
    while (!g_queue_is_empty(queue)) {
        if (is_there(g_queue_peek_head(queue))) {
            if (!take_oldest(observations, error))
                return FALSE;
        } else if (g_queue_get_length(queue) < MOST_PENDING) {
            return TRUE;
        } else {
            g_usleep(POLL_MICROSECONDS);
        }
    }
    return TRUE;
}

gboolean ripple_observations_finish(RippleObservations *observations, GError **error)
{
    GQueue *queue = &observations->pending;
    /* Once for all reads, rather than for each. */
    if (!g_queue_is_empty(queue) && !is_there(g_queue_peek_tail(queue)) &&
        !ripple_backend_wait(observations->state->backend, error))
        return FALSE;
    while (!g_queue_is_empty(queue))
        if (!take_oldest(observations, error))
            return FALSE;
    return TRUE;
}
