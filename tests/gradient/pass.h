/** \file
 * One forward and backward pass through a small network, written out as operations of the contract.
 */
#pragma once

#include "network/backend.h"

#include <ripple/network.h>

/** A network and a batch on a backend, with a buffer for every tensor. */
typedef struct {
    RippleBackend *backend;
    const RippleNetwork *network;
    gsize samples;
    RippleBuffer *parameters; /**< parameter_span long, as network.h lays them out */
    RippleBuffer *gradients;  /**< alike */
    RippleBuffer *input;
    RippleBuffer *labels;  /**< or NULL */
    RippleBuffer *targets; /**< or NULL */
    RippleBuffer *result;  /**< loss, samples classified rightly */
    RippleBuffer **z;      /**< by layer, as are the next two */
    RippleBuffer **a;
    RippleBuffer **delta;
} Pass;

/** A mistake to make on purpose in the delta of one layer. */
typedef struct {
    guint layer;
    RippleActivation derivative_of; /**< take f′ from this activation */
    gdouble scale;                  /**< multiply δ by this */
} Plant;

/** Upload `samples` samples; one of `labels` and `targets` is NULL. */
Pass *pass_new(RippleBackend *backend, const RippleNetwork *network, gsize samples,
               const gfloat *input, const guint32 *labels, const gfloat *targets);
void pass_free(Pass *pass);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pass, pass_free)

/** Upload the parameters, run forward, and return the loss. */
gdouble pass_loss(Pass *pass, const gfloat *parameters);

/** After pass_loss(): run backward and return the gradient, laid out as the parameters; free with
 * g_free. `has_z`: f′ may read z; otherwise it comes from a wherever that is enough. `plant` may be
 * NULL. */
gdouble *pass_gradient(Pass *pass, gboolean has_z, const Plant *plant);

/** After pass_loss(): the z closest to 0 in any layer, as a distance. */
gdouble pass_smallest_z(Pass *pass);
