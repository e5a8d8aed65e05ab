/* How much memory of its own the backend will take. */
#include "opencl/product_private.h"

static void add_product(RippleOpencl *self, RippleProductForm form, gsize m, gsize n, gsize k,
                        RippleScratchNeed *need)
{
    const RippleProduct product = {form, m, n, k};
    RippleProductPlan plan = ripple_product_plan(self, &product);
    ripple_provider(&plan)->add_scratch(self, &plan, &product, need);
}

/* Where all tensors are kept, they may be looked at. */
static void add_partials(const RippleSchedule *schedule, RippleScratchNeed *need)
{
    for (guint i = 0; schedule->options.keep_all && i < schedule->n_tensors; i++) {
        const RippleTensor *tensor = &schedule->tensors[i];
        gsize bytes = ripple_opencl_partial_bytes(tensor->rows * tensor->columns);
        ripple_scratch_raise(need, &need->partials, bytes);
    }
}

void ripple_opencl_add_scratch(RippleBackend *backend, const RippleSchedule *schedule,
                               RippleScratchNeed *need)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    gsize batch = schedule->options.batch;
    add_partials(schedule, need);
    for (guint i = 0; i < schedule->n_steps; i++) {
        const RippleStep *step = &schedule->steps[i];
        const RippleLayer *layer = &schedule->network->layers[step->layer];
        switch (step->kind) {
        case RIPPLE_STEP_FORWARD:
            add_product(self, RIPPLE_PRODUCT_NT, batch, layer->outputs, layer->inputs, need);
            break;
        case RIPPLE_STEP_LOSS:
            ripple_scratch_raise(need, &need->losses, 2 * batch * sizeof(cl_float));
            break;
        case RIPPLE_STEP_DELTA:
            add_product(self, RIPPLE_PRODUCT_NN, batch, layer->outputs, layer[1].outputs, need);
            break;
        case RIPPLE_STEP_GRADIENT:
            add_product(self, RIPPLE_PRODUCT_TN, layer->outputs, layer->inputs, batch, need);
            break;
        case RIPPLE_STEP_GATHER:
        case RIPPLE_STEP_UPDATE:
            break;
        }
    }
}
