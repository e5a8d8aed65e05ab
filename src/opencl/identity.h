/** \file
 * By what may two computations on devices differ?
 */
#pragma once

#include "network/backend.h"

/** A digest of all that decides what an opencl `backend` computes, and how: device, driver, version
 * of ripple, CLBlast, kernels, tuning table, and the environment variables that choose a way. Free
 * with g_free. */
char *ripple_opencl_identity(const RippleBackend *backend);

/** Write what `backend` is, for people, to group `group` of `file`: name, platform, driver, units,
 * and the version of ripple. */
void ripple_opencl_describe(const RippleBackend *backend, GKeyFile *file, const char *group);
