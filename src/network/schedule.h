/** \file
 * A training step as data: which operation runs on which layer, in which order, and which tensors
 * exist while it does.
 *
 *     gather → forward 0 → forward 1 → … → loss → delta → gradient → update → …
 *
 * Built once from the network, the batch size, the optimizer, and what must be kept. The scheduler
 * walks it; compare, bench and explain read the same rows. Nothing here computes.
 *
 * Keep nothing, and tensors that no later row needs share storage or do not exist. Keep all, and
 * each has a place of its own until the next step.
 */
#pragma once

#include "network/operation.h"

#include <ripple/network.h>

/** What a row does; operation.h says how.
 *
 * Where gradients are not kept, a gradient row leaves its work to the update row behind it, which
 * then forms the gradient as it goes (RippleDescent). */
typedef enum {
    RIPPLE_STEP_GATHER, /**< inputs and targets of the batch; layer is unused */
    RIPPLE_STEP_FORWARD,
    RIPPLE_STEP_LOSS,  /**< layer is the output layer; writes its delta */
    RIPPLE_STEP_DELTA, /**< delta of `layer` from that of `layer` + 1 */
    RIPPLE_STEP_GRADIENT,
    RIPPLE_STEP_UPDATE,
} RippleStepKind;

/** One row of the schedule. */
typedef struct {
    RippleStepKind kind;
    guint layer;
} RippleStep;

/** What a tensor is to its layer. */
typedef enum {
    RIPPLE_ROLE_INPUT,                /**< N × inputs; layer 0 */
    RIPPLE_ROLE_LABELS,               /**< INDEX, N × 1; layer 0 */
    RIPPLE_ROLE_TARGETS,              /**< N × outputs; layer 0 */
    RIPPLE_ROLE_Z,                    /**< pre-activation, N × outputs of the layer */
    RIPPLE_ROLE_ACTIVATION,           /**< N × outputs of the layer */
    RIPPLE_ROLE_DELTA,                /**< N × outputs of the layer */
    RIPPLE_ROLE_WEIGHT_GRADIENT,      /**< outputs × inputs */
    RIPPLE_ROLE_BIAS_GRADIENT,        /**< 1 × outputs */
    RIPPLE_ROLE_WEIGHT,               /**< outputs × inputs */
    RIPPLE_ROLE_BIAS,                 /**< 1 × outputs */
    RIPPLE_ROLE_WEIGHT_FIRST_MOMENT,  /**< outputs × inputs */
    RIPPLE_ROLE_BIAS_FIRST_MOMENT,    /**< 1 × outputs */
    RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, /**< outputs × inputs */
    RIPPLE_ROLE_BIAS_SECOND_MOMENT,   /**< 1 × outputs */
    RIPPLE_N_ROLES
} RippleRole;

/** A tensor of the step and where it lies. */
typedef struct {
    RippleRole role;
    guint layer;
    gsize rows; /**< the batch size of the schedule for what has a row per sample */
    gsize columns;
    gboolean per_sample; /**< a shorter batch uses fewer rows */
    guint storage;       /**< index into the schedule's storage */
    gsize offset;        /**< elements within it */
} RippleTensor;

/** A piece of memory that the scheduler allocates for the schedule. */
typedef struct {
    RippleElement element;
    gsize length; /**< elements */
} RippleStorage;

/** Storage that outlives a step and is shared between schedules of the same network. */
enum {
    RIPPLE_STORAGE_PARAMETERS,    /**< parameter_span long */
    RIPPLE_STORAGE_FIRST_MOMENT,  /**< parameter_span long; length 0 where it is not kept */
    RIPPLE_STORAGE_SECOND_MOMENT, /**< the same */
    RIPPLE_STORAGE_WORK,          /**< the first of those that belong to this schedule alone */
};

/** What a schedule is for. */
typedef enum {
    RIPPLE_PURPOSE_TRAIN,    /**< all rows */
    RIPPLE_PURPOSE_EVALUATE, /**< gather, forward, loss without delta */
    RIPPLE_PURPOSE_PREDICT,  /**< gather inputs, forward; the output activation is kept */
} RipplePurpose;

/** What a schedule is built from. */
typedef struct {
    RipplePurpose purpose;
    gsize batch;         /**< most samples in a step */
    gboolean has_labels; /**< labels, otherwise targets */
    guint moments;       /**< how many the optimizer keeps: ripple_optimizer_moments() */
    gboolean keep_all;   /**< every tensor is materialised and survives the step */
} RippleScheduleOptions;

typedef struct {
    RippleNetwork *network; /**< a copy */
    RippleScheduleOptions options;
    guint n_steps;
    RippleStep *steps;
    guint n_tensors;
    RippleTensor *tensors;
    guint n_storages;
    RippleStorage *storages;
} RippleSchedule;

RippleSchedule *ripple_schedule_new(const RippleNetwork *network,
                                    const RippleScheduleOptions *options);
void ripple_schedule_free(RippleSchedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSchedule, ripple_schedule_free)

/** The tensor with `role` at `layer`, or NULL where this schedule has none. */
const RippleTensor *ripple_schedule_tensor(const RippleSchedule *schedule, RippleRole role,
                                           guint layer);

/** The tensors that `step` writes, at most RIPPLE_N_ROLES of them into `tensors`; returns how many.
 */
guint ripple_schedule_writes(const RippleSchedule *schedule, const RippleStep *step,
                             const RippleTensor **tensors);

/** "layers.0.weight", "layers.1.delta", "input": parameters as PyTorch's `nn.Sequential` names
 * them. Free with g_free. */
char *ripple_tensor_name(const RippleTensor *tensor);

/** "forward 0", "update 1": the row as people read it. Free with g_free. */
char *ripple_step_describe(const RippleStep *step);
