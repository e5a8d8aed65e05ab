/* Observing changes no bit of the training, and what is observed is neither lost nor doubled by a
 * run that stops and goes on. */
#include "train/runs.h"
#include "train/trainer_private.h"
#include "unit/data_files.h"

#include <glib/gstdio.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

static void set(RippleConfig *config, const char *section, const char *key, const char *value)
{
    g_autoptr(GError) error = NULL;
    ripple_config_set(config, section, key, value, &error);
    g_assert_no_error(error);
}

static char *read_text(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

/* ---- not a bit is changed ------------------------------------------------------------------- */

static void check_same_bits(RippleConfig *config, const char *directory)
{
    g_autofree char *out = g_build_filename(directory, "run", NULL);
    set(config, "run", "out", out);
    set(config, "run", "observe", "never");
    g_autoptr(TestRun) plain = test_run(config);
    set(config, "run", "observe", "3");
    g_autoptr(TestRun) observed = test_run(config);
    g_assert_no_error(plain->error);
    g_assert_no_error(observed->error);
    g_assert_cmpmem(plain->parameters, plain->length * sizeof(gfloat), observed->parameters,
                    observed->length * sizeof(gfloat));
    g_assert_cmpuint(plain->losses->len, ==, observed->losses->len);
    g_assert_cmpmem(plain->losses->data, plain->losses->len * sizeof(gdouble),
                    observed->losses->data, observed->losses->len * sizeof(gdouble));
    /* And the host has stood still at the end of the epoch alone, if at all. */
    g_assert_cmpuint(observed->result.host_waits_per_epoch, <=, 1);
}

static void test_same_bits(gconstpointer device)
{
    char *directory = data_directory_new();
    g_autofree char *table = test_table(directory, "table.csv", 90, 5, 3, 0);
    const char *const ways[][3] = {{"auto", "auto", "0"},
                                   {"one", "auto", "0"},
                                   {"many", "auto", "0.9"},
                                   {"many", "2K", "0"},
                                   {"one", "2K", "0.9"}};
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_setenv("RIPPLE_STEPS", ways[i][0], TRUE);
        g_autoptr(RippleConfig) config =
            test_config("data.data", table, "network.hidden", "9:gelu,6", "training.batch", "13",
                        "training.epochs", "4", "run.device", device, "run.log_every", "1",
                        "run.memory_limit", ways[i][1], "training.momentum", ways[i][2], NULL);
        check_same_bits(config, directory);
        g_clear_pointer(&config, ripple_config_free);
        config =
            test_config("data.data", table, "network.hidden", "9:gelu,6", "training.batch", "13",
                        "training.epochs", "4", "run.device", device, "run.log_every", "1",
                        "run.memory_limit", ways[i][1], "training.optimizer", "adam", NULL);
        check_same_bits(config, directory);
    }
    g_setenv("RIPPLE_STEPS", "auto", TRUE);
    data_directory_remove(directory);
}

/* ---- stopping and going on ------------------------------------------------------------------ */

static int in_order(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names and bytes of the path, in order. */
static char *path_text(const char *directory)
{
    g_autofree char *folder = g_build_filename(directory, "path", NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    for (const char *name; open && (name = g_dir_read_name(open));)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, in_order);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++) {
        gsize length = 0;
        g_autofree char *bytes = NULL;
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
        g_autofree char *sum =
            g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
        g_string_append_printf(text, "%s %s\n", (char *)names->pdata[i], sum);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* As a kill leaves it: lines and snapshots from behind the checkpoint. */
static void add_what_comes_again(const char *directory)
{
    g_autofree char *lines = g_build_filename(directory, "observations.jsonl", NULL);
    FILE *file = g_fopen(lines, "a");
    fputs("{\"step\": 99999, \"cut o", file);
    fclose(file);
    g_autofree char *snapshot =
        g_build_filename(directory, "path", "step-000099999.safetensors", NULL);
    g_autofree char *half =
        g_build_filename(directory, "path", "step-000099999.safetensors.aBcDeF.part", NULL);
    g_assert_true(g_file_set_contents(snapshot, "", 0, NULL));
    g_assert_true(g_file_set_contents(half, "", 0, NULL));
}

static void go_on(RippleConfig *config, guint64 stop)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleTrainer) trainer = ripple_trainer_resume(config, &error);
    g_assert_no_error(error);
    RippleTrainingResult result;
    ripple_trainer_stop_after(trainer, stop);
    if (!ripple_trainer_run(trainer, NULL, &result, &error))
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED);
}

static void test_resume(gconstpointer device)
{
    char *directory = data_directory_new();
    g_autofree char *table = test_table(directory, "table.csv", 90, 5, 3, 0);
    g_autofree char *out = g_build_filename(directory, "run", NULL);
    g_autofree char *stopped = g_build_filename(directory, "stopped", NULL);
    static const char *const every[] = {"1", "3", "2epochs"};
    for (guint i = 0; i < G_N_ELEMENTS(every); i++) {
        g_autoptr(RippleConfig) config = test_config(
            "data.data", table, "network.hidden", "9", "training.batch", "13", "training.epochs",
            "4", "run.device", device, "run.observe", every[i], "run.out", out, NULL);
        g_autoptr(TestRun) run = test_run(config);
        g_assert_no_error(run->error);

        set(config, "run", "out", stopped);
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleTrainer) trainer = ripple_trainer_new(config, &error);
        g_assert_no_error(error);
        RippleTrainingResult result;
        ripple_trainer_stop_after(trainer, 5);
        g_assert_false(ripple_trainer_run(trainer, NULL, &result, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED);
        g_clear_pointer(&trainer, ripple_trainer_free);
        add_what_comes_again(stopped);
        go_on(config, 6);
        add_what_comes_again(stopped);
        go_on(config, 0);

        g_autofree char *lines = read_text(out, "observations.jsonl");
        g_autofree char *found = read_text(stopped, "observations.jsonl");
        g_autofree char *path = path_text(out), *found_path = path_text(stopped);
        g_assert_cmpstr(found, ==, lines);
        g_assert_cmpstr(found_path, ==, path);
        g_assert_cmpuint(strlen(path), >, 0);
    }
    data_directory_remove(directory);
}

static void test_lines_missing(void)
{
    char *directory = data_directory_new();
    g_autofree char *table = test_table(directory, "table.csv", 40, 3, 2, 0);
    g_autofree char *out = g_build_filename(directory, "run", NULL);
    g_autofree char *lines = g_build_filename(out, "observations.jsonl", NULL);
    g_autoptr(RippleConfig) config =
        test_config("data.data", table, "training.batch", "10", "training.epochs", "2",
                    "run.device", "reference", "run.observe", "1", "run.out", out, NULL);
    g_autoptr(TestRun) run = test_run_interrupted(config, 3);
    g_autoptr(GError) error = NULL;
    g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED);
    g_assert_true(g_file_set_contents(lines, "{}\n", 3, NULL));
    g_assert_null(ripple_trainer_resume(config, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    g_assert_nonnull(strstr(error->message, "lines are missing"));
    data_directory_remove(directory);
}

/* What another run left is not this one's. */
static void test_former_run(void)
{
    char *directory = data_directory_new();
    g_autofree char *table = test_table(directory, "table.csv", 40, 3, 2, 0);
    g_autofree char *out = g_build_filename(directory, "run", NULL);
    g_autofree char *folder = g_build_filename(out, "path", NULL);
    g_autofree char *lines = g_build_filename(out, "observations.jsonl", NULL);
    g_autoptr(RippleConfig) config =
        test_config("data.data", table, "training.batch", "10", "training.epochs", "2",
                    "run.device", "reference", "run.observe", "1", "run.out", out, NULL);
    g_autoptr(TestRun) first = test_run(config);
    g_assert_no_error(first->error);
    set(config, "run", "observe", "5");
    set(config, "run", "keep_path", "false");
    g_autoptr(TestRun) second = test_run(config);
    g_assert_no_error(second->error);
    g_autofree char *text = read_text(out, "observations.jsonl");
    g_auto(GStrv) found = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(found), ==, 2 + 1);
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    set(config, "run", "observe", "never");
    g_autoptr(TestRun) third = test_run(config);
    g_assert_no_error(third->error);
    g_assert_false(g_file_test(lines, G_FILE_TEST_EXISTS));
    data_directory_remove(directory);
}

/* ---- the path ------------------------------------------------------------------------------- */

static void test_thinned(void)
{
    char *directory = data_directory_new();
    g_autoptr(GError) error = NULL;
    static const guint widths[] = {2};
    static const RippleActivation activations[] = {RIPPLE_ACTIVATION_IDENTITY};
    g_autoptr(RippleModel) model =
        ripple_model_new(ripple_network_new(2, widths, activations, 1, RIPPLE_LOSS_MSE, &error),
                         ripple_transform_new(1));
    g_autoptr(RippleObservationFiles) files =
        ripple_observation_files_new(directory, 10, TRUE, model);
    g_assert_true(ripple_observation_files_begin(files, &error));
    g_autofree gfloat *parameters = g_new0(gfloat, model->network->parameter_span);
    for (guint64 step = 0; step <= 6000; step += 10)
        if (ripple_observation_files_wants(files, step))
            g_assert_true(ripple_observation_files_keep(files, step, parameters, &error));
    g_autofree char *text = path_text(directory);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    /* 601 observations, of which each fourth stays: 0, 40, …, 6000. */
    g_assert_cmpuint(g_strv_length(lines), ==, 151 + 1);
    for (guint i = 0; i < 151; i++) {
        g_autofree char *name = g_strdup_printf("step-%09u.safetensors", 40 * i);
        g_assert_true(g_str_has_prefix(lines[i], name));
    }
    parameters[0] = NAN; /* no model file could hold it */
    g_assert_true(ripple_observation_files_keep(files, 6040, parameters, &error));
    g_assert_no_error(error);
    g_autofree char *after = path_text(directory);
    g_assert_cmpstr(after, ==, text);
    data_directory_remove(directory);
}

/* ---- numbers that are not finite ------------------------------------------------------------ */

static void test_not_finite(gconstpointer device)
{
    char *directory = data_directory_new();
    g_autofree char *table = test_table(directory, "table.csv", 40, 3, 0, 1);
    g_autofree char *out = g_build_filename(directory, "run", NULL);
    g_autofree char *plain_out = g_build_filename(directory, "plain", NULL);
    g_autoptr(RippleConfig) config = test_config(
        "data.data", table, "network.hidden", "8", "training.batch", "10", "training.epochs", "9",
        "training.learning_rate", "1e9", "run.device", device, "run.out", plain_out, NULL);
    g_autoptr(TestRun) plain = test_run(config);
    g_assert_error(plain->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
    set(config, "run", "out", out);
    set(config, "run", "observe", "1");
    g_autoptr(TestRun) run = test_run(config);
    g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
    /* The same step is written down, and what led there is told. */
    g_autoptr(GDir) open = g_dir_open(plain_out, 0, NULL);
    guint bundles = 0;
    for (const char *name; (name = g_dir_read_name(open));) {
        g_autofree char *path = g_build_filename(out, name, NULL);
        bundles += g_str_has_prefix(name, "not-finite") && g_file_test(path, G_FILE_TEST_EXISTS);
    }
    g_assert_cmpuint(bundles, ==, 1);
    g_autofree char *text = read_text(out, "observations.jsonl");
    g_assert_nonnull(strstr(text, "\"gradient\": \"exploding\""));
    data_directory_remove(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint d = 0; test_devices[d]; d++) {
        const struct {
            const char *name;
            GTestDataFunc test;
        } tests[] = {{"same-bits", test_same_bits},
                     {"resume", test_resume},
                     {"not-finite", test_not_finite}};
        for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
            g_autofree char *path =
                g_strdup_printf("/observe/%s/%s", tests[i].name, test_devices[d]);
            g_test_add_data_func(path, test_devices[d], tests[i].test);
        }
    }
    g_test_add_func("/observe/lines-missing", test_lines_missing);
    g_test_add_func("/observe/former-run", test_former_run);
    g_test_add_func("/observe/thinned", test_thinned);
    return g_test_run();
}
