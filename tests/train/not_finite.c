/* Numbers that stop being finite are noticed while the run is at it, even where no loss tells; the
 * step is written down, and taking it again names the number. */
#include "train/bundle.h"
#include "train/program.h"
#include "train/runs.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/compare.h>
#include <ripple/error.h>
#include <string.h>

/* One neuron, and batches of one sample. Its input and target are so small that nothing moves, but
 * in sample 51: there the gradient, 2·10¹⁹·10²⁰, is more than a float holds. What follows is finite
 * again: tanh(±∞) = ±1, with a derivative of 0, and the outputs of ±10¹⁹ have a square. */
#define SAMPLES 60
#define FAILING 51
#define LARGE_WEIGHT 1e19f
#define LARGE_INPUT "1e20"

typedef struct {
    char *directory;
    char *table;
    char *start;
    char *out;
    char *bundle;
} Place;

static Place place_new(void)
{
    g_autoptr(GError) error = NULL;
    char *directory = data_directory_new();
    g_autoptr(GString) text = g_string_new("x,t\n");
    for (guint i = 1; i <= SAMPLES; i++)
        g_string_append(text, i == FAILING ? LARGE_INPUT ",1\n" : "1e-10,0\n");
    g_autoptr(RippleModel) model =
        ripple_model_new(ripple_network_new(1, (const guint[]){1, 1},
                                            (const RippleActivation[]){RIPPLE_ACTIVATION_TANH,
                                                                       RIPPLE_ACTIVATION_IDENTITY},
                                            2, RIPPLE_LOSS_MSE, &error),
                         ripple_transform_new(1));
    g_assert_no_error(error);
    model->parameters[model->network->layers[1].weight_offset] = LARGE_WEIGHT;
    Place place = {directory, data_write_text(directory, "table.csv", text->str),
                   g_build_filename(directory, "start.safetensors", NULL),
                   g_build_filename(directory, "run", NULL), NULL};
    place.bundle = g_strdup_printf("%s/not-finite-step-%u.safetensors", place.out, FAILING);
    ripple_model_save(model, place.start, &error);
    g_assert_no_error(error);
    return place;
}

static void place_clear(Place *place)
{
    data_directory_remove(place->directory);
    g_free(place->table);
    g_free(place->start);
    g_free(place->out);
    g_free(place->bundle);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static RippleConfig *config_new(const Place *place, const char *device)
{
    return test_config("data.data", place->table, "data.scaling", "none", "network.hidden",
                       "1:tanh", "network.init", place->start, "training.learning_rate", "0.25",
                       "training.batch", "1", "training.shuffle", "false", "training.epochs",
                       "50000", "run.device", device, "run.out", place->out, "run.checkpoint_every",
                       "never", NULL);
}

static void check_message(const GError *error, const char *part)
{
    if (!strstr(error->message, part))
        g_error("\"%s\" is not in the message: %s", part, error->message);
}

static void check_bundle(const Place *place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBundle) bundle = ripple_bundle_load(place->bundle, &error);
    g_assert_no_error(error);
    const RippleCheckpoint *checkpoint = bundle->checkpoint;
    const RippleLayer *layers = checkpoint->model->network->layers;
    g_assert_cmpuint(checkpoint->position.step, ==, FAILING - 1);
    g_assert_cmpuint(checkpoint->position.samples, ==, FAILING - 1);
    g_assert_cmpuint(checkpoint->position.epoch, ==, 1);
    g_assert_cmpuint(bundle->batch->samples, ==, 1);
    g_assert_cmpfloat(bundle->batch->input_values[0], ==, 1e20f);
    g_assert_cmpfloat(bundle->batch->target_values[0], ==, 1);
    g_assert_cmpfloat(checkpoint->parameters[layers[0].weight_offset], ==, 0);
    g_assert_cmpfloat(checkpoint->parameters[layers[1].weight_offset], ==, LARGE_WEIGHT);
    g_assert_cmpstr(bundle->loss, ==, "1"); /* no loss tells */
}

/* The reference, and the device row by row and many steps in a launch. */
static const struct {
    const char *device, *steps;
} ways[] = {{"reference", "auto"}, {"auto", "one"}, {"auto", "many"}};

static void test_noticed(void)
{
    for (guint way = 0; way < G_N_ELEMENTS(ways); way++) {
        g_auto(Place) place = place_new();
        g_setenv("RIPPLE_STEPS", ways[way].steps, TRUE);
        g_autoptr(RippleConfig) config = config_new(&place, ways[way].device);
        g_autoptr(TestRun) run = test_run(config);
        g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
        check_message(run->error, "a parameter or a moment is no longer a finite number");
        check_message(run->error, "arises in step 51; `ripple compare --replay ");
        check_message(run->error, place.bundle);
        /* Not only at the end of it all, nor of the epoch it happened in. */
        g_assert_cmpuint(run->result.steps, >=, FAILING - 1);
        g_assert_cmpuint(run->result.steps, <, 50000 * SAMPLES / 2);
        check_bundle(&place);
    }
}

/* Found from a checkpoint it is the same step, and the checkpoint stays. */
static void test_from_checkpoint(void)
{
    g_auto(Place) place = place_new();
    g_setenv("RIPPLE_STEPS", "many", TRUE);
    g_autoptr(RippleConfig) config = config_new(&place, "auto");
    config->checkpoint_every = (RippleInterval){20, RIPPLE_INTERVAL_STEPS};
    g_autoptr(TestRun) run = test_run(config);
    g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
    check_message(run->error, "The checkpoint from after step 40 is kept.");
    check_bundle(&place);
    g_autofree char *kept =
        g_build_filename(place.out, "checkpoints", "step-000000000040.safetensors", NULL);
    g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
}

/* The path in "… `ripple compare --replay PATH` tells where." */
static char *path_in(const char *message)
{
    static const char before[] = "`ripple compare --replay ";
    const char *path = strstr(message, before);
    if (!path)
        g_error("No step was written down: %s", message);
    path += strlen(before);
    return g_strndup(path, strcspn(path, "`"));
}

/* A run that grows beyond all bounds over a dozen steps or so. */
static char *diverge(const char *directory, const char *table, const char *steps, guint64 every)
{
    g_autoptr(RippleConfig) config =
        test_config("data.data", table, "network.hidden", "8:relu", "network.loss", "mse",
                    "training.learning_rate", "2", "training.momentum", "0.9", "training.batch",
                    "16", "training.epochs", "500", "run.checkpoint_every", "never", NULL);
    config->out = g_strdup_printf("%s/run-%s-%u", directory, steps, (guint)every);
    config->checkpoint_every = (RippleInterval){every, RIPPLE_INTERVAL_STEPS};
    g_setenv("RIPPLE_STEPS", steps, TRUE);
    g_autoptr(TestRun) run = test_run(config);
    g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
    if (every > 0)
        check_message(run->error, "The checkpoint from after step ");
    return path_in(run->error->message);
}

/* Parameters, moments and batch are the same to the bit, from wherever the run was taken again. */
static void test_same_bundle(void)
{
    char *directory = data_directory_new();
    g_autofree char *table = test_table(directory, "numbers.csv", 40, 4, 0, 1);
    static const char *const steps[] = {"one", "many"};
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *from_start = diverge(directory, table, steps[i], 0);
        g_autofree char *from_checkpoint = diverge(directory, table, steps[i], 2);
        g_autofree char *name = g_path_get_basename(from_start);
        g_assert_true(g_str_has_suffix(from_checkpoint, name));
        g_autoptr(RippleBundle) bundle = ripple_bundle_load(from_start, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(bundle->checkpoint->position.step, >=, 4);
        gdouble largest = 0;
        for (gsize w = 0; w < bundle->checkpoint->model->network->parameter_span; w++)
            largest = fmax(largest, fabs(bundle->checkpoint->moments[0][w]));
        g_assert_cmpfloat(largest, >, 0);
        g_autoptr(RippleModelComparison) found =
            ripple_compare_models(from_start, from_checkpoint, 0, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(found->tensors->len, ==, 4 + 4 + 2);
        g_assert_true(found->pass);
    }
    data_directory_remove(directory);
}

static void test_without_directory(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleConfig) config = config_new(&place, "auto");
    g_clear_pointer(&config->out, g_free);
    g_autoptr(TestRun) run = test_run(config);
    g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
    check_message(run->error, "With --out DIRECTORY the step is written down there");
}

/* δ·x of the step that is taken again is infinite on the device, and too much in the reference. */
static void test_replay(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_setenv("RIPPLE_STEPS", "many", TRUE);
    g_autoptr(RippleConfig) config = config_new(&place, "reference");
    g_autoptr(TestRun) run = test_run(config);
    g_assert_error(run->error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
    g_autoptr(RippleComparison) found = ripple_compare_replay(place.bundle, "auto", &error);
    g_assert_no_error(error);
    g_assert_true(found->pass);
    g_assert_null(found->divergence);
    const RippleDivergence *first = found->not_finite;
    g_assert_nonnull(first);
    g_assert_cmpuint(first->step, ==, FAILING);
    g_assert_cmpstr(first->tensor, ==, "layers.0.weight.gradient");
    g_assert_cmpstr(first->operation, ==, "gradient 0");
    g_assert_cmpuint(first->layer, ==, 0);
    g_assert_true(isinf(first->device));
    g_assert_cmpfloat(fabs(first->reference), >, 1e39);
    g_assert_cmpuint(first->terms->len, ==, 1);
    const RippleTerm *term = &g_array_index(first->terms, RippleTerm, 0);
    g_assert_cmpstr(term->factors[0].name, ==, "layers.0.delta");
    g_assert_cmpfloat(fabs(term->factors[0].value), ==, 2 * LARGE_WEIGHT);
    g_assert_cmpstr(term->factors[1].name, ==, "input");
    g_assert_cmpfloat(term->factors[1].value, ==, 1e20f);
}

/* ---- a device that is wrong ----------------------------------------------------------------- */

#define TRAIN                                                                                      \
    "train --hidden 12:tanh --lr 0.05 --batch 10 --steps 40 --device auto --no-shuffle -q "        \
    "--tune off --trust-device"

/* `kernel` with `right` replaced, in a folder that stands in for the kernels. */
static char **environment_with(char **environment, const char *folder, const char *kernel,
                               const char *right, const char *wrong)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *source = NULL;
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "..", "kernels", kernel, NULL);
    g_file_get_contents(path, &source, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) parts = g_strsplit(source, right, -1);
    g_assert_cmpuint(g_strv_length(parts), ==, 2);
    g_autofree char *text = g_strjoinv(wrong, parts);
    G_GNUC_UNUSED g_autofree char *written = data_write_text(folder, kernel, text);
    g_autofree char *overlay = g_strdup_printf("/ripple/kernels=%s", folder);
    return g_environ_setenv(g_strdupv(environment), "G_RESOURCE_OVERLAYS", overlay, TRUE);
}

/* NaN that only the device makes: the run ends with 6 and a bundle; taken again there, the device
 * disagrees, and the tensor is named; on one that is right the step is as it should be. */
static void test_wrong_device(void)
{
    char *directory = data_directory_new(), *folder = data_directory_new();
    g_autofree char *cache = g_build_filename(directory, "cache", NULL);
    g_autofree char *out = g_build_filename(directory, "run", NULL);
    g_autofree char *table = test_table(directory, "classes.csv", 40, 5, 3, 0);
    g_auto(GStrv) environment = test_environment(cache);
    environment = g_environ_setenv(environment, "RIPPLE_STEPS", "one", TRUE);
    /* Some z is beyond 2.2, after a few steps if not in the first. */
    g_auto(GStrv) wrong = environment_with(environment, folder, "activation.cl", "return tanh(z);",
                                           "return z > 2.2f ? NAN : tanh(z);");

    g_autoptr(TestOutput) trained = test_program(wrong, TRAIN, "--data", table, "--out", out, NULL);
    test_assert_status(trained, 6);
    g_autofree char *bundle = path_in(trained->err);
    g_autoptr(TestOutput) replayed =
        test_program(wrong, "compare --replay", bundle, "--json", NULL);
    test_assert_status(replayed, 5);
    g_assert_nonnull(strstr(replayed->err, " in layers.0.activation, element ["));
    g_assert_nonnull(strstr(replayed->err, ": NaN instead of 0.9"));
    g_assert_nonnull(strstr(replayed->out, "\"formula\": \"tanh(z), z = Σ x·w + b\""));
    g_autoptr(TestOutput) right = test_program(environment, "compare --replay", bundle, NULL);
    test_assert_status(right, 0);
    data_directory_remove(directory);
    data_directory_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/not-finite/noticed", test_noticed);
    g_test_add_func("/not-finite/from-checkpoint", test_from_checkpoint);
    g_test_add_func("/not-finite/same-bundle", test_same_bundle);
    g_test_add_func("/not-finite/without-directory", test_without_directory);
    g_test_add_func("/not-finite/replay", test_replay);
    g_test_add_func("/not-finite/wrong-device", test_wrong_device);
    return g_test_run();
}
