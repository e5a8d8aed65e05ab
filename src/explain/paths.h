/** \file
 * The gradient of a weight as a sum over paths.
 *
 * The delta of unit o of layer l is a sum over all ways forward to an output, one unit of each
 * layer after the other:
 *
 *     δ_o = Σ over paths  f′(z_o) · w · f′(z) · w · … · δ_output
 *
 * So ∂L/∂w = x·δ_o is one, too. There are as many paths as the widths of the layers above multiply
 * to, which nobody can list; the strongest are found layer by layer from the output down: the best
 * k from a unit go on along the best k of the units above it, as magnitudes multiply.
 */
#pragma once

#include "explain/sample.h"

typedef struct {
    guint *units;         /**< one of each layer from `layer` to the last */
    gdouble contribution; /**< its term of ∂L/∂w */
} RipplePath;

typedef struct {
    guint layer;
    guint n_units;         /**< in a path: n_layers − layer */
    gdouble count;         /**< of all paths; INFINITY beyond 10³⁰⁸ */
    gdouble alive;         /**< of those whose term is not zero */
    gdouble positive;      /**< sum of all terms above zero */
    gdouble negative;      /**< sum of all terms below zero */
    guint n_strongest;     /**< fewer than wanted where no more are alive */
    RipplePath *strongest; /**< by magnitude, the first of equals in the order of units */
    gdouble shown;         /**< sum of the strongest */
} RipplePaths;

/** The paths of the derivative with respect to a parameter of unit `unit` of `layer`, by which
 * `input` is multiplied (1 for a bias). At most `wanted` (1 or more) of them are kept; an error
 * when there is no memory for that many. */
RipplePaths *ripple_paths_new(const RippleSample *sample, guint layer, guint unit, gdouble input,
                              guint wanted, GError **error);
void ripple_paths_free(RipplePaths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RipplePaths, ripple_paths_free)
