/** \file
 * What the files of the layer share. README.md tells what the layer does and how it is asked.
 */
#pragma once

#define CL_TARGET_OPENCL_VERSION 300

#include <CL/cl_layer.h>
#include <glib.h>
#include <stdio.h>

/** The functions that the layer stands in for: all that ripple and CLBlast call. */
#define LAYER_FUNCTIONS(X)                                                                         \
    X(clGetPlatformIDs)                                                                            \
    X(clGetPlatformInfo)                                                                           \
    X(clGetDeviceIDs)                                                                              \
    X(clGetDeviceInfo)                                                                             \
    X(clCreateContext)                                                                             \
    X(clRetainContext)                                                                             \
    X(clReleaseContext)                                                                            \
    X(clCreateCommandQueue)                                                                        \
    X(clRetainCommandQueue)                                                                        \
    X(clReleaseCommandQueue)                                                                       \
    X(clGetCommandQueueInfo)                                                                       \
    X(clCreateBuffer)                                                                              \
    X(clRetainMemObject)                                                                           \
    X(clReleaseMemObject)                                                                          \
    X(clGetMemObjectInfo)                                                                          \
    X(clCreateProgramWithSource)                                                                   \
    X(clCreateProgramWithBinary)                                                                   \
    X(clRetainProgram)                                                                             \
    X(clReleaseProgram)                                                                            \
    X(clBuildProgram)                                                                              \
    X(clGetProgramInfo)                                                                            \
    X(clGetProgramBuildInfo)                                                                       \
    X(clCreateKernel)                                                                              \
    X(clRetainKernel)                                                                              \
    X(clReleaseKernel)                                                                             \
    X(clSetKernelArg)                                                                              \
    X(clGetKernelInfo)                                                                             \
    X(clGetKernelWorkGroupInfo)                                                                    \
    X(clWaitForEvents)                                                                             \
    X(clGetEventInfo)                                                                              \
    X(clGetEventProfilingInfo)                                                                     \
    X(clRetainEvent)                                                                               \
    X(clReleaseEvent)                                                                              \
    X(clFlush)                                                                                     \
    X(clFinish)                                                                                    \
    X(clEnqueueReadBuffer)                                                                         \
    X(clEnqueueWriteBuffer)                                                                        \
    X(clEnqueueCopyBuffer)                                                                         \
    X(clEnqueueFillBuffer)                                                                         \
    X(clEnqueueMapBuffer)                                                                          \
    X(clEnqueueUnmapMemObject)                                                                     \
    X(clEnqueueNDRangeKernel)                                                                      \
    X(clEnqueueMarkerWithWaitList)                                                                 \
    X(clEnqueueBarrierWithWaitList)

typedef enum {
#define LAYER_ENUMERATE(name) LAYER_##name,
    LAYER_FUNCTIONS(LAYER_ENUMERATE)
#undef LAYER_ENUMERATE
        LAYER_N_FUNCTIONS
} LayerFunction;

/** The driver's own functions. */
extern const cl_icd_dispatch *layer_target;

/* ---- calls.c: counting, and choosing what fails ---------------------------------------------- */

/** From where a function is called: by which callers in turn. Lives as long as the process. */
typedef struct {
    LayerFunction function;
    char *site;   /**< "module+0xoffset" of the nearest caller, for addr2line */
    char *caller; /**< where that was called, likewise */
    char *others; /**< where those before it were called in turn, each with a space before it */
    char *path;   /**< a digest of all callers, the same in each run of a program */
    guint64 count;
} LayerPlace;

/** A call under way. */
typedef struct {
    const LayerPlace *place;
    cl_int status; /**< what it returns without being carried out; CL_SUCCESS: it is carried out */
    cl_int later;  /**< what its command ends with, though enqueueing it succeeds; or CL_SUCCESS */
    gboolean is_lost; /**< the device was lost: all calls fail */
} LayerCall;

/** Read what shall fail from the environment. */
void layer_calls_init(void);

/** A call of `function` begins, on any thread. */
LayerCall layer_enter(LayerFunction function);

void layer_calls_report(FILE *file);

/* ---- objects.c: what was made and let go of -------------------------------------------------- */

typedef enum {
    LAYER_CONTEXT,
    LAYER_QUEUE,
    LAYER_BUFFER,
    LAYER_MAPPING,
    LAYER_PROGRAM,
    LAYER_KERNEL,
    LAYER_EVENT,
    LAYER_N_KINDS
} LayerKind;

void layer_object_add(LayerKind kind, const void *object, const LayerCall *call);
void layer_object_retain(LayerKind kind, const void *object);

/** Is `object` one of that kind, not yet let go of? */
gboolean layer_object_is(LayerKind kind, const void *object);

/** About to be let go of. FALSE when there is no such object any more, which is reported. */
gboolean layer_object_release(LayerKind kind, const void *object, const LayerCall *call);

void layer_objects_report(FILE *file);

/* ---- commands.c: commands that end badly ----------------------------------------------------- */

/** What a call that waits for `queue` should return instead of carrying out its command: CL_SUCCESS
 * unless a command before it ended badly. */
cl_int layer_queue_status(cl_command_queue queue);

/** A command was enqueued: it ends badly when `call` says so, when what it waits for did, or one
 * before it on the queue. */
void layer_enqueued(const LayerCall *call, cl_command_queue queue, cl_uint n_waits,
                    const cl_event *waits, const cl_event *event);

/** What the command of `event` ended with, if badly; otherwise CL_SUCCESS. */
cl_int layer_event_status(cl_event event);

/** The object is gone; another may come to lie there. */
void layer_commands_forget(const void *queue_or_event);

/* ---- wrong.c: kernels that write a wrong value ----------------------------------------------- */

/** Read what shall be wrong from the environment. */
void layer_wrong_init(void);

void layer_kernel_named(cl_kernel kernel, const char *name);
void layer_kernel_argument(cl_kernel kernel, cl_uint index, size_t size, const void *value);

/** Around a launch: what stands in the buffers before, and a wrong value in one after it. */
gpointer layer_before_launch(cl_command_queue queue, cl_kernel kernel);
void layer_after_launch(cl_command_queue queue, gpointer before);

void layer_wrong_report(FILE *file);
