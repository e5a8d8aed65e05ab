/* How a run can end otherwise: with numbers that are not finite, or interrupted. */
#include "train/runs.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/error.h>
#include <ripple/model.h>
#include <string.h>

typedef struct {
    char *directory;
    char *table;
    char *out;
    char *model;
} Place;

static Place place_new(void)
{
    char *directory = data_directory_new();
    char *out = g_build_filename(directory, "run", NULL);
    return (Place){directory, test_table(directory, "numbers.csv", 40, 4, 0, 1), out,
                   g_build_filename(out, "model.safetensors", NULL)};
}

static void place_clear(Place *place)
{
    data_directory_remove(place->directory);
    g_free(place->table);
    g_free(place->out);
    g_free(place->model);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static RippleConfig *config_new(const Place *place, const char *device, const char *rate)
{
    return test_config("data.data", place->table, "network.hidden", "8:relu", "network.loss", "mse",
                       "training.learning_rate", rate, "training.batch", "16", "training.epochs",
                       "50", "run.device", device, "run.out", place->out, "run.log_every", "1",
                       NULL);
}

static void check_message(const GError *error, const char *part)
{
    if (!strstr(error->message, part))
        g_error("\"%s\" is not in the message: %s", part, error->message);
}

/* The loss overflows after a few steps; what was learnt by then is worth nothing. */
static void test_not_finite(void)
{
    for (guint d = 0; test_devices[d]; d++) {
        g_auto(Place) place = place_new();
        g_autoptr(RippleConfig) config = config_new(&place, test_devices[d], "1e6");
        g_autoptr(TestRun) run = test_run(config);
        g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
        check_message(run->error, "try a smaller learning rate");
        g_assert_cmpint(ripple_error_exit_code(run->error), ==, 6);
        g_assert_cmpuint(run->result.steps, <, 50 * 3);
        for (guint i = 0; i < run->losses->len; i++)
            g_assert_true(isfinite(g_array_index(run->losses, gdouble, i)));
        g_assert_false(g_file_test(place.model, G_FILE_TEST_EXISTS));
    }
}

/* The last update may do it, too, when no loss will tell. */
static void test_last_update_not_finite(void)
{
    for (guint d = 0; test_devices[d]; d++) {
        g_auto(Place) place = place_new();
        g_autoptr(RippleConfig) config = config_new(&place, test_devices[d], "1e38");
        config->steps = 1;
        /* Targets beyond the model's first outputs by far: a gradient above 10. */
        g_autofree char *far = data_write_text(place.directory, "far.csv", "x,t\n1,90\n2,95\n");
        g_free(config->data);
        config->data = g_strdup(far);
        g_autoptr(TestRun) run = test_run(config);
        g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
        check_message(run->error, "By step 1 (epoch 1) a parameter or a moment is no longer");
        check_message(run->error, "arises in step 1;");
        g_assert_false(g_file_test(place.model, G_FILE_TEST_EXISTS));
    }
}

/* A model that was there before stays. */
static void test_old_model_survives(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) good = config_new(&place, "auto", "0.1");
    g_autoptr(TestRun) first = test_run(good);
    g_assert_no_error(first->error);
    g_autoptr(RippleConfig) bad = config_new(&place, "auto", "1e6");
    g_autoptr(TestRun) second = test_run(bad);
    g_assert_error(second->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
    g_autoptr(RippleModel) model = ripple_model_load(place.model, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(model->parameters, first->length * sizeof(gfloat), first->parameters,
                    first->length * sizeof(gfloat));
}

/* What is under way is finished and saved, and metrics.jsonl has a line for each step of it. */
static void check_interrupted(const char *device, guint after)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(&place, device, "0.1");
    config->epochs = 100000;
    g_autoptr(TestRun) run = test_run_interrupted(config, after);
    g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED);
    g_assert_cmpint(ripple_error_exit_code(run->error), ==, 130);
    check_message(run->error, "of 300000 steps");
    g_assert_cmpuint(run->result.steps, >=, after);
    /* The host runs ahead of the results it has seen by less than a ring of them. */
    g_assert_cmpuint(run->result.steps, <, after + 1024);
    g_assert_cmpuint(run->losses->len, ==, run->result.steps);

    g_autoptr(RippleModel) model = ripple_model_load(place.model, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(model->parameters, run->length * sizeof(gfloat), run->parameters,
                    run->length * sizeof(gfloat));
    g_autofree char *metrics_path = g_build_filename(place.out, "metrics.jsonl", NULL);
    g_autofree char *metrics = NULL;
    g_file_get_contents(metrics_path, &metrics, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(metrics, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines) - 1, ==, run->result.steps + run->epochs->len);
}

static void test_interrupted(void)
{
    for (guint d = 0; test_devices[d]; d++) {
        check_interrupted(test_devices[d], 1);
        check_interrupted(test_devices[d], 50);
    }
}

/* As far as the interrupted run came, it was the run it would have been. */
static void test_interrupted_prefix(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleConfig) config = config_new(&place, "auto", "0.1");
    config->epochs = 100000;
    g_autoptr(TestRun) stopped = test_run_interrupted(config, 20);
    g_assert_error(stopped->error, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED);
    g_auto(Place) other = place_new();
    g_autoptr(RippleConfig) same = config_new(&other, "auto", "0.1");
    same->steps = stopped->result.steps;
    g_autoptr(TestRun) whole = test_run(same);
    g_assert_no_error(whole->error);
    g_assert_cmpmem(stopped->parameters, stopped->length * sizeof(gfloat), whole->parameters,
                    whole->length * sizeof(gfloat));
}

/* Interrupted when all was done already, it is no interruption. */
static void test_interrupted_at_the_end(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleConfig) config = config_new(&place, "reference", "0.1");
    config->steps = 3;
    g_autoptr(TestRun) run = test_run_interrupted(config, 3);
    g_assert_no_error(run->error);
    g_assert_cmpuint(run->result.steps, ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/endings/not-finite", test_not_finite);
    g_test_add_func("/endings/last-update-not-finite", test_last_update_not_finite);
    g_test_add_func("/endings/old-model-survives", test_old_model_survives);
    g_test_add_func("/endings/interrupted", test_interrupted);
    g_test_add_func("/endings/interrupted-prefix", test_interrupted_prefix);
    g_test_add_func("/endings/interrupted-at-the-end", test_interrupted_at_the_end);
    return g_test_run();
}
