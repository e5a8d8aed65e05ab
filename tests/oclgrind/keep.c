/* Preloaded under oclgrind: buffers and programs are never released.
 *
 * Oclgrind 21.10 keeps what it knows of a buffer's initialised bytes after the buffer is gone, and
 * takes it for the next buffer in the same place: a longer one is then "uninitialized" beyond the
 * end of the first, whatever was written there. And it corrupts its heap when CLBlast releases its
 * programs at exit. Nothing released, nothing mistaken. */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

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
