/** \file
 * What a picture of a network shows: of each layer the strongest units, of the rest how many and
 * how large they are together, and the weights between the units shown.
 *
 * Columns count from the input: column 0 is the input, column l + 1 is layer l.
 */
#pragma once

#include "explain/sample.h"

typedef enum {
    RIPPLE_VIEW_WEIGHTS,  /**< units: bias; connections: w */
    RIPPLE_VIEW_FORWARD,  /**< units: activation; connections: w·x, which is added to z */
    RIPPLE_VIEW_BACKWARD, /**< units: δ; connections: w·δ, which is added to ∂L/∂a below */
    RIPPLE_VIEW_GRADIENT, /**< units: δ, a bias's gradient; connections: δ·x, a weight's */
} RippleViewKind;

typedef struct {
    guint unit;
    gdouble value; /**< of the input: nothing (NAN), x, ∂L/∂x, x by kind */
} RippleViewUnit;

typedef struct {
    guint column;  /**< of the network */
    guint units;   /**< in all */
    guint n_shown; /**< of them, in the order of their numbers */
    RippleViewUnit *shown;
    gdouble largest;   /**< magnitude of all values of the column */
    gdouble norm;      /**< √Σ value² over all units */
    gdouble rest_norm; /**< the same over those that are not shown */
} RippleViewColumn;

typedef struct {
    guint layer;
    guint output;
    guint input;
    gdouble weight;
    gdouble value;
} RippleViewEdge;

typedef struct {
    RippleViewKind kind;
    RippleViewKind chosen_by; /**< the kind by which the units shown are the strongest */
    guint layers;             /**< in all */
    guint n_columns;          /**< shown; when fewer than there are, the middle is left out */
    RippleViewColumn *columns;
    guint gap;         /**< index of the column behind what is left out; 0 where nothing is */
    GArray *edges;     /**< of RippleViewEdge, by layer, then output, then input */
    guint image_width; /**< 0 where the inputs are no image, or there is nothing to show of it */
    guint image_height;
    gdouble *image; /**< by pixel: the value of column 0; with WEIGHTS ‖w‖ of what leads from it */
    gdouble *largest; /**< by column shown: magnitude of the connections into it, over all of the
                           layer's */
} RippleNetworkView;

/** What is to be shown. */
typedef struct {
    RippleViewKind kind;
    guint most_units;    /**< of a column */
    guint most_columns;  /**< at least 3 */
    const guint *wanted; /**< pairs of column and unit to be shown in any case, or NULL */
    guint n_wanted;      /**< pairs */
} RippleViewRequest;

/** A view of `model`; `sample`, which went through it, may be NULL for RIPPLE_VIEW_WEIGHTS alone.
 * Strong is a unit with a large activation (FORWARD), with a large delta (BACKWARD, GRADIENT), or
 * with large weights, ‖in‖·‖out‖ (WEIGHTS). */
RippleNetworkView *ripple_network_view_new(const RippleModel *model, const RippleSample *sample,
                                           const RippleViewRequest *request);

/** Another kind of view with the units of `units`. */
RippleNetworkView *ripple_network_view_like(const RippleNetworkView *units,
                                            const RippleModel *model, const RippleSample *sample,
                                            RippleViewKind kind);
void ripple_network_view_free(RippleNetworkView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleNetworkView, ripple_network_view_free)

/** The value of each unit of a column of the network. Free with g_free. */
gdouble *ripple_network_view_values(RippleViewKind kind, const RippleModel *model,
                                    const RippleSample *sample, guint column);

/** "network", "forward", "backward" or "gradient". Static. */
const char *ripple_view_kind_name(RippleViewKind kind);

/** Append one object: all numbers of the view. */
void ripple_network_view_to_json(const RippleNetworkView *view, GString *json);
