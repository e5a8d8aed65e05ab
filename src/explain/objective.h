/** \file
 * The loss over a set of samples as a function of all weights and biases, computed on any device.
 *
 * The samples are brought to the device once. For each point only the parameters travel.
 */
#pragma once

#include "network/backend.h"

#include <ripple/model.h>

typedef struct _RippleObjective RippleObjective;

/** What a loss is asked over. Everything is borrowed, and is not needed after
 * ripple_objective_new(). */
typedef struct {
    const RippleModel *model;     /**< its network and transform; its parameters do not matter */
    const RippleDataset *dataset; /**< to which the transform was applied on the host, if there */
    const guint32 *order;         /**< which of its samples; NULL for all */
    gsize n_order;
    gsize most_samples; /**< of those: so many at most, chosen at random by `seed`; 0 for all */
    guint64 seed;
} RippleObjectiveSamples;

/** The loss over `samples` on `backend` (borrowed, must outlive it). The same seed chooses the same
 * samples on each device. */
RippleObjective *ripple_objective_new(RippleBackend *backend, const RippleObjectiveSamples *samples,
                                      GError **error);
void ripple_objective_free(RippleObjective *objective);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleObjective, ripple_objective_free)

/** How many samples the loss is the mean over. */
gsize ripple_objective_samples(const RippleObjective *objective);

/** The loss at `parameters` (parameter_span floats). It may not be finite. */
gboolean ripple_objective_loss(RippleObjective *objective, const gfloat *parameters, gdouble *loss,
                               GError **error);

/** Its gradient there, by backpropagation, into `gradient` (parameter_span; padding is 0). */
gboolean ripple_objective_gradient(RippleObjective *objective, const gfloat *parameters,
                                   gdouble *gradient, GError **error);

/** How many samples to take so that `points` losses come at about 10¹¹ multiplications, a hundredth
 * of that on the reference: from 256 samples on, and no more than `samples`. */
gsize ripple_objective_affordable(const RippleBackend *backend, const RippleNetwork *network,
                                  guint64 points, gsize samples);
