/* Charts: what is drawn lies where the axes say, and no text upon another. */
#include "report/chart.h"

#include "support/texts.h"

#include <math.h>
#include <string.h>

#define BLUE ((RippleStyle){.stroke = RIPPLE_PAINT_POSITIVE, .width = 2})
#define FILLED ((RippleStyle){.fill = RIPPLE_PAINT_POSITIVE})

static const char long_name[] =
    "a name of very many letters, as those have whose runs lie deep in a tree of folders";

/* ---- axes ----------------------------------------------------------------------------------- */

static void check_number(gdouble value, gdouble step, const char *expected)
{
    g_autofree char *text = ripple_axis_text(value, step);
    g_assert_cmpstr(text, ==, expected);
}

static void test_numbers(void)
{
    check_number(0, 0.1, "0");
    check_number(-0.5, 0.1, "−0.5");
    check_number(3 * 0.1, 0.1, "0.3");
    check_number(1, 0.5, "1.0");
    check_number(1e-17, 0.1, "0");
    check_number(12500, 500, "12,500");
    check_number(-1234567, 1, "−1,234,567");
    check_number(2e-7, 1e-7, "2e-7");
    check_number(1.5e12, 5e11, "1.5e12");
    check_number(0.25, 0, "0.25");
    check_number(1234.5678, 0, "1,235");
    check_number(0.00012345, 0, "1.234e-4");
    check_number(NAN, 1, "NaN");
    check_number(INFINITY, 0, "∞");
}

static void check_ticks(const RippleAxis *axis, RippleTicks kind, guint most, const char *expected)
{
    g_autoptr(GArray) ticks = ripple_axis_ticks(axis, kind, most);
    g_autoptr(GString) texts = g_string_new(NULL);
    for (guint i = 0; i < ticks->len; i++) {
        const RippleTick *tick = &g_array_index(ticks, RippleTick, i);
        g_string_append_printf(texts, "%s%s", i > 0 ? " " : "", tick->text);
        g_assert_cmpfloat(tick->value, >=, axis->low * (1 - 1e-6) - 1e-12);
        g_assert_cmpfloat(tick->value, <=, axis->high * (1 + 1e-6));
    }
    g_assert_cmpstr(texts->str, ==, expected);
}

static void test_ticks(void)
{
    const RippleAxis unit = {RIPPLE_SCALE_LINEAR, 0, 1, 0, 100};
    const RippleAxis few = {RIPPLE_SCALE_LINEAR, 1, 3, 0, 100};
    const RippleAxis signs = {RIPPLE_SCALE_LINEAR, -0.31, 0.32, 0, 100};
    const RippleAxis wide = {RIPPLE_SCALE_LOGARITHMIC, 1e-6, 20, 0, 100};
    const RippleAxis two = {RIPPLE_SCALE_LOGARITHMIC, 0.5, 60, 0, 100};
    const RippleAxis narrow = {RIPPLE_SCALE_LOGARITHMIC, 2, 3, 0, 100};
    check_ticks(&unit, RIPPLE_TICKS_NUMBERS, 5, "0 0.2 0.4 0.6 0.8 1.0");
    check_ticks(&unit, RIPPLE_TICKS_PERCENT, 4, "0% 50% 100%");
    check_ticks(&few, RIPPLE_TICKS_WHOLE, 10, "1 2 3");
    check_ticks(&signs, RIPPLE_TICKS_NUMBERS, 4, "−0.2 0 0.2");
    check_ticks(&wide, RIPPLE_TICKS_NUMBERS, 4, "1e-6 1e-4 0.01 1");
    check_ticks(&two, RIPPLE_TICKS_NUMBERS, 8, "0.5 1 2 5 10 20 50");
    check_ticks(&narrow, RIPPLE_TICKS_NUMBERS, 4, "2.0 2.5 3.0");
}

static void test_axis(void)
{
    RippleAxis axis = ripple_axis_fit(RIPPLE_SCALE_LOGARITHMIC, 0.01, 100, 500, 100);
    g_assert_cmpfloat(axis.low, <, 0.01);
    g_assert_cmpfloat(axis.high, >, 100);
    g_assert_cmpfloat_with_epsilon(ripple_axis_place(&axis, 1), 300, 1e-9);
    g_assert_cmpfloat_with_epsilon(ripple_axis_value(&axis, 300), 1, 1e-9);
    g_assert_false(isfinite(ripple_axis_place(&axis, 0)));
    g_assert_false(isfinite(ripple_axis_place(&axis, -1)));
    axis = ripple_axis_fit(RIPPLE_SCALE_LINEAR, -1, 3, 0, 100);
    g_assert_cmpfloat_with_epsilon(ripple_axis_place(&axis, 1), 50, 1e-9);
    g_assert_cmpfloat_with_epsilon(ripple_axis_value(&axis, ripple_axis_place(&axis, 2.5)), 2.5,
                                   1e-9);
    /* One value alone, whatever its size. */
    static const gdouble alone[] = {0, 5, -1e-30, 1e30};
    for (guint i = 0; i < G_N_ELEMENTS(alone); i++) {
        axis = ripple_axis_fit(RIPPLE_SCALE_LINEAR, alone[i], alone[i], 0, 100);
        g_assert_cmpfloat(axis.low, <, alone[i]);
        g_assert_cmpfloat(axis.high, >, alone[i]);
    }
}

/* ---- charts --------------------------------------------------------------------------------- */

static RippleChart *chart_new(const char *title, RippleScale scale)
{
    return ripple_chart_new(title,
                            &(RippleChartAxis){.title = "epoch", .ticks = RIPPLE_TICKS_WHOLE},
                            &(RippleChartAxis){.title = "loss (nats)", .scale = scale});
}

static char *svg_of(const RippleChart *chart, RippleChartFrame *frame)
{
    g_autoptr(RippleCanvas) canvas = ripple_canvas_new(500, 300, NULL, NULL);
    *frame = ripple_chart_draw(chart, canvas, 0, 0, 500, 300);
    test_check_texts(canvas);
    return ripple_canvas_to_svg(canvas, FALSE);
}

/* The line in the SVG goes through the numbers, by the axes of the frame and by nothing else. */
static void test_line(void)
{
    const gdouble x[] = {1, 2, 3, 4, 5}, y[] = {2.5, 1.25, NAN, 0.5, 0.25};
    for (RippleScale scale = RIPPLE_SCALE_LINEAR; scale <= RIPPLE_SCALE_LOGARITHMIC; scale++) {
        g_autoptr(RippleChart) chart = chart_new("Loss", scale);
        RippleChartFrame frame;
        ripple_chart_line(chart, "train", x, y, 5, BLUE);
        g_autofree char *svg = svg_of(chart, &frame);
        const char *at = strstr(svg, "overflow=\"hidden\"");
        for (guint i = 0; i < 5; i++) {
            if (isnan(y[i]))
                continue;
            at = strpbrk(at, "ML");
            char *rest;
            gdouble place_x = g_ascii_strtod(at + 1, &rest);
            gdouble place_y = g_ascii_strtod(rest, &rest);
            g_assert_cmpint(*at, ==, i == 0 || i == 3 ? 'M' : 'L');
            g_assert_cmpfloat_with_epsilon(ripple_axis_value(&frame.x, place_x), x[i], 0.001);
            g_assert_cmpfloat(fabs(ripple_axis_value(&frame.y, place_y) / y[i] - 1), <, 0.01);
            at = rest;
        }
        gdouble high = scale == RIPPLE_SCALE_LINEAR ? (2.5 - frame.y.low) : log(2.5 / frame.y.low);
        gdouble span = scale == RIPPLE_SCALE_LINEAR ? (frame.y.high - frame.y.low)
                                                    : log(frame.y.high / frame.y.low);
        g_assert_cmpfloat_with_epsilon(ripple_axis_place(&frame.y, 2.5),
                                       frame.plot.y + frame.plot.height * (1 - high / span), 1e-6);
    }
}

/* Of a line of very many points, the extremes stay. */
static void test_many_points(void)
{
    enum { COUNT = 200000 };
    g_autofree gdouble *x = g_new(gdouble, COUNT), *y = g_new(gdouble, COUNT);
    for (guint i = 0; i < COUNT; i++) {
        x[i] = i;
        y[i] = i == 77777 ? 100 : i % 7;
    }
    g_autoptr(RippleChart) chart = chart_new(NULL, RIPPLE_SCALE_LINEAR);
    RippleChartFrame frame;
    ripple_chart_line(chart, NULL, x, y, COUNT, BLUE);
    g_autofree char *svg = svg_of(chart, &frame);
    g_assert_cmpuint(strlen(svg), <, 100000);
    g_autofree char *peak = g_strdup_printf("%.2f", ripple_axis_place(&frame.y, 100));
    g_assert_nonnull(strstr(svg, peak));
}

static void test_bars(void)
{
    const gdouble edges[] = {-1, 0, 2, 3}, heights[] = {4, 0, 10};
    g_autoptr(RippleChart) chart =
        ripple_chart_new(NULL, &(RippleChartAxis){0}, &(RippleChartAxis){0});
    RippleChartFrame frame;
    ripple_chart_bars(chart, NULL, edges, heights, 3, FILLED);
    g_autofree char *svg = svg_of(chart, &frame);
    g_assert_cmpfloat(frame.y.low, ==, 0);
    const char *at = strstr(svg, "height=\"") ? strstr(svg, "<rect") : NULL;
    g_assert_nonnull(at);
    gdouble height = g_ascii_strtod(strstr(at, " height=\"") + 9, NULL);
    gdouble width = g_ascii_strtod(strstr(at, " width=\"") + 8, NULL);
    g_assert_cmpfloat_with_epsilon(height, 4 / frame.y.high * frame.plot.height, 0.01);
    g_assert_cmpfloat_with_epsilon(width, frame.plot.width / 4, 0.01);
    /* Nothing is drawn of an empty bar. */
    at = strstr(at + 1, "<rect");
    g_assert_nonnull(at);
    g_assert_null(strstr(at + 1, "<rect"));
}

/* Each cell's pixel has the colour of its value, where its edges lie. */
static void check_cells(RippleChartCells cells, RippleScale scale, gboolean is_reversed)
{
    g_autoptr(RippleChart) chart = ripple_chart_new(NULL, &(RippleChartAxis){.scale = scale},
                                                    &(RippleChartAxis){.is_reversed = is_reversed});
    g_autoptr(RippleCanvas) canvas = ripple_canvas_new(400, 300, NULL, NULL);
    g_autoptr(GError) error = NULL;
    ripple_chart_cells(chart, &cells);
    RippleChartFrame frame = ripple_chart_draw(chart, canvas, 0, 0, 400, 300);
    test_check_texts(canvas);
    guint columns, rows;
    g_autofree guint8 *rgb =
        ripple_canvas_to_rgb(canvas, 1, RIPPLE_THEME_LIGHT, &columns, &rows, &error);
    g_assert_no_error(error);
    for (guint row = 0; row < cells.rows; row++)
        for (guint column = 0; column < cells.columns; column++) {
            gdouble value = cells.values[row * cells.columns + column];
            gdouble left = ripple_axis_place(&frame.x, cells.x_edges[column]);
            gdouble right = ripple_axis_place(&frame.x, cells.x_edges[column + 1]);
            guint x = (guint)((left + right) / 2), y = (guint)ripple_axis_place(&frame.y, row);
            RipplePaint paint = cells.colours == RIPPLE_COLOURS_SIGNED
                                    ? ripple_paint_signed(value / 8)
                                    : ripple_paint_ramp((value + 8) / 14);
            guint32 expected = ripple_paint_value(paint, RIPPLE_THEME_LIGHT);
            for (guint i = 0; i < 3; i++)
                g_assert_cmpint(ABS((int)rgb[3 * (y * columns + x) + i] -
                                    (int)((expected >> (16 - 8 * i)) & 0xff)),
                                <=, 2);
        }
}

static void test_cells(void)
{
    const gdouble values[] = {-8, 1, 2, 3, NAN, 6}, even[] = {1, 2, 3, 4}, odd[] = {1, 10, 12, 1e4};
    RippleChartCells cells = {.values = values, .columns = 3, .rows = 2, .x_edges = even};
    check_cells(cells, RIPPLE_SCALE_LINEAR, FALSE);
    check_cells(cells, RIPPLE_SCALE_LINEAR, TRUE);
    cells.x_edges = odd;
    cells.colours = RIPPLE_COLOURS_SIGNED;
    cells.title = "weight";
    check_cells(cells, RIPPLE_SCALE_LOGARITHMIC, FALSE);
}

/* ---- text ----------------------------------------------------------------------------------- */

static void fill(RippleChart *chart, guint series)
{
    const gdouble x[] = {1, 2, 3}, y[] = {1e-5, 20, 12345};
    for (guint i = 0; i < series; i++) {
        g_autofree char *name = g_strdup_printf("%s %u", i % 2 ? long_name : "run", i);
        ripple_chart_line(chart, name, x, y, 3, BLUE);
    }
    for (guint i = 0; i < 12; i++)
        ripple_chart_label(chart, 2, 20, long_name, (RippleTextStyle){0});
    ripple_chart_rule_y(chart, 20, "as it should be", RIPPLE_PAINT_WARNING);
    ripple_chart_rule_x(chart, 2, long_name, RIPPLE_PAINT_WARNING);
    ripple_chart_note(chart,
                      "What is to be said of it, in more words than one line can hold here.");
}

/* Whatever it holds and however small it is. */
static void test_texts_apart(void)
{
    g_auto(GStrv) names = g_new0(char *, 301);
    for (guint i = 0; i < 300; i++)
        names[i] = i % 3 ? g_strdup_printf("%s %u", long_name, i) : g_strdup_printf("%u", i);
    static const gdouble widths[] = {300, 480, 960, 1600};
    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        g_autoptr(RippleChart) linear = chart_new(long_name, RIPPLE_SCALE_LINEAR);
        g_autoptr(RippleChart) logarithmic = chart_new("Loss", RIPPLE_SCALE_LOGARITHMIC);
        g_autoptr(RippleChart) empty = chart_new(long_name, RIPPLE_SCALE_LINEAR);
        g_autoptr(RippleChart) classes = ripple_chart_new(
            "Classes",
            &(RippleChartAxis){.title = "predicted", .names = (const char *const *)names},
            &(RippleChartAxis){
                .title = long_name, .names = (const char *const *)names, .is_reversed = TRUE});
        g_autofree gdouble *values = g_new0(gdouble, 300 * 300);
        values[7] = 1e5;
        ripple_chart_cells(classes, &(RippleChartCells){.values = values,
                                                        .columns = 300,
                                                        .rows = 300,
                                                        .title = "samples of the true class"});
        fill(linear, 3);
        fill(logarithmic, 40);
        ripple_chart_set_empty_text(empty, long_name);
        RippleChart *const charts[] = {linear, logarithmic, empty, classes};
        RippleChartFrame frames[4];
        g_autoptr(RippleCanvas) canvas = ripple_charts_draw(
            &(RippleChartSheet){.title = long_name, .note = long_name, .width = widths[i]}, charts,
            4, frames);
        test_check_texts(canvas);
        test_check_has_text(canvas, "predicted");
        for (guint j = 0; j < 4; j++)
            g_assert_cmpfloat(frames[j].plot.height, >=, 100);
    }
}

/* A level text: its first and third corners lie across. */
static gboolean is_within(const TestText *text, gdouble x, gdouble y)
{
    return x >= fmin(text->x[0], text->x[2]) && x <= fmax(text->x[0], text->x[2]) &&
           y >= fmin(text->y[0], text->y[2]) && y <= fmax(text->y[0], text->y[2]);
}

/* Numbers stand upon their lines, where another that crosses them all is not. */
static void test_contours(void)
{
    enum { POINTS = 60, LINES = 3 };
    gdouble x[POINTS], y[LINES][POINTS], crossing_y[] = {-1, 7};
    g_autoptr(RippleChart) chart = chart_new(NULL, RIPPLE_SCALE_LINEAR);
    for (guint line = 0; line < LINES; line++) {
        g_autofree char *number = g_strdup_printf("%u.5", line);
        for (guint i = 0; i < POINTS; i++) {
            x[i] = i;
            y[line][i] = 2 * line + sin(i / 9.0);
        }
        ripple_chart_contour(chart, x, y[line], POINTS, BLUE, number, (RippleTextStyle){0});
    }
    ripple_chart_line(chart, NULL, (gdouble[]){x[19], x[19]}, crossing_y, 2, BLUE);
    g_autoptr(RippleCanvas) canvas = ripple_canvas_new(500, 300, NULL, NULL);
    RippleChartFrame frame = ripple_chart_draw(chart, canvas, 0, 0, 500, 300);
    test_check_texts(canvas);
    g_autoptr(GArray) texts = test_texts(canvas);
    for (guint line = 0; line < LINES; line++) {
        g_autofree char *number = g_strdup_printf("%u.5", line);
        gboolean is_on_line = FALSE, is_crossed = FALSE;
        for (guint t = 0; t < texts->len; t++) {
            const TestText *text = &g_array_index(texts, TestText, t);
            if (!g_str_equal(text->text, number))
                continue;
            gdouble at = ripple_axis_place(&frame.x, x[19]);
            is_crossed |= at > text->x[0] && at < text->x[2];
            for (guint i = 0; i < POINTS; i++)
                is_on_line |= is_within(text, ripple_axis_place(&frame.x, x[i]),
                                        ripple_axis_place(&frame.y, y[line][i]));
        }
        g_assert_true(is_on_line);
        g_assert_false(is_crossed);
    }
}

/* Where lines lie close, the number of one stands where the other is farther off. */
static void test_close_contours(void)
{
    enum { POINTS = 60 };
    gdouble x[POINTS], y[2][POINTS];
    g_autoptr(RippleChart) chart = chart_new(NULL, RIPPLE_SCALE_LINEAR);
    for (guint i = 0; i < POINTS; i++) {
        x[i] = i;
        y[0][i] = 0;
        y[1][i] = i < POINTS * 0.6 ? 0.05 : 5;
    }
    ripple_chart_contour(chart, x, y[0], POINTS, BLUE, "0.5", (RippleTextStyle){0});
    ripple_chart_contour(chart, x, y[1], POINTS, BLUE, NULL, (RippleTextStyle){0});
    ripple_chart_line(chart, NULL, (gdouble[]){0, 1}, (gdouble[]){-5, -5}, 2, BLUE);
    g_autoptr(RippleCanvas) canvas = ripple_canvas_new(500, 300, NULL, NULL);
    RippleChartFrame frame = ripple_chart_draw(chart, canvas, 0, 0, 500, 300);
    g_autoptr(GArray) texts = test_texts(canvas);
    gboolean is_drawn = FALSE;
    for (guint t = 0; t < texts->len; t++) {
        const TestText *text = &g_array_index(texts, TestText, t);
        if (!g_str_equal(text->text, "0.5"))
            continue;
        is_drawn = TRUE;
        for (guint i = 0; i < POINTS; i++)
            g_assert_false(is_within(text, ripple_axis_place(&frame.x, x[i]),
                                     ripple_axis_place(&frame.y, y[1][i])));
    }
    g_assert_true(is_drawn);
}

/* What all charts would explain is explained once. */
static void test_shared_legend(void)
{
    const gdouble x[] = {1, 2}, y[] = {3, 4};
    for (guint differ = 0; differ <= 1; differ++) {
        g_autoptr(RippleChart) one = chart_new("One", RIPPLE_SCALE_LINEAR);
        g_autoptr(RippleChart) two = chart_new("Two", RIPPLE_SCALE_LINEAR);
        ripple_chart_line(one, "shared", x, y, 2, BLUE);
        ripple_chart_line(two, "shared", x, y, 2, BLUE);
        if (differ)
            ripple_chart_line(two, "own", x, y, 2, BLUE);
        RippleChart *const charts[] = {one, two};
        g_autoptr(RippleCanvas) canvas =
            ripple_charts_draw(&(RippleChartSheet){0}, charts, 2, NULL);
        g_autoptr(GArray) texts = test_texts(canvas);
        guint found = 0;
        for (guint i = 0; i < texts->len; i++)
            found += g_str_equal(g_array_index(texts, TestText, i).text, "shared");
        g_assert_cmpuint(found, ==, differ ? 2 : 1);
    }
}

/* The check itself sees what it should. */
static void test_check_sees(void)
{
    if (g_test_subprocess()) {
        g_autoptr(RippleCanvas) canvas = ripple_canvas_new(100, 100, NULL, NULL);
        ripple_canvas_begin(canvas, NULL);
        ripple_canvas_text(canvas, "upright", 50, 80, (RippleTextStyle){.angle = -90});
        ripple_canvas_end(canvas);
        ripple_canvas_text(canvas, "level", 30, 60, (RippleTextStyle){0});
        test_check_texts(canvas);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*lies upon*");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chart/numbers", test_numbers);
    g_test_add_func("/chart/ticks", test_ticks);
    g_test_add_func("/chart/axis", test_axis);
    g_test_add_func("/chart/line", test_line);
    g_test_add_func("/chart/many-points", test_many_points);
    g_test_add_func("/chart/bars", test_bars);
    g_test_add_func("/chart/cells", test_cells);
    g_test_add_func("/chart/texts-apart", test_texts_apart);
    g_test_add_func("/chart/contours", test_contours);
    g_test_add_func("/chart/close-contours", test_close_contours);
    g_test_add_func("/chart/shared-legend", test_shared_legend);
    g_test_add_func("/chart/check-sees", test_check_sees);
    return g_test_run();
}
