#include <ripple/verify_resume.h>

#include "base/random.h"
#include "check/resumed.h"
#include "train/config_options.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <ripple/trainer.h>

/* Where it stands: the proof, and the place it is made in. */
typedef struct {
    const RippleConfig *config;
    const RippleResumeObserver *observer;
    const char *fault;
    guint n_stops;
    char *folder;
    char *straight; /* directory of the run that never stops */
    char *stopped;  /* and of the other */
    guint64 before; /* steps that earlier runs took, for progress */
    gboolean interrupted;
    RippleResumeProof *proof;
} Proof;

void ripple_resume_proof_free(RippleResumeProof *proof)
{
    if (!proof)
        return;
    for (guint i = 0; i < proof->parts->len; i++) {
        g_free(g_array_index(proof->parts, RippleResumedPart, i).name);
        g_free(g_array_index(proof->parts, RippleResumedPart, i).unit);
    }
    g_array_unref(proof->parts);
    g_array_unref(proof->stops);
    g_free(proof->device);
    g_free(proof->network);
    g_free(proof);
}

/* ---- the place ------------------------------------------------------------------------------ */

static void remove_tree(const char *path)
{
    g_autoptr(GDir) open = g_dir_open(path, 0, NULL);
    for (const char *name; open && (name = g_dir_read_name(open));) {
        g_autofree char *entry = g_build_filename(path, name, NULL);
        if (g_file_test(entry, G_FILE_TEST_IS_DIR))
            remove_tree(entry);
        else
            g_unlink(entry);
    }
    g_rmdir(path);
}

static gboolean make_place(Proof *self, GError **error)
{
    g_autoptr(GError) cause = NULL;
    self->folder = g_dir_make_tmp("ripple-verify-XXXXXX", &cause);
    if (!self->folder) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "Could not make a temporary directory for the runs: %s.", cause->message);
        return FALSE;
    }
    self->straight = g_build_filename(self->folder, "straight", NULL);
    self->stopped = g_build_filename(self->folder, "stopped", NULL);
    return TRUE;
}

static void proof_clear(Proof *self)
{
    if (self->folder)
        remove_tree(self->folder);
    g_free(self->folder);
    g_free(self->straight);
    g_free(self->stopped);
    ripple_resume_proof_free(self->proof);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Proof, proof_clear)

/* The configuration as it was asked for, but for where its files go. */
static RippleConfig *make_config(const Proof *self, const char *directory, GError **error)
{
    static const RippleInterval usual = {60, RIPPLE_INTERVAL_SECONDS};
    g_autofree char *text = ripple_config_to_text(self->config);
    g_autoptr(RippleConfig) config = ripple_config_new();
    if (!ripple_config_parse(config, text, error))
        return NULL;
    g_free(config->out);
    config->out = g_strdup(directory);
    g_clear_pointer(&config->trace, g_free);
    if (config->checkpoint_every.count == 0)
        config->checkpoint_every = usual;
    return g_steal_pointer(&config);
}

/* ---- runs ----------------------------------------------------------------------------------- */

static void show_progress(const RippleProgress *progress, gpointer user_data)
{
    const Proof *self = user_data;
    if (self->observer->progress)
        self->observer->progress(self->before + progress->step, 2 * progress->steps,
                                 self->observer->user_data);
}

static gboolean is_interrupted(gpointer user_data)
{
    Proof *self = user_data;
    self->interrupted =
        self->observer->is_interrupted && self->observer->is_interrupted(self->observer->user_data);
    return self->interrupted;
}

/* Up to step `stop`, or to the end where that is 0. */
static gboolean run(Proof *self, RippleTrainer *trainer, guint64 stop, GError **error)
{
    const RippleObserver observer = {
        .progress = show_progress, .is_interrupted = is_interrupted, .user_data = self};
    RippleTrainingResult result;
    g_autoptr(GError) cause = NULL;
    ripple_trainer_stop_after(trainer, stop);
    gboolean ok = ripple_trainer_run(trainer, &observer, &result, &cause);
    if (self->interrupted)
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED,
                            "The proof was interrupted; nothing was found.");
    else if (ok || (stop > 0 && g_error_matches(cause, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED)))
        return TRUE;
    else
        g_propagate_error(error, g_steal_pointer(&cause));
    return FALSE;
}

/* Where to stop: anywhere in each of as many parts of the run, and in one of them at the end of an
 * epoch, if one ends before the run does. */
static void choose_stops(Proof *self, guint64 steps, guint64 per_epoch)
{
    guint64 places = steps - 1; /* after step 1, 2, …, steps − 1 */
    guint64 end_of_epoch = (steps / 2 + per_epoch - 1) / per_epoch * per_epoch;
    guint stops = (guint)MIN(self->n_stops, places);
    for (guint i = 0; i < stops; i++) {
        guint64 low = 1 + places * i / stops, high = 1 + places * (i + 1) / stops;
        guint32 word = ripple_random_word(self->config->seed, RIPPLE_STREAM_TEST, 0, i);
        guint64 stop = low + word % (high - low);
        if (end_of_epoch >= low && end_of_epoch < high)
            stop = end_of_epoch;
        g_array_append_val(self->proof->stops, stop);
    }
}

static void describe(Proof *self, const RippleTrainer *trainer, const RippleConfig *config)
{
    gsize train, validation, test;
    ripple_trainer_samples(trainer, &train, &validation, &test);
    RippleResumeProof *proof = self->proof;
    proof->device = g_strdup(ripple_device_name(ripple_trainer_device(trainer)));
    proof->network = ripple_network_describe(ripple_trainer_model(trainer)->network);
    proof->steps = ripple_trainer_steps(trainer);
    choose_stops(self, proof->steps, (train - 1) / config->batch + 1);
}

static gboolean check_steps(const RippleTrainer *trainer, GError **error)
{
    if (ripple_trainer_steps(trainer) > 1)
        return TRUE;
    g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                        "A run of one step has no place to stop; ask for more by --epochs or "
                        "--steps.");
    return FALSE;
}

static gboolean run_straight(Proof *self, GError **error)
{
    g_autoptr(RippleConfig) config = make_config(self, self->straight, error);
    g_autoptr(RippleTrainer) trainer = config ? ripple_trainer_new(config, error) : NULL;
    if (!trainer || !check_steps(trainer, error))
        return FALSE;
    describe(self, trainer, config);
    return run(self, trainer, 0, error);
}

static guint64 stop_at(const Proof *self, guint i)
{
    const GArray *stops = self->proof->stops;
    return i < stops->len ? g_array_index(stops, guint64, i) : 0;
}

static gboolean begin_stopped(Proof *self, GError **error)
{
    g_autoptr(RippleConfig) config = make_config(self, self->stopped, error);
    g_autoptr(RippleTrainer) trainer = config ? ripple_trainer_new(config, error) : NULL;
    return trainer && run(self, trainer, stop_at(self, 0), error) &&
           (!self->fault || ripple_resumed_spoil(self->stopped, self->fault, error));
}

/* A new trainer each time, which knows nothing but what is on disk. */
static gboolean go_on(Proof *self, guint64 stop, GError **error)
{
    g_autoptr(RippleConfig) config = ripple_trainer_resume_config(self->stopped, error);
    g_autoptr(RippleTrainer) trainer = config ? ripple_trainer_resume(config, error) : NULL;
    return trainer && run(self, trainer, stop, error);
}

static gboolean run_stopped(Proof *self, GError **error)
{
    self->before = self->proof->steps;
    if (!begin_stopped(self, error))
        return FALSE;
    for (guint i = 1; i <= self->proof->stops->len; i++)
        if (!go_on(self, stop_at(self, i), error))
            return FALSE;
    return TRUE;
}

/* ---- the proof ------------------------------------------------------------------------------ */

RippleResumeProof *ripple_verify_resume(const RippleConfig *config, guint stops, const char *fault,
                                        const RippleResumeObserver *observer, GError **error)
{
    static const RippleResumeObserver nobody = {0};
    g_return_val_if_fail(stops > 0, NULL);
    g_auto(Proof) self = {.config = config,
                          .observer = observer ? observer : &nobody,
                          .fault = fault,
                          .n_stops = stops,
                          .proof = g_new0(RippleResumeProof, 1)};
    self.proof->stops = g_array_new(FALSE, FALSE, sizeof(guint64));
    self.proof->parts = g_array_new(FALSE, FALSE, sizeof(RippleResumedPart));
    if (!make_place(&self, error) || !run_straight(&self, error) || !run_stopped(&self, error) ||
        !ripple_resumed_compare(self.straight, self.stopped, self.proof->parts, error))
        return NULL;
    self.proof->pass = TRUE;
    for (guint i = 0; i < self.proof->parts->len; i++)
        if (g_array_index(self.proof->parts, RippleResumedPart, i).different > 0)
            self.proof->pass = FALSE;
    return g_steal_pointer(&self.proof);
}
