/** \file
 * What a run works on: the data a configuration names, split and transformed, and the network that
 * fits them. `train` and `compare` begin from the same material.
 */
#pragma once

#include <ripple/config.h>
#include <ripple/model.h>

typedef struct {
    RippleDataset *train; /**< training and validation samples together */
    RippleDataset *test;  /**< or NULL */
    guint32 *train_order; /**< the training samples, in the order of the data */
    gsize n_train;
    guint32 *validation_order; /**< the validation samples, or NULL */
    gsize n_validation;
    RippleModel *model; /**< initialised */
} RippleMaterial;

/** Read, split, transform and initialise as `config` says. Changes `config` to what was resolved.
 */
RippleMaterial *ripple_material_new(RippleConfig *config, GError **error);

/** Like ripple_material_new(), for a run that goes on from a checkpoint. The weights it began with
 * are not needed again: their file is not read, and may be gone. */
RippleMaterial *ripple_material_resume(RippleConfig *config, GError **error);

/** The weights and biases that a run of `config` begins with: drawn, or from the file that it
 * names. `parameters` has room for those of the material's network. */
gboolean ripple_material_start(const RippleMaterial *material, const RippleConfig *config,
                               gfloat *parameters, GError **error);

void ripple_material_free(RippleMaterial *material);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleMaterial, ripple_material_free)

/** How many steps an epoch has, and how many the run of `config` takes in all. */
guint64 ripple_material_steps_per_epoch(const RippleMaterial *material, const RippleConfig *config);
guint64 ripple_material_steps(const RippleMaterial *material, const RippleConfig *config);

/** Steps from one observation to the next; 0 where nothing is observed. */
guint64 ripple_material_steps_between(const RippleMaterial *material, const RippleConfig *config);

/** The order of the training samples in `epoch` (counted from 1): a fresh permutation of
 * train_order, or train_order itself when `config` does not shuffle. n_train long; free with
 * g_free. */
guint32 *ripple_material_order(const RippleMaterial *material, const RippleConfig *config,
                               guint32 epoch);
