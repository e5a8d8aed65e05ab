/** \file
 * Where observations go in a run's directory: observations.jsonl, and snapshots of the parameters
 * as path/step-NUMBER.safetensors (docs/formats.md). What a run that goes on had not yet counted in
 * its checkpoint is removed, since it comes again.
 */
#pragma once

#include <ripple/model.h>

typedef struct _RippleObservationFiles RippleObservationFiles;

/** Of a run in `directory` that is observed each `every` steps, 0 for never, and keeps a path of
 * `model` where `keep_path`. Borrows `model`. What killed runs left half-written is removed. */
RippleObservationFiles *ripple_observation_files_new(const char *directory, guint64 every,
                                                     gboolean keep_path, RippleModel *model);
void ripple_observation_files_free(RippleObservationFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleObservationFiles, ripple_observation_files_free)

/** A new run begins: remove what a former one left, and begin anew where this one is observed. */
gboolean ripple_observation_files_begin(RippleObservationFiles *files, GError **error);

/** A run is to go on behind the first `bytes` bytes of observations.jsonl. A DATA error when it has
 * fewer. Nothing is changed yet. */
gboolean ripple_observation_files_check(RippleObservationFiles *files, guint64 bytes,
                                        GError **error);

/** It does go on, after `step` steps: cut off what follows those bytes, and remove the snapshots
 * from `step` steps on. */
gboolean ripple_observation_files_continue(RippleObservationFiles *files, guint64 step,
                                           GError **error);

/** Length of observations.jsonl in bytes. */
guint64 ripple_observation_files_length(const RippleObservationFiles *files);

/** Bring observations.jsonl to disk. */
gboolean ripple_observation_files_sync(RippleObservationFiles *files, GError **error);

/** Append a line, with its end. It is handed to the system before this returns. */
gboolean ripple_observation_files_add(RippleObservationFiles *files, const GString *line,
                                      GError **error);

/** Most snapshots that are kept, and most bytes that they take together where they are many. */
#define RIPPLE_PATH_MOST 256
#define RIPPLE_PATH_FEWEST 16
#define RIPPLE_PATH_BYTES (64 << 20)

/** Folder and prefix of snapshots. */
#define RIPPLE_PATH_FOLDER "path"
#define RIPPLE_PATH_PREFIX "step-"

/** Is a snapshot kept from after `step` steps, as of then? The farther the run has come, the wider
 * apart they are: whenever there would be too many, every second is left out from there on. */
gboolean ripple_observation_files_wants(const RippleObservationFiles *files, guint64 step);

/** Write the snapshot from after `step` steps, and remove those that are too many then. The model
 * is left with `parameters`. Nothing is written where one is not finite. */
gboolean ripple_observation_files_keep(RippleObservationFiles *files, guint64 step,
                                       const gfloat *parameters, GError **error);
