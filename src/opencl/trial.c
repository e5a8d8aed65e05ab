#include "opencl/trial.h"

#include "opencl/status.h"

#include <dlfcn.h>
#include <link.h>
#include <ripple/error.h>
#include <stdlib.h>
#include <string.h>

/* ---- the libraries -------------------------------------------------------------------------- */

/* What clGetICDLoaderInfoOCLICD() can be asked for. */
enum { LOADER_VERSION = 2, LOADER_VENDOR = 4 };
typedef cl_int (*LoaderInfo)(cl_uint what, size_t size, void *value, size_t *size_ret);

/* The file that a loaded library came from, without symbolic links: "libclblast.so.1.5.3". */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = g_strdup(real ? real : path);
    free(real);
    return copy;
}

static char *path_of(const char *symbol)
{
    Dl_info info;
    gpointer address = dlsym(RTLD_DEFAULT, symbol);
    return address && dladdr(address, &info) && info.dli_fname ? real_path(info.dli_fname) : NULL;
}

static char *loader_text(LoaderInfo ask, cl_uint what)
{
    char text[256] = "";
    if (!ask || ask(what, sizeof text - 1, text, NULL) != CL_SUCCESS)
        return NULL;
    return g_strdup(text);
}

/* The digits at the end of "libclblast.so.1.5.3". */
static char *version_in(const char *path)
{
    const char *end = path ? strstr(path, ".so.") : NULL;
    return end ? g_strdup(end + strlen(".so.")) : NULL;
}

RippleOpenclLoader *ripple_opencl_loader(void)
{
    RippleOpenclLoader *loader = g_new0(RippleOpenclLoader, 1);
    LoaderInfo ask;
    /* Any other way to ask is of OpenCL 1.2, with a platform, which there need not be. */
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    gpointer address = clGetExtensionFunctionAddress("clGetICDLoaderInfoOCLICD");
    G_GNUC_END_IGNORE_DEPRECATIONS
    memcpy(&ask, &address, sizeof ask);
    loader->vendor = loader_text(ask, LOADER_VENDOR);
    loader->version = loader_text(ask, LOADER_VERSION);
    loader->path = path_of("clGetPlatformIDs");
    loader->clblast_path = path_of("CLBlastSgemm");
    loader->clblast_version = version_in(loader->clblast_path);
    return loader;
}

void ripple_opencl_loader_free(RippleOpenclLoader *loader)
{
    if (!loader)
        return;
    g_free(loader->vendor);
    g_free(loader->version);
    g_free(loader->path);
    g_free(loader->clblast_version);
    g_free(loader->clblast_path);
    g_free(loader);
}

/* ---- a driver ------------------------------------------------------------------------------- */

/* The loader's first question to a driver goes to one of these. */
static gboolean is_driver(gpointer handle)
{
    return dlsym(handle, "clIcdGetPlatformIDsKHR") ||
           dlsym(handle, "clGetExtensionFunctionAddress");
}

gboolean ripple_opencl_load_driver(const char *library, char **path, GError **error)
{
    *path = NULL;
    gpointer handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (!handle) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE, "%s.", dlerror());
        return FALSE;
    }
    struct link_map *map = NULL;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && map)
        *path = real_path(map->l_name);
    if (is_driver(handle))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE,
                "%s is no OpenCL driver: it has neither clIcdGetPlatformIDsKHR nor "
                "clGetExtensionFunctionAddress.",
                library);
    return FALSE;
}

/* How many devices `platform` has; otherwise what is wrong goes to `reasons`. */
static cl_uint count_devices(cl_platform_id platform, GString *reasons)
{
    cl_uint count = 0;
    cl_int status = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, NULL, &count);
    if (status == CL_SUCCESS && count > 0)
        return count;
    char name[256] = "";
    clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name - 1, name, NULL);
    g_autofree char *text = ripple_opencl_status_text(status);
    g_string_append_printf(reasons, "%sits platform \"%s\" has no device", reasons->len ? "; " : "",
                           name);
    if (status != CL_SUCCESS)
        g_string_append_printf(reasons, " (%s)", text);
    return 0;
}

gboolean ripple_opencl_has_devices(GError **error)
{
    enum { MOST_PLATFORMS = 64 };
    cl_platform_id platforms[MOST_PLATFORMS];
    cl_uint count = 0, devices = 0;
    cl_int status = clGetPlatformIDs(MOST_PLATFORMS, platforms, &count);
    if (status != CL_SUCCESS || count == 0) {
        g_autofree char *text = ripple_opencl_status_text(status);
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE,
                    "clGetPlatformIDs finds no platform of it (%s).",
                    status != CL_SUCCESS ? text : "no platform");
        return FALSE;
    }
    g_autoptr(GString) reasons = g_string_new(NULL);
    for (cl_uint i = 0; i < MIN(count, MOST_PLATFORMS); i++)
        devices += count_devices(platforms[i], reasons);
    if (devices > 0)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE, "%s.", reasons->str);
    return FALSE;
}

/* ---- a device ------------------------------------------------------------------------------- */

#define ITEMS 64

/* Whole numbers that single precision holds exactly, so that there is one right answer. */
static const char source[] = "kernel void trial(global const float *x, global float *y)\n"
                             "{\n"
                             "    size_t i = get_global_id(0);\n"
                             "    y[i] = 3.0f * x[i] + (float)i;\n"
                             "}\n";

typedef struct {
    const RippleOpenclDevice *device;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel kernel;
    cl_mem buffers[2];
} Trial;

static void trial_clear(Trial *trial)
{
    for (guint i = 0; i < G_N_ELEMENTS(trial->buffers); i++)
        if (trial->buffers[i])
            clReleaseMemObject(trial->buffers[i]);
    if (trial->kernel)
        clReleaseKernel(trial->kernel);
    if (trial->program)
        clReleaseProgram(trial->program);
    if (trial->queue)
        clReleaseCommandQueue(trial->queue);
    if (trial->context)
        clReleaseContext(trial->context);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trial, trial_clear)

/* Did `call` succeed? */
static gboolean check(const Trial *trial, const char *call, cl_int status, GError **error)
{
    return status == CL_SUCCESS || ripple_opencl_fail(error, call, trial->device->name, status);
}

static gboolean open_device(Trial *trial, GError **error)
{
    cl_int status;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
                                                (cl_context_properties)trial->device->platform, 0};
    trial->context = clCreateContext(properties, 1, &trial->device->device, NULL, NULL, &status);
    if (!check(trial, "clCreateContext", status, error))
        return FALSE;
    trial->queue = clCreateCommandQueue(trial->context, trial->device->device, 0, &status);
    return check(trial, "clCreateCommandQueue", status, error);
}

/* Why the compiler refused: its first line is where the reason stands. */
static gboolean blame_compiler(const Trial *trial, cl_int status, GError **error)
{
    char log[4096] = "";
    clGetProgramBuildInfo(trial->program, trial->device->device, CL_PROGRAM_BUILD_LOG,
                          sizeof log - 1, log, NULL);
    g_strstrip(log);
    log[strcspn(log, "\n")] = '\0';
    ripple_opencl_fail(error, "clBuildProgram", trial->device->name, status);
    if (*log && error && *error)
        g_prefix_error(error, "Its compiler says: %s. ", log);
    return FALSE;
}

static gboolean compile(Trial *trial, GError **error)
{
    cl_int status;
    const char *text = source;
    trial->program = clCreateProgramWithSource(trial->context, 1, &text, NULL, &status);
    if (!check(trial, "clCreateProgramWithSource", status, error))
        return FALSE;
    status = clBuildProgram(trial->program, 1, &trial->device->device, "-cl-std=CL1.2", NULL, NULL);
    if (status != CL_SUCCESS)
        return blame_compiler(trial, status, error);
    trial->kernel = clCreateKernel(trial->program, "trial", &status);
    return check(trial, "clCreateKernel", status, error);
}

static gboolean compute(Trial *trial, const cl_float *x, cl_float *y, GError **error)
{
    cl_int status;
    const size_t items = ITEMS, bytes = ITEMS * sizeof *x;
    for (guint i = 0; i < G_N_ELEMENTS(trial->buffers); i++) {
        trial->buffers[i] = clCreateBuffer(trial->context, CL_MEM_READ_WRITE, bytes, NULL, &status);
        if (!check(trial, "clCreateBuffer", status, error))
            return FALSE;
        status = clSetKernelArg(trial->kernel, i, sizeof(cl_mem), &trial->buffers[i]);
        if (!check(trial, "clSetKernelArg", status, error))
            return FALSE;
    }
    status =
        clEnqueueWriteBuffer(trial->queue, trial->buffers[0], CL_TRUE, 0, bytes, x, 0, NULL, NULL);
    if (!check(trial, "clEnqueueWriteBuffer", status, error))
        return FALSE;
    status =
        clEnqueueNDRangeKernel(trial->queue, trial->kernel, 1, NULL, &items, NULL, 0, NULL, NULL);
    if (!check(trial, "clEnqueueNDRangeKernel", status, error))
        return FALSE;
    status =
        clEnqueueReadBuffer(trial->queue, trial->buffers[1], CL_TRUE, 0, bytes, y, 0, NULL, NULL);
    return check(trial, "clEnqueueReadBuffer", status, error);
}

gboolean ripple_opencl_try_device(const RippleOpenclDevice *device, GError **error)
{
    g_auto(Trial) trial = {.device = device};
    cl_float x[ITEMS], y[ITEMS] = {0};
    for (guint i = 0; i < ITEMS; i++)
        x[i] = (cl_float)(i * i) - 100;
    if (!open_device(&trial, error) || !compile(&trial, error) || !compute(&trial, x, y, error))
        return FALSE;
    for (guint i = 0; i < ITEMS; i++) {
        cl_float right = 3 * x[i] + (cl_float)i;
        if (y[i] == right)
            continue;
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE,
                    "%s computes wrongly: 3·%g + %u gives %g.", device->name, x[i], i, y[i]);
        return FALSE;
    }
    return TRUE;
}
