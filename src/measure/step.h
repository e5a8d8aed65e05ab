/** \file
 * How fast are whole training steps, from the gathering of a batch to the update?
 *
 * They run as `ripple train` runs them: nothing is kept, nothing is waited for. Before they are
 * timed, two of them are checked against the CPU reference.
 */
#pragma once

#include "measure/work_profile.h"

#include <ripple/config.h>

typedef struct {
    gdouble samples_per_second; /**< of the median run, as what follows */
    gdouble milliseconds;       /**< a step */
    gdouble gflop;              /**< billions of operations in the products of a step */
    RippleThroughput gflops;    /**< billions a second */
    gsize checked_samples; /**< in each step that was checked: a whole batch, unless it is large */
    gsize steps_at_once;   /**< that one launch takes; 0 where each row of a step has its own */
    RippleWorkProfile profile; /**< where the time of a step goes; empty for the reference */
} RippleStepSpeed;

void ripple_step_speed_clear(RippleStepSpeed *speed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RippleStepSpeed, ripple_step_speed_clear)

/** The network that `config` asks for on data with `inputs` bytes and `classes` (at least 2)
 * classes. `config` is changed as ripple_config_resolve() does. */
RippleNetwork *ripple_step_network(RippleConfig *config, guint inputs, guint classes,
                                   GError **error);

/** Operations in the matrix products of one step on `batch` samples, a multiply-add counted as two:
 * forward and gradient of every layer, delta of all but the first. */
gdouble ripple_step_operations(const RippleNetwork *network, gsize batch);

/** Check, then time steps of `network` on `backend`, with batch, optimizer, momentum, learning rate
 * and seed from `config`, on random data. A CHECK error when the loss of a step differs from the
 * reference's; NOT_FINITE when it stops being a number; a USAGE or DEVICE_MEMORY error when
 * something is too large. */
gboolean ripple_step_measure(RippleBackend *backend, const RippleNetwork *network,
                             const RippleConfig *config, gdouble seconds, RippleStepSpeed *speed,
                             GError **error);
