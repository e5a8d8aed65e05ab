/** \file
 * What figures of an observed run share: the observations that are drawn, and how layers look.
 */
#pragma once

#include "explain/observations.h"
#include "report/chart.h"
#include "report/kinds.h"

typedef struct {
    GPtrArray *all; /**< of RippleObservation */
    guint count;    /**< of those that are drawn: no more than a picture can tell apart */
    const RippleObservation **drawn;
    gdouble *steps; /**< the step of each */
    guint n_layers; /**< of the network */
    guint first;    /**< the layers that are drawn: one that was asked for, or all */
    guint last;
} RippleObservedRun;

/** Those of the first run of `request`, at most `most`, evenly apart, with the first and the last.
 * A USAGE error when the layer that is asked for is not there. */
RippleObservedRun *ripple_observed_run_new(const RippleFigureRequest *request, guint most,
                                           GError **error);
void ripple_observed_run_free(RippleObservedRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleObservedRun, ripple_observed_run_free)

/** A number of a layer in an observation; NAN where there is none. */
typedef gdouble (*RippleLayerMeasure)(const RippleLayerObservation *layer);

/** That number of `layer` in each observation that is drawn. Free with g_free. */
gdouble *ripple_observed_run_values(const RippleObservedRun *run, guint layer,
                                    RippleLayerMeasure measure);

/** A line for each layer that is drawn and has such a number. Returns how many there are. */
guint ripple_observed_run_add_lines(const RippleObservedRun *run, RippleChart *chart,
                                    RippleLayerMeasure measure);

/** The steps that are drawn, and for each layer an object with its `layer`; what stands in it is
 * appended by `append`. */
void ripple_observed_run_append(const RippleObservedRun *run, GString *json,
                                void (*append)(const RippleObservedRun *run, GString *json,
                                               guint layer));

/** An array of these numbers of a layer. */
void ripple_observed_run_append_values(const RippleObservedRun *run, GString *json,
                                       const char *name, guint layer, RippleLayerMeasure measure);

/** How the line of `layer` looks: few layers by the colours of series, many from the first, dark,
 * to the last. */
RippleStyle ripple_observed_run_style(const RippleObservedRun *run, guint layer);

/** What goes along the axis of steps. */
RippleChartAxis ripple_observed_run_step_axis(void);
