/** \file
 * The directory a run writes to: config.ini, metrics.jsonl, model.safetensors (docs/formats.md).
 * Its checkpoints are those of train/checkpoints.h.
 */
#pragma once

#include <ripple/trainer.h>

typedef struct _RippleRunDirectory RippleRunDirectory;

/** Make `path` if it is not there, and hold it against other runs: a FAILED error when one is at
 * work in it. What killed runs left half-written is removed. */
RippleRunDirectory *ripple_run_directory_new(const char *path, GError **error);
void ripple_run_directory_free(RippleRunDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleRunDirectory, ripple_run_directory_free)

/** Write config.ini and begin a new metrics.jsonl. */
gboolean ripple_run_directory_begin(RippleRunDirectory *directory, const RippleConfig *config,
                                    GError **error);

/** Open metrics.jsonl, to go on behind its first `bytes` bytes. A DATA error when it has fewer.
 * Nothing is changed yet. */
gboolean ripple_run_directory_open(RippleRunDirectory *directory, guint64 bytes, GError **error);

/** After ripple_run_directory_open(): write config.ini, and cut off what follows these bytes. */
gboolean ripple_run_directory_continue(RippleRunDirectory *directory, const RippleConfig *config,
                                       GError **error);

/** Length of metrics.jsonl in bytes. */
guint64 ripple_run_directory_length(const RippleRunDirectory *directory);

/** Bring metrics.jsonl to disk. */
gboolean ripple_run_directory_sync(RippleRunDirectory *directory, GError **error);

/** Append a line to metrics.jsonl. It is handed to the system before this returns. */
gboolean ripple_run_directory_add_step(RippleRunDirectory *directory,
                                       const RippleStepReport *report, GError **error);
gboolean ripple_run_directory_add_epoch(RippleRunDirectory *directory,
                                        const RippleEpochReport *report, GError **error);

/** Path of model.safetensors in it. */
const char *ripple_run_directory_model_path(const RippleRunDirectory *directory);
