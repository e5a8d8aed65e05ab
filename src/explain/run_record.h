/** \file
 * What a run left in its directory, read back for pictures.
 */
#pragma once

#include <ripple/config.h>
#include <ripple/inference.h>
#include <ripple/trainer.h>

typedef struct {
    char *path;           /**< the directory, as it was named */
    RippleConfig *config; /**< of config.ini */
    GArray *steps;        /**< of RippleStepReport, in order; empty without --log-every */
    GArray *epochs;       /**< of RippleEpochReport, in order; what does not apply is NAN */
    RippleModel *model;   /**< of model.safetensors, of best.safetensors where there is none yet, or
                               of the newest checkpoint; NULL where there is none of them */
    char *model_path;     /**< which of them it is; NULL without a model */
    guint64
        not_finite_step; /**< the step at which numbers stopped being finite; 0 where none did */
} RippleRunRecord;

/** Read the run in `directory`. A DATA error says which file is missing or damaged, with its line;
 * a line that a run under way has not yet finished is no error. A run that has no model yet (or
 * lost it) can still be drawn from its metrics, and one without metrics from its model. */
RippleRunRecord *ripple_run_record_new(const char *directory, GError **error);
void ripple_run_record_free(RippleRunRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleRunRecord, ripple_run_record_free)

/** The runs in all of `directories` (NULL-terminated), of RippleRunRecord; free with
 * g_ptr_array_unref. */
GPtrArray *ripple_run_records_new(char *const *directories, GError **error);

/** The samples that pictures show: those of the run's test set, of `spec` instead where that is not
 * NULL, or of the training set where there is no other. As the model wants them; see
 * ripple_model_load_data(). An error when the run has no model. */
RippleDataset *ripple_run_record_load_data(const RippleRunRecord *record, const char *spec,
                                           GError **error);

/** The same of the training set. */
RippleDataset *ripple_run_record_load_training_data(const RippleRunRecord *record, GError **error);

/** A USAGE error that says where models come from, unless the run has one. */
gboolean ripple_run_record_check_model(const RippleRunRecord *record, GError **error);
