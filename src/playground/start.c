#include "playground/start.h"

#include "base/random.h"
#include "playground/table.h"

#include <math.h>

/* Of what the samples take, on each side. */
#define MARGIN 0.08

/* ---- data ----------------------------------------------------------------------------------- */

static void draw_examples(RippleStart *self)
{
    const RipplePlaySettings *settings = &self->settings;
    self->train =
        ripple_example_new(settings->data, settings->samples, 0, settings->noise, settings->seed);
    self->test = ripple_example_new(settings->data, settings->samples, settings->samples,
                                    settings->noise, settings->seed);
}

static void split_table(RippleStart *self, const RippleDataset *table)
{
    gsize samples = table->samples, n_test = samples / 4;
    g_autofree guint32 *order = g_new(guint32, samples);
    for (gsize i = 0; i < samples; i++)
        order[i] = (guint32)i;
    ripple_random_shuffle(order, samples, self->settings.seed, RIPPLE_STREAM_SPLIT, 0);
    if (n_test > 0)
        self->test = ripple_play_table_take(table, order, n_test);
    self->train = ripple_play_table_take(table, order + n_test, samples - n_test);
}

static void widen(RippleRange *range, const RippleDataset *dataset)
{
    for (gsize i = 0; dataset && i < dataset->samples; i++)
        for (guint c = 0; c < 2; c++) {
            range->low[c] = fmin(range->low[c], dataset->input_values[2 * i + c]);
            range->high[c] = fmax(range->high[c], dataset->input_values[2 * i + c]);
        }
}

static RippleRange find_range(const RippleStart *self)
{
    RippleRange range = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    widen(&range, self->train);
    widen(&range, self->test);
    for (guint c = 0; c < 2; c++) {
        gdouble length = range.high[c] - range.low[c];
        gdouble margin = length > 0 ? MARGIN * length : 1;
        range.low[c] -= margin;
        range.high[c] += margin;
    }
    return range;
}

/* ---- network -------------------------------------------------------------------------------- */

static RippleConfig *make_config(const RipplePlaySettings *settings, const RippleDataset *train)
{
    RippleConfig *config = ripple_config_new();
    config->data = g_strdup(train->source);
    config->n_hidden = settings->n_hidden;
    config->hidden = g_new(RippleHiddenLayer, settings->n_hidden);
    for (guint i = 0; i < settings->n_hidden; i++)
        config->hidden[i] = (RippleHiddenLayer){settings->hidden[i], RIPPLE_N_ACTIVATIONS};
    config->activation = settings->activation;
    config->loss = settings->loss;
    if (settings->loss == RIPPLE_N_LOSSES && train->classes == 2)
        config->loss = RIPPLE_LOSS_BINARY_CROSS_ENTROPY;
    config->optimizer = settings->optimizer;
    config->momentum = settings->momentum;
    config->learning_rate = settings->learning_rate;
    config->batch = settings->batch;
    config->seed = settings->seed;
    return config;
}

static gboolean make_model(RippleStart *self, gboolean is_table, GError **error)
{
    self->config = make_config(&self->settings, self->train);
    if (!ripple_config_check(self->config, error))
        return FALSE;
    RippleNetwork *network = ripple_config_resolve(self->config, self->train, error);
    if (!network)
        return FALSE;
    RippleScaling scaling = is_table ? RIPPLE_SCALING_STANDARDISE : RIPPLE_SCALING_NONE;
    self->model = ripple_model_new(
        network, ripple_transform_learn(self->train, scaling, NULL, self->train->samples));
    ripple_network_initialise(network, self->settings.seed, self->model->parameters);
    return ripple_transform_apply(self->model->transform, self->train, error) &&
           (!self->test || ripple_transform_apply(self->model->transform, self->test, error));
}

/* ---- life ----------------------------------------------------------------------------------- */

static void clear(gpointer start)
{
    RippleStart *self = start;
    ripple_dataset_free(self->train);
    ripple_dataset_free(self->test);
    ripple_config_free(self->config);
    ripple_model_free(self->model);
}

RippleStart *ripple_start_new(const RipplePlaySettings *settings, const RippleDataset *table,
                              GError **error)
{
    g_autoptr(RippleStart) self = g_atomic_rc_box_new0(RippleStart);
    gboolean is_table = settings->data == RIPPLE_EXAMPLE_FILE;
    g_return_val_if_fail(!is_table || table, NULL);
    self->settings = *settings;
    if (is_table)
        split_table(self, table);
    else
        draw_examples(self);
    if (!make_model(self, is_table, error))
        return NULL;
    self->range = find_range(self);
    return g_steal_pointer(&self);
}

RippleStart *ripple_start_ref(RippleStart *start)
{
    return g_atomic_rc_box_acquire(start);
}

void ripple_start_unref(RippleStart *start)
{
    if (start)
        g_atomic_rc_box_release_full(start, clear);
}
