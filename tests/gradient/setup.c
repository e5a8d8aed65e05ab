#include "gradient/setup.h"

#include "reference/reference.h"
#include "support/numbers.h"

#include <math.h>

static RippleDataset *dataset_new(const Combination *c)
{
    RippleDataset *dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup("memory");
    dataset->samples = SETUP_SAMPLES;
    dataset->inputs = SETUP_INPUTS;
    dataset->input_values = test_reals(1, SETUP_SAMPLES * SETUP_INPUTS, -1, 1);
    if (c->has_labels) {
        dataset->target_kind = RIPPLE_TARGET_LABELS;
        dataset->classes = MAX(2, c->outputs);
        dataset->labels = test_indices(3, SETUP_SAMPLES, dataset->classes);
    } else {
        dataset->target_kind = RIPPLE_TARGET_VALUES;
        dataset->targets = c->outputs;
        dataset->target_values = test_reals(2, SETUP_SAMPLES * c->outputs, 0, 1);
    }
    return dataset;
}

RippleMaterial *setup_material(const Combination *c)
{
    g_autoptr(GError) error = NULL;
    RippleMaterial *material = g_new0(RippleMaterial, 1);
    RippleNetwork *network =
        ripple_network_new(SETUP_INPUTS, (guint[SETUP_LAYERS]){4, 5, c->outputs},
                           (RippleActivation[SETUP_LAYERS]){c->hidden, c->hidden, c->output},
                           SETUP_LAYERS, c->loss, &error);
    g_assert_no_error(error);
    material->train = dataset_new(c);
    material->n_train = SETUP_SAMPLES;
    material->train_order = g_new(guint32, SETUP_SAMPLES);
    for (guint i = 0; i < SETUP_SAMPLES; i++)
        material->train_order[i] = i;
    material->model = ripple_model_new(network, ripple_transform_new(1));
    g_free(material->model->parameters);
    material->model->parameters = test_reals(100, network->parameter_span, -1, 1);
    return material;
}

/* ---- f′ from a ------------------------------------------------------------------------------ */

static RippleBackendClass from_a_class;
static const RippleBackendClass *right_class;

static RippleView without_z(RippleActivation activation, RippleView z)
{
    return ripple_activation_needs_z(activation) ? z : RIPPLE_NO_VIEW;
}

static gboolean delta_from_a(RippleBackend *backend, const RippleDelta *delta, GError **error)
{
    RippleDelta changed = *delta;
    changed.z = without_z(delta->activation, delta->z);
    return right_class->delta(backend, &changed, error);
}

static gboolean loss_from_a(RippleBackend *backend, const RippleLossOperation *loss,
                            const RippleLossScalars *scalars, GError **error)
{
    RippleLossOperation changed = *loss;
    if (loss->loss == RIPPLE_LOSS_MSE)
        changed.z = without_z(loss->activation, loss->z);
    return right_class->loss(backend, &changed, scalars, error);
}

static void take_from_a(RippleBackend *backend)
{
    right_class = backend->class;
    from_a_class = *right_class;
    from_a_class.delta = delta_from_a;
    from_a_class.loss = loss_from_a;
    backend->class = &from_a_class;
}

/* ---- probes --------------------------------------------------------------------------------- */

RippleLossProbe *setup_probe(const RippleMaterial *material, const RippleWrongDerivative *wrong,
                             gboolean from_a)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = ripple_config_new();
    RippleBackend *backend = ripple_reference_backend_new();
    config->batch = SETUP_SAMPLES;
    config->shuffle = FALSE;
    if (from_a)
        take_from_a(backend);
    if (wrong)
        ripple_wrong_derivative_plant(backend, wrong);
    RippleLossProbe *probe = ripple_loss_probe_new(backend, material, config, &error);
    g_assert_no_error(error);
    return probe;
}

static void check_one(GArray *checks, RippleLossProbe *probe, RippleParameterPlace place)
{
    g_autoptr(GError) error = NULL;
    RippleGradientCheck check = {.place = place};
    ripple_slope_check(probe, &check, &error);
    g_assert_no_error(error);
    g_array_append_val(checks, check);
}

GArray *setup_check(RippleLossProbe *probe)
{
    GArray *checks = g_array_new(FALSE, FALSE, sizeof(RippleGradientCheck));
    for (guint l = probe->network->n_layers; l-- > 0;) {
        const RippleLayer *layer = &probe->network->layers[l];
        for (guint o = 0; o < layer->outputs; o++) {
            for (guint i = 0; i < layer->inputs; i++)
                check_one(checks, probe, (RippleParameterPlace){l, FALSE, o, i});
            check_one(checks, probe, (RippleParameterPlace){l, TRUE, o, 0});
        }
    }
    return checks;
}

gdouble setup_worst(RippleLossProbe *probe)
{
    g_autoptr(GArray) checks = setup_check(probe);
    gdouble worst = 0;
    for (guint i = 0; i < checks->len; i++) {
        const RippleGradientCheck *check = &g_array_index(checks, RippleGradientCheck, i);
        g_assert_cmpint(check->kind, !=, RIPPLE_SLOPE_UNMEASURED);
        g_assert_true(check->pass == (check->share <= 1));
        worst = isnan(check->share) ? INFINITY : fmax(worst, check->share);
    }
    return worst;
}
