/* forward again: it sees x as it is now, whatever a backend kept of what x was before. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <math.h>
#include <string.h>

/* x, in the middle of its buffer: neither its rows nor its columns fill a whole tile. */
#define ROWS 19
#define COLUMNS 70
#define OUTPUTS 11
#define START TEST_ODD
#define ROOM (ROWS * COLUMNS)

typedef struct {
    const OpsCase *ops;
    TestTensor *x; /* ROOM elements; x is some rows and columns of them */
    TestTensor *weight, *bias;
    gfloat *weight_values, *bias_values;
    guint32 sets; /* of random numbers that were drawn for it */
} Layer;

static void layer_clear(Layer *layer)
{
    test_tensor_free(layer->x);
    test_tensor_free(layer->weight);
    test_tensor_free(layer->bias);
    g_free(layer->weight_values);
    g_free(layer->bias_values);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Layer, layer_clear)

static Layer layer_new(const OpsCase *ops)
{
    g_autofree gfloat *x = test_reals(1, ROOM, -1, 1);
    Layer layer = {.ops = ops,
                   .x = test_variable(ops->backend, START, 1, ROOM, x),
                   .weight_values = test_reals(2, OUTPUTS * COLUMNS, -1, 1),
                   .bias_values = test_reals(3, OUTPUTS, -1, 1),
                   .sets = 4};
    layer.weight = test_constant(ops->backend, START, OUTPUTS, COLUMNS, layer.weight_values);
    layer.bias = test_constant(ops->backend, START, 1, OUTPUTS, layer.bias_values);
    return layer;
}

/* `rows × columns` of the buffer that x is in, from element `offset` on. */
static RippleView part(const Layer *layer, gsize offset, gsize rows, gsize columns)
{
    return ripple_view(layer->x->view.buffer, START + offset, rows, columns);
}

static RippleView whole(const Layer *layer)
{
    return part(layer, 0, ROWS, COLUMNS);
}

static gdouble *download(RippleView view)
{
    g_autoptr(GError) error = NULL;
    gdouble *values = g_new(gdouble, view.rows * view.columns);
    ripple_backend_download_exact(view, values, &error);
    g_assert_no_error(error);
    return values;
}

/* x·Wᵀ + b of what x holds, W being as many columns of the layer's weight as x has. */
static void check_forward(const Layer *layer, const char *what, RippleView x)
{
    g_autoptr(GError) error = NULL;
    gsize rows = x.rows, inputs = x.columns, count = rows * OUTPUTS;
    g_autoptr(TestTensor) z = test_variable(layer->ops->backend, START, rows, OUTPUTS, NULL);
    RippleForward forward = {.x = x,
                             .weight =
                                 ripple_view(layer->weight->view.buffer, START, OUTPUTS, inputs),
                             .bias = layer->bias->view,
                             .z = z->view};
    ripple_backend_forward(layer->ops->backend, &forward, &error);
    g_assert_no_error(error);

    g_autofree gdouble *now = download(x), *found = test_values(z);
    g_autofree gdouble *expected = g_new(gdouble, count), *allowed = g_new(gdouble, count);
    for (gsize i = 0; i < count; i++) {
        const gdouble *row = now + i / OUTPUTS * inputs;
        const gfloat *weight = layer->weight_values + i % OUTPUTS * inputs;
        gdouble sum = layer->bias_values[i % OUTPUTS], magnitude = fabs(sum);
        for (gsize k = 0; k < inputs; k++) {
            sum += row[k] * weight[k];
            magnitude += fabs(row[k] * weight[k]);
        }
        expected[i] = sum;
        allowed[i] = ops_sum_error(layer->ops, inputs) * magnitude;
    }
    test_check_close(what, found, expected, allowed, count);
}

/* ---- ways to change x ------------------------------------------------------------------------ */

/* Numbers in the shape that is asked for, other ones each time; freed with the test. */
static TestTensor *numbers(Layer *layer, gsize rows, gsize columns)
{
    g_autofree gfloat *values = test_reals(layer->sets++, rows * columns, -1, 1);
    TestTensor *tensor = test_variable(layer->ops->backend, START, rows, columns, values);
    g_test_queue_destroy((GDestroyNotify)test_tensor_free, tensor);
    return tensor;
}

static void change_by_upload(Layer *layer, GError **error)
{
    g_autofree gfloat *values = test_reals(layer->sets++, ROOM, -1, 1);
    ripple_backend_upload(whole(layer), values, error);
}

static void change_an_element(Layer *layer, GError **error)
{
    ripple_backend_upload(part(layer, 5 * COLUMNS + 17, 1, 1), (gfloat[]){(gfloat)layer->sets++},
                          error);
}

static void change_by_send(Layer *layer, GError **error)
{
    g_autofree gfloat *values = test_reals(layer->sets++, ROOM, -1, 1);
    g_autoptr(RippleUpload) upload =
        ripple_upload_new(layer->ops->backend, ROOM * sizeof *values, error);
    g_assert_nonnull(upload);
    memcpy(ripple_upload_memory(upload), values, ROOM * sizeof *values);
    g_assert_true(ripple_upload_release(upload, error));
    g_assert_true(ripple_upload_send(upload, 0, whole(layer), error));
    ripple_upload_receive(upload, error);
}

static void change_by_clear(Layer *layer, GError **error)
{
    ripple_backend_clear(part(layer, layer->sets++ % ROWS * COLUMNS, 1, COLUMNS), error);
}

static void change_by_copy(Layer *layer, GError **error)
{
    ripple_backend_copy(numbers(layer, ROWS, COLUMNS)->view, whole(layer), error);
}

static void change_by_gather(Layer *layer, GError **error)
{
    g_autofree guint32 *indices = test_indices(layer->sets++, ROWS, 4);
    g_autoptr(TestTensor) order =
        test_constant_indices(layer->ops->backend, START, 1, ROWS, indices);
    RippleGather gather = {.order = order->view,
                           .source = numbers(layer, 4, COLUMNS)->view,
                           .destination = whole(layer)};
    ripple_backend_gather(layer->ops->backend, &gather, error);
}

static void change_by_gather_bytes(Layer *layer, GError **error)
{
    g_autofree guint32 *indices = test_indices(layer->sets++, ROWS, 4);
    guint8 bytes[4 * COLUMNS];
    for (guint i = 0; i < sizeof bytes; i++)
        bytes[i] = (guint8)(i * layer->sets);
    g_autoptr(TestTensor) order =
        test_constant_indices(layer->ops->backend, START, 1, ROWS, indices);
    g_autoptr(TestTensor) source =
        test_constant_bytes(layer->ops->backend, START, 4, COLUMNS, bytes);
    RippleGather gather = {.order = order->view,
                           .source = source->view,
                           .destination = whole(layer),
                           .scale = 0.01,
                           .shift = -1};
    ripple_backend_gather(layer->ops->backend, &gather, error);
}

/* z or a, whichever is there, is as many rows of x. */
static void write_by_forward(Layer *layer, RippleView z, RippleView a, RippleActivation activation,
                             GError **error)
{
    RippleForward forward = {numbers(layer, MAX(z.rows, a.rows), 3)->view,
                             numbers(layer, COLUMNS, 3)->view,
                             numbers(layer, 1, COLUMNS)->view,
                             z,
                             a,
                             activation};
    ripple_backend_forward(layer->ops->backend, &forward, error);
}

static void change_by_forward_z(Layer *layer, GError **error)
{
    write_by_forward(layer, whole(layer), RIPPLE_NO_VIEW, RIPPLE_ACTIVATION_RELU, error);
}

static void change_by_forward_a(Layer *layer, GError **error)
{
    write_by_forward(layer, RIPPLE_NO_VIEW, whole(layer), RIPPLE_ACTIVATION_RELU, error);
}

static void change_by_softmax(Layer *layer, GError **error)
{
    write_by_forward(layer, RIPPLE_NO_VIEW, whole(layer), RIPPLE_ACTIVATION_SOFTMAX, error);
}

static void change_by_delta(Layer *layer, GError **error)
{
    TestTensor *a = numbers(layer, ROWS, COLUMNS);
    RippleDelta delta = {.delta_above = numbers(layer, ROWS, 3)->view,
                         .weight_above = numbers(layer, 3, COLUMNS)->view,
                         .a = a->view,
                         .delta = whole(layer)};
    ripple_backend_delta(layer->ops->backend, &delta, error);
}

static void change_by_loss(Layer *layer, GError **error)
{
    g_autoptr(TestTensor) result = test_variable(layer->ops->backend, START, 1, 2, NULL);
    RippleLossOperation loss = {.loss = RIPPLE_LOSS_MSE,
                                .a = numbers(layer, ROWS, COLUMNS)->view,
                                .targets = numbers(layer, ROWS, COLUMNS)->view,
                                .delta = whole(layer),
                                .result = result->view};
    ripple_backend_loss(layer->ops->backend, &loss, error);
}

static void change_by_gradient(Layer *layer, GError **error)
{
    g_autoptr(TestTensor) bias = test_variable(layer->ops->backend, START, 1, ROWS, NULL);
    RippleGradient gradient = {.delta = numbers(layer, 4, ROWS)->view,
                               .x = numbers(layer, 4, COLUMNS)->view,
                               .weight_gradient = whole(layer),
                               .bias_gradient = bias->view};
    ripple_backend_gradient(layer->ops->backend, &gradient, error);
}

static void change_by_bias_gradient(Layer *layer, GError **error)
{
    g_autoptr(TestTensor) weight = test_variable(layer->ops->backend, START, ROOM, 1, NULL);
    RippleGradient gradient = {.delta = numbers(layer, 4, ROOM)->view,
                               .x = numbers(layer, 4, 1)->view,
                               .weight_gradient = weight->view,
                               .bias_gradient = part(layer, 0, 1, ROOM)};
    ripple_backend_gradient(layer->ops->backend, &gradient, error);
}

/* β₂ = 0, so that no second moment is negative. */
static const RippleRates adam = {.optimizer = RIPPLE_OPTIMIZER_ADAM,
                                 .learning_rate = 0.1,
                                 .beta1 = 0.5,
                                 .epsilon = 1,
                                 .step = 1};

/* x is the parameter, the first moment or the second, as `place` counts. */
static void write_by_update(Layer *layer, guint place, GError **error)
{
    RippleView views[3];
    for (guint i = 0; i < 3; i++)
        views[i] = i == place ? part(layer, 0, 1, ROOM) : numbers(layer, 1, ROOM)->view;
    RippleUpdate update = {views[0], numbers(layer, 1, ROOM)->view, views[1], views[2], adam};
    ripple_backend_update(layer->ops->backend, &update, error);
}

static void change_by_update_w(Layer *layer, GError **error)
{
    write_by_update(layer, 0, error);
}

static void change_by_update_m(Layer *layer, GError **error)
{
    write_by_update(layer, 1, error);
}

static void change_by_update_v(Layer *layer, GError **error)
{
    write_by_update(layer, 2, error);
}

/* As many weights and biases as x has elements. */
static void write_by_descent(Layer *layer, guint place, GError **error)
{
    RippleView views[3];
    for (guint i = 0; i < 3; i++)
        views[i] = i == place ? part(layer, 0, 1, ROOM) : numbers(layer, 1, ROOM)->view;
    RippleDescent descent = {numbers(layer, 4, ROWS)->view,
                             numbers(layer, 4, COLUMNS - 1)->view,
                             views[0],
                             views[1],
                             views[2],
                             adam};
    ripple_backend_descend(layer->ops->backend, &descent, error);
}

static void change_by_descent_w(Layer *layer, GError **error)
{
    write_by_descent(layer, 0, error);
}

static void change_by_descent_m(Layer *layer, GError **error)
{
    write_by_descent(layer, 1, error);
}

static void change_by_descent_v(Layer *layer, GError **error)
{
    write_by_descent(layer, 2, error);
}

static const struct {
    const char *name;
    void (*change)(Layer *layer, GError **error);
} changes[] = {
    {"upload", change_by_upload},
    {"element", change_an_element},
    {"send", change_by_send},
    {"clear", change_by_clear},
    {"copy", change_by_copy},
    {"gather", change_by_gather},
    {"gather-bytes", change_by_gather_bytes},
    {"forward-z", change_by_forward_z},
    {"forward-a", change_by_forward_a},
    {"forward-softmax", change_by_softmax},
    {"delta", change_by_delta},
    {"loss", change_by_loss},
    {"gradient", change_by_gradient},
    {"bias-gradient", change_by_bias_gradient},
    {"update-parameter", change_by_update_w},
    {"update-first-moment", change_by_update_m},
    {"update-second-moment", change_by_update_v},
    {"descent-parameter", change_by_descent_w},
    {"descent-first-moment", change_by_descent_m},
    {"descent-second-moment", change_by_descent_v},
};

/* ---- tests ---------------------------------------------------------------------------------- */

static void test_changed(const OpsCase *ops)
{
    g_auto(Layer) layer = layer_new(ops);
    for (guint round = 0; round < 3; round++) {
        g_autoptr(GError) error = NULL;
        check_forward(&layer, "x before", whole(&layer));
        check_forward(&layer, "x as before", whole(&layer));
        g_autofree gdouble *before = download(whole(&layer));
        changes[ops->variant].change(&layer, &error);
        g_assert_no_error(error);
        g_autofree gdouble *after = download(whole(&layer));
        g_assert_cmpint(memcmp(before, after, ROOM * sizeof *before), !=, 0);
        check_forward(&layer, "x changed", whole(&layer));
    }
}

/* Views of one buffer in turn, as the last, smaller batch and the first of the next epoch are; and
 * changed in between. */
static void test_views(const OpsCase *ops)
{
    g_auto(Layer) layer = layer_new(ops);
    const RippleView views[] = {
        whole(&layer),
        part(&layer, 0, 7, COLUMNS),        /* fewer rows */
        part(&layer, COLUMNS, 7, COLUMNS),  /* the same size elsewhere */
        part(&layer, 0, ROWS, COLUMNS / 2), /* fewer columns */
        part(&layer, 0, 2 * ROWS, COLUMNS / 2),
        part(&layer, 0, 1, COLUMNS),
        part(&layer, 0, 10, 7),
        part(&layer, 0, 7, 10),
    };
    for (guint i = 0; i < G_N_ELEMENTS(views); i++)
        for (guint j = 0; j < G_N_ELEMENTS(views); j++) {
            g_autoptr(GError) error = NULL;
            check_forward(&layer, "the one view", views[i]);
            check_forward(&layer, "the other view", views[j]);
            change_by_upload(&layer, &error);
            g_assert_no_error(error);
            check_forward(&layer, "the other view, changed", views[j]);
            check_forward(&layer, "the one view, changed", views[i]);
        }
}

/* One forward writes what the next reads, as in a network; of whole batches and smaller ones. What
 * stands behind a smaller batch is still there for who reads it. */
static void test_chain(const OpsCase *ops)
{
    const gsize batches[] = {ROWS, ROWS, 7, 7, ROWS, ROWS, 1, ROWS};
    g_auto(Layer) layer = layer_new(ops);
    for (guint has_z = 0; has_z <= 1; has_z++)
        for (guint i = 0; i < G_N_ELEMENTS(batches); i++) {
            g_autoptr(GError) error = NULL;
            RippleView x = part(&layer, 0, batches[i], COLUMNS);
            RippleView z = has_z ? numbers(&layer, batches[i], COLUMNS)->view : RIPPLE_NO_VIEW;
            write_by_forward(&layer, z, x, ops->variant, &error);
            g_assert_no_error(error);
            check_forward(&layer, "the layer above", x);
            check_forward(&layer, "all rows", whole(&layer));
            check_forward(&layer, "the layer above again", x);
        }
}

void ops_add_again_tests(const OpsCase *ops)
{
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++)
        ops_add(ops, test_changed, i, "again/after-%s", changes[i].name);
    ops_add(ops, test_views, 0, "again/views");
    ops_add(ops, test_chain, RIPPLE_ACTIVATION_RELU, "again/chain");
    ops_add(ops, test_chain, RIPPLE_ACTIVATION_SOFTMAX, "again/chain-softmax");
}
