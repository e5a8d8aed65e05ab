#include "check/compare_private.h"

#include "check/difference.h"
#include "check/fault.h"
#include "check/operands.h"
#include "reference/reference.h"
#include "train/rates.h"

#include <math.h>
#include <ripple/error.h>

/* A loss below this counts as this: of a loss near zero, rounding leaves no digits. */
#define SMALLEST_LOSS 1e-3

/* ---- making ready --------------------------------------------------------------------------- */

void ripple_compare_clear(RippleCompare *self)
{
    for (guint i = 0; i < self->n_contenders; i++)
        ripple_contender_free(self->contenders[i]);
    ripple_session_free(self->follower);
    ripple_session_free(self->alone);
    ripple_backend_free(self->reference);
    g_free(self->order);
    ripple_comparison_free(self->found);
}

static RippleComparison *comparison_new(const RippleCompare *self)
{
    RippleComparison *found = g_new0(RippleComparison, 1);
    found->device = g_strdup(ripple_backend_device_name(self->contenders[0]->backend));
    if (self->n_contenders > 1)
        found->against = g_strdup(ripple_backend_device_name(self->contenders[1]->backend));
    found->network = ripple_network_describe(self->ground.material->model->network);
    found->steps = self->ground.config->steps;
    found->tensors = ripple_differences_new();
    found->others = ripple_differences_new();
    found->between = ripple_differences_new();
    found->losses = g_array_new(FALSE, FALSE, sizeof(RippleLossComparison));
    return found;
}

static gboolean add_contender(RippleCompare *self, const char *selector, GError **error)
{
    RippleContender *contender = ripple_contender_new(&self->ground, selector, error);
    if (contender)
        self->contenders[self->n_contenders++] = contender;
    return contender != NULL;
}

gboolean ripple_compare_open(RippleCompare *self, const char *selector, const char *against,
                             GError **error)
{
    if (!add_contender(self, selector, error) || (against && !add_contender(self, against, error)))
        return FALSE;
    self->reference = ripple_reference_backend_new();
    self->follower = ripple_ground_session(&self->ground, self->reference, TRUE, error);
    self->alone =
        self->follower ? ripple_ground_session(&self->ground, self->reference, TRUE, error) : NULL;
    if (!self->alone)
        return FALSE;
    self->found = comparison_new(self);
    return TRUE;
}

GArray *ripple_compare_tensors(const RippleCompare *self, guint contender)
{
    return contender == 0 ? self->found->tensors : self->found->others;
}

gboolean ripple_compare_is_over(const RippleCompare *self)
{
    return self->found->not_finite != NULL;
}

static gboolean begin_epoch(RippleCompare *self, guint32 epoch, GError **error)
{
    g_free(self->order);
    self->order = ripple_material_order(self->ground.material, self->ground.config, epoch);
    for (guint i = 0; i < self->n_contenders; i++)
        if (!ripple_contender_set_order(self->contenders[i], self->order, error))
            return FALSE;
    return ripple_session_set_order(self->follower, self->order, error) &&
           ripple_session_set_order(self->alone, self->order, error);
}

/* ---- one step ------------------------------------------------------------------------------- */

static gboolean read_loss(const RippleSession *session, gdouble *loss, GError **error)
{
    gdouble result[2];
    if (!ripple_backend_download_exact(ripple_buffer_view(session->result), result, error))
        return FALSE;
    *loss = result[0];
    return TRUE;
}

/* The reference on its own takes the same step; only the loss is looked at. */
static gboolean compare_alone(RippleCompare *self, guint64 step, gsize first, gsize count,
                              const RippleRates *rates, GError **error)
{
    RippleBatch batch;
    RippleLossComparison loss = {.step = self->steps_before + step};
    if (!ripple_session_batch(self->alone, first, count, &batch, error) ||
        !ripple_scheduler_step(self->alone->scheduler, &batch, rates,
                               ripple_buffer_view(self->alone->result), error) ||
        !read_loss(self->alone, &loss.reference, error) ||
        !read_loss(self->contenders[0]->kept, &loss.device, error))
        return FALSE;
    loss.relative = fabs(loss.device - loss.reference) / fmax(fabs(loss.reference), SMALLEST_LOSS);
    g_array_append_val(self->found->losses, loss);
    return TRUE;
}

/* Each device takes the same step at once. */
static gboolean compare_joined(RippleCompare *self, guint64 step, gsize first, gsize count,
                               const RippleRates *rates, GError **error)
{
    for (guint i = 0; i < self->n_contenders; i++) {
        GArray *tensors = ripple_compare_tensors(self, i);
        guint before = tensors->len;
        if (!ripple_steps_comparison_end(self->contenders[i]->joined, self->follower, first, count,
                                         rates, self->steps_before + step, tensors, error))
            return FALSE;
        ripple_compare_joined(self, i, before);
    }
    return TRUE;
}

static gboolean compare_step(RippleCompare *self, guint64 step, gsize first, gsize count,
                             GError **error)
{
    RippleRates rates = ripple_config_rates(self->ground.config, self->steps_before + step);
    const RippleSchedule *schedule = ripple_scheduler_schedule(self->follower->scheduler);
    for (guint i = 0; i < self->n_contenders; i++)
        if (!ripple_steps_comparison_begin(self->contenders[i]->joined, self->contenders[i]->kept,
                                           error))
            return FALSE;
    for (guint row = 0; row < schedule->n_steps && !ripple_compare_is_over(self); row++)
        if (!ripple_compare_row(self, step, row, first, count, &rates, error))
            return FALSE;
    if (ripple_compare_is_over(self))
        return TRUE;
    /* Past a fault on purpose, the rows are no longer what they should be. */
    gboolean is_spoiled = self->fault && step == self->ground.config->steps;
    if (!is_spoiled && !compare_joined(self, step, first, count, &rates, error))
        return FALSE;
    return compare_alone(self, step, first, count, &rates, error);
}

gboolean ripple_compare_run(RippleCompare *self, RippleCompareProgress progress, gpointer user_data,
                            GError **error)
{
    gsize samples = self->ground.material->n_train;
    gsize batch = ripple_session_batch_size(self->follower);
    guint64 step = 0, steps = self->ground.config->steps;
    for (guint32 epoch = 1; step < steps && !ripple_compare_is_over(self); epoch++) {
        if (!begin_epoch(self, epoch, error))
            return FALSE;
        for (gsize first = 0; first < samples && step < steps && !ripple_compare_is_over(self);
             first += batch) {
            if (!compare_step(self, ++step, first, MIN(batch, samples - first), error))
                return FALSE;
            if (progress)
                progress(step, steps, user_data);
        }
    }
    return TRUE;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static gboolean all_pass(const GArray *tensors)
{
    for (guint i = 0; i < tensors->len; i++)
        if (!g_array_index(tensors, RippleTensorComparison, i).pass)
            return FALSE;
    return TRUE;
}

RippleComparison *ripple_compare_end(RippleCompare *self)
{
    RippleComparison *found = self->found;
    /* Two that are right differ by no more than both bounds. */
    found->pass = all_pass(found->tensors) && all_pass(found->others);
    return g_steal_pointer(&self->found);
}

RippleComparison *ripple_compare_devices(RippleConfig *config, const char *against,
                                         const char *fault, RippleCompareProgress progress,
                                         gpointer user_data, GError **error)
{
    g_return_val_if_fail(config->steps > 0, NULL);
    g_autoptr(RippleMaterial) material = ripple_material_new(config, error);
    g_auto(RippleCompare) self = {.ground = {config, material, NULL}};
    if (!material || !ripple_compare_open(&self, config->device, against, error))
        return NULL;
    if (fault && !ripple_fault_find(ripple_scheduler_schedule(self.follower->scheduler), fault,
                                    &self.fault, error))
        return NULL;
    if (!ripple_compare_run(&self, progress, user_data, error))
        return NULL;
    return ripple_compare_end(&self);
}

RippleComparison *ripple_compare(RippleConfig *config, const char *fault,
                                 RippleCompareProgress progress, gpointer user_data, GError **error)
{
    return ripple_compare_devices(config, NULL, fault, progress, user_data, error);
}

void ripple_comparison_free(RippleComparison *comparison)
{
    if (!comparison)
        return;
    g_free(comparison->device);
    g_free(comparison->against);
    g_free(comparison->network);
    g_array_unref(comparison->tensors);
    g_array_unref(comparison->others);
    g_array_unref(comparison->between);
    g_array_unref(comparison->losses);
    ripple_divergence_free(comparison->divergence);
    ripple_divergence_free(comparison->not_finite);
    g_free(comparison);
}
