/* Uploads beside the operations: pinned memory, a queue of their own, and events between the two
 * queues. Waiting and sending may be a thread's of the caller's; all else is of the one thread that
 * has the backend. */
#include "opencl/profile_hooks.h"

#include <ripple/error.h>

typedef struct {
    RippleUpload parent;
    cl_mem pinned;     /* mapped as long as it lives */
    cl_event sent;     /* the last copy, which those before it precede; or NULL */
    cl_event released; /* the operations that read the views; or NULL */
} RippleOpenclUpload;

static void forget(cl_event *event)
{
    if (*event)
        clReleaseEvent(*event);
    *event = NULL;
}

static gboolean open_queue(RippleOpencl *self, GError **error)
{
    cl_int status = CL_SUCCESS;
    if (!self->upload_queue)
        self->upload_queue =
            clCreateCommandQueue(self->context, self->device->device,
                                 self->profile ? CL_QUEUE_PROFILING_ENABLE : 0, &status);
    return status == CL_SUCCESS ||
           ripple_opencl_report(self, "clCreateCommandQueue", status, error);
}

static gboolean pin_memory(RippleOpencl *self, RippleOpenclUpload *upload, GError **error)
{
    cl_int status;
    gsize bytes = upload->parent.bytes;
    upload->pinned = clCreateBuffer(self->context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, bytes,
                                    NULL, &status);
    if (status != CL_SUCCESS)
        return ripple_opencl_report(self, "clCreateBuffer", status, error);
    gint64 began = ripple_profile_begin_wait(self);
    upload->parent.memory =
        clEnqueueMapBuffer(self->upload_queue, upload->pinned, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE,
                           0, bytes, 0, NULL, NULL, &status);
    ripple_profile_end_wait(self, "wait for pinned memory", began);
    return status == CL_SUCCESS || ripple_opencl_report(self, "clEnqueueMapBuffer", status, error);
}

RippleUpload *ripple_opencl_upload_new(RippleBackend *backend, gsize bytes, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    RippleOpenclUpload *own = g_new0(RippleOpenclUpload, 1);
    g_autoptr(RippleUpload) upload = &own->parent;
    *upload = (RippleUpload){.backend = backend, .bytes = bytes};
    if (!open_queue(self, error) || !pin_memory(self, own, error))
        return NULL;
    return g_steal_pointer(&upload);
}

static gboolean is_done(cl_event event)
{
    cl_int status = CL_COMPLETE;
    clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL);
    return status <= CL_COMPLETE;
}

/* Until the last copy is done. On any thread. */
static cl_int wait_for_sent(RippleOpencl *self, RippleOpenclUpload *upload)
{
    gboolean must_wait = !is_done(upload->sent);
    gint64 began = 0;
    if (must_wait) {
        g_mutex_lock(&self->upload_lock);
        began = ripple_profile_begin_wait(self);
        g_mutex_unlock(&self->upload_lock);
    }
    cl_int status = clWaitForEvents(1, &upload->sent);
    if (must_wait) {
        g_mutex_lock(&self->upload_lock);
        ripple_profile_end_wait(self, "wait for an upload", began);
        g_mutex_unlock(&self->upload_lock);
    }
    forget(&upload->sent);
    return status;
}

void ripple_opencl_upload_free(RippleUpload *upload)
{
    RippleOpencl *self = RIPPLE_OPENCL(upload->backend);
    RippleOpenclUpload *own = (RippleOpenclUpload *)upload;
    if (own->sent)
        wait_for_sent(self, own);
    forget(&own->released);
    if (upload->memory) {
        clEnqueueUnmapMemObject(self->upload_queue, own->pinned, upload->memory, 0, NULL, NULL);
        clFinish(self->upload_queue);
    }
    if (own->pinned)
        clReleaseMemObject(own->pinned);
    g_free(own);
}

gboolean ripple_opencl_upload_wait(RippleUpload *upload, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(upload->backend);
    RippleOpenclUpload *own = (RippleOpenclUpload *)upload;
    cl_int status = own->sent ? wait_for_sent(self, own) : CL_SUCCESS;
    return status == CL_SUCCESS || ripple_opencl_report(self, "clWaitForEvents", status, error);
}

static gboolean send(RippleOpencl *self, RippleOpenclUpload *upload, gsize start, RippleView view,
                     GError **error)
{
    gsize element = ripple_backend_element_bytes(&self->parent, view.buffer->element);
    gsize bytes = view.rows * view.columns * element;
    cl_event sent;
    cl_int status = clEnqueueWriteBuffer(
        self->upload_queue, ripple_opencl_memory(view), CL_FALSE, view.offset * element, bytes,
        (const guint8 *)upload->parent.memory + start, upload->released ? 1 : 0,
        upload->released ? &upload->released : NULL, &sent);
    if (status != CL_SUCCESS)
        return ripple_opencl_report(self, "clEnqueueWriteBuffer", status, error);
    ripple_profile_add(self, RIPPLE_QUEUE_UPLOAD, "upload", bytes, sent);
    forget(&upload->sent);
    upload->sent = sent;
    /* Without a flush another queue may wait for it for ever. */
    status = clFlush(self->upload_queue);
    return status == CL_SUCCESS || ripple_opencl_report(self, "clFlush", status, error);
}

gboolean ripple_opencl_upload_send(RippleUpload *upload, gsize start, RippleView view,
                                   GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(upload->backend);
    ripple_opencl_written(view);
    g_mutex_lock(&self->upload_lock);
    gboolean ok = send(self, (RippleOpenclUpload *)upload, start, view, error);
    g_mutex_unlock(&self->upload_lock);
    return ok;
}

gboolean ripple_opencl_upload_receive(RippleUpload *upload, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(upload->backend);
    RippleOpenclUpload *own = (RippleOpenclUpload *)upload;
    if (!own->sent)
        return TRUE;
    cl_int status = clEnqueueBarrierWithWaitList(self->queue, 1, &own->sent, NULL);
    return status == CL_SUCCESS ||
           ripple_opencl_report(self, "clEnqueueBarrierWithWaitList", status, error);
}

gboolean ripple_opencl_upload_release(RippleUpload *upload, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(upload->backend);
    RippleOpenclUpload *own = (RippleOpenclUpload *)upload;
    forget(&own->released);
    cl_int status = clEnqueueMarkerWithWaitList(self->queue, 0, NULL, &own->released);
    if (status != CL_SUCCESS) {
        own->released = NULL;
        return ripple_opencl_report(self, "clEnqueueMarkerWithWaitList", status, error);
    }
    status = clFlush(self->queue);
    return status == CL_SUCCESS || ripple_opencl_report(self, "clFlush", status, error);
}
