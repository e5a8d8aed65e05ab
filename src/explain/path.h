/** \file
 * The weights of a run at steps on its way, as `train --observe` leaves them in its directory:
 * path/step-NUMBER.safetensors, each a model file (docs/formats.md). Checkpoints are such files,
 * too.
 */
#pragma once

#include <ripple/network.h>

/** One of the files. */
typedef struct {
    guint64 step; /**< how many steps had been taken; 0 is the start */
    char *file;
} RipplePathPlace;

typedef struct {
    guint n_places;
    RipplePathPlace *places; /**< by step, upward */
} RipplePath;

/** The files of the run in `directory`; none where it was not observed. Nothing is read yet. A
 * FAILED error when a folder "path" is there and cannot be listed. */
RipplePath *ripple_path_new(const char *directory, GError **error);

/** The same of the checkpoints that were kept. */
RipplePath *ripple_path_of_checkpoints(const char *directory, GError **error);
void ripple_path_free(RipplePath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RipplePath, ripple_path_free)

/** Read the weights and biases at place `index` into `parameters` (parameter_span floats). A DATA
 * error when the file is damaged or of another network. */
gboolean ripple_path_read(const RipplePath *path, guint index, const RippleNetwork *network,
                          gfloat *parameters, GError **error);
