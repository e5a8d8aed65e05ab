#include "opencl/devices.h"

#include <CL/cl.h>
#include <ripple/error.h>
#include <string.h>

/* What programs.h and kernels/loss_sum.cl use. */
#define SMALLEST_WORK_GROUP 64

static char *device_text(cl_device_id device, cl_device_info what)
{
    size_t size = 0;
    if (clGetDeviceInfo(device, what, 0, NULL, &size) != CL_SUCCESS || size == 0)
        return g_strdup("unknown");
    g_autofree char *text = g_malloc0(size + 1);
    clGetDeviceInfo(device, what, size, text, NULL);
    return g_strdup(g_strstrip(text));
}

static char *platform_text(cl_platform_id platform, cl_platform_info what)
{
    size_t size = 0;
    if (clGetPlatformInfo(platform, what, 0, NULL, &size) != CL_SUCCESS || size == 0)
        return g_strdup("unknown");
    g_autofree char *text = g_malloc0(size + 1);
    clGetPlatformInfo(platform, what, size, text, NULL);
    return g_strdup(g_strstrip(text));
}

/* What training needs and a device may lack. */
static char *find_problem(cl_device_id device)
{
    size_t work_group = 0;
    cl_bool available = CL_FALSE, compiler = CL_FALSE, little_endian = CL_FALSE;
    clGetDeviceInfo(device, CL_DEVICE_AVAILABLE, sizeof available, &available, NULL);
    clGetDeviceInfo(device, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiler, &compiler, NULL);
    clGetDeviceInfo(device, CL_DEVICE_ENDIAN_LITTLE, sizeof little_endian, &little_endian, NULL);
    clGetDeviceInfo(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof work_group, &work_group, NULL);
    if (!available)
        return g_strdup("the driver says that it is not available");
    if (!compiler)
        return g_strdup("its driver has no compiler");
    if (!little_endian)
        return g_strdup("it is big-endian");
    if (work_group < SMALLEST_WORK_GROUP)
        return g_strdup_printf("its work-groups hold at most %zu work-items, and %u are needed",
                               work_group, SMALLEST_WORK_GROUP);
    return NULL;
}

static RippleDeviceKind kind_of(cl_device_type type)
{
    if (type & CL_DEVICE_TYPE_GPU)
        return RIPPLE_DEVICE_GPU;
    if (type & CL_DEVICE_TYPE_ACCELERATOR)
        return RIPPLE_DEVICE_ACCELERATOR;
    return type & CL_DEVICE_TYPE_CPU ? RIPPLE_DEVICE_CPU : RIPPLE_DEVICE_CUSTOM;
}

static RippleOpenclDevice *describe(cl_platform_id platform, guint platform_index,
                                    cl_device_id device, guint device_index)
{
    RippleOpenclDevice *self = g_new0(RippleOpenclDevice, 1);
    cl_device_type type = 0;
    cl_uint compute_units = 0, clock = 0;
    cl_ulong memory = 0, largest = 0, local_memory = 0;
    size_t largest_group = 0;

    self->platform_index = platform_index;
    self->device_index = device_index;
    self->platform = platform;
    self->device = device;
    self->platform_name = platform_text(platform, CL_PLATFORM_NAME);
    self->platform_version = platform_text(platform, CL_PLATFORM_VERSION);
    self->name = device_text(device, CL_DEVICE_NAME);
    self->vendor = device_text(device, CL_DEVICE_VENDOR);
    self->driver_version = device_text(device, CL_DRIVER_VERSION);
    self->device_version = device_text(device, CL_DEVICE_VERSION);
    clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    clGetDeviceInfo(device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof compute_units, &compute_units,
                    NULL);
    clGetDeviceInfo(device, CL_DEVICE_MAX_CLOCK_FREQUENCY, sizeof clock, &clock, NULL);
    clGetDeviceInfo(device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
    clGetDeviceInfo(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof largest, &largest, NULL);
    clGetDeviceInfo(device, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local_memory, &local_memory, NULL);
    clGetDeviceInfo(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof largest_group, &largest_group,
                    NULL);
    self->kind = kind_of(type);
    self->compute_units = compute_units;
    self->clock_megahertz = clock;
    self->memory_bytes = memory;
    self->largest_allocation_bytes = largest;
    self->local_memory_bytes = local_memory;
    self->largest_group = (guint)MIN(largest_group, G_MAXUINT);
    self->problem = find_problem(device);
    return self;
}

void ripple_opencl_device_free(RippleOpenclDevice *device)
{
    if (!device)
        return;
    g_free(device->platform_name);
    g_free(device->platform_version);
    g_free(device->name);
    g_free(device->vendor);
    g_free(device->driver_version);
    g_free(device->device_version);
    g_free(device->problem);
    g_free(device);
}

static void add_platform(GPtrArray *devices, cl_platform_id platform, guint platform_index)
{
    cl_uint count = 0;
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, NULL, &count) != CL_SUCCESS || count == 0)
        return;
    g_autofree cl_device_id *ids = g_new0(cl_device_id, count);
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, ids, NULL) != CL_SUCCESS)
        return;
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(devices, describe(platform, platform_index, ids[i], i));
}

GPtrArray *ripple_opencl_devices(void)
{
    GPtrArray *devices = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_opencl_device_free);
    cl_uint count = 0;
    if (clGetPlatformIDs(0, NULL, &count) != CL_SUCCESS || count == 0)
        return devices;
    g_autofree cl_platform_id *ids = g_new0(cl_platform_id, count);
    if (clGetPlatformIDs(count, ids, NULL) != CL_SUCCESS)
        return devices;
    for (guint i = 0; i < count; i++)
        add_platform(devices, ids[i], i);
    return devices;
}

const char *ripple_device_kind_name(RippleDeviceKind kind)
{
    static const char *const names[] = {"custom", "CPU", "accelerator", "GPU"};
    return names[kind];
}

/* ---- choosing ------------------------------------------------------------------------------- */

static gboolean is_better(const RippleOpenclDevice *one, const RippleOpenclDevice *other)
{
    if (one->kind != other->kind)
        return one->kind > other->kind;
    return (guint64)one->compute_units * one->clock_megahertz >
           (guint64)other->compute_units * other->clock_megahertz;
}

static gboolean contains(const char *text, const char *part)
{
    g_autofree char *text_folded = g_utf8_casefold(text, -1);
    g_autofree char *part_folded = g_utf8_casefold(part, -1);
    return strstr(text_folded, part_folded) != NULL;
}

static gboolean fits(const RippleOpenclDevice *device, const char *selector)
{
    if (strcmp(selector, "auto") == 0)
        return TRUE;
    g_autofree char *place = g_strdup_printf("%u:%u", device->platform_index, device->device_index);
    return strcmp(selector, place) == 0 || contains(device->name, selector) ||
           contains(device->platform_name, selector);
}

static void set_none_fits(GError **error, const GPtrArray *devices, const char *selector)
{
    if (devices->len == 0) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE,
                            "There is no OpenCL device on this machine. Install your GPU's driver, "
                            "or `apt install pocl-opencl-icd` to compute on the CPU, or use "
                            "--device reference.");
        return;
    }
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < devices->len; i++) {
        const RippleOpenclDevice *device = g_ptr_array_index(devices, i);
        g_string_append_printf(list, "%s%u:%u %s%s%s", i ? "; " : "", device->platform_index,
                               device->device_index, device->name,
                               device->problem ? ", not usable: " : "",
                               device->problem ? device->problem : "");
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE,
                "No usable OpenCL device fits \"%s\". There is: %s; and `reference`.", selector,
                list->str);
}

gboolean ripple_opencl_choose(const GPtrArray *devices, const char *selector, guint *chosen,
                              GError **error)
{
    const RippleOpenclDevice *best = NULL;
    for (guint i = 0; i < devices->len; i++) {
        const RippleOpenclDevice *device = g_ptr_array_index(devices, i);
        if (device->problem || !fits(device, selector) || (best && !is_better(device, best)))
            continue;
        best = device;
        *chosen = i;
    }
    if (!best)
        set_none_fits(error, devices, selector);
    return best != NULL;
}
