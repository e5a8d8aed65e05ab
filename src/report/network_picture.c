#include "report/network_picture.h"

#include "draw/text.h"
#include "explain/story.h"
#include "report/network_layout.h"
#include "report/network_marks.h"

#include <math.h>

/* Lines that are thinner than this share of the thickest are left out. */
#define LEAST_SHARE 0.01

/* On a fixed colour, text must be fixed, too. */
#define DARK_TEXT ripple_paint_rgb(0x21, 0x21, 0x21)
#define LIGHT_TEXT ripple_paint_rgb(0xff, 0xff, 0xff)

typedef struct {
    RippleCanvas *canvas;
    const RippleNetworkView *view;
    const RippleNetworkDrawing *drawing;
    RippleNetworkLayout layout;
} Picture;

static gboolean is_reached(const Picture *self, guint c)
{
    guint end = self->drawing->end > 0 ? self->drawing->end : self->view->n_columns;
    return c >= self->drawing->first && c < end;
}

/* ---- lines ---------------------------------------------------------------------------------- */

typedef struct {
    RipplePoint from;
    RipplePoint to;
    gdouble value;
    gdouble share; /* of the largest into the layer */
    gboolean is_reached;
} Line;

static gint by_share(gconstpointer a, gconstpointer b)
{
    gdouble x = ((const Line *)a)->share, y = ((const Line *)b)->share;
    return x < y ? -1 : x > y;
}

static gboolean place_line(const Picture *self, const RippleViewEdge *edge, Line *line)
{
    guint to, from;
    if (!ripple_network_column(self->view, edge->layer + 1, &to) ||
        !ripple_network_column(self->view, edge->layer, &from) ||
        !ripple_network_find(&self->layout, to, edge->output, &line->to) ||
        !ripple_network_find(&self->layout, from, edge->input, &line->from))
        return FALSE;
    line->to.x -= RIPPLE_UNIT_RADIUS;
    if (from > 0 || !self->view->image)
        line->from.x += RIPPLE_UNIT_RADIUS;
    line->value = edge->value;
    gdouble largest = self->view->largest[to];
    line->share = largest > 0 ? fabs(edge->value) / largest : 0;
    line->is_reached = is_reached(self, to) && is_reached(self, from);
    return line->is_reached || from > 0 || !self->view->image;
}

static void draw_line(const Picture *self, const Line *line)
{
    RippleStyle style = {.stroke = line->value > 0 ? RIPPLE_PAINT_POSITIVE : RIPPLE_PAINT_NEGATIVE,
                         .width = 0.4 + 3.6 * line->share,
                         .opacity = 0.25 + 0.65 * line->share};
    if (line->share >= LEAST_SHARE)
        ripple_canvas_line(self->canvas, line->from.x, line->from.y, line->to.x, line->to.y, style);
}

/* What nothing has come through yet, as one path with gaps. */
static void draw_unreached(const Picture *self, const GArray *lines)
{
    g_autofree RipplePoint *points = g_new(RipplePoint, 3 * lines->len + 1);
    gsize count = 0;
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index(lines, Line, i);
        if (line->is_reached)
            continue;
        points[count++] = line->from;
        points[count++] = line->to;
        points[count++] = (RipplePoint){NAN, NAN};
    }
    if (count > 0)
        ripple_canvas_path(self->canvas, points, count,
                           (RippleStyle){.stroke = RIPPLE_PAINT_GRID, .width = 0.5});
}

/* The thickest last, so that they lie above. */
static void draw_lines(const Picture *self)
{
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(Line));
    for (guint i = 0; i < self->view->edges->len; i++) {
        Line line;
        if (place_line(self, &g_array_index(self->view->edges, RippleViewEdge, i), &line))
            g_array_append_val(lines, line);
    }
    g_array_sort(lines, by_share);
    draw_unreached(self, lines);
    for (guint i = 0; i < lines->len; i++)
        if (g_array_index(lines, Line, i).is_reached)
            draw_line(self, &g_array_index(lines, Line, i));
}

/* ---- units ---------------------------------------------------------------------------------- */

static const char *value_name(RippleViewKind kind, guint column)
{
    switch (kind) {
    case RIPPLE_VIEW_WEIGHTS:
        return "bias";
    case RIPPLE_VIEW_FORWARD:
        return column == 0 ? "x" : "a";
    case RIPPLE_VIEW_BACKWARD:
        return column == 0 ? "∂L/∂x" : "δ";
    case RIPPLE_VIEW_GRADIENT:
        return column == 0 ? "x" : "δ";
    }
    g_assert_not_reached();
}

static void draw_value(const Picture *self, RipplePoint at, gdouble value)
{
    if (!isfinite(value))
        return;
    g_autofree char *text = ripple_story_digits(value, 3);
    RippleTextStyle style = {.size = RIPPLE_SMALL_SIZE, .align = 0.5};
    gdouble width = ripple_text_width(text, style) + 4;
    gdouble y = at.y + RIPPLE_UNIT_RADIUS + 11;
    ripple_canvas_rectangle(self->canvas, at.x - width / 2, y - 9.5, width, 12,
                            (RippleStyle){.fill = RIPPLE_PAINT_PAPER, .opacity = 0.85});
    ripple_canvas_text(self->canvas, text, at.x, y, style);
}

static void draw_unit(const Picture *self, guint c, guint n)
{
    const RippleViewColumn *column = &self->view->columns[c];
    const RippleViewUnit *unit = &column->shown[n];
    RipplePoint at = ripple_network_unit(&self->layout, c, n);
    gboolean has_value = is_reached(self, c) && isfinite(unit->value);
    gdouble share = has_value && column->largest > 0 ? unit->value / column->largest : 0;
    g_autofree char *number = g_strdup_printf("%u", unit->unit);
    g_autofree char *value = ripple_story_number(unit->value);
    g_autofree char *tip =
        has_value ? g_strdup_printf("unit %u: %s = %s", unit->unit,
                                    value_name(self->view->kind, column->column), value)
                  : g_strdup_printf("unit %u", unit->unit);
    RippleTextStyle inside = {.size = unit->unit > 999 ? 7 : 9, .align = 0.5};
    RippleStyle disc = {.fill = RIPPLE_PAINT_PAPER, .stroke = RIPPLE_PAINT_FAINT};
    if (has_value) {
        disc.fill = ripple_paint_signed(share);
        inside.paint = fabs(share) > 0.5 ? LIGHT_TEXT : DARK_TEXT;
    }
    ripple_canvas_begin(self->canvas, tip);
    ripple_canvas_disc(self->canvas, at.x, at.y, RIPPLE_UNIT_RADIUS, disc);
    ripple_canvas_text(self->canvas, number, at.x, at.y + 3.3, inside);
    if (has_value)
        draw_value(self, at, unit->value);
    ripple_canvas_end(self->canvas);
}

static void draw_rest(const Picture *self, guint c)
{
    const RippleViewColumn *column = &self->view->columns[c];
    if (column->n_shown == column->units)
        return;
    gboolean has_norm = is_reached(self, c) && isfinite(column->rest_norm);
    RipplePoint at = ripple_network_unit(&self->layout, c, column->n_shown);
    RippleTextStyle style = {.size = RIPPLE_SMALL_SIZE, .align = 0.5};
    RippleTextStyle faint = {.paint = RIPPLE_PAINT_FAINT, .size = 9, .align = 0.5};
    g_autofree char *text = g_strdup_printf("+ %u more", column->units - column->n_shown);
    g_autofree char *number = ripple_story_digits(column->rest_norm, 2);
    g_autofree char *norm = g_strdup_printf("‖·‖ %s", number);
    gdouble width = fmax(ripple_text_width(text, style), ripple_text_width(norm, faint)) + 8;
    ripple_canvas_rectangle(
        self->canvas, at.x - width / 2, at.y - 8, width, 28,
        (RippleStyle){.fill = RIPPLE_PAINT_PAPER, .stroke = RIPPLE_PAINT_FAINT, .dashed = TRUE});
    ripple_canvas_text(self->canvas, text, at.x, at.y + (has_norm ? 3 : 9), style);
    if (has_norm)
        ripple_canvas_text(self->canvas, norm, at.x, at.y + 15, faint);
}

static void draw_column(const Picture *self, guint c)
{
    if (c == 0 && self->view->image) {
        ripple_network_draw_pixels(self->canvas, &self->layout, is_reached(self, 0));
        return;
    }
    for (guint n = 0; n < self->view->columns[c].n_shown; n++)
        draw_unit(self, c, n);
    draw_rest(self, c);
}

/* ---- text around them ----------------------------------------------------------------------- */

static char *norm_text(const Picture *self, const RippleViewColumn *column, guint digits)
{
    g_autofree char *norm = ripple_story_digits(column->norm, digits);
    return g_strdup_printf("‖%s‖ %s", value_name(self->view->kind, column->column), norm);
}

static void draw_heading(const Picture *self, guint c)
{
    const RippleViewColumn *column = &self->view->columns[c];
    const RippleNetwork *network = self->drawing->model->network;
    gdouble x = ripple_network_column_x(&self->layout, c), y = self->layout.top - 42;
    gboolean is_marked = self->drawing->has_mark && self->drawing->mark == c;
    g_autofree char *name =
        column->column == 0 ? g_strdup("input") : g_strdup_printf("layer %u", column->column - 1);
    g_autofree char *units = g_strdup_printf("%u", column->units);
    RippleTextStyle small = {.paint = RIPPLE_PAINT_FAINT, .size = RIPPLE_SMALL_SIZE, .align = 0.5};
    if (is_marked)
        ripple_canvas_rectangle(self->canvas, x - self->layout.pitch * 0.4, y - 14,
                                self->layout.pitch * 0.8, 3,
                                (RippleStyle){.fill = RIPPLE_PAINT_WARNING});
    ripple_canvas_text(self->canvas, name, x, y,
                       (RippleTextStyle){.size = 11, .align = 0.5, .bold = TRUE});
    ripple_canvas_text(self->canvas, units, x, y + 13, small);
    if (column->column > 0)
        ripple_canvas_text(self->canvas,
                           ripple_activation_name(network->layers[column->column - 1].activation),
                           x, y + 25, small);
    if (!is_reached(self, c) || !isfinite(column->norm))
        return;
    g_autofree char *line = norm_text(self, column, 3);
    RippleTextStyle plain = {.size = RIPPLE_SMALL_SIZE, .align = 0.5};
    if (ripple_text_width(line, plain) > self->layout.pitch) {
        g_free(line);
        line = norm_text(self, column, 2);
    }
    ripple_canvas_text(self->canvas, line, x, self->layout.bottom + 14, plain);
}

static void draw_gap(const Picture *self)
{
    if (self->view->gap == 0)
        return;
    gdouble x = ripple_network_column_x(&self->layout, self->view->gap) - self->layout.pitch;
    gdouble y = (self->layout.top + self->layout.bottom) / 2;
    g_autofree char *text =
        g_strdup_printf("+ %u layers", self->view->layers + 1 - self->view->n_columns);
    RippleTextStyle style = {.paint = RIPPLE_PAINT_FAINT, .size = RIPPLE_SMALL_SIZE, .align = 0.5};
    ripple_canvas_text(self->canvas, "…", x, y - 8,
                       (RippleTextStyle){.size = RIPPLE_TITLE_SIZE, .align = 0.5});
    ripple_canvas_text(self->canvas, text, x, y + 8, style);
}

static gboolean is_wanted(const Picture *self, guint output)
{
    const RippleSample *sample = self->drawing->sample;
    return sample && sample->label >= 0 && sample->network->outputs > 1 &&
           sample->label == (gint64)output;
}

static void draw_names(const Picture *self)
{
    guint last = self->view->n_columns - 1;
    const RippleViewColumn *outputs = &self->view->columns[last];
    const RippleViewColumn *inputs = &self->view->columns[0];
    for (guint n = 0; n < outputs->n_shown; n++) {
        RipplePoint at = ripple_network_unit(&self->layout, last, n);
        gboolean is_right = is_wanted(self, outputs->shown[n].unit);
        RippleTextStyle style = {.size = RIPPLE_SMALL_SIZE, .bold = is_right};
        g_autofree char *name = ripple_story_output(self->drawing->model, outputs->shown[n].unit);
        g_autofree char *fitted = ripple_text_cut(name, 128, style);
        ripple_canvas_text(self->canvas, fitted, at.x + RIPPLE_UNIT_RADIUS + 6, at.y + 3.5, style);
    }
    for (guint n = 0; n < inputs->n_shown && !self->view->image; n++) {
        const char *name = ripple_network_input_name(self->drawing->model, inputs->shown[n].unit);
        RipplePoint at = ripple_network_unit(&self->layout, 0, n);
        RippleTextStyle style = {.size = RIPPLE_SMALL_SIZE, .align = 1};
        g_autofree char *fitted = name ? ripple_text_cut(name, 120, style) : NULL;
        if (fitted)
            ripple_canvas_text(self->canvas, fitted, at.x - RIPPLE_UNIT_RADIUS - 6, at.y + 3.5,
                               style);
    }
}

/* ---- the whole ------------------------------------------------------------------------------ */

static char *describe(const RippleNetworkView *view, const RippleNetworkDrawing *drawing)
{
    g_autofree char *network = ripple_network_describe(drawing->model->network);
    return g_strdup_printf("%s. %s Lines between the units show the %s, blue above zero and orange "
                           "below.",
                           network, drawing->caption ? drawing->caption : "",
                           view->kind == RIPPLE_VIEW_WEIGHTS    ? "weights"
                           : view->kind == RIPPLE_VIEW_FORWARD  ? "products of weight and input"
                           : view->kind == RIPPLE_VIEW_BACKWARD ? "products of weight and delta"
                                                                : "gradients of the weights");
}

RippleCanvas *ripple_network_picture(const RippleNetworkView *view,
                                     const RippleNetworkDrawing *drawing)
{
    Picture self = {.view = view, .drawing = drawing};
    g_autofree char *description = describe(view, drawing);
    self.layout = ripple_network_layout(view, drawing->model);
    self.canvas =
        ripple_canvas_new(self.layout.width, self.layout.height, drawing->title, description);
    ripple_network_draw_title(self.canvas, &self.layout, drawing);
    ripple_network_draw_image(self.canvas, &self.layout,
                              is_reached(&self, 0) || view->kind == RIPPLE_VIEW_WEIGHTS);
    draw_lines(&self);
    ripple_network_draw_chain(self.canvas, &self.layout, drawing->chain);
    for (guint c = 0; c < view->n_columns; c++) {
        draw_column(&self, c);
        draw_heading(&self, c);
    }
    draw_gap(&self);
    draw_names(&self);
    ripple_network_draw_legend(self.canvas, &self.layout, drawing->chain != NULL);
    return self.canvas;
}
