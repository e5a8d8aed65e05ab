/* Curves out of braille patterns: each dot stands where its value says. */
#include "cli/braille.h"
#include "cli/live.h"

#include <math.h>
#include <string.h>

/* The dot at (`x`, `y`), 0 being the left and the top. */
static gboolean has_dot(char **lines, guint x, guint y)
{
    static const guint bits[2][4] = {{1, 2, 4, 64}, {8, 16, 32, 128}};
    const char *at = g_utf8_offset_to_pointer(lines[y / 4], x / 2);
    return ((g_utf8_get_char(at) - 0x2800) & bits[x % 2][y % 4]) != 0;
}

static guint count_dots(char **lines, guint x, guint rows)
{
    guint count = 0;
    for (guint y = 0; y < 4 * rows; y++)
        count += has_dot(lines, x, y);
    return count;
}

static void test_places(void)
{
    const gdouble values[] = {0, 1, 2, 3, 4, 5, 6, 7};
    g_auto(GStrv) lines = ripple_braille_curve(values, 8, 5, 2, 0, 7, FALSE);
    g_assert_cmpuint(g_strv_length(lines), ==, 2);
    for (guint x = 0; x < 8; x++) {
        g_assert_cmpuint(count_dots(lines, x, 2), ==, 1);
        g_assert_true(has_dot(lines, x, 7 - x));
    }
    for (guint row = 0; row < 2; row++)
        g_assert_cmpint(g_utf8_strlen(lines[row], -1), ==, 5);
    g_assert_cmpuint(count_dots(lines, 9, 2), ==, 0);
}

/* A jump is joined; a gap is not; by factors, equal factors are equal steps. */
static void test_joins(void)
{
    const gdouble jump[] = {0, 7, NAN, 7, 0}, factors[] = {1, 10, 100, 1000};
    g_auto(GStrv) lines = ripple_braille_curve(jump, 5, 3, 2, 0, 7, FALSE);
    g_assert_cmpuint(count_dots(lines, 0, 2), ==, 1);
    g_assert_cmpuint(count_dots(lines, 1, 2), ==, 7);
    g_assert_cmpuint(count_dots(lines, 2, 2), ==, 0);
    g_assert_cmpuint(count_dots(lines, 3, 2), ==, 1);
    g_assert_cmpuint(count_dots(lines, 4, 2), ==, 7);
    g_auto(GStrv) log_lines = ripple_braille_curve(factors, 4, 2, 1, 1, 1000, TRUE);
    for (guint x = 0; x < 4; x++)
        g_assert_true(has_dot(log_lines, x, 3 - x));
}

/* All equal, beyond the ends, and none at all. */
static void test_odd(void)
{
    const gdouble same[] = {2, 2, 2}, beyond[] = {-5, 50};
    g_auto(GStrv) lines = ripple_braille_curve(same, 3, 2, 1, 2, 2, FALSE);
    for (guint x = 0; x < 3; x++)
        g_assert_cmpuint(count_dots(lines, x, 1), ==, 1);
    g_auto(GStrv) cut = ripple_braille_curve(beyond, 2, 1, 1, 0, 1, FALSE);
    g_assert_true(has_dot(cut, 0, 3) && has_dot(cut, 1, 0));
    g_auto(GStrv) none = ripple_braille_curve(NULL, 0, 3, 2, 0, 1, FALSE);
    g_assert_cmpstr(none[0], ==, "⠀⠀⠀");
}

/* No line is wider than the terminal, at any width, however long it runs. */
static void test_layout(void)
{
    g_autoptr(RippleLive) live = ripple_live_new(56518246, 25178095616);
    for (guint i = 1; i <= 1000; i++) {
        ripple_live_add(live, &(RippleProgress){.step = i, .steps = 1000, .loss = 2.0 / i});
        for (guint columns = 1; columns < 140; columns += 7) {
            g_autofree char *text = ripple_live_layout(live, "bar", columns, 24, TRUE);
            g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
            g_assert_cmpuint(g_strv_length(lines), ==, columns < 40 || i == 1 ? 1 : 5);
            for (guint row = 1; row < 4 && lines[1]; row++)
                g_assert_cmpint(g_utf8_strlen(lines[row], -1), <, columns);
        }
    }
    g_autofree char *low = ripple_live_layout(live, "bar", 80, 5, TRUE);
    g_autofree char *plain = ripple_live_layout(live, "bar", 80, 24, FALSE);
    g_autofree char *whole = ripple_live_layout(live, "bar", 80, 24, TRUE);
    g_assert_cmpstr(low, ==, "bar");
    g_assert_cmpstr(plain, ==, "bar");
    g_assert_true(g_str_has_suffix(whole, "step 1,000 of 1,000; memory 53.9 MiB of 23.4 GiB"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/braille/places", test_places);
    g_test_add_func("/braille/joins", test_joins);
    g_test_add_func("/braille/odd", test_odd);
    g_test_add_func("/braille/layout", test_layout);
    return g_test_run();
}
