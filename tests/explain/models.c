#include "explain/models.h"

#include "support/numbers.h"

RippleModel *models_network(guint inputs, const guint *widths, guint n_layers,
                            RippleActivation hidden)
{
    g_autoptr(GError) error = NULL;
    g_autofree RippleActivation *activations = g_new(RippleActivation, n_layers);
    for (guint l = 0; l < n_layers; l++)
        activations[l] = l + 1 < n_layers ? hidden : RIPPLE_ACTIVATION_SOFTMAX;
    RippleNetwork *network = ripple_network_new(inputs, widths, activations, n_layers,
                                                RIPPLE_LOSS_CROSS_ENTROPY, &error);
    g_assert_no_error(error);
    RippleModel *model = ripple_model_new(network, ripple_transform_new(1));
    ripple_network_initialise(network, 7, model->parameters);
    return model;
}

RippleSample *models_sample(const RippleModel *model)
{
    g_autoptr(GError) error = NULL;
    guint32 label = 1;
    g_autofree gfloat *inputs = test_reals(1, model->network->inputs, -1, 1);
    char source[] = "memory";
    RippleDataset dataset = {.source = source,
                             .samples = 1,
                             .inputs = model->network->inputs,
                             .input_values = inputs,
                             .target_kind = RIPPLE_TARGET_LABELS,
                             .labels = &label,
                             .classes = model->network->outputs};
    RippleSample *sample = ripple_sample_new(model, &dataset, 0, &error);
    g_assert_no_error(error);
    return sample;
}
