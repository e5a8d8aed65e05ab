/* Figures of runs: their numbers against what the run's files say, and texts that do not overlap.
 */
#include "explain/run_record.h"
#include "report/kinds.h"
#include "train/json_text.h"

#include "support/texts.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

static const char config[] = "[data]\ndata=/no/such.csv\n[network]\nloss=cross-entropy\n"
                             "[training]\nlearning_rate=0.25\nepochs=5\n";
static const char metrics[] =
    "{\"step\": 2, \"epoch\": 1, \"loss\": 2.5, \"learning_rate\": 0.25}\n"
    "{\"epoch\": 1, \"step\": 4, \"train_loss\": 1.5, \"train_accuracy\": 0.5, \"val_loss\": 1.25, "
    "\"val_accuracy\": 0.625, \"test_loss\": null, \"test_accuracy\": null, \"seconds\": 1, "
    "\"samples_per_second\": 9}\n"
    "{\"step\": 6, \"epoch\": 2, \"loss\": null, \"learning_rate\": 0.25}\n"
    "{\"epoch\": 2, \"step\": 8, \"train_loss\": 0.75, \"train_accuracy\": 0.875, \"val_loss\": 2, "
    "\"val_accuracy\": 0.5, \"test_loss\": null, \"test_accuracy\": null, \"seconds\": 2, "
    "\"samples_per_second\": 9}\n";

static RippleRunRecord *run_new(const char *directory, const char *lines, GError **error)
{
    g_free(data_write_text(directory, "config.ini", config));
    g_free(data_write_text(directory, "metrics.jsonl", lines));
    return ripple_run_record_new(directory, error);
}

static void test_record(void)
{
    char *directory = data_directory_new();
    g_autoptr(GError) error = NULL;
    /* A run under way has begun a line. */
    g_autofree char *lines = g_strconcat(metrics, "{\"step\": 10, \"ep", NULL);
    g_autoptr(RippleRunRecord) run = run_new(directory, lines, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(run->steps->len, ==, 2);
    g_assert_cmpuint(run->epochs->len, ==, 2);
    const RippleEpochReport *second = &g_array_index(run->epochs, RippleEpochReport, 1);
    g_assert_cmpuint(second->step, ==, 8);
    g_assert_cmpfloat(second->train_loss, ==, 0.75);
    g_assert_cmpfloat(second->val_accuracy, ==, 0.5);
    g_assert_true(isnan(second->test_loss));
    g_assert_cmpfloat(g_array_index(run->steps, RippleStepReport, 0).loss, ==, 2.5);
    g_assert_true(isnan(g_array_index(run->steps, RippleStepReport, 1).loss));
    g_assert_null(run->model);
    g_assert_false(ripple_run_record_check_model(run, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    data_directory_remove(directory);
}

static void test_bad_records(void)
{
    static const char *const bad[] = {
        "garbage\n",
        "{\"step\": \"one\", \"epoch\": 1, \"loss\": 1}\n",
        "{\"epoch\": 1, \"step\": 4, \"train_loss\": []}\n",
        "{\"step\": 2, \"epoch\": 1, \"loss\": 1}\n{\"step\": 2, \"epoch\": 1, \"loss\": 1}\n",
        "\n",
        "[]\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        char *directory = data_directory_new();
        g_autoptr(GError) error = NULL;
        g_assert_null(run_new(directory, bad[i], &error));
        data_assert_error(error, "metrics.jsonl", i == 3 ? "Line 2" : "Line 1");
        data_directory_remove(directory);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_run_record_new("/no/such/run", &error));
    data_assert_error(error, "/no/such/run", "there is no such directory");
}

/* What stands in the JSON of a figure is what the lines say. */
static void check_numbers(const RippleFigure *figure)
{
    g_autoptr(JsonNode) root = ripple_json_parse(figure->json->str, figure->json->len, NULL);
    JsonNode *run = json_array_get_element(ripple_json_member_array(root, "runs"), 0);
    JsonArray *epochs = ripple_json_member_array(run, "epochs");
    g_assert_cmpuint(json_array_get_length(epochs), ==, 2);
    static const gdouble losses[] = {1.5, 0.75};
    for (guint i = 0; i < 2; i++) {
        gdouble loss;
        g_assert_true(ripple_json_number(
            ripple_json_member(json_array_get_element(epochs, i), "train_loss"), &loss));
        g_assert_cmpfloat(loss, ==, losses[i]);
    }
    g_assert_cmpuint(json_array_get_length(ripple_json_member_array(run, "steps")), ==, 2);
}

static void test_curves(void)
{
    char *directory = data_directory_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleRunRecord) run = run_new(directory, metrics, &error);
    g_assert_no_error(error);
    const RippleRunRecord *runs[40];
    for (guint i = 0; i < G_N_ELEMENTS(runs); i++)
        runs[i] = run;
    static const guint counts[] = {1, 2, 40};
    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        const RippleFigureRequest request = {.runs = runs, .n_runs = counts[i], .layer = -1};
        g_assert_true(ripple_curves_apply(&request, NULL));
        g_autoptr(RippleFigure) figure = ripple_figure_curves(&request, &error);
        g_assert_no_error(error);
        test_check_texts(figure->canvas);
        test_check_has_text(figure->canvas, "loss: cross-entropy (nats)");
        if (counts[i] == 1) {
            test_check_has_text(figure->canvas, "87.50%");
            test_check_has_text(figure->canvas, "lowest validation loss: epoch 1");
        }
        check_numbers(figure);
    }
    data_directory_remove(directory);
}

/* One epoch, none at all, and numbers that are not finite. */
static void test_curves_of_little(void)
{
    static const char *const lines[] = {
        "{\"epoch\": 1, \"step\": 1, \"train_loss\": 1.5, \"train_accuracy\": null}\n",
        "{\"epoch\": 1, \"step\": 1, \"train_loss\": null}\n",
        "{\"step\": 1, \"epoch\": 1, \"loss\": null, \"learning_rate\": 1}\n",
        "",
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        char *directory = data_directory_new();
        g_autoptr(GError) error = NULL;
        g_free(data_write_text(directory, "not-finite-step-000000000002.safetensors", ""));
        g_autoptr(RippleRunRecord) run = run_new(directory, lines[i], &error);
        g_assert_no_error(error);
        g_assert_cmpuint(run->not_finite_step, ==, 2);
        const RippleRunRecord *runs[] = {run};
        const RippleFigureRequest request = {.runs = runs, .n_runs = 1, .layer = -1};
        const char *why = NULL;
        g_assert_cmpint(ripple_curves_apply(&request, &why), ==, i < 3);
        g_assert_cmpint(why != NULL, ==, i == 3);
        g_autoptr(RippleFigure) figure = ripple_figure_curves(&request, &error);
        g_assert_no_error(error);
        test_check_texts(figure->canvas);
        data_directory_remove(directory);
    }
}

static void test_kinds(void)
{
    g_autoptr(GError) error = NULL;
    for (const RippleFigureKind *kind = ripple_figure_kinds; kind->name; kind++)
        g_assert_true(ripple_figure_kind(kind->name, NULL) == kind);
    g_assert_null(ripple_figure_kind("nothing", &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_clear_error(&error);
    g_assert_true(ripple_figure_check_path("a.json", NULL));
    g_assert_true(ripple_figure_check_path("a.svg", NULL));
    g_assert_false(ripple_figure_check_path("a.txt", &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/figures/record", test_record);
    g_test_add_func("/figures/bad-records", test_bad_records);
    g_test_add_func("/figures/curves", test_curves);
    g_test_add_func("/figures/curves-of-little", test_curves_of_little);
    g_test_add_func("/figures/kinds", test_kinds);
    return g_test_run();
}
