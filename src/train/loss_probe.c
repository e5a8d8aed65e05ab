#include "train/loss_probe.h"

#include <math.h>
#include <string.h>

/* Unit roundoff of double precision. */
#define U_DOUBLE 0x1p-53

/* Of the double precision functions and of what the loss does to one sample, in roundings; their
 * errors are below that. */
#define FUNCTION_ROUNDINGS 8

/* ---- rows ----------------------------------------------------------------------------------- */

static gboolean enqueue(RippleSession *session, const RippleBatch *batch, guint row, GError **error)
{
    return ripple_scheduler_row(session->scheduler, row, batch, NULL,
                                ripple_buffer_view(session->result), error);
}

gboolean ripple_gradient_rows(RippleSession *session, const RippleBatch *batch, GError **error)
{
    const RippleSchedule *schedule = ripple_scheduler_schedule(session->scheduler);
    for (guint row = 0; row < schedule->n_steps; row++)
        if (schedule->steps[row].kind != RIPPLE_STEP_UPDATE && !enqueue(session, batch, row, error))
            return FALSE;
    return TRUE;
}

/* Forward from `layer` on, then the loss. */
static gboolean forward_from(RippleLossProbe *self, guint layer, gdouble *loss, GError **error)
{
    const RippleSchedule *schedule = ripple_scheduler_schedule(self->session->scheduler);
    gdouble result[2];
    for (guint row = 0; row < schedule->n_steps; row++) {
        const RippleStep *step = &schedule->steps[row];
        gboolean is_wanted = step->kind == RIPPLE_STEP_LOSS ||
                             (step->kind == RIPPLE_STEP_FORWARD && step->layer >= layer);
        if (is_wanted && !enqueue(self->session, &self->batch, row, error))
            return FALSE;
    }
    if (!ripple_backend_download_exact(ripple_buffer_view(self->session->result), result, error))
        return FALSE;
    *loss = result[0];
    return TRUE;
}

static gdouble *download(RippleView view, GError **error)
{
    g_autofree gdouble *values = g_new(gdouble, view.rows * view.columns);
    return ripple_backend_download_exact(view, values, error) ? g_steal_pointer(&values) : NULL;
}

gdouble *ripple_loss_probe_values(const RippleLossProbe *probe, RippleRole role, guint layer,
                                  GError **error)
{
    return download(
        ripple_scheduler_view(probe->session->scheduler, role, layer, probe->batch.count), error);
}

/* ---- what the gradient is made of ----------------------------------------------------------- */

/* Adds to the variance of the loss what the sums of one layer do, each of which errs by u·√n of its
 * magnitude, and the function after it. */
static gdouble layer_variance(const RippleLossProbe *self, const RippleLayer *layer,
                              const gdouble *x, const gdouble *delta)
{
    gdouble variance = 0, roundings = layer->inputs + 2.0 + FUNCTION_ROUNDINGS;
    for (gsize n = 0; n < self->batch.count; n++)
        for (guint o = 0; o < layer->outputs; o++) {
            const gdouble *weight =
                self->parameters + layer->weight_offset + (gsize)o * layer->inputs;
            gdouble size = fabs(self->parameters[layer->bias_offset + o]);
            for (guint i = 0; i < layer->inputs; i++)
                size += fabs(x[n * layer->inputs + i] * weight[i]);
            gdouble error = U_DOUBLE * size * fabs(delta[n * layer->outputs + o]);
            variance += roundings * error * error;
        }
    return variance;
}

/* What the loss itself rounds: of each sample, with |z| and |t|, and of their sum. */
static gdouble loss_variance(const RippleLossProbe *self, const gdouble *z, const gdouble *a)
{
    gsize outputs = self->network->outputs, length = self->batch.count * outputs;
    gdouble divisor = (gdouble)self->batch.count, variance = 0;
    if (self->network->loss != RIPPLE_LOSS_CROSS_ENTROPY)
        divisor *= outputs;
    for (gsize i = 0; i < length; i++) {
        gdouble size = self->network->loss == RIPPLE_LOSS_MSE ? (1 + fabs(a[i])) * (1 + fabs(a[i]))
                                                              : 1 + 2 * fabs(z[i]);
        gdouble error = U_DOUBLE * size / divisor;
        variance += FUNCTION_ROUNDINGS * error * error;
    }
    gdouble sum_error = U_DOUBLE * self->loss;
    return variance + (self->batch.count + outputs) * sum_error * sum_error;
}

/* Σ |δ·x| of each parameter of a layer, and the largest |x| of each of its inputs. */
static void measure_layer(RippleLossProbe *self, guint l, const gdouble *x, const gdouble *delta)
{
    const RippleLayer *layer = &self->network->layers[l];
    self->largest[l] = g_new0(gdouble, layer->inputs);
    for (gsize n = 0; n < self->batch.count; n++) {
        const gdouble *sample = x + n * layer->inputs;
        for (guint i = 0; i < layer->inputs; i++)
            self->largest[l][i] = fmax(self->largest[l][i], fabs(sample[i]));
        for (guint o = 0; o < layer->outputs; o++) {
            gdouble share = fabs(delta[n * layer->outputs + o]);
            gdouble *sizes = self->sizes + layer->weight_offset + (gsize)o * layer->inputs;
            self->sizes[layer->bias_offset + o] += share;
            for (guint i = 0; i < layer->inputs; i++)
                sizes[i] += share * fabs(sample[i]);
        }
    }
}

/* The gradient of a layer, to where its parameters lie. */
static gboolean read_gradient(RippleLossProbe *self, guint l, GError **error)
{
    const RippleLayer *layer = &self->network->layers[l];
    RippleScheduler *scheduler = self->session->scheduler;
    return ripple_backend_download_exact(
               ripple_scheduler_view(scheduler, RIPPLE_ROLE_WEIGHT_GRADIENT, l, 0),
               self->gradient + layer->weight_offset, error) &&
           ripple_backend_download_exact(
               ripple_scheduler_view(scheduler, RIPPLE_ROLE_BIAS_GRADIENT, l, 0),
               self->gradient + layer->bias_offset, error);
}

static gboolean read_layer(RippleLossProbe *self, guint l, gdouble *variance, GError **error)
{
    g_autofree gdouble *x =
        l == 0 ? ripple_loss_probe_values(self, RIPPLE_ROLE_INPUT, 0, error)
               : ripple_loss_probe_values(self, RIPPLE_ROLE_ACTIVATION, l - 1, error);
    g_autofree gdouble *delta =
        x ? ripple_loss_probe_values(self, RIPPLE_ROLE_DELTA, l, error) : NULL;
    self->z[l] = delta ? ripple_loss_probe_values(self, RIPPLE_ROLE_Z, l, error) : NULL;
    if (!self->z[l] || !read_gradient(self, l, error))
        return FALSE;
    *variance += layer_variance(self, &self->network->layers[l], x, delta);
    measure_layer(self, l, x, delta);
    return TRUE;
}

static gboolean read_all(RippleLossProbe *self, GError **error)
{
    guint last = self->network->n_layers - 1;
    gsize span = self->network->parameter_span;
    gdouble result[2], variance = 0;
    self->parameters = download(ripple_buffer_view(self->session->state->parameters), error);
    if (!self->parameters ||
        !ripple_backend_download_exact(ripple_buffer_view(self->session->result), result, error))
        return FALSE;
    self->loss = result[0];
    self->gradient = g_new0(gdouble, span);
    self->sizes = g_new0(gdouble, span);
    self->largest = g_new0(gdouble *, self->network->n_layers);
    self->z = g_new0(gdouble *, self->network->n_layers);
    for (guint l = 0; l <= last; l++)
        if (!read_layer(self, l, &variance, error))
            return FALSE;
    g_autofree gdouble *a = ripple_loss_probe_values(self, RIPPLE_ROLE_ACTIVATION, last, error);
    if (!a)
        return FALSE;
    self->loss_error = sqrt(variance + loss_variance(self, self->z[last], a));
    return TRUE;
}

/* ---- the probe ------------------------------------------------------------------------------ */

RippleLossProbe *ripple_loss_probe_new(RippleBackend *backend, const RippleMaterial *material,
                                       const RippleConfig *config, GError **error)
{
    g_autoptr(RippleLossProbe) self = g_new0(RippleLossProbe, 1);
    const RippleScheduleOptions options = {.batch = config->batch, .keep_all = TRUE};
    g_autofree guint32 *order = ripple_material_order(material, config, 1);
    self->backend = backend;
    self->session = ripple_session_new(backend, material->model, material->train, 0,
                                       material->n_train, options, error);
    if (!self->session || !ripple_session_set_order(self->session, order, error) ||
        !ripple_session_batch(self->session, 0, ripple_session_batch_size(self->session),
                              &self->batch, error))
        return NULL;
    self->network = ripple_scheduler_schedule(self->session->scheduler)->network;
    if (!ripple_gradient_rows(self->session, &self->batch, error) || !read_all(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_loss_probe_free(RippleLossProbe *probe)
{
    if (!probe)
        return;
    for (guint l = 0; probe->network && l < probe->network->n_layers; l++) {
        if (probe->largest)
            g_free(probe->largest[l]);
        if (probe->z)
            g_free(probe->z[l]);
    }
    g_free(probe->largest);
    g_free(probe->z);
    g_free(probe->parameters);
    g_free(probe->gradient);
    g_free(probe->sizes);
    ripple_session_free(probe->session);
    ripple_backend_free(probe->backend);
    g_free(probe);
}

static gboolean has_kink(RippleActivation activation)
{
    return activation == RIPPLE_ACTIVATION_RELU || activation == RIPPLE_ACTIVATION_LEAKY_RELU ||
           activation == RIPPLE_ACTIVATION_ELU;
}

/* Which units of `layer` are on another side of 0 than at the centre? */
static gboolean look_for_kinks(const RippleLossProbe *self, guint layer, RippleLossPoint *point,
                               GError **error)
{
    if (!has_kink(self->network->layers[layer].activation))
        return TRUE;
    g_autofree gdouble *z = ripple_loss_probe_values(self, RIPPLE_ROLE_Z, layer, error);
    if (!z)
        return FALSE;
    for (gsize i = 0; i < self->batch.count * self->network->layers[layer].outputs; i++)
        if ((z[i] > 0) != (self->z[layer][i] > 0)) {
            point->is_smooth = FALSE;
            point->from_zero |= self->z[layer][i] == 0;
        }
    return TRUE;
}

gboolean ripple_loss_probe_at(RippleLossProbe *probe, guint layer, gsize index, gdouble value,
                              RippleLossPoint *point, GError **error)
{
    RippleView place = ripple_view(probe->session->state->parameters, index, 1, 1);
    *point = (RippleLossPoint){.is_smooth = TRUE};
    if (!ripple_backend_upload_exact(place, &value, error) ||
        !forward_from(probe, layer, &point->loss, error))
        return FALSE;
    for (guint l = layer; l < probe->network->n_layers; l++)
        if (!look_for_kinks(probe, l, point, error))
            return FALSE;
    return ripple_backend_upload_exact(place, &probe->parameters[index], error);
}
