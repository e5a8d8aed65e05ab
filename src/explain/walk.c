#include "explain/walk.h"

#include "train/config_options.h"
#include "train/json_object.h"

#include <math.h>
#include <ripple/error.h>
#include <ripple/trainer.h>
#include <string.h>

/* Multiplications that all walks together may take; the reference is slower. */
#define MULTIPLICATIONS 6e10
#define MULTIPLICATIONS_REFERENCE 3e8
#define FEWEST_STEPS 50
#define MOST_STEPS 3000

/* What counts as uphill, whatever the batches' chance, and as downhill. */
#define UPHILL 1.1
#define DOWNHILL_SHARE 0.5

/* Of the run's own learning rate, where none are asked for. */
static const gdouble factors[] = {0.03, 1, 30};

void ripple_walks_free(RippleWalks *walks)
{
    if (!walks)
        return;
    for (guint i = 0; i < walks->n_walks; i++)
        g_free(walks->walks[i].losses);
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

/* As the run's, but that it leaves nothing behind and tells of each step. */
static RippleConfig *walk_config(const RippleConfig *config, const char *selector, gdouble rate,
                                 GError **error)
{
    g_autoptr(RippleConfig) own = ripple_config_copy(config, error);
    if (!own)
        return NULL;
    g_clear_pointer(&own->out, g_free);
    g_clear_pointer(&own->trace, g_free);
    own->observe.count = 0;
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
    const RippleObserver observer = {.step = take_step, .user_data = walker};
    RippleTrainingResult result;
    g_autoptr(GError) cause = NULL;
    if (walker->steps < ripple_trainer_steps(trainer))
        ripple_trainer_stop_after(trainer, walker->steps);
    if (ripple_trainer_run(trainer, &observer, &result, &cause) ||
        g_error_matches(cause, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE) ||
        g_error_matches(cause, RIPPLE_ERROR, RIPPLE_ERROR_INTERRUPTED))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&cause));
    return FALSE;
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

RippleWalks *ripple_walks_new(const RippleConfig *config, const RippleNetwork *network,
                              const gdouble *rates, guint n_rates, const char *selector,
                              const RippleExplainProgress *progress, GError **error)
{
    g_autoptr(RippleWalks) walks = g_new0(RippleWalks, 1);
    walks->n_walks = n_rates > 0 ? MIN(n_rates, RIPPLE_WALKS_MOST) : G_N_ELEMENTS(factors);
    walks->run_rate = config->learning_rate;
    for (guint i = 0; i < walks->n_walks; i++) {
        RippleWalk *walk = &walks->walks[i];
        walk->rate = n_rates > 0 ? rates[i] : factors[i] * config->learning_rate;
        g_autoptr(RippleConfig) own = walk_config(config, selector, walk->rate, error);
        g_autoptr(RippleTrainer) trainer = own ? ripple_trainer_new(own, error) : NULL;
        if (!trainer)
            return NULL;
        if (i == 0) {
            walks->device = g_strdup(ripple_device_name(ripple_trainer_device(trainer)));
            walks->steps = MIN(affordable_steps(config, network, walks->n_walks, selector),
                               ripple_trainer_steps(trainer));
        }
        walk->losses = g_new(gdouble, walks->steps);
        Walker walker = {walk, walks->steps, i * walks->steps, walks->n_walks * walks->steps,
                         progress};
        if (!take_walk(&walker, trainer, error))
            return NULL;
    }
    judge(walks);
    return g_steal_pointer(&walks);
}

GString *ripple_walks_json(const RippleWalks *walks)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", "walk");
    ripple_json_set_whole(json, "steps", walks->steps);
    ripple_json_set_text(json, "device", walks->device);
    ripple_json_begin_array(json, "walks");
    for (guint i = 0; i < walks->n_walks; i++) {
        const RippleWalk *walk = &walks->walks[i];
        ripple_json_begin_object(json, NULL);
        ripple_json_set_number(json, "learning_rate", walk->rate);
        ripple_json_set_text(json, "verdict", ripple_walk_verdict_name(walk->verdict));
        ripple_json_set_number(json, "first", walk->first);
        ripple_json_set_number(json, "last", walk->last);
        ripple_json_set_numbers(json, "losses", walk->losses, walk->n_steps);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    return json;
}
