/** \file
 * OpenCL's and CLBlast's status codes as errors in sentences.
 */
#pragma once

#include <CL/cl.h>
#include <glib.h>

/** "CL_OUT_OF_RESOURCES", or NULL for a code that has no name here. Static. */
const char *ripple_opencl_status_name(cl_int status);

/** What the loader says when no platform is installed: CL_PLATFORM_NOT_FOUND_KHR. */
#define RIPPLE_PLATFORM_NOT_FOUND (-1001)

/** The name of `status`, or "status −1234". Free with g_free. */
char *ripple_opencl_status_text(cl_int status);

/** Set `error` from a failed call: "CALL failed on DEVICE: NAME. What to try." Codes that mean too
 * little memory become DEVICE_MEMORY errors. Returns FALSE, so that it can end a function. */
gboolean ripple_opencl_fail(GError **error, const char *call, const char *device, cl_int status);
