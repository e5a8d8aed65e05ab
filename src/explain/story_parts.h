/** \file
 * The parts that ripple_story_of_chain() puts together.
 */
#pragma once

#include "explain/story.h"

void ripple_story_tell_sample(RippleStory *story, const RippleModel *model,
                              const RippleDataset *dataset, const RippleSample *sample);

/** The norms of each layer's activation, delta and gradient, from the output back. */
void ripple_story_tell_ripple(RippleStory *story, const RippleSample *sample);

void ripple_story_tell_paths(RippleStory *story, const RippleModel *model,
                             const RippleSample *sample, const RippleChain *chain);
void ripple_story_tell_slope(RippleStory *story, const RippleChain *chain);
void ripple_story_tell_step(RippleStory *story, const RippleChain *chain);

/** A cell with ripple_story_number(). */
void ripple_story_number_cell(RippleStory *story, gdouble number);

/** The first cell of a row that sums up: "sum of all", with how many of them have no row. */
void ripple_story_rest_cell(RippleStory *story, const char *text, guint hidden);
