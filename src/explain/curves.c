#include "explain/curves.h"

#include "train/json_object.h"

#include <math.h>

static const RippleEpochReport *epoch_at(const RippleRunRecord *run, guint index)
{
    return &g_array_index(run->epochs, RippleEpochReport, index);
}

static const RippleStepReport *step_at(const RippleRunRecord *run, guint index)
{
    return &g_array_index(run->steps, RippleStepReport, index);
}

gdouble ripple_curves_steps_per_epoch(const RippleRunRecord *run)
{
    if (run->epochs->len == 0)
        return 0;
    const RippleEpochReport *first = epoch_at(run, 0);
    return (gdouble)first->step / first->epoch;
}

const RippleEpochReport *ripple_curves_best_epoch(const RippleRunRecord *run)
{
    const RippleEpochReport *best = NULL;
    for (guint i = 0; i < run->epochs->len; i++) {
        const RippleEpochReport *epoch = epoch_at(run, i);
        if (isfinite(epoch->val_loss) && (!best || epoch->val_loss < best->val_loss))
            best = epoch;
    }
    return best;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void append_epochs(GString *json, const RippleRunRecord *run)
{
    ripple_json_begin_array(json, "epochs");
    for (guint i = 0; i < run->epochs->len; i++) {
        const RippleEpochReport *epoch = epoch_at(run, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "epoch", epoch->epoch);
        ripple_json_set_whole(json, "step", epoch->step);
        ripple_json_set_number(json, "train_loss", epoch->train_loss);
        ripple_json_set_number(json, "train_accuracy", epoch->train_accuracy);
        ripple_json_set_number(json, "val_loss", epoch->val_loss);
        ripple_json_set_number(json, "val_accuracy", epoch->val_accuracy);
        ripple_json_set_number(json, "test_loss", epoch->test_loss);
        ripple_json_set_number(json, "test_accuracy", epoch->test_accuracy);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

static void append_steps(GString *json, const RippleRunRecord *run)
{
    ripple_json_begin_array(json, "steps");
    for (guint i = 0; i < run->steps->len; i++) {
        const RippleStepReport *step = step_at(run, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "step", step->step);
        ripple_json_set_number(json, "loss", step->loss);
        ripple_json_set_number(json, "learning_rate", step->learning_rate);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

GString *ripple_curves_json(const RippleRunRecord *const *runs, guint n_runs)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", "curves");
    ripple_json_begin_array(json, "runs");
    for (guint i = 0; i < n_runs; i++) {
        const RippleRunRecord *run = runs[i];
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "run", run->path);
        ripple_json_set_text(
            json, "loss",
            run->config->loss < RIPPLE_N_LOSSES ? ripple_loss_name(run->config->loss) : NULL);
        ripple_json_set_number(json, "learning_rate", run->config->learning_rate);
        if (run->not_finite_step > 0)
            ripple_json_set_whole(json, "not_finite_step", run->not_finite_step);
        append_epochs(json, run);
        append_steps(json, run);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    return json;
}
