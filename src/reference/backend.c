#include "reference/reference.h"

#include "base/machine.h"
#include "reference/buffer.h"
#include "reference/operations.h"

/* Every operation is finished when its call returns. */
static gboolean wait_until_done(RippleBackend *backend, GError **error)
{
    return TRUE;
}

static void backend_free(RippleBackend *backend)
{
    g_free(backend->device_name);
    g_free(backend);
}

static const RippleBackendClass reference_class = {
    .kind = "reference",
    .real_bytes = sizeof(gdouble),
    .free = backend_free,

    .buffer_new = ripple_reference_buffer_new,
    .buffer_free = ripple_reference_buffer_free,
    .upload = ripple_reference_upload,
    .download = ripple_reference_download,
    .upload_exact = ripple_reference_upload_exact,
    .download_exact = ripple_reference_download_exact,
    .read = ripple_reference_read,
    .read_is_ready = ripple_reference_read_is_ready,
    .read_finish = ripple_reference_read_finish,
    .clear = ripple_reference_clear,
    .copy = ripple_reference_copy,
    .wait = wait_until_done,

    .upload_new = ripple_reference_upload_new,
    .upload_free = ripple_reference_upload_free,
    .upload_wait = ripple_reference_upload_wait,
    .upload_send = ripple_reference_upload_send,
    .upload_receive = ripple_reference_upload_receive,
    .upload_release = ripple_reference_upload_release,

    .gather = ripple_reference_gather,
    .forward = ripple_reference_forward,
    .loss = ripple_reference_loss,
    .delta = ripple_reference_delta,
    .gradient = ripple_reference_gradient,
    .update = ripple_reference_update,
    .descend = ripple_reference_descend,
    .check_finite = ripple_reference_check_finite,
    .summary = ripple_reference_summary,
    .histogram = ripple_reference_histogram,
    .derivative_peak = ripple_reference_derivative_peak,
};

RippleBackend *ripple_reference_backend_new(void)
{
    RippleBackend *backend = g_new0(RippleBackend, 1);
    backend->class = &reference_class;
    backend->memory_bytes = ripple_machine_memory();
    backend->largest_buffer_bytes = backend->memory_bytes;
    backend->device_name = g_strdup("reference (double precision, CPU)");
    return backend;
}
