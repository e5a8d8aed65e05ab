#include "train/memory_plan.h"

#include "train/observations.h"
#include "train/rates.h"
#include "train/result_log.h"
#include "train/session.h"

#include <ripple/error.h>

#define MEBIBYTE (1 << 20)

const char *ripple_memory_name(RippleMemoryKind kind)
{
    static const char *const names[] = {"parameters", "moments",    "activations",
                                        "deltas",     "evaluation", "observation",
                                        "results",    "scratch",    "data"};
    return names[kind];
}

/* What a plan is made for; all but the batches, which are tried out. */
typedef struct {
    const RippleConfig *config;
    const RippleMaterial *material;
    RippleBackend *backend;
} Run;

/* ---- adding up ------------------------------------------------------------------------------ */

/* More than can be counted stays that. */
static guint64 sum(guint64 a, guint64 b)
{
    guint64 result;
    return g_uint64_checked_add(&result, a, b) ? result : G_MAXUINT64;
}

static guint64 product(guint64 a, guint64 b)
{
    guint64 result;
    return g_uint64_checked_mul(&result, a, b) ? result : G_MAXUINT64;
}

static void add(RippleMemoryPlan *plan, RippleMemoryKind kind, guint64 bytes,
                guint64 largest_buffer)
{
    RippleMemoryPart *part = &plan->parts[kind];
    part->bytes = sum(part->bytes, bytes);
    part->largest_buffer = MAX(part->largest_buffer, largest_buffer);
    plan->bytes = sum(plan->bytes, bytes);
}

static void add_buffers(RippleMemoryPlan *plan, RippleMemoryKind kind, guint64 count, guint64 bytes)
{
    add(plan, kind, product(count, bytes), count > 0 ? bytes : 0);
}

/* ---- the network ---------------------------------------------------------------------------- */

static gboolean is_delta(const RippleSchedule *schedule, guint storage)
{
    for (guint i = 0; i < schedule->n_tensors; i++)
        if (schedule->tensors[i].storage == storage)
            return schedule->tensors[i].role == RIPPLE_ROLE_DELTA;
    return FALSE;
}

/* The tensors of a schedule as the scheduler allocates them. */
static void add_schedule(RippleBackend *backend, const RippleNetwork *network,
                         const RippleScheduleOptions *options, RippleMemoryKind kind,
                         RippleScratchNeed *need, RippleMemoryPlan *plan)
{
    g_autoptr(RippleSchedule) schedule = ripple_schedule_new(network, options);
    for (guint i = RIPPLE_STORAGE_WORK; i < schedule->n_storages; i++) {
        const RippleStorage *storage = &schedule->storages[i];
        guint64 bytes =
            product(storage->length, ripple_backend_element_bytes(backend, storage->element));
        gboolean is_apart = kind == RIPPLE_MEMORY_ACTIVATIONS && is_delta(schedule, i);
        add_buffers(plan, is_apart ? RIPPLE_MEMORY_DELTAS : kind, 1, bytes);
    }
    ripple_backend_add_scratch(backend, schedule, need);
}

static void add_scratch(const RippleScratchNeed *need, RippleMemoryPlan *plan)
{
    guint64 shared = sum(sum(need->losses, need->product), sum(need->gradient, need->transposed));
    shared = sum(shared, need->partials);
    add(plan, RIPPLE_MEMORY_SCRATCH, sum(need->kept, shared), need->largest);
}

static void add_observation(const Run *run, RippleScratchNeed *need, RippleMemoryPlan *plan)
{
    const RippleNetwork *network = run->material->model->network;
    guint64 real = ripple_backend_element_bytes(run->backend, RIPPLE_ELEMENT_REAL);
    RippleScheduleOptions options = ripple_observations_schedule(
        plan->batch, run->material->train->target_kind == RIPPLE_TARGET_LABELS);
    if (run->config->observe.count == 0)
        return;
    add_schedule(run->backend, network, &options, RIPPLE_MEMORY_OBSERVATION, need, plan);
    add_buffers(plan, RIPPLE_MEMORY_OBSERVATION, 1, product(network->parameter_span, real));
    add_buffers(plan, RIPPLE_MEMORY_OBSERVATION, 1,
                product(ripple_observations_values(network), real));
}

static void add_network(const Run *run, RippleMemoryPlan *plan)
{
    const RippleMaterial *material = run->material;
    const RippleNetwork *network = material->model->network;
    guint64 real = ripple_backend_element_bytes(run->backend, RIPPLE_ELEMENT_REAL);
    guint64 state = product(network->parameter_span, real);
    guint moments = ripple_config_moments(run->config);
    RippleScratchNeed need = {0};
    RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_TRAIN,
        .batch = plan->batch,
        .has_labels = material->train->target_kind == RIPPLE_TARGET_LABELS,
        .moments = moments,
    };
    add_buffers(plan, RIPPLE_MEMORY_PARAMETERS, 1, state);
    add_buffers(plan, RIPPLE_MEMORY_MOMENTS, moments, state);
    add_schedule(run->backend, network, &options, RIPPLE_MEMORY_ACTIVATIONS, &need, plan);
    add_buffers(plan, RIPPLE_MEMORY_RESULTS, 1, RIPPLE_SESSION_RESULT_VALUES * real);
    add_buffers(plan, RIPPLE_MEMORY_RESULTS, 1, RIPPLE_RESULT_LOG_VALUES * real);
    if (plan->evaluation_batch > 0) {
        options.purpose = RIPPLE_PURPOSE_EVALUATE;
        options.batch = plan->evaluation_batch;
        options.moments = 0;
        add_schedule(run->backend, network, &options, RIPPLE_MEMORY_EVALUATION, &need, plan);
        add_buffers(plan, RIPPLE_MEMORY_RESULTS, 1, RIPPLE_RESULT_LOG_VALUES * real);
    }
    add_observation(run, &need, plan);
    add_scratch(&need, plan);
}

/* ---- the data ------------------------------------------------------------------------------- */

/* Without a limit of their own, half the memory, or less where the network takes more than half;
 * but never less than they can do with. */
static guint64 data_limit(const Run *run, const RippleMemoryPlan *plan, const RipplePlacement *sets,
                          guint n_sets)
{
    guint64 memory = plan->memory_bytes;
    guint64 room = memory > plan->bytes ? memory - plan->bytes : 0;
    if (run->config->memory_limit > 0)
        return run->config->memory_limit;
    return MAX(MIN(memory / 2, room), ripple_data_plan_smallest(run->backend, sets, n_sets));
}

static gboolean add_data(const Run *run, RippleMemoryPlan *plan, GError **error)
{
    const RippleMaterial *material = run->material;
    gsize validation_batch = MIN(plan->evaluation_batch, material->n_validation);
    RipplePlacement sets[] = {
        {material->train, MAX(plan->batch, validation_batch), 0},
        {material->test, plan->evaluation_batch, 0},
    };
    guint n_sets = material->test ? 2 : 1;
    if (!ripple_data_plan(run->backend, data_limit(run, plan, sets, n_sets), sets, n_sets,
                          &plan->data, error))
        return FALSE;
    guint64 largest = 0;
    for (guint i = 0; i < n_sets; i++) {
        plan->windows[i] = sets[i].window;
        largest = MAX(largest, ripple_data_plan_largest_buffer(run->backend, &sets[i]));
    }
    add(plan, RIPPLE_MEMORY_DATA, plan->data.bytes, largest);
    return TRUE;
}

/* ---- trying batches ------------------------------------------------------------------------- */

static gboolean does_fit(const RippleMemoryPlan *plan)
{
    if (plan->bytes > plan->memory_bytes)
        return FALSE;
    for (guint i = 0; i < RIPPLE_N_MEMORY_PARTS; i++)
        if (plan->parts[i].largest_buffer > plan->largest_buffer)
            return FALSE;
    return TRUE;
}

static gboolean lay_out(const Run *run, gsize batch, gsize evaluation_batch, RippleMemoryPlan *plan,
                        GError **error)
{
    *plan = (RippleMemoryPlan){
        .batch = batch,
        .evaluation_batch = evaluation_batch,
        .memory_bytes = ripple_backend_memory_bytes(run->backend),
        .largest_buffer = ripple_backend_largest_buffer_bytes(run->backend),
    };
    add_network(run, plan);
    if (!add_data(run, plan, error))
        return FALSE;
    plan->fits = does_fit(plan);
    return TRUE;
}

/* With as many samples in a step of evaluation as fit; as many as there should be where none do. */
static gboolean lay_out_batch(const Run *run, gsize batch, RippleMemoryPlan *plan, GError **error)
{
    gboolean evaluates = run->material->test || run->material->n_validation > 0;
    gsize most = evaluates ? RIPPLE_EVALUATION_BATCH : 0;
    if (!lay_out(run, batch, most, plan, error))
        return FALSE;
    for (gsize fewer = most / 2; !plan->fits && fewer > 0; fewer /= 2) {
        RippleMemoryPlan smaller;
        if (lay_out(run, batch, fewer, &smaller, NULL) && smaller.fits)
            *plan = smaller;
    }
    return TRUE;
}

/* The largest batch below `batch` with which the run fits, or 0. */
static gsize find_batch(const Run *run, gsize batch)
{
    gsize fits = 0, too_many = batch;
    while (too_many - fits > 1) {
        RippleMemoryPlan plan;
        gsize middle = fits + (too_many - fits) / 2;
        if (lay_out_batch(run, middle, &plan, NULL) && plan.fits)
            fits = middle;
        else
            too_many = middle;
    }
    return fits;
}

gboolean ripple_memory_plan(const RippleConfig *config, const RippleMaterial *material,
                            RippleBackend *backend, RippleMemoryPlan *plan, GError **error)
{
    const Run run = {config, material, backend};
    gsize batch = MIN(config->batch, material->n_train);
    if (!lay_out_batch(&run, batch, plan, error))
        return FALSE;
    if (!plan->fits)
        plan->fitting_batch = find_batch(&run, batch);
    return TRUE;
}

gsize ripple_memory_batch(RippleBackend *backend, const RippleNetwork *network,
                          RippleScheduleOptions options)
{
    guint64 real = ripple_backend_element_bytes(backend, RIPPLE_ELEMENT_REAL);
    guint64 memory = ripple_backend_memory_bytes(backend);
    for (; options.batch > 1; options.batch /= 2) {
        RippleScratchNeed need = {0};
        /* Half of the memory is for the data. */
        RippleMemoryPlan plan = {.memory_bytes = memory / 2,
                                 .largest_buffer = ripple_backend_largest_buffer_bytes(backend)};
        add_buffers(&plan, RIPPLE_MEMORY_PARAMETERS, 1, product(network->parameter_span, real));
        add_schedule(backend, network, &options, RIPPLE_MEMORY_EVALUATION, &need, &plan);
        add_scratch(&need, &plan);
        if (does_fit(&plan))
            break;
    }
    return options.batch;
}

/* ---- what does not fit ---------------------------------------------------------------------- */

static char *advice(const RippleMemoryPlan *plan)
{
    if (plan->fitting_batch > 0)
        return g_strdup_printf("--batch %" G_GSIZE_FORMAT " fits", plan->fitting_batch);
    return g_strdup("no --batch fits, so choose narrower or fewer layers; `ripple train --plan` "
                    "tells what takes how much");
}

gboolean ripple_memory_plan_check(const RippleMemoryPlan *plan, const RippleBackend *backend,
                                  GError **error)
{
    if (plan->fits)
        return TRUE;
    const char *device = ripple_backend_device_name(backend);
    g_autofree char *what_fits = advice(plan);
    if (plan->bytes > plan->memory_bytes) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY,
                    "The run needs %.1f MiB of memory on %s, which has %.1f MiB; %s.",
                    (gdouble)plan->bytes / MEBIBYTE, device, (gdouble)plan->memory_bytes / MEBIBYTE,
                    what_fits);
        return FALSE;
    }
    for (RippleMemoryKind kind = 0; kind < RIPPLE_N_MEMORY_PARTS; kind++) {
        if (plan->parts[kind].largest_buffer <= plan->largest_buffer)
            continue;
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY,
                    "The run needs %.1f MiB at once for its %s on %s, which allocates at most %.1f "
                    "MiB at once; %s.",
                    (gdouble)plan->parts[kind].largest_buffer / MEBIBYTE, ripple_memory_name(kind),
                    device, (gdouble)plan->largest_buffer / MEBIBYTE, what_fits);
        return FALSE;
    }
    g_return_val_if_reached(FALSE);
}
