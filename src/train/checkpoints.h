/** \file
 * The checkpoints of a run: when one is due, where it goes, which ones stay.
 *
 * They are `checkpoints/step-NUMBER.safetensors` in the run's directory; the model with the lowest
 * validation loss is `best.safetensors` beside them.
 */
#pragma once

#include "train/checkpoint.h"
#include "train/scheduler.h"

#include <ripple/config.h>

typedef struct _RippleCheckpoints RippleCheckpoints;

/** For the run of `config`, which names a directory, over `dataset`. `model` is written, with the
 * parameters and moments that `state` holds then. Borrows everything. */
RippleCheckpoints *ripple_checkpoints_new(const RippleConfig *config, const RippleDataset *dataset,
                                          RippleModel *model, RippleState *state);
void ripple_checkpoints_free(RippleCheckpoints *checkpoints);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleCheckpoints, ripple_checkpoints_free)

/** How many steps may follow on `step` before a checkpoint may be due; at least 1. */
guint64 ripple_checkpoints_room(const RippleCheckpoints *checkpoints, guint64 step);

/** Is a checkpoint due after `step` steps, while an epoch is under way? */
gboolean ripple_checkpoints_is_due(const RippleCheckpoints *checkpoints, guint64 step);

/** And between epochs, when `epoch` of them are over? */
gboolean ripple_checkpoints_is_due_after(const RippleCheckpoints *checkpoints, guint64 epoch,
                                         guint64 step);

/** Write a checkpoint at `position`, and forget those that are too old to be kept. The parameters
 * and moments come from the device, which is waited for. */
gboolean ripple_checkpoints_write(RippleCheckpoints *checkpoints, const RipplePosition *position,
                                  GError **error);

/** Write best.safetensors from what the device holds. */
gboolean ripple_checkpoints_write_best(RippleCheckpoints *checkpoints, GError **error);

/** The newest whole checkpoint in `directory`. Where newer ones are damaged, `*problem` tells,
 * unless it is NULL: free with g_free. A DATA error when there is none. */
RippleCheckpoint *ripple_checkpoints_newest(const char *directory, char **problem, GError **error);

/** A run goes on from the checkpoint at `chosen`, a path as ripple_checkpoints_newest() gives it:
 * put the newer ones, which are damaged, aside under names that end in ".damaged", so that they
 * count no longer. */
gboolean ripple_checkpoints_put_aside(const char *directory, const char *chosen, GError **error);

/** Remove what killed runs left half-written in `directory`. */
void ripple_checkpoints_sweep(const char *directory);

/** May a new run begin in `directory`? A FAILED error when there is one that has not finished.
 * Nothing is changed. */
gboolean ripple_checkpoints_check_way(const char *directory, GError **error);

/** A new run, which may, begins in `directory`: remove what a former one left there as checkpoints,
 * best.safetensors and steps that are not finite (train/bundle.h). */
gboolean ripple_checkpoints_make_way(const char *directory, GError **error);
