/* The operations, as their callers see them: shapes are checked, and scalars derived, once. */
#include "network/check_view.h"

#include <math.h>
#include <ripple/error.h>

gboolean ripple_backend_gather(RippleBackend *backend, const RippleGather *gather, GError **error)
{
    RippleView order = gather->order, source = gather->source, destination = gather->destination;
    if (!source.buffer || !destination.buffer) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                            "The operation gather needs a source and a destination.");
        return FALSE;
    }
    gboolean is_index = source.buffer->element == RIPPLE_ELEMENT_INDEX;
    if (!ripple_check_view("gather", "order", order, RIPPLE_ELEMENT_INDEX, 1, order.columns,
                           error) ||
        !ripple_check_any("gather", source, error) ||
        !ripple_check_view("gather", "destination", destination,
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
    if (!ripple_check_view("forward", "x", forward->x, RIPPLE_ELEMENT_REAL, samples, inputs,
                           error) ||
        !ripple_check_view("forward", "weight", forward->weight, RIPPLE_ELEMENT_REAL, outputs,
                           inputs, error) ||
        !ripple_check_view("forward", "bias", forward->bias, RIPPLE_ELEMENT_REAL, 1, outputs,
                           error) ||
        !ripple_check_optional("forward", "z", forward->z, RIPPLE_ELEMENT_REAL, samples, outputs,
                               error) ||
        !ripple_check_optional("forward", "a", forward->a, RIPPLE_ELEMENT_REAL, samples, outputs,
                               error))
        return FALSE;
    if (!forward->z.buffer && !forward->a.buffer)
        return ripple_check_view("forward", "z or a", forward->a, RIPPLE_ELEMENT_REAL, samples,
                                 outputs, error);
    return backend->class->forward(backend, forward, error);
}

gboolean ripple_backend_loss(RippleBackend *backend, const RippleLossOperation *loss,
                             GError **error)
{
    gboolean from_z = loss->loss != RIPPLE_LOSS_MSE;
    RippleView given = from_z ? loss->z : loss->a;
    gsize samples = given.rows, outputs = given.columns;

    if (!ripple_check_view("loss", from_z ? "z" : "a", given, RIPPLE_ELEMENT_REAL, samples, outputs,
                           error) ||
        !ripple_check_optional("loss", "z", loss->z, RIPPLE_ELEMENT_REAL, samples, outputs,
                               error) ||
        !ripple_check_optional("loss", "a", loss->a, RIPPLE_ELEMENT_REAL, samples, outputs,
                               error) ||
        !ripple_check_optional("loss", "labels", loss->labels, RIPPLE_ELEMENT_INDEX, samples, 1,
                               error) ||
        !ripple_check_optional("loss", "targets", loss->targets, RIPPLE_ELEMENT_REAL, samples,
                               outputs, error) ||
        !ripple_check_optional("loss", "delta", loss->delta, RIPPLE_ELEMENT_REAL, samples, outputs,
                               error) ||
        !ripple_check_view("loss", "result", loss->result, RIPPLE_ELEMENT_REAL, 1, 2, error))
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
        !ripple_check_view("loss", "z", loss->z, RIPPLE_ELEMENT_REAL, samples, outputs, error))
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
    if (!ripple_check_view("delta", "delta", delta->delta, RIPPLE_ELEMENT_REAL, samples, outputs,
                           error) ||
        !ripple_check_view("delta", "delta_above", delta->delta_above, RIPPLE_ELEMENT_REAL, samples,
                           outputs_above, error) ||
        !ripple_check_view("delta", "weight_above", delta->weight_above, RIPPLE_ELEMENT_REAL,
                           outputs_above, outputs, error) ||
        !ripple_check_view("delta", "a", delta->a, RIPPLE_ELEMENT_REAL, samples, outputs, error) ||
        !ripple_check_optional("delta", "z", delta->z, RIPPLE_ELEMENT_REAL, samples, outputs,
                               error))
        return FALSE;
    if (ripple_activation_needs_z(delta->activation) &&
        !ripple_check_view("delta", "z", delta->z, RIPPLE_ELEMENT_REAL, samples, outputs, error))
        return FALSE;
    return backend->class->delta(backend, delta, error);
}

gboolean ripple_backend_gradient(RippleBackend *backend, const RippleGradient *gradient,
                                 GError **error)
{
    gsize samples = gradient->x.rows, inputs = gradient->x.columns;
    gsize outputs = gradient->delta.columns;
    if (!ripple_check_view("gradient", "x", gradient->x, RIPPLE_ELEMENT_REAL, samples, inputs,
                           error) ||
        !ripple_check_view("gradient", "delta", gradient->delta, RIPPLE_ELEMENT_REAL, samples,
                           outputs, error) ||
        !ripple_check_view("gradient", "weight_gradient", gradient->weight_gradient,
                           RIPPLE_ELEMENT_REAL, outputs, inputs, error) ||
        !ripple_check_view("gradient", "bias_gradient", gradient->bias_gradient,
                           RIPPLE_ELEMENT_REAL, 1, outputs, error))
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
    if ((moments > 0 && !ripple_check_view(operation, "first moment", first, RIPPLE_ELEMENT_REAL,
                                           rows, columns, error)) ||
        (moments > 1 && !ripple_check_view(operation, "second moment", second, RIPPLE_ELEMENT_REAL,
                                           rows, columns, error)))
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
    if (!ripple_check_view("update", "parameter", update->parameter, RIPPLE_ELEMENT_REAL, rows,
                           columns, error) ||
        !ripple_check_view("update", "gradient", update->gradient, RIPPLE_ELEMENT_REAL, rows,
                           columns, error) ||
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
    if (!ripple_check_view("descend", "x", descent->x, RIPPLE_ELEMENT_REAL, samples, inputs,
                           error) ||
        !ripple_check_view("descend", "delta", descent->delta, RIPPLE_ELEMENT_REAL, samples,
                           outputs, error) ||
        !ripple_check_view("descend", "parameter", descent->parameter, RIPPLE_ELEMENT_REAL, 1,
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
        if (!ripple_check_view("steps", "moment", steps->moments[i], RIPPLE_ELEMENT_REAL, 1, span,
                               error))
            return FALSE;
    return ripple_check_any("steps", steps->inputs, error) &&
           ripple_check_view("steps", "inputs", steps->inputs,
                             steps->inputs.buffer->element == RIPPLE_ELEMENT_BYTE
                                 ? RIPPLE_ELEMENT_BYTE
                                 : RIPPLE_ELEMENT_REAL,
                             samples, network->inputs, error) &&
           ripple_check_view("steps", "order", steps->order, RIPPLE_ELEMENT_INDEX, 1,
                             steps->order.columns, error) &&
           ripple_check_optional("steps", "labels", steps->labels, RIPPLE_ELEMENT_INDEX, samples, 1,
                                 error) &&
           ripple_check_optional("steps", "targets", steps->targets, RIPPLE_ELEMENT_REAL, samples,
                                 network->outputs, error) &&
           ripple_check_view("steps", "parameters", steps->parameters, RIPPLE_ELEMENT_REAL, 1, span,
                             error) &&
           ripple_check_view("steps", "results", steps->results, RIPPLE_ELEMENT_REAL, n_steps, 2,
                             error);
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

gboolean ripple_backend_check_finite(RippleBackend *backend, const RippleFiniteCheck *check,
                                     GError **error)
{
    if (!ripple_check_element("check_finite", check->values, RIPPLE_ELEMENT_REAL, error) ||
        !ripple_check_view("check_finite", "result", check->result, RIPPLE_ELEMENT_REAL, 1, 1,
                           error))
        return FALSE;
    return backend->class->check_finite(backend, check, error);
}

gboolean ripple_backend_summary(RippleBackend *backend, const RippleSummary *summary,
                                GError **error)
{
    RippleView values = summary->values;
    if (!ripple_check_element("summary", values, RIPPLE_ELEMENT_REAL, error) ||
        !ripple_check_optional("summary", "minus", summary->minus, RIPPLE_ELEMENT_REAL, values.rows,
                               values.columns, error) ||
        !ripple_check_view("summary", "result", summary->result, RIPPLE_ELEMENT_REAL, 1,
                           RIPPLE_SUMMARY_VALUES, error))
        return FALSE;
    return backend->class->summary(backend, summary, error);
}

gboolean ripple_backend_histogram(RippleBackend *backend, const RippleHistogram *histogram,
                                  GError **error)
{
    if (!ripple_check_element("histogram", histogram->values, RIPPLE_ELEMENT_REAL, error) ||
        !ripple_check_view("histogram", "summary", histogram->summary, RIPPLE_ELEMENT_REAL, 1,
                           RIPPLE_SUMMARY_VALUES, error) ||
        !ripple_check_view("histogram", "result", histogram->result, RIPPLE_ELEMENT_REAL, 1,
                           RIPPLE_HISTOGRAM_BINS, error))
        return FALSE;
    return backend->class->histogram(backend, histogram, error);
}

gboolean ripple_backend_derivative_peak(RippleBackend *backend, const RippleDerivativePeak *peak,
                                        GError **error)
{
    gsize samples = peak->a.rows, outputs = peak->a.columns;
    g_return_val_if_fail(peak->activation < RIPPLE_ACTIVATION_SOFTMAX, FALSE);
    if (!ripple_check_view("derivative_peak", "a", peak->a, RIPPLE_ELEMENT_REAL, samples, outputs,
                           error) ||
        !ripple_check_optional("derivative_peak", "z", peak->z, RIPPLE_ELEMENT_REAL, samples,
                               outputs, error) ||
        !ripple_check_view("derivative_peak", "result", peak->result, RIPPLE_ELEMENT_REAL, 1,
                           outputs, error))
        return FALSE;
    if (ripple_activation_needs_z(peak->activation) &&
        !ripple_check_view("derivative_peak", "z", peak->z, RIPPLE_ELEMENT_REAL, samples, outputs,
                           error))
        return FALSE;
    return backend->class->derivative_peak(backend, peak, error);
}

gboolean ripple_activation_needs_z(RippleActivation activation)
{
    return activation == RIPPLE_ACTIVATION_SILU || activation == RIPPLE_ACTIVATION_GELU;
}
