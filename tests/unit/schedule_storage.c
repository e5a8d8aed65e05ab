/* Memory of a schedule: every row finds its operands, nothing is kept for nobody, and no two
 * tensors that are alive at once share an element. Checked over every kind of network. */
#include "network/schedule.h"

#define BATCH 5

typedef struct {
    guint n_tensors;
    const RippleTensor *tensors[RIPPLE_N_ROLES];
} Operands;

/* From the row that writes a tensor to the last one that reads it. */
typedef struct {
    const RippleTensor *tensor;
    guint first;
    guint last;
} Lifetime;

/* ---- what each row reads, as operation.h has it --------------------------------------------- */

static void need(Operands *operands, const RippleSchedule *schedule, RippleRole role, guint layer)
{
    const RippleTensor *tensor = ripple_schedule_tensor(schedule, role, layer);
    if (!tensor) {
        RippleTensor missing = {.role = role, .layer = layer};
        g_autofree char *name = ripple_tensor_name(&missing);
        g_error("A row needs %s, and the schedule has none", name);
    }
    operands->tensors[operands->n_tensors++] = tensor;
}

static void need_if_there(Operands *operands, const RippleSchedule *schedule, RippleRole role,
                          guint layer)
{
    if (ripple_schedule_tensor(schedule, role, layer))
        need(operands, schedule, role, layer);
}

static void need_x(Operands *operands, const RippleSchedule *schedule, guint layer)
{
    if (layer == 0)
        need(operands, schedule, RIPPLE_ROLE_INPUT, 0);
    else
        need(operands, schedule, RIPPLE_ROLE_ACTIVATION, layer - 1);
}

static void need_for_loss(Operands *operands, const RippleSchedule *schedule, guint layer)
{
    const RippleNetwork *network = schedule->network;
    gboolean is_mse = network->loss == RIPPLE_LOSS_MSE;
    need(operands, schedule, is_mse ? RIPPLE_ROLE_ACTIVATION : RIPPLE_ROLE_Z, layer);
    if (is_mse && schedule->options.purpose == RIPPLE_PURPOSE_TRAIN &&
        ripple_activation_needs_z(network->layers[layer].activation))
        need(operands, schedule, RIPPLE_ROLE_Z, layer);
    need(operands, schedule,
         schedule->options.has_labels ? RIPPLE_ROLE_LABELS : RIPPLE_ROLE_TARGETS, 0);
}

static void need_for_delta(Operands *operands, const RippleSchedule *schedule, guint layer)
{
    need(operands, schedule, RIPPLE_ROLE_DELTA, layer + 1);
    need(operands, schedule, RIPPLE_ROLE_WEIGHT, layer + 1);
    need(operands, schedule, RIPPLE_ROLE_ACTIVATION, layer);
    if (ripple_activation_needs_z(schedule->network->layers[layer].activation))
        need(operands, schedule, RIPPLE_ROLE_Z, layer);
}

static Operands operands_of(const RippleSchedule *schedule, const RippleStep *step)
{
    Operands operands = {0};
    switch (step->kind) {
    case RIPPLE_STEP_GATHER:
        break;
    case RIPPLE_STEP_FORWARD:
        need_x(&operands, schedule, step->layer);
        need(&operands, schedule, RIPPLE_ROLE_WEIGHT, step->layer);
        need(&operands, schedule, RIPPLE_ROLE_BIAS, step->layer);
        break;
    case RIPPLE_STEP_LOSS:
        need_for_loss(&operands, schedule, step->layer);
        break;
    case RIPPLE_STEP_DELTA:
        need_for_delta(&operands, schedule, step->layer);
        break;
    case RIPPLE_STEP_GRADIENT:
        need(&operands, schedule, RIPPLE_ROLE_DELTA, step->layer);
        need_x(&operands, schedule, step->layer);
        break;
    case RIPPLE_STEP_UPDATE:
        need(&operands, schedule, RIPPLE_ROLE_WEIGHT, step->layer);
        need(&operands, schedule, RIPPLE_ROLE_BIAS, step->layer);
        if (schedule->options.keep_all) {
            need(&operands, schedule, RIPPLE_ROLE_WEIGHT_GRADIENT, step->layer);
            need(&operands, schedule, RIPPLE_ROLE_BIAS_GRADIENT, step->layer);
        } else { /* it forms the gradient itself */
            need(&operands, schedule, RIPPLE_ROLE_DELTA, step->layer);
            need_x(&operands, schedule, step->layer);
        }
        for (RippleRole role = RIPPLE_ROLE_WEIGHT_FIRST_MOMENT; role < RIPPLE_N_ROLES; role++)
            need_if_there(&operands, schedule, role, step->layer);
        break;
    }
    return operands;
}

/* ---- lifetimes ------------------------------------------------------------------------------ */

static gboolean is_among(const RippleTensor *tensor, const RippleTensor *const *tensors,
                         guint n_tensors)
{
    for (guint i = 0; i < n_tensors; i++)
        if (tensors[i] == tensor)
            return TRUE;
    return FALSE;
}

/* Is it what the schedule is run for? */
static gboolean is_result(const RippleSchedule *schedule, const RippleTensor *tensor)
{
    return schedule->options.purpose == RIPPLE_PURPOSE_PREDICT &&
           tensor->role == RIPPLE_ROLE_ACTIVATION &&
           tensor->layer + 1 == schedule->network->n_layers;
}

static Lifetime lifetime_of(const RippleSchedule *schedule, const RippleTensor *tensor)
{
    gboolean outlives_the_step = tensor->storage < RIPPLE_STORAGE_WORK;
    Lifetime life = {tensor, 0, schedule->n_steps};
    guint n_writers = 0, n_readers = 0, last_reader = 0;

    for (guint row = 0; row < schedule->n_steps; row++) {
        const RippleTensor *written[RIPPLE_N_ROLES];
        guint n_written = ripple_schedule_writes(schedule, &schedule->steps[row], written);
        Operands operands = operands_of(schedule, &schedule->steps[row]);
        if (is_among(tensor, operands.tensors, operands.n_tensors)) {
            g_assert_true(n_writers == 1 || outlives_the_step); /* never before it is written */
            n_readers++;
            last_reader = row;
        }
        if (is_among(tensor, written, n_written)) {
            n_writers++;
            if (!outlives_the_step)
                life.first = row;
        }
    }
    if (outlives_the_step)
        return life;
    g_assert_cmpuint(n_writers, ==, 1);
    if (schedule->options.keep_all || is_result(schedule, tensor))
        return life;
    /* What no row reads need not exist. */
    g_assert_cmpuint(n_readers, >, 0);
    life.last = last_reader;
    return life;
}

static gboolean share_an_element(const RippleTensor *one, const RippleTensor *other)
{
    return one->storage == other->storage &&
           one->offset < other->offset + other->rows * other->columns &&
           other->offset < one->offset + one->rows * one->columns;
}

/* A row must not write what it reads, either: lifetimes that touch in one row overlap. */
static gboolean are_alive_at_once(const Lifetime *one, const Lifetime *other)
{
    return one->first <= other->last && other->first <= one->last;
}

static guint count_conflicts(const RippleSchedule *schedule)
{
    g_autofree Lifetime *lives = g_new(Lifetime, schedule->n_tensors);
    guint conflicts = 0;
    for (guint i = 0; i < schedule->n_tensors; i++)
        lives[i] = lifetime_of(schedule, &schedule->tensors[i]);
    for (guint i = 0; i < schedule->n_tensors; i++)
        for (guint j = 0; j < i; j++)
            conflicts += share_an_element(lives[i].tensor, lives[j].tensor) &&
                         are_alive_at_once(&lives[i], &lives[j]);
    return conflicts;
}

/* ---- where they lie ------------------------------------------------------------------------- */

static void check_places(const RippleSchedule *schedule)
{
    g_autofree gsize *used = g_new0(gsize, schedule->n_storages);
    for (guint i = 0; i < schedule->n_tensors; i++) {
        const RippleTensor *tensor = &schedule->tensors[i];
        g_assert_cmpuint(tensor->storage, <, schedule->n_storages);
        const RippleStorage *storage = &schedule->storages[tensor->storage];
        gboolean is_index = tensor->role == RIPPLE_ROLE_LABELS;
        g_assert_cmpint(storage->element, ==,
                        is_index ? RIPPLE_ELEMENT_INDEX : RIPPLE_ELEMENT_REAL);
        gsize end = tensor->offset + tensor->rows * tensor->columns;
        g_assert_cmpuint(end, <=, storage->length);
        used[tensor->storage] = MAX(used[tensor->storage], end);
    }
    /* Memory is allocated for each, and none of it is more than its tensors need. */
    for (guint i = RIPPLE_STORAGE_WORK; i < schedule->n_storages; i++) {
        g_assert_cmpuint(schedule->storages[i].length, >, 0);
        g_assert_cmpuint(schedule->storages[i].length, ==, used[i]);
    }
    gsize span = schedule->network->parameter_span;
    g_assert_cmpuint(schedule->storages[RIPPLE_STORAGE_PARAMETERS].length, ==, span);
    g_assert_cmpuint(schedule->storages[RIPPLE_STORAGE_FIRST_MOMENT].length, ==,
                     schedule->options.moments > 0 ? span : 0);
    g_assert_cmpuint(schedule->storages[RIPPLE_STORAGE_SECOND_MOMENT].length, ==,
                     schedule->options.moments > 1 ? span : 0);
}

/* One pass updates a layer's weight and bias: what belongs to the bias lies behind what belongs to
 * the weight. */
static void check_pairs(const RippleSchedule *schedule)
{
    static const RippleRole pairs[][2] = {
        {RIPPLE_ROLE_WEIGHT, RIPPLE_ROLE_BIAS},
        {RIPPLE_ROLE_WEIGHT_GRADIENT, RIPPLE_ROLE_BIAS_GRADIENT},
        {RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, RIPPLE_ROLE_BIAS_FIRST_MOMENT},
        {RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, RIPPLE_ROLE_BIAS_SECOND_MOMENT},
    };
    for (guint l = 0; l < schedule->network->n_layers; l++)
        for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
            const RippleTensor *weight = ripple_schedule_tensor(schedule, pairs[i][0], l);
            const RippleTensor *bias = ripple_schedule_tensor(schedule, pairs[i][1], l);
            g_assert_true(!weight == !bias);
            if (!weight)
                continue;
            g_assert_cmpuint(weight->storage, ==, bias->storage);
            g_assert_cmpuint(weight->offset + weight->rows * weight->columns, ==, bias->offset);
        }
}

/* ---- every kind of network ------------------------------------------------------------------ */

static RippleNetwork *network_new(guint n_layers, RippleActivation hidden, RippleActivation output,
                                  RippleLoss loss)
{
    /* Now wider, now narrower than the layer before, so that no layer's share is enough for all. */
    static const guint widths[] = {4, 9, 3, 11, 2, 8};
    g_autoptr(GError) error = NULL;
    g_autofree RippleActivation *activations = g_new(RippleActivation, n_layers);
    for (guint l = 0; l < n_layers; l++)
        activations[l] = l + 1 < n_layers ? hidden : output;
    RippleNetwork *network = ripple_network_new(7, widths, activations, n_layers, loss, &error);
    g_assert_no_error(error);
    return network;
}

static void check_network(const RippleNetwork *network)
{
    for (guint bits = 0; bits < 12; bits++)
        for (guint purpose = RIPPLE_PURPOSE_TRAIN; purpose <= RIPPLE_PURPOSE_PREDICT; purpose++) {
            const RippleScheduleOptions options = {.purpose = purpose,
                                                   .batch = BATCH,
                                                   .has_labels = bits & 1,
                                                   .moments = bits / 4,
                                                   .keep_all = (bits & 2) != 0};
            g_autoptr(RippleSchedule) schedule = ripple_schedule_new(network, &options);
            check_places(schedule);
            check_pairs(schedule);
            g_assert_cmpuint(count_conflicts(schedule), ==, 0);
        }
}

static void test_every_network(void)
{
    for (guint n_layers = 1; n_layers <= 6; n_layers++)
        for (guint hidden = 0; hidden < RIPPLE_ACTIVATION_SOFTMAX; hidden++)
            for (guint loss = 0; loss < RIPPLE_N_LOSSES; loss++)
                for (guint output = 0; output < RIPPLE_N_ACTIVATIONS; output++) {
                    if (loss != RIPPLE_LOSS_MSE && output != ripple_loss_default_activation(loss))
                        continue;
                    g_autoptr(RippleNetwork) network = network_new(n_layers, hidden, output, loss);
                    check_network(network);
                }
}

/* ---- the check itself ----------------------------------------------------------------------- */

static RippleSchedule *schedule_to_break(gboolean keep_all)
{
    g_autoptr(RippleNetwork) network = network_new(
        4, RIPPLE_ACTIVATION_GELU, RIPPLE_ACTIVATION_SOFTMAX, RIPPLE_LOSS_CROSS_ENTROPY);
    const RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_TRAIN, .batch = BATCH, .has_labels = TRUE, .keep_all = keep_all};
    return ripple_schedule_new(network, &options);
}

static void move(RippleSchedule *schedule, RippleRole role, guint layer, RippleRole to_role,
                 guint to_layer)
{
    const RippleTensor *to = ripple_schedule_tensor(schedule, to_role, to_layer);
    for (guint i = 0; i < schedule->n_tensors; i++)
        if (schedule->tensors[i].role == role && schedule->tensors[i].layer == layer)
            schedule->tensors[i].storage = to->storage;
}

/* Tensors laid upon each other on purpose are found. */
static void test_conflicts_are_found(void)
{
    g_autoptr(RippleSchedule) deltas = schedule_to_break(FALSE);
    move(deltas, RIPPLE_ROLE_DELTA, 1, RIPPLE_ROLE_DELTA, 2);
    g_assert_cmpuint(count_conflicts(deltas), >, 0);

    g_autoptr(RippleSchedule) z = schedule_to_break(FALSE);
    move(z, RIPPLE_ROLE_Z, 0, RIPPLE_ROLE_ACTIVATION, 0);
    g_assert_cmpuint(count_conflicts(z), >, 0);

    g_autoptr(RippleSchedule) inputs = schedule_to_break(FALSE);
    move(inputs, RIPPLE_ROLE_DELTA, 3, RIPPLE_ROLE_INPUT, 0);
    g_assert_cmpuint(count_conflicts(inputs), >, 0);

    /* Those of layers 3 and 1 are never alive at once, unless all are kept. */
    g_autoptr(RippleSchedule) turns = schedule_to_break(FALSE);
    move(turns, RIPPLE_ROLE_DELTA, 1, RIPPLE_ROLE_DELTA, 3);
    g_assert_cmpuint(count_conflicts(turns), ==, 0);
    g_autoptr(RippleSchedule) kept = schedule_to_break(TRUE);
    move(kept, RIPPLE_ROLE_DELTA, 1, RIPPLE_ROLE_DELTA, 3);
    g_assert_cmpuint(count_conflicts(kept), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schedule-storage/every-network", test_every_network);
    g_test_add_func("/schedule-storage/conflicts-are-found", test_conflicts_are_found);
    return g_test_run();
}
