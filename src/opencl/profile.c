#include "opencl/profile.h"

#include "opencl/profile_hooks.h"

#include <ripple/error.h>

/* So many commands pile up before it is asked which of them are done. */
#define CHUNK 256

/* The clocks are held together so often; the closest is right. */
#define CLOCK_TRIES 8

/* A command that may still be under way. */
typedef struct {
    const char *queue;
    const char *name;
    const char *row;
    guint64 bytes;
    cl_event before; /* its end is where the command's time begins; NULL for its own start */
    cl_event event;  /* NULL when it could not be enqueued */
    gint64 wait_began, wait_ended; /* of what is no command but a wait of another thread; or 0 */
} Pending;

struct _RippleProfile {
    RippleProfileFunction function;
    gpointer user_data;
    GThread *thread;         /* that tells the function */
    GArray *pending;         /* of Pending, in the order they were enqueued */
    GAsyncQueue *elsewhere;  /* of Pending, from other threads */
    gint64 clock_difference; /* host's clock less the device's, nanoseconds */
};

gboolean ripple_profile_is_thread(const char *queue)
{
    return g_str_equal(queue, RIPPLE_QUEUE_HOST) || g_str_equal(queue, RIPPLE_QUEUE_UPLOAD_THREAD);
}

static gint64 host_nanoseconds(void)
{
    return g_get_monotonic_time() * 1000;
}

static void pending_clear(gpointer data)
{
    Pending *pending = data;
    if (pending->before)
        clReleaseEvent(pending->before);
    if (pending->event)
        clReleaseEvent(pending->event);
}

static void pending_free(gpointer pending)
{
    pending_clear(pending);
    g_free(pending);
}

void ripple_profile_free(RippleProfile *profile)
{
    if (!profile)
        return;
    g_array_unref(profile->pending);
    g_async_queue_unref(profile->elsewhere);
    g_free(profile);
}

/* ---- reading events ------------------------------------------------------------------------- */

static gboolean is_done(const Pending *pending)
{
    cl_int status = CL_COMPLETE;
    if (pending->event)
        clGetEventInfo(pending->event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status,
                       NULL);
    return status <= CL_COMPLETE; /* what failed is done, too */
}

/* A moment of `event` by the device's clock. */
static cl_int ask_time(cl_event event, cl_profiling_info what, gint64 *nanoseconds)
{
    cl_ulong value = 0;
    cl_int status = clGetEventProfilingInfo(event, what, sizeof value, &value, NULL);
    *nanoseconds = (gint64)value;
    return status;
}

/* FALSE for a command that failed. */
static gboolean read_time(cl_event event, cl_profiling_info what, gint64 *nanoseconds)
{
    return ask_time(event, what, nanoseconds) == CL_SUCCESS;
}

static RippleProfileRecord wait_record(const char *queue, const char *name, const char *row,
                                       gint64 began, gint64 ended)
{
    return (RippleProfileRecord){.queue = queue,
                                 .name = name,
                                 .row = row,
                                 .queued = began,
                                 .submitted = began,
                                 .started = began,
                                 .ended = ended};
}

/* When the command of `pending` was where; FALSE for one that failed. */
static gboolean read_times(const RippleProfile *profile, const Pending *pending,
                           RippleProfileRecord *record)
{
    cl_event event = pending->event;
    if (!event || !read_time(event, CL_PROFILING_COMMAND_QUEUED, &record->queued) ||
        !read_time(event, CL_PROFILING_COMMAND_SUBMIT, &record->submitted) ||
        !read_time(event, CL_PROFILING_COMMAND_START, &record->started) ||
        !read_time(event, CL_PROFILING_COMMAND_END, &record->ended))
        return FALSE;
    if (pending->before && !read_time(pending->before, CL_PROFILING_COMMAND_END, &record->started))
        return FALSE;
    record->queued += profile->clock_difference;
    record->submitted += profile->clock_difference;
    record->started += profile->clock_difference;
    record->ended += profile->clock_difference;
    return TRUE;
}

static void hand_over(const RippleProfile *profile, const Pending *pending)
{
    RippleProfileRecord record = {.queue = pending->queue,
                                  .name = pending->name,
                                  .row = pending->row,
                                  .bytes = pending->bytes};
    if (pending->wait_ended)
        record = wait_record(pending->queue, pending->name, NULL, pending->wait_began,
                             pending->wait_ended);
    else if (!read_times(profile, pending, &record))
        return;
    profile->function(&record, profile->user_data);
}

/* Hand over the commands that are done, oldest first, up to one that is not. */
static void collect(RippleProfile *profile)
{
    Pending *other;
    while ((other = g_async_queue_try_pop(profile->elsewhere))) {
        g_array_append_val(profile->pending, *other);
        g_free(other);
    }
    guint count = 0;
    while (count < profile->pending->len) {
        const Pending *pending = &g_array_index(profile->pending, Pending, count);
        if (!is_done(pending))
            break;
        hand_over(profile, pending);
        count++;
    }
    if (count > 0)
        g_array_remove_range(profile->pending, 0, count);
}

/* ---- hooks ---------------------------------------------------------------------------------- */

cl_event *ripple_profile_next(RippleOpencl *self, const char *queue, const char *name,
                              guint64 bytes)
{
    RippleProfile *profile = self->profile;
    if (!profile)
        return NULL;
    if (profile->pending->len > 0 && profile->pending->len % CHUNK == 0)
        collect(profile);
    Pending pending = {.queue = queue, .name = name, .row = self->parent.row, .bytes = bytes};
    g_array_append_val(profile->pending, pending);
    return &g_array_index(profile->pending, Pending, profile->pending->len - 1).event;
}

cl_event *ripple_profile_next_kernel(RippleOpencl *self, const char *queue, cl_kernel kernel)
{
    char name[256] = "kernel"; /* for one with a longer name than that */
    if (!self->profile)
        return NULL;
    clGetKernelInfo(kernel, CL_KERNEL_FUNCTION_NAME, sizeof name, name, NULL);
    return ripple_profile_next(self, queue, g_intern_string(name), 0);
}

cl_event *ripple_profile_next_group(RippleOpencl *self, cl_command_queue queue, const char *name)
{
    cl_event *event = ripple_profile_next(self, RIPPLE_QUEUE_COMPUTE, name, 0);
    if (!event)
        return NULL;
    Pending *pending = (Pending *)((char *)event - G_STRUCT_OFFSET(Pending, event));
    clEnqueueMarkerWithWaitList(queue, 0, NULL, &pending->before);
    return event;
}

static gboolean is_elsewhere(const RippleProfile *profile)
{
    return profile && profile->thread != g_thread_self();
}

void ripple_profile_add(RippleOpencl *self, const char *queue, const char *name, guint64 bytes,
                        cl_event event)
{
    if (is_elsewhere(self->profile)) {
        Pending pending = {.queue = queue, .name = name, .bytes = bytes};
        if (clRetainEvent(event) == CL_SUCCESS)
            pending.event = event;
        g_async_queue_push(self->profile->elsewhere, g_memdup2(&pending, sizeof pending));
        return;
    }
    cl_event *place = ripple_profile_next(self, queue, name, bytes);
    if (place && clRetainEvent(event) == CL_SUCCESS)
        *place = event;
}

gint64 ripple_profile_begin_wait(RippleOpencl *self)
{
    self->parent.waits++;
    return self->profile ? host_nanoseconds() : 0;
}

void ripple_profile_end_wait(RippleOpencl *self, const char *what, gint64 began)
{
    RippleProfile *profile = self->profile;
    if (!profile || began == 0) /* or it was not there yet when the wait began */
        return;
    gint64 now = host_nanoseconds();
    if (is_elsewhere(profile)) {
        Pending pending = {.queue = RIPPLE_QUEUE_UPLOAD_THREAD,
                           .name = what,
                           .wait_began = began,
                           .wait_ended = now};
        g_async_queue_push(profile->elsewhere, g_memdup2(&pending, sizeof pending));
        return;
    }
    RippleProfileRecord record = wait_record(RIPPLE_QUEUE_HOST, what, self->parent.row, began, now);
    profile->function(&record, profile->user_data);
}

/* ---- begin and end -------------------------------------------------------------------------- */

static gboolean finish(RippleOpencl *self, GError **error)
{
    cl_int status = clFinish(self->queue);
    if (status == CL_SUCCESS && self->upload_queue)
        status = clFinish(self->upload_queue);
    return status == CL_SUCCESS || ripple_opencl_report(self, "clFinish", status, error);
}

static gboolean replace_queue(RippleOpencl *self, cl_command_queue *queue,
                              cl_command_queue_properties properties, GError **error)
{
    cl_int status;
    if (!*queue)
        return TRUE;
    cl_command_queue other =
        clCreateCommandQueue(self->context, self->device->device, properties, &status);
    if (status != CL_SUCCESS)
        return ripple_opencl_report(self, "clCreateCommandQueue", status, error);
    clReleaseCommandQueue(*queue);
    *queue = other;
    return TRUE;
}

/* Finish what is on the queues, and go on with others that have `properties`. */
static gboolean replace_queues(RippleOpencl *self, cl_command_queue_properties properties,
                               GError **error)
{
    return finish(self, error) && replace_queue(self, &self->queue, properties, error) &&
           replace_queue(self, &self->upload_queue, properties, error);
}

/* The host hears of a command's end late, never early: the least difference is the right one. */
static gboolean match_clocks(RippleOpencl *self, gint64 *difference, GError **error)
{
    *difference = G_MAXINT64;
    for (guint i = 0; i < CLOCK_TRIES; i++) {
        cl_event event;
        gint64 ended = 0;
        cl_int status = clEnqueueMarkerWithWaitList(self->queue, 0, NULL, &event);
        if (status != CL_SUCCESS)
            return ripple_opencl_report(self, "clEnqueueMarkerWithWaitList", status, error);
        status = clWaitForEvents(1, &event);
        gint64 now = host_nanoseconds();
        cl_int read = ask_time(event, CL_PROFILING_COMMAND_END, &ended);
        clReleaseEvent(event);
        if (status != CL_SUCCESS)
            return ripple_opencl_report(self, "clWaitForEvents", status, error);
        if (read != CL_SUCCESS) {
            g_autofree char *text = ripple_opencl_status_text(read);
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE,
                        "%s does not tell when its commands ran, so that nothing can be recorded "
                        "of them: clGetEventProfilingInfo failed: %s.",
                        self->parent.device_name, text);
            return FALSE;
        }
        *difference = MIN(*difference, now - ended);
    }
    return TRUE;
}

static gboolean begin(RippleOpencl *self, RippleProfileFunction function, gpointer user_data,
                      GError **error)
{
    gint64 difference;
    if (!replace_queues(self, CL_QUEUE_PROFILING_ENABLE, error) ||
        !match_clocks(self, &difference, error))
        return FALSE;
    RippleProfile *profile = g_new0(RippleProfile, 1);
    profile->function = function;
    profile->user_data = user_data;
    profile->clock_difference = difference;
    profile->thread = g_thread_self();
    profile->pending = g_array_new(FALSE, FALSE, sizeof(Pending));
    g_array_set_clear_func(profile->pending, pending_clear);
    profile->elsewhere = g_async_queue_new_full(pending_free);
    self->profile = profile;
    return TRUE;
}

gboolean ripple_opencl_profile_begin(RippleBackend *backend, RippleProfileFunction function,
                                     gpointer user_data, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    g_return_val_if_fail(!self->profile, FALSE);
    g_mutex_lock(&self->upload_lock);
    gboolean ok = begin(self, function, user_data, error);
    g_mutex_unlock(&self->upload_lock);
    return ok;
}

static gboolean end(RippleOpencl *self, GError **error)
{
    gboolean ok = finish(self, error);
    if (ok)
        collect(self->profile);
    g_clear_pointer(&self->profile, ripple_profile_free);
    return ok && replace_queues(self, 0, error);
}

gboolean ripple_opencl_profile_end(RippleBackend *backend, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    if (!self->profile)
        return TRUE;
    g_mutex_lock(&self->upload_lock);
    gboolean ok = end(self, error);
    g_mutex_unlock(&self->upload_lock);
    return ok;
}
