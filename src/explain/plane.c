#include "explain/plane.h"

#include "base/random.h"
#include "base/text.h"
#include "explain/principal.h"

#include <math.h>
#include <string.h>

static const char *const names[] = {"auto", "random", "principal"};

const char *ripple_plane_name(RipplePlaneKind kind)
{
    return names[kind];
}

gboolean ripple_plane_parse(const char *name, RipplePlaneKind *kind, GError **error)
{
    guint index;
    if (!ripple_text_choose("plane", name, names, G_N_ELEMENTS(names), &index, error))
        return FALSE;
    *kind = (RipplePlaneKind)index;
    return TRUE;
}

static gdouble dot(const gfloat *a, const gfloat *b, gsize count)
{
    gdouble sum = 0;
    for (gsize i = 0; i < count; i++)
        sum += (gdouble)a[i] * b[i];
    return sum;
}

/* ---- random directions ----------------------------------------------------------------------- */

/* Normally distributed, by Box and Muller: number `index` of a layer, from two uniform ones. */
static gdouble draw_normal(guint64 seed, guint layer, guint64 index)
{
    gdouble radius = ripple_random_unit(seed, RIPPLE_STREAM_DIRECTIONS, layer, 2 * index);
    gdouble angle = ripple_random_unit(seed, RIPPLE_STREAM_DIRECTIONS, layer, 2 * index + 1);
    return sqrt(-2 * log(1 - radius)) * cos(2 * G_PI * angle);
}

/* Where parameter `i` of a unit lies: its weights, then its bias. */
static gsize place_in_unit(const RippleLayer *layer, guint unit, guint i)
{
    return i < layer->inputs ? layer->weight_offset + (gsize)unit * layer->inputs + i
                             : layer->bias_offset + unit;
}

/* Direction `which` of a unit, as long as its own weights and bias are. */
static void draw_unit(const RippleLayer *layer, guint number, guint unit, guint which, guint64 seed,
                      const gfloat *centre, gfloat *direction)
{
    gdouble own = 0, drawn = 0;
    for (guint i = 0; i <= layer->inputs; i++) {
        gsize place = place_in_unit(layer, unit, i);
        guint64 index = 2 * ((guint64)unit * (layer->inputs + 1) + i) + which;
        gdouble value = draw_normal(seed, number, index);
        direction[place] = (gfloat)value;
        own += (gdouble)centre[place] * centre[place];
        drawn += value * value;
    }
    gdouble factor = drawn > 0 ? sqrt(own / drawn) : 0;
    for (guint i = 0; i <= layer->inputs; i++) {
        gsize place = place_in_unit(layer, unit, i);
        direction[place] = (gfloat)(direction[place] * factor);
    }
}

static void draw_direction(RipplePlane *self, const RippleNetwork *network, guint which,
                           guint64 seed)
{
    for (guint l = 0; l < network->n_layers; l++)
        for (guint unit = 0; unit < network->layers[l].outputs; unit++)
            draw_unit(&network->layers[l], l, unit, which, seed, self->centre,
                      self->directions[which]);
}

/* ---- principal directions -------------------------------------------------------------------- */

/* Take what lies along the first direction out of the second, and make that of length 1. */
static void straighten(RipplePlane *self)
{
    gfloat *first = self->directions[0], *second = self->directions[1];
    gdouble along = dot(first, second, self->length);
    gdouble rest = 0;
    for (gsize i = 0; i < self->length; i++) {
        second[i] = (gfloat)(second[i] - along * first[i]);
        rest += (gdouble)second[i] * second[i];
    }
    for (gsize i = 0; rest > 0 && i < self->length; i++)
        second[i] = (gfloat)(second[i] / sqrt(rest));
}

/* FALSE where nothing has moved. */
static gboolean find_directions(RipplePlane *self, const RippleNetwork *network,
                                const RippleTrajectory *trajectory, guint64 seed)
{
    gdouble sums[2];
    if (trajectory->n_points < 2)
        return FALSE;
    ripple_principal_directions(trajectory->weights, trajectory->n_points - 1, self->centre,
                                self->length, 2, self->directions, sums);
    if (sums[0] == 0)
        return FALSE;
    self->is_line = sums[1] == 0;
    if (self->is_line) {
        draw_direction(self, network, 1, seed);
        straighten(self);
    }
    return TRUE;
}

/* ---- the plane ------------------------------------------------------------------------------- */

RipplePlane *ripple_plane_new(RipplePlaneKind kind, const RippleNetwork *network,
                              const RippleTrajectory *trajectory, guint64 seed)
{
    RipplePlane *self = g_new0(RipplePlane, 1);
    self->length = network->parameter_span;
    self->centre = g_memdup2(trajectory->weights[trajectory->n_points - 1],
                             self->length * sizeof *self->centre);
    for (guint i = 0; i < 2; i++)
        self->directions[i] = g_new0(gfloat, self->length);
    self->kind = RIPPLE_PLANE_PRINCIPAL;
    if (kind == RIPPLE_PLANE_RANDOM || !find_directions(self, network, trajectory, seed)) {
        self->kind = RIPPLE_PLANE_RANDOM;
        draw_direction(self, network, 0, seed);
        draw_direction(self, network, 1, seed);
    }
    self->products[0] = dot(self->directions[0], self->directions[0], self->length);
    self->products[1] = dot(self->directions[0], self->directions[1], self->length);
    self->products[2] = dot(self->directions[1], self->directions[1], self->length);
    return self;
}

void ripple_plane_free(RipplePlane *plane)
{
    if (!plane)
        return;
    g_free(plane->centre);
    g_free(plane->directions[0]);
    g_free(plane->directions[1]);
    g_free(plane);
}

void ripple_plane_point(const RipplePlane *plane, gdouble x, gdouble y, gfloat *weights)
{
    for (gsize i = 0; i < plane->length; i++)
        weights[i] =
            (gfloat)(plane->centre[i] + x * plane->directions[0][i] + y * plane->directions[1][i]);
}

/* The normal equations of x and y. */
gdouble ripple_plane_project(const RipplePlane *plane, const gfloat *weights, gdouble *x,
                             gdouble *y, gdouble *within)
{
    gdouble first = 0, second = 0, square = 0;
    for (gsize i = 0; i < plane->length; i++) {
        gdouble away = (gdouble)weights[i] - plane->centre[i];
        first += away * plane->directions[0][i];
        second += away * plane->directions[1][i];
        square += away * away;
    }
    const gdouble *products = plane->products;
    gdouble determinant = products[0] * products[2] - products[1] * products[1];
    gboolean is_plane = determinant > 1e-12 * products[0] * products[2];
    *x = is_plane          ? (products[2] * first - products[1] * second) / determinant
         : products[0] > 0 ? first / products[0]
                           : 0;
    *y = is_plane ? (products[0] * second - products[1] * first) / determinant : 0;
    if (within)
        *within = *x * first + *y * second;
    return square;
}
