/** \file
 * The operation loss, run once on given numbers.
 */
#pragma once

#include "network/backend.h"

/** What a loss is computed from. NULL leaves a view out. */
typedef struct {
    RippleLoss loss;
    RippleActivation activation;
    gsize samples;
    gsize outputs;
    const gfloat *z;
    const gfloat *a;
    const guint32 *labels;
    const gfloat *targets;
} LossOperands;

/** Run it on `backend`, with tensors at `offset`: the loss and the number of samples classified
 * rightly into `result`, and the output delta, to be freed with g_free, into `delta`. NULL for
 * `delta` leaves that view out. */
void loss_run(RippleBackend *backend, const LossOperands *operands, gsize offset, gdouble result[2],
              gdouble **delta);

/** t of output `output` of sample `sample`. */
gdouble loss_target(const LossOperands *operands, gsize sample, gsize output);
