#include "opencl/product.h"

#include "opencl/product_private.h"

#include <ripple/error.h>
#include <string.h>

const char *ripple_product_name(RippleProductForm form)
{
    static const char *const names[RIPPLE_N_PRODUCTS] = {"NT", "NN", "TN"};
    return names[form];
}

static const RippleProvider providers[RIPPLE_N_PROVIDERS] = {
    [RIPPLE_PROVIDER_PANEL] = {"panel", ripple_panel_product, ripple_panel_forward,
                               ripple_panel_delta, ripple_panel_gradient, ripple_panel_descend,
                               ripple_panel_add_scratch},
    [RIPPLE_PROVIDER_TILE] = {"tile", ripple_tile_product, ripple_tile_forward, ripple_tile_delta,
                              ripple_tile_gradient, ripple_tile_descend, ripple_tile_add_scratch},
    [RIPPLE_PROVIDER_CLBLAST] = {"clblast", ripple_clblast_product, NULL, NULL, NULL, NULL,
                                 ripple_clblast_add_scratch},
};

const RippleProvider *ripple_provider(const RippleProductPlan *plan)
{
    return &providers[plan->provider];
}

const char *ripple_provider_name(RippleProductProvider provider)
{
    return providers[provider].name;
}

gint ripple_opencl_force_provider(RippleBackend *backend, gint provider)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    gint before = self->forced_provider;
    self->forced_provider = provider;
    return before;
}

gboolean ripple_opencl_product_by(RippleBackend *backend, const RippleProductPlan *plan,
                                  const RippleProduct *product, RippleView a, RippleView b,
                                  RippleView c, GError **error)
{
    ripple_opencl_written(c);
    return ripple_provider(plan)->product(RIPPLE_OPENCL(backend), plan, product, a, b, c, error);
}

gboolean ripple_opencl_product(RippleBackend *backend, RippleProductProvider provider,
                               RippleProductForm form, gsize m, gsize n, gsize k, RippleView a,
                               RippleView b, RippleView c, GError **error)
{
    RippleProduct product = {form, m, n, k};
    RippleProductPlan plan =
        ripple_tuning_plan_by(RIPPLE_OPENCL(backend)->tuning, provider, &product);
    return ripple_opencl_product_by(backend, &plan, &product, a, b, c, error);
}

RippleProductPlan ripple_product_plan(const RippleOpencl *self, const RippleProduct *product)
{
    if (self->forced_provider < 0)
        return ripple_tuning_plan(self->tuning, product);
    return ripple_tuning_plan_by(self->tuning, (RippleProductProvider)self->forced_provider,
                                 product);
}

gboolean ripple_product_choose(RippleOpencl *self, GError **error)
{
    const char *wanted = g_getenv("RIPPLE_PRODUCTS");
    self->forced_provider = -1;
    if (!wanted || !*wanted)
        return TRUE;
    for (guint i = 0; i < RIPPLE_N_PROVIDERS; i++)
        if (strcmp(wanted, providers[i].name) == 0) {
            self->forced_provider = (gint)i;
            return TRUE;
        }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The environment variable RIPPLE_PRODUCTS cannot be \"%s\": matrix products are "
                "computed by \"panel\", \"tile\" or \"clblast\".",
                wanted);
    return FALSE;
}
