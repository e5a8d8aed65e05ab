/** \file
 * What a trainer holds: made in trainer.c, used in training.c.
 */
#pragma once

#include "train/checkpoints.h"
#include "train/evaluation.h"
#include "train/material.h"
#include "train/memory_plan.h"
#include "train/observation_files.h"
#include "train/observations.h"
#include "train/run_directory.h"
#include "train/session.h"
#include "train/trace.h"

#include <ripple/trainer.h>

struct _RippleTrainer {
    RippleConfig *config; /**< borrowed */
    RippleMaterial *material;
    RippleBackend *backend;
    RippleTrace *trace;     /**< or NULL */
    RippleSession *session; /**< over training and validation samples */
    RippleMemoryPlan plan;
    RippleSource *test;                        /**< or NULL */
    RippleEvaluator *evaluator;                /**< NULL when there is nothing to evaluate on */
    RippleRunDirectory *directory;             /**< or NULL */
    RippleCheckpoints *checkpoints;            /**< NULL without a directory */
    RippleObservationFiles *observation_files; /**< NULL without a directory */
    RippleObservations *observations;          /**< NULL where nothing is observed */
    RipplePosition position;                   /**< where the run begins */
    char *from;                                /**< checkpoint to go on from; NULL for a new run */
    gboolean has_new_config; /**< something else is asked for than that checkpoint says */
    guint64 stop;            /**< interrupt it after this step; 0 for never */
    GString *notes;          /**< ripple_trainer_resume_notes() */
};

/** The run begins, and changes the files in its directory from now on: a new one removes what is
 * left of a former one, one that is resumed what is not part of it. Nothing is changed for a run
 * that has taken all its steps. */
gboolean ripple_trainer_begin(RippleTrainer *trainer, GError **error);
