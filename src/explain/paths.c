#include "explain/paths.h"

#include <math.h>

/* A beginning of a path: its product from here to the output, and where it goes on. */
typedef struct {
    gdouble value;
    guint unit; /* of the layer above */
    guint rank; /* among the best of that unit */
} Candidate;

/* What is known of all units of a layer. */
typedef struct {
    guint units;
    guint wanted;
    Candidate *best; /* units × wanted */
    guint *n_best;
    gdouble *positive; /* sums of the products of all paths from here */
    gdouble *negative;
    gdouble *alive; /* how many are not zero */
} Level;

static Level *level_new(guint units, guint wanted)
{
    Level *level = g_new0(Level, 1);
    level->units = units;
    level->wanted = wanted;
    level->best = g_new0(Candidate, (gsize)units * wanted);
    level->n_best = g_new0(guint, units);
    level->positive = g_new0(gdouble, units);
    level->negative = g_new0(gdouble, units);
    level->alive = g_new0(gdouble, units);
    return level;
}

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

static Level *output_level(const RippleSample *sample, guint wanted)
{
    guint last = sample->network->n_layers - 1;
    Level *level = level_new(sample->network->outputs, wanted);
    for (guint o = 0; o < level->units; o++) {
        gdouble delta = sample->delta[last][o];
        level->best[(gsize)o * wanted].value = delta;
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

/* Units `first` up to `end` of layer `l`. */
static Level *level_below(const RippleSample *sample, guint l, const Level *above, guint first,
                          guint end, guint wanted)
{
    guint units = sample->network->layers[l].outputs;
    const gdouble *weight = ripple_sample_weight(sample, l + 1);
    Level *level = level_new(units, wanted);
    g_autofree gdouble *factors = g_new(gdouble, above->units);
    g_autofree gdouble *next = g_new(gdouble, above->units);
    g_autofree guint *ranks = g_new(guint, above->units);
    for (guint u = first; u < end; u++) {
        gdouble derivative = ripple_sample_derivative(sample, l, u);
        if (derivative == 0)
            continue;
        for (guint v = 0; v < above->units; v++) {
            factors[v] = derivative * weight[(gsize)v * units + u];
            if (factors[v] != 0)
                add_sums(level, u, above, v, factors[v]);
        }
        choose_best(level, u, above, factors, next, ranks);
    }
    return level;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void trace(RipplePath *path, GPtrArray *levels, guint unit, guint rank, gdouble input)
{
    path->units = g_new(guint, levels->len);
    for (guint n = 0; n < levels->len; n++) {
        const Level *level = levels->pdata[n];
        const Candidate *at = &level->best[(gsize)unit * level->wanted + rank];
        path->units[n] = unit;
        if (n == 0)
            path->contribution = input * at->value;
        unit = at->unit;
        rank = at->rank;
    }
}

static void fill(RipplePaths *self, GPtrArray *levels, guint unit, gdouble input)
{
    const Level *level = levels->pdata[0];
    self->alive = input != 0 ? level->alive[unit] : 0;
    self->positive = input * (input > 0 ? level->positive[unit] : level->negative[unit]);
    self->negative = input * (input > 0 ? level->negative[unit] : level->positive[unit]);
    self->n_strongest = input != 0 ? level->n_best[unit] : 0;
    self->strongest = g_new0(RipplePath, self->n_strongest);
    for (guint r = 0; r < self->n_strongest; r++) {
        trace(&self->strongest[r], levels, unit, r, input);
        self->shown += self->strongest[r].contribution;
    }
}

RipplePaths *ripple_paths_new(const RippleSample *sample, guint layer, guint unit, gdouble input,
                              guint wanted)
{
    const RippleNetwork *network = sample->network;
    RipplePaths *self = g_new0(RipplePaths, 1);
    self->layer = layer;
    self->n_units = network->n_layers - layer;
    self->count = 1;
    g_autoptr(GPtrArray) levels = g_ptr_array_new_with_free_func(level_free); /* lowest first */
    Level *level = output_level(sample, wanted);
    g_ptr_array_insert(levels, 0, level);
    for (guint l = network->n_layers - 1; l-- > layer;) {
        guint units = network->layers[l].outputs;
        self->count *= network->layers[l + 1].outputs;
        level = l == layer ? level_below(sample, l, level, unit, unit + 1, wanted)
                           : level_below(sample, l, level, 0, units, wanted);
        g_ptr_array_insert(levels, 0, level);
    }
    fill(self, levels, unit, input);
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
