/** \file
 * The explanation of a weight as a picture, and as a page of its own.
 */
#pragma once

#include "draw/canvas.h"
#include "explain/story.h"

/** The deltas coming back, with the weight and its strongest path marked. */
RippleCanvas *ripple_explanation_picture(const RippleModel *model, const RippleSample *sample,
                                         const RippleChain *chain);

/** One HTML file: the story with pictures of the way forward and back, without a script. Free with
 * g_free. */
char *ripple_explanation_page(const RippleModel *model, const RippleDataset *dataset,
                              const RippleSample *sample, const RippleChain *chain);
