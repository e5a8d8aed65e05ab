/** \file
 * Figures that were saved, to be held against later ones: a JSON file (bench/README.md).
 */
#pragma once

#include "measure/measurement.h"

/** Most rounds of a suite, and fewest: a spread of less says nothing. */
#define RIPPLE_MOST_ROUNDS 1000u
#define RIPPLE_FEWEST_ROUNDS 3u

/** Most and fewest seconds for a figure in a round. */
#define RIPPLE_MOST_SECONDS 60.0
#define RIPPLE_FEWEST_SECONDS 0.01

typedef struct {
    char *device;
    char *driver;
    char *version; /**< of ripple */
    char *commit;
    char *time; /**< when it was measured, as ISO 8601 has it */
    guint rounds;
    gdouble seconds;   /**< for each figure in each round */
    GPtrArray *shapes; /**< of char *: the products, "MxNxK" */
    GHashTable *step;  /**< options of the step, name → value; the others have their defaults */
    GPtrArray *measurements; /**< of RippleMeasurement */
} RippleBaseline;

/** An empty one of this version, made now. */
RippleBaseline *ripple_baseline_new(void);
void ripple_baseline_free(RippleBaseline *baseline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleBaseline, ripple_baseline_free)

/** Write it to `path`; what is there is replaced whole or not at all. */
gboolean ripple_baseline_save(const RippleBaseline *baseline, const char *path, GError **error);

/** Read it from `path`. A DATA error says what is wrong with the file. */
RippleBaseline *ripple_baseline_load(const char *path, GError **error);
