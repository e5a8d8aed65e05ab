#include "explain/paths.h"

#include <math.h>
#include <ripple/error.h>

/* A beginning of a path: its product from here to the output, and where it goes on. */
typedef struct {
    gdouble value;
    guint unit; /* of the layer above */
    guint rank; /* among the best of that unit */
} Candidate;

/* What is known of all units of a layer. */
typedef struct {
    guint first; /* unit; those before it are not needed */
    guint units; /* from there */
    guint wanted;
    Candidate *best; /* units × wanted, as all below are by unit − first */
    guint *n_best;
    gdouble *positive; /* sums of the products of all paths from here */
    gdouble *negative;
    gdouble *alive; /* how many are not zero */
} Level;

static void level_free(gpointer data)
{
    Level *level = data;
    g_free(level->best);
    g_free(level->n_best);
    g_free(level->positive);
    g_free(level->negative);
    g_free(level->alive);
    g_free(level);
}

static Level *level_new(guint first, guint units, guint wanted, GError **error)
{
    Level *level = g_new0(Level, 1);
    level->first = first;
    level->units = units;
    level->wanted = wanted;
    level->best = g_try_malloc0_n((gsize)units * wanted, sizeof *level->best);
    if (!level->best) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "There is no memory for %u paths from each of %u units; try fewer paths.",
                    wanted, units);
        level_free(level);
        return NULL;
    }
    level->n_best = g_new0(guint, units);
    level->positive = g_new0(gdouble, units);
    level->negative = g_new0(gdouble, units);
    level->alive = g_new0(gdouble, units);
    return level;
}

/* From each of `units` outputs, itself is the only path. */
static Level *output_level(const RippleSample *sample, guint first, guint units, GError **error)
{
    guint last = sample->network->n_layers - 1;
    Level *level = level_new(first, units, 1, error);
    for (guint o = 0; level && o < units; o++) {
        gdouble delta = sample->delta[last][first + o];
        level->best[o].value = delta;
        level->n_best[o] = level->alive[o] = delta != 0;
        level->positive[o] = fmax(delta, 0);
        level->negative[o] = fmin(delta, 0);
    }
    return level;
}

/* ---- one unit from those above it ----------------------------------------------------------- */

static void add_sums(Level *level, guint unit, const Level *above, guint v, gdouble factor)
{
    gdouble positive = factor * above->positive[v], negative = factor * above->negative[v];
    level->positive[unit] += factor > 0 ? positive : negative;
    level->negative[unit] += factor > 0 ? negative : positive;
    level->alive[unit] += above->alive[v];
}

/* The product along the best path that goes on to `v` and was not taken yet. */
static gdouble next_of(const Level *above, guint v, guint rank, gdouble factor)
{
    return rank < above->n_best[v] ? factor * above->best[(gsize)v * above->wanted + rank].value
                                   : 0;
}

/* `factors` are f′·w to each unit above; `next` and `ranks` are room for as many. */
static void choose_best(Level *level, guint unit, const Level *above, const gdouble *factors,
                        gdouble *next, guint *ranks)
{
    for (guint v = 0; v < above->units; v++) {
        ranks[v] = 0;
        next[v] = next_of(above, v, 0, factors[v]);
    }
    for (guint n = 0; n < level->wanted; n++) {
        guint best = 0;
        for (guint v = 1; v < above->units; v++)
            if (fabs(next[v]) > fabs(next[best]))
                best = v;
        if (next[best] == 0)
            return;
        level->best[(gsize)unit * level->wanted + n] = (Candidate){next[best], best, ranks[best]};
        level->n_best[unit]++;
        ranks[best]++;
        next[best] = next_of(above, best, ranks[best], factors[best]);
    }
}

/* `units` units of layer `l` from `first` on, from all those of the layer above. */
static Level *level_below(const RippleSample *sample, guint l, const Level *above, guint first,
                          guint units, guint wanted, GError **error)
{
    guint width = sample->network->layers[l].outputs;
    guint64 most = (guint64)above->units * above->wanted;
    const gdouble *weight = ripple_sample_weight(sample, l + 1);
    Level *level = level_new(first, units, (guint)MIN(wanted, most), error);
    g_autofree gdouble *factors = g_new(gdouble, above->units);
    g_autofree gdouble *next = g_new(gdouble, above->units);
    g_autofree guint *ranks = g_new(guint, above->units);
    for (guint u = 0; level && u < units; u++) {
        gdouble derivative = ripple_sample_derivative(sample, l, first + u);
        if (derivative == 0)
            continue;
        for (guint v = 0; v < above->units; v++) {
            factors[v] = derivative * weight[(gsize)v * width + first + u];
            if (factors[v] != 0)
                add_sums(level, u, above, v, factors[v]);
        }
        choose_best(level, u, above, factors, next, ranks);
    }
    return level;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void trace(RipplePath *path, GPtrArray *levels, guint rank, gdouble input)
{
    guint unit = ((const Level *)levels->pdata[0])->first;
    path->units = g_new(guint, levels->len);
    for (guint n = 0; n < levels->len; n++) {
        const Level *level = levels->pdata[n];
        const Candidate *at = &level->best[(gsize)(unit - level->first) * level->wanted + rank];
        path->units[n] = unit;
        if (n == 0)
            path->contribution = input * at->value;
        unit = at->unit;
        rank = at->rank;
    }
}

static void fill(RipplePaths *self, GPtrArray *levels, gdouble input)
{
    const Level *level = levels->pdata[0];
    self->alive = input != 0 ? level->alive[0] : 0;
    self->positive = input * (input > 0 ? level->positive[0] : level->negative[0]);
    self->negative = input * (input > 0 ? level->negative[0] : level->positive[0]);
    self->n_strongest = input != 0 ? level->n_best[0] : 0;
    self->strongest = g_new0(RipplePath, self->n_strongest);
    for (guint r = 0; r < self->n_strongest; r++) {
        trace(&self->strongest[r], levels, r, input);
        self->shown += self->strongest[r].contribution;
    }
}

/* All units of the layers above, and of the lowest the one that is asked for. */
static GPtrArray *climb_down(const RippleSample *sample, guint layer, guint unit, guint wanted,
                             GError **error)
{
    const RippleNetwork *network = sample->network;
    guint last = network->n_layers - 1;
    g_autoptr(GPtrArray) levels = g_ptr_array_new_with_free_func(level_free); /* lowest first */
    Level *level = layer == last ? output_level(sample, unit, 1, error)
                                 : output_level(sample, 0, network->outputs, error);
    for (guint l = last; level && l-- > layer;) {
        g_ptr_array_insert(levels, 0, level);
        level = l == layer
                    ? level_below(sample, l, level, unit, 1, wanted, error)
                    : level_below(sample, l, level, 0, network->layers[l].outputs, wanted, error);
    }
    if (!level)
        return NULL;
    g_ptr_array_insert(levels, 0, level);
    return g_steal_pointer(&levels);
}

RipplePaths *ripple_paths_new(const RippleSample *sample, guint layer, guint unit, gdouble input,
                              guint wanted, GError **error)
{
    const RippleNetwork *network = sample->network;
    g_autoptr(GPtrArray) levels = climb_down(sample, layer, unit, wanted, error);
    if (!levels)
        return NULL;
    RipplePaths *self = g_new0(RipplePaths, 1);
    self->layer = layer;
    self->n_units = network->n_layers - layer;
    self->count = 1;
    for (guint l = layer + 1; l < network->n_layers; l++)
        self->count *= network->layers[l].outputs;
    fill(self, levels, input);
    return self;
}

void ripple_paths_free(RipplePaths *paths)
{
    if (!paths)
        return;
    for (guint i = 0; i < paths->n_strongest; i++)
        g_free(paths->strongest[i].units);
    g_free(paths->strongest);
    g_free(paths);
}
