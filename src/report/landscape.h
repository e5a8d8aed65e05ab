/** \file
 * What the pictures of a run's loss landscape share.
 */
#pragma once

#include "explain/landscape.h"
#include "report/chart.h"
#include "report/figure.h"

/** What is asked of `request`'s first run. */
RippleRunLossRequest ripple_figure_loss_request(const RippleFigureRequest *request);

/** The landscape that `request` asks for; shared with its other figures. */
RippleLandscape *ripple_figure_landscape(const RippleFigureRequest *request, GError **error);

/** What a picture of `landscape` says of itself: which plane, how much of the run's way lies in it,
 * what is known of the way, and what the loss is over. Free with g_free. */
char *ripple_landscape_note(const RippleLandscape *landscape);

/** Does enough of the run's way lie in the plane for it to be drawn? Of a random plane seldom. */
gboolean ripple_landscape_shows_path(const RippleLandscape *landscape);

/** Fill `chart` with the losses on a plane: colours, and lines of equal loss, with their numbers
 * where `has_numbers`. The bar of the colours is titled `title`; without one there is none. */
void ripple_landscape_fill_chart(RippleChart *chart, const RippleLossGrid *grid,
                                 gboolean has_numbers, const char *title);

/** What goes along the axes of its plane. Static. */
const char *ripple_landscape_axis(const RippleLandscape *landscape, guint axis);

/** "loss: cross-entropy"; logarithmic where the losses ask for that. Free with g_free. */
char *ripple_landscape_loss_title(const RippleLandscape *landscape, gboolean is_logarithmic);
