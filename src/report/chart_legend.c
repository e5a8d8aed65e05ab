/* The legend: a sample of how something looks, and its name. */
#include "draw/text.h"
#include "report/chart_private.h"

#include <math.h>
#include <string.h>

#define SAMPLE_WIDTH 20.0
#define SAMPLE_GAP 6.0
#define ENTRY_GAP 18.0
#define ROW_HEIGHT 17.0
#define MOST_ROWS 6u
#define MOST_NAME 300.0

GPtrArray *ripple_chart_legend(const RippleChart *chart)
{
    GPtrArray *legend = g_ptr_array_new();
    for (guint i = 0; i < chart->items->len; i++) {
        RippleChartItem *item = g_ptr_array_index(chart->items, i);
        gboolean is_new = item->name != NULL;
        for (guint j = 0; is_new && j < legend->len; j++)
            is_new =
                !g_str_equal(((RippleChartItem *)g_ptr_array_index(legend, j))->name, item->name);
        if (is_new)
            g_ptr_array_add(legend, item);
    }
    return legend;
}

gboolean ripple_chart_legend_equals(const GPtrArray *one, const GPtrArray *other)
{
    gboolean equal = one->len == other->len;
    for (guint i = 0; equal && i < one->len; i++) {
        const RippleChartItem *a = g_ptr_array_index(one, i), *b = g_ptr_array_index(other, i);
        equal = g_str_equal(a->name, b->name) && a->style.fill == b->style.fill &&
                a->style.stroke == b->style.stroke && a->style.dashed == b->style.dashed;
    }
    return equal;
}

/* Where the entries come to stand: one after the other, in rows. */
typedef struct {
    gdouble x;
    guint row;
    char *text;
} Entry;

static void entry_clear(gpointer entry)
{
    g_free(((Entry *)entry)->text);
}

/* As many entries as there is room for; the last says how many were left out. */
static GArray *lay_out(const GPtrArray *legend, gdouble width)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(entries, entry_clear);
    gdouble x = 0, most = fmin(MOST_NAME, width - SAMPLE_WIDTH - SAMPLE_GAP);
    guint row = 0;
    for (guint i = 0; i < legend->len; i++) {
        const RippleChartItem *item = g_ptr_array_index(legend, i);
        Entry entry = {.text = ripple_text_cut(item->name, most, ripple_chart_text)};
        gdouble needs =
            SAMPLE_WIDTH + SAMPLE_GAP + ripple_text_width(entry.text, ripple_chart_text);
        if (x > 0 && x + needs > width) {
            x = 0;
            row++;
        }
        entry.x = x;
        entry.row = row;
        g_array_append_val(entries, entry);
        x += needs + ENTRY_GAP;
    }
    guint left_out = 0;
    while (entries->len > 0 && g_array_index(entries, Entry, entries->len - 1).row >= MOST_ROWS) {
        g_array_set_size(entries, entries->len - 1);
        left_out++;
    }
    if (left_out > 0) {
        Entry *last = &g_array_index(entries, Entry, entries->len - 1);
        g_free(last->text);
        last->text = g_strdup_printf("… and %u more", left_out + 1);
    }
    return entries;
}

gdouble ripple_chart_legend_height(const GPtrArray *legend, gdouble width)
{
    if (legend->len == 0)
        return 0;
    g_autoptr(GArray) entries = lay_out(legend, width);
    return (g_array_index(entries, Entry, entries->len - 1).row + 1) * ROW_HEIGHT + 4;
}

static void draw_sample(const RippleChartItem *item, RippleCanvas *canvas, gdouble x, gdouble y)
{
    switch (item->kind) {
    case RIPPLE_CHART_LINE:
        ripple_canvas_line(canvas, x, y, x + SAMPLE_WIDTH, y, item->style);
        break;
    case RIPPLE_CHART_POINTS:
        ripple_canvas_disc(canvas, x + SAMPLE_WIDTH / 2, y, 4.5, item->style);
        break;
    default:
        ripple_canvas_rectangle(canvas, x + SAMPLE_WIDTH / 2 - 6, y - 5, 12, 10, item->style);
    }
}

void ripple_chart_draw_legend(const GPtrArray *legend, RippleCanvas *canvas, gdouble x, gdouble y,
                              gdouble width)
{
    g_autoptr(GArray) entries = lay_out(legend, width);
    for (guint i = 0; i < entries->len; i++) {
        const Entry *entry = &g_array_index(entries, Entry, i);
        gdouble foot = y + entry->row * ROW_HEIGHT + 12;
        gboolean is_remark = i + 1 == entries->len && entries->len < legend->len;
        if (!is_remark)
            draw_sample(g_ptr_array_index(legend, i), canvas, x + entry->x, foot - 4);
        ripple_canvas_text(canvas, entry->text, x + entry->x + SAMPLE_WIDTH + SAMPLE_GAP, foot,
                           ripple_chart_text);
    }
}
