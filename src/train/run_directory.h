/** \file
 * The directory a run writes to: config.ini, metrics.jsonl, model.safetensors (docs/formats.md).
 */
#pragma once

#include <ripple/trainer.h>

typedef struct _RippleRunDirectory RippleRunDirectory;

/** Make `path` if it is not there, write config.ini and begin a new metrics.jsonl. */
RippleRunDirectory *ripple_run_directory_new(const char *path, const RippleConfig *config,
                                             GError **error);
void ripple_run_directory_free(RippleRunDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleRunDirectory, ripple_run_directory_free)

/** Append a line to metrics.jsonl. It is handed to the system before this returns. */
gboolean ripple_run_directory_add_step(RippleRunDirectory *directory,
                                       const RippleStepReport *report, GError **error);
gboolean ripple_run_directory_add_epoch(RippleRunDirectory *directory,
                                        const RippleEpochReport *report, GError **error);

/** Path of model.safetensors in it. */
const char *ripple_run_directory_model_path(const RippleRunDirectory *directory);
