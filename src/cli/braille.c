#include "cli/braille.h"

#include <math.h>

/* The bits of a pattern: dots of the left column from the top, then of the right (ISO 11548-1). */
static const guint8 dots[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};

#define FIRST_PATTERN 0x2800

typedef struct {
    guint8 *cells; /* rows × columns */
    guint columns;
    guint rows;
} Sheet;

/* Dot row 0 is the topmost. */
static void set_dot(const Sheet *sheet, guint x, guint y)
{
    sheet->cells[y / 4 * sheet->columns + x / 2] |= dots[x % 2][y % 4];
}

/* The dot row of a value; −1 for none. */
static gint dot_row(gdouble value, const Sheet *sheet, gdouble least, gdouble most,
                    gboolean is_logarithmic)
{
    gint last = (gint)(4 * sheet->rows) - 1;
    if (!isfinite(value) || (is_logarithmic && !(value > 0)))
        return -1;
    if (!(most > least))
        return last / 2;
    gdouble share =
        is_logarithmic ? log(value / least) / log(most / least) : (value - least) / (most - least);
    return last - (gint)lround(CLAMP(share, 0, 1) * last);
}

static void draw(const Sheet *sheet, const gdouble *values, guint count, gdouble least,
                 gdouble most, gboolean is_logarithmic)
{
    gint before = -1;
    for (guint x = 0; x < MIN(count, 2 * sheet->columns); x++) {
        gint y = dot_row(values[x], sheet, least, most, is_logarithmic);
        if (y >= 0)
            set_dot(sheet, x, (guint)y);
        for (gint join = before; y >= 0 && before >= 0 && ABS(join - y) > 1;)
            set_dot(sheet, x, (guint)(join += join < y ? 1 : -1));
        before = y;
    }
}

char **ripple_braille_curve(const gdouble *values, guint count, guint columns, guint rows,
                            gdouble least, gdouble most, gboolean is_logarithmic)
{
    g_autofree guint8 *cells = g_new0(guint8, (gsize)columns * rows);
    const Sheet sheet = {cells, columns, rows};
    draw(&sheet, values, count, least, most, is_logarithmic);
    char **lines = g_new0(char *, rows + 1);
    for (guint row = 0; row < rows; row++) {
        g_autoptr(GString) line = g_string_new(NULL);
        for (guint column = 0; column < columns; column++)
            g_string_append_unichar(line, FIRST_PATTERN + cells[row * columns + column]);
        lines[row] = g_string_free(g_steal_pointer(&line), FALSE);
    }
    return lines;
}
