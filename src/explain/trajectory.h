/** \file
 * The way of a run through its weights, in memory: from its start to its end, and what is known
 * between.
 */
#pragma once

#include <ripple/config.h>
#include <ripple/model.h>

/** What is known between start and end. */
typedef enum {
    RIPPLE_TRAJECTORY_OBSERVED,    /**< what `train --observe` left */
    RIPPLE_TRAJECTORY_CHECKPOINTS, /**< the checkpoints that were kept */
    RIPPLE_TRAJECTORY_ENDS,        /**< nothing */
} RippleTrajectoryKind;

typedef struct {
    RippleTrajectoryKind kind;
    guint n_points;    /**< the last is the model as the run left it */
    guint64 *steps;    /**< how many had been taken at each point, upward */
    gfloat **weights;  /**< n_points arrays of parameter_span floats */
    guint n_left_out;  /**< points known, but too many to be held */
    gboolean no_start; /**< the weights it began with are not known: the file of --init is gone */
} RippleTrajectory;

/** The way of the run in `directory`, which `config` asked for and `model` came of. The start is
 * drawn again from the seed where it was not kept. At most `most` points are taken (two at least),
 * or as many as fit 1 GiB, evenly, so that start and end are among them. Where no file tells how
 * many steps it took, it is `planned_steps`. A DATA error when a file is damaged. */
RippleTrajectory *ripple_trajectory_new(const char *directory, const RippleConfig *config,
                                        const RippleModel *model, guint64 planned_steps, guint most,
                                        GError **error);
void ripple_trajectory_free(RippleTrajectory *trajectory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTrajectory, ripple_trajectory_free)
