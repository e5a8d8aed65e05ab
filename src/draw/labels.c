#include "draw/labels.h"

#include <math.h>

/* Distances from the point that are tried, and directions at each. */
#define NEAREST 9.0
#define FARTHEST 200.0
#define STEP 6.0
#define DIRECTIONS 16

/* A line to a label is looked at in so many places. */
#define PIECES 24

gboolean ripple_box_overlaps(const RippleBox *a, const RippleBox *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
           b->y < a->y + a->height;
}

gboolean ripple_box_is_free(const RippleBox *box, const GArray *taken, const RippleBox *bounds)
{
    if (!(box->x >= bounds->x && box->x + box->width <= bounds->x + bounds->width &&
          box->y >= bounds->y && box->y + box->height <= bounds->y + bounds->height))
        return FALSE;
    for (guint i = 0; i < taken->len; i++)
        if (ripple_box_overlaps(box, &g_array_index(taken, RippleBox, i)))
            return FALSE;
    return TRUE;
}

void ripple_box_nearest(const RippleBox *box, gdouble *x, gdouble *y)
{
    *x = CLAMP(*x, box->x, box->x + box->width);
    *y = CLAMP(*y, box->y, box->y + box->height);
}

static gboolean holds(const RippleBox *box, gdouble x, gdouble y)
{
    gdouble nearest_x = x, nearest_y = y;
    ripple_box_nearest(box, &nearest_x, &nearest_y);
    return nearest_x == x && nearest_y == y;
}

/* Does a line from (x, y) to `box` cross `other`, in which it does not begin? */
static gboolean is_crossed(const RippleBox *other, const RippleBox *box, gdouble x, gdouble y)
{
    gdouble to_x = x, to_y = y;
    ripple_box_nearest(box, &to_x, &to_y);
    if (holds(other, x, y))
        return FALSE;
    for (guint i = 1; i < PIECES; i++)
        if (holds(other, x + i * (to_x - x) / PIECES, y + i * (to_y - y) / PIECES))
            return TRUE;
    return FALSE;
}

static gboolean is_in_sight(const GArray *taken, const RippleBox *box, gdouble x, gdouble y)
{
    for (guint i = 0; i < taken->len; i++)
        if (is_crossed(&g_array_index(taken, RippleBox, i), box, x, y))
            return FALSE;
    return TRUE;
}

/* The box whose edge comes within `distance` of the point in that direction: to the right first,
 * then alternately below and above it, round to the left. */
static RippleBox box_at(gdouble x, gdouble y, gdouble width, gdouble height, gdouble distance,
                        guint direction)
{
    int turn = (int)((direction + 1) / 2) * (direction % 2 ? 1 : -1);
    gdouble angle = 2 * G_PI * turn / DIRECTIONS;
    gdouble right = cos(angle), down = sin(angle);
    return (RippleBox){x + right * distance + (right - 1) / 2 * width,
                       y + down * distance + (down - 1) / 2 * height, width, height};
}

/* The nearest free box, where there is one. */
static gboolean find_box(const GArray *taken, const RippleBox *bounds, gdouble x, gdouble y,
                         gboolean may_cross, RippleBox *box)
{
    gdouble width = box->width, height = box->height;
    for (gdouble distance = NEAREST; distance <= FARTHEST; distance += STEP)
        for (guint direction = 0; direction < DIRECTIONS; direction++) {
            *box = box_at(x, y, width, height, distance, direction);
            if (ripple_box_is_free(box, taken, bounds) &&
                (may_cross || is_in_sight(taken, box, x, y)))
                return TRUE;
        }
    return FALSE;
}

RippleBox ripple_label_place(GArray *taken, const RippleBox *bounds, gdouble x, gdouble y,
                             gdouble width, gdouble height)
{
    RippleBox box = {0, 0, width, height};
    if (!find_box(taken, bounds, x, y, FALSE, &box) && !find_box(taken, bounds, x, y, TRUE, &box))
        box = box_at(x, y, width, height, NEAREST, 0);
    g_array_append_val(taken, box);
    return box;
}
