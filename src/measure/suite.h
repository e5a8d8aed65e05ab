/** \file
 * Everything that `ripple bench` times, several times over, so that the noise of the machine is
 * measured with it: a round of all, then another, since what disturbs lasts longer than one figure
 * takes.
 */
#pragma once

#include "measure/gemm.h"
#include "measure/measurement.h"

#include <ripple/config.h>

/** What is timed, and who is told. */
typedef struct {
    guint rounds;
    gdouble seconds; /**< for each figure in each round; see ripple_timing_measure() */
    GArray *shapes;  /**< of RippleGemmShape: products, in each form by each provider */
    RippleNetwork *network;
    RippleConfig *config; /**< of the step; see ripple_step_measure() */
    void (*progress)(const char *line, gpointer user_data);
    gpointer user_data;
} RippleSuite;

/** Time all of it on `backend`, an opencl one. Each figure is what the medians of the rounds give.
 * Errors as those of ripple_gemm_measure() and ripple_step_measure(). */
gboolean ripple_suite_run(const RippleSuite *suite, RippleBackend *backend, GPtrArray *measurements,
                          GError **error);
