/** \file
 * Kernels: from embedded source to something that can be enqueued.
 *
 * A file in kernels/ holds one kernel of the file's name, or what kernels `#include`. It is
 * compiled when it is first asked for with a set of macros, and kept for the life of the backend.
 */
#pragma once

#include "opencl/private.h"

/** Work-items in a group. Fixed, since some drivers compile again for each size. */
#define RIPPLE_GROUP_WIDTH 64

/** One argument of a kernel. */
typedef struct {
    gsize size;
    const void *value;
} RippleArgument;

/** The argument that is the variable `x`. */
#define RIPPLE_ARGUMENT(x) ((RippleArgument){sizeof(x), &(x)})

/** Shall compiled programs be kept in our own cache? By the environment variable
 * RIPPLE_PROGRAM_CACHE: on, off, or auto, which is on unless the driver keeps them itself. */
gboolean ripple_programs_choose_cache(RippleOpencl *self, GError **error);

/** The file `file` of kernels/, which the program carries. */
GBytes *ripple_embedded_file(const char *file, GError **error);

/** An empty table for RippleOpencl.kernels. */
GHashTable *ripple_kernels_new(void);

/** The kernel called `name`, from kernels/NAME.cl, compiled with `options` ("-DKEEP_Z=1 …" or "").
 * It belongs to the backend. */
cl_kernel ripple_kernel_get(RippleOpencl *self, const char *name, const char *options,
                            GError **error);

/** Enqueue `kernel` over `columns` × `rows` work-items, the columns rounded up to whole
 * work-groups, so that the kernel must check them. */
gboolean ripple_kernel_launch(RippleOpencl *self, cl_kernel kernel, gsize columns, gsize rows,
                              const RippleArgument *arguments, guint n_arguments, GError **error);

/** Enqueue `kernel` over `global` work-items in groups of `local`, two numbers each. */
gboolean ripple_kernel_launch_groups(RippleOpencl *self, cl_kernel kernel, const gsize *global,
                                     const gsize *local, const RippleArgument *arguments,
                                     guint n_arguments, GError **error);
