/** \file
 * What a trainer holds: made in trainer.c, used in training.c.
 */
#pragma once

#include "train/evaluation.h"
#include "train/material.h"
#include "train/run_directory.h"
#include "train/session.h"

#include <ripple/trainer.h>

struct _RippleTrainer {
    RippleConfig *config; /**< borrowed */
    RippleMaterial *material;
    RippleBackend *backend;
    RippleSession *session;         /**< over training and validation samples */
    RippleResident *test;           /**< or NULL */
    RippleBuffer *validation_order; /**< or NULL */
    RippleBuffer *test_order;       /**< or NULL */
    RippleEvaluator *evaluator;     /**< NULL when there is nothing to evaluate on */
    RippleRunDirectory *directory;  /**< or NULL */
};
