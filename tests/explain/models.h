/** \file
 * Networks with softmax at the end, and a sample for them.
 */
#pragma once

#include "explain/sample.h"

/** Layers of these widths; all but the last have `hidden`. The weights are the same in every run.
 */
RippleModel *models_network(guint inputs, const guint *widths, guint n_layers,
                            RippleActivation hidden);

/** A sample of class 1, the same in every run. */
RippleSample *models_sample(const RippleModel *model);
