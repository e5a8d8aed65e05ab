/** \file
 * A training run on a time line: every kernel and transfer of each queue, the epochs, and where the
 * host waited, as a file that Perfetto and chrome://tracing show (docs/formats.md).
 *
 * Nothing waits for it: records go to the file as they come.
 */
#pragma once

#include "network/backend.h"

typedef struct _RippleTrace RippleTrace;

/** Begin to trace `backend`, which must outlive the trace. What is at `path` is replaced when the
 * trace is finished. A USAGE error for the reference, which has no queues. */
RippleTrace *ripple_trace_new(RippleBackend *backend, const char *path, GError **error);

/** Add what the host did, `name` ("epoch 1"), from `start` until now; `start` is of
 * g_get_monotonic_time(). */
void ripple_trace_add_span(RippleTrace *trace, const char *name, gint64 start);

/** Wait for what was enqueued, and let the file take its place. */
gboolean ripple_trace_finish(RippleTrace *trace, GError **error);

/** Frees it; what was not finished is removed. */
void ripple_trace_free(RippleTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTrace, ripple_trace_free)
