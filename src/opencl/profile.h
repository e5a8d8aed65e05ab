/** \file
 * What the device did when, by OpenCL's own events: each kernel and each transfer, from the moment
 * it was enqueued until it was done. And where the host stood still for the device.
 *
 * Off at first, and at no cost then. Nothing waits while it is on: events are read once their
 * commands are done.
 */
#pragma once

#include "network/backend.h"

/** The queue that computes. */
#define RIPPLE_QUEUE_COMPUTE "compute"

/** The queue of uploads beside the operations. */
#define RIPPLE_QUEUE_UPLOAD "upload"

/** Not a queue: what the host waited for, and how long. */
#define RIPPLE_QUEUE_HOST "host"

/** The same of the threads that upload. */
#define RIPPLE_QUEUE_UPLOAD_THREAD "upload thread"

/** Is `queue` none of the device's, but the waits of a thread? */
gboolean ripple_profile_is_thread(const char *queue);

/** One command, or one wait of the host. Times are nanoseconds of g_get_monotonic_time()'s clock,
 * as nearly as it and the device's can be brought together. */
typedef struct {
    const char *queue; /**< RIPPLE_QUEUE_…; interned, as the next two */
    const char *name;  /**< of the kernel, "clblast", "upload", "download", "copy" or "clear" */
    const char *row;   /**< of the schedule: "forward 0"; NULL for what serves none */
    gint64 queued;
    gint64 submitted;
    gint64 started;
    gint64 ended;
    guint64 bytes; /**< that a transfer moves; 0 for kernels */
} RippleProfileRecord;

/** Told of each record, on the thread that began to record: those of a queue in order, some time
 * after they were done. */
typedef void (*RippleProfileFunction)(const RippleProfileRecord *record, gpointer user_data);

/** Begin to record, after waiting for what was enqueued before. `backend` must be an opencl one
 * that does not record yet. All is enqueued by the thread that calls this, but uploads beside the
 * operations. */
gboolean ripple_opencl_profile_begin(RippleBackend *backend, RippleProfileFunction function,
                                     gpointer user_data, GError **error);

/** Wait for all that was enqueued, hand over what is left of it, and record no longer. Does nothing
 * where nothing is recorded. */
gboolean ripple_opencl_profile_end(RippleBackend *backend, GError **error);
