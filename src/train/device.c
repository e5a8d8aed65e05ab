#include <ripple/device.h>

#include "network/backend.h"
#include "opencl/opencl.h"
#include "reference/reference.h"

#include <string.h>

RippleBackend *ripple_device_open(const char *selector, GError **error)
{
    const char *preferred = g_getenv(RIPPLE_DEVICE_VARIABLE);
    gboolean is_preferred = strcmp(selector, "auto") == 0 && preferred && *preferred;
    if (is_preferred)
        selector = preferred;
    if (strcmp(selector, "reference") == 0)
        return ripple_reference_backend_new();
    RippleBackend *backend = ripple_opencl_backend_new(selector, error);
    /* Whoever named no device wonders where the selector comes from. */
    if (!backend && is_preferred)
        g_prefix_error(error, "The environment variable %s is \"%s\". ", RIPPLE_DEVICE_VARIABLE,
                       selector);
    return backend;
}

void ripple_device_close(RippleBackend *backend)
{
    ripple_backend_free(backend);
}

const char *ripple_device_kind(const RippleBackend *backend)
{
    return ripple_backend_kind(backend);
}

const char *ripple_device_name(const RippleBackend *backend)
{
    return ripple_backend_device_name(backend);
}
