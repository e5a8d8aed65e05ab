/** \file
 * Random numbers without state: Philox 4x32-10.
 *
 * A number is a pure function of (seed, stream, index), so any of them can be had in any order, on
 * any machine, and a run is repeated or resumed by its counters alone.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 */
#pragma once

#include <glib.h>

/** Streams keep uses apart that share one seed. A layer or an epoch is added to the base. */
typedef enum {
    RIPPLE_STREAM_SPLIT = 0x01,       /**< choice of the validation samples */
    RIPPLE_STREAM_WEIGHTS = 0x02,     /**< initial weights; the layer is the upper half */
    RIPPLE_STREAM_PERMUTATION = 0x03, /**< order of samples; the epoch is the upper half */
    RIPPLE_STREAM_TEST = 0x04,        /**< test and benchmark data */
    RIPPLE_STREAM_EXAMPLE = 0x05,     /**< the playground's own data sets */
    RIPPLE_STREAM_SUBSET = 0x10,      /**< choice of the samples that pictures are computed on */
    RIPPLE_STREAM_DIRECTIONS = 0x11,  /**< through the weights; the layer is the upper half */
} RippleStream;

/** Ten rounds of Philox on a 128-bit `counter` under a 64-bit `key`; four words into `words`. */
void ripple_philox(const guint32 counter[4], const guint32 key[2], guint32 words[4]);

/** Word number `index` of `stream` number `substream` under `seed`: uniform over 32 bits. */
guint32 ripple_random_word(guint64 seed, RippleStream stream, guint32 substream, guint64 index);

/** A float in [0, 1) with 24 random bits, exact in single precision. */
float ripple_random_unit(guint64 seed, RippleStream stream, guint32 substream, guint64 index);

/** Shuffle `values` in place (Fisher and Yates), each order equally likely. */
void ripple_random_shuffle(guint32 *values, gsize count, guint64 seed, RippleStream stream,
                           guint32 substream);
