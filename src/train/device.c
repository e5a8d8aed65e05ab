#include <ripple/device.h>

#include "network/backend.h"
#include "opencl/opencl.h"
#include "reference/reference.h"

#include <string.h>

RippleBackend *ripple_device_open(const char *selector, GError **error)
{
    const char *preferred = g_getenv(RIPPLE_DEVICE_VARIABLE);
    if (strcmp(selector, "auto") == 0 && preferred && *preferred)
        selector = preferred;
    if (strcmp(selector, "reference") == 0)
        return ripple_reference_backend_new();
    return ripple_opencl_backend_new(selector, error);
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
