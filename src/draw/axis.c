#include "draw/axis.h"

#include <math.h>

/* Beyond the outermost values, as a factor. */
#define ROOM 2.0

RippleAxis ripple_axis_fit(gdouble least, gdouble most, gdouble start, gdouble end)
{
    RippleAxis axis = {least / ROOM, most * ROOM, start, end};
    gdouble power = pow(10, floor(log10(axis.high)));
    if (power < axis.low)
        axis.low = power;
    return axis;
}

gdouble ripple_axis_place(const RippleAxis *axis, gdouble value)
{
    gdouble share = log(value / axis->low) / log(axis->high / axis->low);
    return axis->start + share * (axis->end - axis->start);
}

void ripple_axis_decades(const RippleAxis *axis, int *first, int *last)
{
    *first = (int)ceil(log10(axis->low) - 1e-9);
    *last = (int)floor(log10(axis->high) + 1e-9);
}
