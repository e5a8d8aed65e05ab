/* A real data set: the accuracy that a small network is known to reach, and losses that follow the
 * reference's. */
#include "train/program.h"
#include "unit/data_files.h"

#include <json-glib/json-glib.h>
#include <math.h>

#define TRAIN "train --data fashion-mnist --hidden 128 --lr 0.1 --batch 128 --seed 1 --json "

static JsonObject *parse_object(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(text, &error);
    g_assert_no_error(error);
    g_assert_nonnull(node);
    return json_node_dup_object(node);
}

/* Five epochs: 0.85 and a little more is usual for this network, and 0.845 allows for the rounding
 * of any device. */
static void test_accuracy(void)
{
    g_autoptr(TestOutput) output = test_program(NULL, TRAIN "--epochs 5 --device auto", NULL);
    test_assert_status(output, 0);
    g_autoptr(JsonObject) result = parse_object(output->out);
    gdouble accuracy = json_object_get_double_member(result, "test_accuracy");
    g_test_message("accuracy %g after %g s", accuracy,
                   json_object_get_double_member(result, "seconds"));
    g_assert_cmpfloat(accuracy, >=, 0.845);
    g_assert_cmpfloat(accuracy, <, 0.9); /* more would be a miscount */
    g_assert_cmpint(json_object_get_int_member(result, "steps"), ==, 5 * 469);
}

/* ---- losses --------------------------------------------------------------------------------- */

#define STEPS 50

/* The loss of each of the first steps, as metrics.jsonl has them. */
static void read_losses(const char *device, gdouble losses[STEPS])
{
    g_autoptr(GError) error = NULL;
    char *directory = data_directory_new();
    g_autofree char *out = g_build_filename(directory, "run", NULL);
    g_autofree char *path = g_build_filename(out, "metrics.jsonl", NULL);
    g_autoptr(TestOutput) output =
        test_program(NULL, TRAIN "--log-every 1 --steps " G_STRINGIFY(STEPS), "--device", device,
                     "--out", out, NULL);
    test_assert_status(output, 0);
    g_autofree char *metrics = NULL;
    g_file_get_contents(path, &metrics, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(metrics, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), >, STEPS);
    for (guint i = 0; i < STEPS; i++) {
        g_autoptr(JsonObject) line = parse_object(lines[i]);
        g_assert_cmpint(json_object_get_int_member(line, "step"), ==, i + 1);
        losses[i] = json_object_get_double_member(line, "loss");
    }
    data_directory_remove(directory);
}

/* Four digits: single precision loses about one of its seven over as many steps, and the kinks of
 * relu can cost two more. */
static void test_losses(void)
{
    gdouble device[STEPS], reference[STEPS], largest = 0;
    read_losses("auto", device);
    read_losses("reference", reference);
    for (guint i = 0; i < STEPS; i++) {
        gdouble relative = fabs(device[i] - reference[i]) / reference[i];
        largest = fmax(largest, relative);
        if (!(relative <= 1e-4))
            g_test_fail_printf("The loss of step %u is %.9g, and %.9g on the reference", i + 1,
                               device[i], reference[i]);
    }
    g_test_message("losses apart by at most %.2g", largest);
    /* It learns. */
    g_assert_cmpfloat(reference[STEPS - 1], <, 0.6 * reference[0]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fashion-mnist/losses", test_losses);
    g_test_add_func("/fashion-mnist/accuracy", test_accuracy);
    return g_test_run();
}
