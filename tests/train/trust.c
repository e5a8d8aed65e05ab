/* Whether a device is trusted with a training: each operation that the training needs is made wrong
 * in turn, behind the backend's class, and must be found; what was right is remembered. */
#include "network/backend.h"
#include "train/runs.h"
#include "unit/data_files.h"

#include <glib/gstdio.h>
#include <ripple/device.h>
#include <ripple/error.h>
#include <ripple/selftest.h>
#include <string.h>

/* A batch of 10, and 3 samples at the end of an epoch; and samples to validate. */
#define SAMPLES 30
#define VALIDATION 7

typedef enum {
    GATHER,
    FORWARD,
    LOSS,
    DELTA,
    DESCEND,
    STEPS,
    EVALUATE,
    FINITE,
    N_OPERATIONS
} Operation;

/* The class of one backend at a time, and what is wrong with it. */
static RippleBackendClass spoilt_class;
static const RippleBackendClass *right_class;
static Operation spoilt;

/* Move the last element of `view` by a thousandth of what it may be. */
static gboolean spoil(Operation operation, RippleView view, GError **error)
{
    if (operation != spoilt || !view.buffer || view.buffer->element != RIPPLE_ELEMENT_REAL)
        return TRUE;
    RippleView last = ripple_view(view.buffer, view.offset + view.rows * view.columns - 1, 1, 1);
    gfloat value;
    if (!ripple_backend_download(last, &value, error))
        return FALSE;
    value += 1e-3f;
    return ripple_backend_upload(last, &value, error);
}

static gboolean gather(RippleBackend *backend, const RippleGather *gather, GError **error)
{
    return right_class->gather(backend, gather, error) && spoil(GATHER, gather->destination, error);
}

static gboolean forward(RippleBackend *backend, const RippleForward *forward, GError **error)
{
    RippleView to = forward->a.buffer ? forward->a : forward->z;
    return right_class->forward(backend, forward, error) && spoil(FORWARD, to, error) &&
           (forward->x.rows != VALIDATION || spoil(EVALUATE, to, error));
}

static gboolean loss(RippleBackend *backend, const RippleLossOperation *loss,
                     const RippleLossScalars *scalars, GError **error)
{
    return right_class->loss(backend, loss, scalars, error) && spoil(LOSS, loss->delta, error);
}

static gboolean delta(RippleBackend *backend, const RippleDelta *delta, GError **error)
{
    return right_class->delta(backend, delta, error) && spoil(DELTA, delta->delta, error);
}

static gboolean descend(RippleBackend *backend, const RippleDescent *descent,
                        const RippleUpdateScalars *scalars, GError **error)
{
    return right_class->descend(backend, descent, scalars, error) &&
           spoil(DESCEND, descent->parameter, error);
}

static gboolean steps(RippleBackend *backend, const RippleSteps *steps,
                      const RippleUpdateScalars *scalars, gsize n_steps, GError **error)
{
    return right_class->steps(backend, steps, scalars, n_steps, error) &&
           spoil(STEPS, steps->results, error);
}

/* All are finite, it says. */
static gboolean check_finite(RippleBackend *backend, const RippleFiniteCheck *check, GError **error)
{
    return spoilt == FINITE || right_class->check_finite(backend, check, error);
}

static RippleBuffer *no_buffer(RippleBackend *backend, RippleElement element, gsize length,
                               GError **error)
{
    g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY, "There is none.");
    return NULL;
}

/* The class of the trainer's device takes the steps row by row, or at once where it would. */
static void take_class(RippleTrainer *trainer, gboolean at_once)
{
    RippleBackend *backend = ripple_trainer_device(trainer);
    right_class = backend->class;
    spoilt_class = *right_class;
    spoilt_class.gather = gather;
    spoilt_class.forward = forward;
    spoilt_class.loss = loss;
    spoilt_class.delta = delta;
    spoilt_class.descend = descend;
    spoilt_class.steps = steps;
    spoilt_class.check_finite = check_finite;
    if (!at_once)
        spoilt_class.most_steps = NULL;
    spoilt = N_OPERATIONS;
    backend->class = &spoilt_class;
}

typedef struct {
    char *directory;
    RippleConfig *config;
    RippleTrainer *trainer;
} Place;

static Place place_new(const char *device)
{
    g_autoptr(GError) error = NULL;
    Place place = {.directory = data_directory_new()};
    g_autofree char *table = test_table(place.directory, "classes.csv", SAMPLES, 5, 3, 0);
    place.config = test_config("data.data", table, "network.hidden", "12:tanh", "training.batch",
                               "10", "training.momentum", "0.9", "data.val_split", "0.234",
                               "run.device", device, NULL);
    place.trainer = ripple_trainer_new(place.config, &error);
    g_assert_no_error(error);
    return place;
}

static void place_clear(Place *place)
{
    ripple_trainer_free(place->trainer);
    ripple_config_free(place->config);
    data_directory_remove(place->directory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static RippleTrust *trust_of(RippleTrainer *trainer)
{
    g_autoptr(GError) error = NULL;
    RippleTrust *trust = ripple_trust(trainer, &error);
    g_assert_no_error(error);
    return trust;
}

static void check_spoilt(RippleTrainer *trainer, Operation operation, const char *name)
{
    spoilt = operation;
    g_autoptr(RippleTrust) trust = trust_of(trainer);
    g_assert_false(trust->is_right);
    g_assert_false(trust->is_remembered);
    g_assert_true(g_str_has_prefix(trust->failure, name));
    g_assert_false(g_file_test(trust->path, G_FILE_TEST_EXISTS));
    spoilt = N_OPERATIONS;
}

static void check_right(RippleTrainer *trainer)
{
    g_autoptr(RippleTrust) first = trust_of(trainer);
    g_assert_cmpstr(first->failure, ==, NULL);
    g_assert_cmpstr(first->problem, ==, NULL);
    g_assert_true(first->is_right);
    g_assert_false(first->is_remembered);
    g_assert_true(g_file_test(first->path, G_FILE_TEST_EXISTS));
    /* What is remembered is not tested: nothing looks at what is wrong now. */
    spoilt = GATHER;
    g_autoptr(RippleTrust) second = trust_of(trainer);
    g_assert_true(second->is_right);
    g_assert_true(second->is_remembered);
    spoilt = N_OPERATIONS;
    g_assert_cmpint(g_unlink(first->path), ==, 0);
}

static void test_row_by_row(void)
{
    g_auto(Place) place = place_new("auto");
    take_class(place.trainer, FALSE);
    check_spoilt(place.trainer, GATHER, "Gather of layer 0 ");
    check_spoilt(place.trainer, FORWARD, "Forward of layer 0 ");
    check_spoilt(place.trainer, LOSS, "Loss (cross-entropy) of layer 1 ");
    check_spoilt(place.trainer, DELTA, "Delta of layer 0 ");
    check_spoilt(place.trainer, DESCEND, "Descend of layer 0 ");
    check_spoilt(place.trainer, EVALUATE, "Forward of layer 0 ");
    check_spoilt(place.trainer, FINITE, "Whether 33 numbers are finite");
    check_right(place.trainer);
}

static void test_at_once(void)
{
    g_auto(Place) place = place_new("auto");
    take_class(place.trainer, TRUE);
    check_spoilt(place.trainer, STEPS, "Steps at once ");
    check_spoilt(place.trainer, EVALUATE, "Forward of layer 0 ");
    check_spoilt(place.trainer, FINITE, "Whether 33 numbers are finite");
    check_right(place.trainer);
}

/* No room to test in is no reason to refuse. */
static void test_no_memory(void)
{
    g_auto(Place) place = place_new("auto");
    take_class(place.trainer, TRUE);
    spoilt_class.buffer_new = no_buffer;
    g_autoptr(RippleTrust) trust = trust_of(place.trainer);
    g_assert_true(trust->is_right);
    g_assert_false(trust->is_remembered);
    g_assert_nonnull(strstr(trust->problem, "too little memory left to be tested"));
    g_assert_false(g_file_test(trust->path, G_FILE_TEST_EXISTS));
}

/* The reference is what is trusted. */
static void test_reference(void)
{
    g_auto(Place) place = place_new("reference");
    g_autoptr(RippleTrust) trust = trust_of(place.trainer);
    g_assert_true(trust->is_right);
    g_assert_cmpstr(trust->path, ==, NULL);
}

int main(int argc, char **argv)
{
    /* What the driver compiles stays where it is; what is known of devices is the test's own. */
    g_autofree char *pocl = g_build_filename(g_get_home_dir(), ".cache", "pocl", "kcache", NULL);
    const char *cache = g_getenv("XDG_CACHE_HOME");
    g_autofree char *own = g_strdup_printf("%s/pocl/kcache", cache);
    g_setenv("POCL_CACHE_DIR", cache ? own : pocl, FALSE);
    char *folder = data_directory_new();
    g_setenv("XDG_CACHE_HOME", folder, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trust/row-by-row", test_row_by_row);
    g_test_add_func("/trust/at-once", test_at_once);
    g_test_add_func("/trust/no-memory", test_no_memory);
    g_test_add_func("/trust/reference", test_reference);
    int status = g_test_run();
    data_directory_remove(folder);
    return status;
}
