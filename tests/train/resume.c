/* A run that stops and goes on is the run that never stopped, to the bit; and one that cannot go on
 * says why. */
#include "train/checkpoints.h"
#include "train/runs.h"
#include "train/trainer_private.h"
#include "unit/data_files.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <ripple/verify_resume.h>
#include <string.h>

#define SAMPLES 90

typedef struct {
    char *directory;
    char *table;
    char *out;
    char *other; /* another directory for a run */
} Place;

static Place place_new(void)
{
    char *directory = data_directory_new();
    return (Place){directory, test_table(directory, "table.csv", SAMPLES, 5, 3, 0),
                   g_build_filename(directory, "run", NULL),
                   g_build_filename(directory, "other", NULL)};
}

static void place_clear(Place *place)
{
    data_directory_remove(place->directory);
    g_free(place->table);
    g_free(place->out);
    g_free(place->other);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/* Four epochs of seven steps, the last of them over a shorter batch. */
static RippleConfig *config_new(const Place *place, const char *device, const char *out)
{
    return test_config("data.data", place->table, "data.val_split", "0.1", "network.hidden",
                       "9:gelu,6", "training.batch", "13", "training.epochs", "4", "run.device",
                       device, "run.log_every", "1", "run.out", out, NULL);
}

static void set(RippleConfig *config, const char *section, const char *key, const char *value)
{
    g_autoptr(GError) error = NULL;
    ripple_config_set(config, section, key, value, &error);
    g_assert_no_error(error);
}

/* ---- the same bits -------------------------------------------------------------------------- */

static void check_proof(const RippleConfig *config, guint stops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleResumeProof) proof = ripple_verify_resume(config, stops, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(proof->stops->len, ==, stops);
    g_assert_cmpuint(proof->parts->len, >, 3);
    for (guint i = 0; i < proof->parts->len; i++) {
        const RippleResumedPart *part = &g_array_index(proof->parts, RippleResumedPart, i);
        if (part->different > 0)
            g_error("%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " %s are different",
                    part->name, part->different, part->count, part->unit);
    }
    g_assert_true(proof->pass);
}

/* Each way a run can go. */
static const struct {
    const char *name;
    gboolean is_quick;          /* many steps in a launch are enough */
    const char *settings[2][3]; /* section, key, value */
} ways[] = {
    {"sgd", TRUE, {{"training", "momentum", "0"}}},
    {"momentum", FALSE, {{"training", "momentum", "0.9"}, {"run", "checkpoint_every", "3steps"}}},
    {"adam", FALSE, {{"training", "optimizer", "adam"}, {"run", "checkpoint_every", "1epochs"}}},
    {"unshuffled", TRUE, {{"training", "shuffle", "false"}, {"data", "val_split", "0"}}},
    {"steps", TRUE, {{"training", "steps", "24"}, {"run", "checkpoint_every", "24steps"}}},
    {"streamed", FALSE, {{"run", "memory_limit", "2K"}, {"training", "optimizer", "adam"}}},
    {"one batch", TRUE, {{"training", "batch", "1000"}, {"training", "epochs", "12"}}},
};

static void check_ways(const char *device, gboolean quick_too)
{
    g_auto(Place) place = place_new();
    for (guint w = 0; w < G_N_ELEMENTS(ways); w++) {
        if (ways[w].is_quick && !quick_too)
            continue;
        g_test_message("%s on %s", ways[w].name, device);
        g_autoptr(RippleConfig) config = config_new(&place, device, "");
        for (guint i = 0; i < 2 && ways[w].settings[i][0]; i++)
            set(config, ways[w].settings[i][0], ways[w].settings[i][1], ways[w].settings[i][2]);
        check_proof(config, 2);
    }
}

static void test_reference(void)
{
    check_ways("reference", TRUE);
}

static void test_device(gconstpointer steps)
{
    gboolean many = strcmp(steps, "many") == 0;
    g_setenv("RIPPLE_STEPS", steps, TRUE);
    check_ways("auto", many);
    g_setenv("RIPPLE_STEPS", "auto", TRUE);
}

static void test_after_every_step(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleConfig) config = config_new(&place, "reference", "");
    set(config, "training", "optimizer", "adam");
    check_proof(config, 27);
}

/* Where something is lost, the proof says so. */
static void check_proof_fails(const char *device, const char *tensor)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(&place, device, "");
    set(config, "training", "optimizer", "adam");
    g_autoptr(RippleResumeProof) proof = ripple_verify_resume(config, 1, tensor, NULL, &error);
    g_assert_no_error(error);
    g_assert_false(proof->pass);
}

static void test_proof_fails(void)
{
    check_proof_fails("reference", "layers.1.weight");
    check_proof_fails("reference", "optimizer.first_moment.layers.0.bias");
    check_proof_fails("reference", "optimizer.second_moment.layers.2.weight");
    check_proof_fails("auto", "optimizer.second_moment.layers.1.bias");
}

/* ---- files of a run ------------------------------------------------------------------------- */

static void run_to(RippleTrainer *trainer, guint64 stop, gint code)
{
    g_autoptr(GError) error = NULL;
    RippleTrainingResult result;
    ripple_trainer_stop_after(trainer, stop);
    ripple_trainer_run(trainer, NULL, &result, &error);
    if (code == 0)
        g_assert_no_error(error);
    else
        g_assert_error(error, RIPPLE_ERROR, code);
}

static void begin(RippleConfig *config, guint64 stop, gint code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleTrainer) trainer = ripple_trainer_new(config, &error);
    g_assert_no_error(error);
    run_to(trainer, stop, code);
}

/* Go on in `directory`, with `key` of [training] changed to `value` unless that is NULL. */
static RippleTrainer *resume(const char *directory, const char *key, const char *value,
                             RippleConfig **config, GError **error)
{
    *config = ripple_trainer_resume_config(directory, error);
    if (!*config)
        return NULL;
    if (key)
        set(*config, "training", key, value);
    return ripple_trainer_resume(*config, error);
}

static void go_on(const char *directory, const char *key, const char *value, guint64 stop,
                  gint code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = NULL;
    g_autoptr(RippleTrainer) trainer = resume(directory, key, value, &config, &error);
    g_assert_no_error(error);
    run_to(trainer, stop, code);
}

static char *read_file(const char *directory, const char *name, gsize *length)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *bytes;
    g_file_get_contents(path, &bytes, length, &error);
    g_assert_no_error(error);
    return bytes;
}

static void assert_same_file(const char *one, const char *other, const char *name)
{
    gsize length, other_length;
    g_autofree char *bytes = read_file(one, name, &length);
    g_autofree char *others = read_file(other, name, &other_length);
    g_assert_cmpmem(bytes, length, others, other_length);
}

/* Up to what a clock says. */
static void assert_same_metrics(const char *one, const char *other)
{
    gsize length;
    g_autofree char *text = read_file(one, "metrics.jsonl", &length);
    g_autofree char *other_text = read_file(other, "metrics.jsonl", &length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1), others = g_strsplit(other_text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, g_strv_length(others));
    for (guint i = 0; lines[i]; i++) {
        char *clock = strstr(lines[i], "\"seconds\"");
        char *other_clock = strstr(others[i], "\"seconds\"");
        g_assert_true(!clock == !other_clock);
        if (clock)
            *clock = *other_clock = '\0';
        g_assert_cmpstr(lines[i], ==, others[i]);
    }
}

static void assert_same_run(const Place *place)
{
    assert_same_file(place->out, place->other, "model.safetensors");
    assert_same_file(place->out, place->other, "best.safetensors");
    assert_same_metrics(place->out, place->other);
}

/* It has gone beyond the first epoch: only whole ones count. */
static void check_best_of_first_epoch(const Place *place, const char *device)
{
    g_autoptr(RippleConfig) config = config_new(place, device, place->other);
    set(config, "training", "epochs", "1");
    begin(config, 0, 0);
    assert_same_file(place->out, place->other, "best.safetensors");
}

/* A finished run goes on when more is asked for, also from within an epoch. */
static void test_extended(void)
{
    for (guint d = 0; test_devices[d]; d++) {
        g_auto(Place) place = place_new();
        g_autoptr(RippleConfig) part = config_new(&place, test_devices[d], place.out);
        set(part, "training", "steps", "9");
        begin(part, 0, 0);
        check_best_of_first_epoch(&place, test_devices[d]);
        g_autoptr(RippleConfig) whole = config_new(&place, test_devices[d], place.other);
        begin(whole, 0, 0);
        go_on(place.out, "steps", "14", 0, 0);
        go_on(place.out, "steps", "15", 0, 0);
        go_on(place.out, "steps", "28", 0, 0);
        assert_same_run(&place);
        go_on(place.out, NULL, NULL, 0, 0); /* nothing is left to do, and nothing is changed */
        assert_same_run(&place);
    }
}

/* What was asked for when it went on holds when it goes on again. */
static void test_asked_for_more(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) first = config_new(&place, "reference", place.out);
    set(first, "training", "epochs", "1");
    begin(first, 0, 0);
    {
        g_autoptr(RippleConfig) config = NULL;
        g_autoptr(RippleTrainer) trainer = resume(place.out, "epochs", "4", &config, &error);
        g_assert_no_error(error);
        ripple_trainer_begin(trainer, &error);
        g_assert_no_error(error); /* it is gone before it has taken a step */
    }
    go_on(place.out, NULL, NULL, 0, 0);
    g_autoptr(RippleConfig) whole = config_new(&place, "reference", place.other);
    begin(whole, 0, 0);
    assert_same_run(&place);
}

static void damage_newest(const Place *place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleCheckpoint) newest = ripple_checkpoints_newest(place->out, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(newest->path, &bytes, &length, NULL));
    bytes[length - 20] ^= 1;
    g_assert_true(g_file_set_contents(newest->path, bytes, (gssize)length, NULL));
}

/* With a damaged checkpoint it goes on from the one before, which it keeps until there is another.
 */
static void test_damaged(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(&place, "auto", place.out);
    set(config, "run", "checkpoint_every", "4steps");
    begin(config, 15, RIPPLE_ERROR_INTERRUPTED);
    damage_newest(&place);
    {
        g_autoptr(RippleConfig) again = NULL;
        g_autoptr(RippleTrainer) trainer = resume(place.out, NULL, NULL, &again, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(ripple_trainer_resumed_step(trainer), ==, 12);
        g_assert_nonnull(strstr(ripple_trainer_resume_notes(trainer), "step-000000000015"));
        again->keep = 1;
        run_to(trainer, 13, RIPPLE_ERROR_INTERRUPTED);
    }
    go_on(place.out, NULL, NULL, 0, 0);
    g_autoptr(RippleConfig) whole = config_new(&place, "auto", place.other);
    begin(whole, 0, 0);
    assert_same_run(&place);
}

static void check_unfinished(const RippleEpochReport *report, gpointer directory)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleCheckpoint) newest = ripple_checkpoints_newest(directory, NULL, &error);
    g_assert_no_error(error);
    g_assert_false(newest->position.is_finished);
}

/* Killed between its last step and the report of it, a run must still have something to do. */
static void test_reported_first(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = config_new(&place, "reference", place.out);
    set(config, "training", "steps", "6"); /* of the seven of an epoch */
    set(config, "run", "checkpoint_every", "3steps");
    g_autoptr(RippleTrainer) trainer = ripple_trainer_new(config, &error);
    g_assert_no_error(error);
    const RippleObserver observer = {.epoch = check_unfinished, .user_data = place.out};
    RippleTrainingResult result;
    ripple_trainer_run(trainer, &observer, &result, &error);
    g_assert_no_error(error);
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void assert_refused(const Place *place, const char *key, const char *value, gint code,
                           const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleConfig) config = NULL;
    g_autoptr(RippleTrainer) trainer = resume(place->out, key, value, &config, &error);
    g_assert_null(trainer);
    g_assert_error(error, RIPPLE_ERROR, code);
    if (!strstr(error->message, words) || !g_str_has_suffix(error->message, "."))
        g_error("\"%s\" should say \"%s\"", error->message, words);
}

static void write_table(const Place *place, guint samples)
{
    g_autofree char *path = test_table(place->directory, "table.csv", samples, 5, 3, 0);
    g_assert_cmpstr(path, ==, place->table);
}

static void test_refused(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleConfig) config = config_new(&place, "reference", place.out);
    begin(config, 10, RIPPLE_ERROR_INTERRUPTED);
    assert_refused(&place, "learning_rate", "0.5", RIPPLE_ERROR_USAGE,
                   "has learning_rate = 0.1, and is now asked for 0.5");
    assert_refused(&place, "optimizer", "adam", RIPPLE_ERROR_USAGE, "a run goes on as it began");
    assert_refused(&place, "batch", "14", RIPPLE_ERROR_USAGE, "has batch = 13");
    assert_refused(&place, "steps", "9", RIPPLE_ERROR_USAGE,
                   "has taken 10 steps, and is now asked for 9");
    assert_refused(&place, "epochs", "1", RIPPLE_ERROR_USAGE, "and is now asked for 7");

    write_table(&place, SAMPLES - 1);
    assert_refused(&place, NULL, NULL, RIPPLE_ERROR_DATA, "are not those that the run in");
    g_assert_cmpint(g_unlink(place.table), ==, 0);
    assert_refused(&place, NULL, NULL, RIPPLE_ERROR_DATA, "No such file");
    write_table(&place, SAMPLES);
    go_on(place.out, NULL, NULL, 0, 0);
}

/* Lines that are missing in front are not made up. */
static void test_metrics_cut(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleConfig) config = config_new(&place, "reference", place.out);
    begin(config, 10, RIPPLE_ERROR_INTERRUPTED);
    g_autofree char *path = g_build_filename(place.out, "metrics.jsonl", NULL);
    g_autofree char *text = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_assert_true(g_file_set_contents(path, text, (gssize)length - 1, NULL));
    assert_refused(&place, NULL, NULL, RIPPLE_ERROR_DATA, "lines are missing");
}

/* A run that another is at work on, and one that has stopped, are left in peace. */
static void test_in_use(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL, other = NULL;
    g_autoptr(RippleConfig) config = config_new(&place, "reference", place.out);
    {
        g_autoptr(RippleTrainer) trainer = ripple_trainer_new(config, &error);
        g_assert_no_error(error);
        run_to(trainer, 10, RIPPLE_ERROR_INTERRUPTED);
        assert_refused(&place, NULL, NULL, RIPPLE_ERROR_FAILED, "Another run is at work in");
    }
    g_autoptr(RippleConfig) again = config_new(&place, "reference", place.out);
    g_assert_null(ripple_trainer_new(again, &other));
    g_assert_error(other, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_nonnull(strstr(other->message, "holds a run that stopped after 10 steps"));
    go_on(place.out, NULL, NULL, 0, 0);
    begin(again, 0, 0); /* it has finished: another may take its place */
}

/* When numbers stop being finite, the last checkpoint from before stays. */
static void test_not_finite(void)
{
    for (guint d = 0; test_devices[d]; d++) {
        g_auto(Place) place = place_new();
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleConfig) config = config_new(&place, test_devices[d], place.out);
        set(config, "training", "learning_rate", "1e6");
        set(config, "network", "loss", "mse");
        set(config, "network", "output_activation", "identity");
        set(config, "network", "hidden", "9:relu");
        set(config, "run", "checkpoint_every", "1steps");
        begin(config, 0, RIPPLE_ERROR_NOT_FINITE);
        g_autoptr(RippleCheckpoint) newest = ripple_checkpoints_newest(place.out, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(newest->position.step, >=, 1);
        g_assert_false(newest->position.is_finished);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resume/reference", test_reference);
    g_test_add_data_func("/resume/row-by-row", "one", test_device);
    g_test_add_data_func("/resume/many-steps", "many", test_device);
    g_test_add_func("/resume/after-every-step", test_after_every_step);
    g_test_add_func("/resume/proof-fails", test_proof_fails);
    g_test_add_func("/resume/extended", test_extended);
    g_test_add_func("/resume/asked-for-more", test_asked_for_more);
    g_test_add_func("/resume/damaged", test_damaged);
    g_test_add_func("/resume/reported-first", test_reported_first);
    g_test_add_func("/resume/refused", test_refused);
    g_test_add_func("/resume/metrics-cut", test_metrics_cut);
    g_test_add_func("/resume/in-use", test_in_use);
    g_test_add_func("/resume/not-finite", test_not_finite);
    return g_test_run();
}
