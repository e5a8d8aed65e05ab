/** \file
 * Labels beside points, none upon another.
 */
#pragma once

#include <glib.h>

typedef struct {
    gdouble x; /**< left */
    gdouble y; /**< top */
    gdouble width;
    gdouble height;
} RippleBox;

gboolean ripple_box_overlaps(const RippleBox *a, const RippleBox *b);

/** Does it lie within `bounds`, and touch no box in `taken` (of RippleBox)? */
gboolean ripple_box_is_free(const RippleBox *box, const GArray *taken, const RippleBox *bounds);

/** The point of `box` that is nearest to (`*x`, `*y`). */
void ripple_box_nearest(const RippleBox *box, gdouble *x, gdouble *y);

/** Where a label of `width` × `height` for the point (`x`, `y`) fits best: beside it, or as far
 * away as it takes to touch no box in `taken` (of RippleBox), nor to cross one on the way there,
 * and to stay within `bounds`. It is added to `taken`. Where there is no room at all, it comes to
 * lie beside the point. */
RippleBox ripple_label_place(GArray *taken, const RippleBox *bounds, gdouble x, gdouble y,
                             gdouble width, gdouble height);
