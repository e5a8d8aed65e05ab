/* The plane on which walks are shown. */
#include "explain/walk.h"

#include <math.h>

static gboolean is_wild(const RippleWalk *walk)
{
    return walk->verdict == RIPPLE_WALK_DIVERGES || walk->verdict == RIPPLE_WALK_OVERSHOOTS;
}

/* Steps that are too large lead so far away that nothing else could be seen on a plane made for
 * them; unless all do. */
static gboolean counts(const RippleWalks *walks, guint index)
{
    gboolean any = FALSE;
    for (guint i = 0; i < walks->n_walks; i++)
        any = any || !is_wild(&walks->walks[i]);
    return !any || !is_wild(&walks->walks[index]);
}

static guint lowest(const RippleWalks *walks)
{
    guint found = 0;
    for (guint i = 1; i < walks->n_walks; i++)
        if (counts(walks, i) &&
            (!counts(walks, found) || !(walks->walks[i].last >= walks->walks[found].last)))
            found = i;
    return found;
}

/* All their points, the end of the lowest last. Borrows the weights; free both arrays. */
static RippleTrajectory join(const RippleWalks *walks)
{
    g_autoptr(GPtrArray) weights = g_ptr_array_new();
    const RippleTrajectory *best = walks->walks[lowest(walks)].trajectory;
    for (guint i = 0; i < walks->n_walks; i++)
        for (guint p = 0; counts(walks, i) && p < walks->walks[i].trajectory->n_points; p++)
            g_ptr_array_add(weights, walks->walks[i].trajectory->weights[p]);
    g_ptr_array_add(weights, best->weights[best->n_points - 1]);
    guint n_points = weights->len;
    return (RippleTrajectory){.n_points = n_points,
                              .weights =
                                  (gfloat **)g_ptr_array_free(g_steal_pointer(&weights), FALSE)};
}

static void choose_window(const RippleWalks *walks, gdouble x[2], gdouble y[2])
{
    g_autoptr(GArray) all_x = g_array_new(FALSE, FALSE, sizeof(gdouble));
    g_autoptr(GArray) all_y = g_array_new(FALSE, FALSE, sizeof(gdouble));
    for (guint i = 0; i < walks->n_walks; i++) {
        const RippleProjectedPath *path = &walks->walks[i].path;
        if (!counts(walks, i))
            continue;
        g_array_append_vals(all_x, path->x, path->n_points);
        g_array_append_vals(all_y, path->y, path->n_points);
    }
    const RippleProjectedPath all = {
        .n_points = all_x->len, .x = (gdouble *)all_x->data, .y = (gdouble *)all_y->data};
    ripple_landscape_window(walks->plane, &all, x, y);
}

gboolean ripple_walks_survey(RippleWalks *walks, const RippleRunLoss *loss,
                             const RippleRunLossRequest *request, guint points, GError **error)
{
    RippleTrajectory joined = join(walks);
    walks->plane =
        ripple_plane_new(RIPPLE_PLANE_PRINCIPAL, request->model->network, &joined, request->seed);
    g_free(joined.weights);
    walks->loss_name = g_strdup(ripple_loss_name(request->model->network->loss));
    walks->samples = ripple_run_loss_describe(loss);
    for (guint i = 0; i < walks->n_walks; i++)
        if (!ripple_projected_path_fill(&walks->walks[i].path, walks->plane,
                                        walks->walks[i].trajectory, loss->objective,
                                        request->progress, error))
            return FALSE;
    gdouble x[2], y[2];
    choose_window(walks, x, y);
    return ripple_loss_grid_fill(&walks->grid, walks->plane, x, y, points, loss->objective,
                                 request->progress, error);
}
