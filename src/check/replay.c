/* One step of a run once more, on a device and in the reference. */
#include "check/compare_private.h"

#include "train/bundle.h"
#include "train/rates.h"
#include "train/resume.h"

#include <ripple/error.h>

/* The samples in the bundle are all there are, and they come in their order. */
static RippleMaterial *material_of(RippleBundle *bundle)
{
    RippleMaterial *material = g_new0(RippleMaterial, 1);
    material->train = g_steal_pointer(&bundle->batch);
    material->n_train = material->train->samples;
    material->train_order = g_new(guint32, material->n_train);
    for (gsize i = 0; i < material->n_train; i++)
        material->train_order[i] = (guint32)i;
    material->model = g_steal_pointer(&bundle->checkpoint->model);
    return material;
}

static RippleConfig *config_of(const RippleBundle *bundle, GError **error)
{
    g_autoptr(RippleConfig) config = ripple_checkpoint_config(bundle->checkpoint, error);
    if (!config || !ripple_config_check_optimizer(config, error))
        return NULL;
    ripple_config_settle_optimizer(config);
    for (guint i = 0; i < ripple_config_moments(config); i++)
        if (!bundle->checkpoint->moments[i]) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "The file %s lacks a moment that its optimizer keeps; it is damaged.",
                        bundle->checkpoint->path);
            return NULL;
        }
    config->shuffle = FALSE;
    config->batch = bundle->batch->samples;
    config->steps = 1;
    config->memory_limit = 0;
    return g_steal_pointer(&config);
}

RippleComparison *ripple_compare_replay(const char *path, const char *selector, GError **error)
{
    g_autoptr(RippleBundle) bundle = ripple_bundle_load(path, error);
    if (!bundle)
        return NULL;
    g_autoptr(RippleConfig) config = config_of(bundle, error);
    if (!config)
        return NULL;
    g_autoptr(RippleMaterial) material = material_of(bundle);
    g_auto(RippleCompare) self = {.ground = {config, material, bundle->checkpoint},
                                  .steps_before = bundle->checkpoint->position.step};
    if (!ripple_compare_open(&self, selector ? selector : config->device, NULL, error) ||
        !ripple_compare_run(&self, NULL, NULL, error))
        return NULL;
    return ripple_compare_end(&self);
}
