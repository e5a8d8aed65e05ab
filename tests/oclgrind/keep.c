/* Preloaded under oclgrind 21.10, whose record of what is initialised has holes.
 *
 * - Each write from the host makes it forget what it knew of the buffer beyond that write, and of a
 *   copy it notes nothing. So the whole buffer is written again, with what it holds. Buffers that
 *   the host never writes (the backend's scratch memory) stay uninitialised until a kernel writes
 *   them.
 * - It takes the record of a released buffer for that of the next buffer in the same place. So
 *   buffers are never released. Nor are programs: it corrupts its heap when CLBlast releases its
 *   own at exit. */
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>
#include <stdlib.h>

static cl_int write_again(cl_command_queue queue, cl_mem memory)
{
    __typeof__(&clEnqueueWriteBuffer) write = dlsym(RTLD_NEXT, "clEnqueueWriteBuffer");
    size_t bytes;
    cl_int status = clGetMemObjectInfo(memory, CL_MEM_SIZE, sizeof bytes, &bytes, NULL);
    if (status != CL_SUCCESS)
        return status;
    void *values = malloc(bytes);
    if (!values)
        return CL_OUT_OF_HOST_MEMORY;
    status = clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, bytes, values, 0, NULL, NULL);
    if (status == CL_SUCCESS)
        status = write(queue, memory, CL_TRUE, 0, bytes, values, 0, NULL, NULL);
    free(values);
    return status;
}

cl_int clEnqueueWriteBuffer(cl_command_queue queue, cl_mem memory, cl_bool blocking, size_t offset,
                            size_t size, const void *values, cl_uint n_waits, const cl_event *waits,
                            cl_event *event)
{
    __typeof__(&clEnqueueWriteBuffer) write = dlsym(RTLD_NEXT, __func__);
    cl_int status = write(queue, memory, blocking, offset, size, values, n_waits, waits, event);
    return status == CL_SUCCESS ? write_again(queue, memory) : status;
}

cl_int clEnqueueFillBuffer(cl_command_queue queue, cl_mem memory, const void *pattern,
                           size_t pattern_size, size_t offset, size_t size, cl_uint n_waits,
                           const cl_event *waits, cl_event *event)
{
    __typeof__(&clEnqueueFillBuffer) fill = dlsym(RTLD_NEXT, __func__);
    cl_int status = fill(queue, memory, pattern, pattern_size, offset, size, n_waits, waits, event);
    return status == CL_SUCCESS ? write_again(queue, memory) : status;
}

cl_int clEnqueueCopyBuffer(cl_command_queue queue, cl_mem source, cl_mem destination,
                           size_t source_offset, size_t destination_offset, size_t size,
                           cl_uint n_waits, const cl_event *waits, cl_event *event)
{
    __typeof__(&clEnqueueCopyBuffer) copy = dlsym(RTLD_NEXT, __func__);
    cl_int status = copy(queue, source, destination, source_offset, destination_offset, size,
                         n_waits, waits, event);
    return status == CL_SUCCESS ? write_again(queue, destination) : status;
}

cl_int clReleaseMemObject(cl_mem memory)
{
    (void)memory;
    return CL_SUCCESS;
}

cl_int clReleaseProgram(cl_program program)
{
    (void)program;
    return CL_SUCCESS;
}
