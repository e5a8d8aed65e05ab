#include "train/result_log.h"

/* Slots on the device, each the two values of a RippleLossOperation's result. */
#define VALUES 2
#define SLOTS (RIPPLE_RESULT_LOG_VALUES / VALUES)

/* Most steps between two reads, and most enqueued at once; several reads under way, each of no more
 * than both together, must fit into the ring. */
#define WIDEST_STRIDE (SLOTS / 8)
#define READS_UNDER_WAY 3

/* How often a host that is far enough ahead looks again. */
#define POLL_MICROSECONDS 200

/* Reads that come sooner than this after one another are too many. */
#define INTERVAL_MICROSECONDS 100000

typedef struct {
    RippleRead *read;
    guint64 first; /* step */
    guint count;
    gfloat *values;
} PendingRead;

struct _RippleResultLog {
    RippleBuffer *ring;
    RippleStepResultFunction function;
    gpointer user_data;
    GQueue pending;       /* of PendingRead, oldest first */
    gsize samples[SLOTS]; /* of the step in each slot */
    guint64 enqueued;     /* steps enqueued */
    guint64 asked;        /* steps whose read was enqueued */
    guint stride;         /* steps between reads */
    gint64 last_arrival;  /* monotonic microseconds */
    RippleView watched[RIPPLE_MOST_WATCHED];
    guint n_watched;
};

RippleResultLog *ripple_result_log_new(RippleBackend *backend, RippleStepResultFunction function,
                                       gpointer user_data, GError **error)
{
    g_autoptr(RippleResultLog) log = g_new0(RippleResultLog, 1);
    log->function = function;
    log->user_data = user_data;
    log->stride = 1;
    g_queue_init(&log->pending);
    log->ring = ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, SLOTS * VALUES, error);
    return log->ring ? g_steal_pointer(&log) : NULL;
}

static void pending_free(PendingRead *pending)
{
    if (pending->read)
        ripple_read_finish(pending->read, NULL);
    g_free(pending->values);
    g_free(pending);
}

void ripple_result_log_free(RippleResultLog *log)
{
    if (!log)
        return;
    g_queue_clear_full(&log->pending, (GDestroyNotify)pending_free);
    ripple_buffer_free(log->ring);
    g_free(log);
}

void ripple_result_log_watch(RippleResultLog *log, RippleView values)
{
    g_return_if_fail(log->n_watched < RIPPLE_MOST_WATCHED);
    log->watched[log->n_watched++] = values;
}

guint ripple_result_log_room(const RippleResultLog *log)
{
    return (guint)MIN(WIDEST_STRIDE, SLOTS - log->enqueued % SLOTS);
}

RippleView ripple_result_log_slots(const RippleResultLog *log, guint steps)
{
    return ripple_view(log->ring, log->enqueued % SLOTS * VALUES, steps, VALUES);
}

static gboolean look_at(RippleResultLog *log, RippleView result, GError **error)
{
    for (guint i = 0; i < log->n_watched; i++) {
        const RippleFiniteCheck check = {log->watched[i], result};
        if (!ripple_backend_check_finite(log->ring->backend, &check, error))
            return FALSE;
    }
    return TRUE;
}

/* The second value of `slot` becomes NaN when something that is watched is not finite. */
static gboolean look(RippleResultLog *log, guint64 slot, GError **error)
{
    RippleBackend *backend = log->ring->backend;
    ripple_backend_set_row(backend, g_intern_static_string("finite"));
    gboolean ok = look_at(log, ripple_view(log->ring, slot * VALUES + 1, 1, 1), error);
    ripple_backend_set_row(backend, NULL);
    return ok;
}

/* Enqueue a read of the slots written since the last one, up to the end of the ring. */
static gboolean ask(RippleResultLog *log, GError **error)
{
    guint64 slot = log->asked % SLOTS;
    guint count = (guint)MIN(log->enqueued - log->asked, SLOTS - slot);
    if (!look(log, slot + count - 1, error))
        return FALSE;
    PendingRead *pending = g_new0(PendingRead, 1);
    pending->first = log->asked;
    pending->count = count;
    pending->values = g_new(gfloat, count * VALUES);
    pending->read = ripple_backend_read(ripple_view(log->ring, slot * VALUES, 1, count * VALUES),
                                        pending->values, error);
    if (!pending->read) {
        pending_free(pending);
        return FALSE;
    }
    log->asked += count;
    g_queue_push_tail(&log->pending, pending);
    return TRUE;
}

/* Wider apart when reads arrive too fast, closer when too slowly. */
static void adapt(RippleResultLog *log)
{
    gint64 now = g_get_monotonic_time();
    gint64 passed = now - log->last_arrival;
    if (log->last_arrival && passed < INTERVAL_MICROSECONDS / 2)
        log->stride = MIN(log->stride * 2, WIDEST_STRIDE);
    else if (log->last_arrival && passed > INTERVAL_MICROSECONDS * 2)
        log->stride = MAX(log->stride / 2, 1);
    log->last_arrival = now;
}

static gboolean take_oldest(RippleResultLog *log, GError **error)
{
    PendingRead *pending = g_queue_pop_head(&log->pending);
    gboolean ok = ripple_read_finish(g_steal_pointer(&pending->read), error);
    adapt(log);
    for (guint i = 0; ok && i < pending->count; i++) {
        guint64 step = pending->first + i;
        RippleStepResult result = {step, log->samples[step % SLOTS], pending->values[i * VALUES],
                                   pending->values[i * VALUES + 1],
                                   log->n_watched > 0 && i + 1 == pending->count};
        ok = log->function(&result, log->user_data, error);
    }
    pending_free(pending);
    return ok;
}

/* Hand over what has arrived, without waiting. */
static gboolean take_arrived(RippleResultLog *log, GError **error)
{
    PendingRead *oldest;
    while ((oldest = g_queue_peek_head(&log->pending)) && ripple_read_is_ready(oldest->read))
        if (!take_oldest(log, error))
            return FALSE;
    return TRUE;
}

gboolean ripple_result_log_advance(RippleResultLog *log, gsize samples, gsize batch, GError **error)
{
    for (; samples > 0; samples -= MIN(batch, samples))
        log->samples[log->enqueued++ % SLOTS] = MIN(batch, samples);
    gboolean at_the_end = log->enqueued % SLOTS == 0;
    if ((log->enqueued - log->asked >= log->stride || at_the_end) && !ask(log, error))
        return FALSE;

    /* Asking now and then leaves the device its queue of work; waiting would let it run dry. */
    for (;;) {
        if (!take_arrived(log, error))
            return FALSE;
        if (g_queue_get_length(&log->pending) < READS_UNDER_WAY)
            return TRUE;
        g_usleep(POLL_MICROSECONDS);
    }
}

gboolean ripple_result_log_finish(RippleResultLog *log, GError **error)
{
    if (log->asked < log->enqueued && !ask(log, error))
        return FALSE;
    /* Once for all reads, rather than for each. */
    if (!g_queue_is_empty(&log->pending) && !ripple_backend_wait(log->ring->backend, error))
        return FALSE;
    while (!g_queue_is_empty(&log->pending))
        if (!take_oldest(log, error))
            return FALSE;
    return TRUE;
}
