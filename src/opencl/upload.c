/* Uploads beside the operations: pinned memory, a queue of their own, and events between the two
 * queues. */
#include "opencl/private.h"

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
        self->upload_queue = clCreateCommandQueue(self->context, self->device->device, 0, &status);
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
    upload->parent.memory =
        clEnqueueMapBuffer(self->upload_queue, upload->pinned, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE,
                           0, bytes, 0, NULL, NULL, &status);
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

void ripple_opencl_upload_free(RippleUpload *upload)
{
    RippleOpencl *self = RIPPLE_OPENCL(upload->backend);
    RippleOpenclUpload *own = (RippleOpenclUpload *)upload;
    if (own->sent)
        clWaitForEvents(1, &own->sent);
    forget(&own->sent);
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
    RippleOpenclUpload *own = (RippleOpenclUpload *)upload;
    if (!own->sent)
        return TRUE;
    cl_int status = clWaitForEvents(1, &own->sent);
    forget(&own->sent);
    return status == CL_SUCCESS ||
           ripple_opencl_report(RIPPLE_OPENCL(upload->backend), "clWaitForEvents", status, error);
}

gboolean ripple_opencl_upload_send(RippleUpload *upload, gsize start, RippleView view,
                                   GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(upload->backend);
    RippleOpenclUpload *own = (RippleOpenclUpload *)upload;
    gsize element = ripple_backend_element_bytes(upload->backend, view.buffer->element);
    cl_event sent;
    cl_int status = clEnqueueWriteBuffer(
        self->upload_queue, ripple_opencl_memory(view), CL_FALSE, view.offset * element,
        view.rows * view.columns * element, (const guint8 *)upload->memory + start,
        own->released ? 1 : 0, own->released ? &own->released : NULL, &sent);
    if (status != CL_SUCCESS)
        return ripple_opencl_report(self, "clEnqueueWriteBuffer", status, error);
    forget(&own->sent);
    own->sent = sent;
    /* Without a flush another queue may wait for it for ever. */
    status = clFlush(self->upload_queue);
    return status == CL_SUCCESS || ripple_opencl_report(self, "clFlush", status, error);
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
