/** \file
 * What the files of this floor share: the backend's own struct and its small helpers.
 */
#pragma once

#include "network/backend.h"
#include "opencl/devices.h"
#include "opencl/opencl.h"
#include "opencl/product.h"
#include "opencl/status.h"
#include "opencl/steps_plan.h"
#include "opencl/tuning.h"

#include <CL/cl.h>

/** Memory that grows when more is needed, and never shrinks. */
typedef struct {
    cl_mem memory;
    gsize bytes;
} RippleScratch;

/** A transposed copy of what stood in a buffer when it was made; see product_private.h. */
typedef struct {
    RippleScratch scratch;
    gboolean is_valid; /**< nothing was written to the view since; atomic */
    gsize offset;      /**< of the view it is of */
    gsize rows;
    gsize columns;
    gsize width; /**< of its panels */
} RippleTransposed;

/** Which way small networks are trained. */
typedef enum {
    RIPPLE_STEPS_AUTO, /**< the faster, as ripple_opencl_most_steps() knows it */
    RIPPLE_STEPS_ONE,  /**< row by row */
    RIPPLE_STEPS_MANY, /**< many steps in a launch wherever local memory holds the network */
} RippleStepsChoice;

/** What is recorded of the commands; see profile.h. */
typedef struct _RippleProfile RippleProfile;

typedef struct {
    RippleBackend parent;
    RippleOpenclDevice *device;
    cl_context context;
    cl_command_queue queue;    /**< in order */
    GHashTable *kernels;       /**< "name options" → cl_kernel */
    gboolean keep_programs;    /**< in our own cache of compiled programs */
    RippleTuning *tuning;      /**< how products are computed */
    gint forced_provider;      /**< who computes all of them, or −1 */
    GHashTable *product_calls; /**< see product_private.h */
    gboolean product_ready;    /**< CLBlast has compiled its kernels */
    RippleScratch rights;      /**< per-sample results of the loss */
    RippleScratch losses;
    RippleScratch product;         /**< CLBlast's temporary, sums of pieces */
    RippleScratch gradient;        /**< of a descent that is not fused */
    RippleScratch transposed;      /**< of ripple_transposed_once() */
    RippleScratch partials;        /**< of summaries and histograms */
    cl_command_queue upload_queue; /**< in order, beside the other; NULL until an upload is made */
    RippleProfile *profile;        /**< NULL while nothing is recorded */
    GMutex upload_lock; /**< the last two, which other threads use than the one that sets them */
    RippleStepsChoice steps_choice;
    RippleStepsGroup steps_group; /**< that takes many steps at once */
} RippleOpencl;

typedef struct {
    RippleBuffer parent;
    cl_mem memory;
    RippleTransposed transposed;
} RippleOpenclBuffer;

#define RIPPLE_OPENCL(backend) ((RippleOpencl *)(backend))

/** The memory behind a view, or that of no view. */
static inline cl_mem ripple_opencl_memory(RippleView view)
{
    return view.buffer ? ((RippleOpenclBuffer *)view.buffer)->memory : NULL;
}

/** Say that `view` is about to be written: what was derived from it no longer holds. An upload may
 * say so from a thread of its own. */
static inline void ripple_opencl_written(RippleView view)
{
    if (view.buffer)
        g_atomic_int_set(&((RippleOpenclBuffer *)view.buffer)->transposed.is_valid, FALSE);
}

void ripple_opencl_scratch_clear(RippleScratch *scratch);

/** Make `scratch` hold at least `bytes`. What was in it is lost. */
gboolean ripple_opencl_scratch(RippleOpencl *self, RippleScratch *scratch, gsize bytes,
                               GError **error);

/** Report a failed call on this backend's device. Always FALSE. */
gboolean ripple_opencl_report(const RippleOpencl *self, const char *call, cl_int status,
                              GError **error);

/* ---- buffer.c: the transfer half of the class ----------------------------------------------- */

RippleBuffer *ripple_opencl_buffer_new(RippleBackend *backend, RippleElement element, gsize length,
                                       GError **error);
void ripple_opencl_buffer_free(RippleBuffer *buffer);
gboolean ripple_opencl_upload(RippleView view, gconstpointer values, GError **error);
gboolean ripple_opencl_download(RippleView view, gfloat *values, GError **error);
RippleRead *ripple_opencl_read(RippleView view, gfloat *values, GError **error);
gboolean ripple_opencl_read_is_ready(const RippleRead *read);
gboolean ripple_opencl_read_finish(RippleRead *read, GError **error);
gboolean ripple_opencl_clear(RippleView view, GError **error);
gboolean ripple_opencl_copy(RippleView source, RippleView destination, GError **error);
gboolean ripple_opencl_wait(RippleBackend *backend, GError **error);

/* ---- upload.c: uploads beside the operations ------------------------------------------------- */

RippleUpload *ripple_opencl_upload_new(RippleBackend *backend, gsize bytes, GError **error);
void ripple_opencl_upload_free(RippleUpload *upload);
gboolean ripple_opencl_upload_wait(RippleUpload *upload, GError **error);
gboolean ripple_opencl_upload_send(RippleUpload *upload, gsize start, RippleView view,
                                   GError **error);
gboolean ripple_opencl_upload_receive(RippleUpload *upload, GError **error);
gboolean ripple_opencl_upload_release(RippleUpload *upload, GError **error);

/* ---- layers.c, operations.c: the computing half ---------------------------------------------- */

gboolean ripple_opencl_gather(RippleBackend *backend, const RippleGather *gather, GError **error);
gboolean ripple_opencl_forward(RippleBackend *backend, const RippleForward *forward,
                               GError **error);
gboolean ripple_opencl_loss(RippleBackend *backend, const RippleLossOperation *loss,
                            const RippleLossScalars *scalars, GError **error);
gboolean ripple_opencl_delta(RippleBackend *backend, const RippleDelta *delta, GError **error);
gboolean ripple_opencl_gradient(RippleBackend *backend, const RippleGradient *gradient,
                                GError **error);
gboolean ripple_opencl_descend(RippleBackend *backend, const RippleDescent *descent,
                               const RippleUpdateScalars *scalars, GError **error);
gboolean ripple_opencl_update(RippleBackend *backend, const RippleUpdate *update,
                              const RippleUpdateScalars *scalars, GError **error);
gboolean ripple_opencl_check_finite(RippleBackend *backend, const RippleFiniteCheck *check,
                                    GError **error);

/* ---- observation.c: what tensors are like ---------------------------------------------------- */

gboolean ripple_opencl_summary(RippleBackend *backend, const RippleSummary *summary,
                               GError **error);
gboolean ripple_opencl_histogram(RippleBackend *backend, const RippleHistogram *histogram,
                                 GError **error);
gboolean ripple_opencl_derivative_peak(RippleBackend *backend, const RippleDerivativePeak *peak,
                                       GError **error);

/** Bytes of the backend's own that both of the first take for `count` numbers, at most. */
gsize ripple_opencl_partial_bytes(gsize count);

/* ---- scratch.c: memory of the backend's own -------------------------------------------------- */

void ripple_opencl_add_scratch(RippleBackend *backend, const RippleSchedule *schedule,
                               RippleScratchNeed *need);

/* ---- steps.c: whole steps ------------------------------------------------------------------- */

/** Find out which work-group suits the device, and what the environment variable RIPPLE_STEPS
 * wants, "auto", "one" or "many". A USAGE error when it wants something else. */
gboolean ripple_steps_choose(RippleOpencl *self, GError **error);

gsize ripple_opencl_most_steps(RippleBackend *backend, const RippleSteps *steps);
gboolean ripple_opencl_steps(RippleBackend *backend, const RippleSteps *steps,
                             const RippleUpdateScalars *scalars, gsize n_steps, GError **error);
