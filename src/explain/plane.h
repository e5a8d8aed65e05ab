/** \file
 * A plane through the weights of a network, spanned by two directions.
 *
 * Li, Xu, Taylor, Studer, Goldstein, "Visualizing the Loss Landscape of Neural Nets" (NeurIPS
 * 2018): random directions, each filter of which is made as long as the network's own (section 4),
 * and the principal directions of the trajectory (section 7). A filter is here what a unit has: its
 * row of the weight, and its bias.
 */
#pragma once

#include "explain/trajectory.h"

typedef enum {
    RIPPLE_PLANE_AUTO, /**< principal where the run has moved, random otherwise */
    RIPPLE_PLANE_RANDOM,
    RIPPLE_PLANE_PRINCIPAL,
} RipplePlaneKind;

typedef struct {
    RipplePlaneKind kind; /**< random or principal */
    gboolean is_line;     /**< principal, but the trajectory has one direction only: the second is
                               random, at right angles to it */
    gsize length;         /**< parameter_span */
    gfloat *centre;       /**< the weights at (0, 0) */
    gfloat *directions[2];
    gdouble products[3]; /**< dot products of the directions: 1·1, 1·2, 2·2 */
} RipplePlane;

/** The plane of `kind` about the end of `trajectory`, which is a trajectory of `network`. The same
 * `seed` draws the same directions. Directions of a random plane have, unit by unit, the length of
 * the network's weights, so that 1 means as far as these are long; those of a principal plane have
 * length 1 and are at right angles. */
RipplePlane *ripple_plane_new(RipplePlaneKind kind, const RippleNetwork *network,
                              const RippleTrajectory *trajectory, guint64 seed);
void ripple_plane_free(RipplePlane *plane);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RipplePlane, ripple_plane_free)

/** The weights at (`x`, `y`): centre + x·first + y·second, into `weights` (length floats). */
void ripple_plane_point(const RipplePlane *plane, gdouble x, gdouble y, gfloat *weights);

/** The point of the plane that is nearest to `weights`. Returns the square of their distance from
 * the centre; `*within`, unless NULL, is how much of that lies in the plane. */
gdouble ripple_plane_project(const RipplePlane *plane, const gfloat *weights, gdouble *x,
                             gdouble *y, gdouble *within);

/** "random" or "principal"; "auto". Static. */
const char *ripple_plane_name(RipplePlaneKind kind);

/** The kind called `name`; a USAGE error that lists them when there is none. */
gboolean ripple_plane_parse(const char *name, RipplePlaneKind *kind, GError **error);
