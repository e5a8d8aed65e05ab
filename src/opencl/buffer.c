/* Buffers and what moves between host and device. */
#include "opencl/profile_hooks.h"

#include <ripple/error.h>

typedef struct {
    RippleRead parent;
    cl_event event;
} RippleOpenclRead;

static gsize element_bytes(RippleElement element)
{
    return element == RIPPLE_ELEMENT_BYTE ? 1 : 4;
}

static gsize view_bytes(RippleView view)
{
    return view.rows * view.columns * element_bytes(view.buffer->element);
}

static gsize view_start(RippleView view)
{
    return view.offset * element_bytes(view.buffer->element);
}

static RippleOpencl *backend_of(RippleView view)
{
    return RIPPLE_OPENCL(view.buffer->backend);
}

RippleBuffer *ripple_opencl_buffer_new(RippleBackend *backend, RippleElement element, gsize length,
                                       GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    gsize largest = self->device->largest_allocation_bytes / element_bytes(element);
    if (length > largest) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY,
                    "%s allocates at most %.1f MiB at once, and %.1f MiB are needed; try a smaller "
                    "--batch or network.",
                    backend->device_name,
                    (gdouble)self->device->largest_allocation_bytes / (1 << 20),
                    (gdouble)length * element_bytes(element) / (1 << 20));
        return NULL;
    }

    cl_int status;
    gsize bytes = length * element_bytes(element);
    cl_mem memory = clCreateBuffer(self->context, CL_MEM_READ_WRITE, bytes, NULL, &status);
    if (status != CL_SUCCESS) {
        ripple_opencl_report(self, "clCreateBuffer", status, error);
        return NULL;
    }
    const cl_uchar zero = 0;
    status = clEnqueueFillBuffer(self->queue, memory, &zero, sizeof zero, 0, bytes, 0, NULL,
                                 ripple_profile_next(self, RIPPLE_QUEUE_COMPUTE, "clear", bytes));
    if (status != CL_SUCCESS) {
        clReleaseMemObject(memory);
        ripple_opencl_report(self, "clEnqueueFillBuffer", status, error);
        return NULL;
    }

    RippleOpenclBuffer *buffer = g_new0(RippleOpenclBuffer, 1);
    buffer->parent = (RippleBuffer){backend, element, length};
    buffer->memory = memory;
    return &buffer->parent;
}

void ripple_opencl_buffer_free(RippleBuffer *buffer)
{
    ripple_opencl_scratch_clear(&((RippleOpenclBuffer *)buffer)->transposed.scratch);
    clReleaseMemObject(((RippleOpenclBuffer *)buffer)->memory);
    g_free(buffer);
}

gboolean ripple_opencl_upload(RippleView view, gconstpointer values, GError **error)
{
    RippleOpencl *self = backend_of(view);
    ripple_opencl_written(view);
    gint64 began = ripple_profile_begin_wait(self);
    cl_int status = clEnqueueWriteBuffer(
        self->queue, ripple_opencl_memory(view), CL_TRUE, view_start(view), view_bytes(view),
        values, 0, NULL,
        ripple_profile_next(self, RIPPLE_QUEUE_COMPUTE, "upload", view_bytes(view)));
    ripple_profile_end_wait(self, "wait for an upload", began);
    return status == CL_SUCCESS ||
           ripple_opencl_report(self, "clEnqueueWriteBuffer", status, error);
}

gboolean ripple_opencl_download(RippleView view, gfloat *values, GError **error)
{
    RippleOpencl *self = backend_of(view);
    gint64 began = ripple_profile_begin_wait(self);
    cl_int status = clEnqueueReadBuffer(
        self->queue, ripple_opencl_memory(view), CL_TRUE, view_start(view), view_bytes(view),
        values, 0, NULL,
        ripple_profile_next(self, RIPPLE_QUEUE_COMPUTE, "download", view_bytes(view)));
    ripple_profile_end_wait(self, "wait for a download", began);
    return status == CL_SUCCESS || ripple_opencl_report(self, "clEnqueueReadBuffer", status, error);
}

RippleRead *ripple_opencl_read(RippleView view, gfloat *values, GError **error)
{
    RippleOpencl *self = backend_of(view);
    cl_event event;
    cl_int status =
        clEnqueueReadBuffer(self->queue, ripple_opencl_memory(view), CL_FALSE, view_start(view),
                            view_bytes(view), values, 0, NULL, &event);
    if (status != CL_SUCCESS) {
        ripple_opencl_report(self, "clEnqueueReadBuffer", status, error);
        return NULL;
    }
    ripple_profile_add(self, RIPPLE_QUEUE_COMPUTE, "download", view_bytes(view), event);
    RippleOpenclRead *read = g_new0(RippleOpenclRead, 1);
    read->parent.backend = view.buffer->backend;
    read->event = event;
    /* Without a flush the device need not begin with any of it. */
    status = clFlush(self->queue);
    if (status != CL_SUCCESS) {
        ripple_opencl_read_finish(&read->parent, NULL);
        ripple_opencl_report(self, "clFlush", status, error);
        return NULL;
    }
    return &read->parent;
}

gboolean ripple_opencl_read_is_ready(const RippleRead *read)
{
    cl_int status = CL_QUEUED;
    cl_event event = ((const RippleOpenclRead *)read)->event;
    /* A failed command is ready, too: finishing the read tells why. */
    if (clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL) !=
        CL_SUCCESS)
        return TRUE;
    return status <= CL_COMPLETE;
}

gboolean ripple_opencl_read_finish(RippleRead *read, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(read->backend);
    cl_event event = ((RippleOpenclRead *)read)->event;
    gboolean must_wait = !ripple_opencl_read_is_ready(read);
    gint64 began = must_wait ? ripple_profile_begin_wait(self) : 0;
    cl_int status = clWaitForEvents(1, &event);
    if (must_wait)
        ripple_profile_end_wait(self, "wait for results", began);
    /* Whoever asked may free the memory now, so that nothing may write there any more. */
    if (status != CL_SUCCESS)
        clFinish(self->queue);
    clReleaseEvent(event);
    g_free(read);
    return status == CL_SUCCESS || ripple_opencl_report(self, "clWaitForEvents", status, error);
}

gboolean ripple_opencl_clear(RippleView view, GError **error)
{
    RippleOpencl *self = backend_of(view);
    const cl_float zero = 0;
    ripple_opencl_written(view);
    cl_int status = clEnqueueFillBuffer(
        self->queue, ripple_opencl_memory(view), &zero, sizeof zero, view_start(view),
        view_bytes(view), 0, NULL,
        ripple_profile_next(self, RIPPLE_QUEUE_COMPUTE, "clear", view_bytes(view)));
    return status == CL_SUCCESS || ripple_opencl_report(self, "clEnqueueFillBuffer", status, error);
}

gboolean ripple_opencl_copy(RippleView source, RippleView destination, GError **error)
{
    RippleOpencl *self = backend_of(source);
    ripple_opencl_written(destination);
    cl_int status = clEnqueueCopyBuffer(
        self->queue, ripple_opencl_memory(source), ripple_opencl_memory(destination),
        view_start(source), view_start(destination), view_bytes(source), 0, NULL,
        ripple_profile_next(self, RIPPLE_QUEUE_COMPUTE, "copy", view_bytes(source)));
    return status == CL_SUCCESS || ripple_opencl_report(self, "clEnqueueCopyBuffer", status, error);
}

gboolean ripple_opencl_wait(RippleBackend *backend, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    gint64 began = ripple_profile_begin_wait(self);
    cl_int status = clFinish(self->queue);
    ripple_profile_end_wait(self, "wait for the device", began);
    return status == CL_SUCCESS || ripple_opencl_report(self, "clFinish", status, error);
}
