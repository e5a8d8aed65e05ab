#include "opencl/devices.h"

#include "opencl/status.h"

#include <CL/cl.h>
#include <ripple/error.h>
#include <string.h>

/* What programs.h and kernels/loss_sum.cl use. */
#define SMALLEST_WORK_GROUP 64

/* The first call that fails makes a device unusable: what else it tells is not to be trusted. */
static void set_failure(RippleOpenclDevice *self, const char *call, cl_int status)
{
    g_autofree char *text = ripple_opencl_status_text(status);
    if (!self->problem)
        self->problem = g_strdup_printf("%s failed: %s", call, text);
}

static void ask(RippleOpenclDevice *self, cl_device_info what, gsize size, gpointer value)
{
    cl_int status = clGetDeviceInfo(self->device, what, size, value, NULL);
    if (status != CL_SUCCESS)
        set_failure(self, "clGetDeviceInfo", status);
}

static char *device_text(RippleOpenclDevice *self, cl_device_info what)
{
    size_t size = 0;
    cl_int status = clGetDeviceInfo(self->device, what, 0, NULL, &size);
    g_autofree char *text = g_malloc0(size + 1);
    if (status == CL_SUCCESS && size > 0)
        status = clGetDeviceInfo(self->device, what, size, text, NULL);
    if (status != CL_SUCCESS)
        set_failure(self, "clGetDeviceInfo", status);
    return g_strdup(status == CL_SUCCESS && size > 0 ? g_strstrip(text) : "unknown");
}

static char *platform_text(RippleOpenclDevice *self, cl_platform_info what)
{
    size_t size = 0;
    cl_int status = clGetPlatformInfo(self->platform, what, 0, NULL, &size);
    g_autofree char *text = g_malloc0(size + 1);
    if (status == CL_SUCCESS && size > 0)
        status = clGetPlatformInfo(self->platform, what, size, text, NULL);
    if (status != CL_SUCCESS)
        set_failure(self, "clGetPlatformInfo", status);
    return g_strdup(status == CL_SUCCESS && size > 0 ? g_strstrip(text) : "unknown");
}

/* What training needs and a device may lack. */
static void find_problem(RippleOpenclDevice *self)
{
    cl_bool available = CL_FALSE, compiler = CL_FALSE, little_endian = CL_FALSE;
    ask(self, CL_DEVICE_AVAILABLE, sizeof available, &available);
    ask(self, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiler, &compiler);
    ask(self, CL_DEVICE_ENDIAN_LITTLE, sizeof little_endian, &little_endian);
    if (self->problem)
        return;
    if (!available)
        self->problem = g_strdup("the driver says that it is not available");
    else if (!compiler)
        self->problem = g_strdup("its driver has no compiler");
    else if (!little_endian)
        self->problem = g_strdup("it is big-endian");
    else if (self->largest_group < SMALLEST_WORK_GROUP)
        self->problem =
            g_strdup_printf("its work-groups hold at most %u work-items, and %u are needed",
                            self->largest_group, SMALLEST_WORK_GROUP);
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
    self->platform_name = platform_text(self, CL_PLATFORM_NAME);
    self->platform_version = platform_text(self, CL_PLATFORM_VERSION);
    self->name = device_text(self, CL_DEVICE_NAME);
    self->vendor = device_text(self, CL_DEVICE_VENDOR);
    self->driver_version = device_text(self, CL_DRIVER_VERSION);
    self->device_version = device_text(self, CL_DEVICE_VERSION);
    ask(self, CL_DEVICE_TYPE, sizeof type, &type);
    ask(self, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof compute_units, &compute_units);
    ask(self, CL_DEVICE_MAX_CLOCK_FREQUENCY, sizeof clock, &clock);
    ask(self, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory);
    ask(self, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof largest, &largest);
    ask(self, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local_memory, &local_memory);
    ask(self, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof largest_group, &largest_group);
    self->kind = kind_of(type);
    self->compute_units = compute_units;
    self->clock_megahertz = clock;
    self->memory_bytes = memory;
    self->largest_allocation_bytes = largest;
    self->local_memory_bytes = local_memory;
    self->largest_group = (guint)MIN(largest_group, G_MAXUINT);
    find_problem(self);
    return self;
}

/* Stands for the devices, or the platforms, that a failed call does not tell of. */
static RippleOpenclDevice *describe_failure(cl_platform_id platform, guint platform_index,
                                            const char *call, cl_int status)
{
    RippleOpenclDevice *self = g_new0(RippleOpenclDevice, 1);
    self->platform_index = platform_index;
    self->platform = platform;
    set_failure(self, call, status);
    self->platform_name = platform ? platform_text(self, CL_PLATFORM_NAME) : g_strdup("unknown");
    self->platform_version =
        platform ? platform_text(self, CL_PLATFORM_VERSION) : g_strdup("unknown");
    self->name = platform ? g_strdup_printf("a device of %s", self->platform_name)
                          : g_strdup("a device of any platform");
    self->vendor = g_strdup("unknown");
    self->driver_version = g_strdup("unknown");
    self->device_version = g_strdup("unknown");
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
    cl_int status = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, NULL, &count);
    g_autofree cl_device_id *ids = g_new0(cl_device_id, count);
    if (status == CL_SUCCESS && count > 0)
        status = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, ids, NULL);
    if (status == CL_DEVICE_NOT_FOUND)
        return;
    if (status != CL_SUCCESS) {
        g_ptr_array_add(devices,
                        describe_failure(platform, platform_index, "clGetDeviceIDs", status));
        return;
    }
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(devices, describe(platform, platform_index, ids[i], i));
}

GPtrArray *ripple_opencl_devices(void)
{
    GPtrArray *devices = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_opencl_device_free);
    cl_uint count = 0;
    cl_int status = clGetPlatformIDs(0, NULL, &count);
    g_autofree cl_platform_id *ids = g_new0(cl_platform_id, count);
    if (status == CL_SUCCESS && count > 0)
        status = clGetPlatformIDs(count, ids, NULL);
    if (status == RIPPLE_PLATFORM_NOT_FOUND)
        return devices;
    if (status != CL_SUCCESS) {
        g_ptr_array_add(devices, describe_failure(NULL, 0, "clGetPlatformIDs", status));
        return devices;
    }
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
                            "--device reference; `ripple doctor` tells what is missing.");
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
