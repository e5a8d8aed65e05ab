/* Checkpoints: what is written is read back to the bit; one that is cut short or changed anywhere
 * is refused, and the one before it is taken. */
#include "train/checkpoint.h"
#include "train/checkpoints.h"
#include "train/resume.h"
#include "unit/safetensors_files.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <ripple/error.h>
#include <ripple/trainer.h>
#include <string.h>
#include <unistd.h>

/* 2 → 3 → 2 */
static RippleNetwork *network_new(void)
{
    static const guint widths[] = {3, 2};
    static const RippleActivation activations[] = {RIPPLE_ACTIVATION_TANH,
                                                   RIPPLE_ACTIVATION_IDENTITY};
    return ripple_network_new(2, widths, activations, 2, RIPPLE_LOSS_MSE, NULL);
}

/* After `step` steps. Numbers are single, as devices have them, or double, as the reference has. */
static RippleCheckpoint *checkpoint_new(char *path, guint64 step, gboolean is_double)
{
    RippleNetwork *network = network_new();
    g_autoptr(RippleConfig) config = ripple_config_new();
    config->epochs = step + 1;
    RippleCheckpoint *self = g_new0(RippleCheckpoint, 1);
    self->path = path;
    self->position = (RipplePosition){.step = step,
                                      .epoch = step / 10 + 1,
                                      .samples = step % 10 * 4,
                                      .loss = 1.0 / 3,
                                      .rights = 7,
                                      .seconds = 0.1,
                                      .best_loss = step > 10 ? 0.7 : NAN,
                                      .metrics_bytes = 12345};
    self->config = ripple_config_to_text(config);
    self->data = g_strdup("0123456789abcdef");
    self->device = g_strdup("a device");
    self->identity = step > 10 ? g_strdup("0123") : NULL;
    self->model = ripple_model_new(network, ripple_transform_new(1));
    self->parameters = g_new0(gdouble, network->parameter_span);
    self->moments[0] = g_new0(gdouble, network->parameter_span);
    self->moments[1] = g_new0(gdouble, network->parameter_span);
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        for (gsize i = layer->weight_offset; i < layer->bias_offset + layer->outputs; i++) {
            gdouble value = (i % 2 ? -1.0 : 1.0) / (i + step + 3);
            self->parameters[i] = is_double ? value : (gfloat)value;
            self->moments[0][i] = i == 1 ? -0.0 : (gfloat)(value / 7);
            self->moments[1][i] = is_double ? value * value : (gfloat)(value * value);
        }
    }
    return self;
}

static char *write_checkpoint(const char *name, guint64 step, gboolean is_double)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleCheckpoint) checkpoint = checkpoint_new(files_path(name), step, is_double);
    ripple_checkpoint_write(checkpoint, &error);
    g_assert_no_error(error);
    return g_strdup(checkpoint->path);
}

/* ---- one file ------------------------------------------------------------------------------- */

static void assert_same_position(const RipplePosition *one, const RipplePosition *other)
{
    g_assert_cmpuint(one->step, ==, other->step);
    g_assert_cmpuint(one->epoch, ==, other->epoch);
    g_assert_cmpuint(one->samples, ==, other->samples);
    g_assert_cmpfloat(one->loss, ==, other->loss);
    g_assert_cmpfloat(one->rights, ==, other->rights);
    g_assert_cmpfloat(one->seconds, ==, other->seconds);
    g_assert_true(isnan(one->best_loss) ? isnan(other->best_loss)
                                        : one->best_loss == other->best_loss);
    g_assert_cmpuint(one->metrics_bytes, ==, other->metrics_bytes);
    g_assert_cmpuint(one->is_finished, ==, other->is_finished);
}

static void check_round_trip(guint64 step, gboolean is_double)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_checkpoint("step", step, is_double);
    g_autoptr(RippleCheckpoint) one = checkpoint_new(g_strdup(path), step, is_double);
    g_autoptr(RippleCheckpoint) other = ripple_checkpoint_load(path, &error);
    g_assert_no_error(error);
    gsize bytes = one->model->network->parameter_span * sizeof(gdouble);
    assert_same_position(&one->position, &other->position);
    g_assert_cmpstr(one->config, ==, other->config);
    g_assert_cmpstr(one->data, ==, other->data);
    g_assert_cmpstr(one->device, ==, other->device);
    g_assert_cmpstr(one->identity, ==, other->identity);
    g_assert_cmpmem(one->parameters, bytes, other->parameters, bytes);
    g_assert_cmpmem(one->moments[0], bytes, other->moments[0], bytes);
    g_assert_cmpmem(one->moments[1], bytes, other->moments[1], bytes);
    g_autoptr(RippleConfig) config = ripple_checkpoint_config(other, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(config->epochs, ==, step + 1);
    g_autoptr(RippleModel) model = ripple_model_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(model->parameters[0], ==, (gfloat)one->parameters[0]);
}

static void test_round_trip(void)
{
    check_round_trip(3, FALSE);
    check_round_trip(3, TRUE);
    check_round_trip(17, FALSE);
    check_round_trip(17, TRUE);
    files_clear();
}

/* Its weights begin another run, without the moments beside them. */
static void test_init(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_checkpoint("step", 3, FALSE);
    g_autoptr(RippleCheckpoint) checkpoint = checkpoint_new(g_strdup(path), 3, FALSE);
    const RippleNetwork *network = checkpoint->model->network;
    g_autofree gfloat *parameters = g_new0(gfloat, network->parameter_span);
    ripple_model_load_parameters(path, network, parameters, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < network->parameter_span; i++)
        g_assert_cmpfloat(parameters[i], ==, (gfloat)checkpoint->parameters[i]);
    files_clear();
}

/* By all who read it: to go on, to evaluate it, and for weights to begin another run with. */
static void assert_refused(const char *path)
{
    GError *errors[3] = {NULL};
    g_autoptr(RippleNetwork) network = network_new();
    g_autofree gfloat *parameters = g_new0(gfloat, network->parameter_span);
    g_assert_null(ripple_checkpoint_load(path, &errors[0]));
    g_assert_null(ripple_model_load(path, &errors[1]));
    g_assert_false(ripple_model_load_parameters(path, network, parameters, &errors[2]));
    for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
        files_assert_blamed(errors[i], path, "cannot be used");
        g_error_free(errors[i]);
    }
}

/* From the end on, so that the file need not be written anew each time. */
static void check_cuts(gboolean is_double)
{
    g_autofree char *path = write_checkpoint("step", 17, is_double);
    GStatBuf status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_autoptr(RippleCheckpoint) whole = ripple_checkpoint_load(path, NULL);
    g_assert_nonnull(whole);
    for (off_t length = status.st_size - 1; length >= 0; length--) {
        g_assert_cmpint(truncate(path, length), ==, 0);
        assert_refused(path);
    }
}

static void test_cut_short_at_every_byte(void)
{
    check_cuts(FALSE);
    check_cuts(TRUE);
    files_clear();
}

static void put_byte(int descriptor, gsize at, guint8 byte)
{
    g_assert_cmpint(pwrite(descriptor, &byte, 1, (off_t)at), ==, 1);
}

/* One bit of each byte, and all of them. */
static void test_every_byte_changed(void)
{
    g_autofree char *path = write_checkpoint("step", 17, FALSE);
    g_autoptr(GBytes) whole = files_read(path);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(whole, &length);
    int descriptor = g_open(path, O_WRONLY | O_CLOEXEC, 0);
    g_assert_cmpint(descriptor, >=, 0);
    for (gsize i = 0; i < length; i++) {
        put_byte(descriptor, i, bytes[i] ^ (guint8)(1 << i % 8));
        assert_refused(path);
        put_byte(descriptor, i, bytes[i] ^ 0xff);
        assert_refused(path);
        put_byte(descriptor, i, bytes[i]);
    }
    close(descriptor);
    g_autoptr(RippleCheckpoint) again = ripple_checkpoint_load(path, NULL);
    g_assert_nonnull(again);
    files_clear();
}

static void test_not_finite(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleCheckpoint) checkpoint = checkpoint_new(files_path("step"), 3, FALSE);
    checkpoint->moments[1][0] = INFINITY;
    g_assert_false(ripple_checkpoint_write(checkpoint, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
    g_assert_cmpuint(files_count(), ==, 0);
    files_clear();
}

/* A model is no checkpoint. */
static void test_model(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = files_path("model");
    g_autoptr(RippleCheckpoint) checkpoint = checkpoint_new(g_strdup(path), 3, FALSE);
    ripple_model_save(checkpoint->model, path, &error);
    g_assert_no_error(error);
    g_autoptr(RippleCheckpoint) found = ripple_checkpoint_load(path, &error);
    g_assert_null(found);
    files_assert_blamed(error, path, "\"ripple.checkpoint.config\" is missing");
    files_clear();
}

/* ---- a directory of them -------------------------------------------------------------------- */

typedef struct {
    char *directory;
    char *folder;
} Place;

static Place place_new(void)
{
    char *directory = files_path("run");
    char *folder = g_build_filename(directory, "checkpoints", NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0777), ==, 0);
    return (Place){directory, folder};
}

static void remove_folder(const char *folder)
{
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(entries));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

static void place_clear(Place *place)
{
    remove_folder(place->folder);
    remove_folder(place->directory);
    g_free(place->directory);
    g_free(place->folder);
    files_clear();
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static char *name_of(guint64 step)
{
    return g_strdup_printf("run/checkpoints/step-%012" G_GUINT64_FORMAT ".safetensors", step);
}

static char *place_checkpoint(guint64 step)
{
    g_autofree char *name = name_of(step);
    return write_checkpoint(name, step, FALSE);
}

static void put_checkpoint(guint64 step)
{
    g_free(place_checkpoint(step));
}

static void damage(const char *path)
{
    g_autoptr(GBytes) whole = files_read(path);
    g_assert_true(g_file_set_contents(path, g_bytes_get_data(whole, NULL),
                                      (gssize)g_bytes_get_size(whole) / 2, NULL));
}

static void put(const Place *place, const char *name)
{
    g_autofree char *path = g_build_filename(place->directory, name, NULL);
    g_assert_true(g_file_set_contents(path, "some", -1, NULL));
}

static gboolean has(const Place *place, const char *name)
{
    g_autofree char *path = g_build_filename(place->directory, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static guint count_files(const Place *place, const char *ending)
{
    guint count = 0;
    g_autoptr(GDir) entries = g_dir_open(place->folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(entries));)
        count += g_str_has_suffix(name, ending);
    return count;
}

static guint64 newest(const Place *place, char **problem)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleCheckpoint) found =
        ripple_checkpoints_newest(place->directory, problem, &error);
    g_assert_no_error(error);
    return found->position.step;
}

/* In the order of their steps, also where the names have more digits. */
static void test_newest(void)
{
    g_auto(Place) place = place_new();
    g_autofree char *problem = NULL;
    put_checkpoint(9);
    put_checkpoint(10);
    g_assert_cmpuint(newest(&place, &problem), ==, 10);
    put_checkpoint(999999999999);
    put_checkpoint(1000000000000);
    g_assert_cmpuint(newest(&place, &problem), ==, 1000000000000);
    g_assert_null(problem);
}

static void test_the_one_before_a_damaged_one(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *problem = NULL;
    put_checkpoint(5);
    put_checkpoint(10);
    g_autofree char *third = place_checkpoint(15);
    damage(third);
    g_assert_cmpuint(newest(&place, &problem), ==, 10);
    g_assert_nonnull(strstr(problem, third));
    g_assert_nonnull(strstr(problem, "The one before it is taken"));

    g_autoptr(RippleCheckpoint) chosen = ripple_checkpoints_newest(place.directory, NULL, &error);
    ripple_checkpoints_put_aside(place.directory, chosen->path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(count_files(&place, ".damaged"), ==, 1);
    g_clear_pointer(&problem, g_free);
    g_assert_cmpuint(newest(&place, &problem), ==, 10);
    g_assert_null(problem);
}

static void test_none(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL, other = NULL;
    g_assert_null(ripple_checkpoints_newest(place.directory, NULL, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    g_assert_nonnull(strstr(error->message, "There is no run in"));
    g_autofree char *path = place_checkpoint(5);
    damage(path);
    g_assert_null(ripple_checkpoints_newest(place.directory, NULL, &other));
    files_assert_blamed(other, path, "cannot be used");
}

static void assert_in_the_way(const Place *place, const char *words)
{
    g_autoptr(GError) error = NULL;
    guint before = count_files(place, ".safetensors");
    g_assert_false(ripple_checkpoints_check_way(place->directory, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_cmpuint(count_files(place, ".safetensors"), ==, before);
}

/* A new run begins where one has finished, and nowhere else. */
static void test_make_way(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(ripple_checkpoints_check_way(place.directory, &error));
    g_autofree char *first = place_checkpoint(5), *name = name_of(10);
    assert_in_the_way(&place, "stopped after 5 steps");
    damage(first);
    assert_in_the_way(&place, "cannot be read");

    g_autoptr(RippleCheckpoint) last = checkpoint_new(files_path(name), 10, FALSE);
    last->position.is_finished = TRUE;
    ripple_checkpoint_write(last, &error);
    g_assert_no_error(error);
    put(&place, "best.safetensors");
    put(&place, "not-finite-step-7.safetensors");
    put(&place, "not-finite-step-seven.safetensors");
    g_assert_true(ripple_checkpoints_check_way(place.directory, &error));
    g_assert_cmpuint(count_files(&place, ".safetensors"), ==, 2);
    g_assert_true(has(&place, "best.safetensors") && has(&place, "not-finite-step-7.safetensors"));
    g_assert_true(ripple_checkpoints_make_way(place.directory, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(count_files(&place, ".safetensors"), ==, 0);
    g_assert_false(has(&place, "best.safetensors") || has(&place, "not-finite-step-7.safetensors"));
    g_assert_true(has(&place, "not-finite-step-seven.safetensors"));
}

/* What a killed run left half-written goes, and nothing else does. */
static void test_sweep(void)
{
    g_auto(Place) place = place_new();
    g_autofree char *path = place_checkpoint(5);
    g_autofree char *half = g_strconcat(path, ".Ab3xYz.part", NULL);
    g_autofree char *other = g_build_filename(place.folder, "notes.part", NULL);
    g_assert_true(g_file_set_contents(half, "half", -1, NULL));
    g_assert_true(g_file_set_contents(other, "mine", -1, NULL));
    put(&place, "best.safetensors.Ab3xYz.part");
    put(&place, "not-finite-step-7.safetensors.Ab3xYz.part");
    put(&place, "not-finite-step-7.safetensors");
    ripple_checkpoints_sweep(place.directory);
    g_assert_false(has(&place, "best.safetensors.Ab3xYz.part"));
    g_assert_false(has(&place, "not-finite-step-7.safetensors.Ab3xYz.part"));
    g_assert_true(has(&place, "not-finite-step-7.safetensors"));
    g_assert_false(g_file_test(half, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checkpoint/round-trip", test_round_trip);
    g_test_add_func("/checkpoint/init", test_init);
    g_test_add_func("/checkpoint/cut-short-at-every-byte", test_cut_short_at_every_byte);
    g_test_add_func("/checkpoint/every-byte-changed", test_every_byte_changed);
    g_test_add_func("/checkpoint/not-finite", test_not_finite);
    g_test_add_func("/checkpoint/model", test_model);
    g_test_add_func("/checkpoint/newest", test_newest);
    g_test_add_func("/checkpoint/the-one-before-a-damaged-one", test_the_one_before_a_damaged_one);
    g_test_add_func("/checkpoint/none", test_none);
    g_test_add_func("/checkpoint/make-way", test_make_way);
    g_test_add_func("/checkpoint/sweep", test_sweep);
    return g_test_run();
}
