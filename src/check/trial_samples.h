/** \file
 * Samples for a trial, on the device and in the host's memory.
 */
#pragma once

#include "check/trial.h"

/** What bytes become: multiples of 2⁻⁶ from −2 to 2, which no device rounds. */
#define RIPPLE_TRIAL_SCALE 0x1p-6
#define RIPPLE_TRIAL_SHIFT (-2.0)

typedef struct {
    gsize samples; /**< a few more than are gathered */
    gsize count;   /**< that are gathered … */
    gsize first;   /**< … from this position of the order on */
    guint32 classes;
    guint32 *indices;     /**< the order */
    guint8 *input_bytes;  /**< or NULL */
    gfloat *input_values; /**< what the network sees, whatever they are stored as */
    guint32 *label_values;
    gfloat *target_values;
    RippleGuarded *order;
    RippleGuarded *inputs;
    RippleGuarded *labels;  /**< or NULL */
    RippleGuarded *targets; /**< or NULL */
} RippleTrialSamples;

/** Samples from which `count` can be gathered. */
RippleTrialSamples *ripple_trial_samples_new(RippleTrial *trial, gsize count, GError **error);
void ripple_trial_samples_free(RippleTrialSamples *samples);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTrialSamples, ripple_trial_samples_free)
