#include "support/backends.h"

#include "opencl/opencl.h"
#include "reference/reference.h"
#include "support/numbers.h"

const char *const test_backend_names[] = {
    "reference",
    "opencl",
    NULL,
};

RippleBackend *test_backend_open(const char *name, GError **error)
{
    if (g_str_equal(name, "opencl"))
        return ripple_opencl_backend_new("auto", error);
    g_assert_cmpstr(name, ==, "reference");
    return ripple_reference_backend_new();
}

gdouble test_backend_rounding(const RippleBackend *backend)
{
    return g_str_equal(ripple_backend_kind(backend), "reference") ? 0x1p-53 : TEST_FLOAT_ROUNDING;
}
