/* The operations of a step that are about samples: gather and loss. */
#include "check/bound.h"
#include "check/trial.h"
#include "check/trial_samples.h"
#include "reference/activation.h"

#include <math.h>

/* ---- gather --------------------------------------------------------------------------------- */

/* The contract downloads REAL views alone; but indices can serve as an order in which to gather
 * from a table, whose element i is i. `values` gets the whole buffer behind `guarded`. */
static gboolean reveal(RippleTrial *trial, const RippleGuarded *guarded, guint32 bound,
                       gdouble *values, GError **error)
{
    gsize length = guarded->view.buffer->length;
    g_autofree gfloat *numbers = g_new(gfloat, bound);
    for (guint i = 0; i < bound; i++)
        numbers[i] = (gfloat)i;
    g_autoptr(RippleBuffer) table =
        ripple_buffer_new(trial->device, RIPPLE_ELEMENT_REAL, bound, error);
    g_autoptr(RippleBuffer) picked =
        table ? ripple_buffer_new(trial->device, RIPPLE_ELEMENT_REAL, length, error) : NULL;
    if (!picked || !ripple_backend_upload(ripple_buffer_view(table), numbers, error))
        return FALSE;
    const RippleGather gather = {.order = ripple_buffer_view(guarded->view.buffer),
                                 .source = ripple_view(table, 0, bound, 1),
                                 .destination = ripple_view(picked, 0, length, 1)};
    return ripple_backend_gather(trial->device, &gather, error) &&
           ripple_backend_download_exact(gather.destination, values, error);
}

static gboolean gather_to(RippleTrial *trial, const RippleTrialSamples *samples,
                          const RippleGuarded *source, RippleRole role, GError **error)
{
    const RippleGather gather = {
        .order = ripple_guarded_view(samples->order),
        .first = samples->first,
        .source = ripple_guarded_view(source),
        .destination = ripple_trial_view(trial, role, 0),
        .scale = RIPPLE_TRIAL_SCALE,
        .shift = RIPPLE_TRIAL_SHIFT,
    };
    return ripple_backend_gather(trial->device, &gather, error);
}

/* Rows of `values` in the order of the batch. */
static gfloat *expected_rows(const RippleTrial *trial, const RippleTrialSamples *samples,
                             const gfloat *values, gsize columns)
{
    gfloat *rows = g_new(gfloat, trial->options.batch * columns);
    for (gsize i = 0; i < trial->options.batch; i++)
        memcpy(rows + i * columns, values + samples->indices[samples->first + i] * columns,
               columns * sizeof *rows);
    return rows;
}

static gboolean gather_reals(RippleTrial *trial, const RippleTrialSamples *samples,
                             RippleTallyPlace *place, RippleRole role, const RippleGuarded *source,
                             const gfloat *values, GError **error)
{
    gsize columns = source->view.columns;
    g_autofree gfloat *rows = expected_rows(trial, samples, values, columns);
    RippleView expected = ripple_scheduler_view(trial->follower, role, 0, trial->options.batch);
    return ripple_trial_blank(trial, role, 0, error) &&
           gather_to(trial, samples, source, role, error) &&
           ripple_backend_upload(expected, rows, error) &&
           ripple_trial_hold(trial, place, role, 0, NULL, error);
}

static gboolean gather_labels(RippleTrial *trial, const RippleTrialSamples *samples,
                              RippleTallyPlace *place, GError **error)
{
    const RippleGuarded *labels = trial->tensors[0][RIPPLE_ROLE_LABELS];
    gsize length = labels->view.buffer->length, first = labels->view.offset;
    g_autofree gdouble *found = g_new(gdouble, length), *expected = g_new0(gdouble, length);
    if (!gather_to(trial, samples, samples->labels, RIPPLE_ROLE_LABELS, error) ||
        !reveal(trial, labels, samples->classes, found, error))
        return FALSE;
    for (gsize i = 0; i < trial->options.batch; i++)
        expected[first + i] = samples->label_values[samples->indices[samples->first + i]];
    ripple_tally_hold(trial->tally, place, found, expected, NULL, 1, length, 0);
    return TRUE;
}

gboolean ripple_trial_gather(RippleTrial *trial, GError **error)
{
    g_autofree char *what = NULL;
    RippleTallyPlace place =
        ripple_trial_place_in(trial, "gather", "gather", "gather gather_block", 0, &what);
    g_autoptr(RippleTrialSamples) samples =
        ripple_trial_samples_new(trial, trial->options.batch, error);
    place.tensor = "the input";
    if (!samples || !gather_reals(trial, samples, &place, RIPPLE_ROLE_INPUT, samples->inputs,
                                  samples->input_values, error))
        return FALSE;
    if (trial->options.has_labels) {
        place.tensor = "the labels";
        return gather_labels(trial, samples, &place, error);
    }
    place.tensor = "the targets";
    return gather_reals(trial, samples, &place, RIPPLE_ROLE_TARGETS, samples->targets,
                        samples->target_values, error);
}

/* ---- loss ----------------------------------------------------------------------------------- */

static gboolean put_outputs(RippleTrial *trial, guint output, GError **error)
{
    const RippleLayer *shape = &trial->options.network->layers[output];
    gsize length = trial->options.batch * shape->outputs;
    g_autofree gfloat *z = ripple_trial_reals(trial, length, -4, 4), *a = g_new(gfloat, length);
    g_autofree gdouble *row = g_new(gdouble, shape->outputs);
    for (gsize at = 0; at < length; at += shape->outputs) {
        for (guint i = 0; i < shape->outputs; i++)
            row[i] = shape->activation == RIPPLE_ACTIVATION_SOFTMAX
                         ? z[at + i]
                         : ripple_reference_activation(shape->activation, z[at + i]);
        if (shape->activation == RIPPLE_ACTIVATION_SOFTMAX)
            ripple_reference_softmax(row, shape->outputs, row);
        for (guint i = 0; i < shape->outputs; i++)
            a[at + i] = (gfloat)row[i];
    }
    return ripple_trial_put(trial, RIPPLE_ROLE_Z, output, z, error) &&
           ripple_trial_put(trial, RIPPLE_ROLE_ACTIVATION, output, a, error);
}

static gboolean put_targets(RippleTrial *trial, GError **error)
{
    gsize batch = trial->options.batch, outputs = trial->options.network->outputs;
    g_autofree gfloat *targets = ripple_trial_reals(trial, batch * outputs, 0, 1);
    g_autofree guint32 *labels = ripple_trial_indices(trial, batch, (guint32)MAX(2, outputs));
    if (!trial->options.has_labels)
        return ripple_trial_put(trial, RIPPLE_ROLE_TARGETS, 0, targets, error);
    return ripple_backend_upload(ripple_trial_view(trial, RIPPLE_ROLE_LABELS, 0), labels, error) &&
           ripple_backend_upload(
               ripple_scheduler_view(trial->follower, RIPPLE_ROLE_LABELS, 0, batch), labels, error);
}

static gboolean loss_on_device(RippleTrial *trial, guint output, GError **error)
{
    const RippleLossOperation loss = {
        .loss = trial->options.network->loss,
        .activation = trial->options.network->layers[output].activation,
        .z = ripple_trial_view(trial, RIPPLE_ROLE_Z, output),
        .a = ripple_trial_view(trial, RIPPLE_ROLE_ACTIVATION, output),
        .labels = ripple_trial_view(trial, RIPPLE_ROLE_LABELS, 0),
        .targets = ripple_trial_view(trial, RIPPLE_ROLE_TARGETS, 0),
        .delta = ripple_trial_view(trial, RIPPLE_ROLE_DELTA, output),
        .result = ripple_guarded_view(trial->result),
    };
    return ripple_trial_blank(trial, RIPPLE_ROLE_DELTA, output, error) &&
           ripple_guarded_set(trial->result, NULL, error) &&
           ripple_backend_loss(trial->device, &loss, error);
}

/* The loss within its bound, and how many are right exactly. */
static gboolean hold_result(RippleTrial *trial, RippleTallyPlace *place, GError **error)
{
    gdouble found[2], expected[2], allowed[2] = {0};
    gssize damage;
    place->tensor = "the loss and the number of samples that are right";
    if (!ripple_guarded_read(trial->result, found, &damage, error) ||
        !ripple_backend_download_exact(ripple_buffer_view(trial->follower_result), expected,
                                       error) ||
        !ripple_bound_loss(trial->follower, trial->options.batch, expected[0], &allowed[0], error))
        return FALSE;
    ripple_tally_hold(trial->tally, place, found, expected, allowed, 1, 2, damage);
    return TRUE;
}

gboolean ripple_trial_loss(RippleTrial *trial, GError **error)
{
    guint output = trial->options.network->n_layers - 1;
    g_autofree char *name =
        g_strdup_printf("loss (%s)", ripple_loss_name(trial->options.network->loss));
    g_autofree char *what = NULL;
    RippleTallyPlace place =
        ripple_trial_place_in(trial, "loss", name, "loss loss_sum", output, &what);
    gsize length = trial->options.batch * trial->options.network->outputs;
    g_autofree gdouble *allowed = g_new(gdouble, length);
    if (!put_outputs(trial, output, error) || !put_targets(trial, error) ||
        !loss_on_device(trial, output, error) ||
        !ripple_trial_follow(trial, RIPPLE_STEP_LOSS, output, error) ||
        !ripple_bound_output_delta(trial->follower, trial->options.batch, allowed, error))
        return FALSE;
    place.tensor = "the output delta";
    return ripple_trial_hold(trial, &place, RIPPLE_ROLE_DELTA, output, allowed, error) &&
           hold_result(trial, &place, error);
}
