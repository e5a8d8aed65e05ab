/** \file
 * Parts of the picture of a network: title, image, what is marked, legend.
 */
#pragma once

#include "report/network_layout.h"

void ripple_network_draw_title(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                               const RippleNetworkDrawing *drawing);

/** The input as an image, or an empty frame where it is not `is_reached`; nothing where it is none.
 */
void ripple_network_draw_image(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                               gboolean is_reached);

/** Rings around the pixels that lines begin at. */
void ripple_network_draw_pixels(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                                gboolean is_reached);

/** Mark the weight of `chain` (may be NULL) and its strongest path. */
void ripple_network_draw_chain(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                               const RippleChain *chain);

/** What colours and thickness mean. */
void ripple_network_draw_legend(RippleCanvas *canvas, const RippleNetworkLayout *layout,
                                gboolean has_chain);
