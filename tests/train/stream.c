/* Training on data that the device may not hold: the same bits as where it holds them all. */
#include "train/runs.h"
#include "unit/data_files.h"

#include <ripple/error.h>
#include <ripple/inference.h>
#include <string.h>

#define SAMPLES 500

/* Images of bytes in two classes, 2 × 3 pixels each, with a test set. */
static char *write_images(const char *directory)
{
    g_autofree guint8 *labels = g_new(guint8, SAMPLES);
    for (guint i = 0; i < SAMPLES; i++)
        labels[i] = i % 25 > 12;
    data_write_set(directory, "train", labels, SAMPLES);
    data_write_set(directory, "t10k", labels, SAMPLES / 2);
    return g_strdup(directory);
}

typedef struct {
    char *directory;
    char *images;     /* bytes and labels */
    char *classes;    /* floats and labels */
    char *regression; /* floats and two targets */
} Place;

static Place place_new(void)
{
    Place place = {.directory = data_directory_new()};
    place.images = write_images(place.directory);
    place.classes = test_table(place.directory, "classes.csv", SAMPLES, 6, 3, 0);
    place.regression = test_table(place.directory, "regression.csv", SAMPLES, 6, 0, 2);
    return place;
}

static void place_clear(Place *place)
{
    data_directory_remove(place->directory);
    g_free(place->images);
    g_free(place->classes);
    g_free(place->regression);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/* A batch that does not divide the samples, and samples kept for validation. */
static RippleConfig *config_new(const char *data, const char *target, const char *device)
{
    return test_config("data.data", data, "data.target", target, "data.val_split", "0.1",
                       "network.hidden", "7", "training.momentum", "0.5", "training.batch", "13",
                       "training.epochs", "3", "run.device", device, "run.log_every", "1", NULL);
}

static void check_same(const TestRun *one, const TestRun *other)
{
    g_assert_no_error(one->error);
    g_assert_no_error(other->error);
    g_assert_cmpmem(one->parameters, one->length * sizeof(gfloat), other->parameters,
                    other->length * sizeof(gfloat));
    g_assert_cmpmem(one->losses->data, one->losses->len * sizeof(gdouble), other->losses->data,
                    other->losses->len * sizeof(gdouble));
    g_assert_cmpfloat(one->result.train_loss, ==, other->result.train_loss);
    g_assert_cmpfloat(one->result.val_loss, ==, other->result.val_loss);
    g_assert_cmpmem(&one->result.test_loss, sizeof(gdouble), &other->result.test_loss,
                    sizeof(gdouble));
}

/* The smallest limit that works, as the error for one that is too small tells it. */
static guint64 smallest_limit(RippleConfig *config)
{
    g_autoptr(GError) error = NULL;
    config->memory_limit = 1;
    g_autoptr(RippleTrainer) trainer = ripple_trainer_new(config, &error);
    g_assert_null(trainer);
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    static const char before[] = "try --memory-limit ";
    const char *told = strstr(error->message, before);
    g_assert_nonnull(told);
    return g_ascii_strtoull(told + strlen(before), NULL, 10);
}

static void check_refused(RippleConfig *config, guint64 limit)
{
    g_autoptr(GError) error = NULL;
    config->memory_limit = limit;
    RippleTrainer *trainer = ripple_trainer_new(config, &error);
    g_assert_null(trainer);
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_assert_true(g_str_has_suffix(error->message, "."));
}

/* With the smallest limit a window has one batch of the larger sets, and with more several. */
static void check_limits(const char *data, const char *target, const char *device)
{
    g_autoptr(RippleConfig) config = config_new(data, target, device);
    g_autoptr(TestRun) resident = test_run(config);
    g_assert_false(resident->is_streamed);
    g_assert_cmpuint(resident->losses->len, ==, 3 * 35); /* 450 samples by 13 */

    guint64 smallest = smallest_limit(config);
    g_assert_cmpuint(smallest, <, resident->data_bytes);
    check_refused(config, smallest - 1);
    const guint64 limits[] = {smallest, (smallest + resident->data_bytes) / 2,
                              resident->data_bytes - 1};
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        config->memory_limit = limits[i];
        g_autoptr(TestRun) streamed = test_run(config);
        g_assert_true(streamed->is_streamed);
        g_assert_cmpuint(streamed->data_bytes, <=, limits[i]);
        check_same(resident, streamed);
    }
    config->memory_limit = resident->data_bytes;
    g_autoptr(TestRun) enough = test_run(config);
    g_assert_false(enough->is_streamed);
    check_same(resident, enough);
}

/* Devices take steps row by row, and many in a launch. */
static void check_same_bits(const char *steps)
{
    g_auto(Place) place = place_new();
    g_setenv("RIPPLE_STEPS", steps, TRUE);
    for (guint d = 0; test_devices[d]; d++) {
        check_limits(place.images, "", test_devices[d]);
        check_limits(place.classes, "", test_devices[d]);
        check_limits(place.regression, "t1,t2", test_devices[d]);
    }
}

static void test_same_bits(void)
{
    check_same_bits("one");
    check_same_bits("many");
}

/* Steps instead of epochs, which end amid a window, and the order of the data. */
static void test_steps_unshuffled(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(RippleConfig) config = config_new(place.classes, "", "auto");
    config->steps = 50;
    config->shuffle = FALSE;
    g_autoptr(TestRun) resident = test_run(config);
    config->memory_limit = smallest_limit(config);
    g_autoptr(TestRun) streamed = test_run(config);
    g_assert_true(streamed->is_streamed);
    check_same(resident, streamed);
}

/* Interrupted, a streamed run ends in order, and as far as it came it was the run it would have
 * been. */
static void test_interrupted(void)
{
    g_auto(Place) place = place_new();
    for (guint d = 0; test_devices[d]; d++) {
        g_autoptr(RippleConfig) config = config_new(place.images, "", test_devices[d]);
        config->memory_limit = smallest_limit(config);
        config->epochs = 100000;
        g_autoptr(TestRun) stopped = test_run_interrupted(config, 20);
        g_assert_error(stopped->error, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED);
        g_assert_true(stopped->is_streamed);

        g_autoptr(RippleConfig) whole = config_new(place.images, "", test_devices[d]);
        whole->steps = stopped->result.steps;
        g_autoptr(TestRun) run = test_run(whole);
        g_assert_no_error(run->error);
        g_assert_cmpmem(stopped->parameters, stopped->length * sizeof(gfloat), run->parameters,
                        run->length * sizeof(gfloat));
    }
}

typedef struct {
    gdouble loss;
    gdouble accuracy;
    gfloat outputs[3000 * 3];
} Used;

static void use(const RippleModel *model, const RippleDataset *dataset, const char *device,
                guint64 limit, Used *used)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleInference) inference = ripple_inference_new(model, device, &error);
    g_assert_no_error(error);
    ripple_inference_set_memory_limit(inference, limit);
    ripple_inference_score(inference, dataset, &used->loss, &used->accuracy, &error);
    g_assert_no_error(error);
    ripple_inference_predict(inference, dataset, used->outputs, &error);
    g_assert_no_error(error);
}

static void check_too_little(const RippleModel *model, const RippleDataset *dataset,
                             const char *device)
{
    g_autoptr(GError) error = NULL;
    gdouble loss, accuracy;
    g_autoptr(RippleInference) inference = ripple_inference_new(model, device, &error);
    g_assert_no_error(error);
    ripple_inference_set_memory_limit(inference, 1000);
    g_assert_false(ripple_inference_score(inference, dataset, &loss, &accuracy, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

/* Scores and predictions of three batches. */
static void test_inference(void)
{
    g_auto(Place) place = place_new();
    g_autofree char *path = test_table(place.directory, "many.csv", 3000, 6, 3, 0);
    g_autofree Used *resident = g_new0(Used, 1), *streamed = g_new0(Used, 1);
    for (guint d = 0; test_devices[d]; d++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleConfig) config = config_new(place.classes, "", test_devices[d]);
        g_autoptr(RippleTrainer) trainer = ripple_trainer_new(config, &error);
        g_assert_no_error(error);
        const RippleModel *model = ripple_trainer_model(trainer);
        g_autoptr(RippleDataset) dataset =
            ripple_model_load_data(model, path, NULL, RIPPLE_SPLIT_AUTO, FALSE, &error);
        g_assert_no_error(error);
        use(model, dataset, test_devices[d], 0, resident);
        /* Less than the inputs alone take. */
        use(model, dataset, test_devices[d], 3000 * 6 * sizeof(gdouble) - 1, streamed);
        g_assert_cmpmem(resident, sizeof *resident, streamed, sizeof *streamed);
        check_too_little(model, dataset, test_devices[d]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream/same-bits", test_same_bits);
    g_test_add_func("/stream/steps-unshuffled", test_steps_unshuffled);
    g_test_add_func("/stream/interrupted", test_interrupted);
    g_test_add_func("/stream/inference", test_inference);
    return g_test_run();
}
