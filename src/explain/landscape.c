#include "explain/landscape.h"

#include <math.h>
#include <ripple/error.h>

/* Multiplications for the Gram matrix of a path, and points of it that can be told apart. */
#define GRAM_MULTIPLICATIONS 4e9
#define MOST_PATH 129

/* Beside a path, as a share of how far it reaches; and the narrower side of a plane, of the other.
 */
#define MARGIN 0.25
#define NARROWEST (1.0 / 3)

/* ---- the way --------------------------------------------------------------------------------- */

guint ripple_landscape_most_path(const RippleNetwork *network)
{
    gdouble most = sqrt(2 * GRAM_MULTIPLICATIONS / network->parameter_span);
    return (guint)CLAMP(most, 3, MOST_PATH);
}

void ripple_projected_path_clear(RippleProjectedPath *path)
{
    g_free(path->steps);
    g_free(path->x);
    g_free(path->y);
    g_free(path->loss);
    *path = (RippleProjectedPath){0};
}

gboolean ripple_projected_path_fill(RippleProjectedPath *path, const RipplePlane *plane,
                                    const RippleTrajectory *trajectory, RippleObjective *objective,
                                    const RippleExplainProgress *progress, GError **error)
{
    guint n = trajectory->n_points;
    ripple_projected_path_clear(path);
    path->n_points = n;
    path->steps = g_memdup2(trajectory->steps, n * sizeof *path->steps);
    path->x = g_new0(gdouble, n);
    path->y = g_new0(gdouble, n);
    path->loss = g_new0(gdouble, n);
    for (guint i = 0; i < n; i++) {
        gdouble within;
        path->square +=
            ripple_plane_project(plane, trajectory->weights[i], &path->x[i], &path->y[i], &within);
        path->within += within;
        if (!ripple_objective_loss(objective, trajectory->weights[i], &path->loss[i], error))
            return FALSE;
        ripple_explain_tell(progress, "loss along the path", i + 1, n);
    }
    return TRUE;
}

/* ---- the grid -------------------------------------------------------------------------------- */

void ripple_loss_grid_clear(RippleLossGrid *grid)
{
    g_free(grid->x);
    g_free(grid->y);
    g_free(grid->loss);
    *grid = (RippleLossGrid){0};
}

static gdouble *spread(const gdouble ends[2], guint points)
{
    gdouble *places = g_new(gdouble, points);
    for (guint i = 0; i < points; i++)
        places[i] = ends[0] + (ends[1] - ends[0]) * i / (points - 1);
    return places;
}

gboolean ripple_loss_grid_fill(RippleLossGrid *grid, const RipplePlane *plane, const gdouble x[2],
                               const gdouble y[2], guint points, RippleObjective *objective,
                               const RippleExplainProgress *progress, GError **error)
{
    ripple_loss_grid_clear(grid);
    *grid = (RippleLossGrid){.columns = points, .rows = points, .least = NAN, .most = NAN};
    grid->x = spread(x, points);
    grid->y = spread(y, points);
    gsize count = (gsize)points * points;
    grid->loss = g_new(gdouble, count);
    g_autofree gfloat *weights = g_new(gfloat, plane->length);
    for (gsize i = 0; i < count; i++) {
        ripple_plane_point(plane, grid->x[i % points], grid->y[i / points], weights);
        if (!ripple_objective_loss(objective, weights, &grid->loss[i], error))
            return FALSE;
        if (isfinite(grid->loss[i])) {
            grid->least = fmin(grid->least, grid->loss[i]);
            grid->most = fmax(grid->most, grid->loss[i]);
        }
        ripple_explain_tell(progress, "loss on the plane", i + 1, count);
    }
    return TRUE;
}

/* ---- how much of the plane ------------------------------------------------------------------- */

static void reach(const gdouble *values, guint count, gdouble ends[2])
{
    for (guint i = 0; i < count; i++) {
        ends[0] = fmin(ends[0], values[i]);
        ends[1] = fmax(ends[1], values[i]);
    }
}

/* At least `size` from end to end, about the same middle. */
static void widen(gdouble ends[2], gdouble size)
{
    gdouble missing = size - (ends[1] - ends[0]);
    if (missing > 0) {
        ends[0] -= missing / 2;
        ends[1] += missing / 2;
    }
}

static void add_margin(gdouble ends[2])
{
    gdouble margin = MARGIN * (ends[1] - ends[0]);
    ends[0] -= margin;
    ends[1] += margin;
}

void ripple_landscape_window(const RipplePlane *plane, const RippleProjectedPath *path,
                             gdouble x[2], gdouble y[2])
{
    gdouble least = plane->kind == RIPPLE_PLANE_RANDOM ? -1 : 0;
    x[0] = y[0] = least;
    x[1] = y[1] = -least;
    reach(path->x, path->n_points, x);
    reach(path->y, path->n_points, y);
    if (plane->kind == RIPPLE_PLANE_RANDOM)
        return;
    add_margin(x);
    add_margin(y);
    gdouble size = fmax(x[1] - x[0], y[1] - y[0]);
    widen(x, NARROWEST * size);
    widen(y, NARROWEST * size);
}

/* ---- the landscape --------------------------------------------------------------------------- */

gboolean ripple_landscape_check_points(guint *points, guint usual, GError **error)
{
    if (*points == 0)
        *points = usual;
    if (*points >= RIPPLE_LANDSCAPE_LEAST_POINTS && *points <= RIPPLE_LANDSCAPE_MOST_POINTS)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "A landscape has between %u and %u points to a side, not %u.",
                RIPPLE_LANDSCAPE_LEAST_POINTS, RIPPLE_LANDSCAPE_MOST_POINTS, *points);
    return FALSE;
}

static gboolean compute(RippleLandscape *self, RippleRunLoss *loss,
                        const RippleRunLossRequest *request, RipplePlaneKind kind, guint points,
                        GError **error)
{
    const RippleNetwork *network = request->model->network;
    g_autoptr(RippleTrajectory) trajectory =
        ripple_trajectory_new(request->directory, loss->config, request->model, loss->planned_steps,
                              ripple_landscape_most_path(network), error);
    if (!trajectory)
        return FALSE;
    self->known = trajectory->kind;
    self->n_left_out = trajectory->n_left_out;
    self->no_start = trajectory->no_start;
    self->plane = ripple_plane_new(kind, network, trajectory, request->seed);
    if (!ripple_projected_path_fill(&self->path, self->plane, trajectory, loss->objective,
                                    request->progress, error))
        return FALSE;
    self->centre_loss = self->path.loss[self->path.n_points - 1];
    gdouble x[2], y[2];
    ripple_landscape_window(self->plane, &self->path, x, y);
    return ripple_loss_grid_fill(&self->grid, self->plane, x, y, points, loss->objective,
                                 request->progress, error);
}

RippleLandscape *ripple_landscape_new(const RippleRunLossRequest *request, RipplePlaneKind kind,
                                      guint points, GError **error)
{
    if (!ripple_landscape_check_points(&points, RIPPLE_LANDSCAPE_POINTS, error))
        return NULL;
    RippleRunLossRequest wanted = *request;
    wanted.points = (guint64)points * points;
    g_autoptr(RippleRunLoss) loss = ripple_run_loss_new(&wanted, error);
    if (!loss)
        return NULL;
    g_autoptr(RippleLandscape) self = g_rc_box_new0(RippleLandscape);
    self->seed = request->seed;
    self->loss_name = g_strdup(ripple_loss_name(request->model->network->loss));
    self->samples = ripple_run_loss_describe(loss);
    self->n_samples = loss->samples;
    self->device = g_strdup(ripple_backend_device_name(loss->backend));
    return compute(self, loss, &wanted, kind, points, error) ? g_steal_pointer(&self) : NULL;
}

static void landscape_clear(gpointer data)
{
    RippleLandscape *landscape = data;
    ripple_plane_free(landscape->plane);
    ripple_loss_grid_clear(&landscape->grid);
    ripple_projected_path_clear(&landscape->path);
    g_free(landscape->loss_name);
    g_free(landscape->samples);
    g_free(landscape->device);
}

RippleLandscape *ripple_landscape_ref(RippleLandscape *landscape)
{
    return g_rc_box_acquire(landscape);
}

void ripple_landscape_unref(RippleLandscape *landscape)
{
    if (landscape)
        g_rc_box_release_full(landscape, landscape_clear);
}
