#include "draw/axis.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* Room at either end, as a share of the span. */
#define ROOM 0.03

/* Decimals up to which a number is written without an exponent. */
#define MOST_DECIMALS 5

/* Numbers without a step are written so from here to there, and with so many digits. */
#define LEAST_PLAIN 1e-3
#define MOST_PLAIN 1e6
#define DIGITS 4

RippleAxis ripple_axis_fit(RippleScale scale, gdouble least, gdouble most, gdouble start,
                           gdouble end)
{
    gboolean is_logarithmic = scale == RIPPLE_SCALE_LOGARITHMIC;
    gdouble low = is_logarithmic ? log(least) : least, high = is_logarithmic ? log(most) : most;
    gdouble room = ROOM * (high - low);
    /* What doubles can hardly tell apart is one value. */
    if (!(room > 1e-12 * fmax(fabs(low), fabs(high))))
        room = is_logarithmic ? 0.5 : low == 0 ? 1 : fabs(low) / 2;
    low -= room;
    high += room;
    return (RippleAxis){scale, is_logarithmic ? exp(low) : low, is_logarithmic ? exp(high) : high,
                        start, end};
}

gdouble ripple_axis_place(const RippleAxis *axis, gdouble value)
{
    gdouble share = axis->scale == RIPPLE_SCALE_LOGARITHMIC
                        ? log(value / axis->low) / log(axis->high / axis->low)
                        : (value - axis->low) / (axis->high - axis->low);
    return axis->start + share * (axis->end - axis->start);
}

gdouble ripple_axis_value(const RippleAxis *axis, gdouble place)
{
    gdouble share = (place - axis->start) / (axis->end - axis->start);
    return axis->scale == RIPPLE_SCALE_LOGARITHMIC ? axis->low * pow(axis->high / axis->low, share)
                                                   : axis->low + share * (axis->high - axis->low);
}

void ripple_axis_decades(const RippleAxis *axis, int *first, int *last)
{
    *first = (int)ceil(log10(axis->low) - 1e-9);
    *last = (int)floor(log10(axis->high) + 1e-9);
}

/* ---- numbers -------------------------------------------------------------------------------- */

static int exponent_of(gdouble value)
{
    return (int)floor(log10(fabs(value)) + 1e-9);
}

static void drop_zeros(char *text)
{
    gsize length = strlen(text);
    if (!strchr(text, '.'))
        return;
    while (text[length - 1] == '0')
        text[--length] = '\0';
    if (text[length - 1] == '.')
        text[length - 1] = '\0';
}

/* "1.25e-7" */
static char *with_exponent(gdouble size, int digits)
{
    char format[16], buffer[64];
    g_snprintf(format, sizeof format, "%%.%de", CLAMP(digits - 1, 0, 15));
    g_ascii_formatd(buffer, sizeof buffer, format, size);
    char *e = strchr(buffer, 'e');
    int exponent = atoi(e + 1);
    *e = '\0';
    drop_zeros(buffer);
    return g_strdup_printf("%se%d", buffer, exponent);
}

/* "12,500.75" */
static char *without_exponent(gdouble size, int decimals, gboolean keep_zeros)
{
    char format[16], buffer[64];
    g_snprintf(format, sizeof format, "%%.%df", decimals);
    g_ascii_formatd(buffer, sizeof buffer, format, size);
    if (!keep_zeros)
        drop_zeros(buffer);
    const char *point = strchr(buffer, '.');
    g_autofree char *whole = ripple_text_count(g_ascii_strtoull(buffer, NULL, 10));
    return g_strconcat(whole, point, NULL);
}

static char *size_text(gdouble size, gdouble step)
{
    if (step <= 0) {
        if (size < LEAST_PLAIN || size >= MOST_PLAIN)
            return with_exponent(size, DIGITS);
        return without_exponent(size, CLAMP(DIGITS - 1 - exponent_of(size), 0, 2 * DIGITS), FALSE);
    }
    int decimals = MAX(-exponent_of(step), 0);
    if (decimals <= MOST_DECIMALS && size < 10 * MOST_PLAIN)
        return without_exponent(size, decimals, TRUE);
    return with_exponent(size, exponent_of(size) - exponent_of(step) + 1);
}

char *ripple_axis_text(gdouble value, gdouble step)
{
    if (isnan(value))
        return g_strdup("NaN");
    if (isinf(value))
        return g_strdup(value > 0 ? "∞" : "−∞");
    /* What is 0 but for the rounding of its sum of steps. */
    if (value == 0 || fabs(value) < 1e-9 * step)
        return g_strdup("0");
    g_autofree char *text = size_text(fabs(value), step);
    return value < 0 ? g_strconcat("−", text, NULL) : g_steal_pointer(&text);
}

/* ---- ticks ---------------------------------------------------------------------------------- */

static void tick_clear(gpointer tick)
{
    g_free(((RippleTick *)tick)->text);
}

static void add_tick(GArray *ticks, gdouble value, gdouble step, RippleTicks kind)
{
    RippleTick tick = {.value = value};
    if (kind == RIPPLE_TICKS_PERCENT) {
        g_autofree char *number = ripple_axis_text(100 * value, 100 * step);
        tick.text = g_strconcat(number, "%", NULL);
    } else {
        tick.text = ripple_axis_text(value, step);
    }
    g_array_append_val(ticks, tick);
}

/* 1, 2 or 5 times a power of ten, and no less than `least`. */
static gdouble round_step(gdouble least)
{
    gdouble power = pow(10, floor(log10(least)));
    for (guint i = 0; i < 3; i++) {
        static const gdouble times[] = {1, 2, 5};
        if (times[i] * power >= least * (1 - 1e-9))
            return times[i] * power;
    }
    return 10 * power;
}

static void add_linear(GArray *ticks, const RippleAxis *axis, RippleTicks kind, guint most)
{
    gdouble step = round_step((axis->high - axis->low) / most);
    if (kind == RIPPLE_TICKS_WHOLE)
        step = fmax(step, 1);
    gdouble first = ceil(axis->low / step - 1e-9), last = floor(axis->high / step + 1e-9);
    /* The bound is for steps that doubles cannot add. */
    for (gdouble i = first; i <= last && ticks->len <= 2 * most; i++)
        add_tick(ticks, i * step, step, kind);
}

static void add_logarithmic(GArray *ticks, const RippleAxis *axis, RippleTicks kind, guint most)
{
    static const gdouble factors[] = {1, 2, 5};
    int first, last;
    ripple_axis_decades(axis, &first, &last);
    int apart = (int)ceil((last - first + 1) / (gdouble)most);
    guint n_factors = log10(axis->high / axis->low) * 3 <= most ? 3 : 1;
    for (int exponent = first - 1; exponent <= last; exponent++)
        for (guint i = 0; i < n_factors; i++) {
            gdouble value = factors[i] * pow(10, exponent);
            if (value >= axis->low * (1 - 1e-9) && value <= axis->high * (1 + 1e-9) &&
                exponent % apart == 0 && (kind != RIPPLE_TICKS_WHOLE || value >= 1))
                add_tick(ticks, value, 0, kind);
        }
}

GArray *ripple_axis_ticks(const RippleAxis *axis, RippleTicks kind, guint most)
{
    GArray *ticks = g_array_new(FALSE, FALSE, sizeof(RippleTick));
    g_array_set_clear_func(ticks, tick_clear);
    if (!(axis->high > axis->low) || !isfinite(axis->high - axis->low))
        return ticks;
    most = MAX(most, 1);
    if (axis->scale == RIPPLE_SCALE_LOGARITHMIC && axis->high / axis->low >= 10)
        add_logarithmic(ticks, axis, kind, most);
    else
        add_linear(ticks, axis, kind, most);
    return ticks;
}
