/** \file
 * A user's own table, as far as the playground can draw it: two inputs, and either classes or one
 * number as target.
 */
#pragma once

#include <ripple/dataset.h>

#define RIPPLE_PLAY_MOST_FILE_SAMPLES 5000u
#define RIPPLE_PLAY_MOST_CLASSES 6u

/** Read the table at `spec`. A DATA error when it has another shape, or too many samples or classes
 * to be drawn. */
RippleDataset *ripple_play_table_load(const char *spec, GError **error);

/** The `count` samples of `table` that `chosen` lists, as a data set of its own. */
RippleDataset *ripple_play_table_take(const RippleDataset *table, const guint32 *chosen,
                                      gsize count);
