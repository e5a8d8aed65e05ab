/** \file
 * The file that remembers which trainings a device was found to compute rightly: one for each
 * device, driver, version, kernels and tuning, in `ripple/trust` under the XDG cache directory.
 * docs/formats.md describes it.
 */
#pragma once

#include "network/backend.h"

typedef struct _RippleTrustFile RippleTrustFile;

/** The file of an opencl `backend` (borrowed), whether it is there or not. */
RippleTrustFile *ripple_trust_file_new(const RippleBackend *backend);
void ripple_trust_file_free(RippleTrustFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTrustFile, ripple_trust_file_free)

/** Its path. Owned by it. */
const char *ripple_trust_file_path(const RippleTrustFile *file);

/** Is `training` remembered there? Where something is damaged it is not, and `problem` gets a
 * sentence (free with g_free). */
gboolean ripple_trust_file_has(RippleTrustFile *file, const char *training, char **problem);

/** Remember `training`, of which `cases` tensors were right, the worst with `share` of what
 * rounding allows. What is damaged in the file is left out. */
gboolean ripple_trust_file_add(RippleTrustFile *file, const char *training, guint cases,
                               gdouble share, GError **error);
