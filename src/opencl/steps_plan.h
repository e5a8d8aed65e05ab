/** \file
 * How kernels/steps.cl is compiled for a network: which vectors and tiles it computes with, and
 * where each tensor lies in local memory.
 */
#pragma once

#include "network/backend.h"

/** The one work-group that takes the steps. */
typedef struct {
    guint items;        /**< work-items */
    guint lanes;        /**< floats in a vector: 1, 4, 8 or 16 */
    guint tile;         /**< rows that a tile keeps in registers, a power of two */
    gsize memory_bytes; /**< local memory there is */
} RippleStepsGroup;

typedef struct {
    gsize memory_bytes; /**< local memory it takes */
    char *options;      /**< the macros of steps.cl */
} RippleStepsPlan;

/** The plan of `steps` for `group`, or NULL when they do not fit into its memory. */
RippleStepsPlan *ripple_steps_plan_new(const RippleStepsGroup *group, const RippleSteps *steps);
void ripple_steps_plan_free(RippleStepsPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleStepsPlan, ripple_steps_plan_free)
