/** \file
 * Where everything in the picture of a network lies.
 */
#pragma once

#include "report/network_picture.h"

#define RIPPLE_UNIT_RADIUS 11.0
#define RIPPLE_UNIT_PITCH 38.0
#define RIPPLE_SMALL_SIZE 10.0

typedef struct {
    const RippleNetworkView *view;
    const RippleModel *model;
    gdouble width;
    gdouble height;
    gdouble top;    /**< of the units */
    gdouble bottom; /**< of the units */
    gdouble pitch;  /**< of columns */
    gdouble left;   /**< x of column 0 */
    gdouble image;  /**< side of the image's longer edge; 0 without one */
} RippleNetworkLayout;

RippleNetworkLayout ripple_network_layout(const RippleNetworkView *view, const RippleModel *model);

gdouble ripple_network_column_x(const RippleNetworkLayout *layout, guint c);

/** The middle of the unit shown at place `n` of column `c`; `n_shown` is the band of the rest. */
RipplePoint ripple_network_unit(const RippleNetworkLayout *layout, guint c, guint n);

/** The same by its number; FALSE where it is not shown. */
gboolean ripple_network_find(const RippleNetworkLayout *layout, guint c, guint unit,
                             RipplePoint *point);

/** The index of the network's column `column` among those shown; FALSE where it is left out. */
gboolean ripple_network_column(const RippleNetworkView *view, guint column, guint *c);

/** Upper left corner, width and height of the image. */
void ripple_network_image(const RippleNetworkLayout *layout, gdouble *x, gdouble *y, gdouble *width,
                          gdouble *height);

/** What an input of a table is called, or NULL. Borrowed. */
const char *ripple_network_input_name(const RippleModel *model, guint input);
