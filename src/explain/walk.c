#include "explain/walk.h"

#include "train/config_options.h"

#include <math.h>
#include <ripple/error.h>
#include <ripple/trainer.h>
#include <string.h>

/* Multiplications that all walks together may take; the reference is slower. */
#define MULTIPLICATIONS 6e10
#define MULTIPLICATIONS_REFERENCE 3e8
#define FEWEST_STEPS 50
#define MOST_STEPS 3000

/* Points of the way of one walk, and bytes of all. */
#define MOST_POINTS 40
#define MOST_BYTES (512 << 20)

/* Points to a side of the plane; and for how many more losses samples are to be left, since it is
 * not all that is computed. */
#define PLANE_POINTS 25
#define PLANE_SHARE 4

/* What counts as uphill, whatever the batches' chance, and as downhill. */
#define UPHILL 1.1
#define DOWNHILL_SHARE 0.5

/* Of the run's own learning rate, where none are asked for. */
static const gdouble factors[] = {0.03, 1, 30};

void ripple_walks_free(RippleWalks *walks)
{
    if (!walks)
        return;
    for (guint i = 0; i < walks->n_walks; i++) {
        g_free(walks->walks[i].losses);
        ripple_trajectory_free(walks->walks[i].trajectory);
        ripple_projected_path_clear(&walks->walks[i].path);
    }
    ripple_plane_free(walks->plane);
    ripple_loss_grid_clear(&walks->grid);
    g_free(walks->loss_name);
    g_free(walks->samples);
    g_free(walks->device);
    g_free(walks);
}

const char *ripple_walk_verdict_name(RippleWalkVerdict verdict)
{
    static const char *const names[] = {"descends", "crawls", "overshoots", "diverges"};
    return names[verdict];
}

/* ---- one walk ------------------------------------------------------------------------------- */

/* A training under way. */
typedef struct {
    RippleWalk *walk;
    guint64 steps;
    guint64 before; /* steps of the walks before it */
    guint64 all;    /* steps of all walks */
    gsize length;   /* of the parameters */
    guint room;     /* points of the trajectory */
    const RippleExplainProgress *progress;
} Walker;

static void take_step(const RippleStepReport *report, gpointer user_data)
{
    Walker *walker = user_data;
    if (walker->walk->n_steps < walker->steps)
        walker->walk->losses[walker->walk->n_steps++] = report->loss;
    ripple_explain_tell(walker->progress, "learning rates", walker->before + walker->walk->n_steps,
                        walker->all);
}

static gboolean are_finite(const gfloat *values, gsize count)
{
    for (gsize i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return FALSE;
    return TRUE;
}

static void keep_point(guint64 steps_before, const gfloat *parameters, gpointer user_data)
{
    Walker *walker = user_data;
    RippleTrajectory *trajectory = walker->walk->trajectory;
    if (trajectory->n_points == walker->room || !are_finite(parameters, walker->length))
        return;
    trajectory->steps[trajectory->n_points] = steps_before;
    trajectory->weights[trajectory->n_points++] =
        g_memdup2(parameters, walker->length * sizeof *parameters);
}

/* As the run's, but that it leaves nothing behind, tells of each step, and is observed `every`
 * steps. */
static RippleConfig *walk_config(const RippleConfig *config, const char *selector, gdouble rate,
                                 guint64 every, GError **error)
{
    g_autoptr(RippleConfig) own = ripple_config_copy(config, error);
    if (!own)
        return NULL;
    g_clear_pointer(&own->out, g_free);
    g_clear_pointer(&own->trace, g_free);
    own->observe = (RippleInterval){every, RIPPLE_INTERVAL_STEPS};
    own->checkpoint_every.count = 0;
    own->tune = RIPPLE_TUNE_OFF;
    own->log_every = 1;
    own->learning_rate = rate;
    if (selector) {
        g_free(own->device);
        own->device = g_strdup(selector);
    }
    return g_steal_pointer(&own);
}

/* Ends where the run would, or after the walker's steps; or when a number is not finite. */
static gboolean take_walk(Walker *walker, RippleTrainer *trainer, GError **error)
{
    const RippleObserver observer = {
        .step = take_step, .parameters = keep_point, .user_data = walker};
    RippleTrainingResult result;
    g_autoptr(GError) cause = NULL;
    if (walker->steps < ripple_trainer_steps(trainer))
        ripple_trainer_stop_after(trainer, walker->steps);
    gboolean is_whole = ripple_trainer_run(trainer, &observer, &result, &cause) ||
                        g_error_matches(cause, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED);
    if (is_whole)
        keep_point(walker->walk->n_steps, ripple_trainer_model(trainer)->parameters, walker);
    else if (!g_error_matches(cause, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
    return TRUE;
}

/* ---- what it is called ---------------------------------------------------------------------- */

static gdouble mean(const gdouble *values, guint64 count)
{
    gdouble sum = 0;
    for (guint64 i = 0; i < count; i++)
        sum += values[i];
    return sum / count;
}

static void judge(RippleWalks *walks)
{
    const RippleWalk *lowest = NULL;
    for (guint i = 0; i < walks->n_walks; i++) {
        RippleWalk *walk = &walks->walks[i];
        guint64 tenth = MAX(1, walk->n_steps / 10);
        walk->first = walk->last = NAN;
        if (walk->n_steps == 0)
            continue;
        walk->first = mean(walk->losses, tenth);
        walk->last = mean(walk->losses + walk->n_steps - tenth, tenth);
        if (walk->n_steps == walks->steps && (!lowest || walk->last < lowest->last))
            lowest = walk;
    }
    gdouble start = walks->walks[0].first; /* the shortest steps have led away least by then */
    for (guint i = 0; i < walks->n_walks; i++) {
        RippleWalk *walk = &walks->walks[i];
        if (walk->n_steps < walks->steps || !(walk->last <= UPHILL * start))
            walk->verdict = RIPPLE_WALK_DIVERGES;
        else if (start - walk->last >= DOWNHILL_SHARE * (start - lowest->last))
            walk->verdict = RIPPLE_WALK_DESCENDS;
        else
            walk->verdict = walk->rate < lowest->rate ? RIPPLE_WALK_CRAWLS : RIPPLE_WALK_OVERSHOOTS;
    }
}

/* ---- all ------------------------------------------------------------------------------------ */

static guint64 affordable_steps(const RippleConfig *config, const RippleNetwork *network,
                                guint n_walks, const char *selector)
{
    gboolean is_reference = strcmp(selector ? selector : config->device, "reference") == 0;
    gdouble all = is_reference ? MULTIPLICATIONS_REFERENCE : MULTIPLICATIONS;
    gdouble each = 3.0 * n_walks * config->batch * network->parameter_count;
    return (guint64)CLAMP(all / each, FEWEST_STEPS, MOST_STEPS);
}

/* So many that there is room for them, and principal directions can be found of all of them. */
static guint affordable_points(const RippleNetwork *network, guint n_walks)
{
    gsize bytes = network->parameter_span * sizeof(gfloat);
    guint most = MIN(ripple_landscape_most_path(network) / n_walks, MOST_POINTS);
    return (guint)CLAMP(MOST_BYTES / bytes / n_walks, 2, MAX(2, most));
}

static gboolean go(RippleWalks *walks, guint index, const RippleRunLossRequest *request,
                   GError **error)
{
    RippleWalk *walk = &walks->walks[index];
    const RippleNetwork *network = request->model->network;
    guint points = affordable_points(network, walks->n_walks);
    guint64 every = (walks->steps + points - 2) / (points - 1);
    g_autoptr(RippleConfig) own =
        walk_config(request->config, request->device, walk->rate, every, error);
    g_autoptr(RippleTrainer) trainer = own ? ripple_trainer_new(own, error) : NULL;
    if (!trainer)
        return FALSE;
    if (index == 0)
        walks->device = g_strdup(ripple_device_name(ripple_trainer_device(trainer)));
    walk->losses = g_new(gdouble, walks->steps);
    walk->trajectory = g_new0(RippleTrajectory, 1);
    walk->trajectory->steps = g_new(guint64, points);
    walk->trajectory->weights = g_new0(gfloat *, points);
    Walker walker = {.walk = walk,
                     .steps = walks->steps,
                     .before = index * walks->steps,
                     .all = walks->n_walks * walks->steps,
                     .length = network->parameter_span,
                     .room = points,
                     .progress = request->progress};
    return take_walk(&walker, trainer, error);
}

RippleWalks *ripple_walks_new(const RippleRunLossRequest *request, const gdouble *rates,
                              guint n_rates, guint points, GError **error)
{
    RippleRunLossRequest wanted = *request;
    if (!ripple_landscape_check_points(&points, PLANE_POINTS, error))
        return NULL;
    wanted.data = NULL;
    wanted.points = PLANE_SHARE * (guint64)points * points;
    g_autoptr(RippleRunLoss) loss = ripple_run_loss_new(&wanted, error);
    if (!loss)
        return NULL;
    g_autoptr(RippleWalks) walks = g_new0(RippleWalks, 1);
    walks->run_rate = request->config->learning_rate;
    walks->n_walks = n_rates > 0 ? MIN(n_rates, RIPPLE_WALKS_MOST) : G_N_ELEMENTS(factors);
    walks->steps =
        MIN(loss->planned_steps, affordable_steps(request->config, request->model->network,
                                                  walks->n_walks, request->device));
    for (guint i = 0; i < walks->n_walks; i++) {
        walks->walks[i].rate = n_rates > 0 ? rates[i] : factors[i] * walks->run_rate;
        if (!go(walks, i, request, error))
            return NULL;
    }
    judge(walks);
    if (!ripple_walks_survey(walks, loss, request, points, error))
        return NULL;
    return g_steal_pointer(&walks);
}
