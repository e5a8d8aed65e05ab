/* A driver with three devices, made up: the first crashes when it is opened, the second refuses to
 * be opened, and the third does everything and computes nothing. */
#include <CL/cl_icd.h>
#include <signal.h>
#include <string.h>

/* What the loader dispatches by begins every object. */
struct _cl_platform_id {
    const cl_icd_dispatch *dispatch;
};

struct _cl_device_id {
    const cl_icd_dispatch *dispatch;
    const char *name;
};

typedef struct {
    const cl_icd_dispatch *dispatch;
} Object;

static cl_icd_dispatch dispatch;
static struct _cl_platform_id platform = {&dispatch};
static struct _cl_device_id devices[] = {
    {&dispatch, "Crasher"}, {&dispatch, "Refuser"}, {&dispatch, "Liar"}};
static Object object = {&dispatch};

enum { N_DEVICES = sizeof devices / sizeof *devices };

static cl_int give(const void *value, size_t length, size_t size, void *to, size_t *size_ret)
{
    if (size_ret)
        *size_ret = length;
    if (to && size < length)
        return CL_INVALID_VALUE;
    if (to)
        memcpy(to, value, length);
    return CL_SUCCESS;
}

static cl_int give_text(const char *text, size_t size, void *to, size_t *size_ret)
{
    return give(text, strlen(text) + 1, size, to, size_ret);
}

static cl_int CL_API_CALL get_platform_info(cl_platform_id of, cl_platform_info what, size_t size,
                                            void *to, size_t *size_ret)
{
    switch (what) {
    case CL_PLATFORM_NAME:
        return give_text("Faulty Platform", size, to, size_ret);
    case CL_PLATFORM_VERSION:
        return give_text("OpenCL 1.2 faulty", size, to, size_ret);
    case CL_PLATFORM_EXTENSIONS:
        return give_text("cl_khr_icd", size, to, size_ret);
    case CL_PLATFORM_ICD_SUFFIX_KHR:
        return give_text("FAULTY", size, to, size_ret);
    default:
        return give_text("faulty", size, to, size_ret);
    }
}

static cl_int CL_API_CALL get_device_ids(cl_platform_id of, cl_device_type type, cl_uint room,
                                         cl_device_id *ids, cl_uint *count)
{
    if (!(type & CL_DEVICE_TYPE_GPU))
        return CL_DEVICE_NOT_FOUND;
    for (cl_uint i = 0; ids && i < room && i < N_DEVICES; i++)
        ids[i] = &devices[i];
    if (count)
        *count = N_DEVICES;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL get_device_info(cl_device_id device, cl_device_info what, size_t size,
                                          void *to, size_t *size_ret)
{
    const cl_device_type type = CL_DEVICE_TYPE_GPU;
    const cl_bool yes = CL_TRUE;
    const cl_uint units = 4;
    const size_t group = 256;
    const cl_ulong bytes = 1 << 30;
    switch (what) {
    case CL_DEVICE_NAME:
        return give_text(device->name, size, to, size_ret);
    case CL_DEVICE_VENDOR:
        return give_text("Advanced Micro Devices, made up", size, to, size_ret);
    case CL_DEVICE_TYPE:
        return give(&type, sizeof type, size, to, size_ret);
    case CL_DEVICE_AVAILABLE:
    case CL_DEVICE_COMPILER_AVAILABLE:
    case CL_DEVICE_ENDIAN_LITTLE:
        return give(&yes, sizeof yes, size, to, size_ret);
    case CL_DEVICE_MAX_WORK_GROUP_SIZE:
        return give(&group, sizeof group, size, to, size_ret);
    case CL_DEVICE_MAX_COMPUTE_UNITS:
    case CL_DEVICE_MAX_CLOCK_FREQUENCY:
        return give(&units, sizeof units, size, to, size_ret);
    case CL_DEVICE_GLOBAL_MEM_SIZE:
    case CL_DEVICE_MAX_MEM_ALLOC_SIZE:
    case CL_DEVICE_LOCAL_MEM_SIZE:
        return give(&bytes, sizeof bytes, size, to, size_ret);
    default:
        return give_text("faulty", size, to, size_ret);
    }
}

static cl_context CL_API_CALL create_context(const cl_context_properties *properties, cl_uint count,
                                             const cl_device_id *of,
                                             void(CL_CALLBACK *notify)(const char *, const void *,
                                                                       size_t, void *),
                                             void *data, cl_int *status)
{
    if (of[0] == &devices[0]) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    *status = of[0] == &devices[1] ? CL_OUT_OF_RESOURCES : CL_SUCCESS;
    return of[0] == &devices[1] ? NULL : (cl_context)&object;
}

static cl_command_queue CL_API_CALL create_queue(cl_context context, cl_device_id device,
                                                 cl_command_queue_properties properties,
                                                 cl_int *status)
{
    *status = CL_SUCCESS;
    return (cl_command_queue)&object;
}

static cl_program CL_API_CALL create_program(cl_context context, cl_uint count, const char **texts,
                                             const size_t *lengths, cl_int *status)
{
    *status = CL_SUCCESS;
    return (cl_program)&object;
}

static cl_int CL_API_CALL build_program(cl_program program, cl_uint count, const cl_device_id *of,
                                        const char *options,
                                        void(CL_CALLBACK *notify)(cl_program, void *), void *data)
{
    return CL_SUCCESS;
}

static cl_kernel CL_API_CALL create_kernel(cl_program program, const char *name, cl_int *status)
{
    *status = CL_SUCCESS;
    return (cl_kernel)&object;
}

static cl_mem CL_API_CALL create_buffer(cl_context context, cl_mem_flags flags, size_t size,
                                        void *memory, cl_int *status)
{
    *status = CL_SUCCESS;
    return (cl_mem)&object;
}

static cl_int CL_API_CALL set_kernel_arg(cl_kernel kernel, cl_uint index, size_t size,
                                         const void *value)
{
    return CL_SUCCESS;
}

static cl_int CL_API_CALL write_buffer(cl_command_queue queue, cl_mem to, cl_bool blocking,
                                       size_t offset, size_t size, const void *from, cl_uint waits,
                                       const cl_event *events, cl_event *event)
{
    return CL_SUCCESS;
}

static cl_int CL_API_CALL launch(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                 const size_t *offset, const size_t *global, const size_t *local,
                                 cl_uint waits, const cl_event *events, cl_event *event)
{
    return CL_SUCCESS;
}

/* Nothing was computed: what is read is zero. */
static cl_int CL_API_CALL read_buffer(cl_command_queue queue, cl_mem from, cl_bool blocking,
                                      size_t offset, size_t size, void *to, cl_uint waits,
                                      const cl_event *events, cl_event *event)
{
    memset(to, 0, size);
    return CL_SUCCESS;
}

static cl_int CL_API_CALL release_context(cl_context context)
{
    return CL_SUCCESS;
}

static cl_int CL_API_CALL release_queue(cl_command_queue queue)
{
    return CL_SUCCESS;
}

static cl_int CL_API_CALL release_program(cl_program program)
{
    return CL_SUCCESS;
}

static cl_int CL_API_CALL release_kernel(cl_kernel kernel)
{
    return CL_SUCCESS;
}

static cl_int CL_API_CALL release_memory(cl_mem memory)
{
    return CL_SUCCESS;
}

static cl_icd_dispatch dispatch = {
    .clGetPlatformInfo = get_platform_info,
    .clGetDeviceIDs = get_device_ids,
    .clGetDeviceInfo = get_device_info,
    .clCreateContext = create_context,
    .clCreateCommandQueue = create_queue,
    .clCreateProgramWithSource = create_program,
    .clBuildProgram = build_program,
    .clCreateKernel = create_kernel,
    .clCreateBuffer = create_buffer,
    .clSetKernelArg = set_kernel_arg,
    .clEnqueueWriteBuffer = write_buffer,
    .clEnqueueNDRangeKernel = launch,
    .clEnqueueReadBuffer = read_buffer,
    .clReleaseContext = release_context,
    .clReleaseCommandQueue = release_queue,
    .clReleaseProgram = release_program,
    .clReleaseKernel = release_kernel,
    .clReleaseMemObject = release_memory,
};

__attribute__((visibility("default"))) CL_API_ENTRY cl_int CL_API_CALL
clIcdGetPlatformIDsKHR(cl_uint room, cl_platform_id *platforms, cl_uint *count)
{
    if (platforms && room > 0)
        platforms[0] = &platform;
    if (count)
        *count = 1;
    return CL_SUCCESS;
}

__attribute__((visibility("default"))) CL_API_ENTRY void *CL_API_CALL
clGetExtensionFunctionAddress(const char *name)
{
    if (strcmp(name, "clGetPlatformInfo") == 0)
        return (void *)&get_platform_info;
    return strcmp(name, "clIcdGetPlatformIDsKHR") == 0 ? (void *)&clIcdGetPlatformIDsKHR : NULL;
}
