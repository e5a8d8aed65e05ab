#include "draw/paint.h"

#include <math.h>

/* Beyond the colours named by their meaning. */
#define FIXED 0x1000000u

static const struct {
    const char *name;
    guint32 light;
    guint32 dark;
} paints[RIPPLE_PAINTS] = {
    [RIPPLE_PAINT_NONE] = {"none", 0, 0},
    [RIPPLE_PAINT_PAPER] = {"paper", 0xffffff, 0x16181d},
    [RIPPLE_PAINT_INK] = {"ink", 0x212121, 0xe8e8e8},
    [RIPPLE_PAINT_FAINT] = {"faint", 0x666666, 0xa0a4ab},
    [RIPPLE_PAINT_GRID] = {"grid", 0xe0e0e0, 0x363a42},
    [RIPPLE_PAINT_POSITIVE] = {"positive", 0x0072b2, 0x56b4e9},
    [RIPPLE_PAINT_NEGATIVE] = {"negative", 0xd55e00, 0xff9d4d},
    [RIPPLE_PAINT_WARNING] = {"warning", 0xb00020, 0xff6b7a},
    [RIPPLE_PAINT_FIRST_SERIES] = {"series-0", 0x0072b2, 0x56b4e9},
    {"series-1", 0xe69f00, 0xe69f00},
    {"series-2", 0x009e73, 0x2fc99c},
    {"series-3", 0xd55e00, 0xff8a3d},
    {"series-4", 0xcc79a7, 0xe39fc6},
    {"series-5", 0x56b4e9, 0x0b7fc0},
};

RipplePaint ripple_paint_series(guint index)
{
    return RIPPLE_PAINT_FIRST_SERIES + index % RIPPLE_PAINT_SERIES;
}

RipplePaint ripple_paint_rgb(guint red, guint green, guint blue)
{
    return FIXED | (MIN(red, 255) << 16) | (MIN(green, 255) << 8) | MIN(blue, 255);
}

/* Between the colours (0xRRGGBB) that stand at equal distances from 0 to 1. */
static RipplePaint between(const guint32 *colours, guint count, gdouble value)
{
    if (isnan(value))
        return ripple_paint_rgb(128, 128, 128);
    gdouble place = CLAMP(value, 0, 1) * (count - 1);
    guint low = MIN((guint)place, count - 2);
    gdouble share = place - low;
    guint parts[3];
    for (guint i = 0; i < 3; i++) {
        guint shift = 16 - 8 * i;
        gdouble from = (colours[low] >> shift) & 0xff, to = (colours[low + 1] >> shift) & 0xff;
        parts[i] = (guint)lround(from + share * (to - from));
    }
    return ripple_paint_rgb(parts[0], parts[1], parts[2]);
}

RipplePaint ripple_paint_ramp(gdouble value)
{
    static const guint32 colours[] = {0x16204f, 0x1d4f7c, 0x24808a, 0x57b08a, 0xa9d77c, 0xf6f3a6};
    return between(colours, G_N_ELEMENTS(colours), value);
}

RipplePaint ripple_paint_signed(gdouble value)
{
    static const guint32 colours[] = {0x8f3b00, 0xd55e00, 0xf3ab74, 0xffffff,
                                      0x7fbfe3, 0x0072b2, 0x004a78};
    return between(colours, G_N_ELEMENTS(colours), (value + 1) / 2);
}

gboolean ripple_paint_is_fixed(RipplePaint paint)
{
    return (paint & FIXED) != 0;
}

guint32 ripple_paint_value(RipplePaint paint, RippleTheme theme)
{
    if (ripple_paint_is_fixed(paint))
        return paint & 0xffffff;
    g_return_val_if_fail(paint < RIPPLE_PAINTS, 0);
    return theme == RIPPLE_THEME_DARK ? paints[paint].dark : paints[paint].light;
}

const char *ripple_paint_name(RipplePaint paint)
{
    g_return_val_if_fail(paint < RIPPLE_PAINTS, "none");
    return paints[paint].name;
}
