/** \file
 * The loss on a plane through the weights of a run, and the way of the run on it.
 *
 * See plane.h for the planes and their source.
 */
#pragma once

#include "explain/plane.h"
#include "explain/run_loss.h"

/** Points along each side of a landscape. */
#define RIPPLE_LANDSCAPE_POINTS 31
#define RIPPLE_LANDSCAPE_LEAST_POINTS 3
#define RIPPLE_LANDSCAPE_MOST_POINTS 512

/** A run's way, as far as it can be seen on a plane. */
typedef struct {
    guint n_points; /**< the last is the end */
    guint64 *steps;
    gdouble *x; /**< where on the plane the nearest point is */
    gdouble *y;
    gdouble *loss;  /**< at the weights themselves, beside the plane */
    gdouble square; /**< Σ of the squares of the distances from the end */
    gdouble within; /**< how much of that lies in the plane, of square */
} RippleProjectedPath;

/** The losses at points of a plane. */
typedef struct {
    guint columns;
    guint rows;
    gdouble *x;    /**< columns, rising */
    gdouble *y;    /**< rows, rising */
    gdouble *loss; /**< rows × columns, the lowest y first; may not be finite */
    gdouble least; /**< of those that are; NAN where none is */
    gdouble most;
} RippleLossGrid;

typedef struct {
    RipplePlane *plane;
    RippleLossGrid grid;
    RippleProjectedPath path;
    RippleTrajectoryKind known; /**< what was known of the way */
    guint n_left_out;           /**< points of the way that were known and not taken */
    gboolean no_start;
    gdouble centre_loss; /**< at the end of the run */
    guint64 seed;
    char *loss_name; /**< "cross-entropy" */
    char *samples;   /**< ripple_run_loss_describe() */
    gsize n_samples;
    char *device;
} RippleLandscape;

/** Compute it, on a grid of `points` to a side (0: RIPPLE_LANDSCAPE_POINTS). Of a principal plane
 * it holds the way and half as much again, of a random one what lies within 1 of the end, or all of
 * the way where that is more. A USAGE error when there are too few or too many points. */
RippleLandscape *ripple_landscape_new(const RippleRunLossRequest *request, RipplePlaneKind kind,
                                      guint points, GError **error);

/** It is computed once for all who look at it: each has a reference. Of one thread. */
RippleLandscape *ripple_landscape_ref(RippleLandscape *landscape);
void ripple_landscape_unref(RippleLandscape *landscape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleLandscape, ripple_landscape_unref)

/** All its numbers, but for the directions, as one JSON object. */
GString *ripple_landscape_json(const RippleLandscape *landscape);

/* ---- its parts, for others that look at planes ----------------------------------------------- */

/** Place `trajectory` on `plane`, and compute its losses. What it had is forgotten. */
gboolean ripple_projected_path_fill(RippleProjectedPath *path, const RipplePlane *plane,
                                    const RippleTrajectory *trajectory, RippleObjective *objective,
                                    const RippleExplainProgress *progress, GError **error);
void ripple_projected_path_clear(RippleProjectedPath *path);

/** Spread `points` × `points` points evenly over the rectangle, and compute their losses. */
gboolean ripple_loss_grid_fill(RippleLossGrid *grid, const RipplePlane *plane, const gdouble x[2],
                               const gdouble y[2], guint points, RippleObjective *objective,
                               const RippleExplainProgress *progress, GError **error);
void ripple_loss_grid_clear(RippleLossGrid *grid);

/** Append both as JSON members "x", "y", "loss" of the object under way. */
void ripple_loss_grid_json(GString *json, const RippleLossGrid *grid);
void ripple_projected_path_json(GString *json, const RippleProjectedPath *path);

/** The rectangle of `plane` that a picture of `path` shows: `x` and `y` are its ends. */
void ripple_landscape_window(const RipplePlane *plane, const RippleProjectedPath *path,
                             gdouble x[2], gdouble y[2]);

/** Are there as many points to a side as there may be, or 0, which becomes `usual`? Otherwise a
 * USAGE error. */
gboolean ripple_landscape_check_points(guint *points, guint usual, GError **error);

/** Most points of a trajectory of `network`: what its principal directions take no more than a few
 * seconds for. */
guint ripple_landscape_most_path(const RippleNetwork *network);
