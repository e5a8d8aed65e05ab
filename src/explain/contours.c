#include "explain/contours.h"

#include <math.h>

#define LOGARITHMIC_FROM 20.0

void ripple_isoline_free(RippleIsoline *isoline)
{
    if (!isoline)
        return;
    g_free(isoline->points);
    g_free(isoline);
}

/* ---- crossings ------------------------------------------------------------------------------- */

/* Edges are numbered, those along rows first. Each has at most one crossing, and two cells beside
 * it, so a crossing leads on to at most two others. */
typedef struct {
    const gdouble *values;
    guint columns;
    guint rows;
    gdouble level;
    gint64 *links; /* edges × 2; −1 where there is none */
    gboolean *is_taken;
} Field;

static gsize edge_along_row(const Field *field, guint column, guint row)
{
    return (gsize)row * (field->columns - 1) + column;
}

static gsize edge_along_column(const Field *field, guint column, guint row)
{
    return (gsize)field->rows * (field->columns - 1) + (gsize)row * field->columns + column;
}

static gsize count_edges(const Field *field)
{
    return (gsize)field->rows * (field->columns - 1) + (gsize)(field->rows - 1) * field->columns;
}

static gdouble value_at(const Field *field, guint column, guint row)
{
    return field->values[(gsize)row * field->columns + column];
}

/* How far from `low` to `high` the level lies. */
static gdouble share_of(const Field *field, gdouble low, gdouble high)
{
    return (field->level - low) / (high - low);
}

static RippleGridPoint crossing(const Field *field, gsize edge)
{
    gsize along_rows = (gsize)field->rows * (field->columns - 1);
    if (edge < along_rows) {
        guint column = (guint)(edge % (field->columns - 1));
        guint row = (guint)(edge / (field->columns - 1));
        gdouble share =
            share_of(field, value_at(field, column, row), value_at(field, column + 1, row));
        return (RippleGridPoint){column + share, row};
    }
    guint column = (guint)((edge - along_rows) % field->columns);
    guint row = (guint)((edge - along_rows) / field->columns);
    gdouble share = share_of(field, value_at(field, column, row), value_at(field, column, row + 1));
    return (RippleGridPoint){column, row + share};
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void link_edges(Field *field, gsize a, gsize b)
{
    gint64 *of_a = field->links + 2 * a, *of_b = field->links + 2 * b;
    of_a[of_a[0] >= 0] = (gint64)b;
    of_b[of_b[0] >= 0] = (gint64)a;
}

/* Corners and edges of a cell go around: lower left, lower right, upper right, upper left; edge k
 * leads from corner k to corner k + 1. */
static void march(Field *field, guint column, guint row)
{
    const gdouble corners[4] = {value_at(field, column, row), value_at(field, column + 1, row),
                                value_at(field, column + 1, row + 1),
                                value_at(field, column, row + 1)};
    const gsize edges[4] = {
        edge_along_row(field, column, row), edge_along_column(field, column + 1, row),
        edge_along_row(field, column, row + 1), edge_along_column(field, column, row)};
    guint crossed[4], n_crossed = 0;
    gdouble mean = 0;
    for (guint k = 0; k < 4; k++) {
        if (!isfinite(corners[k]))
            return;
        mean += corners[k] / 4;
        if ((corners[k] > field->level) != (corners[(k + 1) % 4] > field->level))
            crossed[n_crossed++] = k;
    }
    if (n_crossed == 2) {
        link_edges(field, edges[crossed[0]], edges[crossed[1]]);
    } else if (n_crossed == 4) {
        /* Where the middle is like corner 0, lines cut off corners 1 and 3; else 0 and 2. */
        gboolean like_first = (mean > field->level) == (corners[0] > field->level);
        link_edges(field, edges[0], edges[like_first ? 1 : 3]);
        link_edges(field, edges[2], edges[like_first ? 3 : 1]);
    }
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* The line on which `edge` is the first. */
static RippleIsoline *follow(Field *field, gsize edge)
{
    g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(RippleGridPoint));
    gsize first = edge;
    gint64 next = (gint64)edge;
    while (next >= 0) {
        edge = (gsize)next;
        field->is_taken[edge] = TRUE;
        RippleGridPoint point = crossing(field, edge);
        g_array_append_val(points, point);
        const gint64 *links = field->links + 2 * edge;
        next = -1;
        for (guint k = 0; k < 2; k++)
            if (links[k] >= 0 && !field->is_taken[links[k]])
                next = links[k];
    }
    const gint64 *links = field->links + 2 * edge;
    if (points->len > 2 && (links[0] == (gint64)first || links[1] == (gint64)first)) {
        RippleGridPoint point = crossing(field, first);
        g_array_append_val(points, point);
    }
    RippleIsoline *isoline = g_new0(RippleIsoline, 1);
    isoline->n_points = points->len;
    isoline->points = (RippleGridPoint *)(gpointer)g_array_free(g_steal_pointer(&points), FALSE);
    return isoline;
}

GPtrArray *ripple_isolines(const gdouble *values, guint columns, guint rows, gdouble level)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_isoline_free);
    if (columns < 2 || rows < 2)
        return lines;
    Field field = {values, columns, rows, level, NULL, NULL};
    gsize n_edges = count_edges(&field);
    g_autofree gint64 *links = g_new(gint64, 2 * n_edges);
    g_autofree gboolean *is_taken = g_new0(gboolean, n_edges);
    for (gsize i = 0; i < 2 * n_edges; i++)
        links[i] = -1;
    field.links = links;
    field.is_taken = is_taken;
    for (guint row = 0; row + 1 < rows; row++)
        for (guint column = 0; column + 1 < columns; column++)
            march(&field, column, row);

    /* Those with an end begin there; what is left then is closed. */
    for (guint closed = 0; closed < 2; closed++)
        for (gsize edge = 0; edge < n_edges; edge++)
            if (!is_taken[edge] && links[2 * edge] >= 0 && (closed || links[2 * edge + 1] < 0))
                g_ptr_array_add(lines, follow(&field, edge));
    return lines;
}

gdouble ripple_grid_value(const gdouble *values, guint columns, guint rows, gdouble column,
                          gdouble row)
{
    if (!(column >= 0 && row >= 0 && column <= columns - 1 && row <= rows - 1))
        return NAN;
    guint left = MIN((guint)column, columns - 2), below = MIN((guint)row, rows - 2);
    gdouble across = column - left, up = row - below;
    const gdouble *at = values + (gsize)below * columns + left;
    gdouble low = at[0] + across * (at[1] - at[0]);
    gdouble high = at[columns] + across * (at[columns + 1] - at[columns]);
    gdouble value = low + up * (high - low);
    return isfinite(value) ? value : NAN;
}

/* ---- levels ---------------------------------------------------------------------------------- */

gboolean ripple_levels_are_logarithmic(gdouble least, gdouble most)
{
    return least > 0 && most / least >= LOGARITHMIC_FROM;
}

static GArray *linear_levels(gdouble least, gdouble most, guint wanted)
{
    static const gdouble steps[] = {1, 2, 5, 10};
    GArray *levels = g_array_new(FALSE, FALSE, sizeof(gdouble));
    gdouble power = pow(10, floor(log10((most - least) / wanted))), step = power;
    for (guint i = 0; i < G_N_ELEMENTS(steps) && (most - least) / step > wanted; i++)
        step = steps[i] * power;
    for (gdouble k = floor(least / step) + 1; k * step < most; k++) {
        gdouble level = k * step;
        g_array_append_val(levels, level);
    }
    return levels;
}

/* 1, 2 and 5 times powers of ten; or each second or third or … of the powers alone where these are
 * too many; or as on a linear scale where there are too few. */
static GArray *logarithmic_levels(gdouble least, gdouble most, guint wanted)
{
    static const gdouble digits[] = {1, 2, 5};
    GArray *levels = g_array_new(FALSE, FALSE, sizeof(gdouble));
    gdouble decades = log10(most / least);
    guint n_digits = 3 * decades <= 1.5 * wanted ? 3 : 1;
    int every = (int)fmax(1, ceil(decades / (1.5 * wanted)));
    int first = (int)floor(log10(least)), last = (int)ceil(log10(most));
    for (int power = first; power <= last; power++)
        for (guint i = 0; i < n_digits; i++) {
            gdouble level = digits[i] * pow(10, power);
            if (power % every == 0 && level > least && level < most)
                g_array_append_val(levels, level);
        }
    return levels;
}

GArray *ripple_levels(gdouble least, gdouble most, guint wanted, gboolean is_logarithmic)
{
    if (!(most > least) || wanted == 0)
        return g_array_new(FALSE, FALSE, sizeof(gdouble));
    return is_logarithmic ? logarithmic_levels(least, most, wanted)
                          : linear_levels(least, most, wanted);
}
