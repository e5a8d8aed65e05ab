/** \file
 * Proof that a run which is stopped and resumed is the run that never stopped, to the bit.
 */
#pragma once

#include <ripple/config.h>

G_BEGIN_DECLS

/** One thing that both runs left. */
typedef struct {
    char *name; /**< of a tensor in the last checkpoint, or of a file */
    char *unit; /**< "numbers", "lines" or "bytes" */
    guint64 count;
    guint64 different; /**< how many of them are not the same to the bit */
} RippleResumedPart;

/** What was found. */
typedef struct {
    gboolean pass; /**< nothing is different */
    char *device;
    char *network; /**< as ripple_network_describe() has it */
    guint64 steps;
    GArray *stops; /**< guint64: after how many steps the second run was stopped */
    GArray *parts; /**< of RippleResumedPart */
} RippleResumeProof;

/** Whom to tell. Each may be NULL. */
typedef struct {
    /** Called several times a second: so many of the steps of both runs were taken. */
    void (*progress)(guint64 step, guint64 steps, gpointer user_data);
    /** TRUE ends the proof with an INTERRUPTED error. */
    gboolean (*is_interrupted)(gpointer user_data);
    gpointer user_data;
} RippleResumeObserver;

/** Train as `config` says, once straight through and once with `stops` stops (at least 1), after
 * each of which another trainer goes on from the checkpoint; hold together what both leave: all
 * numbers of the last checkpoint, the models, and the lines of metrics.jsonl up to their times.
 * Files go to a temporary directory, which is removed in the end; `config->out` and
 * `config->trace` count for nothing. With `fault`, the name of a tensor, one of its numbers is
 * changed in the first checkpoint: a proof that then passes is broken. A difference is no error:
 * see RippleResumeProof.pass. A USAGE error when the run has too few steps to be stopped. */
RIPPLE_API RippleResumeProof *ripple_verify_resume(const RippleConfig *config, guint stops,
                                                   const char *fault,
                                                   const RippleResumeObserver *observer,
                                                   GError **error);
RIPPLE_API void ripple_resume_proof_free(RippleResumeProof *proof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleResumeProof, ripple_resume_proof_free)

G_END_DECLS
