/* The contract's front door: a wrong shape is an error that names the operation, never a crash, and
 * the backend goes on working afterwards. */
#include "ops/ops.h"
#include "support/guarded.h"

#include <ripple/error.h>
#include <string.h>

/* Every buffer has more room than the views below need, so that it is their shape that is wrong. */
#define ROOM 64

/* One operation with its operands, valid until a test spoils one of them. */
typedef union {
    RippleGather gather;
    RippleForward forward;
    RippleLossOperation loss;
    RippleDelta delta;
    RippleGradient gradient;
    RippleUpdate update;
    RippleDescent descent;
} Operation;

typedef struct {
    const char *name;
    gboolean (*enqueue)(RippleBackend *backend, const Operation *operation, GError **error);
    Operation operation;
} Enqueued;

static gboolean enqueue_gather(RippleBackend *backend, const Operation *operation, GError **error)
{
    return ripple_backend_gather(backend, &operation->gather, error);
}

static gboolean enqueue_forward(RippleBackend *backend, const Operation *operation, GError **error)
{
    return ripple_backend_forward(backend, &operation->forward, error);
}

static gboolean enqueue_loss(RippleBackend *backend, const Operation *operation, GError **error)
{
    return ripple_backend_loss(backend, &operation->loss, error);
}

static gboolean enqueue_delta(RippleBackend *backend, const Operation *operation, GError **error)
{
    return ripple_backend_delta(backend, &operation->delta, error);
}

static gboolean enqueue_gradient(RippleBackend *backend, const Operation *operation, GError **error)
{
    return ripple_backend_gradient(backend, &operation->gradient, error);
}

static gboolean enqueue_update(RippleBackend *backend, const Operation *operation, GError **error)
{
    return ripple_backend_update(backend, &operation->update, error);
}

static gboolean enqueue_descend(RippleBackend *backend, const Operation *operation, GError **error)
{
    return ripple_backend_descend(backend, &operation->descent, error);
}

/* ---- buffers for the operands --------------------------------------------------------------- */

/* Owns the buffers of one test. */
typedef struct {
    RippleBackend *backend;
    GPtrArray *buffers;
} Buffers;

static Buffers buffers_of(const OpsCase *ops)
{
    return (Buffers){ops->backend,
                     g_ptr_array_new_with_free_func((GDestroyNotify)ripple_buffer_free)};
}

static void buffers_clear(Buffers *buffers)
{
    g_ptr_array_unref(buffers->buffers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Buffers, buffers_clear)

static RippleView new_view(Buffers *buffers, RippleElement element, gsize rows, gsize columns)
{
    g_autoptr(GError) error = NULL;
    RippleBuffer *buffer = ripple_buffer_new(buffers->backend, element, ROOM, &error);
    g_assert_no_error(error);
    g_ptr_array_add(buffers->buffers, buffer);
    return ripple_view(buffer, 0, rows, columns);
}

static RippleView real(Buffers *buffers, gsize rows, gsize columns)
{
    return new_view(buffers, RIPPLE_ELEMENT_REAL, rows, columns);
}

static RippleView index_view(Buffers *buffers, gsize rows, gsize columns)
{
    return new_view(buffers, RIPPLE_ELEMENT_INDEX, rows, columns);
}

/* ---- spoiling ------------------------------------------------------------------------------- */

/* The operation is refused, with an error that says which one it was. */
static void check_refused(const OpsCase *ops, const Enqueued *enqueued)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(enqueued->enqueue(ops->backend, &enqueued->operation, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, enqueued->name));
}

static void check_accepted(const OpsCase *ops, const Enqueued *enqueued)
{
    g_autoptr(GError) error = NULL;
    enqueued->enqueue(ops->backend, &enqueued->operation, &error);
    g_assert_no_error(error);
    ripple_backend_wait(ops->backend, &error);
    g_assert_no_error(error);
}

/* Spoil `operand`, which lies within enqueued->operation, in every way that is wrong for any
 * operand: none of those below is square, or a single element. */
static void check_operand(const OpsCase *ops, Enqueued *enqueued, RippleView *operand)
{
    g_auto(Buffers) buffers = buffers_of(ops);
    const RippleView good = *operand;
    RippleElement other =
        good.buffer->element == RIPPLE_ELEMENT_REAL ? RIPPLE_ELEMENT_INDEX : RIPPLE_ELEMENT_REAL;
    const RippleView bad[] = {
        ripple_view(good.buffer, 0, good.columns, good.rows),         /* transposed */
        ripple_view(good.buffer, 0, good.rows, good.columns + 1),     /* too wide */
        ripple_view(good.buffer, 0, good.rows, 0),                    /* empty */
        ripple_view(good.buffer, ROOM - 1, good.rows, good.columns),  /* across the end */
        ripple_view(good.buffer, G_MAXSIZE, good.rows, good.columns), /* far behind the end */
        new_view(&buffers, other, good.rows, good.columns),           /* of another element */
    };
    check_accepted(ops, enqueued);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        *operand = bad[i];
        check_refused(ops, enqueued);
    }
    *operand = good;
    check_accepted(ops, enqueued);
}

static void check_required_operand(const OpsCase *ops, Enqueued *enqueued, RippleView *operand)
{
    check_operand(ops, enqueued, operand);
    RippleView good = *operand;
    *operand = RIPPLE_NO_VIEW;
    check_refused(ops, enqueued);
    *operand = good;
}

/* ---- the operations ------------------------------------------------------------------------- */

static void test_gather(const OpsCase *ops)
{
    g_auto(Buffers) buffers = buffers_of(ops);
    Enqueued enqueued = {.name = "gather", .enqueue = enqueue_gather};
    RippleGather *gather = &enqueued.operation.gather;
    *gather = (RippleGather){.order = index_view(&buffers, 1, 6),
                             .source = real(&buffers, 4, 3),
                             .destination = real(&buffers, 5, 3)};
    check_required_operand(ops, &enqueued, &gather->source);
    check_required_operand(ops, &enqueued, &gather->destination);

    /* From place 2 on there are only 4 of the 5 samples. */
    gather->first = 1;
    check_accepted(ops, &enqueued);
    gather->first = 2;
    check_refused(ops, &enqueued);
    gather->first = G_MAXSIZE;
    check_refused(ops, &enqueued);
    gather->first = 0;

    RippleView order = gather->order;
    gather->order = RIPPLE_NO_VIEW;
    check_refused(ops, &enqueued);
    gather->order = ripple_view(order.buffer, 0, 6, 1);
    check_refused(ops, &enqueued);
    gather->order = real(&buffers, 1, 6);
    check_refused(ops, &enqueued);
    gather->order = order;

    /* Bytes become REAL, indices stay indices. */
    gather->source = new_view(&buffers, RIPPLE_ELEMENT_BYTE, 4, 3);
    check_accepted(ops, &enqueued);
    gather->destination = index_view(&buffers, 5, 3);
    check_refused(ops, &enqueued);
    gather->source = index_view(&buffers, 4, 3);
    check_accepted(ops, &enqueued);
}

static void test_forward(const OpsCase *ops)
{
    g_auto(Buffers) buffers = buffers_of(ops);
    Enqueued enqueued = {.name = "forward", .enqueue = enqueue_forward};
    RippleForward *forward = &enqueued.operation.forward;
    *forward = (RippleForward){.x = real(&buffers, 2, 3),
                               .weight = real(&buffers, 5, 3),
                               .bias = real(&buffers, 1, 5),
                               .z = real(&buffers, 2, 5),
                               .a = real(&buffers, 2, 5)};
    check_required_operand(ops, &enqueued, &forward->x);
    check_required_operand(ops, &enqueued, &forward->weight);
    check_required_operand(ops, &enqueued, &forward->bias);
    check_operand(ops, &enqueued, &forward->z);
    check_operand(ops, &enqueued, &forward->a);
    forward->z = RIPPLE_NO_VIEW;
    check_required_operand(ops, &enqueued, &forward->a);
}

static void test_loss(const OpsCase *ops)
{
    g_auto(Buffers) buffers = buffers_of(ops);
    Enqueued enqueued = {.name = "loss", .enqueue = enqueue_loss};
    RippleLossOperation *loss = &enqueued.operation.loss;
    *loss = (RippleLossOperation){.loss = RIPPLE_LOSS_MSE,
                                  .activation = RIPPLE_ACTIVATION_SILU,
                                  .z = real(&buffers, 2, 5),
                                  .a = real(&buffers, 2, 5),
                                  .labels = index_view(&buffers, 2, 1),
                                  .delta = real(&buffers, 2, 5),
                                  .result = real(&buffers, 1, 2)};
    check_required_operand(ops, &enqueued, &loss->z); /* for silu's f′ */
    check_required_operand(ops, &enqueued, &loss->a);
    check_required_operand(ops, &enqueued, &loss->labels);
    check_operand(ops, &enqueued, &loss->delta);
    check_required_operand(ops, &enqueued, &loss->result);

    RippleView labels = loss->labels;
    loss->targets = real(&buffers, 2, 5);
    check_refused(ops, &enqueued); /* labels and targets */
    loss->labels = RIPPLE_NO_VIEW;
    check_required_operand(ops, &enqueued, &loss->targets);
    loss->targets = RIPPLE_NO_VIEW;
    loss->labels = labels;

    loss->loss = RIPPLE_LOSS_BINARY_CROSS_ENTROPY;
    loss->activation = RIPPLE_ACTIVATION_SIGMOID;
    check_required_operand(ops, &enqueued, &loss->z);
    check_operand(ops, &enqueued, &loss->a);
    loss->loss = RIPPLE_LOSS_CROSS_ENTROPY;
    loss->activation = RIPPLE_ACTIVATION_SOFTMAX;
    check_required_operand(ops, &enqueued, &loss->z);
    check_operand(ops, &enqueued, &loss->a);
}

/* Not the programmer's mistake but the user's: a choice of loss that the data cannot serve. */
static void test_cross_entropy_needs_labels(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_auto(Buffers) buffers = buffers_of(ops);
    RippleLossOperation loss = {.loss = RIPPLE_LOSS_CROSS_ENTROPY,
                                .activation = RIPPLE_ACTIVATION_SOFTMAX,
                                .z = real(&buffers, 2, 5),
                                .targets = real(&buffers, 2, 5),
                                .result = real(&buffers, 1, 2)};
    g_assert_false(ripple_backend_loss(ops->backend, &loss, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

static void test_delta(const OpsCase *ops)
{
    g_auto(Buffers) buffers = buffers_of(ops);
    Enqueued enqueued = {.name = "delta", .enqueue = enqueue_delta};
    RippleDelta *delta = &enqueued.operation.delta;
    *delta = (RippleDelta){.delta_above = real(&buffers, 2, 3),
                           .weight_above = real(&buffers, 3, 5),
                           .z = real(&buffers, 2, 5),
                           .a = real(&buffers, 2, 5),
                           .delta = real(&buffers, 2, 5),
                           .activation = RIPPLE_ACTIVATION_TANH};
    check_required_operand(ops, &enqueued, &delta->delta_above);
    check_required_operand(ops, &enqueued, &delta->weight_above);
    check_operand(ops, &enqueued, &delta->z);
    check_required_operand(ops, &enqueued, &delta->a);
    check_required_operand(ops, &enqueued, &delta->delta);
    delta->activation = RIPPLE_ACTIVATION_GELU;
    check_required_operand(ops, &enqueued, &delta->z);
}

static void test_gradient(const OpsCase *ops)
{
    g_auto(Buffers) buffers = buffers_of(ops);
    Enqueued enqueued = {.name = "gradient", .enqueue = enqueue_gradient};
    RippleGradient *gradient = &enqueued.operation.gradient;
    *gradient = (RippleGradient){.delta = real(&buffers, 2, 5),
                                 .x = real(&buffers, 2, 3),
                                 .weight_gradient = real(&buffers, 5, 3),
                                 .bias_gradient = real(&buffers, 1, 5)};
    check_required_operand(ops, &enqueued, &gradient->delta);
    check_required_operand(ops, &enqueued, &gradient->x);
    check_required_operand(ops, &enqueued, &gradient->weight_gradient);
    check_required_operand(ops, &enqueued, &gradient->bias_gradient);
}

static void test_update(const OpsCase *ops)
{
    g_auto(Buffers) buffers = buffers_of(ops);
    Enqueued enqueued = {.name = "update", .enqueue = enqueue_update};
    RippleUpdate *update = &enqueued.operation.update;
    *update = (RippleUpdate){.parameter = real(&buffers, 2, 3),
                             .gradient = real(&buffers, 2, 3),
                             .first_moment = real(&buffers, 2, 3),
                             .second_moment = real(&buffers, 2, 3),
                             .rates = {.optimizer = RIPPLE_OPTIMIZER_ADAM,
                                       .learning_rate = 0.1,
                                       .beta1 = 0.9,
                                       .beta2 = 0.999,
                                       .epsilon = 1e-8,
                                       .step = 1}};
    check_required_operand(ops, &enqueued, &update->parameter);
    check_required_operand(ops, &enqueued, &update->gradient);
    check_required_operand(ops, &enqueued, &update->first_moment);
    check_required_operand(ops, &enqueued, &update->second_moment);
    update->rates.step = 0;
    check_refused(ops, &enqueued);
    update->rates = (RippleRates){.learning_rate = 0.1, .momentum = 0.9};
    update->second_moment = RIPPLE_NO_VIEW;
    check_required_operand(ops, &enqueued, &update->first_moment);
    update->rates.momentum = 0;
    update->first_moment = RIPPLE_NO_VIEW;
    check_accepted(ops, &enqueued);
}

static void test_descend(const OpsCase *ops)
{
    g_auto(Buffers) buffers = buffers_of(ops);
    Enqueued enqueued = {.name = "descend", .enqueue = enqueue_descend};
    RippleDescent *descent = &enqueued.operation.descent;
    *descent = (RippleDescent){.delta = real(&buffers, 2, 5),
                               .x = real(&buffers, 2, 3),
                               .parameter = real(&buffers, 1, 20),
                               .first_moment = real(&buffers, 1, 20),
                               .rates = {.learning_rate = 0.1, .momentum = 0.9}};
    check_required_operand(ops, &enqueued, &descent->delta);
    check_required_operand(ops, &enqueued, &descent->x);
    check_required_operand(ops, &enqueued, &descent->parameter);
    check_required_operand(ops, &enqueued, &descent->first_moment);
    descent->rates.momentum = 0;
    descent->first_moment = RIPPLE_NO_VIEW;
    check_accepted(ops, &enqueued);
}

/* ---- transfers ------------------------------------------------------------------------------ */

static void check_failed(gboolean succeeded, GError **error)
{
    g_assert_false(succeeded);
    g_assert_error(*error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_clear_error(error);
}

static void test_transfers(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_auto(Buffers) buffers = buffers_of(ops);
    RippleView good = real(&buffers, 2, 3), indices = index_view(&buffers, 2, 3);
    RippleView outside = ripple_view(good.buffer, ROOM - 5, 2, 3);
    RippleView transposed = ripple_view(good.buffer, 0, 3, 2);
    gfloat values[6] = {0};
    gdouble exact[6];
    check_failed(ripple_backend_upload(outside, values, &error), &error);
    check_failed(ripple_backend_download(outside, values, &error), &error);
    check_failed(ripple_backend_download(indices, values, &error), &error);
    check_failed(ripple_backend_download_exact(outside, exact, &error), &error);
    check_failed(ripple_backend_download_exact(indices, exact, &error), &error);
    check_failed(ripple_backend_read(outside, values, &error) != NULL, &error);
    check_failed(ripple_backend_read(indices, values, &error) != NULL, &error);
    check_failed(ripple_backend_clear(outside, &error), &error);
    check_failed(ripple_backend_clear(indices, &error), &error);
    check_failed(ripple_backend_copy(good, transposed, &error), &error);
    check_failed(ripple_backend_copy(outside, good, &error), &error);
    check_failed(ripple_backend_copy(good, outside, &error), &error);
    check_failed(ripple_backend_copy(good, indices, &error), &error);
    ripple_backend_upload(good, values, &error);
    g_assert_no_error(error);
}

void ops_add_contract_tests(const OpsCase *ops)
{
    ops_add(ops, test_gather, 0, "contract/gather");
    ops_add(ops, test_forward, 0, "contract/forward");
    ops_add(ops, test_loss, 0, "contract/loss");
    ops_add(ops, test_cross_entropy_needs_labels, 0, "contract/cross-entropy-needs-labels");
    ops_add(ops, test_delta, 0, "contract/delta");
    ops_add(ops, test_gradient, 0, "contract/gradient");
    ops_add(ops, test_update, 0, "contract/update");
    ops_add(ops, test_descend, 0, "contract/descend");
    ops_add(ops, test_transfers, 0, "contract/transfers");
}
