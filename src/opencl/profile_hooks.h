/** \file
 * What the files of this floor call so that a profile sees their commands and waits. Without one
 * each costs a look at a pointer.
 */
#pragma once

#include "opencl/private.h"
#include "opencl/profile.h"

/** Where the command about to be enqueued should leave its event: NULL, which OpenCL takes as well,
 * without a profile. `name` is interned or a literal; `bytes` those that it moves. Valid until the
 * next call. */
cl_event *ripple_profile_next(RippleOpencl *self, const char *queue, const char *name,
                              guint64 bytes);

/** The same for a kernel, which knows its name. */
cl_event *ripple_profile_next_kernel(RippleOpencl *self, const char *queue, cl_kernel kernel);

/** The same for a call that enqueues several kernels and tells the event of the last alone: the
 * time counts from where the queue comes to them. */
cl_event *ripple_profile_next_group(RippleOpencl *self, cl_command_queue queue, const char *name);

/** The same for a command whose `event` somebody else keeps, once it is enqueued. Also, with
 * `upload_lock` held, on any thread. */
void ripple_profile_add(RippleOpencl *self, const char *queue, const char *name, guint64 bytes,
                        cl_event event);

/** The host is about to wait for the device: counted, always. Returns when it began, for the end.
 * Both also, with `upload_lock` held, on any thread. */
gint64 ripple_profile_begin_wait(RippleOpencl *self);

/** It waited for `what`, a literal. */
void ripple_profile_end_wait(RippleOpencl *self, const char *what, gint64 began);

/** Let go of what is recorded. */
void ripple_profile_free(RippleProfile *profile);
