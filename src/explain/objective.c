#include "explain/objective.h"

#include "base/random.h"
#include "train/data_plan.h"
#include "train/evaluation.h"
#include "train/memory_plan.h"
#include "train/session.h"

#include <ripple/error.h>
#include <string.h>

#define AFFORDABLE_MULTIPLICATIONS 1e11
#define AFFORDABLE_ON_REFERENCE 1e9
#define LEAST_SAMPLES 256

struct _RippleObjective {
    RippleBackend *backend; /* borrowed */
    RippleModel *model;     /* the network and the transform, with some parameters */
    RippleDataset *dataset; /* the samples that were chosen, and no others */
    RippleState *state;
    RippleSource *source;
    RippleEvaluator *evaluator;
    RippleSession *session; /* for gradients; NULL until one is asked for */
};

/* ---- samples -------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    guint32 one = *(const guint32 *)a, other = *(const guint32 *)b;
    return one < other ? -1 : one > other;
}

/* `count` of those that are listed, in the order of the data. Free with g_free. */
static guint32 *choose(const RippleObjectiveSamples *samples, gsize listed, gsize count)
{
    guint32 *chosen = g_new(guint32, listed);
    for (gsize i = 0; i < listed; i++)
        chosen[i] = samples->order ? samples->order[i] : (guint32)i;
    if (count < listed) {
        ripple_random_shuffle(chosen, listed, samples->seed, RIPPLE_STREAM_SUBSET, 0);
        qsort(chosen, count, sizeof *chosen, by_number);
    }
    return chosen;
}

/* Rows of `width` elements of `size` bytes, those that `chosen` lists. NULL where there are none.
 */
static gpointer pick(gconstpointer rows, gsize width, gsize size, const guint32 *chosen,
                     gsize count)
{
    if (!rows)
        return NULL;
    char *picked = g_malloc_n(count, width * size);
    for (gsize i = 0; i < count; i++)
        memcpy(picked + i * width * size, (const char *)rows + chosen[i] * width * size,
               width * size);
    return picked;
}

static RippleDataset *pick_samples(const RippleDataset *all, const guint32 *chosen, gsize count)
{
    RippleDataset *dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup(all->source);
    dataset->samples = count;
    dataset->inputs = all->inputs;
    dataset->input_bytes = pick(all->input_bytes, all->inputs, sizeof(guint8), chosen, count);
    dataset->input_values = pick(all->input_values, all->inputs, sizeof(gfloat), chosen, count);
    dataset->target_kind = all->target_kind;
    dataset->classes = all->classes;
    dataset->targets = all->targets;
    dataset->labels = pick(all->labels, 1, sizeof(guint32), chosen, count);
    dataset->target_values = pick(all->target_values, all->targets, sizeof(gfloat), chosen, count);
    return dataset;
}

static RippleTransform *copy_transform(const RippleTransform *transform)
{
    RippleTransform *copy = ripple_transform_new(transform->columns);
    memcpy(copy->scale, transform->scale, transform->columns * sizeof *copy->scale);
    memcpy(copy->shift, transform->shift, transform->columns * sizeof *copy->shift);
    return copy;
}

static gboolean take_samples(RippleObjective *self, const RippleObjectiveSamples *samples,
                             GError **error)
{
    gsize listed = samples->order ? samples->n_order : samples->dataset->samples;
    if (listed == 0 || samples->dataset->target_kind == RIPPLE_TARGET_NONE) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "A loss needs samples with targets, and there are none in %s.",
                    samples->dataset->source);
        return FALSE;
    }
    gsize count = samples->most_samples ? MIN(samples->most_samples, listed) : listed;
    g_autofree guint32 *chosen = choose(samples, listed, count);
    self->dataset = pick_samples(samples->dataset, chosen, count);
    return TRUE;
}

gsize ripple_objective_affordable(const RippleBackend *backend, const RippleNetwork *network,
                                  guint64 points, gsize samples)
{
    gboolean is_reference = strcmp(ripple_backend_kind(backend), "reference") == 0;
    gdouble most = is_reference ? AFFORDABLE_ON_REFERENCE : AFFORDABLE_MULTIPLICATIONS;
    gdouble wanted = most / ((gdouble)MAX(points, 1) * network->parameter_count);
    gsize count = wanted < LEAST_SAMPLES ? LEAST_SAMPLES
                  : wanted > samples     ? samples
                                         : (gsize)wanted;
    return MIN(count, samples);
}

/* ---- the objective -------------------------------------------------------------------------- */

static gboolean open_evaluation(RippleObjective *self, GError **error)
{
    RipplePlacement set = {self->dataset, RIPPLE_EVALUATION_BATCH, 0};
    RippleDataPlan plan;
    if (!ripple_data_plan(self->backend, 0, &set, 1, &plan, error))
        return FALSE;
    self->state = ripple_state_new(self->backend, self->model->network, 0, error);
    if (!self->state)
        return FALSE;
    self->source =
        ripple_source_new(self->backend, self->dataset, self->model->transform, set.window, error);
    if (!self->source)
        return FALSE;
    RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_EVALUATE,
        .batch = MIN(RIPPLE_EVALUATION_BATCH, self->dataset->samples),
        .has_labels = self->dataset->target_kind == RIPPLE_TARGET_LABELS,
    };
    options.batch = ripple_memory_batch(self->backend, self->model->network, options);
    self->evaluator = ripple_evaluator_new(self->state, options.has_labels, options.batch, error);
    return self->evaluator != NULL;
}

RippleObjective *ripple_objective_new(RippleBackend *backend, const RippleObjectiveSamples *samples,
                                      GError **error)
{
    g_autoptr(RippleObjective) self = g_new0(RippleObjective, 1);
    self->backend = backend;
    self->model = ripple_model_new(ripple_network_copy(samples->model->network),
                                   copy_transform(samples->model->transform));
    if (!take_samples(self, samples, error) || !open_evaluation(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_objective_free(RippleObjective *objective)
{
    if (!objective)
        return;
    ripple_session_free(objective->session);
    ripple_evaluator_free(objective->evaluator);
    ripple_source_free(objective->source);
    ripple_state_free(objective->state);
    ripple_dataset_free(objective->dataset);
    ripple_model_free(objective->model);
    g_free(objective);
}

gsize ripple_objective_samples(const RippleObjective *objective)
{
    return objective->dataset->samples;
}

gboolean ripple_objective_loss(RippleObjective *objective, const gfloat *parameters, gdouble *loss,
                               GError **error)
{
    RippleScore score;
    if (!ripple_backend_upload(ripple_buffer_view(objective->state->parameters), parameters,
                               error) ||
        !ripple_evaluator_run(objective->evaluator, objective->source, NULL,
                              objective->dataset->samples, &score, error))
        return FALSE;
    *loss = score.loss;
    return TRUE;
}

/* ---- gradients ------------------------------------------------------------------------------ */

static gboolean open_session(RippleObjective *self, GError **error)
{
    if (self->session)
        return TRUE;
    const RippleScheduleOptions options = {.batch = RIPPLE_EVALUATION_BATCH, .keep_all = TRUE};
    self->session = ripple_session_new(self->backend, self->model, self->dataset, 0,
                                       self->dataset->samples, options, error);
    return self->session != NULL;
}

/* All rows but those that would change the parameters. */
static gboolean propagate(RippleObjective *self, const RippleBatch *batch, GError **error)
{
    RippleScheduler *scheduler = self->session->scheduler;
    const RippleSchedule *schedule = ripple_scheduler_schedule(scheduler);
    RippleView result = ripple_buffer_view(self->session->result);
    for (guint row = 0; row < schedule->n_steps; row++)
        if (schedule->steps[row].kind != RIPPLE_STEP_UPDATE &&
            !ripple_scheduler_row(scheduler, row, batch, NULL, result, error))
            return FALSE;
    return TRUE;
}

/* Add the gradients of the batch, each `share` of the whole. */
static gboolean add_gradients(RippleObjective *self, gdouble share, gdouble *gradient,
                              GError **error)
{
    static const RippleRole roles[] = {RIPPLE_ROLE_WEIGHT_GRADIENT, RIPPLE_ROLE_BIAS_GRADIENT};
    for (guint l = 0; l < self->model->network->n_layers; l++) {
        const RippleLayer *layer = &self->model->network->layers[l];
        const gsize offsets[] = {layer->weight_offset, layer->bias_offset};
        for (guint i = 0; i < G_N_ELEMENTS(roles); i++) {
            RippleView view = ripple_scheduler_view(self->session->scheduler, roles[i], l, 0);
            gsize count = view.rows * view.columns;
            g_autofree gdouble *values = g_new(gdouble, count);
            if (!ripple_backend_download_exact(view, values, error))
                return FALSE;
            for (gsize k = 0; k < count; k++)
                gradient[offsets[i] + k] += share * values[k];
        }
    }
    return TRUE;
}

gboolean ripple_objective_gradient(RippleObjective *objective, const gfloat *parameters,
                                   gdouble *gradient, GError **error)
{
    gsize samples = objective->dataset->samples;
    memset(gradient, 0, objective->model->network->parameter_span * sizeof *gradient);
    g_autofree guint32 *order = g_new(guint32, samples);
    for (gsize i = 0; i < samples; i++)
        order[i] = (guint32)i;
    if (!open_session(objective, error) ||
        !ripple_backend_upload(ripple_buffer_view(objective->session->state->parameters),
                               parameters, error) ||
        !ripple_session_set_order(objective->session, order, error))
        return FALSE;
    gsize size = ripple_session_batch_size(objective->session);
    for (gsize first = 0; first < samples; first += size) {
        RippleBatch batch;
        gsize count = MIN(size, samples - first);
        if (!ripple_session_batch(objective->session, first, count, &batch, error) ||
            !propagate(objective, &batch, error) ||
            !add_gradients(objective, (gdouble)count / samples, gradient, error))
            return FALSE;
    }
    return TRUE;
}
