#include "explain/run_loss.h"

#include "base/text.h"
#include "train/config_options.h"

#include <ripple/error.h>
#include <ripple/inference.h>

/* ---- data ------------------------------------------------------------------------------------ */

/* The data may have changed since, or be others of that name. */
static gboolean check_network(const RippleMaterial *material, const RippleModel *model,
                              GError **error)
{
    const RippleNetwork *own = model->network, *made = material->model->network;
    gboolean same = own->inputs == made->inputs && own->n_layers == made->n_layers;
    for (guint l = 0; same && l < own->n_layers; l++)
        same = own->layers[l].outputs == made->layers[l].outputs;
    if (same)
        return TRUE;
    g_autofree char *own_text = ripple_network_describe(own);
    g_autofree char *made_text = ripple_network_describe(made);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The data %s, with the run's configuration, make the network %s, and the run's "
                "model is %s; name the data that it was trained on with --data.",
                material->train->source, made_text, own_text);
    return FALSE;
}

static gboolean load(RippleRunLoss *self, const RippleRunLossRequest *request, GError **error)
{
    if (request->data) {
        self->dataset = ripple_model_load_data(request->model, request->data, NULL,
                                               RIPPLE_SPLIT_AUTO, FALSE, error);
        self->planned_steps = self->config->steps;
        return self->dataset != NULL;
    }
    self->material = ripple_material_resume(self->config, error);
    if (!self->material || !check_network(self->material, request->model, error))
        return FALSE;
    self->planned_steps = ripple_material_steps(self->material, self->config);
    return TRUE;
}

/* ---- the loss -------------------------------------------------------------------------------- */

static gboolean open_objective(RippleRunLoss *self, const RippleRunLossRequest *request,
                               GError **error)
{
    RippleObjectiveSamples samples = {
        .model = request->model,
        .dataset = self->dataset ? self->dataset : self->material->train,
        .order = self->dataset ? NULL : self->material->train_order,
        .n_order = self->dataset ? 0 : self->material->n_train,
        .most_samples = request->most_samples,
        .seed = request->seed,
    };
    self->all_samples = self->dataset ? self->dataset->samples : self->material->n_train;
    if (samples.most_samples == 0)
        samples.most_samples = ripple_objective_affordable(self->backend, request->model->network,
                                                           request->points, self->all_samples);
    self->objective = ripple_objective_new(self->backend, &samples, error);
    if (!self->objective)
        return FALSE;
    self->samples = ripple_objective_samples(self->objective);
    return TRUE;
}

RippleRunLoss *ripple_run_loss_new(const RippleRunLossRequest *request, GError **error)
{
    g_autoptr(RippleRunLoss) self = g_new0(RippleRunLoss, 1);
    self->config = ripple_config_copy(request->config, error);
    if (!self->config || !load(self, request, error))
        return NULL;
    const char *selector = request->device ? request->device : self->config->device;
    self->backend = ripple_device_open(selector, error);
    if (!self->backend || !open_objective(self, request, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_run_loss_free(RippleRunLoss *loss)
{
    if (!loss)
        return;
    ripple_objective_free(loss->objective);
    ripple_backend_free(loss->backend);
    ripple_dataset_free(loss->dataset);
    ripple_material_free(loss->material);
    ripple_config_free(loss->config);
    g_free(loss);
}

char *ripple_run_loss_describe(const RippleRunLoss *loss)
{
    g_autofree char *count = ripple_text_count(loss->samples);
    g_autofree char *all = ripple_text_count(loss->all_samples);
    const char *training = loss->dataset ? "" : "training ";
    g_autofree char *of = loss->dataset ? g_strconcat(" of ", loss->dataset->source, NULL) : NULL;
    if (loss->samples == loss->all_samples)
        return g_strdup_printf("all %s %ssamples%s", count, training, of ? of : "");
    return g_strdup_printf("%s of %s %ssamples%s", count, all, training, of ? of : "");
}
