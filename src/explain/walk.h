/** \file
 * How long should the steps be? Short trainings from one start, with other learning rates, and the
 * way of each on one plane through the weights.
 */
#pragma once

#include "explain/landscape.h"

/** What a walk does, by the mean loss of its last tenth of steps. Where it began is the mean of the
 * first tenth of the walk with the shortest steps. */
typedef enum {
    RIPPLE_WALK_DESCENDS,   /**< at least half as far down as the lowest */
    RIPPLE_WALK_CRAWLS,     /**< less, with a rate below that of the lowest */
    RIPPLE_WALK_OVERSHOOTS, /**< less, with a rate above that of the lowest */
    RIPPLE_WALK_DIVERGES,   /**< it ends a tenth higher than it began, or in no number */
} RippleWalkVerdict;

typedef struct {
    gdouble rate;
    guint64 n_steps; /**< taken with numbers that are finite */
    gdouble *losses; /**< of each step's batch, before its update */
    gdouble first;   /**< mean loss of the first tenth */
    gdouble last;    /**< and of the last */
    RippleWalkVerdict verdict;
    RippleTrajectory *trajectory; /**< where it went, as far as the numbers are finite */
    RippleProjectedPath path;     /**< the same on the plane */
} RippleWalk;

/** The most walks there may be. */
#define RIPPLE_WALKS_MOST 6u

typedef struct {
    RippleWalk walks[RIPPLE_WALKS_MOST]; /**< the learning rates rise */
    guint n_walks;
    guint64 steps;    /**< that were asked for */
    gdouble run_rate; /**< the run's own learning rate */
    char *device;
    /** Through the end of the lowest walk, in the principal directions of those that descend or
     * crawl (where none does, of all), and large enough for these. */
    RipplePlane *plane;
    RippleLossGrid grid;
    char *loss_name; /**< "cross-entropy" */
    char *samples;   /**< ripple_run_loss_describe(): what the loss on the plane is over */
} RippleWalks;

/** Train as the run that `request` is of, once with each of `rates`, which are `n_rates`, positive
 * and rising; with 0 of them, with the run's learning rate times 0.03, 1 and 30. As many steps as
 * the run, or fewer where they would take more than some seconds. The plane has `points` points to
 * a side (0 for a number of our own). Other data than the run's are not looked at. Nothing is
 * written. */
RippleWalks *ripple_walks_new(const RippleRunLossRequest *request, const gdouble *rates,
                              guint n_rates, guint points, GError **error);
void ripple_walks_free(RippleWalks *walks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleWalks, ripple_walks_free)

/** Lay the plane through walks that were taken and judged, with `points` points to a side, and
 * place them on it. */
gboolean ripple_walks_survey(RippleWalks *walks, const RippleRunLoss *loss,
                             const RippleRunLossRequest *request, guint points, GError **error);

/** "descends", "crawls", …. Static. */
const char *ripple_walk_verdict_name(RippleWalkVerdict verdict);

/** All numbers as one JSON object. */
GString *ripple_walks_json(const RippleWalks *walks);
