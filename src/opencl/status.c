#include "opencl/status.h"

#include <clblast_c.h>
#include <ripple/error.h>

/* OpenCL 1.2, what the loader adds, then CLBlast's own codes. */
static const struct {
    cl_int status;
    const char *name;
} names[] = {
    {CL_DEVICE_NOT_FOUND, "CL_DEVICE_NOT_FOUND"},
    {CL_DEVICE_NOT_AVAILABLE, "CL_DEVICE_NOT_AVAILABLE"},
    {CL_COMPILER_NOT_AVAILABLE, "CL_COMPILER_NOT_AVAILABLE"},
    {CL_MEM_OBJECT_ALLOCATION_FAILURE, "CL_MEM_OBJECT_ALLOCATION_FAILURE"},
    {CL_OUT_OF_RESOURCES, "CL_OUT_OF_RESOURCES"},
    {CL_OUT_OF_HOST_MEMORY, "CL_OUT_OF_HOST_MEMORY"},
    {CL_BUILD_PROGRAM_FAILURE, "CL_BUILD_PROGRAM_FAILURE"},
    {CL_MISALIGNED_SUB_BUFFER_OFFSET, "CL_MISALIGNED_SUB_BUFFER_OFFSET"},
    {CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"},
    {CL_INVALID_VALUE, "CL_INVALID_VALUE"},
    {CL_INVALID_DEVICE, "CL_INVALID_DEVICE"},
    {CL_INVALID_CONTEXT, "CL_INVALID_CONTEXT"},
    {CL_INVALID_QUEUE_PROPERTIES, "CL_INVALID_QUEUE_PROPERTIES"},
    {CL_INVALID_COMMAND_QUEUE, "CL_INVALID_COMMAND_QUEUE"},
    {CL_INVALID_MEM_OBJECT, "CL_INVALID_MEM_OBJECT"},
    {CL_INVALID_BINARY, "CL_INVALID_BINARY"},
    {CL_INVALID_BUILD_OPTIONS, "CL_INVALID_BUILD_OPTIONS"},
    {CL_INVALID_PROGRAM, "CL_INVALID_PROGRAM"},
    {CL_INVALID_PROGRAM_EXECUTABLE, "CL_INVALID_PROGRAM_EXECUTABLE"},
    {CL_INVALID_KERNEL_NAME, "CL_INVALID_KERNEL_NAME"},
    {CL_INVALID_KERNEL, "CL_INVALID_KERNEL"},
    {CL_INVALID_ARG_INDEX, "CL_INVALID_ARG_INDEX"},
    {CL_INVALID_ARG_VALUE, "CL_INVALID_ARG_VALUE"},
    {CL_INVALID_ARG_SIZE, "CL_INVALID_ARG_SIZE"},
    {CL_INVALID_KERNEL_ARGS, "CL_INVALID_KERNEL_ARGS"},
    {CL_INVALID_WORK_DIMENSION, "CL_INVALID_WORK_DIMENSION"},
    {CL_INVALID_WORK_GROUP_SIZE, "CL_INVALID_WORK_GROUP_SIZE"},
    {CL_INVALID_WORK_ITEM_SIZE, "CL_INVALID_WORK_ITEM_SIZE"},
    {CL_INVALID_EVENT_WAIT_LIST, "CL_INVALID_EVENT_WAIT_LIST"},
    {CL_INVALID_EVENT, "CL_INVALID_EVENT"},
    {CL_INVALID_OPERATION, "CL_INVALID_OPERATION"},
    {CL_INVALID_BUFFER_SIZE, "CL_INVALID_BUFFER_SIZE"},
    {CL_INVALID_GLOBAL_WORK_SIZE, "CL_INVALID_GLOBAL_WORK_SIZE"},
    {RIPPLE_PLATFORM_NOT_FOUND, "CL_PLATFORM_NOT_FOUND_KHR"},
    {(cl_int)CLBlastNotImplemented, "CLBlastNotImplemented"},
    {(cl_int)CLBlastInvalidMatrixA, "CLBlastInvalidMatrixA"},
    {(cl_int)CLBlastInvalidMatrixB, "CLBlastInvalidMatrixB"},
    {(cl_int)CLBlastInvalidMatrixC, "CLBlastInvalidMatrixC"},
    {(cl_int)CLBlastInvalidDimension, "CLBlastInvalidDimension"},
    {(cl_int)CLBlastInvalidLeadDimA, "CLBlastInvalidLeadDimA"},
    {(cl_int)CLBlastInvalidLeadDimB, "CLBlastInvalidLeadDimB"},
    {(cl_int)CLBlastInvalidLeadDimC, "CLBlastInvalidLeadDimC"},
    {(cl_int)CLBlastInsufficientMemoryA, "CLBlastInsufficientMemoryA"},
    {(cl_int)CLBlastInsufficientMemoryB, "CLBlastInsufficientMemoryB"},
    {(cl_int)CLBlastInsufficientMemoryC, "CLBlastInsufficientMemoryC"},
    {(cl_int)CLBlastInsufficientMemoryTemp, "CLBlastInsufficientMemoryTemp"},
    {(cl_int)CLBlastInvalidLocalMemUsage, "CLBlastInvalidLocalMemUsage"},
    {(cl_int)CLBlastDatabaseError, "CLBlastDatabaseError"},
    {(cl_int)CLBlastUnknownError, "CLBlastUnknownError"},
    {(cl_int)CLBlastUnexpectedError, "CLBlastUnexpectedError"},
};

const char *ripple_opencl_status_name(cl_int status)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].status == status)
            return names[i].name;
    return NULL;
}

char *ripple_opencl_status_text(cl_int status)
{
    const char *name = ripple_opencl_status_name(status);
    return name ? g_strdup(name) : g_strdup_printf("status %d", status);
}

gboolean ripple_opencl_fail(GError **error, const char *call, const char *device, cl_int status)
{
    gboolean is_memory =
        status == CL_MEM_OBJECT_ALLOCATION_FAILURE || status == CL_OUT_OF_HOST_MEMORY;
    g_autofree char *text = ripple_opencl_status_text(status);
    g_set_error(error, RIPPLE_ERROR, is_memory ? RIPPLE_ERROR_DEVICE_MEMORY : RIPPLE_ERROR_FAILED,
                "%s failed on %s: %s.%s", call, device, text,
                is_memory ? " The device is out of memory; try a smaller --batch or network."
                : status == CL_OUT_OF_RESOURCES
                    ? " A kernel may have gone astray, or the device is out of memory; see whether "
                      "`ripple compare` passes on it, and try a smaller --batch."
                    : "");
    return FALSE;
}
