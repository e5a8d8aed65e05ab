/** \file
 * Data to time a step on: there is nothing to learn in them, and nothing to read from a disk.
 */
#pragma once

#include <ripple/dataset.h>

/** `samples` samples of `inputs` random bytes, each with a random label below `classes`. Free with
 * ripple_dataset_free(). */
RippleDataset *ripple_random_dataset(gsize samples, guint inputs, guint classes, guint64 seed);
