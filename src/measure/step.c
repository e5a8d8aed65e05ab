#include "measure/step.h"

#include "base/random.h"
#include "measure/memory.h"
#include "measure/random_data.h"
#include "reference/reference.h"
#include "train/data_plan.h"
#include "train/rates.h"
#include "train/session.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

#define LEAST_SAMPLES 4096 /* so that batches differ, as in training */
#define CHECKED_STEPS 2
#define PROFILED_RUNS 10 /* each as long as one that is timed */

/* The reference takes seconds for this much: larger steps are checked on fewer samples. */
#define CHECKED_OPERATIONS 4e9

/* As `ripple compare` asks of losses: a relative difference, over a loss of at least 0.001. */
#define LOSS_TOLERANCE 1e-4
#define SMALLEST_LOSS 1e-3

/* ---- what a step costs ------------------------------------------------------------------- */

RippleNetwork *ripple_step_network(RippleConfig *config, guint inputs, guint classes,
                                   GError **error)
{
    RippleDataset description = {
        .source = (char *)"random data",
        .inputs = inputs,
        .target_kind = RIPPLE_TARGET_LABELS,
        .classes = classes,
    };
    return ripple_config_resolve(config, &description, error);
}

gdouble ripple_step_operations(const RippleNetwork *network, gsize batch)
{
    gdouble multiply_adds = 0;
    for (guint i = 0; i < network->n_layers; i++) {
        const RippleLayer *layer = &network->layers[i];
        guint products = i == 0 ? 2 : 3;
        multiply_adds += (gdouble)products * batch * layer->inputs * layer->outputs;
    }
    return 2 * multiply_adds;
}

/* Whole batches, LEAST_SAMPLES at least. */
static gsize count_samples(gsize batch)
{
    return (LEAST_SAMPLES + batch - 1) / batch * batch;
}

static gsize count_checked_samples(const RippleNetwork *network, gsize batch)
{
    gdouble affordable = CHECKED_OPERATIONS / ripple_step_operations(network, 1);
    return affordable >= batch ? batch : MAX(1, (gsize)affordable);
}

/* Bytes on host, device and reference, roughly: the device may compute in the host's memory. */
static gdouble estimate_memory(const RippleNetwork *network, gsize batch)
{
    gdouble per_sample = network->inputs;
    for (guint i = 0; i < network->n_layers; i++)
        per_sample += 2.0 * network->layers[i].outputs; /* activation and delta */
    gdouble data = 2.0 * count_samples(batch) * network->inputs;
    /* Parameter, gradient and moments, and the start. */
    gdouble kept = 2.0 + RIPPLE_MOST_MOMENTS;
    gdouble parameters =
        network->parameter_span * (kept * (sizeof(gfloat) + sizeof(gdouble)) + sizeof(gfloat));
    gdouble tensors = per_sample * (batch * (gdouble)sizeof(gfloat) +
                                    count_checked_samples(network, batch) * sizeof(gdouble));
    return data + parameters + tensors;
}

/* ---- training on random data ------------------------------------------------------------- */

/* What every backend begins with. */
typedef struct {
    const RippleConfig *config;
    RippleModel *model;
    RippleDataset *dataset;
    guint32 *order;
} Start;

static void start_clear(Start *start)
{
    ripple_model_free(start->model);
    ripple_dataset_free(start->dataset);
    g_free(start->order);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Start, start_clear)

static void start_fill(Start *start, const RippleNetwork *network)
{
    guint64 seed = start->config->seed;
    gsize samples = count_samples(start->config->batch);
    start->model = ripple_model_new(ripple_network_copy(network), ripple_transform_new(1));
    start->model->transform->scale[0] = 1.0 / 255;
    ripple_network_initialise(network, seed, start->model->parameters);
    start->dataset = ripple_random_dataset(samples, network->inputs, network->outputs, seed);
    start->order = g_new(guint32, samples);
    for (gsize i = 0; i < samples; i++)
        start->order[i] = (guint32)i;
    ripple_random_shuffle(start->order, samples, seed, RIPPLE_STREAM_PERMUTATION, 0);
}

/* Training on one backend. */
typedef struct {
    RippleBackend *backend; /* borrowed */
    RippleSession *session;
    const RippleConfig *config;
    RippleBuffer *results; /* of the steps enqueued at once */
    guint64 steps;         /* taken so far */
    gsize first;           /* of the next batch, in the order */
    gsize count;           /* samples in the steps that are enqueued at once */
    gboolean joined;       /* those steps are one operation of the backend */
} Side;

static void side_clear(Side *side)
{
    ripple_buffer_free(side->results);
    ripple_session_free(side->session);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Side, side_clear)

/* Batches of at most `batch` samples. */
static gboolean side_open(Side *side, const Start *start, gsize batch, GError **error)
{
    const RippleConfig *config = start->config;
    RippleScheduleOptions options = {.batch = batch, .moments = ripple_config_moments(config)};
    side->config = config;
    RipplePlacement set = {start->dataset, config->batch, 0};
    RippleDataPlan plan;
    if (!ripple_data_plan(side->backend, config->memory_limit, &set, 1, &plan, error))
        return FALSE;
    side->session = ripple_session_new(side->backend, start->model, start->dataset, set.window,
                                       start->dataset->samples, options, error);
    if (!side->session || !ripple_session_set_order(side->session, start->order, error))
        return FALSE;
    gsize most_steps = start->dataset->samples / ripple_session_batch_size(side->session);
    side->results = ripple_buffer_new(side->backend, RIPPLE_ELEMENT_REAL, 2 * most_steps, error);
    return side->results != NULL;
}

/* Samples of as many steps as training would enqueue at once. */
static gboolean count_samples_at_once(Side *side, GError **error)
{
    RippleSession *session = side->session;
    gsize batch = ripple_session_batch_size(session), ahead = ripple_session_ahead(session, 0);
    RippleBatch at;
    if (!ripple_session_batch(session, 0, batch, &at, error))
        return FALSE;
    RippleRates rates = ripple_config_rates(side->config, 1);
    gsize steps = ripple_scheduler_most_steps(session->scheduler, &at, &rates);
    side->count = MIN(steps, ahead / batch) * batch;
    side->joined = ripple_scheduler_joins_steps(session->scheduler, &at, &rates);
    return TRUE;
}

static gsize steps_at_once(const Side *side)
{
    gsize batch = ripple_session_batch_size(side->session);
    return (side->count + batch - 1) / batch;
}

/* Enqueue the next steps. Where not so many samples are left together, those are left out. */
static gboolean enqueue_steps(gpointer user_data, GError **error)
{
    Side *side = user_data;
    gsize steps = steps_at_once(side);
    while (side->first < side->session->samples &&
           ripple_session_ahead(side->session, side->first) < side->count)
        side->first += ripple_session_ahead(side->session, side->first);
    if (side->first >= side->session->samples)
        side->first = 0;
    RippleBatch batch;
    if (!ripple_session_batch(side->session, side->first, side->count, &batch, error))
        return FALSE;
    side->first += side->count;
    g_autofree RippleRates *rates = g_new(RippleRates, steps);
    for (gsize i = 0; i < steps; i++)
        rates[i] = ripple_config_rates(side->config, ++side->steps);
    return ripple_scheduler_steps(side->session->scheduler, &batch, rates,
                                  ripple_view(side->results, 0, steps, 2), error);
}

/* The next steps, and the loss of the first. */
static gboolean step_loss(Side *side, gdouble *loss, GError **error)
{
    gdouble result[2];
    if (!enqueue_steps(side, error) ||
        !ripple_backend_download_exact(ripple_view(side->results, 0, 1, 2), result, error))
        return FALSE;
    *loss = result[0];
    return TRUE;
}

/* ---- the check, and the time ------------------------------------------------------------- */

/* Numbers that are not finite take another time than those of a training; nor has a device those
 * that only the reference's double precision holds. */
static gboolean check_finite(gdouble loss, const RippleConfig *config, GError **error)
{
    if (fabs(loss) <= G_MAXFLOAT)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE,
                "The loss of the steps to time is no longer a finite number; try a smaller "
                "learning rate than %g.",
                config->learning_rate);
    return FALSE;
}

static gboolean compare_losses(const RippleBackend *backend, guint step, gdouble found,
                               gdouble expected, GError **error)
{
    gdouble relative = fabs(found - expected) / fmax(fabs(expected), SMALLEST_LOSS);
    if (relative <= LOSS_TOLERANCE)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                "The loss of step %u is %.9g on %s and %.9g in the reference: they differ by %.2g, "
                "and %.2g is allowed. `ripple compare` tells where it arises.",
                step, found, ripple_backend_device_name(backend), expected, relative,
                LOSS_TOLERANCE);
    return FALSE;
}

/* The first steps of `device`, `count` samples each, against the reference's. */
static gboolean check(Side *device, const Start *start, gsize count, GError **error)
{
    g_autoptr(RippleBackend) backend = ripple_reference_backend_new();
    g_auto(Side) reference = {.backend = backend, .count = count};
    if (!side_open(&reference, start, count, error))
        return FALSE;
    device->count = count;
    for (guint step = 1; step <= CHECKED_STEPS; step++) {
        gdouble found, expected;
        if (!step_loss(device, &found, error) || !step_loss(&reference, &expected, error) ||
            !check_finite(expected, start->config, error) ||
            !compare_losses(device->backend, step, found, expected, error))
            return FALSE;
    }
    return TRUE;
}

void ripple_step_speed_clear(RippleStepSpeed *speed)
{
    ripple_work_profile_clear(&speed->profile);
}

/* Some tenths of a second; the reference has no events to tell of. */
static gboolean profile_step(Side *side, guint64 launches, RippleWorkProfile *profile,
                             GError **error)
{
    return strcmp(ripple_backend_kind(side->backend), "opencl") != 0 ||
           ripple_work_profile(side->backend, enqueue_steps, side, launches, PROFILED_RUNS, profile,
                               error);
}

gboolean ripple_step_measure(RippleBackend *backend, const RippleNetwork *network,
                             const RippleConfig *config, gdouble seconds, RippleStepSpeed *speed,
                             GError **error)
{
    *speed = (RippleStepSpeed){0};
    if (!ripple_memory_check(estimate_memory(network, config->batch), "A step on this batch",
                             error))
        return FALSE;
    g_auto(Start) start = {.config = config};
    start_fill(&start, network);

    gsize checked = count_checked_samples(network, config->batch);
    g_auto(Side) side = {.backend = backend};
    if (!side_open(&side, &start, config->batch, error) || !check(&side, &start, checked, error))
        return FALSE;
    side.first = 0;
    if (!count_samples_at_once(&side, error))
        return FALSE;
    RippleTiming timing;
    gdouble loss;
    if (!ripple_timing_measure(backend, enqueue_steps, &side, seconds, &timing, error) ||
        !profile_step(&side, timing.launches, &speed->profile, error) ||
        !step_loss(&side, &loss, error) || !check_finite(loss, config, error))
        return FALSE;
    ripple_timing_divide(&timing, steps_at_once(&side));
    ripple_work_profile_divide(&speed->profile, steps_at_once(&side));

    gdouble billions = ripple_step_operations(network, config->batch) / 1e9;
    speed->samples_per_second = config->batch / timing.median;
    speed->milliseconds = 1000 * timing.median;
    speed->gflop = billions;
    speed->gflops = ripple_timing_throughput(&timing, billions);
    speed->checked_samples = checked;
    speed->steps_at_once = side.joined ? steps_at_once(&side) : 0;
    return TRUE;
}
