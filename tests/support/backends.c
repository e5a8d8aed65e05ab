#include "support/backends.h"

#include "opencl/opencl.h"
#include "reference/reference.h"
#include "support/numbers.h"

const char *const test_backend_names[] = {
    "reference",
    "opencl",
    NULL,
};

const char *const test_product_backend_names[] = {
    "reference",
    "opencl",
    "opencl-clblast",
    NULL,
};

/* The backend reads the environment when it is opened, and never again. */
static RippleBackend *open_with_products(const char *provider, GError **error)
{
    g_autofree char *before = g_strdup(g_getenv("RIPPLE_PRODUCTS"));
    g_setenv("RIPPLE_PRODUCTS", provider, TRUE);
    RippleBackend *backend = ripple_opencl_backend_new("auto", error);
    if (before)
        g_setenv("RIPPLE_PRODUCTS", before, TRUE);
    else
        g_unsetenv("RIPPLE_PRODUCTS");
    return backend;
}

RippleBackend *test_backend_open(const char *name, GError **error)
{
    if (g_str_equal(name, "opencl"))
        return ripple_opencl_backend_new("auto", error);
    if (g_str_equal(name, "opencl-clblast"))
        return open_with_products("clblast", error);
    g_assert_cmpstr(name, ==, "reference");
    return ripple_reference_backend_new();
}

gdouble test_backend_rounding(const RippleBackend *backend)
{
    return g_str_equal(ripple_backend_kind(backend), "reference") ? 0x1p-53 : TEST_FLOAT_ROUNDING;
}
