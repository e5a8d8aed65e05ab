#include "network/backend.h"

#include <math.h>
#include <ripple/error.h>

/* ---- buffers -------------------------------------------------------------------------------- */

RippleBuffer *ripple_buffer_new(RippleBackend *backend, RippleElement element, gsize length,
                                GError **error)
{
    g_return_val_if_fail(length > 0, NULL);
    return backend->class->buffer_new(backend, element, length, error);
}

void ripple_buffer_free(RippleBuffer *buffer)
{
    if (buffer)
        buffer->backend->class->buffer_free(buffer);
}

gsize ripple_backend_element_bytes(const RippleBackend *backend, RippleElement element)
{
    switch (element) {
    case RIPPLE_ELEMENT_REAL:
        return backend->class->real_bytes;
    case RIPPLE_ELEMENT_INDEX:
        return sizeof(guint32);
    case RIPPLE_ELEMENT_BYTE:
        return sizeof(guint8);
    }
    g_assert_not_reached();
}

RippleView ripple_view(RippleBuffer *buffer, gsize offset, gsize rows, gsize columns)
{
    return (RippleView){buffer, offset, rows, columns};
}

RippleView ripple_buffer_view(RippleBuffer *buffer)
{
    return ripple_view(buffer, 0, 1, buffer->length);
}

static gsize view_length(RippleView view)
{
    return view.rows * view.columns;
}

static gboolean is_inside(RippleView view)
{
    gsize length;
    return g_size_checked_mul(&length, view.rows, view.columns) && length > 0 &&
           view.offset <= view.buffer->length && length <= view.buffer->length - view.offset;
}

/* A view of that element and shape, or an error that says what stands in its place. */
static gboolean check_view(const char *operation, const char *operand, RippleView view,
                           RippleElement element, gsize rows, gsize columns, GError **error)
{
    if (!view.buffer) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "The operation %s has no %s.",
                    operation, operand);
        return FALSE;
    }
    if (view.buffer->element != element || view.rows != rows || view.columns != columns ||
        !is_inside(view)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The operation %s needs a %s of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT
                    ", and was given %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT
                    " at element %" G_GSIZE_FORMAT " of a buffer of %" G_GSIZE_FORMAT "%s.",
                    operation, operand, rows, columns, view.rows, view.columns, view.offset,
                    view.buffer->length,
                    view.buffer->element == element ? "" : " that holds another kind of element");
        return FALSE;
    }
    return TRUE;
}

static gboolean check_optional(const char *operation, const char *operand, RippleView view,
                               RippleElement element, gsize rows, gsize columns, GError **error)
{
    return !view.buffer || check_view(operation, operand, view, element, rows, columns, error);
}

/* A view of that element, of whatever shape. */
static gboolean check_element(const char *operation, RippleView view, RippleElement element,
                              GError **error)
{
    return check_view(operation, "view", view, element, view.rows, view.columns, error);
}

/* A view of whatever element and shape. */
static gboolean check_any(const char *operation, RippleView view, GError **error)
{
    RippleElement element = view.buffer ? view.buffer->element : RIPPLE_ELEMENT_REAL;
    return check_element(operation, view, element, error);
}

gboolean ripple_backend_upload(RippleView view, gconstpointer values, GError **error)
{
    if (!check_any("upload", view, error))
        return FALSE;
    return view.buffer->backend->class->upload(view, values, error);
}

gboolean ripple_backend_download(RippleView view, gfloat *values, GError **error)
{
    if (!check_element("download", view, RIPPLE_ELEMENT_REAL, error))
        return FALSE;
    return view.buffer->backend->class->download(view, values, error);
}

gboolean ripple_backend_download_exact(RippleView view, gdouble *values, GError **error)
{
    if (!check_element("download", view, RIPPLE_ELEMENT_REAL, error))
        return FALSE;
    const RippleBackendClass *class = view.buffer->backend->class;
    if (class->download_exact)
        return class->download_exact(view, values, error);

    gsize length = view_length(view);
    g_autofree gfloat *floats = g_new(gfloat, length);
    if (!class->download(view, floats, error))
        return FALSE;
    for (gsize i = 0; i < length; i++)
        values[i] = floats[i];
    return TRUE;
}

RippleRead *ripple_backend_read(RippleView view, gfloat *values, GError **error)
{
    if (!check_element("read", view, RIPPLE_ELEMENT_REAL, error))
        return NULL;
    return view.buffer->backend->class->read(view, values, error);
}

gboolean ripple_read_is_ready(const RippleRead *read)
{
    return read->backend->class->read_is_ready(read);
}

gboolean ripple_read_finish(RippleRead *read, GError **error)
{
    return read->backend->class->read_finish(read, error);
}

gboolean ripple_backend_clear(RippleView view, GError **error)
{
    if (!check_element("clear", view, RIPPLE_ELEMENT_REAL, error))
        return FALSE;
    return view.buffer->backend->class->clear(view, error);
}

gboolean ripple_backend_copy(RippleView source, RippleView destination, GError **error)
{
    if (!check_element("copy", source, RIPPLE_ELEMENT_REAL, error) ||
        !check_view("copy", "destination", destination, RIPPLE_ELEMENT_REAL, source.rows,
                    source.columns, error))
        return FALSE;
    g_return_val_if_fail(source.buffer->backend == destination.buffer->backend, FALSE);
    return source.buffer->backend->class->copy(source, destination, error);
}

/* ---- uploads beside the operations ---------------------------------------------------------- */

RippleUpload *ripple_upload_new(RippleBackend *backend, gsize bytes, GError **error)
{
    g_return_val_if_fail(bytes > 0, NULL);
    return backend->class->upload_new(backend, bytes, error);
}

void ripple_upload_free(RippleUpload *upload)
{
    if (upload)
        upload->backend->class->upload_free(upload);
}

gpointer ripple_upload_memory(RippleUpload *upload)
{
    return upload->memory;
}

gboolean ripple_upload_wait(RippleUpload *upload, GError **error)
{
    return upload->backend->class->upload_wait(upload, error);
}

/* What the host holds of an element. */
static gsize host_bytes(RippleElement element)
{
    return element == RIPPLE_ELEMENT_BYTE ? sizeof(guint8) : sizeof(guint32);
}

gboolean ripple_upload_send(RippleUpload *upload, gsize start, RippleView view, GError **error)
{
    if (!check_any("send", view, error))
        return FALSE;
    g_return_val_if_fail(upload->backend == view.buffer->backend, FALSE);
    gsize element = host_bytes(view.buffer->element);
    if (start > upload->bytes || view_length(view) > (upload->bytes - start) / element) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The operation send was asked for %" G_GSIZE_FORMAT
                    " elements from byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ".",
                    view_length(view), start, upload->bytes);
        return FALSE;
    }
    return upload->backend->class->upload_send(upload, start, view, error);
}

gboolean ripple_upload_receive(RippleUpload *upload, GError **error)
{
    return upload->backend->class->upload_receive(upload, error);
}

gboolean ripple_upload_release(RippleUpload *upload, GError **error)
{
    return upload->backend->class->upload_release(upload, error);
}

/* ---- operations ----------------------------------------------------------------------------- */

gboolean ripple_backend_gather(RippleBackend *backend, const RippleGather *gather, GError **error)
{
    RippleView order = gather->order, source = gather->source, destination = gather->destination;
    if (!source.buffer || !destination.buffer) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                            "The operation gather needs a source and a destination.");
        return FALSE;
    }
    gboolean is_index = source.buffer->element == RIPPLE_ELEMENT_INDEX;
    if (!check_view("gather", "order", order, RIPPLE_ELEMENT_INDEX, 1, order.columns, error) ||
        !check_any("gather", source, error) ||
        !check_view("gather", "destination", destination,
                    is_index ? RIPPLE_ELEMENT_INDEX : RIPPLE_ELEMENT_REAL, destination.rows,
                    source.columns, error))
        return FALSE;
    if (gather->first > order.columns || destination.rows > order.columns - gather->first) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The operation gather needs %" G_GSIZE_FORMAT
                    " samples from position %" G_GSIZE_FORMAT " of an order of %" G_GSIZE_FORMAT
                    ".",
                    destination.rows, gather->first, order.columns);
        return FALSE;
    }
    return backend->class->gather(backend, gather, error);
}

gboolean ripple_backend_forward(RippleBackend *backend, const RippleForward *forward,
                                GError **error)
{
    gsize samples = forward->x.rows, inputs = forward->x.columns, outputs = forward->weight.rows;
    if (!check_view("forward", "x", forward->x, RIPPLE_ELEMENT_REAL, samples, inputs, error) ||
        !check_view("forward", "weight", forward->weight, RIPPLE_ELEMENT_REAL, outputs, inputs,
                    error) ||
        !check_view("forward", "bias", forward->bias, RIPPLE_ELEMENT_REAL, 1, outputs, error) ||
        !check_optional("forward", "z", forward->z, RIPPLE_ELEMENT_REAL, samples, outputs, error) ||
        !check_optional("forward", "a", forward->a, RIPPLE_ELEMENT_REAL, samples, outputs, error))
        return FALSE;
    if (!forward->z.buffer && !forward->a.buffer)
        return check_view("forward", "z or a", forward->a, RIPPLE_ELEMENT_REAL, samples, outputs,
                          error);
    return backend->class->forward(backend, forward, error);
}

gboolean ripple_backend_loss(RippleBackend *backend, const RippleLossOperation *loss,
                             GError **error)
{
    gboolean from_z = loss->loss != RIPPLE_LOSS_MSE;
    RippleView given = from_z ? loss->z : loss->a;
    gsize samples = given.rows, outputs = given.columns;

    if (!check_view("loss", from_z ? "z" : "a", given, RIPPLE_ELEMENT_REAL, samples, outputs,
                    error) ||
        !check_optional("loss", "z", loss->z, RIPPLE_ELEMENT_REAL, samples, outputs, error) ||
        !check_optional("loss", "a", loss->a, RIPPLE_ELEMENT_REAL, samples, outputs, error) ||
        !check_optional("loss", "labels", loss->labels, RIPPLE_ELEMENT_INDEX, samples, 1, error) ||
        !check_optional("loss", "targets", loss->targets, RIPPLE_ELEMENT_REAL, samples, outputs,
                        error) ||
        !check_optional("loss", "delta", loss->delta, RIPPLE_ELEMENT_REAL, samples, outputs,
                        error) ||
        !check_view("loss", "result", loss->result, RIPPLE_ELEMENT_REAL, 1, 2, error))
        return FALSE;
    if (!loss->labels.buffer == !loss->targets.buffer) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                            "The operation loss needs either labels or targets.");
        return FALSE;
    }
    if (loss->loss == RIPPLE_LOSS_CROSS_ENTROPY && !loss->labels.buffer) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "Cross-entropy needs class labels, and the data have numbers as "
                            "targets; try --loss mse.");
        return FALSE;
    }
    if (!from_z && loss->delta.buffer && ripple_activation_needs_z(loss->activation) &&
        !check_view("loss", "z", loss->z, RIPPLE_ELEMENT_REAL, samples, outputs, error))
        return FALSE;

    RippleLossScalars scalars = {(gdouble)samples};
    if (loss->loss != RIPPLE_LOSS_CROSS_ENTROPY)
        scalars.divisor *= outputs;
    return backend->class->loss(backend, loss, &scalars, error);
}

gboolean ripple_backend_delta(RippleBackend *backend, const RippleDelta *delta, GError **error)
{
    gsize samples = delta->delta.rows, outputs = delta->delta.columns;
    gsize outputs_above = delta->delta_above.columns;
    if (!check_view("delta", "delta", delta->delta, RIPPLE_ELEMENT_REAL, samples, outputs, error) ||
        !check_view("delta", "delta_above", delta->delta_above, RIPPLE_ELEMENT_REAL, samples,
                    outputs_above, error) ||
        !check_view("delta", "weight_above", delta->weight_above, RIPPLE_ELEMENT_REAL,
                    outputs_above, outputs, error) ||
        !check_view("delta", "a", delta->a, RIPPLE_ELEMENT_REAL, samples, outputs, error) ||
        !check_optional("delta", "z", delta->z, RIPPLE_ELEMENT_REAL, samples, outputs, error))
        return FALSE;
    if (ripple_activation_needs_z(delta->activation) &&
        !check_view("delta", "z", delta->z, RIPPLE_ELEMENT_REAL, samples, outputs, error))
        return FALSE;
    return backend->class->delta(backend, delta, error);
}

gboolean ripple_backend_gradient(RippleBackend *backend, const RippleGradient *gradient,
                                 GError **error)
{
    gsize samples = gradient->x.rows, inputs = gradient->x.columns;
    gsize outputs = gradient->delta.columns;
    if (!check_view("gradient", "x", gradient->x, RIPPLE_ELEMENT_REAL, samples, inputs, error) ||
        !check_view("gradient", "delta", gradient->delta, RIPPLE_ELEMENT_REAL, samples, outputs,
                    error) ||
        !check_view("gradient", "weight_gradient", gradient->weight_gradient, RIPPLE_ELEMENT_REAL,
                    outputs, inputs, error) ||
        !check_view("gradient", "bias_gradient", gradient->bias_gradient, RIPPLE_ELEMENT_REAL, 1,
                    outputs, error))
        return FALSE;
    return backend->class->gradient(backend, gradient, error);
}

RippleUpdateScalars ripple_update_scalars(const RippleRates *rates)
{
    if (rates->optimizer == RIPPLE_OPTIMIZER_SGD)
        return (RippleUpdateScalars){
            .rate = rates->learning_rate, .first_decay = rates->momentum, .first_gain = 1};
    gdouble correction1 = 1 - pow(rates->beta1, (gdouble)rates->step);
    gdouble root2 = sqrt(1 - pow(rates->beta2, (gdouble)rates->step));
    return (RippleUpdateScalars){
        .rate = rates->learning_rate * root2 / correction1,
        .first_decay = rates->beta1,
        .first_gain = 1 - rates->beta1,
        .second_decay = rates->beta2,
        .second_gain = 1 - rates->beta2,
        .epsilon = rates->epsilon * root2,
    };
}

/* The moments that the optimizer keeps, in the shape of the parameter, and the number of the step.
 */
static gboolean check_rates(const char *operation, const RippleRates *rates, RippleView parameter,
                            RippleView first, RippleView second, GError **error)
{
    guint moments = ripple_optimizer_moments(rates->optimizer, rates->momentum);
    gsize rows = parameter.rows, columns = parameter.columns;
    if ((moments > 0 && !check_view(operation, "first moment", first, RIPPLE_ELEMENT_REAL, rows,
                                    columns, error)) ||
        (moments > 1 && !check_view(operation, "second moment", second, RIPPLE_ELEMENT_REAL, rows,
                                    columns, error)))
        return FALSE;
    if (rates->optimizer == RIPPLE_OPTIMIZER_ADAM && rates->step == 0) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The operation %s needs the number of the step, from 1.", operation);
        return FALSE;
    }
    return TRUE;
}

gboolean ripple_backend_update(RippleBackend *backend, const RippleUpdate *update, GError **error)
{
    gsize rows = update->parameter.rows, columns = update->parameter.columns;
    if (!check_view("update", "parameter", update->parameter, RIPPLE_ELEMENT_REAL, rows, columns,
                    error) ||
        !check_view("update", "gradient", update->gradient, RIPPLE_ELEMENT_REAL, rows, columns,
                    error) ||
        !check_rates("update", &update->rates, update->parameter, update->first_moment,
                     update->second_moment, error))
        return FALSE;
    RippleUpdateScalars scalars = ripple_update_scalars(&update->rates);
    return backend->class->update(backend, update, &scalars, error);
}

gboolean ripple_backend_descend(RippleBackend *backend, const RippleDescent *descent,
                                GError **error)
{
    gsize samples = descent->x.rows, inputs = descent->x.columns;
    gsize outputs = descent->delta.columns;
    if (!check_view("descend", "x", descent->x, RIPPLE_ELEMENT_REAL, samples, inputs, error) ||
        !check_view("descend", "delta", descent->delta, RIPPLE_ELEMENT_REAL, samples, outputs,
                    error) ||
        !check_view("descend", "parameter", descent->parameter, RIPPLE_ELEMENT_REAL, 1,
                    outputs * inputs + outputs, error) ||
        !check_rates("descend", &descent->rates, descent->parameter, descent->first_moment,
                     descent->second_moment, error))
        return FALSE;
    RippleUpdateScalars scalars = ripple_update_scalars(&descent->rates);
    return backend->class->descend(backend, descent, &scalars, error);
}

/* The operands that all steps share. */
static gboolean check_steps(const RippleSteps *steps, gsize n_steps, GError **error)
{
    const RippleNetwork *network = steps->network;
    gsize samples = steps->inputs.rows, span = network->parameter_span;
    guint moments = ripple_optimizer_moments(steps->rates->optimizer, steps->rates->momentum);
    for (guint i = 0; i < moments; i++)
        if (!check_view("steps", "moment", steps->moments[i], RIPPLE_ELEMENT_REAL, 1, span, error))
            return FALSE;
    return check_any("steps", steps->inputs, error) &&
           check_view("steps", "inputs", steps->inputs,
                      steps->inputs.buffer->element == RIPPLE_ELEMENT_BYTE ? RIPPLE_ELEMENT_BYTE
                                                                           : RIPPLE_ELEMENT_REAL,
                      samples, network->inputs, error) &&
           check_view("steps", "order", steps->order, RIPPLE_ELEMENT_INDEX, 1, steps->order.columns,
                      error) &&
           check_optional("steps", "labels", steps->labels, RIPPLE_ELEMENT_INDEX, samples, 1,
                          error) &&
           check_optional("steps", "targets", steps->targets, RIPPLE_ELEMENT_REAL, samples,
                          network->outputs, error) &&
           check_view("steps", "parameters", steps->parameters, RIPPLE_ELEMENT_REAL, 1, span,
                      error) &&
           check_view("steps", "results", steps->results, RIPPLE_ELEMENT_REAL, n_steps, 2, error);
}

gsize ripple_backend_most_steps(RippleBackend *backend, const RippleSteps *steps)
{
    return backend->class->most_steps ? backend->class->most_steps(backend, steps) : 0;
}

gboolean ripple_backend_steps(RippleBackend *backend, const RippleSteps *steps, GError **error)
{
    gsize n_steps = (steps->samples + steps->batch - 1) / steps->batch;
    g_return_val_if_fail(backend->class->steps && n_steps > 0, FALSE);
    if (!check_steps(steps, n_steps, error))
        return FALSE;
    if (steps->first > steps->order.columns ||
        steps->samples > steps->order.columns - steps->first ||
        !steps->labels.buffer == !steps->targets.buffer ||
        (steps->network->loss == RIPPLE_LOSS_CROSS_ENTROPY && !steps->labels.buffer)) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                            "The operation steps needs samples within the order, and what the loss "
                            "compares them with: labels or targets.");
        return FALSE;
    }
    g_autofree RippleUpdateScalars *scalars = g_new(RippleUpdateScalars, n_steps);
    for (gsize i = 0; i < n_steps; i++)
        scalars[i] = ripple_update_scalars(&steps->rates[i]);
    return backend->class->steps(backend, steps, scalars, n_steps, error);
}

gboolean ripple_activation_needs_z(RippleActivation activation)
{
    return activation == RIPPLE_ACTIVATION_SILU || activation == RIPPLE_ACTIVATION_GELU;
}

/* ---- the backend itself --------------------------------------------------------------------- */

gboolean ripple_backend_wait(RippleBackend *backend, GError **error)
{
    return backend->class->wait(backend, error);
}

const char *ripple_backend_kind(const RippleBackend *backend)
{
    return backend->class->kind;
}

guint64 ripple_backend_memory_bytes(const RippleBackend *backend)
{
    return backend->memory_bytes;
}

guint64 ripple_backend_largest_buffer_bytes(const RippleBackend *backend)
{
    return backend->largest_buffer_bytes;
}

const char *ripple_backend_device_name(const RippleBackend *backend)
{
    return backend->device_name;
}

gdouble ripple_backend_compile_seconds(const RippleBackend *backend)
{
    return backend->compile_seconds;
}

const char *ripple_backend_driver(const RippleBackend *backend)
{
    return backend->driver;
}

guint64 ripple_backend_waits(const RippleBackend *backend)
{
    return backend->waits;
}

void ripple_backend_set_row(RippleBackend *backend, const char *row)
{
    backend->row = row;
}

void ripple_backend_free(RippleBackend *backend)
{
    if (backend)
        backend->class->free(backend);
}
