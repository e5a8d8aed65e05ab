#include <ripple/inference.h>

#include "train/evaluation.h"
#include "train/memory_plan.h"

#include <math.h>
#include <ripple/error.h>

/* ---- data ----------------------------------------------------------------------------------- */

static gboolean check_fit(const RippleModel *model, const RippleDataset *dataset,
                          gboolean target_optional, GError **error)
{
    const RippleNetwork *network = model->network;
    if (dataset->inputs != network->inputs) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The samples of %s have %u inputs, and the model takes %u.", dataset->source,
                    dataset->inputs, network->inputs);
        return FALSE;
    }
    if (dataset->target_kind == RIPPLE_TARGET_NONE) {
        if (target_optional)
            return TRUE;
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "%s has no target to score against; name its column with --target.",
                    dataset->source);
        return FALSE;
    }
    gboolean fits = dataset->target_kind == RIPPLE_TARGET_LABELS
                        ? model->class_names != NULL
                        : !model->class_names && dataset->targets == network->outputs;
    if (!fits) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The targets of %s do not fit the model, which has %u outputs for %s; choose "
                    "the right columns with --target.",
                    dataset->source, network->outputs, model->class_names ? "classes" : "numbers");
        return FALSE;
    }
    return TRUE;
}

static RippleDataset *take_split(RippleData *data, RippleSplit split, const char *spec,
                                 GError **error)
{
    if (split == RIPPLE_SPLIT_TEST && !data->test) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE, "%s has no test set.", spec);
        return NULL;
    }
    if (split == RIPPLE_SPLIT_TRAIN || !data->test)
        return g_steal_pointer(&data->train);
    return g_steal_pointer(&data->test);
}

RippleDataset *ripple_model_load_data(const RippleModel *model, const char *spec,
                                      const char *target, RippleSplit split,
                                      gboolean target_optional, GError **error)
{
    g_autofree char *own_target = model->target_names ? g_strjoinv(",", model->target_names) : NULL;
    RippleDataRequest request = {
        .spec = spec,
        .target = target ? target : own_target,
        .target_is_class = model->class_names != NULL,
        .target_optional = target_optional,
        .input_names = model->input_names,
        .class_names = model->class_names,
    };
    g_autoptr(RippleData) data = ripple_data_load(&request, error);
    g_autoptr(RippleDataset) dataset = data ? take_split(data, split, spec, error) : NULL;
    if (!dataset || !check_fit(model, dataset, target_optional, error) ||
        !ripple_transform_apply(model->transform, dataset, error))
        return NULL;
    return g_steal_pointer(&dataset);
}

/* ---- inference ------------------------------------------------------------------------------ */

struct _RippleInference {
    const RippleModel *model; /* borrowed */
    RippleBackend *backend;
    RippleState *state;
    guint64 memory_limit; /* 0 for half of the device's */
};

RippleInference *ripple_inference_new(const RippleModel *model, const char *selector,
                                      GError **error)
{
    g_autoptr(RippleInference) self = g_new0(RippleInference, 1);
    self->model = model;
    self->backend = ripple_device_open(selector, error);
    if (!self->backend)
        return NULL;
    self->state = ripple_state_new(self->backend, model->network, FALSE, error);
    if (!self->state || !ripple_backend_upload(ripple_buffer_view(self->state->parameters),
                                               model->parameters, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_inference_free(RippleInference *inference)
{
    if (!inference)
        return;
    ripple_state_free(inference->state);
    ripple_backend_free(inference->backend);
    g_free(inference);
}

const RippleBackend *ripple_inference_device(const RippleInference *inference)
{
    return inference->backend;
}

static gboolean check_inputs(const RippleInference *inference, const RippleDataset *dataset,
                             GError **error)
{
    guint wanted = inference->model->network->inputs;
    if (dataset->samples > 0 && dataset->inputs == wanted)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The data have %" G_GSIZE_FORMAT " samples of %u inputs; the model takes at least "
                "one of %u.",
                dataset->samples, dataset->inputs, wanted);
    return FALSE;
}

void ripple_inference_set_memory_limit(RippleInference *inference, guint64 bytes)
{
    inference->memory_limit = bytes;
}

static RippleSource *open_source(RippleInference *self, const RippleDataset *dataset,
                                 GError **error)
{
    RipplePlacement set = {dataset, RIPPLE_EVALUATION_BATCH, 0};
    RippleDataPlan plan;
    if (!check_inputs(self, dataset, error) ||
        !ripple_data_plan(self->backend, self->memory_limit, &set, 1, &plan, error))
        return NULL;
    return ripple_source_new(self->backend, dataset, self->model->transform, set.window, error);
}

/* In steps of as many samples as the device has room for. */
static RippleScheduleOptions options_for(const RippleInference *self, const RippleDataset *dataset,
                                         RipplePurpose purpose)
{
    RippleScheduleOptions options = {
        .purpose = purpose,
        .batch = MIN(RIPPLE_EVALUATION_BATCH, dataset->samples),
        .has_labels = dataset->target_kind == RIPPLE_TARGET_LABELS,
    };
    options.batch = ripple_memory_batch(self->backend, self->model->network, options);
    return options;
}

gboolean ripple_inference_score(RippleInference *inference, const RippleDataset *dataset,
                                gdouble *loss, gdouble *accuracy, GError **error)
{
    g_autoptr(RippleSource) source = open_source(inference, dataset, error);
    RippleScheduleOptions options = options_for(inference, dataset, RIPPLE_PURPOSE_EVALUATE);
    g_autoptr(RippleEvaluator) evaluator =
        source ? ripple_evaluator_new(inference->state, options.has_labels, options.batch, error)
               : NULL;
    RippleScore score;
    if (!evaluator ||
        !ripple_evaluator_run(evaluator, source, NULL, dataset->samples, &score, error))
        return FALSE;
    *loss = score.loss;
    *accuracy = score.accuracy;
    return TRUE;
}

gboolean ripple_inference_predict(RippleInference *inference, const RippleDataset *dataset,
                                  gfloat *outputs, GError **error)
{
    g_autoptr(RippleSource) source = open_source(inference, dataset, error);
    if (!source)
        return FALSE;
    const RippleNetwork *network = inference->model->network;
    RippleScheduleOptions options = options_for(inference, dataset, RIPPLE_PURPOSE_PREDICT);
    g_autoptr(RippleScheduler) scheduler = ripple_scheduler_new(inference->state, &options, error);
    if (!scheduler || !ripple_source_begin(source, NULL, dataset->samples, options.batch, error))
        return FALSE;

    for (gsize first = 0; first < dataset->samples; first += options.batch) {
        RippleBatch batch;
        if (!ripple_source_batch(source, first, MIN(options.batch, dataset->samples - first),
                                 &batch, error) ||
            !ripple_scheduler_step(scheduler, &batch, NULL, RIPPLE_NO_VIEW, error))
            return FALSE;
        RippleView a = ripple_scheduler_view(scheduler, RIPPLE_ROLE_ACTIVATION,
                                             network->n_layers - 1, batch.count);
        if (!ripple_backend_download(a, outputs + first * network->outputs, error))
            return FALSE;
    }
    return TRUE;
}

guint ripple_class_of(const gfloat *outputs, guint n_outputs)
{
    if (n_outputs == 1)
        return outputs[0] >= 0.5f;
    guint largest = 0;
    for (guint i = 1; i < n_outputs; i++)
        if (outputs[i] > outputs[largest])
            largest = i;
    return largest;
}
