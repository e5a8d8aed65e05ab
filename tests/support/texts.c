#include "support/texts.h"

#include <math.h>
#include <string.h>

/* Above and below the foot of the letters, as shares of the size. */
#define ASCENT 0.76
#define DESCENT 0.22

/* What rounding to hundredths of a point may add up to. */
#define SLACK 0.1

typedef struct {
    GArray *texts;
    GArray *moves;  /* of RipplePoint: how far each open element is moved */
    TestText *open; /* under way, whose letters come next */
    RippleTextStyle style;
    gdouble x;
    gdouble y;
} Reader;

static void text_clear(gpointer text)
{
    g_free(((TestText *)text)->text);
}

static void read_attribute(Reader *reader, const char *name, const char *value, RipplePoint *move)
{
    if (g_str_equal(name, "x"))
        reader->x = g_ascii_strtod(value, NULL);
    else if (g_str_equal(name, "y"))
        reader->y = g_ascii_strtod(value, NULL);
    else if (g_str_equal(name, "font-size"))
        reader->style.size = g_ascii_strtod(value, NULL);
    else if (g_str_equal(name, "font-weight"))
        reader->style.bold = TRUE;
    else if (g_str_equal(name, "font-family"))
        reader->style.monospace = g_str_equal(value, "monospace");
    else if (g_str_equal(name, "text-anchor"))
        reader->style.align = g_str_equal(value, "end") ? 1 : 0.5;
    else if (g_str_equal(name, "transform") && g_str_has_prefix(value, "rotate("))
        reader->style.angle = g_ascii_strtod(value + strlen("rotate("), NULL);
    else if (g_str_equal(name, "transform") && g_str_has_prefix(value, "translate(")) {
        char *rest;
        move->x += g_ascii_strtod(value + strlen("translate("), &rest);
        move->y += g_ascii_strtod(rest, NULL);
    }
}

static void on_start(GMarkupParseContext *context, const char *element, const char **names,
                     const char **values, gpointer user_data, GError **error)
{
    Reader *reader = user_data;
    RipplePoint move = {0, 0};
    if (reader->moves->len > 0)
        move = g_array_index(reader->moves, RipplePoint, reader->moves->len - 1);
    reader->style = (RippleTextStyle){.size = RIPPLE_TEXT_SIZE};
    for (guint i = 0; names[i]; i++)
        read_attribute(reader, names[i], values[i], &move);
    g_array_append_val(reader->moves, move);
    if (!g_str_equal(element, "text"))
        return;
    TestText text = {0};
    g_array_append_val(reader->texts, text);
    reader->open = &g_array_index(reader->texts, TestText, reader->texts->len - 1);
}

static void on_text(GMarkupParseContext *context, const char *letters, gsize length,
                    gpointer user_data, GError **error)
{
    Reader *reader = user_data;
    if (!reader->open)
        return;
    RipplePoint move = g_array_index(reader->moves, RipplePoint, reader->moves->len - 1);
    TestText *text = reader->open;
    text->text = g_strndup(letters, length);
    gdouble size = reader->style.size, width = ripple_text_width(text->text, reader->style);
    gdouble left = -reader->style.align * width, right = left + width;
    const gdouble along[] = {left, right, right, left};
    const gdouble down[] = {-ASCENT * size, -ASCENT * size, DESCENT * size, DESCENT * size};
    gdouble angle = reader->style.angle * G_PI / 180;
    for (guint i = 0; i < 4; i++) {
        text->x[i] = move.x + reader->x + along[i] * cos(angle) - down[i] * sin(angle);
        text->y[i] = move.y + reader->y + along[i] * sin(angle) + down[i] * cos(angle);
    }
}

static void on_end(GMarkupParseContext *context, const char *element, gpointer user_data,
                   GError **error)
{
    Reader *reader = user_data;
    reader->open = NULL;
    g_array_set_size(reader->moves, reader->moves->len - 1);
}

GArray *test_texts(const RippleCanvas *canvas)
{
    const GMarkupParser parser = {
        .start_element = on_start, .end_element = on_end, .text = on_text};
    g_autofree char *svg = ripple_canvas_to_svg(canvas, FALSE);
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(RipplePoint));
    Reader reader = {.texts = g_array_new(FALSE, FALSE, sizeof(TestText)), .moves = moves};
    g_array_set_clear_func(reader.texts, text_clear);
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, &reader, NULL);
    g_autoptr(GError) error = NULL;
    g_markup_parse_context_parse(context, svg, -1, &error);
    g_assert_no_error(error);
    g_markup_parse_context_end_parse(context, &error);
    g_assert_no_error(error);
    return reader.texts;
}

/* Is there a line along an edge of `one` with `other` on its far side? Corners go clockwise. */
static gboolean is_beside(const TestText *one, const TestText *other)
{
    for (guint i = 0; i < 4; i++) {
        guint next = (i + 1) % 4;
        gdouble x = one->x[next] - one->x[i], y = one->y[next] - one->y[i];
        gdouble length = fmax(hypot(x, y), 1e-9), nearest = INFINITY;
        for (guint j = 0; j < 4; j++) {
            gdouble inward =
                (x * (other->y[j] - one->y[i]) - y * (other->x[j] - one->x[i])) / length;
            nearest = fmin(nearest, -inward);
        }
        if (nearest > -SLACK)
            return TRUE;
    }
    return FALSE;
}

void test_check_texts(const RippleCanvas *canvas)
{
    g_autoptr(GArray) texts = test_texts(canvas);
    gdouble width = ripple_canvas_width(canvas), height = ripple_canvas_height(canvas);
    for (guint i = 0; i < texts->len; i++) {
        const TestText *text = &g_array_index(texts, TestText, i);
        for (guint corner = 0; text->text && corner < 4; corner++)
            if (text->x[corner] < -SLACK || text->x[corner] > width + SLACK ||
                text->y[corner] < -SLACK || text->y[corner] > height + SLACK)
                g_error("\"%s\" at (%.1f, %.1f) reaches over the edge of %g × %g", text->text,
                        text->x[corner], text->y[corner], width, height);
        for (guint j = 0; j < i; j++) {
            const TestText *other = &g_array_index(texts, TestText, j);
            if (text->text && other->text && !is_beside(text, other) && !is_beside(other, text))
                g_error("\"%s\" at (%.1f, %.1f) lies upon \"%s\" at (%.1f, %.1f)", text->text,
                        text->x[3], text->y[3], other->text, other->x[3], other->y[3]);
        }
    }
}

void test_check_has_text(const RippleCanvas *canvas, const char *text)
{
    g_autoptr(GArray) texts = test_texts(canvas);
    for (guint i = 0; i < texts->len; i++)
        if (g_strcmp0(g_array_index(texts, TestText, i).text, text) == 0)
            return;
    g_error("The picture has no text \"%s\"", text);
}
