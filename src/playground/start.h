/** \file
 * What a training of the playground begins with: the samples, the configuration and the network
 * with its first weights, all on the host. Read only once it is made, and shared by reference.
 */
#pragma once

#include "playground/settings.h"

#include <ripple/model.h>

/** Range of the map, in what the network sees: of x (0) and of y (1). */
typedef struct {
    gdouble low[2];
    gdouble high[2];
} RippleRange;

typedef struct {
    RipplePlaySettings settings;
    RippleDataset *train; /**< transformed */
    RippleDataset *test;  /**< or NULL: a table of fewer than four samples has none to spare */
    RippleConfig *config; /**< resolved */
    RippleModel *model;   /**< with the first weights, and the transform of the inputs */
    RippleRange range;    /**< of all samples, and a little beyond */
} RippleStart;

/** As `settings` say; `table` is the file that was named, or NULL. Of a table a quarter, chosen at
 * random, is kept to test on, and inputs are standardised. A USAGE or DATA error when they do not
 * go together. */
RippleStart *ripple_start_new(const RipplePlaySettings *settings, const RippleDataset *table,
                              GError **error);
RippleStart *ripple_start_ref(RippleStart *start);
void ripple_start_unref(RippleStart *start);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleStart, ripple_start_unref)
