#include "measure/step_cost.h"

#include "network/schedule.h"
#include "train/scheduler.h"

/* Operations for each output and sample where the loss is computed: maximum, exponential, sum,
 * quotient, difference. */
#define LOSS_OPERATIONS 5

/* Operations for each parameter: sgd, with momentum, and adam, which kernels/optimizer.cl has. */
static const gdouble update_operations[RIPPLE_MOST_MOMENTS + 1] = {2, 4, 12};

/* What rows ask about a layer. */
typedef struct {
    const RippleSchedule *schedule;
    gdouble samples;
    gdouble inputs;
    gdouble outputs;
    gdouble parameters;
} Layer;

static Layer layer_of(const RippleSchedule *schedule, guint index)
{
    const RippleLayer *layer = &schedule->network->layers[index];
    return (Layer){schedule, schedule->options.batch, layer->inputs, layer->outputs,
                   ((gdouble)layer->inputs + 1) * layer->outputs};
}

static gdouble count_operations(const RippleSchedule *schedule, const RippleStep *step)
{
    Layer at = layer_of(schedule, step->layer);
    gdouble multiply_adds = at.samples * at.inputs * at.outputs, cells = at.samples * at.outputs;
    switch (step->kind) {
    case RIPPLE_STEP_GATHER: /* scaled and shifted */
        return 2 * at.samples * schedule->network->inputs;
    case RIPPLE_STEP_FORWARD: /* bias and activation */
        return 2 * multiply_adds + 2 * cells;
    case RIPPLE_STEP_LOSS:
        return LOSS_OPERATIONS * cells;
    case RIPPLE_STEP_DELTA: /* times the derivative */
        return 2 * cells * layer_of(schedule, step->layer + 1).outputs + 2 * cells;
    case RIPPLE_STEP_GRADIENT:
        return 0;
    case RIPPLE_STEP_UPDATE: /* gradient, that of the bias, and the rule */
        return 2 * multiply_adds + cells +
               update_operations[schedule->options.moments] * at.parameters;
    }
    g_return_val_if_reached(0);
}

/* Elements of four bytes that the row reads; the bytes of the inputs count as quarters. */
static gdouble count_reads(const RippleSchedule *schedule, const RippleStep *step)
{
    Layer at = layer_of(schedule, step->layer);
    gdouble cells = at.samples * at.outputs;
    switch (step->kind) {
    case RIPPLE_STEP_GATHER: /* the order, for inputs and labels; labels; inputs */
        return 2 * at.samples + at.samples + at.samples * schedule->network->inputs / 4;
    case RIPPLE_STEP_FORWARD:
        return at.samples * at.inputs + at.parameters;
    case RIPPLE_STEP_LOSS: /* z or a, and the labels */
        return cells + at.samples;
    case RIPPLE_STEP_DELTA: { /* the delta and the weight above, and a or z */
        Layer above = layer_of(schedule, step->layer + 1);
        return above.samples * above.outputs + above.inputs * above.outputs + cells;
    }
    case RIPPLE_STEP_GRADIENT:
        return 0;
    case RIPPLE_STEP_UPDATE: /* the delta, what the layer read, parameters, moments */
        return cells + at.samples * at.inputs + (1 + schedule->options.moments) * at.parameters;
    }
    g_return_val_if_reached(0);
}

static gdouble count_writes(const RippleSchedule *schedule, const RippleStep *step)
{
    const RippleTensor *tensors[RIPPLE_N_ROLES];
    guint n_tensors = ripple_schedule_writes(schedule, step, tensors);
    gdouble elements = 0;
    for (guint i = 0; i < n_tensors; i++)
        elements += (gdouble)tensors[i]->rows * tensors[i]->columns;
    return elements;
}

GArray *ripple_step_costs(const RippleNetwork *network, gsize batch, guint moments)
{
    RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_TRAIN, .batch = batch, .has_labels = TRUE, .moments = moments};
    g_autoptr(RippleSchedule) schedule = ripple_schedule_new(network, &options);
    GArray *costs = g_array_new(FALSE, FALSE, sizeof(RippleRowCost));
    for (guint i = 0; i < schedule->n_steps; i++) {
        const RippleStep *step = &schedule->steps[i];
        if (step->kind == RIPPLE_STEP_GRADIENT)
            continue;
        g_autofree char *name = ripple_step_describe(step);
        RippleRowCost cost = {
            .row = g_intern_string(name),
            .operations = count_operations(schedule, step),
            .bytes = 4 * (count_reads(schedule, step) + count_writes(schedule, step)),
        };
        g_array_append_val(costs, cost);
    }
    return costs;
}

GArray *ripple_step_costs_joined(const RippleNetwork *network, gsize batch, guint moments)
{
    g_autoptr(GArray) rows = ripple_step_costs(network, batch, moments);
    /* The order once, for inputs and labels; a label and the inputs of each sample; the result. */
    RippleRowCost all = {.row = g_intern_static_string(RIPPLE_SCHEDULER_STEPS),
                         .bytes = 4.0 * (2 * batch + 2) + (gdouble)batch * network->inputs};
    for (guint i = 0; i < rows->len; i++)
        all.operations += g_array_index(rows, RippleRowCost, i).operations;
    GArray *costs = g_array_new(FALSE, FALSE, sizeof(RippleRowCost));
    return g_array_append_val(costs, all);
}
