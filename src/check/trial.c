#include "check/trial.h"

#include "base/random.h"
#include "reference/reference.h"

#include <math.h>

#define SEED 1

/* ---- numbers -------------------------------------------------------------------------------- */

guint32 *ripple_trial_indices(RippleTrial *trial, gsize count, guint32 bound)
{
    guint32 *values = g_new(guint32, count);
    guint32 set = trial->drawn++;
    for (gsize i = 0; i < count; i++)
        values[i] =
            (guint32)((gdouble)ripple_random_unit(SEED, RIPPLE_STREAM_TEST, set, i) * bound);
    return values;
}

gfloat *ripple_trial_multiples(RippleTrial *trial, gsize count, gint most, gdouble unit)
{
    g_autofree guint32 *steps = ripple_trial_indices(trial, count, 2 * (guint32)most + 1);
    gfloat *values = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++)
        values[i] = (gfloat)(((gint)steps[i] - most) * unit);
    return values;
}

gfloat *ripple_trial_reals(RippleTrial *trial, gsize count, gdouble low, gdouble high)
{
    gfloat *values = g_new(gfloat, count);
    guint32 set = trial->drawn++;
    for (gsize i = 0; i < count; i++)
        values[i] =
            (gfloat)(low + (high - low) * ripple_random_unit(SEED, RIPPLE_STREAM_TEST, set, i));
    return values;
}

/* With all products within most² units, and 2²⁴ units held exactly, half of them for a bias. */
gint ripple_exact_multiples(gsize length)
{
    return (gint)CLAMP(sqrt(0x1p23 / length), 1, 64);
}

/* ---- tensors -------------------------------------------------------------------------------- */

/* The role under which a tensor's buffer is kept, and whether another lies in front of it there. */
static RippleRole kept_as(RippleRole role, gboolean *is_behind)
{
    static const RippleRole weights[RIPPLE_N_ROLES] = {
        [RIPPLE_ROLE_BIAS] = RIPPLE_ROLE_WEIGHT,
        [RIPPLE_ROLE_BIAS_GRADIENT] = RIPPLE_ROLE_WEIGHT_GRADIENT,
        [RIPPLE_ROLE_BIAS_FIRST_MOMENT] = RIPPLE_ROLE_WEIGHT_FIRST_MOMENT,
        [RIPPLE_ROLE_BIAS_SECOND_MOMENT] = RIPPLE_ROLE_WEIGHT_SECOND_MOMENT,
    };
    *is_behind = weights[role] != RIPPLE_ROLE_INPUT;
    return *is_behind ? weights[role] : role;
}

static gboolean is_pair(RippleRole role)
{
    return role == RIPPLE_ROLE_WEIGHT || role == RIPPLE_ROLE_WEIGHT_GRADIENT ||
           role == RIPPLE_ROLE_WEIGHT_FIRST_MOMENT || role == RIPPLE_ROLE_WEIGHT_SECOND_MOMENT;
}

static const RippleGuarded *guarded_of(const RippleTrial *self, RippleRole role, guint layer)
{
    gboolean is_behind;
    return self->tensors[layer][kept_as(role, &is_behind)];
}

RippleView ripple_trial_pair(const RippleTrial *trial, RippleRole role, guint layer)
{
    return ripple_guarded_view(guarded_of(trial, role, layer));
}

RippleView ripple_trial_view(const RippleTrial *trial, RippleRole role, guint layer)
{
    gboolean is_behind;
    RippleRole kept = kept_as(role, &is_behind);
    RippleView view = ripple_guarded_view(trial->tensors[layer][kept]);
    if (!view.buffer || !is_pair(kept))
        return view;
    const RippleLayer *shape = &trial->options.network->layers[layer];
    return is_behind ? ripple_view(view.buffer, view.offset + (gsize)shape->outputs * shape->inputs,
                                   1, shape->outputs)
                     : ripple_view(view.buffer, view.offset, shape->outputs, shape->inputs);
}

static gboolean add_tensor(RippleTrial *self, const RippleTensor *tensor, GError **error)
{
    const RippleLayer *shape = &self->options.network->layers[tensor->layer];
    gboolean is_behind;
    kept_as(tensor->role, &is_behind);
    if (is_behind)
        return TRUE;
    RippleGuarded **place = &self->tensors[tensor->layer][tensor->role];
    if (tensor->role == RIPPLE_ROLE_LABELS) {
        g_autofree guint32 *zeros = g_new0(guint32, tensor->rows);
        *place = ripple_guarded_new_of(self->device, RIPPLE_ELEMENT_INDEX, tensor->rows, 1, zeros,
                                       error);
    } else if (is_pair(tensor->role)) {
        gsize length = (gsize)shape->outputs * shape->inputs + shape->outputs;
        *place = ripple_guarded_new(self->device, 1, length, error);
    } else {
        *place = ripple_guarded_new(self->device, tensor->rows, tensor->columns, error);
    }
    return *place != NULL;
}

static gboolean open_reference(RippleTrial *self, RippleScheduleOptions options, GError **error)
{
    options.keep_all = TRUE;
    self->reference = ripple_reference_backend_new();
    self->state = ripple_state_new(self->reference, self->options.network, options.moments, error);
    if (!self->state)
        return FALSE;
    self->follower = ripple_scheduler_new(self->state, &options, error);
    self->follower_result = ripple_buffer_new(self->reference, RIPPLE_ELEMENT_REAL, 2, error);
    return self->follower && self->follower_result;
}

RippleTrial *ripple_trial_new(RippleBackend *device, const RippleTrialOptions *options,
                              RippleTally *tally, GError **error)
{
    const RippleScheduleOptions schedule = {
        .purpose = RIPPLE_PURPOSE_TRAIN,
        .batch = options->batch,
        .has_labels = options->has_labels,
        .moments = ripple_optimizer_moments(options->rates.optimizer, options->rates.momentum),
        .keep_all = options->keep_all,
    };
    g_autoptr(RippleTrial) self = g_new0(RippleTrial, 1);
    self->device = device;
    self->options = *options;
    self->tally = tally;
    self->schedule = ripple_schedule_new(options->network, &schedule);
    self->tensors = g_malloc0_n(options->network->n_layers, sizeof *self->tensors);
    self->result = ripple_guarded_new(device, 1, 2, error);
    if (!self->result || !open_reference(self, schedule, error))
        return NULL;
    for (guint i = 0; i < self->schedule->n_tensors; i++)
        if (!add_tensor(self, &self->schedule->tensors[i], error))
            return NULL;
    return g_steal_pointer(&self);
}

void ripple_trial_free(RippleTrial *trial)
{
    if (!trial)
        return;
    for (guint l = 0; l < trial->options.network->n_layers; l++)
        for (guint role = 0; role < RIPPLE_N_ROLES; role++)
            ripple_guarded_free(trial->tensors[l][role]);
    g_free(trial->tensors);
    ripple_guarded_free(trial->result);
    ripple_schedule_free(trial->schedule);
    ripple_buffer_free(trial->follower_result);
    ripple_scheduler_free(trial->follower);
    ripple_state_free(trial->state);
    ripple_backend_free(trial->reference);
    g_free(trial);
}

/* ---- moving values -------------------------------------------------------------------------- */

static RippleView follower_view(const RippleTrial *self, RippleRole role, guint layer)
{
    return ripple_scheduler_view(self->follower, role, layer, self->options.batch);
}

gboolean ripple_trial_put(RippleTrial *trial, RippleRole role, guint layer, const gfloat *values,
                          GError **error)
{
    RippleGuarded *guarded = trial->tensors[layer][role];
    return (!guarded || ripple_guarded_set(guarded, values, error)) &&
           ripple_backend_upload(follower_view(trial, role, layer), values, error);
}

gboolean ripple_trial_put_pair(RippleTrial *trial, RippleRole role, guint layer,
                               const gfloat *values, GError **error)
{
    RippleView view = follower_view(trial, role, layer);
    const RippleLayer *shape = &trial->options.network->layers[layer];
    view.columns = (gsize)shape->outputs * shape->inputs + shape->outputs;
    view.rows = 1;
    return ripple_guarded_set(trial->tensors[layer][role], values, error) &&
           ripple_backend_upload(view, values, error);
}

gboolean ripple_trial_blank(RippleTrial *trial, RippleRole role, guint layer, GError **error)
{
    RippleGuarded *guarded = trial->tensors[layer][role];
    return !guarded || ripple_guarded_set(guarded, NULL, error);
}

gboolean ripple_trial_follow(RippleTrial *trial, RippleStepKind kind, guint layer, GError **error)
{
    const RippleSchedule *schedule = ripple_scheduler_schedule(trial->follower);
    const RippleBatch batch = {.count = trial->options.batch}; /* looked at by gather alone */
    guint row = 0;
    while (schedule->steps[row].kind != kind || schedule->steps[row].layer != layer)
        row++;
    return ripple_scheduler_row(trial->follower, row, &batch, &trial->options.rates,
                                ripple_buffer_view(trial->follower_result), error);
}

gdouble *ripple_trial_values(RippleTrial *trial, RippleRole role, guint layer, GError **error)
{
    RippleView view = follower_view(trial, role, layer);
    g_autofree gdouble *values = g_new(gdouble, view.rows * view.columns);
    return ripple_backend_download_exact(view, values, error) ? g_steal_pointer(&values) : NULL;
}

/* ---- holding -------------------------------------------------------------------------------- */

RippleTallyPlace ripple_trial_place_in(RippleTrial *trial, const char *group, const char *name,
                                       const char *kernels, guint layer, char **what)
{
    const RippleLayer *shape = &trial->options.network->layers[layer];
    *what = g_strdup_printf("%s of layer %u (%u → %u %s), batch %" G_GSIZE_FORMAT, name, layer,
                            shape->inputs, shape->outputs,
                            ripple_activation_name(shape->activation), trial->options.batch);
    (*what)[0] = g_ascii_toupper((*what)[0]);
    return (RippleTallyPlace){ripple_tally_group(trial->tally, group, kernels), *what, ""};
}

RippleTallyPlace ripple_trial_place(RippleTrial *trial, const char *name, const char *kernels,
                                    guint layer, char **what)
{
    const char *by = trial->options.by;
    g_autofree char *group = by ? g_strdup_printf("%s, %s", name, by) : g_strdup(name);
    g_autofree char *operation = NULL;
    RippleTallyPlace place = ripple_trial_place_in(trial, group, name, kernels, layer, &operation);
    place.what = *what = g_strdup_printf("%s%s%s", operation, by ? ", by " : "", by ? by : "");
    return place;
}

gboolean ripple_trial_hold(RippleTrial *trial, const RippleTallyPlace *place, RippleRole role,
                           guint layer, const gdouble *allowed, GError **error)
{
    const RippleGuarded *guarded = guarded_of(trial, role, layer);
    if (!guarded)
        return TRUE;
    RippleView view = ripple_trial_view(trial, role, layer);
    gssize damage;
    g_autofree gdouble *found = g_new(gdouble, guarded->view.rows * guarded->view.columns);
    g_autofree gdouble *expected = ripple_trial_values(trial, role, layer, error);
    if (!expected || !ripple_guarded_read(guarded, found, &damage, error))
        return FALSE;
    ripple_tally_hold(trial->tally, place, found + (view.offset - guarded->view.offset), expected,
                      allowed, view.rows, view.columns, damage);
    return TRUE;
}

gboolean ripple_trial_hold_operand(RippleTrial *trial, const RippleTallyPlace *place,
                                   RippleRole role, guint layer, GError **error)
{
    const RippleGuarded *guarded = guarded_of(trial, role, layer);
    if (!guarded)
        return TRUE;
    gsize length = guarded->view.rows * guarded->view.columns;
    gssize damage;
    g_autofree gdouble *found = g_new(gdouble, length), *expected = g_new(gdouble, length);
    if (!ripple_guarded_read(guarded, found, &damage, error))
        return FALSE;
    for (gsize i = 0; i < length; i++)
        expected[i] = guarded->uploaded[guarded->view.offset + i];
    ripple_tally_hold(trial->tally, place, found, expected, NULL, guarded->view.rows,
                      guarded->view.columns, damage);
    return TRUE;
}
