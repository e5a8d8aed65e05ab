/* Pictures: labels that do not overlap, files. */
#include "draw/labels.h"
#include "report/roofline.h"

#include "support/texts.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

static void test_boxes(void)
{
    RippleBox a = {0, 0, 10, 10}, right = {10, 0, 5, 5}, corner = {9, 9, 5, 5}, in = {2, 2, 1, 1};
    g_assert_false(ripple_box_overlaps(&a, &right));
    g_assert_true(ripple_box_overlaps(&a, &corner));
    g_assert_true(ripple_box_overlaps(&corner, &a));
    g_assert_true(ripple_box_overlaps(&a, &in));
    gdouble x = 20, y = 5;
    ripple_box_nearest(&a, &x, &y);
    g_assert_true(x == 10 && y == 5);
}

/* Forty points in nearly one place, each with its label. */
static void test_labels(void)
{
    const RippleBox bounds = {0, 0, 800, 600};
    g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(RippleBox));
    for (guint i = 0; i < 40; i++) {
        RippleBox box = ripple_label_place(taken, &bounds, 400 + i % 5, 300 + i / 5.0, 60, 14);
        g_assert_cmpfloat(box.x, >=, 0);
        g_assert_cmpfloat(box.y, >=, 0);
        g_assert_cmpfloat(box.x + box.width, <=, 800);
        g_assert_cmpfloat(box.y + box.height, <=, 600);
    }
    g_assert_cmpuint(taken->len, ==, 40);
    guint overlaps = 0;
    for (guint i = 0; i < taken->len; i++)
        for (guint j = 0; j < i; j++)
            overlaps += ripple_box_overlaps(&g_array_index(taken, RippleBox, i),
                                            &g_array_index(taken, RippleBox, j));
    g_assert_cmpuint(overlaps, ==, 0);
}

static RippleRoofline *example(void)
{
    RippleRoofline *roofline = ripple_roofline_new("Title", "Work → work", "Device", 100, 10);
    ripple_roofline_add(roofline, "one", "one 0", 0.5, 3, 0.5);
    ripple_roofline_add(roofline, "one", "one 1", 0.5, 3, 0.5);
    ripple_roofline_add(roofline, "two", "two", 1e4, 0.001, 0);
    return roofline;
}

static void check_file(const char *name, const char *begin, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("ripple-report-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *content = NULL;
    gsize length;
    g_autoptr(RippleRoofline) roofline = example();
    g_assert_true(ripple_canvas_check_path(path, &error));
    g_assert_true(ripple_roofline_write(roofline, path, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    g_assert_cmpuint(length, >, 1000);
    g_assert_cmpint(strncmp(content, begin, strlen(begin)), ==, 0);
    g_assert_nonnull(memmem(content, length, part, strlen(part)));
    g_unlink(path);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
}

static void test_files(void)
{
    check_file("picture.svg", "<svg", "</svg>");
    check_file("picture.pdf", "%PDF", "%%EOF");
    check_file("picture.png", "\x89PNG\r\n", "IHDR");
}

static void test_drawing(void)
{
    g_autoptr(RippleRoofline) roofline = example();
    g_autoptr(RippleCanvas) canvas = ripple_roofline_draw(roofline);
    test_check_texts(canvas);
    test_check_has_text(canvas, "one 1");
    test_check_has_text(canvas, "10 GB/s, copy");
}

static void test_bad_paths(void)
{
    static const char *const paths[] = {"picture", "picture.txt", "svg", "picture.svg.gz"};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(ripple_canvas_check_path(paths[i], &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, paths[i]));
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleRoofline) roofline = example();
    g_assert_false(ripple_roofline_write(roofline, "/no/such/directory/a.svg", &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/boxes", test_boxes);
    g_test_add_func("/report/labels", test_labels);
    g_test_add_func("/report/files", test_files);
    g_test_add_func("/report/drawing", test_drawing);
    g_test_add_func("/report/bad-paths", test_bad_paths);
    return g_test_run();
}
