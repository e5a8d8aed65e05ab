/** \file
 * What the page is told, as JSON. docs/formats.md describes it.
 */
#pragma once

#include "playground/player.h"

/** What the page looks at more closely. */
typedef struct {
    gboolean has_weight; /**< is a weight chosen? */
    guint layer;
    guint unit;   /**< of the layer */
    guint input;  /**< of the layer: the weight from there to the unit; the number of inputs stands
                       for the bias */
    gsize sample; /**< of the batch, for everything that is shown of one sample */
} RippleFocus;

/** How things stand. `settings` are those asked for last. */
GString *ripple_state_json(const RipplePlayState *state, const RipplePlayer *player,
                           const RipplePlaySettings *settings, const RippleFocus *focus);

/** The samples, which change with a start only. */
GString *ripple_samples_json(const RippleStart *start);
