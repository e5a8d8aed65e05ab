/* Many training steps in one launch: kernels/steps.cl. */
#include "opencl/optimizer.h"
#include "opencl/programs.h"

#include <ripple/error.h>
#include <string.h>

/* Up to so many operations in the products of a step, one work-group is the faster way. On a CPU it
 * computes on one core, but launches nothing: docs/performance.md has the measurements. */
#define MOST_OPERATIONS_CPU 20e6
#define MOST_OPERATIONS_OTHER 1e6

/* Operations that one launch may hold, which a slow device does in a tenth of a second, and what
 * there is to do in a step beside its products, as operations that take as long. */
#define OPERATIONS_AT_ONCE 1e9
#define OPERATIONS_BESIDE 2e4
#define MOST_AT_ONCE 2048

/* Work-items that share the steps out on a device which computes with many. */
#define ITEMS 128

/* ---- the work-group ------------------------------------------------------------------------- */

/* A CPU computes with the vectors and registers of one work-item, other devices with many items.
 * Never more than one on a CPU: PoCL 3.1 carries work-items through barriers one after the other,
 * and has been seen to get that wrong where there are more of them than rows. */
static gboolean choose_group(RippleOpencl *self, GError **error)
{
    cl_uint lanes = 1;
    cl_int status = clGetDeviceInfo(self->device->device, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT,
                                    sizeof lanes, &lanes, NULL);
    if (status != CL_SUCCESS)
        return ripple_opencl_report(self, "clGetDeviceInfo", status, error);
    guint64 memory = self->device->local_memory_bytes;
    if (self->device->kind != RIPPLE_DEVICE_CPU)
        self->steps_group =
            (RippleStepsGroup){MIN(ITEMS, self->device->largest_group), 1, 4, memory};
    else if (lanes >= 16)
        self->steps_group = (RippleStepsGroup){1, 16, 8, memory};
    else
        self->steps_group = (RippleStepsGroup){1, lanes == 8 ? 8 : 4, 4, memory};
    return TRUE;
}

gboolean ripple_steps_choose(RippleOpencl *self, GError **error)
{
    static const char *const names[] = {
        [RIPPLE_STEPS_AUTO] = "auto", [RIPPLE_STEPS_ONE] = "one", [RIPPLE_STEPS_MANY] = "many"};
    if (!choose_group(self, error))
        return FALSE;
    const char *wanted = g_getenv("RIPPLE_STEPS");
    if (!wanted || !*wanted)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(wanted, names[i]) == 0) {
            self->steps_choice = i;
            return TRUE;
        }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The environment variable RIPPLE_STEPS cannot be \"%s\": a launch takes \"one\" "
                "step, row by row, or \"many\", or \"auto\" chooses.",
                wanted);
    return FALSE;
}

void ripple_opencl_set_steps_group(RippleBackend *backend, guint items, guint lanes, guint tile)
{
    RippleStepsGroup *group = &RIPPLE_OPENCL(backend)->steps_group;
    *group = (RippleStepsGroup){items, lanes, tile, group->memory_bytes};
}

/* ---- the choice ----------------------------------------------------------------------------- */

static gdouble operations_of(const RippleSteps *steps)
{
    gdouble multiply_adds = 0;
    for (guint l = 0; l < steps->network->n_layers; l++) {
        const RippleLayer *layer = &steps->network->layers[l];
        multiply_adds += (l == 0 ? 2.0 : 3.0) * layer->inputs * layer->outputs;
    }
    return 2 * multiply_adds * steps->batch;
}

gsize ripple_opencl_most_steps(RippleBackend *backend, const RippleSteps *steps)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    gdouble operations = operations_of(steps);
    gboolean is_cpu = self->device->kind == RIPPLE_DEVICE_CPU;
    gdouble most = is_cpu ? MOST_OPERATIONS_CPU : MOST_OPERATIONS_OTHER;
    if (self->steps_choice == RIPPLE_STEPS_ONE ||
        (self->steps_choice == RIPPLE_STEPS_AUTO && operations > most))
        return 0;
    g_autoptr(RippleStepsPlan) plan = ripple_steps_plan_new(&self->steps_group, steps);
    if (!plan)
        return 0;
    gdouble at_once = OPERATIONS_AT_ONCE / (operations + OPERATIONS_BESIDE);
    return (gsize)CLAMP(at_once, 1, MOST_AT_ONCE);
}

/* ---- the launch ----------------------------------------------------------------------------- */

/* A buffer with each step's scalars, for one launch. The kernel keeps it alive. */
static cl_mem new_optimizers(RippleOpencl *self, const RippleUpdateScalars *scalars, gsize n_steps,
                             GError **error)
{
    g_autofree RippleOptimizerArgument *values = g_new(RippleOptimizerArgument, n_steps);
    for (gsize i = 0; i < n_steps; i++)
        values[i] = ripple_opencl_optimizer_argument(&scalars[i]);
    cl_int status;
    cl_mem memory = clCreateBuffer(self->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR,
                                   n_steps * sizeof *values, values, &status);
    if (status == CL_SUCCESS)
        return memory;
    ripple_opencl_report(self, "clCreateBuffer", status, error);
    return NULL;
}

/* A view as the pair of kernel arguments that stands for it: memory, and offset in elements. */
typedef struct {
    cl_mem memory;
    cl_ulong offset;
} Operand;

static Operand operand(RippleView view)
{
    return (Operand){ripple_opencl_memory(view), view.offset};
}

#define OPERAND(x) RIPPLE_ARGUMENT((x).memory), RIPPLE_ARGUMENT((x).offset)

static gboolean launch(RippleOpencl *self, cl_kernel kernel, const RippleSteps *steps,
                       gsize memory_bytes, cl_mem optimizers, GError **error)
{
    gboolean is_bytes = steps->inputs.buffer->element == RIPPLE_ELEMENT_BYTE;
    Operand parameters = operand(steps->parameters), order = operand(steps->order);
    Operand first = operand(steps->moments[0]), second = operand(steps->moments[1]);
    Operand inputs = operand(steps->inputs), labels = operand(steps->labels);
    Operand targets = operand(steps->targets), results = operand(steps->results);
    order.offset += steps->first;
    cl_ulong samples = steps->samples;
    cl_float scale = is_bytes ? (cl_float)steps->scale : 1;
    cl_float shift = is_bytes ? (cl_float)steps->shift : 0;
    const RippleArgument arguments[] = {
        OPERAND(parameters),
        OPERAND(first),
        OPERAND(second),
        OPERAND(order),
        RIPPLE_ARGUMENT(samples),
        OPERAND(inputs),
        OPERAND(labels),
        OPERAND(targets),
        RIPPLE_ARGUMENT(scale),
        RIPPLE_ARGUMENT(shift),
        RIPPLE_ARGUMENT(optimizers),
        OPERAND(results),
        {memory_bytes, NULL}, /* local memory */
    };
    const gsize size[2] = {self->steps_group.items, 1}; /* one group */
    return ripple_kernel_launch_groups(self, kernel, size, size, arguments, G_N_ELEMENTS(arguments),
                                       error);
}

gboolean ripple_opencl_steps(RippleBackend *backend, const RippleSteps *steps,
                             const RippleUpdateScalars *scalars, gsize n_steps, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    ripple_opencl_written(steps->parameters);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        ripple_opencl_written(steps->moments[i]);
    ripple_opencl_written(steps->results);
    g_autoptr(RippleStepsPlan) plan = ripple_steps_plan_new(&self->steps_group, steps);
    g_return_val_if_fail(plan, FALSE); /* ripple_opencl_most_steps() has seen to it */
    g_autofree char *options =
        g_strdup_printf("%s %s", plan->options, ripple_opencl_optimizer_option(steps->rates));
    cl_kernel kernel = ripple_kernel_get(self, "steps", options, error);
    if (!kernel)
        return FALSE;
    cl_mem optimizers = new_optimizers(self, scalars, n_steps, error);
    if (!optimizers)
        return FALSE;
    gboolean ok = launch(self, kernel, steps, plan->memory_bytes, optimizers, error);
    clReleaseMemObject(optimizers);
    return ok;
}
