#include "report/roofline.h"

#include "draw/axis.h"
#include "draw/canvas.h"
#include "draw/labels.h"

#include <math.h>

/* The picture, in points. */
#define WIDTH 960.0
#define HEIGHT 600.0
#define LEFT 84.0
#define RIGHT 28.0
#define TOP 92.0
#define BOTTOM 62.0

/* Beyond the outermost values, as a factor: for labels. */
#define ROOM 2.0

#define SMALLEST_DOT 4.5
#define LARGEST_DOT 16.0

#define TEXT_SIZE RIPPLE_TEXT_SIZE

typedef struct {
    guint kind;
    char *label;
    gdouble intensity;
    gdouble gflops;
    gdouble share;
} Dot;

struct _RippleRoofline {
    char *title;
    char *work;
    char *device;
    gdouble peak;
    gdouble bandwidth;
    GPtrArray *kinds; /* of char * */
    GArray *dots;     /* of Dot */
};

static void dot_clear(gpointer dot)
{
    g_free(((Dot *)dot)->label);
}

RippleRoofline *ripple_roofline_new(const char *title, const char *work, const char *device,
                                    gdouble peak, gdouble bandwidth)
{
    RippleRoofline *roofline = g_new0(RippleRoofline, 1);
    roofline->title = g_strdup(title);
    roofline->work = g_strdup(work);
    roofline->device = g_strdup(device);
    roofline->peak = peak;
    roofline->bandwidth = bandwidth;
    roofline->kinds = g_ptr_array_new_with_free_func(g_free);
    roofline->dots = g_array_new(FALSE, FALSE, sizeof(Dot));
    g_array_set_clear_func(roofline->dots, dot_clear);
    return roofline;
}

void ripple_roofline_free(RippleRoofline *roofline)
{
    if (!roofline)
        return;
    g_free(roofline->title);
    g_free(roofline->work);
    g_free(roofline->device);
    g_ptr_array_unref(roofline->kinds);
    g_array_unref(roofline->dots);
    g_free(roofline);
}

void ripple_roofline_add(RippleRoofline *roofline, const char *kind, const char *label,
                         gdouble intensity, gdouble gflops, gdouble share)
{
    Dot dot = {0, g_strdup(label), intensity, gflops, share};
    if (!g_ptr_array_find_with_equal_func(roofline->kinds, kind, g_str_equal, &dot.kind)) {
        g_ptr_array_add(roofline->kinds, g_strdup(kind));
        dot.kind = roofline->kinds->len - 1;
    }
    g_array_append_val(roofline->dots, dot);
}

/* ---- a picture under way
 * ----------------------------------------------------------------------------- */

/* Where things come to lie. */
typedef struct {
    const RippleRoofline *roofline;
    RippleCanvas *canvas;
    RippleAxis x;
    RippleAxis y;
    RippleBox box;
    GArray *taken; /* of RippleBox: where no label may come to lie */
} Plot;

static const RippleTextStyle plain = {.size = TEXT_SIZE};
static const RippleTextStyle faint = {.size = TEXT_SIZE, .paint = RIPPLE_PAINT_FAINT};
static const RippleTextStyle bold = {.size = TEXT_SIZE, .bold = TRUE};

static RippleTextStyle aligned(RippleTextStyle style, gdouble align)
{
    style.align = align;
    return style;
}

/* A disc with a thin edge of paper, so that one upon another can be seen. */
static void draw_disc(RippleCanvas *canvas, gdouble x, gdouble y, gdouble radius, guint kind)
{
    ripple_canvas_disc(canvas, x, y, radius,
                       (RippleStyle){.fill = ripple_paint_series(kind),
                                     .stroke = RIPPLE_PAINT_PAPER,
                                     .opacity = 0.85});
}

/* ---- axes ----------------------------------------------------------------------------------- */

/* Axes that hold every dot and the corner of the roof. */
static void fit_axes(Plot *plot)
{
    const RippleRoofline *roofline = plot->roofline;
    gdouble corner = roofline->peak / roofline->bandwidth;
    gdouble least_x = corner / 4, most_x = corner * 4, least_y = roofline->peak / 10;
    gdouble most_y = roofline->peak;
    for (guint i = 0; i < roofline->dots->len; i++) {
        const Dot *dot = &g_array_index(roofline->dots, Dot, i);
        least_x = fmin(least_x, dot->intensity);
        most_x = fmax(most_x, dot->intensity);
        least_y = fmin(least_y, dot->gflops);
        most_y = fmax(most_y, dot->gflops);
    }
    plot->box = (RippleBox){LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM};
    plot->x =
        (RippleAxis){RIPPLE_SCALE_LOGARITHMIC, least_x / ROOM, most_x * ROOM, LEFT, WIDTH - RIGHT};
    plot->y =
        (RippleAxis){RIPPLE_SCALE_LOGARITHMIC, least_y / ROOM, most_y * ROOM, HEIGHT - BOTTOM, TOP};
}

/* "0.01", "1000": a power of ten as people write it. */
static char *power_text(int exponent)
{
    return g_strdup_printf("%.*f", MAX(-exponent, 0), pow(10, exponent));
}

static void draw_grid(const Plot *plot)
{
    const RippleStyle grid = {.stroke = RIPPLE_PAINT_GRID};
    int first, last;
    ripple_axis_decades(&plot->x, &first, &last);
    for (int exponent = first; exponent <= last; exponent++) {
        g_autofree char *text = power_text(exponent);
        gdouble x = ripple_axis_place(&plot->x, pow(10, exponent));
        ripple_canvas_line(plot->canvas, x, TOP, x, HEIGHT - BOTTOM, grid);
        ripple_canvas_text(plot->canvas, text, x, HEIGHT - BOTTOM + 19, aligned(plain, 0.5));
    }
    ripple_axis_decades(&plot->y, &first, &last);
    for (int exponent = first; exponent <= last; exponent++) {
        g_autofree char *text = power_text(exponent);
        gdouble y = ripple_axis_place(&plot->y, pow(10, exponent));
        ripple_canvas_line(plot->canvas, LEFT, y, WIDTH - RIGHT, y, grid);
        ripple_canvas_text(plot->canvas, text, LEFT - 8, y + 4.5, aligned(plain, 1));
    }
    ripple_canvas_rectangle(plot->canvas, plot->box.x, plot->box.y, plot->box.width,
                            plot->box.height, (RippleStyle){.stroke = RIPPLE_PAINT_FAINT});
}

static void draw_titles(const Plot *plot)
{
    const RippleTextStyle title = {.size = RIPPLE_TITLE_SIZE, .bold = TRUE};
    const RippleTextStyle upward = {.size = TEXT_SIZE, .align = 0.5, .angle = -90};
    ripple_canvas_text(plot->canvas, plot->roofline->title, LEFT, 28, title);
    ripple_canvas_text(plot->canvas, "intensity: operations per byte that must be moved (FLOP/B)",
                       plot->box.x + plot->box.width / 2, HEIGHT - 16, aligned(plain, 0.5));
    ripple_canvas_text(plot->canvas, "rate: billions of operations a second (GFLOP/s)", 24,
                       plot->box.y + plot->box.height / 2, upward);
    ripple_canvas_text(plot->canvas, plot->roofline->work, LEFT, 48, faint);
    ripple_canvas_text(plot->canvas, plot->roofline->device, LEFT, 66, faint);
}

/* ---- the roof ------------------------------------------------------------------------------- */

/* Boxes along a line, so that labels keep clear of it. */
static void take_line(const Plot *plot, gdouble x1, gdouble y1, gdouble x2, gdouble y2)
{
    guint pieces = (guint)(hypot(x2 - x1, y2 - y1) / 4) + 1;
    for (guint i = 0; i <= pieces; i++) {
        gdouble share = (gdouble)i / pieces;
        RippleBox box = {x1 + share * (x2 - x1) - 2, y1 + share * (y2 - y1) - 2, 4, 4};
        g_array_append_val(plot->taken, box);
    }
}

static void draw_peak_text(const Plot *plot, gdouble y)
{
    g_autofree char *text =
        g_strdup_printf("%.3g GFLOP/s, multiply-adds alone", plot->roofline->peak);
    gdouble width = ripple_text_width(text, bold), right = WIDTH - RIGHT - 10;
    RippleBox box = {right - width, y - 8 - TEXT_SIZE, width, TEXT_SIZE + 4};
    g_array_append_val(plot->taken, box);
    ripple_canvas_text(plot->canvas, text, right, y - 8, aligned(bold, 1));
}

/* Along the slope, which on these axes is a straight line, just above it. */
static void draw_bandwidth_text(const Plot *plot, gdouble x1, gdouble y1, gdouble x2, gdouble y2)
{
    g_autofree char *text = g_strdup_printf("%.3g GB/s, copy", plot->roofline->bandwidth);
    gdouble length = hypot(x2 - x1, y2 - y1), width = ripple_text_width(text, bold);
    gdouble right = (x2 - x1) / length, down = (y2 - y1) / length;
    gdouble start = fmax((length - width) / 2, 0);
    RippleTextStyle style = bold;
    style.angle = atan2(down, right) * 180 / G_PI;
    ripple_canvas_text(plot->canvas, text, x1 + right * start + down * 8,
                       y1 + down * start - right * 8, style);
    for (gdouble lift = 6; lift <= 18; lift += 6)
        take_line(plot, x1 + right * start + down * lift, y1 + down * start - right * lift,
                  x1 + right * (start + width) + down * lift,
                  y1 + down * (start + width) - right * lift);
}

static void draw_roof(const Plot *plot)
{
    const RippleRoofline *roofline = plot->roofline;
    gdouble corner = roofline->peak / roofline->bandwidth;
    gdouble left = fmax(plot->x.low, plot->y.low / roofline->bandwidth);
    gdouble x1 = ripple_axis_place(&plot->x, left);
    gdouble y1 = ripple_axis_place(&plot->y, left * roofline->bandwidth);
    gdouble x2 = ripple_axis_place(&plot->x, corner);
    gdouble y2 = ripple_axis_place(&plot->y, roofline->peak);
    const RipplePoint roof[] = {{x1, y1}, {x2, y2}, {WIDTH - RIGHT, y2}};
    ripple_canvas_path(plot->canvas, roof, G_N_ELEMENTS(roof),
                       (RippleStyle){.stroke = RIPPLE_PAINT_INK, .width = 2.5});
    take_line(plot, x1, y1, x2, y2);
    take_line(plot, x2, y2, WIDTH - RIGHT, y2);
    draw_peak_text(plot, y2);
    draw_bandwidth_text(plot, x1, y1, x2, y2);
}

/* ---- dots ----------------------------------------------------------------------------------- */

/* The area grows with the share of the time. */
static gdouble radius_of(const Dot *dot)
{
    return fmax(SMALLEST_DOT, LARGEST_DOT * sqrt(dot->share));
}

static gdouble dot_x(const Plot *plot, const Dot *dot)
{
    return ripple_axis_place(&plot->x, dot->intensity);
}

static gdouble dot_y(const Plot *plot, const Dot *dot)
{
    return ripple_axis_place(&plot->y, dot->gflops);
}

/* The label, and a line to it where it had to go far from its dot. */
static void draw_label(const Plot *plot, const Dot *dot)
{
    gdouble x = dot_x(plot, dot), y = dot_y(plot, dot), radius = radius_of(dot);
    gdouble width = ripple_text_width(dot->label, plain) + 4;
    RippleBox box = ripple_label_place(plot->taken, &plot->box, x, y, width, TEXT_SIZE + 3);
    gdouble nearest_x = x, nearest_y = y;
    ripple_box_nearest(&box, &nearest_x, &nearest_y);
    gdouble distance = hypot(nearest_x - x, nearest_y - y);
    if (distance > radius + 12)
        ripple_canvas_line(plot->canvas, x + (nearest_x - x) * radius / distance,
                           y + (nearest_y - y) * radius / distance, nearest_x, nearest_y,
                           (RippleStyle){.stroke = RIPPLE_PAINT_FAINT, .width = 0.8});
    ripple_canvas_text(plot->canvas, dot->label, box.x + 2, box.y + TEXT_SIZE - 1, plain);
}

static void draw_dots(const Plot *plot)
{
    const GArray *dots = plot->roofline->dots;
    for (guint i = 0; i < dots->len; i++) {
        const Dot *dot = &g_array_index(dots, Dot, i);
        gdouble x = dot_x(plot, dot), y = dot_y(plot, dot), radius = radius_of(dot);
        RippleBox box = {x - radius, y - radius, 2 * radius, 2 * radius};
        draw_disc(plot->canvas, x, y, radius, dot->kind);
        g_array_append_val(plot->taken, box);
    }
    for (guint i = 0; i < dots->len; i++)
        draw_label(plot, &g_array_index(dots, Dot, i));
}

/* The kinds, in a row under the titles, from the right. */
static void draw_legend(const Plot *plot)
{
    const GPtrArray *kinds = plot->roofline->kinds;
    gdouble x = WIDTH - RIGHT;
    for (guint i = kinds->len; i-- > 0;) {
        const char *kind = g_ptr_array_index(kinds, i);
        ripple_canvas_text(plot->canvas, kind, x, TOP - 12, aligned(plain, 1));
        x -= ripple_text_width(kind, plain) + 10;
        draw_disc(plot->canvas, x, TOP - 16.5, 5, i);
        x -= 22;
    }
}

RippleCanvas *ripple_roofline_draw(const RippleRoofline *roofline)
{
    g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(RippleBox));
    RippleCanvas *canvas = ripple_canvas_new(WIDTH, HEIGHT, roofline->title, roofline->work);
    Plot plot = {.roofline = roofline, .canvas = canvas, .taken = taken};
    fit_axes(&plot);
    draw_grid(&plot);
    draw_titles(&plot);
    draw_legend(&plot);
    draw_roof(&plot);
    draw_dots(&plot);
    return canvas;
}

gboolean ripple_roofline_write(const RippleRoofline *roofline, const char *path, GError **error)
{
    g_autoptr(RippleCanvas) canvas = ripple_roofline_draw(roofline);
    return ripple_canvas_write(canvas, path, error);
}
