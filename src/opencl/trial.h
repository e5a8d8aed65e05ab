/** \file
 * What can be found out about drivers and devices before anything relies on them.
 *
 * A broken driver may crash or hang whoever loads it: call all of this in a process that may be
 * lost.
 */
#pragma once

#include "opencl/devices.h"

/** Which libOpenCL and which CLBlast the program runs with. What cannot be found out is NULL. */
typedef struct {
    char *vendor; /**< as the loader calls its makers; asking for it makes it load the drivers */
    char *version;
    char *path;
    char *clblast_version;
    char *clblast_path;
} RippleOpenclLoader;

RippleOpenclLoader *ripple_opencl_loader(void);
void ripple_opencl_loader_free(RippleOpenclLoader *loader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleOpenclLoader, ripple_opencl_loader_free)

/** Load the driver `library`, a path or a name, as the loader does; it stays loaded. Its path comes
 * back in `path`, to free with g_free. A DEVICE error when it, or a library that it needs, cannot
 * be loaded, or when it is no OpenCL driver. */
gboolean ripple_opencl_load_driver(const char *library, char **path, GError **error);

/** Has the loader any device? A DEVICE error that says which call gave what, otherwise. */
gboolean ripple_opencl_has_devices(GError **error);

/** Open `device`, compile a small kernel on it, run it, and see whether what it computes is right;
 * otherwise an error that says which of these failed. */
gboolean ripple_opencl_try_device(const RippleOpenclDevice *device, GError **error);
