/** \file
 * Training: from a configuration to a model.
 */
#pragma once

#include <ripple/config.h>
#include <ripple/device.h>
#include <ripple/model.h>

G_BEGIN_DECLS

/** One finished step, as `--log-every` asks for. */
typedef struct {
    guint64 step;  /**< counted from 1 */
    guint64 epoch; /**< counted from 1 */
    gdouble loss;  /**< of this step's batch, before its update */
    gdouble learning_rate;
} RippleStepReport;

/** One finished epoch. What does not apply is NAN. */
typedef struct {
    guint64 epoch;      /**< counted from 1 */
    guint64 step;       /**< steps so far */
    gdouble train_loss; /**< mean over the epoch's samples, each before its batch's update */
    gdouble train_accuracy;
    gdouble val_loss;
    gdouble val_accuracy;
    gdouble test_loss;
    gdouble test_accuracy;
    gdouble seconds;            /**< since the training began */
    gdouble samples_per_second; /**< of this epoch's training, evaluation left out */
} RippleEpochReport;

/** How far it has come, several times a second. */
typedef struct {
    guint64 step; /**< finished */
    guint64 steps;
    guint64 epoch; /**< under way, counted from 1 */
    guint64 epochs;
    gdouble loss; /**< mean of this epoch so far */
    gdouble samples_per_second;
    gdouble seconds_left;
} RippleProgress;

/** Whom to tell. Every function may be NULL. */
typedef struct {
    void (*step)(const RippleStepReport *report, gpointer user_data);
    void (*epoch)(const RippleEpochReport *report, gpointer user_data);
    void (*progress)(const RippleProgress *progress, gpointer user_data);
    /** The parameters (parameter_span floats, borrowed) before each step that is observed. */
    void (*parameters)(guint64 steps_before, const gfloat *parameters, gpointer user_data);
    /** A sentence or two that the user should read: what training does to a layer that is observed
     * makes it unlikely to learn. */
    void (*warning)(const char *text, gpointer user_data);
    /** Asked after each batch of results; TRUE ends the run with an INTERRUPTED error once what is
     * under way has finished. The model and a checkpoint are saved first. */
    gboolean (*is_interrupted)(gpointer user_data);
    gpointer user_data;
} RippleObserver;

/** What came of a run. What does not apply is NAN. */
typedef struct {
    guint64 steps;
    guint64 epochs; /**< begun */
    gdouble train_loss;
    gdouble train_accuracy;
    gdouble val_loss;
    gdouble val_accuracy;
    gdouble test_loss;
    gdouble test_accuracy;
    gdouble seconds;            /**< from the first step to the last evaluation */
    gdouble samples_per_second; /**< trained on, evaluation and the first step left out */
    gdouble compile_seconds; /**< compiling programs, the first step included, where drivers compile
                                late */
    guint64 host_waits;      /**< how often the host stood still for the device, in all */
    guint64 host_waits_per_epoch; /**< the same in the last whole epoch, evaluation included */
} RippleTrainingResult;

typedef struct _RippleTrainer RippleTrainer;

/** Make everything ready for the run that `config` asks for: read the data, settle what they decide
 * (which changes `config`), build the network, open the device, upload. `config` is borrowed, must
 * outlive the trainer, and must not be changed meanwhile. Where it names a directory, that is made,
 * and held against other runs as long as the trainer lives; what a former run left in it stays as
 * it is until ripple_trainer_run(). A FAILED error when another run is at work there, or has
 * stopped on the way. */
RIPPLE_API RippleTrainer *ripple_trainer_new(RippleConfig *config, GError **error);
RIPPLE_API void ripple_trainer_free(RippleTrainer *trainer);

/** The configuration of the run in `directory`, as its newest whole checkpoint has it, to go on
 * there. A DATA error when there is no checkpoint. */
RIPPLE_API RippleConfig *ripple_trainer_resume_config(const char *directory, GError **error);

/** Like ripple_trainer_new(), for a run that goes on in `config->out` where its newest whole
 * checkpoint left it, to the same bits as if it had not stopped. One that has taken all its steps
 * has nothing left to do. A USAGE error when `config` asks for something else than the run did, but
 * for how long it goes on, where the data lie and what stands in [run]; a DATA error when there is
 * no checkpoint, lines of metrics.jsonl are missing, or the data are not what they were. */
RIPPLE_API RippleTrainer *ripple_trainer_resume(RippleConfig *config, GError **error);

/** How many steps had been taken when the run was resumed; 0 for a new one. */
RIPPLE_API guint64 ripple_trainer_resumed_step(const RippleTrainer *trainer);

/** What the user of a resumed run should know, a sentence on each line: that a newer checkpoint is
 * damaged and will be put aside, or that the run began on another device, so that its numbers may
 * differ. Empty where all is as it should be. Owned by the trainer. */
RIPPLE_API const char *ripple_trainer_resume_notes(const RippleTrainer *trainer);

/** How many steps the run takes in all. */
RIPPLE_API guint64 ripple_trainer_steps(const RippleTrainer *trainer);

/** Interrupt the run, as an observer may, and after exactly `step` steps; 0 for never. To be called
 * before it runs. */
RIPPLE_API void ripple_trainer_stop_after(RippleTrainer *trainer, guint64 step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTrainer, ripple_trainer_free)

/** Train, once, and where the configuration names a directory write config.ini, metrics.jsonl,
 * model.safetensors, checkpoints and, with validation samples, best.safetensors there,
 * and what is observed (docs/formats.md). What a former run left there, and is in the way, is
 * removed before the first step; a resumed run that has taken all its steps changes nothing.
 * `observer` may be NULL. A NOT_FINITE error when the loss stops being a finite number: no model is
 * written then, and the last checkpoint stays. INTERRUPTED when the observer said so. Of a run that
 * was resumed when all its steps were taken, the losses are NAN. */
RIPPLE_API gboolean ripple_trainer_run(RippleTrainer *trainer, const RippleObserver *observer,
                                       RippleTrainingResult *result, GError **error);

/** The model as it stands. Owned by the trainer. */
RIPPLE_API const RippleModel *ripple_trainer_model(const RippleTrainer *trainer);

/** Where it computes. Owned by the trainer. */
RIPPLE_API RippleBackend *ripple_trainer_device(const RippleTrainer *trainer);

/** Training, validation and test samples; 0 where there is no such set. */
RIPPLE_API void ripple_trainer_samples(const RippleTrainer *trainer, gsize *train,
                                       gsize *validation, gsize *test);

/** Are the data streamed to the device, rather than resident there? And how many bytes of its
 * memory do they take? */
RIPPLE_API gboolean ripple_trainer_is_streamed(const RippleTrainer *trainer, guint64 *bytes);

/** Bytes of the device's memory that the run takes in all, and how many there are. */
RIPPLE_API void ripple_trainer_memory(const RippleTrainer *trainer, guint64 *taken,
                                      guint64 *memory);

/** Path of the model file, or NULL when none is written. Owned by the trainer. */
RIPPLE_API const char *ripple_trainer_model_path(const RippleTrainer *trainer);

G_END_DECLS
