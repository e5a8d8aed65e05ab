/** \file
 * The contract between the scheduler and whatever computes.
 *
 * A backend owns buffers and carries out the operations of a training step on views of them. The
 * functions here are the callers' front door: they check shapes once, derive every scalar once, and
 * then call the backend, which does arithmetic only. Two backends therefore cannot drift apart in
 * what an operation means.
 *
 * Operations are enqueued in order and need not be finished when the call returns; a download, a
 * finished read or ripple_backend_wait() sees the effect of everything enqueued before it.
 * A GError from an operation can therefore also tell of an earlier one.
 */
#pragma once

#include "network/operation.h"
#include "network/schedule.h"

/** Upload `view.rows × view.columns` elements from `values`: floats for a REAL buffer, guint32 for
 * INDEX, guint8 for BYTE. `values` may be freed when it returns. */
gboolean ripple_backend_upload(RippleView view, gconstpointer values, GError **error);

/** The same for a REAL view, with as many digits of `values` as the backend keeps. */
gboolean ripple_backend_upload_exact(RippleView view, const gdouble *values, GError **error);

/** Wait, then download the elements of a REAL view as floats. */
gboolean ripple_backend_download(RippleView view, gfloat *values, GError **error);

/** Wait, then download the elements of a REAL view with all the digits the backend has. */
gboolean ripple_backend_download_exact(RippleView view, gdouble *values, GError **error);

/** Begin to download a REAL view into `values`, which must outlive the read, without waiting. End
 * it with ripple_read_finish(). */
RippleRead *ripple_backend_read(RippleView view, gfloat *values, GError **error);

/** Are the values of `read` there already? Never waits. */
gboolean ripple_read_is_ready(const RippleRead *read);

/** Wait for the values of `read` and free it (also on error). */
gboolean ripple_read_finish(RippleRead *read, GError **error);

/** Set every element of a REAL view to zero. */
gboolean ripple_backend_clear(RippleView view, GError **error);

/** Copy one REAL view onto another of the same size on the same backend. */
gboolean ripple_backend_copy(RippleView source, RippleView destination, GError **error);

/** Wait until everything enqueued is done. */
gboolean ripple_backend_wait(RippleBackend *backend, GError **error);

/** A zeroed buffer of `length` elements (at least one). A DEVICE_MEMORY error when it does not fit.
 */
RippleBuffer *ripple_buffer_new(RippleBackend *backend, RippleElement element, gsize length,
                                GError **error);
void ripple_buffer_free(RippleBuffer *buffer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleBuffer, ripple_buffer_free)

/** Bytes that one element of a buffer takes on this backend. */
gsize ripple_backend_element_bytes(const RippleBackend *backend, RippleElement element);

/** The whole of `buffer` as one row. */
RippleView ripple_buffer_view(RippleBuffer *buffer);

/** `rows × columns` elements of `buffer`, row-major without gaps, from element `offset`. */
RippleView ripple_view(RippleBuffer *buffer, gsize offset, gsize rows, gsize columns);

/* A way for data past the operations under way, of which several may be in use in turn: memory of
 * the host that the device copies from at full speed ("pinned"), and the events that put copies
 * and operations in order.
 *
 *     fill its memory → send → receive → operations that read the view → release → …
 *
 * The host waits in ripple_upload_wait() alone. That function, the filling and
 * ripple_upload_send() may be left to another thread than the one that enqueues operations. */

/** An upload with `bytes` of memory. A DEVICE_MEMORY error when there is none. */
RippleUpload *ripple_upload_new(RippleBackend *backend, gsize bytes, GError **error);

/** Free it when what it sent has arrived; the views may be freed afterwards. */
void ripple_upload_free(RippleUpload *upload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleUpload, ripple_upload_free)

/** Its memory, aligned for every element. It must not be written between ripple_upload_send() and
 * the end of ripple_upload_wait(). */
gpointer ripple_upload_memory(RippleUpload *upload);

/** Wait until everything sent has arrived, so that the memory may be filled anew. */
gboolean ripple_upload_wait(RippleUpload *upload, GError **error);

/** Begin to copy the elements from byte `start` of the memory into `view`, as
 * ripple_backend_upload() would, without waiting: beside the operations under way, but after those
 * that stood before the last ripple_upload_release(). */
gboolean ripple_upload_send(RippleUpload *upload, gsize start, RippleView view, GError **error);

/** Operations enqueued from now on find what was sent. */
gboolean ripple_upload_receive(RippleUpload *upload, GError **error);

/** No operation enqueued from now on, until the next ripple_upload_receive(), uses the views. */
gboolean ripple_upload_release(RippleUpload *upload, GError **error);

/** The operations. Each checks its arguments (a mistake there is the programmer's: a FAILED error
 * that names the operation and both shapes) and enqueues. */
gboolean ripple_backend_gather(RippleBackend *backend, const RippleGather *gather, GError **error);
gboolean ripple_backend_forward(RippleBackend *backend, const RippleForward *forward,
                                GError **error);
gboolean ripple_backend_loss(RippleBackend *backend, const RippleLossOperation *loss,
                             GError **error);
gboolean ripple_backend_delta(RippleBackend *backend, const RippleDelta *delta, GError **error);
gboolean ripple_backend_gradient(RippleBackend *backend, const RippleGradient *gradient,
                                 GError **error);
gboolean ripple_backend_update(RippleBackend *backend, const RippleUpdate *update, GError **error);
gboolean ripple_backend_descend(RippleBackend *backend, const RippleDescent *descent,
                                GError **error);
gboolean ripple_backend_steps(RippleBackend *backend, const RippleSteps *steps, GError **error);
gboolean ripple_backend_check_finite(RippleBackend *backend, const RippleFiniteCheck *check,
                                     GError **error);
gboolean ripple_backend_summary(RippleBackend *backend, const RippleSummary *summary,
                                GError **error);
gboolean ripple_backend_histogram(RippleBackend *backend, const RippleHistogram *histogram,
                                  GError **error);
gboolean ripple_backend_derivative_peak(RippleBackend *backend, const RippleDerivativePeak *peak,
                                        GError **error);

/** Most steps that ripple_backend_steps() should be asked for at once, so that they take some
 * milliseconds; 0 where the backend has no such way to train this network, or is faster one
 * operation at a time. The answer follows from the device and from network, batch, inputs, labels,
 * moments and the optimizer of the first rates alone, so that the same training always goes the
 * same way. */
gsize ripple_backend_most_steps(RippleBackend *backend, const RippleSteps *steps);

/** "opencl" or "reference". */
const char *ripple_backend_kind(const RippleBackend *backend);

/** Bytes of memory that the device has. */
guint64 ripple_backend_memory_bytes(const RippleBackend *backend);

/** Bytes that a single buffer can have at most. */
guint64 ripple_backend_largest_buffer_bytes(const RippleBackend *backend);

/** Name of the device as people know it. */
const char *ripple_backend_device_name(const RippleBackend *backend);

/** Seconds spent so far on compiling device programs. */
gdouble ripple_backend_compile_seconds(const RippleBackend *backend);

/** Bytes that a backend takes for itself, at most, when it carries out schedules. */
typedef struct {
    guint64 kept;   /**< beside the tensors of each schedule */
    guint64 losses; /**< this and the rest: what all schedules use in turn */
    guint64 product;
    guint64 gradient;
    guint64 transposed;
    guint64 partials; /**< of summaries and histograms */
    guint64 largest;  /**< of its buffers */
} RippleScratchNeed;

/** Raise `need` to what `schedule` wants, too. */
void ripple_backend_add_scratch(RippleBackend *backend, const RippleSchedule *schedule,
                                RippleScratchNeed *need);

/** Versions of platform and driver; NULL where there is no driver. */
const char *ripple_backend_driver(const RippleBackend *backend);

/** How often the host has stood still until the device had done something. Always counted. */
guint64 ripple_backend_waits(const RippleBackend *backend);

/** What is enqueued from here on serves `row` of a schedule ("forward 0"; interned), or none
 * (NULL). For whoever records what the device does. */
void ripple_backend_set_row(RippleBackend *backend, const char *row);

void ripple_backend_free(RippleBackend *backend);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleBackend, ripple_backend_free)

/* ---- what a backend implements -------------------------------------------------------------- */

/** Scalars the front door derives for the loss. */
typedef struct {
    gdouble divisor; /**< N for cross-entropy, N·outputs for the others */
} RippleLossScalars;

/** Scalars the front door derives for the update, of the rules
 *
 *     sgd        w ← w − rate·g
 *     momentum   m ← first_decay·m + g;   w ← w − rate·m
 *     adam       m ← first_decay·m + first_gain·g;   v ← second_decay·v + second_gain·g²
 *                w ← w − rate·m / (√v + epsilon)
 *
 * Adam's corrections are in rate and epsilon: its fraction is expanded by √(1 − β₂ᵗ). */
typedef struct {
    gdouble rate;
    gdouble first_decay;
    gdouble first_gain;
    gdouble second_decay;
    gdouble second_gain;
    gdouble epsilon;
} RippleUpdateScalars;

RippleUpdateScalars ripple_update_scalars(const RippleRates *rates);

/** A backend's functions. Arguments were checked; sizes are never zero. */
typedef struct {
    const char *kind;
    gsize real_bytes; /**< of a REAL element */
    void (*free)(RippleBackend *backend);

    RippleBuffer *(*buffer_new)(RippleBackend *backend, RippleElement element, gsize length,
                                GError **error);
    void (*buffer_free)(RippleBuffer *buffer);
    gboolean (*upload)(RippleView view, gconstpointer values, GError **error);
    gboolean (*download)(RippleView view, gfloat *values, GError **error);
    /** These two may be NULL where floats are all there is. */
    gboolean (*upload_exact)(RippleView view, const gdouble *values, GError **error);
    gboolean (*download_exact)(RippleView view, gdouble *values, GError **error);
    RippleRead *(*read)(RippleView view, gfloat *values, GError **error);
    gboolean (*read_is_ready)(const RippleRead *read);
    gboolean (*read_finish)(RippleRead *read, GError **error);
    gboolean (*clear)(RippleView view, GError **error);
    gboolean (*copy)(RippleView source, RippleView destination, GError **error);
    gboolean (*wait)(RippleBackend *backend, GError **error);

    RippleUpload *(*upload_new)(RippleBackend *backend, gsize bytes, GError **error);
    void (*upload_free)(RippleUpload *upload);
    gboolean (*upload_wait)(RippleUpload *upload, GError **error);
    gboolean (*upload_send)(RippleUpload *upload, gsize start, RippleView view, GError **error);
    gboolean (*upload_receive)(RippleUpload *upload, GError **error);
    gboolean (*upload_release)(RippleUpload *upload, GError **error);

    gboolean (*gather)(RippleBackend *backend, const RippleGather *gather, GError **error);
    gboolean (*forward)(RippleBackend *backend, const RippleForward *forward, GError **error);
    gboolean (*loss)(RippleBackend *backend, const RippleLossOperation *loss,
                     const RippleLossScalars *scalars, GError **error);
    gboolean (*delta)(RippleBackend *backend, const RippleDelta *delta, GError **error);
    gboolean (*gradient)(RippleBackend *backend, const RippleGradient *gradient, GError **error);
    gboolean (*update)(RippleBackend *backend, const RippleUpdate *update,
                       const RippleUpdateScalars *scalars, GError **error);
    gboolean (*descend)(RippleBackend *backend, const RippleDescent *descent,
                        const RippleUpdateScalars *scalars, GError **error);
    /** May be NULL where nothing is taken. */
    void (*add_scratch)(RippleBackend *backend, const RippleSchedule *schedule,
                        RippleScratchNeed *need);
    /** May be NULL where operations come one at a time. */
    gsize (*most_steps)(RippleBackend *backend, const RippleSteps *steps);
    /** There is one of `scalars` for each of the `n_steps`. */
    gboolean (*steps)(RippleBackend *backend, const RippleSteps *steps,
                      const RippleUpdateScalars *scalars, gsize n_steps, GError **error);
    gboolean (*check_finite)(RippleBackend *backend, const RippleFiniteCheck *check,
                             GError **error);
    gboolean (*summary)(RippleBackend *backend, const RippleSummary *summary, GError **error);
    gboolean (*histogram)(RippleBackend *backend, const RippleHistogram *histogram, GError **error);
    gboolean (*derivative_peak)(RippleBackend *backend, const RippleDerivativePeak *peak,
                                GError **error);
} RippleBackendClass;

/** Begins every backend's own struct. */
struct _RippleBackend {
    const RippleBackendClass *class;
    char *device_name;
    guint64 memory_bytes;
    guint64 largest_buffer_bytes;
    char *driver; /**< or NULL */
    gdouble compile_seconds;
    _Atomic guint64 waits; /**< uploads have threads of their own */
    const char *row;       /**< of the schedule under way, or NULL */
};

/** Begins every backend's own buffer. */
struct _RippleBuffer {
    RippleBackend *backend;
    RippleElement element;
    gsize length;
};

/** Begins every backend's own read. */
struct _RippleRead {
    RippleBackend *backend;
};

/** Begins every backend's own upload. */
struct _RippleUpload {
    RippleBackend *backend;
    gpointer memory;
    gsize bytes;
};
