/* The layer's own functions, one for each of OpenCL's that it stands in for, and how the loader
 * comes by them. */
#include "layer.h"

#include <stdlib.h>
#include <string.h>

const cl_icd_dispatch *layer_target;

/* ---- questions, and what else makes nothing -------------------------------------------------- */

#define PLAIN(name, parameters, arguments)                                                         \
    static CL_API_ENTRY cl_int CL_API_CALL own_##name parameters                                   \
    {                                                                                              \
        LayerCall call = layer_enter(LAYER_##name);                                                \
        return call.status != CL_SUCCESS ? call.status : layer_target->name arguments;             \
    }

/* OpenCL asks them all in the same way. */
#define QUESTION(name, type)                                                                       \
    PLAIN(name, (type object, cl_uint what, size_t size, void *value, size_t *size_of),            \
          (object, what, size, value, size_of))

PLAIN(clGetPlatformIDs, (cl_uint size, cl_platform_id *platforms, cl_uint *count),
      (size, platforms, count))
PLAIN(clGetDeviceIDs,
      (cl_platform_id platform, cl_device_type type, cl_uint size, cl_device_id *devices,
       cl_uint *count),
      (platform, type, size, devices, count))
QUESTION(clGetPlatformInfo, cl_platform_id)
QUESTION(clGetDeviceInfo, cl_device_id)
QUESTION(clGetCommandQueueInfo, cl_command_queue)
QUESTION(clGetMemObjectInfo, cl_mem)
QUESTION(clGetProgramInfo, cl_program)
QUESTION(clGetKernelInfo, cl_kernel)
QUESTION(clGetEventProfilingInfo, cl_event)
PLAIN(clGetKernelWorkGroupInfo,
      (cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info what, size_t size,
       void *value, size_t *size_of),
      (kernel, device, what, size, value, size_of))
PLAIN(clFlush, (cl_command_queue queue), (queue))

/* ---- compiling ------------------------------------------------------------------------------ */

/* Whose build was made to fail last. */
static cl_program unbuilt;

static CL_API_ENTRY cl_int CL_API_CALL own_clBuildProgram(
    cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
    void(CL_CALLBACK *function)(cl_program, void *), void *user_data)
{
    LayerCall call = layer_enter(LAYER_clBuildProgram);
    g_atomic_pointer_set(&unbuilt, call.status != CL_SUCCESS ? program : NULL);
    return call.status != CL_SUCCESS ? call.status
                                     : layer_target->clBuildProgram(program, count, devices,
                                                                    options, function, user_data);
}

/* The log of a build that was made to fail: colours, bytes that are no text, and no end. */
static cl_int answer_log(size_t size, void *value, size_t *size_of)
{
    static const char log[] = {'1', ':', ' ', 27, '[', '3', '1', 'm', (char)0xff, 27, 'c', '!'};
    if (size_of)
        *size_of = sizeof log;
    if (value && size < sizeof log)
        return CL_INVALID_VALUE;
    if (value)
        memcpy(value, log, sizeof log);
    return CL_SUCCESS;
}

static CL_API_ENTRY cl_int CL_API_CALL own_clGetProgramBuildInfo(cl_program program,
                                                                 cl_device_id device,
                                                                 cl_program_build_info what,
                                                                 size_t size, void *value,
                                                                 size_t *size_of)
{
    LayerCall call = layer_enter(LAYER_clGetProgramBuildInfo);
    if (call.status != CL_SUCCESS)
        return call.status;
    if (what == CL_PROGRAM_BUILD_LOG && program == g_atomic_pointer_get(&unbuilt))
        return answer_log(size, value, size_of);
    return layer_target->clGetProgramBuildInfo(program, device, what, size, value, size_of);
}

/* ---- questions to which the layer knows something, and arguments ----------------------------- */

static CL_API_ENTRY cl_int CL_API_CALL own_clSetKernelArg(cl_kernel kernel, cl_uint index,
                                                          size_t size, const void *value)
{
    LayerCall call = layer_enter(LAYER_clSetKernelArg);
    if (call.status != CL_SUCCESS)
        return call.status;
    layer_kernel_argument(kernel, index, size, value);
    return layer_target->clSetKernelArg(kernel, index, size, value);
}

static CL_API_ENTRY cl_int CL_API_CALL own_clGetEventInfo(cl_event event, cl_event_info what,
                                                          size_t size, void *value, size_t *size_of)
{
    LayerCall call = layer_enter(LAYER_clGetEventInfo);
    if (call.status != CL_SUCCESS)
        return call.status;
    cl_int status = layer_target->clGetEventInfo(event, what, size, value, size_of);
    cl_int end = layer_event_status(event);
    if (status == CL_SUCCESS && value && what == CL_EVENT_COMMAND_EXECUTION_STATUS &&
        *(cl_int *)value == CL_COMPLETE && end != CL_SUCCESS)
        *(cl_int *)value = end;
    return status;
}

/* ---- waiting -------------------------------------------------------------------------------- */

/* A device that was lost writes nowhere any more: what is under way ends before the wait for it
 * fails. One wait that fails leaves it under way. */
static CL_API_ENTRY cl_int CL_API_CALL own_clWaitForEvents(cl_uint count, const cl_event *events)
{
    LayerCall call = layer_enter(LAYER_clWaitForEvents);
    if (call.status != CL_SUCCESS && !call.is_lost)
        return call.status;
    cl_int status = layer_target->clWaitForEvents(count, events);
    for (cl_uint i = 0; i < count; i++)
        if (layer_event_status(events[i]) != CL_SUCCESS)
            status = CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST;
    return call.is_lost ? call.status : status;
}

static CL_API_ENTRY cl_int CL_API_CALL own_clFinish(cl_command_queue queue)
{
    LayerCall call = layer_enter(LAYER_clFinish);
    if (call.status != CL_SUCCESS && !call.is_lost)
        return call.status;
    cl_int status = layer_target->clFinish(queue);
    if (call.is_lost)
        return call.status;
    return status != CL_SUCCESS ? status : layer_queue_status(queue);
}

/* ---- making, keeping and letting go ---------------------------------------------------------- */

#define MAKE(type, name, kind, parameters, arguments)                                              \
    static CL_API_ENTRY type CL_API_CALL own_##name parameters                                     \
    {                                                                                              \
        LayerCall call = layer_enter(LAYER_##name);                                                \
        if (call.status != CL_SUCCESS) {                                                           \
            if (status)                                                                            \
                *status = call.status;                                                             \
            return NULL;                                                                           \
        }                                                                                          \
        type object = layer_target->name arguments;                                                \
        if (object)                                                                                \
            layer_object_add(kind, object, &call);                                                 \
        return object;                                                                             \
    }

/* What lets go of something does so, whatever it returns. */
#define KEEP(object_name, kind, type)                                                              \
    static CL_API_ENTRY cl_int CL_API_CALL own_clRetain##object_name(type object)                  \
    {                                                                                              \
        LayerCall call = layer_enter(LAYER_clRetain##object_name);                                 \
        if (call.status != CL_SUCCESS)                                                             \
            return call.status;                                                                    \
        layer_object_retain(kind, object);                                                         \
        return layer_target->clRetain##object_name(object);                                        \
    }                                                                                              \
    static CL_API_ENTRY cl_int CL_API_CALL own_clRelease##object_name(type object)                 \
    {                                                                                              \
        LayerCall call = layer_enter(LAYER_clRelease##object_name);                                \
        if (!layer_object_release(kind, object, &call))                                            \
            return CL_INVALID_VALUE;                                                               \
        cl_int status = layer_target->clRelease##object_name(object);                              \
        return call.status != CL_SUCCESS ? call.status : status;                                   \
    }

MAKE(cl_context, clCreateContext, LAYER_CONTEXT,
     (const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
      void(CL_CALLBACK *function)(const char *, const void *, size_t, void *), void *user_data,
      cl_int *status),
     (properties, count, devices, function, user_data, status))
MAKE(cl_command_queue, clCreateCommandQueue, LAYER_QUEUE,
     (cl_context context, cl_device_id device, cl_command_queue_properties properties,
      cl_int *status),
     (context, device, properties, status))
MAKE(cl_mem, clCreateBuffer, LAYER_BUFFER,
     (cl_context context, cl_mem_flags flags, size_t size, void *memory, cl_int *status),
     (context, flags, size, memory, status))
MAKE(cl_program, clCreateProgramWithSource, LAYER_PROGRAM,
     (cl_context context, cl_uint count, const char **sources, const size_t *lengths,
      cl_int *status),
     (context, count, sources, lengths, status))
MAKE(cl_program, clCreateProgramWithBinary, LAYER_PROGRAM,
     (cl_context context, cl_uint count, const cl_device_id *devices, const size_t *lengths,
      const unsigned char **binaries, cl_int *binary_status, cl_int *status),
     (context, count, devices, lengths, binaries, binary_status, status))

static CL_API_ENTRY cl_kernel CL_API_CALL own_clCreateKernel(cl_program program, const char *name,
                                                             cl_int *status)
{
    LayerCall call = layer_enter(LAYER_clCreateKernel);
    if (call.status != CL_SUCCESS) {
        if (status)
            *status = call.status;
        return NULL;
    }
    cl_kernel kernel = layer_target->clCreateKernel(program, name, status);
    if (kernel) {
        layer_object_add(LAYER_KERNEL, kernel, &call);
        layer_kernel_named(kernel, name);
    }
    return kernel;
}

KEEP(Context, LAYER_CONTEXT, cl_context)
KEEP(CommandQueue, LAYER_QUEUE, cl_command_queue)
KEEP(MemObject, LAYER_BUFFER, cl_mem)
KEEP(Program, LAYER_PROGRAM, cl_program)
KEEP(Kernel, LAYER_KERNEL, cl_kernel)
KEEP(Event, LAYER_EVENT, cl_event)

/* ---- commands ------------------------------------------------------------------------------- */

/* What comes before a command is enqueued, and what after it was. */
static cl_int begin(const LayerCall *call, cl_command_queue queue, cl_bool is_blocking)
{
    if (call->status != CL_SUCCESS)
        return call->status;
    return is_blocking ? layer_queue_status(queue) : CL_SUCCESS;
}

static cl_int end(const LayerCall *call, cl_command_queue queue, cl_uint n_waits,
                  const cl_event *waits, const cl_event *event, cl_int status)
{
    if (status != CL_SUCCESS)
        return status;
    if (event && *event)
        layer_object_add(LAYER_EVENT, *event, call);
    layer_enqueued(call, queue, n_waits, waits, event);
    return CL_SUCCESS;
}

/* `waits` and `event` end the parameters of all. */
#define LIST(...) __VA_ARGS__
#define COMMAND(name, parameters, arguments, is_blocking)                                          \
    static CL_API_ENTRY cl_int CL_API_CALL own_##name(cl_command_queue queue, parameters,          \
                                                      cl_uint n_waits, const cl_event *waits,      \
                                                      cl_event *event)                             \
    {                                                                                              \
        LayerCall call = layer_enter(LAYER_##name);                                                \
        cl_int status = begin(&call, queue, is_blocking);                                          \
        if (status != CL_SUCCESS)                                                                  \
            return status;                                                                         \
        status = layer_target->name(queue, arguments, n_waits, waits, event);                      \
        status = end(&call, queue, n_waits, waits, event, status);                                 \
        return status == CL_SUCCESS && is_blocking ? layer_queue_status(queue) : status;           \
    }

COMMAND(clEnqueueReadBuffer,
        LIST(cl_mem memory, cl_bool blocking, size_t offset, size_t size, void *values),
        LIST(memory, blocking, offset, size, values), blocking)
COMMAND(clEnqueueWriteBuffer,
        LIST(cl_mem memory, cl_bool blocking, size_t offset, size_t size, const void *values),
        LIST(memory, blocking, offset, size, values), blocking)
COMMAND(clEnqueueCopyBuffer,
        LIST(cl_mem source, cl_mem destination, size_t from, size_t to, size_t size),
        LIST(source, destination, from, to, size), CL_FALSE)
COMMAND(clEnqueueFillBuffer,
        LIST(cl_mem memory, const void *pattern, size_t pattern_size, size_t offset, size_t size),
        LIST(memory, pattern, pattern_size, offset, size), CL_FALSE)

static CL_API_ENTRY cl_int CL_API_CALL
own_clEnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                           const size_t *offset, const size_t *global, const size_t *local,
                           cl_uint n_waits, const cl_event *waits, cl_event *event)
{
    LayerCall call = layer_enter(LAYER_clEnqueueNDRangeKernel);
    cl_int status = begin(&call, queue, CL_FALSE);
    if (status != CL_SUCCESS)
        return status;
    gpointer before = layer_before_launch(queue, kernel);
    status = layer_target->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local,
                                                  n_waits, waits, event);
    layer_after_launch(queue, before);
    return end(&call, queue, n_waits, waits, event, status);
}

#define MARK(name)                                                                                 \
    static CL_API_ENTRY cl_int CL_API_CALL own_##name(cl_command_queue queue, cl_uint n_waits,     \
                                                      const cl_event *waits, cl_event *event)      \
    {                                                                                              \
        LayerCall call = layer_enter(LAYER_##name);                                                \
        cl_int status = begin(&call, queue, CL_FALSE);                                             \
        if (status != CL_SUCCESS)                                                                  \
            return status;                                                                         \
        status = layer_target->name(queue, n_waits, waits, event);                                 \
        return end(&call, queue, n_waits, waits, event, status);                                   \
    }

MARK(clEnqueueMarkerWithWaitList)
MARK(clEnqueueBarrierWithWaitList)

static CL_API_ENTRY void *CL_API_CALL own_clEnqueueMapBuffer(cl_command_queue queue, cl_mem memory,
                                                             cl_bool blocking, cl_map_flags flags,
                                                             size_t offset, size_t size,
                                                             cl_uint n_waits, const cl_event *waits,
                                                             cl_event *event, cl_int *result)
{
    LayerCall call = layer_enter(LAYER_clEnqueueMapBuffer);
    cl_int status = begin(&call, queue, blocking);
    void *mapping = NULL;
    if (status == CL_SUCCESS)
        mapping = layer_target->clEnqueueMapBuffer(queue, memory, blocking, flags, offset, size,
                                                   n_waits, waits, event, &status);
    status = end(&call, queue, n_waits, waits, event, status);
    if (mapping)
        layer_object_add(LAYER_MAPPING, mapping, &call);
    if (result)
        *result = status;
    return mapping;
}

static CL_API_ENTRY cl_int CL_API_CALL own_clEnqueueUnmapMemObject(cl_command_queue queue,
                                                                   cl_mem memory, void *mapping,
                                                                   cl_uint n_waits,
                                                                   const cl_event *waits,
                                                                   cl_event *event)
{
    LayerCall call = layer_enter(LAYER_clEnqueueUnmapMemObject);
    if (!layer_object_release(LAYER_MAPPING, mapping, &call))
        return CL_INVALID_VALUE;
    cl_int status = layer_target->clEnqueueUnmapMemObject(queue, memory, mapping, n_waits, waits,
                                                          call.status ? NULL : event);
    if (call.status != CL_SUCCESS)
        return call.status;
    return end(&call, queue, n_waits, waits, event, status);
}

/* ---- the loader ------------------------------------------------------------------------------ */

__attribute__((destructor)) static void write_report(void)
{
    const char *path = g_getenv("RIPPLE_TEST_REPORT");
    if (!path || !layer_target)
        return;
    FILE *file = fopen(path, "we");
    if (!file) {
        perror(path);
        return;
    }
    layer_calls_report(file);
    layer_objects_report(file);
    layer_wrong_report(file);
    fputs("end\n", file);
    fclose(file);
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED CL_API_ENTRY cl_int CL_API_CALL clGetLayerInfo(cl_layer_info what, size_t size,
                                                        void *value, size_t *size_of)
{
    static const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
    static const char name[] = "ripple's faults";
    const void *answer = what == CL_LAYER_NAME ? (const void *)name : &version;
    size_t length = what == CL_LAYER_NAME ? sizeof name : sizeof version;
    if (what != CL_LAYER_NAME && what != CL_LAYER_API_VERSION)
        return CL_INVALID_VALUE;
    if (size_of)
        *size_of = length;
    if (value && size < length)
        return CL_INVALID_VALUE;
    if (value)
        memcpy(value, answer, length);
    return CL_SUCCESS;
}

EXPORTED CL_API_ENTRY cl_int CL_API_CALL clInitLayer(cl_uint count, const cl_icd_dispatch *target,
                                                     cl_uint *count_of, const cl_icd_dispatch **own)
{
    static cl_icd_dispatch dispatch;
    if (count < sizeof dispatch / sizeof(void *))
        return CL_INVALID_VALUE;
    layer_target = target;
    dispatch = *target;
#define LAYER_STAND_IN(name) dispatch.name = own_##name;
    LAYER_FUNCTIONS(LAYER_STAND_IN)
#undef LAYER_STAND_IN
    layer_calls_init();
    layer_wrong_init();
    *count_of = sizeof dispatch / sizeof(void *);
    *own = &dispatch;
    return CL_SUCCESS;
}
