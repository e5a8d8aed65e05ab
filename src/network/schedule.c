#include "network/schedule.h"

/* ---- what stands in a schedule -------------------------------------------------------------- */

static void add_step(GArray *steps, RippleStepKind kind, guint layer)
{
    RippleStep step = {kind, layer};
    g_array_append_val(steps, step);
}

static guint add_storage(GArray *storages, RippleElement element, gsize length)
{
    RippleStorage storage = {element, length};
    g_array_append_val(storages, storage);
    return storages->len - 1;
}

static void add_tensor(GArray *tensors, RippleRole role, guint layer, gsize rows, gsize columns,
                       guint storage, gsize offset)
{
    gboolean per_sample = role <= RIPPLE_ROLE_DELTA;
    RippleTensor tensor = {role, layer, rows, columns, per_sample, storage, offset};
    g_array_append_val(tensors, tensor);
}

/* A tensor with a row per sample in storage of its own. */
static void add_batch_tensor(RippleSchedule *schedule, GArray *tensors, GArray *storages,
                             RippleRole role, guint layer, gsize columns)
{
    RippleElement element = role == RIPPLE_ROLE_LABELS ? RIPPLE_ELEMENT_INDEX : RIPPLE_ELEMENT_REAL;
    gsize batch = schedule->options.batch;
    guint storage = add_storage(storages, element, batch * columns);
    add_tensor(tensors, role, layer, batch, columns, storage, 0);
}

/* Weight and bias of a layer, or what has their shapes, side by side as network.h lays them out. */
static void add_parameter_pair(GArray *tensors, const RippleLayer *layer, guint index,
                               RippleRole weight_role, RippleRole bias_role, guint storage,
                               gsize weight_offset)
{
    gsize weights = (gsize)layer->outputs * layer->inputs;
    add_tensor(tensors, weight_role, index, layer->outputs, layer->inputs, storage, weight_offset);
    add_tensor(tensors, bias_role, index, 1, layer->outputs, storage, weight_offset + weights);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void build_steps(RippleSchedule *schedule)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(RippleStep));
    guint output = schedule->network->n_layers - 1;

    add_step(steps, RIPPLE_STEP_GATHER, 0);
    for (guint l = 0; l <= output; l++)
        add_step(steps, RIPPLE_STEP_FORWARD, l);
    if (schedule->options.purpose != RIPPLE_PURPOSE_PREDICT)
        add_step(steps, RIPPLE_STEP_LOSS, output);
    if (schedule->options.purpose == RIPPLE_PURPOSE_TRAIN)
        for (guint l = output + 1; l-- > 0;) {
            /* The delta below reads this layer's weight before the update changes it. */
            if (l > 0)
                add_step(steps, RIPPLE_STEP_DELTA, l - 1);
            add_step(steps, RIPPLE_STEP_GRADIENT, l);
            add_step(steps, RIPPLE_STEP_UPDATE, l);
        }
    schedule->n_steps = steps->len;
    schedule->steps = (RippleStep *)(void *)g_array_free(steps, FALSE);
}

/* ---- tensors -------------------------------------------------------------------------------- */

static gboolean wants_z(const RippleSchedule *schedule, guint layer)
{
    const RippleScheduleOptions *options = &schedule->options;
    gboolean is_output = layer + 1 == schedule->network->n_layers;
    if (options->keep_all)
        return TRUE;
    if (options->purpose == RIPPLE_PURPOSE_PREDICT)
        return FALSE;
    if (is_output && schedule->network->loss != RIPPLE_LOSS_MSE)
        return TRUE; /* these losses are computed from z */
    return options->purpose == RIPPLE_PURPOSE_TRAIN &&
           ripple_activation_needs_z(schedule->network->layers[layer].activation);
}

static gboolean wants_activation(const RippleSchedule *schedule, guint layer)
{
    gboolean is_output = layer + 1 == schedule->network->n_layers;
    return schedule->options.keep_all || !is_output ||
           schedule->options.purpose == RIPPLE_PURPOSE_PREDICT ||
           schedule->network->loss == RIPPLE_LOSS_MSE;
}

static void add_forward_tensors(RippleSchedule *schedule, GArray *tensors, GArray *storages)
{
    const RippleNetwork *network = schedule->network;
    add_batch_tensor(schedule, tensors, storages, RIPPLE_ROLE_INPUT, 0, network->inputs);
    if (schedule->options.purpose != RIPPLE_PURPOSE_PREDICT) {
        if (schedule->options.has_labels)
            add_batch_tensor(schedule, tensors, storages, RIPPLE_ROLE_LABELS, 0, 1);
        else
            add_batch_tensor(schedule, tensors, storages, RIPPLE_ROLE_TARGETS, 0, network->outputs);
    }
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        if (wants_z(schedule, l))
            add_batch_tensor(schedule, tensors, storages, RIPPLE_ROLE_Z, l, layer->outputs);
        if (wants_activation(schedule, l))
            add_batch_tensor(schedule, tensors, storages, RIPPLE_ROLE_ACTIVATION, l,
                             layer->outputs);
        add_parameter_pair(tensors, layer, l, RIPPLE_ROLE_WEIGHT, RIPPLE_ROLE_BIAS,
                           RIPPLE_STORAGE_PARAMETERS, layer->weight_offset);
    }
}

/* Deltas live from the row that writes them to their gradient: at any time those of two
 * neighbouring layers, so that two pieces of storage serve all layers in turn. Gradients exist only
 * where they are kept. */
static void add_backward_tensors(RippleSchedule *schedule, GArray *tensors, GArray *storages)
{
    const RippleNetwork *network = schedule->network;
    gsize batch = schedule->options.batch, widest[2] = {0, 0};

    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        widest[l % 2] = MAX(widest[l % 2], layer->outputs);
    }
    guint deltas[2] = {0, 0}, gradient = 0;
    if (!schedule->options.keep_all) {
        for (guint i = 0; i < 2; i++)
            if (widest[i])
                deltas[i] = add_storage(storages, RIPPLE_ELEMENT_REAL, batch * widest[i]);
    }

    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        gsize gradient_length = (gsize)layer->outputs * layer->inputs + layer->outputs;
        if (schedule->options.keep_all) {
            deltas[l % 2] = add_storage(storages, RIPPLE_ELEMENT_REAL, batch * layer->outputs);
            gradient = add_storage(storages, RIPPLE_ELEMENT_REAL, gradient_length);
        }
        add_tensor(tensors, RIPPLE_ROLE_DELTA, l, batch, layer->outputs, deltas[l % 2], 0);
        if (schedule->options.keep_all)
            add_parameter_pair(tensors, layer, l, RIPPLE_ROLE_WEIGHT_GRADIENT,
                               RIPPLE_ROLE_BIAS_GRADIENT, gradient, 0);
        if (schedule->options.moments > 0)
            add_parameter_pair(tensors, layer, l, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT,
                               RIPPLE_ROLE_BIAS_FIRST_MOMENT, RIPPLE_STORAGE_FIRST_MOMENT,
                               layer->weight_offset);
        if (schedule->options.moments > 1)
            add_parameter_pair(tensors, layer, l, RIPPLE_ROLE_WEIGHT_SECOND_MOMENT,
                               RIPPLE_ROLE_BIAS_SECOND_MOMENT, RIPPLE_STORAGE_SECOND_MOMENT,
                               layer->weight_offset);
    }
}

RippleSchedule *ripple_schedule_new(const RippleNetwork *network,
                                    const RippleScheduleOptions *options)
{
    g_return_val_if_fail(options->batch > 0 && options->moments <= RIPPLE_MOST_MOMENTS, NULL);

    RippleSchedule *schedule = g_new0(RippleSchedule, 1);
    schedule->network = ripple_network_copy(network);
    schedule->options = *options;
    build_steps(schedule);

    GArray *tensors = g_array_new(FALSE, FALSE, sizeof(RippleTensor));
    GArray *storages = g_array_new(FALSE, FALSE, sizeof(RippleStorage));
    add_storage(storages, RIPPLE_ELEMENT_REAL, network->parameter_span);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        add_storage(storages, RIPPLE_ELEMENT_REAL,
                    i < options->moments ? network->parameter_span : 0);
    add_forward_tensors(schedule, tensors, storages);
    if (options->purpose == RIPPLE_PURPOSE_TRAIN)
        add_backward_tensors(schedule, tensors, storages);

    schedule->n_tensors = tensors->len;
    schedule->tensors = (RippleTensor *)(void *)g_array_free(tensors, FALSE);
    schedule->n_storages = storages->len;
    schedule->storages = (RippleStorage *)(void *)g_array_free(storages, FALSE);
    return schedule;
}

void ripple_schedule_free(RippleSchedule *schedule)
{
    if (!schedule)
        return;
    ripple_network_free(schedule->network);
    g_free(schedule->steps);
    g_free(schedule->tensors);
    g_free(schedule->storages);
    g_free(schedule);
}

/* ---- questions ------------------------------------------------------------------------------ */

const RippleTensor *ripple_schedule_tensor(const RippleSchedule *schedule, RippleRole role,
                                           guint layer)
{
    for (guint i = 0; i < schedule->n_tensors; i++)
        if (schedule->tensors[i].role == role && schedule->tensors[i].layer == layer)
            return &schedule->tensors[i];
    return NULL;
}

/* The roles each kind of row writes, in the order it computes them. */
static const struct {
    guint n_roles;
    RippleRole roles[6];
} written[] = {
    [RIPPLE_STEP_GATHER] = {3, {RIPPLE_ROLE_INPUT, RIPPLE_ROLE_LABELS, RIPPLE_ROLE_TARGETS}},
    [RIPPLE_STEP_FORWARD] = {2, {RIPPLE_ROLE_Z, RIPPLE_ROLE_ACTIVATION}},
    [RIPPLE_STEP_LOSS] = {1, {RIPPLE_ROLE_DELTA}},
    [RIPPLE_STEP_DELTA] = {1, {RIPPLE_ROLE_DELTA}},
    [RIPPLE_STEP_GRADIENT] = {2, {RIPPLE_ROLE_WEIGHT_GRADIENT, RIPPLE_ROLE_BIAS_GRADIENT}},
    [RIPPLE_STEP_UPDATE] = {6,
                            {RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, RIPPLE_ROLE_BIAS_FIRST_MOMENT,
                             RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, RIPPLE_ROLE_BIAS_SECOND_MOMENT,
                             RIPPLE_ROLE_WEIGHT, RIPPLE_ROLE_BIAS}},
};

guint ripple_schedule_writes(const RippleSchedule *schedule, const RippleStep *step,
                             const RippleTensor **tensors)
{
    guint n_tensors = 0;
    for (guint i = 0; i < written[step->kind].n_roles; i++) {
        const RippleTensor *tensor =
            ripple_schedule_tensor(schedule, written[step->kind].roles[i], step->layer);
        if (tensor)
            tensors[n_tensors++] = tensor;
    }
    return n_tensors;
}

static const char *const role_names[RIPPLE_N_ROLES] = {
    "input",
    "labels",
    "targets",
    "z",
    "activation",
    "delta",
    "weight.gradient",
    "bias.gradient",
    "weight",
    "bias",
    "weight.first_moment",
    "bias.first_moment",
    "weight.second_moment",
    "bias.second_moment",
};

char *ripple_tensor_name(const RippleTensor *tensor)
{
    if (tensor->role <= RIPPLE_ROLE_TARGETS)
        return g_strdup(role_names[tensor->role]);
    return g_strdup_printf("layers.%u.%s", tensor->layer, role_names[tensor->role]);
}

char *ripple_step_describe(const RippleStep *step)
{
    static const char *const kinds[] = {"gather", "forward", "loss", "delta", "gradient", "update"};
    if (step->kind == RIPPLE_STEP_GATHER || step->kind == RIPPLE_STEP_LOSS)
        return g_strdup(kinds[step->kind]);
    return g_strdup_printf("%s %u", kinds[step->kind], step->layer);
}
