#include "train/scheduler.h"

/* ---- state ---------------------------------------------------------------------------------- */

RippleState *ripple_state_new(RippleBackend *backend, const RippleNetwork *network, guint moments,
                              GError **error)
{
    g_return_val_if_fail(moments <= RIPPLE_MOST_MOMENTS, NULL);
    g_autoptr(RippleState) state = g_new0(RippleState, 1);
    state->backend = backend;
    state->network = ripple_network_copy(network);
    state->parameters =
        ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, network->parameter_span, error);
    if (!state->parameters)
        return NULL;
    for (guint i = 0; i < moments; i++) {
        state->moments[i] =
            ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, network->parameter_span, error);
        if (!state->moments[i])
            return NULL;
    }
    return g_steal_pointer(&state);
}

void ripple_state_free(RippleState *state)
{
    if (!state)
        return;
    ripple_buffer_free(state->parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        ripple_buffer_free(state->moments[i]);
    ripple_network_free(state->network);
    g_free(state);
}

static gboolean download(RippleBuffer *buffer, gdouble **values, GError **error)
{
    if (!buffer)
        return TRUE;
    *values = g_new(gdouble, buffer->length);
    return ripple_backend_download_exact(ripple_buffer_view(buffer), *values, error);
}

gboolean ripple_state_download(const RippleState *state, gdouble **parameters,
                               gdouble *moments[RIPPLE_MOST_MOMENTS], GError **error)
{
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (!download(state->moments[i], &moments[i], error))
            return FALSE;
    return download(state->parameters, parameters, error);
}

/* ---- tensors -------------------------------------------------------------------------------- */

struct _RippleScheduler {
    RippleState *state;
    RippleSchedule *schedule;
    RippleBuffer **storages; /* those of the state are borrowed */
    const RippleTensor *(
        *tensors)[RIPPLE_N_ROLES]; /* by layer and role; NULL where there is none */
    const char **row_names;        /* interned, for profiles */
};

static gboolean allocate(RippleScheduler *self, GError **error)
{
    const RippleSchedule *schedule = self->schedule;
    self->storages = g_new0(RippleBuffer *, schedule->n_storages);
    self->storages[RIPPLE_STORAGE_PARAMETERS] = self->state->parameters;
    self->storages[RIPPLE_STORAGE_FIRST_MOMENT] = self->state->moments[0];
    self->storages[RIPPLE_STORAGE_SECOND_MOMENT] = self->state->moments[1];
    for (guint i = RIPPLE_STORAGE_WORK; i < schedule->n_storages; i++) {
        self->storages[i] = ripple_buffer_new(self->state->backend, schedule->storages[i].element,
                                              schedule->storages[i].length, error);
        if (!self->storages[i])
            return FALSE;
    }
    return TRUE;
}

static void name_rows(RippleScheduler *self)
{
    self->row_names = g_new(const char *, self->schedule->n_steps);
    for (guint row = 0; row < self->schedule->n_steps; row++) {
        g_autofree char *name = ripple_step_describe(&self->schedule->steps[row]);
        self->row_names[row] = g_intern_string(name);
    }
}

RippleScheduler *ripple_scheduler_new(RippleState *state, const RippleScheduleOptions *options,
                                      GError **error)
{
    g_autoptr(RippleScheduler) self = g_new0(RippleScheduler, 1);
    self->state = state;
    self->schedule = ripple_schedule_new(state->network, options);
    if (!allocate(self, error))
        return NULL;

    self->tensors = g_malloc0_n(state->network->n_layers, sizeof *self->tensors);
    for (guint i = 0; i < self->schedule->n_tensors; i++) {
        const RippleTensor *tensor = &self->schedule->tensors[i];
        self->tensors[tensor->layer][tensor->role] = tensor;
    }
    name_rows(self);
    return g_steal_pointer(&self);
}

void ripple_scheduler_free(RippleScheduler *scheduler)
{
    if (!scheduler)
        return;
    if (scheduler->storages)
        for (guint i = RIPPLE_STORAGE_WORK; i < scheduler->schedule->n_storages; i++)
            ripple_buffer_free(scheduler->storages[i]);
    g_free(scheduler->storages);
    g_free(scheduler->tensors);
    g_free(scheduler->row_names);
    ripple_schedule_free(scheduler->schedule);
    g_free(scheduler);
}

const RippleSchedule *ripple_scheduler_schedule(const RippleScheduler *scheduler)
{
    return scheduler->schedule;
}

RippleView ripple_scheduler_view(const RippleScheduler *scheduler, RippleRole role, guint layer,
                                 gsize count)
{
    const RippleTensor *tensor = scheduler->tensors[layer][role];
    if (!tensor)
        return RIPPLE_NO_VIEW;
    return ripple_view(scheduler->storages[tensor->storage], tensor->offset,
                       tensor->per_sample ? count : tensor->rows, tensor->columns);
}

/* What layer `layer` reads: the inputs, or the activation below. */
static RippleView view_of_x(const RippleScheduler *self, guint layer, gsize count)
{
    return layer == 0 ? ripple_scheduler_view(self, RIPPLE_ROLE_INPUT, 0, count)
                      : ripple_scheduler_view(self, RIPPLE_ROLE_ACTIVATION, layer - 1, count);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static gboolean gather_one(RippleScheduler *self, const RippleBatch *batch, RippleBuffer *source,
                           RippleView destination, GError **error)
{
    RippleGather gather = {
        .order = ripple_buffer_view(batch->order),
        .first = batch->first,
        .source = ripple_view(source, 0, batch->data->samples, destination.columns),
        .destination = destination,
        .scale = batch->data->scale,
        .shift = batch->data->shift,
    };
    return ripple_backend_gather(self->state->backend, &gather, error);
}

static gboolean gather_row(RippleScheduler *self, const RippleBatch *batch, GError **error)
{
    RippleView input = ripple_scheduler_view(self, RIPPLE_ROLE_INPUT, 0, batch->count);
    RippleView labels = ripple_scheduler_view(self, RIPPLE_ROLE_LABELS, 0, batch->count);
    RippleView targets = ripple_scheduler_view(self, RIPPLE_ROLE_TARGETS, 0, batch->count);
    return gather_one(self, batch, batch->data->inputs, input, error) &&
           (!labels.buffer || gather_one(self, batch, batch->data->labels, labels, error)) &&
           (!targets.buffer || gather_one(self, batch, batch->data->targets, targets, error));
}

static gboolean forward_row(RippleScheduler *self, guint layer, gsize count, GError **error)
{
    RippleForward forward = {
        .x = view_of_x(self, layer, count),
        .weight = ripple_scheduler_view(self, RIPPLE_ROLE_WEIGHT, layer, count),
        .bias = ripple_scheduler_view(self, RIPPLE_ROLE_BIAS, layer, count),
        .z = ripple_scheduler_view(self, RIPPLE_ROLE_Z, layer, count),
        .a = ripple_scheduler_view(self, RIPPLE_ROLE_ACTIVATION, layer, count),
        .activation = self->schedule->network->layers[layer].activation,
    };
    return ripple_backend_forward(self->state->backend, &forward, error);
}

static gboolean loss_row(RippleScheduler *self, guint layer, gsize count, RippleView result,
                         GError **error)
{
    RippleLossOperation loss = {
        .loss = self->schedule->network->loss,
        .activation = self->schedule->network->layers[layer].activation,
        .z = ripple_scheduler_view(self, RIPPLE_ROLE_Z, layer, count),
        .a = ripple_scheduler_view(self, RIPPLE_ROLE_ACTIVATION, layer, count),
        .labels = ripple_scheduler_view(self, RIPPLE_ROLE_LABELS, 0, count),
        .targets = ripple_scheduler_view(self, RIPPLE_ROLE_TARGETS, 0, count),
        .delta = ripple_scheduler_view(self, RIPPLE_ROLE_DELTA, layer, count),
        .result = result,
    };
    return ripple_backend_loss(self->state->backend, &loss, error);
}

static gboolean delta_row(RippleScheduler *self, guint layer, gsize count, GError **error)
{
    RippleDelta delta = {
        .delta_above = ripple_scheduler_view(self, RIPPLE_ROLE_DELTA, layer + 1, count),
        .weight_above = ripple_scheduler_view(self, RIPPLE_ROLE_WEIGHT, layer + 1, count),
        .z = ripple_scheduler_view(self, RIPPLE_ROLE_Z, layer, count),
        .a = ripple_scheduler_view(self, RIPPLE_ROLE_ACTIVATION, layer, count),
        .delta = ripple_scheduler_view(self, RIPPLE_ROLE_DELTA, layer, count),
        .activation = self->schedule->network->layers[layer].activation,
    };
    return ripple_backend_delta(self->state->backend, &delta, error);
}

static gboolean gradient_row(RippleScheduler *self, guint layer, gsize count, GError **error)
{
    RippleGradient gradient = {
        .delta = ripple_scheduler_view(self, RIPPLE_ROLE_DELTA, layer, count),
        .x = view_of_x(self, layer, count),
        .weight_gradient = ripple_scheduler_view(self, RIPPLE_ROLE_WEIGHT_GRADIENT, layer, count),
        .bias_gradient = ripple_scheduler_view(self, RIPPLE_ROLE_BIAS_GRADIENT, layer, count),
    };
    /* Where it is not kept, the update forms it. */
    return !gradient.weight_gradient.buffer ||
           ripple_backend_gradient(self->state->backend, &gradient, error);
}

/* A weight and the bias beside it as one row of elements. */
static RippleView weight_and_bias(const RippleScheduler *self, RippleRole weight_role, guint layer)
{
    const RippleLayer *shape = &self->schedule->network->layers[layer];
    RippleView weight = ripple_scheduler_view(self, weight_role, layer, 0);
    if (!weight.buffer)
        return RIPPLE_NO_VIEW;
    return ripple_view(weight.buffer, weight.offset, 1,
                       (gsize)shape->outputs * shape->inputs + shape->outputs);
}

static gboolean descend_row(RippleScheduler *self, guint layer, gsize count,
                            const RippleRates *rates, GError **error)
{
    RippleDescent descent = {
        .delta = ripple_scheduler_view(self, RIPPLE_ROLE_DELTA, layer, count),
        .x = view_of_x(self, layer, count),
        .parameter = weight_and_bias(self, RIPPLE_ROLE_WEIGHT, layer),
        .first_moment = weight_and_bias(self, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, layer),
        .second_moment = weight_and_bias(self, RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, layer),
        .rates = *rates,
    };
    return ripple_backend_descend(self->state->backend, &descent, error);
}

static gboolean update_row(RippleScheduler *self, guint layer, gsize count,
                           const RippleRates *rates, GError **error)
{
    RippleUpdate update = {
        .parameter = weight_and_bias(self, RIPPLE_ROLE_WEIGHT, layer),
        .gradient = weight_and_bias(self, RIPPLE_ROLE_WEIGHT_GRADIENT, layer),
        .first_moment = weight_and_bias(self, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, layer),
        .second_moment = weight_and_bias(self, RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, layer),
        .rates = *rates,
    };
    if (!update.gradient.buffer)
        return descend_row(self, layer, count, rates, error);
    return ripple_backend_update(self->state->backend, &update, error);
}

static gboolean enqueue_row(RippleScheduler *scheduler, guint row, const RippleBatch *batch,
                            const RippleRates *rates, RippleView result, GError **error)
{
    RippleStep step = scheduler->schedule->steps[row];
    switch (step.kind) {
    case RIPPLE_STEP_GATHER:
        return gather_row(scheduler, batch, error);
    case RIPPLE_STEP_FORWARD:
        return forward_row(scheduler, step.layer, batch->count, error);
    case RIPPLE_STEP_LOSS:
        return loss_row(scheduler, step.layer, batch->count, result, error);
    case RIPPLE_STEP_DELTA:
        return delta_row(scheduler, step.layer, batch->count, error);
    case RIPPLE_STEP_GRADIENT:
        return gradient_row(scheduler, step.layer, batch->count, error);
    case RIPPLE_STEP_UPDATE:
        return update_row(scheduler, step.layer, batch->count, rates, error);
    }
    g_return_val_if_reached(FALSE);
}

gboolean ripple_scheduler_row(RippleScheduler *scheduler, guint row, const RippleBatch *batch,
                              const RippleRates *rates, RippleView result, GError **error)
{
    ripple_backend_set_row(scheduler->state->backend, scheduler->row_names[row]);
    gboolean ok = enqueue_row(scheduler, row, batch, rates, result, error);
    ripple_backend_set_row(scheduler->state->backend, NULL);
    return ok;
}

gboolean ripple_scheduler_step(RippleScheduler *scheduler, const RippleBatch *batch,
                               const RippleRates *rates, RippleView result, GError **error)
{
    g_return_val_if_fail(batch->count <= scheduler->schedule->options.batch, FALSE);
    for (guint row = 0; row < scheduler->schedule->n_steps; row++)
        if (!ripple_scheduler_row(scheduler, row, batch, rates, result, error))
            return FALSE;
    return TRUE;
}

/* ---- many steps ----------------------------------------------------------------------------- */

static RippleSteps steps_over(const RippleScheduler *self, const RippleBatch *batch,
                              const RippleRates *rates, RippleView results)
{
    const RippleSamples *data = batch->data;
    RippleSteps steps = {
        .network = self->schedule->network,
        .batch = self->schedule->options.batch,
        .order = ripple_buffer_view(batch->order),
        .first = batch->first,
        .samples = batch->count,
        .inputs = ripple_view(data->inputs, 0, data->samples, data->width),
        .scale = data->scale,
        .shift = data->shift,
        .labels = data->labels ? ripple_view(data->labels, 0, data->samples, 1) : RIPPLE_NO_VIEW,
        .targets = data->targets ? ripple_view(data->targets, 0, data->samples, data->outputs)
                                 : RIPPLE_NO_VIEW,
        .parameters = ripple_buffer_view(self->state->parameters),
        .rates = rates,
        .results = results,
    };
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        if (self->state->moments[i])
            steps.moments[i] = ripple_buffer_view(self->state->moments[i]);
    return steps;
}

/* The backend's answer: 0 for row by row. What is kept is kept row by row. */
static gsize most_at_once(const RippleScheduler *self, const RippleSteps *steps)
{
    const RippleScheduleOptions *options = &self->schedule->options;
    if (options->keep_all || options->purpose != RIPPLE_PURPOSE_TRAIN)
        return 0;
    return ripple_backend_most_steps(self->state->backend, steps);
}

gboolean ripple_scheduler_joins_steps(const RippleScheduler *scheduler, const RippleBatch *batch,
                                      const RippleRates *rates)
{
    RippleSteps steps = steps_over(scheduler, batch, rates, RIPPLE_NO_VIEW);
    return most_at_once(scheduler, &steps) > 0;
}

gsize ripple_scheduler_most_steps(const RippleScheduler *scheduler, const RippleBatch *batch,
                                  const RippleRates *rates)
{
    RippleSteps steps = steps_over(scheduler, batch, rates, RIPPLE_NO_VIEW);
    return MAX(1, most_at_once(scheduler, &steps));
}

static gboolean join_steps(RippleScheduler *self, const RippleSteps *steps, GError **error)
{
    RippleBackend *backend = self->state->backend;
    ripple_backend_set_row(backend, g_intern_static_string(RIPPLE_SCHEDULER_STEPS));
    gboolean ok = ripple_backend_steps(backend, steps, error);
    ripple_backend_set_row(backend, NULL);
    return ok;
}

gboolean ripple_scheduler_steps(RippleScheduler *scheduler, const RippleBatch *batch,
                                const RippleRates *rates, RippleView results, GError **error)
{
    RippleSteps steps = steps_over(scheduler, batch, rates, results);
    if (most_at_once(scheduler, &steps) > 0)
        return join_steps(scheduler, &steps, error);

    gsize end = batch->first + batch->count;
    for (gsize n = 0; n < results.rows; n++) {
        RippleBatch one = *batch;
        one.first += n * steps.batch;
        one.count = MIN(steps.batch, end - one.first);
        RippleView result =
            ripple_view(results.buffer, results.offset + n * results.columns, 1, results.columns);
        if (!ripple_scheduler_step(scheduler, &one, &rates[n], result, error))
            return FALSE;
    }
    return TRUE;
}
