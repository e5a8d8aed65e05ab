/** \file
 * Data sets of two inputs, drawn from the project's random numbers: small enough to be seen as a
 * whole, and each made for something that a network can or cannot do.
 *
 * All lie within about ±1. Noise (0 … 1) moves each sample by a normal random number of the
 * deviation that the table gives for noise 1.
 *
 * | name     | targets   | shape                                                     | noise |
 * |----------|-----------|-----------------------------------------------------------|-------|
 * | circles  | 2 classes | a disc of radius 0.4 within a ring from 0.65 to 0.95      | 0.3   |
 * | xor      | 2 classes | squares of side 0.9 in the quadrants; are the signs alike? | 0.3   |
 * | clusters | 3 classes | heaps of deviation 0.1, 0.6 from the centre               | 0.4   |
 * | spirals  | 2 classes | two arms, each one and a half times around the centre     | 0.15  |
 * | plane    | a number  | (x + y) / 2 over the square: a line of units is enough    | 0.3   |
 * | hills    | a number  | sin πx · sin πy over the square                           | 0.3   |
 *
 * Noise moves the inputs of classes, and the number of the others.
 */
#pragma once

#include <ripple/dataset.h>

typedef enum {
    RIPPLE_EXAMPLE_CIRCLES,
    RIPPLE_EXAMPLE_XOR,
    RIPPLE_EXAMPLE_CLUSTERS,
    RIPPLE_EXAMPLE_SPIRALS,
    RIPPLE_EXAMPLE_PLANE,
    RIPPLE_EXAMPLE_HILLS,
    RIPPLE_EXAMPLE_FILE, /**< none of ours: the table that was named */
    RIPPLE_N_EXAMPLES
} RippleExample;

/** The name above, or "file"; static. */
const char *ripple_example_name(RippleExample example);
gboolean ripple_example_parse(const char *name, RippleExample *example, GError **error);

/** Samples `first` to `first` + `samples` − 1 of the endless series that `seed` stands for. Not of
 * RIPPLE_EXAMPLE_FILE. */
RippleDataset *ripple_example_new(RippleExample example, gsize samples, gsize first, gdouble noise,
                                  guint64 seed);
