#include "check/trial_samples.h"

#include "base/random.h"

#define FIRST 3 /* samples in front of those that are gathered */
#define REST 5  /* and behind */
#define SEED 1

static gboolean upload_inputs(RippleTrialSamples *self, RippleTrial *trial, GError **error)
{
    gsize inputs = trial->options.network->inputs, length = self->samples * inputs;
    if (!trial->options.has_bytes) {
        self->input_values = ripple_trial_reals(trial, length, -2, 2);
        self->inputs = ripple_guarded_new(trial->device, self->samples, inputs, error);
        return self->inputs && ripple_guarded_set(self->inputs, self->input_values, error);
    }
    g_autofree guint32 *drawn = ripple_trial_indices(trial, length, 256);
    self->input_bytes = g_new(guint8, length);
    self->input_values = g_new(gfloat, length);
    for (gsize i = 0; i < length; i++) {
        self->input_bytes[i] = (guint8)drawn[i];
        self->input_values[i] = (gfloat)(drawn[i] * RIPPLE_TRIAL_SCALE + RIPPLE_TRIAL_SHIFT);
    }
    self->inputs = ripple_guarded_new_of(trial->device, RIPPLE_ELEMENT_BYTE, self->samples, inputs,
                                         self->input_bytes, error);
    return self->inputs != NULL;
}

static gboolean upload_targets(RippleTrialSamples *self, RippleTrial *trial, GError **error)
{
    gsize outputs = trial->options.network->outputs;
    self->classes = (guint32)MAX(2, outputs);
    if (trial->options.has_labels) {
        self->label_values = ripple_trial_indices(trial, self->samples, self->classes);
        self->labels = ripple_guarded_new_of(trial->device, RIPPLE_ELEMENT_INDEX, self->samples, 1,
                                             self->label_values, error);
        return self->labels != NULL;
    }
    self->target_values = ripple_trial_reals(trial, self->samples * outputs, 0, 1);
    self->targets = ripple_guarded_new(trial->device, self->samples, outputs, error);
    return self->targets && ripple_guarded_set(self->targets, self->target_values, error);
}

static gboolean upload_order(RippleTrialSamples *self, RippleTrial *trial, GError **error)
{
    self->indices = g_new(guint32, self->samples);
    for (gsize i = 0; i < self->samples; i++)
        self->indices[i] = (guint32)i;
    ripple_random_shuffle(self->indices, self->samples, SEED, RIPPLE_STREAM_TEST, trial->drawn++);
    self->order = ripple_guarded_new_of(trial->device, RIPPLE_ELEMENT_INDEX, 1, self->samples,
                                        self->indices, error);
    return self->order != NULL;
}

RippleTrialSamples *ripple_trial_samples_new(RippleTrial *trial, gsize count, GError **error)
{
    g_autoptr(RippleTrialSamples) self = g_new0(RippleTrialSamples, 1);
    self->samples = FIRST + count + REST;
    self->first = FIRST;
    self->count = count;
    if (!upload_inputs(self, trial, error) || !upload_targets(self, trial, error) ||
        !upload_order(self, trial, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_trial_samples_free(RippleTrialSamples *samples)
{
    if (!samples)
        return;
    g_free(samples->indices);
    g_free(samples->input_bytes);
    g_free(samples->input_values);
    g_free(samples->label_values);
    g_free(samples->target_values);
    ripple_guarded_free(samples->order);
    ripple_guarded_free(samples->inputs);
    ripple_guarded_free(samples->labels);
    ripple_guarded_free(samples->targets);
    g_free(samples);
}
