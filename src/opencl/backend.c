#include "opencl/private.h"
#include "opencl/product_private.h"
#include "opencl/profile_hooks.h"
#include "opencl/programs.h"

#include <ripple/error.h>

void ripple_opencl_scratch_clear(RippleScratch *scratch)
{
    if (scratch->memory)
        clReleaseMemObject(scratch->memory);
}

static void opencl_free(RippleBackend *backend)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    if (self->queue)
        clFinish(self->queue);
    g_clear_pointer(&self->profile, ripple_profile_free);
    g_clear_pointer(&self->product_calls, g_hash_table_unref);
    g_clear_pointer(&self->kernels, g_hash_table_unref);
    g_clear_pointer(&self->tuning, ripple_tuning_free);
    ripple_opencl_scratch_clear(&self->rights);
    ripple_opencl_scratch_clear(&self->losses);
    ripple_opencl_scratch_clear(&self->product);
    ripple_opencl_scratch_clear(&self->gradient);
    ripple_opencl_scratch_clear(&self->transposed);
    ripple_opencl_scratch_clear(&self->partials);
    if (self->upload_queue)
        clReleaseCommandQueue(self->upload_queue);
    if (self->queue)
        clReleaseCommandQueue(self->queue);
    if (self->context)
        clReleaseContext(self->context);
    g_clear_pointer(&self->device, ripple_opencl_device_free);
    g_mutex_clear(&self->upload_lock);
    g_free(backend->device_name);
    g_free(backend->driver);
    g_free(self);
}

static const RippleBackendClass opencl_class = {
    .kind = "opencl",
    .real_bytes = sizeof(cl_float),
    .free = opencl_free,
    .buffer_new = ripple_opencl_buffer_new,
    .buffer_free = ripple_opencl_buffer_free,
    .upload = ripple_opencl_upload,
    .download = ripple_opencl_download,
    .read = ripple_opencl_read,
    .read_is_ready = ripple_opencl_read_is_ready,
    .read_finish = ripple_opencl_read_finish,
    .clear = ripple_opencl_clear,
    .copy = ripple_opencl_copy,
    .wait = ripple_opencl_wait,
    .upload_new = ripple_opencl_upload_new,
    .upload_free = ripple_opencl_upload_free,
    .upload_wait = ripple_opencl_upload_wait,
    .upload_send = ripple_opencl_upload_send,
    .upload_receive = ripple_opencl_upload_receive,
    .upload_release = ripple_opencl_upload_release,
    .gather = ripple_opencl_gather,
    .forward = ripple_opencl_forward,
    .loss = ripple_opencl_loss,
    .delta = ripple_opencl_delta,
    .gradient = ripple_opencl_gradient,
    .update = ripple_opencl_update,
    .descend = ripple_opencl_descend,
    .add_scratch = ripple_opencl_add_scratch,
    .most_steps = ripple_opencl_most_steps,
    .steps = ripple_opencl_steps,
    .check_finite = ripple_opencl_check_finite,
    .summary = ripple_opencl_summary,
    .histogram = ripple_opencl_histogram,
    .derivative_peak = ripple_opencl_derivative_peak,
};

static gboolean open_queue(RippleOpencl *self, GError **error)
{
    cl_int status;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
                                                (cl_context_properties)self->device->platform, 0};

    self->context = clCreateContext(properties, 1, &self->device->device, NULL, NULL, &status);
    if (status != CL_SUCCESS)
        return ripple_opencl_report(self, "clCreateContext", status, error);
    self->queue = clCreateCommandQueue(self->context, self->device->device, 0, &status);
    if (status != CL_SUCCESS)
        return ripple_opencl_report(self, "clCreateCommandQueue", status, error);
    return TRUE;
}

RippleBackend *ripple_opencl_backend_new(const char *selector, GError **error)
{
    g_autoptr(GPtrArray) devices = ripple_opencl_devices();
    guint chosen;
    if (!ripple_opencl_choose(devices, selector, &chosen, error))
        return NULL;

    RippleOpencl *self = g_new0(RippleOpencl, 1);
    g_autoptr(RippleBackend) backend = &self->parent;
    backend->class = &opencl_class;
    self->device = g_ptr_array_steal_index_fast(devices, chosen);
    backend->device_name = g_strdup(self->device->name);
    backend->memory_bytes = self->device->memory_bytes;
    backend->largest_buffer_bytes = self->device->largest_allocation_bytes;
    backend->driver =
        g_strdup_printf("%s %s", self->device->platform_name, self->device->driver_version);
    g_mutex_init(&self->upload_lock);
    self->kernels = ripple_kernels_new();
    self->product_calls = ripple_product_calls_new();
    self->tuning = ripple_tuning_new(self->device, error);
    if (!self->tuning || !ripple_programs_choose_cache(self, error) ||
        !ripple_product_choose(self, error) || !ripple_steps_choose(self, error))
        return NULL;
    if (!open_queue(self, error)) {
        /* A device that cannot even be opened is no usable device. */
        if (error && *error)
            (*error)->code = RIPPLE_ERROR_DEVICE;
        return NULL;
    }
    return g_steal_pointer(&backend);
}

gboolean ripple_opencl_report(const RippleOpencl *self, const char *call, cl_int status,
                              GError **error)
{
    return ripple_opencl_fail(error, call, self->parent.device_name, status);
}

gboolean ripple_opencl_scratch(RippleOpencl *self, RippleScratch *scratch, gsize bytes,
                               GError **error)
{
    if (bytes <= scratch->bytes)
        return TRUE;
    cl_int status;
    cl_mem memory = clCreateBuffer(self->context, CL_MEM_READ_WRITE, bytes, NULL, &status);
    if (status != CL_SUCCESS)
        return ripple_opencl_report(self, "clCreateBuffer", status, error);
    /* Kernels still at work on the old memory keep it alive until they are done. */
    ripple_opencl_scratch_clear(scratch);
    scratch->memory = memory;
    scratch->bytes = bytes;
    return TRUE;
}
