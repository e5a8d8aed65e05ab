#include "cli/live.h"

#include "cli/braille.h"
#include "cli/console.h"

#include <math.h>

#define CURVE_COLUMNS 56
#define CURVE_ROWS 3
#define LABEL_COLUMNS 10
#define MOST_VALUES (2 * CURVE_COLUMNS) /* then neighbours become one */

/* With less room there is the first line alone. */
#define FEWEST_COLUMNS 40
#define FEWEST_ROWS 8

/* From here on the losses are told apart by factors. */
#define LOGARITHMIC_FROM 10

struct _RippleLive {
    guint64 taken;
    guint64 memory;
    RippleProgress last;
    GArray *losses; /* of gdouble, each the mean of `stride` of those that were told */
    guint stride;
    gdouble sum; /* of the next */
    guint in_sum;
};

RippleLive *ripple_live_new(guint64 taken, guint64 memory)
{
    RippleLive *live = g_new0(RippleLive, 1);
    live->taken = taken;
    live->memory = memory;
    live->losses = g_array_new(FALSE, FALSE, sizeof(gdouble));
    live->stride = 1;
    return live;
}

void ripple_live_free(RippleLive *live)
{
    if (!live)
        return;
    g_array_unref(live->losses);
    g_free(live);
}

/* ---- what is remembered --------------------------------------------------------------------- */

static void halve(RippleLive *live)
{
    gdouble *values = (gdouble *)(gpointer)live->losses->data;
    for (guint i = 0; i < MOST_VALUES / 2; i++)
        values[i] = (values[2 * i] + values[2 * i + 1]) / 2;
    g_array_set_size(live->losses, MOST_VALUES / 2);
    live->stride *= 2;
}

void ripple_live_add(RippleLive *live, const RippleProgress *progress)
{
    live->last = *progress;
    live->sum += progress->loss;
    if (++live->in_sum < live->stride)
        return;
    gdouble mean = live->sum / live->in_sum;
    live->sum = 0;
    live->in_sum = 0;
    g_array_append_val(live->losses, mean);
    if (live->losses->len == MOST_VALUES)
        halve(live);
}

/* ---- what is shown -------------------------------------------------------------------------- */

static char *memory_text(guint64 bytes)
{
    return bytes < (guint64)1 << 30 ? g_strdup_printf("%.1f MiB", bytes / 1048576.0)
                                    : g_strdup_printf("%.1f GiB", bytes / 1073741824.0);
}

static void append_curve(const RippleLive *live, GString *lines, guint columns)
{
    const gdouble *values = (const gdouble *)(gconstpointer)live->losses->data;
    guint count = live->losses->len, room = MIN(CURVE_COLUMNS, columns - LABEL_COLUMNS - 1);
    guint first = count > 2 * room ? count - 2 * room : 0;
    gdouble least = INFINITY, most = -INFINITY;
    for (guint i = first; i < count; i++)
        if (isfinite(values[i])) {
            least = fmin(least, values[i]);
            most = fmax(most, values[i]);
        }
    if (!(least <= most))
        return;
    gboolean is_logarithmic = least > 0 && most > LOGARITHMIC_FROM * least;
    g_auto(GStrv) curve = ripple_braille_curve(values + first, count - first, room, CURVE_ROWS,
                                               least, most, is_logarithmic);
    g_autofree char *top = ripple_console_loss(most), *foot = ripple_console_loss(least);
    for (guint row = 0; row < CURVE_ROWS; row++)
        g_string_append_printf(lines, "\n%*s %s", LABEL_COLUMNS - 1,
                               row == 0                ? top
                               : row == CURVE_ROWS - 1 ? foot
                                                       : "",
                               curve[row]);
}

static void append_place(const RippleLive *live, GString *lines)
{
    g_autofree char *step = ripple_console_count(live->last.step);
    g_autofree char *steps = ripple_console_count(live->last.steps);
    g_autofree char *taken = memory_text(live->taken), *memory = memory_text(live->memory);
    g_string_append_printf(lines, "\nloss, mean of its epoch; step %s of %s", step, steps);
    if (live->memory > 0)
        g_string_append_printf(lines, "; memory %s of %s", taken, memory);
}

char *ripple_live_layout(const RippleLive *live, const char *line, guint columns, guint rows,
                         gboolean is_utf8)
{
    g_autoptr(GString) lines = g_string_new(line);
    if (is_utf8 && columns >= FEWEST_COLUMNS && rows >= FEWEST_ROWS && live->losses->len > 1) {
        append_curve(live, lines, columns);
        append_place(live, lines);
    }
    return g_string_free(g_steal_pointer(&lines), FALSE);
}
