/** \file
 * How much of the device's memory will a run take, and does it fit? Answered before any of it is
 * allocated.
 */
#pragma once

#include "train/data_plan.h"
#include "train/material.h"

/** What memory is taken for. */
typedef enum {
    RIPPLE_MEMORY_PARAMETERS,
    RIPPLE_MEMORY_MOMENTS,
    RIPPLE_MEMORY_ACTIVATIONS, /**< inputs, targets, pre-activations and activations of a step */
    RIPPLE_MEMORY_DELTAS,
    RIPPLE_MEMORY_EVALUATION,  /**< the same as activations, of a step of evaluation */
    RIPPLE_MEMORY_OBSERVATION, /**< every tensor of a step, and what they are like */
    RIPPLE_MEMORY_RESULTS,     /**< losses on their way to the host */
    RIPPLE_MEMORY_SCRATCH,     /**< of the backend's own, at most */
    RIPPLE_MEMORY_DATA,        /**< samples and their order, or windows of them */
    RIPPLE_N_MEMORY_PARTS
} RippleMemoryKind;

typedef struct {
    guint64 bytes;
    guint64 largest_buffer; /**< bytes of the largest buffer in it */
} RippleMemoryPart;

typedef struct {
    gsize batch;            /**< most samples in a step of training */
    gsize evaluation_batch; /**< the same of evaluation; 0 where there is none */
    RippleDataPlan data;
    gsize windows[2]; /**< of the training data and of the test data; 0 for resident ones */
    RippleMemoryPart parts[RIPPLE_N_MEMORY_PARTS];
    guint64 bytes;          /**< of all parts; G_MAXUINT64 for more than can be counted */
    guint64 memory_bytes;   /**< that the device has */
    guint64 largest_buffer; /**< bytes that it allocates at once, at most */
    gboolean fits;
    gsize fitting_batch; /**< where it does not fit: the largest batch with which it would, or 0 */
} RippleMemoryPlan;

/** Plan the memory of a run on `backend`. Data without a limit of their own get half of the memory,
 * or what the network leaves of it; evaluation takes smaller steps where that makes the run fit. A
 * USAGE error when `config` has a memory limit that is too small for the data. */
gboolean ripple_memory_plan(const RippleConfig *config, const RippleMaterial *material,
                            RippleBackend *backend, RippleMemoryPlan *plan, GError **error);

/** A DEVICE_MEMORY error when `plan` does not fit: how much is needed, how much there is, and which
 * batch would fit. */
gboolean ripple_memory_plan_check(const RippleMemoryPlan *plan, const RippleBackend *backend,
                                  GError **error);

/** Most samples in a step of evaluation or prediction with `options`: its batch, or as often half
 * of it as the tensors do not fit beside the data; at least 1. */
gsize ripple_memory_batch(RippleBackend *backend, const RippleNetwork *network,
                          RippleScheduleOptions options);

/** "parameters", "moments", …. Static. */
const char *ripple_memory_name(RippleMemoryKind kind);
