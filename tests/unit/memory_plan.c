/* How much memory a run takes, and with which batch it would fit. On the reference, whose memory is
 * made up. */
#include "train/memory_plan.h"

#include "reference/reference.h"
#include "train/evaluation.h"
#include "train/observations.h"
#include "train/result_log.h"
#include "train/session.h"

#include <ripple/error.h>
#include <string.h>

#define REAL 8 /* bytes, in the reference */

typedef struct {
    RippleConfig *config;
    RippleMaterial material;
    RippleDataset train;
    RippleDataset test;
    RippleModel *model;
    RippleBackend *backend;
} Setting;

/* 3 → 5 relu → 2 softmax over 100 samples of bytes, and 40 to test. */
static void set_up(Setting *setting, gconstpointer data)
{
    static const RippleActivation activations[] = {RIPPLE_ACTIVATION_RELU,
                                                   RIPPLE_ACTIVATION_SOFTMAX};
    static const guint widths[] = {5, 2};
    static guint8 pixels[300];
    static guint32 labels[100];
    g_autoptr(GError) error = NULL;
    RippleNetwork *network =
        ripple_network_new(3, widths, activations, 2, RIPPLE_LOSS_CROSS_ENTROPY, &error);
    g_assert_no_error(error);
    setting->train = (RippleDataset){.samples = 100,
                                     .inputs = 3,
                                     .input_bytes = pixels,
                                     .target_kind = RIPPLE_TARGET_LABELS,
                                     .labels = labels,
                                     .classes = 2};
    setting->test = setting->train;
    setting->test.samples = 40;
    setting->model = ripple_model_new(network, ripple_transform_new(1));
    setting->material = (RippleMaterial){
        .train = &setting->train, .test = &setting->test, .n_train = 100, .model = setting->model};
    setting->config = ripple_config_new();
    setting->config->batch = 10;
    setting->backend = ripple_reference_backend_new();
    setting->backend->memory_bytes = setting->backend->largest_buffer_bytes = 1 << 30;
}

static void tear_down(Setting *setting, gconstpointer data)
{
    ripple_backend_free(setting->backend);
    ripple_config_free(setting->config);
    ripple_model_free(setting->model);
}

static RippleMemoryPlan plan_of(const Setting *setting)
{
    g_autoptr(GError) error = NULL;
    RippleMemoryPlan plan;
    g_assert_true(
        ripple_memory_plan(setting->config, &setting->material, setting->backend, &plan, &error));
    g_assert_no_error(error);
    return plan;
}

static RippleMemoryPlan plan_with(Setting *setting, guint64 batch)
{
    guint64 before = setting->config->batch;
    setting->config->batch = batch;
    RippleMemoryPlan plan = plan_of(setting);
    setting->config->batch = before;
    return plan;
}

/* ---- sizes ---------------------------------------------------------------------------------- */

static void test_by_hand(Setting *setting, gconstpointer data)
{
    gsize span = setting->model->network->parameter_span;
    setting->config->optimizer = RIPPLE_OPTIMIZER_ADAM;
    RippleMemoryPlan plan = plan_of(setting);
    const RippleMemoryPart *parts = plan.parts;
    g_assert_true(plan.fits);
    g_assert_cmpuint(plan.batch, ==, 10);
    g_assert_cmpuint(plan.evaluation_batch, ==, RIPPLE_EVALUATION_BATCH);
    g_assert_cmpuint(parts[RIPPLE_MEMORY_PARAMETERS].bytes, ==, span * REAL);
    g_assert_cmpuint(parts[RIPPLE_MEMORY_MOMENTS].bytes, ==, 2 * span * REAL);
    g_assert_cmpuint(parts[RIPPLE_MEMORY_MOMENTS].largest_buffer, ==, span * REAL);
    /* Input, label, the hidden activation, and z of the output, of which relu needs none. */
    g_assert_cmpuint(parts[RIPPLE_MEMORY_ACTIVATIONS].bytes, ==, 10 * (3 * REAL + 4 + 7 * REAL));
    g_assert_cmpuint(parts[RIPPLE_MEMORY_ACTIVATIONS].largest_buffer, ==, 10 * 5 * REAL);
    g_assert_cmpuint(parts[RIPPLE_MEMORY_DELTAS].bytes, ==, 10 * (5 + 2) * REAL);
    g_assert_cmpuint(parts[RIPPLE_MEMORY_EVALUATION].bytes, ==,
                     RIPPLE_EVALUATION_BATCH * (3 * REAL + 4 + 7 * REAL));
    /* A sample is three bytes, a label, and its number in the order. */
    g_assert_cmpuint(parts[RIPPLE_MEMORY_DATA].bytes, ==, 140 * (3 + 4 + 4));
    g_assert_cmpuint(parts[RIPPLE_MEMORY_DATA].largest_buffer, ==, 100 * 4);
    g_assert_cmpuint(parts[RIPPLE_MEMORY_SCRATCH].bytes, ==, 0);
    guint64 bytes = 0;
    for (guint i = 0; i < RIPPLE_N_MEMORY_PARTS; i++)
        bytes += parts[i].bytes;
    g_assert_cmpuint(plan.bytes, ==, bytes);
}

/* Counts what the reference allocates. */
static RippleBackendClass counting;
static const RippleBackendClass *counted;
static guint64 allocated;

static RippleBuffer *count_buffer(RippleBackend *backend, RippleElement element, gsize length,
                                  GError **error)
{
    allocated += length * ripple_backend_element_bytes(backend, element);
    return counted->buffer_new(backend, element, length, error);
}

static gboolean ignore(const RippleStepResult *result, gpointer user_data, GError **error)
{
    return TRUE;
}

/* What a trainer makes takes what was planned, to the byte. */
static void check_allocations(Setting *setting)
{
    g_autoptr(GError) error = NULL;
    counted = setting->backend->class;
    counting = *counted;
    counting.buffer_new = count_buffer;
    setting->backend->class = &counting;
    allocated = 0;

    RippleMemoryPlan plan = plan_of(setting);
    g_assert_cmpuint(allocated, ==, 0);
    RippleScheduleOptions options = {.batch = setting->config->batch, .moments = 1};
    g_autoptr(RippleSession) session =
        ripple_session_new(setting->backend, setting->model, &setting->train, plan.windows[0],
                           setting->material.n_train, options, &error);
    g_assert_no_error(error);
    g_autoptr(RippleSource) test = ripple_source_new(
        setting->backend, &setting->test, setting->model->transform, plan.windows[1], &error);
    g_assert_no_error(error);
    g_assert_nonnull(test);
    RippleEvaluator *evaluator =
        ripple_evaluator_new(session->state, TRUE, plan.evaluation_batch, &error);
    g_assert_no_error(error);
    RippleResultLog *log = ripple_result_log_new(setting->backend, ignore, NULL, &error);
    g_assert_no_error(error);
    RippleObservations *observations =
        setting->config->observe.count > 0
            ? ripple_observations_new(session->state, plan.batch, TRUE, &error)
            : NULL;
    g_assert_no_error(error);
    g_assert_cmpuint(allocated, ==, plan.bytes);
    ripple_observations_free(observations);
    ripple_result_log_free(log);
    ripple_evaluator_free(evaluator);
    setting->backend->class = counted;
}

static void test_as_allocated(Setting *setting, gconstpointer data)
{
    setting->config->momentum = 0.9;
    check_allocations(setting);
    setting->config->batch = 33;
    setting->config->memory_limit = 1400;
    g_assert_true(plan_of(setting).data.is_streamed);
    check_allocations(setting);
    g_assert_cmpuint(plan_of(setting).parts[RIPPLE_MEMORY_OBSERVATION].bytes, ==, 0);
    setting->config->observe.count = 10;
    g_assert_cmpuint(plan_of(setting).parts[RIPPLE_MEMORY_OBSERVATION].bytes, >, 0);
    check_allocations(setting);
}

/* ---- what does not fit ---------------------------------------------------------------------- */

static void check_error(const Setting *setting, const RippleMemoryPlan *plan, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(ripple_memory_plan_check(plan, setting->backend, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY);
    if (!strstr(error->message, words))
        g_error("\"%s\" should say \"%s\"", error->message, words);
    if (plan->fitting_batch == 0)
        return;
    g_autofree char *told =
        g_strdup_printf("; --batch %" G_GSIZE_FORMAT " fits.", plan->fitting_batch);
    g_assert_true(g_str_has_suffix(error->message, told));
}

/* The batch that is told fits, and one sample more does not. */
static void check_fitting(Setting *setting, const RippleMemoryPlan *plan)
{
    g_assert_false(plan->fits);
    g_assert_cmpuint(plan->fitting_batch, >, 0);
    g_assert_cmpuint(plan->fitting_batch, <, plan->batch);
    g_assert_true(plan_with(setting, plan->fitting_batch).fits);
    g_assert_false(plan_with(setting, plan->fitting_batch + 1).fits);
}

static void test_memory(Setting *setting, gconstpointer data)
{
    setting->material.test = NULL;
    setting->config->batch = 90;
    RippleMemoryPlan enough = plan_of(setting);
    g_assert_cmpuint(enough.evaluation_batch, ==, 0);
    /* Data may take half of it, so that the network must not need more than the other half. */
    setting->backend->memory_bytes = enough.bytes;
    g_assert_true(plan_of(setting).fits);
    setting->backend->memory_bytes = enough.bytes - 1500;
    RippleMemoryPlan plan = plan_of(setting);
    check_fitting(setting, &plan);
    check_error(setting, &plan, "The run needs ");
    setting->backend->memory_bytes = 1000;
    plan = plan_of(setting);
    g_assert_cmpuint(plan.fitting_batch, ==, 0);
    check_error(setting, &plan, "no --batch fits");
}

static void test_largest_buffer(Setting *setting, gconstpointer data)
{
    setting->material.test = NULL;
    setting->config->batch = 100;
    setting->train.samples = 300;
    /* The hidden activation of 100 samples, of which the logs take more. */
    setting->model->network->layers[0].outputs = 1000;
    setting->backend->largest_buffer_bytes = 100 * 1000 * REAL - 1;
    RippleMemoryPlan plan = plan_of(setting);
    g_assert_cmpuint(plan.fitting_batch, ==, 99);
    check_fitting(setting, &plan);
    check_error(setting, &plan, "at once for its activations");

    /* Parameters that no buffer holds, whatever the batch. */
    setting->model->network->layers[0].outputs = 5;
    setting->model->network->parameter_span = 200000;
    plan = plan_of(setting);
    g_assert_cmpuint(plan.fitting_batch, ==, 0);
    check_error(setting, &plan, "at once for its parameters");
}

/* Evaluation can do with fewer samples in a step, and does before the run is refused. */
static void test_evaluation(Setting *setting, gconstpointer data)
{
    /* So few that they are resident whatever memory there is. */
    setting->train.samples = setting->material.n_train = 10;
    setting->test.samples = 1;
    RippleMemoryPlan whole = plan_of(setting);
    guint64 evaluation = whole.parts[RIPPLE_MEMORY_EVALUATION].bytes;
    setting->backend->memory_bytes = whole.bytes - 1;
    RippleMemoryPlan plan = plan_of(setting);
    g_assert_true(plan.fits);
    g_assert_cmpuint(plan.evaluation_batch, ==, RIPPLE_EVALUATION_BATCH / 2);
    setting->backend->memory_bytes = whole.bytes - evaluation + evaluation / 100;
    plan = plan_of(setting);
    g_assert_true(plan.fits);
    g_assert_cmpuint(plan.evaluation_batch, ==, RIPPLE_EVALUATION_BATCH / 128);
}

/* Where the network takes more than half, data get the rest. */
static void test_data_get_the_rest(Setting *setting, gconstpointer data)
{
    setting->train.samples = 100000;
    setting->material.test = NULL;
    RippleMemoryPlan whole = plan_of(setting);
    guint64 network = whole.bytes - whole.parts[RIPPLE_MEMORY_DATA].bytes;
    g_assert_false(whole.data.is_streamed);
    setting->backend->memory_bytes = network + 5000;
    RippleMemoryPlan plan = plan_of(setting);
    g_assert_true(plan.fits);
    g_assert_true(plan.data.is_streamed);
    g_assert_cmpuint(plan.data.bytes, <=, 5000);
    g_assert_cmpuint(plan.data.bytes, >, 4900);
}

/* A limit of the user's that is too small stays a mistake of the user's. */
static void test_limit(Setting *setting, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    RippleMemoryPlan plan;
    setting->config->memory_limit = 50;
    g_assert_false(
        ripple_memory_plan(setting->config, &setting->material, setting->backend, &plan, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

/* The widest and deepest network there can be, in the largest batch: more bytes than 64 bits count.
 */
static void test_overflow(Setting *setting, gconstpointer data)
{
    g_autofree guint *widths = g_new(guint, RIPPLE_MAXIMUM_LAYERS);
    g_autofree RippleActivation *activations = g_new(RippleActivation, RIPPLE_MAXIMUM_LAYERS);
    for (guint i = 0; i < RIPPLE_MAXIMUM_LAYERS; i++) {
        widths[i] = RIPPLE_MAXIMUM_WIDTH;
        activations[i] = RIPPLE_ACTIVATION_GELU;
    }
    g_autoptr(GError) error = NULL;
    RippleModel model = {.network =
                             ripple_network_new(3, widths, activations, RIPPLE_MAXIMUM_LAYERS,
                                                RIPPLE_LOSS_MSE, &error)};
    g_assert_no_error(error);
    setting->material.model = &model;
    setting->material.n_train = setting->train.samples = G_MAXUINT32;
    setting->config->batch = G_MAXUINT32;
    RippleMemoryPlan plan = plan_of(setting);
    g_assert_false(plan.fits);
    g_assert_cmpuint(plan.bytes, ==, G_MAXUINT64);
    g_assert_cmpuint(plan.fitting_batch, ==, 0);
    check_error(setting, &plan, "no --batch fits");
    ripple_network_free(model.network);
}

#define ADD(name, function)                                                                        \
    g_test_add("/memory-plan/" name, Setting, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("by-hand", test_by_hand);
    ADD("as-allocated", test_as_allocated);
    ADD("memory", test_memory);
    ADD("largest-buffer", test_largest_buffer);
    ADD("evaluation", test_evaluation);
    ADD("data-get-the-rest", test_data_get_the_rest);
    ADD("limit", test_limit);
    ADD("overflow", test_overflow);
    return g_test_run();
}
