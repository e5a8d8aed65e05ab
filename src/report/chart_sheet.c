/* Charts in rows and columns. */
#include "draw/text.h"
#include "report/chart_private.h"

#include <math.h>

#define WIDTH 960.0
#define EDGE 24.0
#define COLUMN_GAP 28.0
#define ROW_GAP 22.0
#define LEAST_COLUMN 250.0
#define MOST_COLUMNS 4u

/* Of a chart's height to its width, where nobody says. */
#define ASPECT 0.55
#define MOST_HEIGHT 340.0

/* A picture under way. */
typedef struct {
    const RippleChartSheet *sheet;
    RippleChart *const *charts;
    guint count;
    guint columns;
    guint rows;
    gdouble width; /* of the picture */
    gdouble column_width;
    GPtrArray *legend; /* shared by all, or NULL */
    RippleMargins *margins;
} Layout;

static const RippleTextStyle title_style = {.size = RIPPLE_TITLE_SIZE, .bold = TRUE};
static const RippleTextStyle note_style = {.size = RIPPLE_TEXT_SIZE, .paint = RIPPLE_PAINT_FAINT};

static guint choose_columns(guint count, gdouble width)
{
    guint most = (guint)fmax((width - 2 * EDGE + COLUMN_GAP) / (LEAST_COLUMN + COLUMN_GAP), 1);
    most = MIN(most, MOST_COLUMNS);
    if (count <= most)
        return MAX(count, 1);
    /* So that the last row is as full as can be. */
    guint rows = (count + most - 1) / most;
    return (count + rows - 1) / rows;
}

static guint row_end(const Layout *layout, guint row)
{
    return MIN((row + 1) * layout->columns, layout->count);
}

/* Of the plots in a row. */
static gdouble plot_height(const Layout *layout, guint row)
{
    gdouble height = 0;
    for (guint i = row * layout->columns; i < row_end(layout, row); i++) {
        gdouble own = layout->charts[i]->height;
        if (own == 0)
            own = layout->sheet->row_height;
        height = fmax(height, own > 0 ? own : fmin(ASPECT * layout->column_width, MOST_HEIGHT));
    }
    return height;
}

/* With what lies around them, once the margins are aligned. */
static gdouble row_height(const Layout *layout, guint row)
{
    const RippleMargins *margins = &layout->margins[row * layout->columns];
    return margins->top + plot_height(layout, row) + margins->bottom;
}

/* ---- what all charts share ------------------------------------------------------------------ */

static GPtrArray *shared_legend(RippleChart *const *charts, guint count)
{
    g_autoptr(GPtrArray) found = NULL;
    guint n_same = 0;
    for (guint i = 0; i < count; i++) {
        g_autoptr(GPtrArray) legend = ripple_chart_legend(charts[i]);
        if (legend->len == 0)
            continue;
        if (found && !ripple_chart_legend_equals(found, legend))
            return NULL;
        if (!found)
            found = g_steal_pointer(&legend);
        n_same++;
    }
    return n_same > 1 ? g_steal_pointer(&found) : NULL;
}

static void fit_margins(Layout *layout, const RippleMargins *least)
{
    for (guint i = 0; i < layout->count; i++)
        layout->margins[i] = ripple_chart_margins(layout->charts[i], layout->column_width,
                                                  plot_height(layout, i / layout->columns),
                                                  layout->legend == NULL, &least[i]);
}

/* The plots of a column begin and end alike. */
static void align_columns(Layout *layout)
{
    g_autofree RippleMargins *least = g_new0(RippleMargins, layout->count);
    fit_margins(layout, least);
    for (guint i = 0; i < layout->count; i++)
        for (guint j = i % layout->columns; j < layout->count; j += layout->columns) {
            least[i].left = fmax(least[i].left, layout->margins[j].left);
            least[i].right = fmax(least[i].right, layout->margins[j].right);
        }
    fit_margins(layout, least);
}

/* And so do those of a row. */
static void align_rows(Layout *layout)
{
    for (guint row = 0; row < layout->rows; row++) {
        gdouble top = 0, bottom = 0;
        for (guint i = row * layout->columns; i < row_end(layout, row); i++) {
            top = fmax(top, layout->margins[i].top);
            bottom = fmax(bottom, layout->margins[i].bottom);
        }
        for (guint i = row * layout->columns; i < row_end(layout, row); i++) {
            layout->margins[i].top = top;
            layout->margins[i].bottom = bottom;
        }
    }
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* Title, note and shared legend, or only their height where there is no canvas. */
static gdouble draw_head(const Layout *layout, RippleCanvas *canvas)
{
    const RippleChartSheet *sheet = layout->sheet;
    gdouble y = EDGE - 6, width = layout->width - 2 * EDGE;
    if (sheet->title) {
        g_autofree char *title = ripple_text_cut(sheet->title, width, title_style);
        y += RIPPLE_TITLE_SIZE;
        if (canvas)
            ripple_canvas_text(canvas, title, EDGE, y, title_style);
        y += 6;
    }
    g_auto(GStrv) lines = ripple_text_wrap(sheet->note ? sheet->note : "", width, note_style);
    for (guint i = 0; lines[i]; i++) {
        y += RIPPLE_TEXT_SIZE + 4;
        if (canvas)
            ripple_canvas_text(canvas, lines[i], EDGE, y - 2, note_style);
    }
    y += 10;
    if (layout->legend) {
        if (canvas)
            ripple_chart_draw_legend(layout->legend, canvas, EDGE, y, width);
        y += ripple_chart_legend_height(layout->legend, width) + 6;
    }
    return y;
}

static void draw_charts(const Layout *layout, RippleCanvas *canvas, gdouble y,
                        RippleChartFrame *frames)
{
    for (guint row = 0; row < layout->rows; row++) {
        gdouble height = row_height(layout, row);
        for (guint column = 0; column < layout->columns; column++) {
            guint i = row * layout->columns + column;
            if (i >= layout->count)
                break;
            gdouble x = EDGE + column * (layout->column_width + COLUMN_GAP);
            RippleChartFrame frame =
                ripple_chart_draw_within(layout->charts[i], canvas, x, y, layout->column_width,
                                         height, &layout->margins[i], layout->legend == NULL);
            if (frames)
                frames[i] = frame;
        }
        y += height + ROW_GAP;
    }
}

RippleCanvas *ripple_charts_draw(const RippleChartSheet *sheet, RippleChart *const *charts,
                                 guint count, RippleChartFrame *frames)
{
    gdouble width = sheet->width > 0 ? sheet->width : WIDTH;
    guint columns = sheet->columns > 0 ? sheet->columns : choose_columns(count, width);
    g_autoptr(GPtrArray) legend = shared_legend(charts, count);
    g_autofree RippleMargins *margins = g_new0(RippleMargins, count);
    Layout layout = {.sheet = sheet,
                     .charts = charts,
                     .count = count,
                     .columns = columns,
                     .rows = (count + columns - 1) / columns,
                     .width = width,
                     .column_width = (width - 2 * EDGE - (columns - 1) * COLUMN_GAP) / columns,
                     .legend = legend,
                     .margins = margins};
    align_columns(&layout);
    align_rows(&layout);
    gdouble top = draw_head(&layout, NULL), height = top;
    for (guint row = 0; row < layout.rows; row++)
        height += row_height(&layout, row) + ROW_GAP;
    RippleCanvas *canvas = ripple_canvas_new(width, ceil(height - ROW_GAP + EDGE - 4), sheet->title,
                                             sheet->description ? sheet->description : sheet->note);
    draw_head(&layout, canvas);
    draw_charts(&layout, canvas, top, frames);
    return canvas;
}
