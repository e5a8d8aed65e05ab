#include <ripple/gradcheck.h>

#include "base/random.h"
#include "check/bound_step.h"
#include "check/slope.h"
#include "check/wrong_derivative.h"
#include "reference/reference.h"
#include "train/data_plan.h"
#include "train/loss_probe.h"

#include <math.h>
#include <ripple/device.h>
#include <ripple/error.h>
#include <string.h>

/* What a derivative that is wrong on purpose is multiplied by. */
#define FAULT_FACTOR 1.001

const char *ripple_slope_kind_name(RippleSlopeKind kind)
{
    static const char *const names[RIPPLE_N_SLOPES] = {"central", "smaller step", "one-sided",
                                                       "unmeasured"};
    return names[kind];
}

/* ---- which parameters ----------------------------------------------------------------------- */

static void add_place(GArray *checks, RippleParameterPlace place)
{
    RippleGradientCheck check = {
        .place = place, .device = NAN, .device_tolerance = NAN, .device_share = NAN};
    g_array_append_val(checks, check);
}

/* As many of a weight or a bias as are wanted, drawn by the seed. */
static void add_places(GArray *checks, const RippleLayer *layer, guint l, gboolean is_bias,
                       guint64 wanted, guint64 seed)
{
    gsize count = is_bias ? layer->outputs : (gsize)layer->outputs * layer->inputs;
    gsize columns = is_bias ? 1 : layer->inputs;
    g_autofree guint32 *drawn = g_new(guint32, count);
    for (gsize i = 0; i < count; i++)
        drawn[i] = (guint32)i;
    if (wanted > 0 && wanted < count) {
        ripple_random_shuffle(drawn, count, seed, RIPPLE_STREAM_TEST, 2 * l + is_bias);
        count = wanted;
    }
    for (gsize i = 0; i < count; i++)
        add_place(checks, (RippleParameterPlace){l, is_bias, (guint)(drawn[i] / columns),
                                                 (guint)(drawn[i] % columns)});
}

static gboolean check_place(const RippleParameterPlace *place, const RippleNetwork *network,
                            GError **error)
{
    if (place->layer >= network->n_layers) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "There is no layer %u; the network has layers 0 to %u.", place->layer,
                    network->n_layers - 1);
        return FALSE;
    }
    const RippleLayer *layer = &network->layers[place->layer];
    if (place->output >= layer->outputs || (!place->is_bias && place->input >= layer->inputs)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "Layer %u has outputs 0 to %u and inputs 0 to %u, and so no %s %u%s.",
                    place->layer, layer->outputs - 1, layer->inputs - 1,
                    place->is_bias ? "bias" : "weight to output", place->output,
                    place->is_bias ? "" : " from that input");
        return FALSE;
    }
    return TRUE;
}

/* Layers from the last to the first, as the probe wants them. */
static gboolean choose(GArray *checks, const RippleNetwork *network,
                       const RippleGradcheckOptions *options, guint64 seed, GError **error)
{
    if (options->place) {
        if (!check_place(options->place, network, error))
            return FALSE;
        add_place(checks, *options->place);
        return TRUE;
    }
    for (guint l = network->n_layers; l-- > 0;) {
        add_places(checks, &network->layers[l], l, FALSE, options->parameters, seed);
        add_places(checks, &network->layers[l], l, TRUE, options->parameters, seed);
    }
    return TRUE;
}

/* ---- a fault on purpose --------------------------------------------------------------------- */

/* The activation or the loss of `network` that is called `name`. The derivative of an output's
 * activation is part of its loss's where that is computed from z. */
static gboolean find_fault(const RippleNetwork *network, const char *name,
                           RippleWrongDerivative *wrong, GError **error)
{
    const char *loss_name = ripple_loss_name(network->loss);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_ptr_array_add(names, (gpointer)loss_name);
    *wrong = (RippleWrongDerivative){RIPPLE_N_ACTIVATIONS, RIPPLE_N_LOSSES, RIPPLE_N_ACTIVATIONS,
                                     FAULT_FACTOR};
    if (strcmp(name, loss_name) == 0) {
        wrong->loss = network->loss;
        return TRUE;
    }
    for (guint l = 0; l < network->n_layers; l++) {
        RippleActivation activation = network->layers[l].activation;
        const char *candidate = ripple_activation_name(activation);
        if (strcmp(candidate, name) == 0) {
            wrong->activation = wrong->derivative_of = activation;
            return TRUE;
        }
        if (!g_ptr_array_find_with_equal_func(names, candidate, g_str_equal, NULL))
            g_ptr_array_add(names, (gpointer)candidate);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *choice = g_strjoinv(", ", (char **)names->pdata);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The network has no \"%s\" to differentiate wrongly; choose one of: %s.", name,
                choice);
    return FALSE;
}

static RippleBackend *open_reference(const RippleNetwork *network,
                                     const RippleGradcheckOptions *options, GError **error)
{
    RippleWrongDerivative wrong;
    if (options->fault && !find_fault(network, options->fault, &wrong, error))
        return NULL;
    RippleBackend *backend = ripple_reference_backend_new();
    if (options->fault)
        ripple_wrong_derivative_plant(backend, &wrong);
    return backend;
}

/* ---- the device ----------------------------------------------------------------------------- */

static RippleSession *open_session(RippleBackend *backend, const RippleMaterial *material,
                                   const RippleConfig *config, GError **error)
{
    const RippleScheduleOptions options = {.batch = config->batch, .keep_all = TRUE};
    RipplePlacement set = {material->train, config->batch, 0};
    RippleDataPlan plan;
    if (!ripple_data_plan(backend, config->memory_limit, &set, 1, &plan, error))
        return NULL;
    return ripple_session_new(backend, material->model, material->train, set.window,
                              material->n_train, options, error);
}

static gboolean device_gradient(RippleBackend *backend, const RippleMaterial *material,
                                const RippleConfig *config, gdouble *gradient, GError **error)
{
    const RippleNetwork *network = material->model->network;
    g_autofree guint32 *order = ripple_material_order(material, config, 1);
    g_autoptr(RippleSession) session = open_session(backend, material, config, error);
    RippleBatch batch;
    if (!session || !ripple_session_set_order(session, order, error) ||
        !ripple_session_batch(session, 0, ripple_session_batch_size(session), &batch, error) ||
        !ripple_gradient_rows(session, &batch, error))
        return FALSE;
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        RippleScheduler *scheduler = session->scheduler;
        if (!ripple_backend_download_exact(
                ripple_scheduler_view(scheduler, RIPPLE_ROLE_WEIGHT_GRADIENT, l, 0),
                gradient + layer->weight_offset, error) ||
            !ripple_backend_download_exact(
                ripple_scheduler_view(scheduler, RIPPLE_ROLE_BIAS_GRADIENT, l, 0),
                gradient + layer->bias_offset, error))
            return FALSE;
    }
    return TRUE;
}

/* Where the gradient of a parameter stands among those of its layer, the weight's before the
 * bias's. */
static gsize place_in_layer(const RippleLayer *layer, const RippleParameterPlace *place)
{
    gsize weights = (gsize)layer->outputs * layer->inputs;
    return place->is_bias ? weights + place->output
                          : (gsize)place->output * layer->inputs + place->input;
}

/* Hold the device's gradient against the reference's, which the probe still stands at. */
static gboolean check_device(RippleGradcheck *found, const char *selector,
                             const RippleLossProbe *probe, const RippleMaterial *material,
                             const RippleConfig *config, GError **error)
{
    g_autoptr(RippleBackend) backend = ripple_device_open(selector, error);
    if (!backend)
        return FALSE;
    found->device = g_strdup(ripple_device_name(backend));
    g_autofree gdouble *gradient = g_new0(gdouble, probe->network->parameter_span);
    if (!device_gradient(backend, material, config, gradient, error))
        return FALSE;
    g_autoptr(RippleStepBound) bound = ripple_step_bound_new(
        probe->session->scheduler, &probe->batch, probe->parameters, probe->loss, error);
    if (!bound)
        return FALSE;
    for (guint i = 0; i < found->parameters->len; i++) {
        RippleGradientCheck *check = &g_array_index(found->parameters, RippleGradientCheck, i);
        const RippleLayer *layer = &probe->network->layers[check->place.layer];
        gsize place = place_in_layer(layer, &check->place);
        check->device = gradient[layer->weight_offset + place];
        check->device_tolerance = bound->gradients[check->place.layer][place];
        gdouble difference = fabs(check->device - probe->gradient[layer->weight_offset + place]);
        check->device_share = difference == 0 ? 0 : difference / check->device_tolerance;
    }
    return TRUE;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static gboolean check_all(RippleGradcheck *found, RippleLossProbe *probe,
                          RippleGradcheckProgress progress, gpointer user_data, GError **error)
{
    found->pass = TRUE;
    for (guint i = 0; i < found->parameters->len; i++) {
        RippleGradientCheck *check = &g_array_index(found->parameters, RippleGradientCheck, i);
        if (!ripple_slope_check(probe, check, error))
            return FALSE;
        if (found->device && !(check->device_share <= 1))
            check->pass = FALSE;
        found->counts[check->kind]++;
        found->on_kinks += check->is_on_kink;
        gboolean is_right = check->pass || (check->kind == RIPPLE_SLOPE_UNMEASURED &&
                                            (!found->device || check->device_share <= 1));
        found->pass &= is_right;
        if (progress)
            progress(i + 1, found->parameters->len, user_data);
    }
    found->pass &= found->counts[RIPPLE_SLOPE_UNMEASURED] < found->parameters->len;
    return TRUE;
}

RippleGradcheck *ripple_gradcheck(RippleConfig *config, const RippleGradcheckOptions *options,
                                  RippleGradcheckProgress progress, gpointer user_data,
                                  GError **error)
{
    g_autoptr(RippleMaterial) material = ripple_material_new(config, error);
    if (!material)
        return NULL;
    const RippleNetwork *network = material->model->network;
    RippleBackend *backend = open_reference(network, options, error);
    g_autoptr(RippleLossProbe) probe =
        backend ? ripple_loss_probe_new(backend, material, config, error) : NULL;
    if (!probe)
        return NULL;

    g_autoptr(RippleGradcheck) found = g_new0(RippleGradcheck, 1);
    found->network = ripple_network_describe(network);
    found->samples = probe->batch.count;
    found->loss = probe->loss;
    found->parameters = g_array_new(FALSE, FALSE, sizeof(RippleGradientCheck));
    if (!choose(found->parameters, network, options, config->seed, error) ||
        (options->device &&
         !check_device(found, options->device, probe, material, config, error)) ||
        !check_all(found, probe, progress, user_data, error))
        return NULL;
    return g_steal_pointer(&found);
}

void ripple_gradcheck_free(RippleGradcheck *gradcheck)
{
    if (!gradcheck)
        return;
    g_free(gradcheck->network);
    g_free(gradcheck->device);
    g_array_unref(gradcheck->parameters);
    g_free(gradcheck);
}
