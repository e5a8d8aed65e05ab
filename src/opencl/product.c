#include "opencl/product.h"

#include "opencl/product_private.h"

#include <ripple/error.h>
#include <string.h>

const char *ripple_product_name(RippleProductForm form)
{
    static const char *const names[RIPPLE_N_PRODUCTS] = {"NT", "NN", "TN"};
    return names[form];
}

static const struct {
    const char *name;
    gboolean (*product)(RippleOpencl *self, RippleProductForm form, gsize m, gsize n, gsize k,
                        RippleView a, RippleView b, RippleView c, GError **error);
} providers[RIPPLE_N_PROVIDERS] = {
    [RIPPLE_PROVIDER_PANEL] = {"panel", ripple_panel_product},
    [RIPPLE_PROVIDER_CLBLAST] = {"clblast", ripple_clblast_product},
};

const char *ripple_provider_name(RippleProductProvider provider)
{
    return providers[provider].name;
}

gboolean ripple_opencl_product(RippleBackend *backend, RippleProductProvider provider,
                               RippleProductForm form, gsize m, gsize n, gsize k, RippleView a,
                               RippleView b, RippleView c, GError **error)
{
    ripple_opencl_written(c);
    return providers[provider].product(RIPPLE_OPENCL(backend), form, m, n, k, a, b, c, error);
}

gboolean ripple_product_choose(RippleOpencl *self, GError **error)
{
    const char *wanted = g_getenv("RIPPLE_PRODUCTS");
    self->provider =
        self->device->kind == RIPPLE_DEVICE_CPU ? RIPPLE_PROVIDER_PANEL : RIPPLE_PROVIDER_CLBLAST;
    if (!wanted || !*wanted)
        return TRUE;
    for (guint i = 0; i < RIPPLE_N_PROVIDERS; i++)
        if (strcmp(wanted, providers[i].name) == 0) {
            self->provider = i;
            return TRUE;
        }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The environment variable RIPPLE_PRODUCTS cannot be \"%s\": matrix products are "
                "computed by \"panel\" or \"clblast\".",
                wanted);
    return FALSE;
}
