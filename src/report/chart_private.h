/** \file
 * What a chart holds, and the steps of drawing it, which the files chart_*.c share.
 */
#pragma once

#include "report/chart.h"

typedef enum {
    RIPPLE_CHART_LINE,
    RIPPLE_CHART_BAND,
    RIPPLE_CHART_POINTS,
    RIPPLE_CHART_BARS,
    RIPPLE_CHART_CELLS,
    RIPPLE_CHART_IMAGE,
} RippleChartKind;

/** Something drawn between the axes. */
typedef struct {
    RippleChartKind kind;
    char *name;
    RippleStyle style;
    gsize count;    /**< points; bars; cells and pixels in a row: see `cells` */
    gdouble *x;     /**< `count`; the edges of bars, cells and images: one more */
    gdouble *y;     /**< `count`: heights, lower ends of a band; the edges of cells and images */
    gdouble *upper; /**< of a band */
    gdouble radius;
    RippleChartCells cells; /**< its pointers are `values` here, and x and y above */
    gdouble *values;
    guint8 *rgb;             /**< cells.columns × cells.rows, of images */
    gboolean may_be_covered; /**< by labels */
} RippleChartItem;

typedef struct {
    const RippleChartItem *line; /**< on which it stands, or NULL: beside (x, y) */
    gdouble x;
    gdouble y;
    char *text;
    RippleTextStyle style;
} RippleChartLabel;

typedef struct {
    gboolean is_y; /**< at a value of y, from left to right */
    gdouble value;
    char *text;
    RipplePaint paint;
} RippleChartRule;

struct _RippleChart {
    char *title;
    RippleChartAxis x; /**< owns its texts */
    RippleChartAxis y;
    GPtrArray *items; /**< of RippleChartItem */
    GArray *labels;   /**< of RippleChartLabel */
    GArray *rules;    /**< of RippleChartRule */
    GPtrArray *notes; /**< of char */
    char *empty_text;
    gdouble height;
};

/** What lies around the plot. */
typedef struct {
    gdouble left;
    gdouble right;
    gdouble top;
    gdouble bottom;
} RippleMargins;

#define RIPPLE_CHART_TITLE_SIZE 14.0
#define RIPPLE_CHART_TEXT_SIZE 12.0
#define RIPPLE_CHART_LINE_HEIGHT 17.0

static const RippleTextStyle ripple_chart_text = {.size = RIPPLE_CHART_TEXT_SIZE};
static const RippleTextStyle ripple_chart_faint = {.size = RIPPLE_CHART_TEXT_SIZE,
                                                   .paint = RIPPLE_PAINT_FAINT};
static const RippleTextStyle ripple_chart_bold = {.size = RIPPLE_CHART_TITLE_SIZE, .bold = TRUE};

/** The same, with `align`. */
RippleTextStyle ripple_chart_align(RippleTextStyle style, gdouble align);

/* ---- chart_axes.c --------------------------------------------------------------------------- */

/** The axis from `start` to `end` that holds what is drawn. */
RippleAxis ripple_chart_fit_x(const RippleChart *chart, gdouble start, gdouble end);
RippleAxis ripple_chart_fit_y(const RippleChart *chart, gdouble start, gdouble end);

/** Room that ticks take: left of a plot of `height`, and below one of `width`; in `beside` what the
 * outermost need to its left and right. Names are cut to `most`. */
gdouble ripple_chart_left_margin(const RippleChart *chart, gdouble height, gdouble most);
gdouble ripple_chart_bottom_margin(const RippleChart *chart, gdouble width, gdouble most,
                                   gdouble *beside);

/** As many numbers as there is room for along the axis, of RippleTick; `is_across`: they stand one
 * above the other. */
GArray *ripple_chart_ticks(const RippleAxis *axis, RippleTicks kind, gboolean is_across);

/** Grid and ticks. */
void ripple_chart_draw_axes(const RippleChart *chart, RippleCanvas *canvas,
                            const RippleChartFrame *frame, gdouble most);

/** Has the chart no item that has a place? */
gboolean ripple_chart_is_empty(const RippleChart *chart);

/* ---- chart_items.c -------------------------------------------------------------------------- */

/** Add boxes that cover a line to `taken`. */
void ripple_chart_take_line(const RippleChartItem *line, const RippleChartFrame *frame,
                            GArray *taken);

/** Draw what lies between the axes; boxes that labels should keep clear of go into `taken`. */
void ripple_chart_draw_items(const RippleChart *chart, RippleCanvas *canvas,
                             const RippleChartFrame *frame, GArray *taken);

/* ---- chart_cells.c -------------------------------------------------------------------------- */

/** Cells or an image. */
void ripple_chart_draw_cells(const RippleChartItem *item, RippleCanvas *canvas,
                             const RippleChartFrame *frame);

/** The cells that have a bar of colours, or NULL. */
const RippleChartItem *ripple_chart_bar_item(const RippleChart *chart);

/** Room to the right of the plot that the bar takes. */
gdouble ripple_chart_bar_width(const RippleChart *chart, gdouble height);
void ripple_chart_draw_bar(const RippleChart *chart, RippleCanvas *canvas,
                           const RippleChartFrame *frame);

/* ---- chart_legend.c ------------------------------------------------------------------------- */

/** The items to be named, of RippleChartItem, each name once. */
GPtrArray *ripple_chart_legend(const RippleChart *chart);

/** Have both the same names, looking the same? */
gboolean ripple_chart_legend_equals(const GPtrArray *one, const GPtrArray *other);

/** How high the legend is when it has `width`; 0 when it is empty. */
gdouble ripple_chart_legend_height(const GPtrArray *legend, gdouble width);

/** Draw it, its upper left corner at (x, y). */
void ripple_chart_draw_legend(const GPtrArray *legend, RippleCanvas *canvas, gdouble x, gdouble y,
                              gdouble width);

/* ---- chart_draw.c --------------------------------------------------------------------------- */

/** What lies around the plot of a chart `width` wide, plot and all, with a plot of `plot_height`;
 * left and right are at least what `least` says. */
RippleMargins ripple_chart_margins(const RippleChart *chart, gdouble width, gdouble plot_height,
                                   gboolean with_legend, const RippleMargins *least);

/** ripple_chart_draw() with given margins. */
RippleChartFrame ripple_chart_draw_within(const RippleChart *chart, RippleCanvas *canvas, gdouble x,
                                          gdouble y, gdouble width, gdouble height,
                                          const RippleMargins *margins, gboolean with_legend);
