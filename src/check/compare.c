#include <ripple/compare.h>

#include "check/bound.h"
#include "check/compare_steps.h"
#include "check/difference.h"
#include "check/fault.h"
#include "reference/reference.h"
#include "train/data_plan.h"
#include "train/material.h"
#include "train/rates.h"
#include "train/session.h"

#include <float.h>
#include <math.h>
#include <ripple/device.h>
#include <ripple/error.h>
#include <string.h>

/* A loss below this counts as this: of a loss near zero, rounding leaves no digits. */
#define SMALLEST_LOSS 1e-3

/* One way of training. */
typedef struct {
    RippleBackend *backend;
    RippleSession *session;
} Side;

typedef struct {
    const RippleConfig *config;
    RippleMaterial *material;
    Side device;   /* every tensor kept, so that each can be looked at */
    Side lean;     /* the same device with the schedule that train runs; borrows its backend */
    Side follower; /* the reference on the device's operands, row by row */
    Side alone;    /* the reference on its own */
    RippleStepsComparison *joined; /* the device again, a step at once where it can */
    const RippleTensor *fault;
    RippleComparison *found;
} Compare;

/* ---- making ready --------------------------------------------------------------------------- */

static void side_clear(Side *side)
{
    ripple_session_free(side->session);
    ripple_backend_free(side->backend);
}

static void compare_clear(Compare *self)
{
    ripple_steps_comparison_free(self->joined);
    side_clear(&self->lean);
    side_clear(&self->device);
    side_clear(&self->follower);
    side_clear(&self->alone);
    ripple_material_free(self->material);
    ripple_comparison_free(self->found);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Compare, compare_clear)

static gboolean side_begin(Side *side, RippleBackend *backend, gboolean keep_all,
                           const Compare *compare, GError **error)
{
    const RippleMaterial *material = compare->material;
    RippleScheduleOptions options = {.batch = compare->config->batch,
                                     .moments = ripple_config_moments(compare->config),
                                     .keep_all = keep_all};
    RipplePlacement set = {material->train, compare->config->batch, 0};
    RippleDataPlan plan;
    if (!ripple_data_plan(backend, compare->config->memory_limit, &set, 1, &plan, error))
        return FALSE;
    side->session = ripple_session_new(backend, material->model, material->train, set.window,
                                       material->n_train, options, error);
    return side->session != NULL;
}

/* A third session on the device, a step at once. */
static gboolean begin_joined(Compare *self, GError **error)
{
    Side side = {0};
    if (!side_begin(&side, self->device.backend, FALSE, self, error))
        return FALSE;
    self->joined = ripple_steps_comparison_new(side.session);
    return TRUE;
}

/* Takes `backend`, which may be NULL after an error. */
static gboolean side_open(Side *side, RippleBackend *backend, const Compare *compare,
                          GError **error)
{
    side->backend = backend;
    return backend && side_begin(side, backend, TRUE, compare, error);
}

static RippleBackend *open_device(const char *selector, GError **error)
{
    g_autoptr(RippleBackend) backend = ripple_device_open(selector, error);
    if (backend && strcmp(ripple_backend_kind(backend), "reference") == 0) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "The reference cannot be compared with itself; choose a device that "
                            "`ripple devices` lists.");
        return NULL;
    }
    return g_steal_pointer(&backend);
}

static gboolean begin_epoch(Compare *self, guint32 epoch, GError **error)
{
    g_autofree guint32 *order = ripple_material_order(self->material, self->config, epoch);
    return ripple_session_set_order(self->device.session, order, error) &&
           ripple_session_set_order(self->lean.session, order, error) &&
           ripple_steps_comparison_set_order(self->joined, order, error) &&
           ripple_session_set_order(self->follower.session, order, error) &&
           ripple_session_set_order(self->alone.session, order, error);
}

/* ---- one row -------------------------------------------------------------------------------- */

static RippleView side_view(const Side *side, const RippleTensor *tensor, gsize count)
{
    return ripple_scheduler_view(side->session->scheduler, tensor->role, tensor->layer, count);
}

/* What one tensor is held against. */
typedef struct {
    const gdouble *reference;
    const gdouble *allowed;
    const gdouble *allowed_lean;
    gsize rows;
    gsize columns;
} Expected;

/* Hold `kept`, and `lean` where it is there, against what is expected: one entry, which shows the
 * worse of the two. Takes `name`. */
static void add_found(Compare *self, char *name, guint64 step_number, const gdouble *kept,
                      const gdouble *lean, Expected expected)
{
    RippleTensorComparison found = {0}, other = {0};
    ripple_difference(kept, expected.reference, expected.allowed, expected.rows, expected.columns,
                      &found);
    if (lean)
        ripple_difference(lean, expected.reference, expected.allowed_lean, expected.rows,
                          expected.columns, &other);
    if (lean && other.share > found.share)
        found = other;
    found.name = name;
    found.step = step_number;
    g_array_append_val(self->found->tensors, found);
}

/* Hold what the device wrote to `tensor`, and what it wrote where the schedule is lean, against
 * what the follower wrote; then give both the device's values to go on from. */
static gboolean compare_tensor(Compare *self, guint64 step_number, const RippleStep *step,
                               const RippleTensor *tensor, const RippleBatch *batch,
                               const RippleRates *rates, GError **error)
{
    RippleView on_device = side_view(&self->device, tensor, batch->count);
    RippleView on_lean = side_view(&self->lean, tensor, batch->count);
    RippleView on_follower = side_view(&self->follower, tensor, batch->count);
    gsize length = on_device.rows * on_device.columns;
    g_autofree gfloat *values = g_new(gfloat, length);
    g_autofree gdouble *kept = g_new(gdouble, length);
    g_autofree gdouble *lean = on_lean.buffer ? g_new(gdouble, length) : NULL;
    g_autofree gdouble *reference = g_new(gdouble, length);
    g_auto(RippleBound) bound = {0};

    if (!ripple_backend_download(on_device, values, error) ||
        (lean && !ripple_backend_download_exact(on_lean, lean, error)) ||
        !ripple_backend_download_exact(on_follower, reference, error) ||
        !ripple_bound_tensor(self->follower.session->scheduler, step, tensor, batch, rates, &bound,
                             error))
        return FALSE;
    const gdouble *allowed_lean = bound.allowed_fused ? bound.allowed_fused : bound.allowed;
    for (gsize i = 0; i < length; i++)
        kept[i] = values[i];
    add_found(self, ripple_tensor_name(tensor), step_number, kept, lean,
              (Expected){reference, bound.allowed, allowed_lean, bound.rows, bound.columns});
    return (!lean || ripple_backend_upload(on_lean, values, error)) &&
           ripple_backend_upload(on_follower, values, error);
}

static gboolean all_pass(const RippleComparison *found)
{
    for (guint i = 0; i < found->tensors->len; i++)
        if (!g_array_index(found->tensors, RippleTensorComparison, i).pass)
            return FALSE;
    return TRUE;
}

static gboolean side_result(const Side *side, gdouble *result, GError **error)
{
    return ripple_backend_download_exact(ripple_buffer_view(side->session->result), result, error);
}

/* The loss, and how many samples are classified rightly: that is counted from the very numbers the
 * follower has, and allows nothing. */
static gboolean compare_result(Compare *self, guint64 step_number, gsize count, GError **error)
{
    static const char *const names[] = {"loss", "correct"};
    gdouble kept[2], lean[2], reference[2], allowed[2] = {0};
    if (!side_result(&self->device, kept, error) || !side_result(&self->lean, lean, error) ||
        !side_result(&self->follower, reference, error) ||
        !ripple_bound_loss(self->follower.session->scheduler, count, reference[0], &allowed[0],
                           error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        add_found(self, g_strdup(names[i]), step_number, &kept[i], &lean[i],
                  (Expected){&reference[i], &allowed[i], &allowed[i], 1, 1});
    if (fabs(reference[0]) <= FLT_MAX || !all_pass(self->found))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                "The loss of step %" G_GUINT64_FORMAT " is no longer a finite number, here or in "
                "the reference; try a smaller learning rate than %g.",
                step_number, self->config->learning_rate);
    return FALSE;
}

static gboolean side_row(Side *side, guint row, gsize first, gsize count, const RippleRates *rates,
                         GError **error)
{
    RippleBatch batch;
    return ripple_session_batch(side->session, first, count, &batch, error) &&
           ripple_scheduler_row(side->session->scheduler, row, &batch, rates,
                                ripple_buffer_view(side->session->result), error);
}

static gboolean compare_row(Compare *self, guint64 step_number, guint row, gsize first, gsize count,
                            const RippleRates *rates, GError **error)
{
    const RippleSchedule *schedule = ripple_scheduler_schedule(self->device.session->scheduler);
    const RippleStep *step = &schedule->steps[row];
    if (!side_row(&self->device, row, first, count, rates, error) ||
        !side_row(&self->lean, row, first, count, rates, error) ||
        !side_row(&self->follower, row, first, count, rates, error))
        return FALSE;
    if (step->kind == RIPPLE_STEP_LOSS && !compare_result(self, step_number, count, error))
        return FALSE;

    RippleBatch batch;
    if (!ripple_session_batch(self->follower.session, first, count, &batch, error))
        return FALSE;
    const RippleTensor *written[RIPPLE_N_ROLES];
    guint n_written = ripple_schedule_writes(schedule, step, written);
    for (guint i = 0; i < n_written; i++) {
        if (written[i]->role == RIPPLE_ROLE_LABELS)
            continue; /* whole numbers, copied */
        if (self->fault == written[i] && step_number == self->config->steps &&
            !ripple_fault_inject(ripple_scheduler_view(self->device.session->scheduler,
                                                       written[i]->role, written[i]->layer, count),
                                 error))
            return FALSE;
        if (!compare_tensor(self, step_number, step, written[i], &batch, rates, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- one step ------------------------------------------------------------------------------- */

/* The reference on its own takes the same step; only the loss is looked at. */
static gboolean compare_alone(Compare *self, gsize first, gsize count, const RippleRates *rates,
                              GError **error)
{
    RippleBatch batch;
    gdouble device[2], alone[2];
    if (!ripple_session_batch(self->alone.session, first, count, &batch, error) ||
        !ripple_scheduler_step(self->alone.session->scheduler, &batch, rates,
                               ripple_buffer_view(self->alone.session->result), error) ||
        !ripple_backend_download_exact(ripple_buffer_view(self->alone.session->result), alone,
                                       error) ||
        !ripple_backend_download_exact(ripple_buffer_view(self->device.session->result), device,
                                       error))
        return FALSE;
    RippleLossComparison loss = {device[0], alone[0],
                                 fabs(device[0] - alone[0]) / fmax(fabs(alone[0]), SMALLEST_LOSS)};
    g_array_append_val(self->found->losses, loss);
    return TRUE;
}

static gboolean compare_step(Compare *self, guint64 step_number, gsize first, gsize count,
                             GError **error)
{
    RippleRates rates = ripple_config_rates(self->config, step_number);
    const RippleSchedule *schedule = ripple_scheduler_schedule(self->device.session->scheduler);
    if (!ripple_steps_comparison_begin(self->joined, self->device.session, error))
        return FALSE;
    for (guint row = 0; row < schedule->n_steps; row++)
        if (!compare_row(self, step_number, row, first, count, &rates, error))
            return FALSE;
    /* Past a fault on purpose, the rows are no longer what they should be. */
    gboolean is_spoiled = self->fault && step_number == self->config->steps;
    if (!is_spoiled &&
        !ripple_steps_comparison_end(self->joined, self->follower.session, first, count, &rates,
                                     step_number, self->found->tensors, error))
        return FALSE;
    return compare_alone(self, first, count, &rates, error);
}

static gboolean compare_steps(Compare *self, RippleCompareProgress progress, gpointer user_data,
                              GError **error)
{
    gsize samples = self->material->n_train;
    gsize batch = ripple_session_batch_size(self->device.session);
    guint64 step = 0;
    for (guint32 epoch = 1; step < self->config->steps; epoch++) {
        if (!begin_epoch(self, epoch, error))
            return FALSE;
        for (gsize first = 0; first < samples && step < self->config->steps; first += batch) {
            if (!compare_step(self, ++step, first, MIN(batch, samples - first), error))
                return FALSE;
            if (progress)
                progress(step, self->config->steps, user_data);
        }
    }
    return TRUE;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void tensor_clear(gpointer tensor)
{
    g_free(((RippleTensorComparison *)tensor)->name);
}

static RippleComparison *comparison_new(const Compare *compare)
{
    RippleComparison *found = g_new0(RippleComparison, 1);
    found->device = g_strdup(ripple_backend_device_name(compare->device.backend));
    found->network = ripple_network_describe(compare->material->model->network);
    found->steps = compare->config->steps;
    found->tensors = g_array_new(FALSE, FALSE, sizeof(RippleTensorComparison));
    g_array_set_clear_func(found->tensors, tensor_clear);
    found->losses = g_array_new(FALSE, FALSE, sizeof(RippleLossComparison));
    return found;
}

RippleComparison *ripple_compare(RippleConfig *config, const char *fault,
                                 RippleCompareProgress progress, gpointer user_data, GError **error)
{
    g_return_val_if_fail(config->steps > 0, NULL);
    g_auto(Compare) self = {.config = config};
    self.material = ripple_material_new(config, error);
    if (!self.material ||
        !side_open(&self.device, open_device(config->device, error), &self, error) ||
        !side_begin(&self.lean, self.device.backend, FALSE, &self, error) ||
        !begin_joined(&self, error) ||
        !side_open(&self.follower, ripple_reference_backend_new(), &self, error) ||
        !side_open(&self.alone, ripple_reference_backend_new(), &self, error))
        return NULL;
    if (fault && !ripple_fault_find(ripple_scheduler_schedule(self.device.session->scheduler),
                                    fault, &self.fault, error))
        return NULL;
    self.found = comparison_new(&self);
    if (!compare_steps(&self, progress, user_data, error))
        return NULL;
    self.found->pass = all_pass(self.found);
    return g_steal_pointer(&self.found);
}

void ripple_comparison_free(RippleComparison *comparison)
{
    if (!comparison)
        return;
    g_free(comparison->device);
    g_free(comparison->network);
    g_array_unref(comparison->tensors);
    g_array_unref(comparison->losses);
    g_free(comparison);
}
