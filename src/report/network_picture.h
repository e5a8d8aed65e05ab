/** \file
 * A network drawn: layers from left to right, units as discs, weights as lines.
 *
 * Lines are blue where their number is above zero and orange where it is below, and the thicker the
 * larger it is. Of wide layers the strongest units are drawn, and the picture says how many are
 * not.
 */
#pragma once

#include "draw/canvas.h"
#include "explain/chain.h"
#include "explain/network_view.h"

/** What is drawn beside the view. What is left 0 or NULL is left out. */
typedef struct {
    const RippleModel *model;
    const RippleSample *sample;
    const RippleChain *chain; /**< its weight and its strongest path are marked */
    const char *title;
    const char *caption; /**< a line or two under the title */
    guint first;         /**< of the columns shown, those from here */
    guint end;           /**< up to here have their values; 0: all */
    gboolean has_mark;   /**< the column `mark` is where something happens */
    guint mark;
} RippleNetworkDrawing;

/** Draw `view`. All views with the same units come to be of the same size. */
RippleCanvas *ripple_network_picture(const RippleNetworkView *view,
                                     const RippleNetworkDrawing *drawing);

/** The units that `chain` leads through, as pairs of column and unit (RippleViewRequest.wanted).
 * Free with g_array_unref. */
GArray *ripple_network_picture_wanted(const RippleChain *chain);
