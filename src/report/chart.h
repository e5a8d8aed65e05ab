/** \file
 * A chart: numbers over two axes, and what is to be said of them.
 *
 * It is first told all that it holds, which is copied; then it is drawn, alone or among others. No
 * text comes to lie on other text: long names are cut, ticks become fewer, and labels move. Numbers
 * that are not finite have no place, nor those on a logarithmic axis that are not above 0: a line
 * has a gap there, and a point is missing. Of RippleStyle, `stroke` paints lines and outlines and
 * `fill` all that has an area.
 */
#pragma once

#include "draw/axis.h"
#include "draw/canvas.h"
#include "draw/labels.h"

/** One axis. What is left 0 is chosen. */
typedef struct {
    const char *title; /**< what goes along it, and its unit: "loss (nats)"; NULL for none */
    RippleScale scale;
    RippleTicks ticks;
    gdouble least; /**< its ends, where they differ; else they are fitted to what is drawn */
    gdouble most;
    const char *const *names; /**< NULL-terminated: the texts at 0, 1, 2, … in place of numbers */
    gboolean is_reversed;     /**< the least to the right, or at the top */
    gboolean has_no_ticks;
} RippleChartAxis;

typedef struct _RippleChart RippleChart;

/** An empty chart. `title` may be NULL. */
RippleChart *ripple_chart_new(const char *title, const RippleChartAxis *x,
                              const RippleChartAxis *y);
void ripple_chart_free(RippleChart *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleChart, ripple_chart_free)

/* ---- what it holds, the first undermost ----------------------------------------------------
 *
 * `name` stands in the legend, beside a sample of how it looks; NULL for none. What has the name of
 * something before it is not named again. */

/** A line through `count` points. */
void ripple_chart_line(RippleChart *chart, const char *name, const gdouble *x, const gdouble *y,
                       gsize count, RippleStyle style);

/** A line of equal height, with its number `text` (may be NULL) upon it where that is clear of
 * texts, points and lines, and where there is room of other lines of equal height; left out where
 * it would cover the former everywhere. Labels may come to lie on such a line. */
void ripple_chart_contour(RippleChart *chart, const gdouble *x, const gdouble *y, gsize count,
                          RippleStyle style, const char *text, RippleTextStyle text_style);

/** The area between `low` and `high`: of quantiles, say. Several of one fill and little opacity lie
 * well upon each other. */
void ripple_chart_band(RippleChart *chart, const char *name, const gdouble *x, const gdouble *low,
                       const gdouble *high, gsize count, RippleStyle style);

/** A disc at each point. */
void ripple_chart_points(RippleChart *chart, const char *name, const gdouble *x, const gdouble *y,
                         gsize count, gdouble radius, RippleStyle style);

/** Bars from 0 (the foot of a logarithmic axis) to heights[i], from edges[i] to edges[i + 1];
 * `count` + 1 edges. */
void ripple_chart_bars(RippleChart *chart, const char *name, const gdouble *edges,
                       const gdouble *heights, gsize count, RippleStyle style);

/** How numbers become colours. */
typedef enum {
    RIPPLE_COLOURS_RAMP,   /**< ripple_paint_ramp(), from the least to the most */
    RIPPLE_COLOURS_SIGNED, /**< ripple_paint_signed(): 0 is white, and both sides reach as far */
} RippleColours;

/** A heat map, with a bar of its colours to the right of the chart. */
typedef struct {
    const gdouble *values; /**< rows × columns, the lowest row first; NAN is grey */
    guint columns;
    guint rows;
    const gdouble *x_edges; /**< columns + 1, rising; NULL for -0.5, 0.5, 1.5, … */
    const gdouble *y_edges; /**< rows + 1, rising; NULL likewise */
    RippleColours colours;
    RippleScale scale; /**< of a ramp */
    gdouble least;     /**< what the ends of the colours stand for, where they differ; else fitted.
                            Of signed ones only the larger of the two sizes counts. */
    gdouble most;
    RippleTicks ticks;  /**< at the bar */
    const char *title;  /**< of the bar: what is shown, and its unit; NULL for none */
    gboolean is_smooth; /**< colours run into each other rather than having edges */
    gboolean has_no_bar;
} RippleChartCells;

/** A heat map. At most one in a chart has a bar. */
void ripple_chart_cells(RippleChart *chart, const RippleChartCells *cells);

/** `columns` × `rows` pixels, three bytes each, the uppermost row first, between these values of
 * the axes. */
void ripple_chart_image(RippleChart *chart, const guint8 *rgb, guint columns, guint rows,
                        gdouble left, gdouble right, gdouble bottom, gdouble top,
                        gboolean is_smooth);

/* ---- what is said of it -------------------------------------------------------------------- */

/** `text` beside (x, y), clear of other labels and, as far as there is room, of lines and points,
 * with a thin line to the point where it had to go far. Where there is no room at all, it is left
 * out. */
void ripple_chart_label(RippleChart *chart, gdouble x, gdouble y, const char *text,
                        RippleTextStyle style);

/** A straight line across at `value` of the axis, dashed, with `text` (may be NULL) at its end. The
 * axis is stretched to hold it. */
void ripple_chart_rule_x(RippleChart *chart, gdouble value, const char *text, RipplePaint paint);
void ripple_chart_rule_y(RippleChart *chart, gdouble value, const char *text, RipplePaint paint);

/** A line of faint text under the title; may be called several times. */
void ripple_chart_note(RippleChart *chart, const char *note);

/** What stands in the middle of a chart that holds nothing which has a place. */
void ripple_chart_set_empty_text(RippleChart *chart, const char *text);

/** How high its plot is among others, in points, without what stands around it; 0 as at first for
 * what the sheet says. */
void ripple_chart_set_height(RippleChart *chart, gdouble height);

/* ---- drawing ------------------------------------------------------------------------------- */

/** Where a drawn chart has its plot, and its axes, so that more can be drawn there. */
typedef struct {
    RippleBox plot;
    RippleAxis x;
    RippleAxis y; /**< upward: `start` is the lower end */
} RippleChartFrame;

/** Draw it into a rectangle of `canvas`; titles, ticks, legend and colour bar lie within, too. */
RippleChartFrame ripple_chart_draw(const RippleChart *chart, RippleCanvas *canvas, gdouble x,
                                   gdouble y, gdouble width, gdouble height);

/** A picture made of charts, in rows. What is left 0 or NULL is chosen. */
typedef struct {
    const char *title;
    const char *note;        /**< a sentence or two under the title; is wrapped */
    const char *description; /**< for those who do not see the picture; the note where it is NULL */
    guint columns;
    gdouble width;      /**< of the picture: 960 */
    gdouble row_height; /**< of the plots of charts that do not say; by the width of a column */
} RippleChartSheet;

/** Draw `count` charts as small multiples. The plots of one column have the same left and right
 * edge. Where all legends are the same, it stands once, above them. `frames` (`count` of them) is
 * filled where it is not NULL. */
RippleCanvas *ripple_charts_draw(const RippleChartSheet *sheet, RippleChart *const *charts,
                                 guint count, RippleChartFrame *frames);
