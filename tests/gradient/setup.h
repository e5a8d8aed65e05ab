/** \file
 * A small network and a batch in memory, whose gradient is checked.
 */
#pragma once

#include "check/slope.h"
#include "check/wrong_derivative.h"

#define SETUP_LAYERS 3
#define SETUP_INPUTS 3
#define SETUP_SAMPLES 6

/** What one test puts together: three layers, the first two of which have the hidden activation. */
typedef struct {
    RippleActivation hidden;
    RippleActivation output;
    RippleLoss loss;
    guint outputs;
    gboolean has_labels;
} Combination;

/** Inputs in ±1, targets in 0…1 and parameters in ±1, the same in every run. */
RippleMaterial *setup_material(const Combination *combination);

/** A probe of `material` on the reference; where `wrong` is not NULL, with that planted. With
 * `from_a`, f′ is computed from a wherever that is enough, as devices do. */
RippleLossProbe *setup_probe(const RippleMaterial *material, const RippleWrongDerivative *wrong,
                             gboolean from_a);

/** Check every parameter; free with g_array_unref. */
GArray *setup_check(RippleLossProbe *probe);

/** The largest share of any of them, INFINITY where one is NaN; each must have been measured. */
gdouble setup_worst(RippleLossProbe *probe);
