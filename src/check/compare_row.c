/* One row of a step: on the devices, in the reference, and held together. */
#include "check/compare_private.h"

#include "check/bound.h"
#include "check/difference.h"
#include "check/fault.h"
#include "check/operands.h"

#include <float.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* The row, and what it says of itself. */
typedef struct {
    RippleCompare *compare;
    guint64 step; /* of this comparison, counted from 1 */
    guint row;
    RippleOperands operands;
} Row;

static void row_clear(Row *row)
{
    ripple_operands_clear(&row->operands);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Row, row_clear)

/* What was written, by one device: where every tensor is kept, and in the schedule that training
 * runs; NULL where that has no such tensor. */
typedef struct {
    gdouble *kept;
    gdouble *lean;
} Written;

static void written_clear(Written *written)
{
    g_free(written->kept);
    g_free(written->lean);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Written, written_clear)

/* What it is held against. `tensor` is NULL for the loss, and for what was classified rightly. */
typedef struct {
    const char *name;
    const RippleTensor *tensor;
    const gdouble *reference;
    const gdouble *allowed;
    const gdouble *allowed_lean;
    gsize rows;
    gsize columns;
} Expected;

/* ---- the first that went wrong -------------------------------------------------------------- */

/* An element with its operands. */
static RippleDivergence *divergence_at(const Row *row, const Expected *expected, gsize at,
                                       gdouble device, gboolean is_lean, GError **error)
{
    g_autoptr(RippleDivergence) self = ripple_divergence_new(expected->name);
    g_autofree char *operation = ripple_step_describe(row->operands.step);
    self->step = row->compare->steps_before + row->step;
    self->operation = g_intern_string(operation);
    self->layer = row->operands.step->layer;
    self->row = at / expected->columns;
    self->column = at % expected->columns;
    self->device = device;
    self->reference = expected->reference[at];
    self->tolerance = (is_lean ? expected->allowed_lean : expected->allowed)[at];
    self->ulp = ripple_difference_ulp(device, self->reference);
    self->is_lean = is_lean;
    gboolean ok = expected->tensor
                      ? ripple_operands_of_tensor(&row->operands, expected->tensor, self, error)
                      : ripple_operands_of_result(&row->operands,
                                                  strcmp(expected->name, "loss") == 0, self, error);
    return ok ? g_steal_pointer(&self) : NULL;
}

static const char *device_name(const RippleCompare *self, guint contender)
{
    return g_intern_string(ripple_backend_device_name(self->contenders[contender]->backend));
}

/* Hold what one device has written against what is expected: one entry, which shows the worse of
 * its two schedules. */
static gboolean add_found(const Row *row, guint contender, const Written *written,
                          const Expected *expected, GError **error)
{
    RippleComparison *found = row->compare->found;
    RippleTensorComparison entry = {0}, lean = {.is_lean = TRUE};
    ripple_difference(written->kept, expected->reference, expected->allowed, expected->rows,
                      expected->columns, &entry);
    if (written->lean)
        ripple_difference(written->lean, expected->reference, expected->allowed_lean,
                          expected->rows, expected->columns, &lean);
    if (written->lean && lean.share > entry.share)
        entry = lean;
    entry.name = g_strdup(expected->name);
    entry.step = row->compare->steps_before + row->step;
    g_array_append_val(ripple_compare_tensors(row->compare, contender), entry);
    if (entry.pass || found->divergence)
        return TRUE;
    found->divergence = divergence_at(row, expected, entry.row * expected->columns + entry.column,
                                      entry.device, entry.is_lean, error);
    if (found->divergence)
        found->divergence->device_name = device_name(row->compare, contender);
    return found->divergence != NULL;
}

/* Both devices where every tensor is kept, each of which may be off by what is allowed. */
static void add_between(const Row *row, const Written *written, const Expected *expected)
{
    gsize length = expected->rows * expected->columns;
    g_autofree gdouble *allowed = g_new(gdouble, length);
    RippleTensorComparison entry = {.name = g_strdup(expected->name),
                                    .step = row->compare->steps_before + row->step};
    for (gsize i = 0; i < length; i++)
        allowed[i] = 2 * expected->allowed[i];
    ripple_difference(written[0].kept, written[1].kept, allowed, expected->rows, expected->columns,
                      &entry);
    g_array_append_val(row->compare->found->between, entry);
}

static gboolean outgrows(gdouble value)
{
    return !(fabs(value) <= FLT_MAX);
}

/* The first element that is not finite on that device or in the reference. */
static gboolean note_not_finite(const Row *row, guint contender, const Written *written,
                                const Expected *expected, GError **error)
{
    RippleComparison *found = row->compare->found;
    gsize i = 0, length = expected->rows * expected->columns;
    if (found->not_finite)
        return TRUE;
    while (i < length && !outgrows(written->kept[i]) && !outgrows(expected->reference[i]) &&
           !(written->lean && outgrows(written->lean[i])))
        i++;
    if (i == length)
        return TRUE;
    gboolean is_lean = !outgrows(written->kept[i]) && written->lean && outgrows(written->lean[i]);
    found->not_finite = divergence_at(row, expected, i,
                                      (is_lean ? written->lean : written->kept)[i], is_lean, error);
    if (!found->not_finite)
        return FALSE;
    found->not_finite->device_name =
        outgrows(found->not_finite->device)
            ? device_name(row->compare, contender)
            : g_intern_string(ripple_backend_device_name(row->compare->reference));
    return TRUE;
}

/* What every device has written, against what is expected. */
static gboolean judge(const Row *row, const Written *written, const Expected *expected,
                      GError **error)
{
    for (guint i = 0; i < row->compare->n_contenders; i++)
        if (!add_found(row, i, &written[i], expected, error))
            return FALSE;
    if (row->compare->n_contenders > 1)
        add_between(row, written, expected);
    for (guint i = 0; i < row->compare->n_contenders; i++)
        if (!note_not_finite(row, i, &written[i], expected, error))
            return FALSE;
    return TRUE;
}

/* ---- tensors -------------------------------------------------------------------------------- */

/* NULL where the session has no such tensor. */
static gboolean read_tensor(const Row *row, const RippleSession *session,
                            const RippleTensor *tensor, gdouble **values, GError **error)
{
    RippleView view = ripple_session_view(session, tensor, row->operands.batch.count);
    if (!view.buffer)
        return TRUE;
    *values = ripple_bound_values(view, error);
    return *values != NULL;
}

static gboolean read_written(const Row *row, guint contender, const RippleTensor *tensor,
                             Written *written, GError **error)
{
    const RippleContender *from = row->compare->contenders[contender];
    return read_tensor(row, from->kept, tensor, &written->kept, error) &&
           read_tensor(row, from->lean, tensor, &written->lean, error);
}

/* All go on with what the first device has. */
static gboolean take_over(const Row *row, const RippleTensor *tensor, const gdouble *values,
                          GError **error)
{
    const RippleCompare *self = row->compare;
    RippleSession *sessions[1 + 2 * RIPPLE_MOST_CONTENDERS];
    guint n_sessions = 0;
    sessions[n_sessions++] = self->follower;
    for (guint i = 0; i < self->n_contenders; i++) {
        sessions[n_sessions++] = self->contenders[i]->lean;
        if (i > 0)
            sessions[n_sessions++] = self->contenders[i]->kept;
    }
    for (guint i = 0; i < n_sessions; i++) {
        RippleView view = ripple_session_view(sessions[i], tensor, row->operands.batch.count);
        if (view.buffer && !ripple_backend_upload_exact(view, values, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean compare_tensor(const Row *row, const RippleTensor *tensor, GError **error)
{
    const RippleCompare *self = row->compare;
    g_auto(Written) first = {0}, second = {0};
    g_auto(RippleBound) bound = {0};
    g_autofree gdouble *reference = NULL;
    g_autofree char *name = ripple_tensor_name(tensor);
    if (!read_written(row, 0, tensor, &first, error) ||
        (self->n_contenders > 1 && !read_written(row, 1, tensor, &second, error)) ||
        !read_tensor(row, self->follower, tensor, &reference, error) ||
        !ripple_bound_tensor(self->follower->scheduler, row->operands.step, tensor,
                             &row->operands.batch, row->operands.rates, &bound, error))
        return FALSE;
    const Written written[RIPPLE_MOST_CONTENDERS] = {first, second};
    const Expected expected = {name,
                               tensor,
                               reference,
                               bound.allowed,
                               bound.allowed_fused ? bound.allowed_fused : bound.allowed,
                               bound.rows,
                               bound.columns};
    return judge(row, written, &expected, error) && take_over(row, tensor, first.kept, error);
}

static gboolean spoil(const Row *row, const RippleTensor *tensor, GError **error)
{
    const RippleCompare *self = row->compare;
    if (self->fault != tensor || row->step != self->ground.config->steps)
        return TRUE;
    RippleSession *session = self->contenders[self->n_contenders - 1]->kept;
    return ripple_fault_inject(ripple_session_view(session, tensor, row->operands.batch.count),
                               error);
}

/* ---- results of the loss -------------------------------------------------------------------- */

static gboolean read_result(const RippleSession *session, gdouble *result, GError **error)
{
    return ripple_backend_download_exact(ripple_buffer_view(session->result), result, error);
}

/* The loss, and how many samples are classified rightly: that is counted from the very numbers the
 * follower has, and allows nothing. */
static gboolean compare_result(const Row *row, GError **error)
{
    static const char *const names[] = {"loss", "correct"};
    const RippleCompare *self = row->compare;
    gdouble kept[RIPPLE_MOST_CONTENDERS][2], lean[RIPPLE_MOST_CONTENDERS][2];
    gdouble reference[2], allowed[2] = {0};
    for (guint i = 0; i < self->n_contenders; i++)
        if (!read_result(self->contenders[i]->kept, kept[i], error) ||
            !read_result(self->contenders[i]->lean, lean[i], error))
            return FALSE;
    if (!read_result(self->follower, reference, error) ||
        !ripple_bound_loss(self->follower->scheduler, row->operands.batch.count, reference[0],
                           &allowed[0], error))
        return FALSE;
    for (guint n = 0; n < G_N_ELEMENTS(names); n++) {
        const Expected expected = {names[n], NULL, &reference[n], &allowed[n], &allowed[n], 1, 1};
        const Written written[RIPPLE_MOST_CONTENDERS] = {{&kept[0][n], &lean[0][n]},
                                                         {&kept[1][n], &lean[1][n]}};
        if (!judge(row, written, &expected, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- the row -------------------------------------------------------------------------------- */

static gboolean row_begin(Row *self, gsize first, gsize count, GError **error)
{
    RippleCompare *compare = self->compare;
    RippleOperands *operands = &self->operands;
    operands->follower = compare->follower;
    operands->dataset = compare->ground.material->train;
    operands->samples = compare->order + first;
    operands->step = &ripple_scheduler_schedule(compare->follower->scheduler)->steps[self->row];
    if (!ripple_session_batch(compare->follower, first, count, &operands->batch, error))
        return FALSE;
    /* Nobody asks for the operands of what comes after the first divergence. */
    return compare->found->divergence || ripple_operands_keep(operands, error);
}

gboolean ripple_compare_row(RippleCompare *self, guint64 step, guint row, gsize first, gsize count,
                            const RippleRates *rates, GError **error)
{
    g_auto(Row) this = {.compare = self, .step = step, .row = row, .operands = {.rates = rates}};
    if (!row_begin(&this, first, count, error))
        return FALSE;
    for (guint i = 0; i < self->n_contenders; i++)
        if (!ripple_contender_row(self->contenders[i], row, first, count, rates, error))
            return FALSE;
    if (!ripple_session_row(self->follower, row, first, count, rates, error))
        return FALSE;
    if (this.operands.step->kind == RIPPLE_STEP_LOSS && !compare_result(&this, error))
        return FALSE;

    const RippleSchedule *schedule = ripple_scheduler_schedule(self->follower->scheduler);
    const RippleTensor *written[RIPPLE_N_ROLES];
    guint n_written = ripple_schedule_writes(schedule, this.operands.step, written);
    for (guint i = 0; i < n_written && !ripple_compare_is_over(self); i++) {
        if (written[i]->role == RIPPLE_ROLE_LABELS)
            continue; /* whole numbers, copied */
        if (!spoil(&this, written[i], error) || !compare_tensor(&this, written[i], error))
            return FALSE;
    }
    return TRUE;
}

/* ---- whole steps ---------------------------------------------------------------------------- */

/* Nothing stands between the state before such a step and after it that could be looked at. */
void ripple_compare_joined(RippleCompare *self, guint contender, guint from)
{
    const GArray *tensors = ripple_compare_tensors(self, contender);
    for (guint i = from; i < tensors->len && !self->found->divergence; i++) {
        const RippleTensorComparison *entry = &g_array_index(tensors, RippleTensorComparison, i);
        if (entry->pass)
            continue;
        RippleDivergence *first = ripple_divergence_new(entry->name);
        first->step = entry->step;
        first->device_name = device_name(self, contender);
        first->operation = g_intern_static_string(RIPPLE_SCHEDULER_STEPS);
        first->row = entry->row;
        first->column = entry->column;
        first->device = entry->device;
        first->reference = entry->reference;
        first->tolerance = entry->tolerance;
        first->ulp = ripple_difference_ulp(entry->device, entry->reference);
        first->is_lean = TRUE;
        first->formula = g_strdup("the step in one launch, against its rows one by one");
        self->found->divergence = first;
    }
}
