/** \file
 * What the loss of a run is computed on again: its data, a device, and the loss as a function of
 * the weights.
 */
#pragma once

#include "explain/objective.h"
#include "explain/progress.h"
#include "train/material.h"

/** What is asked. What is left 0 or NULL is chosen. Borrowed. */
typedef struct {
    const char *directory;      /**< of the run */
    const RippleConfig *config; /**< of the run */
    const RippleModel *model;   /**< that came of it */
    const char *data;           /**< SPEC of the samples; else those the run trained on */
    const char *device;         /**< selector; else the run's own */
    guint64 seed;               /**< chooses samples, and directions */
    guint64 points;             /**< about how many losses will be asked for */
    gsize most_samples;         /**< by ripple_objective_affordable() */
    const RippleExplainProgress *progress;
} RippleRunLossRequest;

typedef struct {
    RippleConfig *config;     /**< a copy, resolved */
    RippleMaterial *material; /**< of the run; NULL where other data were named */
    RippleDataset *dataset;   /**< the other data, or NULL */
    RippleBackend *backend;
    RippleObjective *objective;
    gsize samples;         /**< that the loss is over */
    gsize all_samples;     /**< of which these were chosen */
    guint64 planned_steps; /**< of the run; 0 where that is not known */
} RippleRunLoss;

/** Read the data and bring them to the device. A DATA error when they make another network than the
 * run's. */
RippleRunLoss *ripple_run_loss_new(const RippleRunLossRequest *request, GError **error);
void ripple_run_loss_free(RippleRunLoss *loss);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleRunLoss, ripple_run_loss_free)

/** "1,040 of 60,000 training samples", "all 40 samples of flowers.csv": what the loss is over. Free
 * with g_free. */
char *ripple_run_loss_describe(const RippleRunLoss *loss);
