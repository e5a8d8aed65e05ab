#include "report/roofline.h"

#include "draw/axis.h"
#include "draw/labels.h"
#include "draw/picture.h"

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

#define TEXT_SIZE 13.0
#define TITLE_SIZE 17.0

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

/* ---- the canvas ----------------------------------------------------------------------------- */

/* A picture under way. */
typedef struct {
    const RippleRoofline *roofline;
    cairo_t *cairo;
    RippleAxis x;
    RippleAxis y;
    RippleBox plot;
    GArray *taken; /* of RippleBox: where no label may come to lie */
} Canvas;

/* ---- axes ----------------------------------------------------------------------------------- */

/* Axes that hold every dot and the corner of the roof. */
static void fit_axes(Canvas *canvas)
{
    const RippleRoofline *roofline = canvas->roofline;
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
    canvas->plot = (RippleBox){LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM};
    canvas->x =
        (RippleAxis){RIPPLE_SCALE_LOGARITHMIC, least_x / ROOM, most_x * ROOM, LEFT, WIDTH - RIGHT};
    canvas->y =
        (RippleAxis){RIPPLE_SCALE_LOGARITHMIC, least_y / ROOM, most_y * ROOM, HEIGHT - BOTTOM, TOP};
}

/* "0.01", "1000": a power of ten as people write it. */
static char *power_text(int exponent)
{
    return g_strdup_printf("%.*f", MAX(-exponent, 0), pow(10, exponent));
}

static void draw_grid(const Canvas *canvas)
{
    int first, last;
    cairo_set_line_width(canvas->cairo, 1);
    ripple_picture_set_text(canvas->cairo, TEXT_SIZE, FALSE);
    ripple_axis_decades(&canvas->x, &first, &last);
    for (int exponent = first; exponent <= last; exponent++) {
        g_autofree char *text = power_text(exponent);
        gdouble x = ripple_axis_place(&canvas->x, pow(10, exponent));
        ripple_picture_set_colour(canvas->cairo, ripple_grid_ink);
        ripple_picture_line(canvas->cairo, x, TOP, x, HEIGHT - BOTTOM);
        ripple_picture_set_colour(canvas->cairo, ripple_ink);
        ripple_picture_text(canvas->cairo, text, x, HEIGHT - BOTTOM + 19, 0.5);
    }
    ripple_axis_decades(&canvas->y, &first, &last);
    for (int exponent = first; exponent <= last; exponent++) {
        g_autofree char *text = power_text(exponent);
        gdouble y = ripple_axis_place(&canvas->y, pow(10, exponent));
        ripple_picture_set_colour(canvas->cairo, ripple_grid_ink);
        ripple_picture_line(canvas->cairo, LEFT, y, WIDTH - RIGHT, y);
        ripple_picture_set_colour(canvas->cairo, ripple_ink);
        ripple_picture_text(canvas->cairo, text, LEFT - 8, y + 4.5, 1);
    }
    ripple_picture_set_colour(canvas->cairo, ripple_faint_ink);
    cairo_rectangle(canvas->cairo, canvas->plot.x, canvas->plot.y, canvas->plot.width,
                    canvas->plot.height);
    cairo_stroke(canvas->cairo);
}

static void draw_titles(const Canvas *canvas)
{
    ripple_picture_set_colour(canvas->cairo, ripple_ink);
    ripple_picture_set_text(canvas->cairo, TITLE_SIZE, TRUE);
    ripple_picture_text(canvas->cairo, canvas->roofline->title, LEFT, 28, 0);
    ripple_picture_set_text(canvas->cairo, TEXT_SIZE, FALSE);
    ripple_picture_text(canvas->cairo, "intensity: operations per byte that must be moved (FLOP/B)",
                        canvas->plot.x + canvas->plot.width / 2, HEIGHT - 16, 0.5);
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, 24, canvas->plot.y + canvas->plot.height / 2);
    cairo_rotate(canvas->cairo, -G_PI / 2);
    ripple_picture_text(canvas->cairo, "rate: billions of operations a second (GFLOP/s)", 0, 0,
                        0.5);
    cairo_restore(canvas->cairo);
    ripple_picture_set_colour(canvas->cairo, ripple_faint_ink);
    ripple_picture_text(canvas->cairo, canvas->roofline->work, LEFT, 48, 0);
    ripple_picture_text(canvas->cairo, canvas->roofline->device, LEFT, 66, 0);
}

/* ---- the roof ------------------------------------------------------------------------------- */

/* Boxes along a line, so that labels keep clear of it. */
static void take_line(const Canvas *canvas, gdouble x1, gdouble y1, gdouble x2, gdouble y2)
{
    guint pieces = (guint)(hypot(x2 - x1, y2 - y1) / 4) + 1;
    for (guint i = 0; i <= pieces; i++) {
        gdouble share = (gdouble)i / pieces;
        RippleBox box = {x1 + share * (x2 - x1) - 2, y1 + share * (y2 - y1) - 2, 4, 4};
        g_array_append_val(canvas->taken, box);
    }
}

static void draw_peak_text(const Canvas *canvas, gdouble y)
{
    g_autofree char *text =
        g_strdup_printf("%.3g GFLOP/s, multiply-adds alone", canvas->roofline->peak);
    gdouble width = ripple_picture_text_width(canvas->cairo, text), right = WIDTH - RIGHT - 10;
    RippleBox box = {right - width, y - 8 - TEXT_SIZE, width, TEXT_SIZE + 4};
    g_array_append_val(canvas->taken, box);
    ripple_picture_text(canvas->cairo, text, right, y - 8, 1);
}

/* Along the slope, which on these axes is a straight line, just above it. */
static void draw_bandwidth_text(const Canvas *canvas, gdouble x1, gdouble y1, gdouble x2,
                                gdouble y2)
{
    g_autofree char *text = g_strdup_printf("%.3g GB/s, copy", canvas->roofline->bandwidth);
    gdouble length = hypot(x2 - x1, y2 - y1),
            width = ripple_picture_text_width(canvas->cairo, text);
    gdouble right = (x2 - x1) / length, down = (y2 - y1) / length;
    gdouble start = fmax((length - width) / 2, 0);
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, x1 + right * start, y1 + down * start);
    cairo_rotate(canvas->cairo, atan2(down, right));
    ripple_picture_text(canvas->cairo, text, 0, -8, 0);
    cairo_restore(canvas->cairo);
    for (gdouble lift = 6; lift <= 18; lift += 6)
        take_line(canvas, x1 + right * start + down * lift, y1 + down * start - right * lift,
                  x1 + right * (start + width) + down * lift,
                  y1 + down * (start + width) - right * lift);
}

static void draw_roof(const Canvas *canvas)
{
    const RippleRoofline *roofline = canvas->roofline;
    gdouble corner = roofline->peak / roofline->bandwidth;
    gdouble left = fmax(canvas->x.low, canvas->y.low / roofline->bandwidth);
    gdouble x1 = ripple_axis_place(&canvas->x, left);
    gdouble y1 = ripple_axis_place(&canvas->y, left * roofline->bandwidth);
    gdouble x2 = ripple_axis_place(&canvas->x, corner);
    gdouble y2 = ripple_axis_place(&canvas->y, roofline->peak);
    ripple_picture_set_colour(canvas->cairo, ripple_ink);
    cairo_set_line_width(canvas->cairo, 2.5);
    cairo_move_to(canvas->cairo, x1, y1);
    cairo_line_to(canvas->cairo, x2, y2);
    cairo_line_to(canvas->cairo, WIDTH - RIGHT, y2);
    cairo_stroke(canvas->cairo);
    take_line(canvas, x1, y1, x2, y2);
    take_line(canvas, x2, y2, WIDTH - RIGHT, y2);
    ripple_picture_set_text(canvas->cairo, TEXT_SIZE, TRUE);
    draw_peak_text(canvas, y2);
    draw_bandwidth_text(canvas, x1, y1, x2, y2);
}

/* ---- dots ----------------------------------------------------------------------------------- */

/* The area grows with the share of the time. */
static gdouble radius_of(const Dot *dot)
{
    return fmax(SMALLEST_DOT, LARGEST_DOT * sqrt(dot->share));
}

static gdouble dot_x(const Canvas *canvas, const Dot *dot)
{
    return ripple_axis_place(&canvas->x, dot->intensity);
}

static gdouble dot_y(const Canvas *canvas, const Dot *dot)
{
    return ripple_axis_place(&canvas->y, dot->gflops);
}

/* The label, and a line to it where it had to go far from its dot. */
static void draw_label(const Canvas *canvas, const Dot *dot)
{
    gdouble x = dot_x(canvas, dot), y = dot_y(canvas, dot), radius = radius_of(dot);
    gdouble width = ripple_picture_text_width(canvas->cairo, dot->label) + 4;
    RippleBox box = ripple_label_place(canvas->taken, &canvas->plot, x, y, width, TEXT_SIZE + 3);
    gdouble nearest_x = x, nearest_y = y;
    ripple_box_nearest(&box, &nearest_x, &nearest_y);
    gdouble distance = hypot(nearest_x - x, nearest_y - y);
    if (distance > radius + 12) {
        ripple_picture_set_colour(canvas->cairo, ripple_faint_ink);
        cairo_set_line_width(canvas->cairo, 0.8);
        ripple_picture_line(canvas->cairo, x + (nearest_x - x) * radius / distance,
                            y + (nearest_y - y) * radius / distance, nearest_x, nearest_y);
    }
    ripple_picture_set_colour(canvas->cairo, ripple_ink);
    ripple_picture_text(canvas->cairo, dot->label, box.x + 2, box.y + TEXT_SIZE - 1, 0);
}

static void draw_dots(const Canvas *canvas)
{
    const GArray *dots = canvas->roofline->dots;
    for (guint i = 0; i < dots->len; i++) {
        const Dot *dot = &g_array_index(dots, Dot, i);
        gdouble x = dot_x(canvas, dot), y = dot_y(canvas, dot), radius = radius_of(dot);
        RippleBox box = {x - radius, y - radius, 2 * radius, 2 * radius};
        ripple_picture_dot(canvas->cairo, x, y, radius, ripple_colour(dot->kind));
        g_array_append_val(canvas->taken, box);
    }
    ripple_picture_set_text(canvas->cairo, TEXT_SIZE, FALSE);
    for (guint i = 0; i < dots->len; i++)
        draw_label(canvas, &g_array_index(dots, Dot, i));
}

/* The kinds, in a row under the titles, from the right. */
static void draw_legend(const Canvas *canvas)
{
    const GPtrArray *kinds = canvas->roofline->kinds;
    gdouble x = WIDTH - RIGHT;
    ripple_picture_set_text(canvas->cairo, TEXT_SIZE, FALSE);
    for (guint i = kinds->len; i-- > 0;) {
        const char *kind = g_ptr_array_index(kinds, i);
        ripple_picture_set_colour(canvas->cairo, ripple_ink);
        ripple_picture_text(canvas->cairo, kind, x, TOP - 12, 1);
        x -= ripple_picture_text_width(canvas->cairo, kind) + 10;
        ripple_picture_dot(canvas->cairo, x, TOP - 16.5, 5, ripple_colour(i));
        x -= 22;
    }
}

static void draw(cairo_t *cairo, gconstpointer roofline)
{
    Canvas canvas = {.roofline = roofline,
                     .cairo = cairo,
                     .taken = g_array_new(FALSE, FALSE, sizeof(RippleBox))};
    fit_axes(&canvas);
    draw_grid(&canvas);
    draw_titles(&canvas);
    draw_legend(&canvas);
    draw_roof(&canvas);
    draw_dots(&canvas);
    g_array_unref(canvas.taken);
}

gboolean ripple_roofline_write(const RippleRoofline *roofline, const char *path, GError **error)
{
    return ripple_picture_write(path, WIDTH, HEIGHT, draw, roofline, error);
}
