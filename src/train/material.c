#include "train/material.h"

#include "base/random.h"

#include <math.h>
#include <ripple/error.h>

/* ---- data ----------------------------------------------------------------------------------- */

static RippleDataset *load_test_data(const RippleConfig *config, const RippleDataset *train,
                                     GError **error)
{
    /* By name: the columns of this table may stand in another order. */
    g_autofree char *target = train->target_names ? g_strjoinv(",", train->target_names) : NULL;
    RippleDataRequest request = {
        .spec = config->test_data,
        .target = target,
        .target_is_class = train->target_kind == RIPPLE_TARGET_LABELS,
        .input_names = train->input_names,
        .class_names = train->class_names,
    };
    g_autoptr(RippleData) data = ripple_data_load(&request, error);
    if (!data)
        return NULL;
    RippleDataset *test = data->test ? data->test : data->train;
    if (test->inputs != train->inputs || test->targets != train->targets) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The samples of %s have %u inputs and %u target numbers, and those of %s have "
                    "%u and %u; train and test on data of one kind.",
                    test->source, test->inputs, test->targets, train->source, train->inputs,
                    train->targets);
        return NULL;
    }
    return data->test ? g_steal_pointer(&data->test) : g_steal_pointer(&data->train);
}

static gboolean load(RippleMaterial *self, const RippleConfig *config, GError **error)
{
    RippleDataRequest request = {
        .spec = config->data,
        .target = config->target,
        .target_is_class = config->loss == RIPPLE_LOSS_CROSS_ENTROPY,
    };
    g_autoptr(RippleData) data = ripple_data_load(&request, error);
    if (!data)
        return FALSE;
    self->train = g_steal_pointer(&data->train);
    if (!config->test_data) {
        self->test = g_steal_pointer(&data->test);
        return TRUE;
    }
    self->test = load_test_data(config, self->train, error);
    return self->test != NULL;
}

/* ---- split ---------------------------------------------------------------------------------- */

/* A random choice of samples for validation; both parts keep the order of the data. */
static gboolean split(RippleMaterial *self, const RippleConfig *config, GError **error)
{
    gsize samples = self->train->samples;
    gsize n_validation = (gsize)floor(config->val_split * samples);
    if (config->val_split > 0 && n_validation == 0) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "A validation split of %g leaves none of the %" G_GSIZE_FORMAT
                    " samples of %s for validation; try a larger --val-split.",
                    config->val_split, samples, self->train->source);
        return FALSE;
    }

    g_autofree guint32 *shuffled = g_new(guint32, samples);
    for (gsize i = 0; i < samples; i++)
        shuffled[i] = (guint32)i;
    if (n_validation > 0)
        ripple_random_shuffle(shuffled, samples, config->seed, RIPPLE_STREAM_SPLIT, 0);
    g_autofree gboolean *is_validation = g_new0(gboolean, samples);
    for (gsize i = 0; i < n_validation; i++)
        is_validation[shuffled[i]] = TRUE;

    self->train_order = g_new(guint32, samples - n_validation);
    self->validation_order = n_validation ? g_new(guint32, n_validation) : NULL;
    for (gsize i = 0; i < samples; i++) {
        if (is_validation[i])
            self->validation_order[self->n_validation++] = (guint32)i;
        else
            self->train_order[self->n_train++] = (guint32)i;
    }
    return TRUE;
}

/* ---- model ---------------------------------------------------------------------------------- */

gboolean ripple_material_start(const RippleMaterial *material, const RippleConfig *config,
                               gfloat *parameters, GError **error)
{
    const RippleNetwork *network = material->model->network;
    if (config->init)
        return ripple_model_load_parameters(config->init, network, parameters, error);
    ripple_network_initialise(network, config->seed, parameters);
    return TRUE;
}

static gboolean transform_inputs(RippleMaterial *self, RippleTransform *transform, GError **error)
{
    return ripple_transform_apply(transform, self->train, error) &&
           (!self->test || ripple_transform_apply(transform, self->test, error));
}

static gboolean make_model(RippleMaterial *self, RippleConfig *config, GError **error)
{
    RippleNetwork *network = ripple_config_resolve(config, self->train, error);
    if (!network)
        return FALSE;
    RippleTransform *transform =
        ripple_transform_learn(self->train, config->scaling, self->train_order, self->n_train);
    self->model = ripple_model_new(network, transform);
    self->model->input_names = g_strdupv(self->train->input_names);
    self->model->class_names = g_strdupv(self->train->class_names);
    self->model->target_names = g_strdupv(self->train->target_names);
    self->model->image_height = self->train->image_height;
    self->model->image_width = self->train->image_width;

    return ripple_material_start(self, config, self->model->parameters, error);
}

RippleMaterial *ripple_material_new(RippleConfig *config, GError **error)
{
    g_autoptr(RippleMaterial) self = g_new0(RippleMaterial, 1);
    if (!ripple_config_check(config, error) || !load(self, config, error) ||
        !split(self, config, error) || !make_model(self, config, error) ||
        !transform_inputs(self, self->model->transform, error))
        return NULL;
    return g_steal_pointer(&self);
}

RippleMaterial *ripple_material_resume(RippleConfig *config, GError **error)
{
    char *init = g_steal_pointer(&config->init);
    RippleMaterial *material = ripple_material_new(config, error);
    config->init = init;
    return material;
}

void ripple_material_free(RippleMaterial *material)
{
    if (!material)
        return;
    ripple_dataset_free(material->train);
    ripple_dataset_free(material->test);
    g_free(material->train_order);
    g_free(material->validation_order);
    ripple_model_free(material->model);
    g_free(material);
}

guint64 ripple_material_steps_per_epoch(const RippleMaterial *material, const RippleConfig *config)
{
    return (material->n_train - 1) / config->batch + 1;
}

guint64 ripple_material_steps(const RippleMaterial *material, const RippleConfig *config)
{
    return config->steps ? config->steps
                         : config->epochs * ripple_material_steps_per_epoch(material, config);
}

guint64 ripple_material_steps_between(const RippleMaterial *material, const RippleConfig *config)
{
    guint64 unit = config->observe.unit == RIPPLE_INTERVAL_EPOCHS
                       ? ripple_material_steps_per_epoch(material, config)
                       : 1;
    return config->observe.count * unit;
}

guint32 *ripple_material_order(const RippleMaterial *material, const RippleConfig *config,
                               guint32 epoch)
{
    guint32 *order = g_memdup2(material->train_order, material->n_train * sizeof *order);
    if (config->shuffle)
        ripple_random_shuffle(order, material->n_train, config->seed, RIPPLE_STREAM_PERMUTATION,
                              epoch);
    return order;
}
