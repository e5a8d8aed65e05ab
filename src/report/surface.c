/* The loss on a plane through the weights as a surface, and the way of the run on it. */
#include "explain/contours.h"
#include "report/chart.h"
#include "report/kinds.h"
#include "report/landscape.h"

#include "draw/labels.h"
#include "draw/text.h"

#include <math.h>

#define WIDTH 880.0
#define HEIGHT 840.0
#define FOOT 60.0 /* below the ground: the titles of its sides */
#define MARGIN 36.0
#define SIDE 520.0   /* points along a side of the ground, before it is turned */
#define RELIEF 330.0 /* and from the lowest to the highest loss */
#define AZIMUTH (-0.72)
#define ELEVATION 0.52
#define TICKS 5

/* Something to be drawn, and how far away it is. */
typedef struct {
    gdouble depth;
    RipplePoint points[4];
    guint n_points; /* 4: a piece of the surface; 2: a piece of the path; 1: an end of it */
    RipplePaint paint;
} Piece;

typedef struct {
    const RippleLandscape *landscape;
    RippleCanvas *canvas;
    gboolean is_logarithmic;
    guint turn;       /* quarters by which the ground is turned, so that little is hidden */
    gdouble middle_x; /* of the ground, on the canvas */
    gdouble middle_y;
    GArray *pieces;
} Scene;

/* ---- from the plane to the canvas ----------------------------------------------------------- */

static gdouble height_of(const Scene *scene, gdouble loss)
{
    const RippleLossGrid *grid = &scene->landscape->grid;
    gdouble least = grid->least, most = grid->most;
    if (most <= least)
        return 0;
    if (scene->is_logarithmic)
        return log(loss / least) / log(most / least);
    return (loss - least) / (most - least);
}

/* A place on the ground, each side of which is 1 long about 0, after or before it was turned. */
static RipplePoint turned(RipplePoint ground, guint quarters)
{
    for (guint i = 0; i < quarters % 4; i++)
        ground = (RipplePoint){ground.y, -ground.x};
    return ground;
}

/* Column and row of the grid and a height from 0 to 1, seen from above and the side. */
static RipplePoint place(const Scene *scene, gdouble column, gdouble row, gdouble height,
                         gdouble *depth)
{
    const RippleLossGrid *grid = &scene->landscape->grid;
    RipplePoint ground =
        turned((RipplePoint){column / (grid->columns - 1) - 0.5, row / (grid->rows - 1) - 0.5},
               scene->turn);
    gdouble across = ground.x * cos(AZIMUTH) - ground.y * sin(AZIMUTH);
    gdouble away = ground.x * sin(AZIMUTH) + ground.y * cos(AZIMUTH);
    if (depth)
        *depth = away;
    return (RipplePoint){scene->middle_x + SIDE * across, scene->middle_y -
                                                              SIDE * away * sin(ELEVATION) -
                                                              RELIEF * height * cos(ELEVATION)};
}

/* Corners of the ground as they are seen, and the column and row of each. */
static const RipplePoint front = {0.5, -0.5}, left = {-0.5, -0.5}, right = {0.5, 0.5};

static void corner_of(const Scene *scene, RipplePoint seen, guint *column, guint *row)
{
    const RippleLossGrid *grid = &scene->landscape->grid;
    RipplePoint ground = turned(seen, 4 - scene->turn % 4);
    *column = ground.x > 0 ? grid->columns - 1 : 0;
    *row = ground.y > 0 ? grid->rows - 1 : 0;
}

/* The lowest corner comes to the front. */
static void choose_turn(Scene *scene)
{
    const RippleLossGrid *grid = &scene->landscape->grid;
    gdouble lowest = INFINITY;
    guint best = 0;
    for (scene->turn = 0; scene->turn < 4; scene->turn++) {
        guint column, row;
        corner_of(scene, front, &column, &row);
        gdouble loss = grid->loss[row * grid->columns + column];
        if (loss < lowest) {
            lowest = loss;
            best = scene->turn;
        }
    }
    scene->turn = best;
}

/* ---- pieces --------------------------------------------------------------------------------- */

static void add_surface(Scene *scene)
{
    const RippleLossGrid *grid = &scene->landscape->grid;
    static const guint corners[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    for (guint row = 0; row + 1 < grid->rows; row++)
        for (guint column = 0; column + 1 < grid->columns; column++) {
            Piece piece = {.n_points = 4};
            gdouble mean = 0;
            for (guint i = 0; i < 4; i++) {
                guint c = column + corners[i][0], r = row + corners[i][1];
                gdouble depth, height = height_of(scene, grid->loss[r * grid->columns + c]);
                piece.points[i] = place(scene, c, r, height, &depth);
                piece.depth += depth / 4;
                mean += height / 4;
            }
            piece.paint = ripple_paint_ramp(mean);
            if (isfinite(mean))
                g_array_append_val(scene->pieces, piece);
        }
}

/* Column or row of a coordinate. */
static gdouble grid_place(const gdouble *places, gdouble value)
{
    return (value - places[0]) / (places[1] - places[0]);
}

/* On the surface, above the shadow of the path: the loss there, not that at the weights. */
static gboolean path_place(const Scene *scene, guint i, RipplePoint *point, gdouble *depth)
{
    const RippleLossGrid *grid = &scene->landscape->grid;
    const RippleProjectedPath *path = &scene->landscape->path;
    gdouble column = grid_place(grid->x, path->x[i]), row = grid_place(grid->y, path->y[i]);
    gdouble loss = ripple_grid_value(grid->loss, grid->columns, grid->rows, column, row);
    if (!isfinite(loss))
        return FALSE;
    *point = place(scene, column, row, height_of(scene, loss), depth);
    return TRUE;
}

/* What lies on the surface comes before the pieces that it lies on. */
static gdouble nearer(const Scene *scene)
{
    return 2.0 / scene->landscape->grid.columns;
}

static void add_path(Scene *scene)
{
    const RippleProjectedPath *path = &scene->landscape->path;
    for (guint i = 1; i < path->n_points && ripple_landscape_shows_path(scene->landscape); i++) {
        Piece piece = {.n_points = 2, .paint = ripple_paint_rgb(213, 94, 0)};
        gdouble from, to;
        if (!path_place(scene, i - 1, &piece.points[0], &from) ||
            !path_place(scene, i, &piece.points[1], &to))
            continue;
        piece.depth = fmin(from, to) - nearer(scene);
        g_array_append_val(scene->pieces, piece);
    }
}

static void add_end(Scene *scene, guint i)
{
    Piece piece = {.n_points = 1, .paint = ripple_paint_rgb(213, 94, 0)};
    if (!path_place(scene, i, &piece.points[0], &piece.depth))
        return;
    piece.depth -= 2 * nearer(scene);
    g_array_append_val(scene->pieces, piece);
}

static gint by_depth(gconstpointer a, gconstpointer b)
{
    const Piece *one = a, *other = b;
    return (one->depth < other->depth) - (one->depth > other->depth);
}

/* From the back to the front. */
static void draw_pieces(Scene *scene)
{
    g_array_sort(scene->pieces, by_depth);
    for (guint i = 0; i < scene->pieces->len; i++) {
        const Piece *piece = &g_array_index(scene->pieces, Piece, i);
        if (piece->n_points == 4)
            ripple_canvas_polygon(scene->canvas, piece->points, 4,
                                  (RippleStyle){.fill = piece->paint,
                                                .stroke = ripple_paint_rgb(60, 70, 80),
                                                .width = 0.4});
        else if (piece->n_points == 1)
            ripple_canvas_disc(
                scene->canvas, piece->points[0].x, piece->points[0].y, 5,
                (RippleStyle){.fill = piece->paint, .stroke = ripple_paint_rgb(255, 255, 255)});
        else
            ripple_canvas_path(scene->canvas, piece->points, 2,
                               (RippleStyle){.stroke = piece->paint, .width = 2.5});
    }
}

/* ---- what is said --------------------------------------------------------------------------- */

/* `text` at a share of the way along a side of the ground, level with it and so far below it. */
static void draw_beside(const Scene *scene, RipplePoint from, RipplePoint to, gdouble share,
                        gdouble below, const char *text)
{
    gdouble angle = atan2(to.y - from.y, to.x - from.x);
    ripple_canvas_text(
        scene->canvas, text, from.x + share * (to.x - from.x) - below * sin(angle),
        from.y + share * (to.y - from.y) + below * cos(angle),
        (RippleTextStyle){
            .paint = RIPPLE_PAINT_FAINT, .size = 12, .align = 0.5, .angle = angle * 180 / G_PI});
}

/* A side of the ground between two corners, with the numbers at its ends and what they are. */
static void draw_side(const Scene *scene, RipplePoint from_corner, RipplePoint to_corner)
{
    const RippleLossGrid *grid = &scene->landscape->grid;
    guint columns[2], rows[2];
    corner_of(scene, from_corner, &columns[0], &rows[0]);
    corner_of(scene, to_corner, &columns[1], &rows[1]);
    RipplePoint from = place(scene, columns[0], rows[0], 0, NULL);
    RipplePoint to = place(scene, columns[1], rows[1], 0, NULL);
    guint axis = columns[0] == columns[1];
    ripple_canvas_line(scene->canvas, from.x, from.y, to.x, to.y,
                       (RippleStyle){.stroke = RIPPLE_PAINT_FAINT});
    for (guint end = 0; end < 2; end++) {
        gdouble value = axis == 0 ? grid->x[columns[end]] : grid->y[rows[end]];
        g_autofree char *text = ripple_axis_text(value, 0);
        draw_beside(scene, from, to, end == 0 ? 0.08 : 0.92, 16, text);
    }
    draw_beside(scene, from, to, 0.5, 34, ripple_landscape_axis(scene->landscape, axis));
}

/* The losses, up the left corner. */
static void draw_heights(const Scene *scene)
{
    const RippleLossGrid *grid = &scene->landscape->grid;
    guint column, row;
    corner_of(scene, left, &column, &row);
    RipplePoint low = place(scene, column, row, 0, NULL);
    RipplePoint high = place(scene, column, row, 1, NULL);
    const RippleAxis axis = {scene->is_logarithmic ? RIPPLE_SCALE_LOGARITHMIC : RIPPLE_SCALE_LINEAR,
                             grid->least, grid->most, low.y, high.y};
    g_autofree char *title = ripple_landscape_loss_title(scene->landscape, scene->is_logarithmic);
    ripple_canvas_line(scene->canvas, low.x - 14, low.y, high.x - 14, high.y,
                       (RippleStyle){.stroke = RIPPLE_PAINT_FAINT});
    ripple_canvas_text(
        scene->canvas, title, MARGIN, high.y - 18,
        (RippleTextStyle){.paint = RIPPLE_PAINT_FAINT, .size = 12, .ground = RIPPLE_PAINT_PAPER});
    if (!(grid->most > grid->least))
        return;
    g_autoptr(GArray) ticks = ripple_axis_ticks(&axis, RIPPLE_TICKS_NUMBERS, TICKS);
    for (guint i = 0; i < ticks->len; i++) {
        RippleTick *tick = &g_array_index(ticks, RippleTick, i);
        gdouble y = ripple_axis_place(&axis, tick->value);
        ripple_canvas_line(scene->canvas, low.x - 19, y, low.x - 14, y,
                           (RippleStyle){.stroke = RIPPLE_PAINT_FAINT});
        ripple_canvas_text(scene->canvas, tick->text, low.x - 23, y + 4,
                           (RippleTextStyle){.align = 1, .size = 12});
    }
}

/* Start and end by name, neither upon the other. */
static void draw_ends(const Scene *scene)
{
    const RippleProjectedPath *path = &scene->landscape->path;
    const RippleTextStyle style = {.bold = TRUE, .ground = RIPPLE_PAINT_PAPER};
    const RippleBox bounds = {MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN};
    g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(RippleBox));
    const struct {
        guint point;
        const char *name;
    } ends[] = {{0, scene->landscape->no_start ? "first known" : "start"},
                {path->n_points - 1, "end"}};
    for (guint i = ripple_landscape_shows_path(scene->landscape) ? 0 : 1; i < G_N_ELEMENTS(ends);
         i++) {
        RipplePoint point;
        gdouble depth;
        if (!path_place(scene, ends[i].point, &point, &depth))
            continue;
        g_autofree char *loss = ripple_axis_text(path->loss[ends[i].point], 0);
        g_autofree char *text = g_strdup_printf("%s: loss %s", ends[i].name, loss);
        gdouble width = ripple_text_width(text, style) + 8, height = RIPPLE_TEXT_SIZE + 6;
        RippleBox box =
            ripple_label_place(taken, &bounds, point.x, point.y, width + 12, height + 4);
        ripple_canvas_text(scene->canvas, text, box.x + 10, box.y + height - 3, style);
    }
}

static void draw_title(RippleCanvas *canvas, const char *title, const char *note)
{
    const RippleTextStyle style = {.paint = RIPPLE_PAINT_FAINT, .size = 12.5};
    g_auto(GStrv) lines = ripple_text_wrap(note, WIDTH - 2 * MARGIN, style);
    gdouble y = 34;
    ripple_canvas_text(canvas, title, MARGIN, y,
                       (RippleTextStyle){.bold = TRUE, .size = RIPPLE_TITLE_SIZE});
    for (guint i = 0; lines[i]; i++)
        ripple_canvas_text(canvas, lines[i], MARGIN, y += 18, style);
}

static RippleCanvas *draw(const RippleLandscape *landscape)
{
    const char *title = "The loss around the weights, as a surface";
    const RippleLossGrid *grid = &landscape->grid;
    g_autofree char *note = ripple_landscape_note(landscape);
    RippleCanvas *canvas = ripple_canvas_new(WIDTH, HEIGHT, title, note);
    draw_title(canvas, title, note);
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    Scene scene = {.landscape = landscape,
                   .canvas = canvas,
                   .is_logarithmic = ripple_levels_are_logarithmic(grid->least, grid->most),
                   .middle_x = WIDTH / 2 + 10,
                   .middle_y =
                       HEIGHT - FOOT - SIDE * sin(ELEVATION) * (cos(AZIMUTH) - sin(AZIMUTH)) / 2,
                   .pieces = pieces};
    choose_turn(&scene);
    draw_side(&scene, left, front);
    draw_side(&scene, front, right);
    add_surface(&scene);
    add_path(&scene);
    if (ripple_landscape_shows_path(landscape))
        add_end(&scene, 0);
    add_end(&scene, landscape->path.n_points - 1);
    draw_pieces(&scene);
    draw_heights(&scene);
    draw_ends(&scene);
    return canvas;
}

RippleFigure *ripple_figure_surface(const RippleFigureRequest *request, GError **error)
{
    g_autoptr(RippleLandscape) landscape = ripple_figure_landscape(request, error);
    if (!landscape)
        return NULL;
    return ripple_figure_new(draw(landscape), ripple_landscape_json(landscape));
}
