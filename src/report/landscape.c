#include "report/landscape.h"

RippleRunLossRequest ripple_figure_loss_request(const RippleFigureRequest *request)
{
    const RippleRunRecord *run = request->runs[0];
    return (RippleRunLossRequest){.directory = run->path,
                                  .config = run->config,
                                  .model = run->model,
                                  .data = request->data,
                                  .device = request->device,
                                  .seed = request->seed,
                                  .progress = request->progress};
}

RippleLandscape *ripple_figure_landscape(const RippleFigureRequest *request, GError **error)
{
    if (request->shared && request->shared->landscape)
        return ripple_landscape_ref(request->shared->landscape);
    const RippleRunLossRequest asked = ripple_figure_loss_request(request);
    RippleLandscape *landscape =
        ripple_landscape_new(&asked, request->plane, request->points, error);
    if (landscape && request->shared)
        request->shared->landscape = ripple_landscape_ref(landscape);
    return landscape;
}

static const char *known_text(RippleTrajectoryKind known)
{
    switch (known) {
    case RIPPLE_TRAJECTORY_OBSERVED:
        return "as train --observe has kept it";
    case RIPPLE_TRAJECTORY_CHECKPOINTS:
        return "as far as its checkpoints tell";
    default:
        return "of which its start and its end are known (train --observe keeps more)";
    }
}

/* Less than this of its square, and the shadow would tell nothing. */
#define LEAST_SHARE 0.05

gboolean ripple_landscape_shows_path(const RippleLandscape *landscape)
{
    const RippleProjectedPath *path = &landscape->path;
    return path->n_points > 1 && path->within >= LEAST_SHARE * path->square;
}

char *ripple_landscape_note(const RippleLandscape *landscape)
{
    const RipplePlane *plane = landscape->plane;
    const RippleProjectedPath *path = &landscape->path;
    g_autoptr(GString) note = g_string_new(NULL);
    if (plane->kind == RIPPLE_PLANE_RANDOM)
        g_string_append(note, "A plane through the weights at the end of the run, in two random "
                              "directions, each unit's part as long as its own weights");
    else if (plane->is_line)
        g_string_append(note, "A plane through the weights at the end of the run: the direction "
                              "in which it moved, and a random one");
    else
        g_string_append(note, "The plane through the weights at the end of the run in which it "
                              "moved most");
    if (ripple_landscape_shows_path(landscape))
        g_string_append_printf(note,
                               ". The path, %s, is its shadow on that plane, which holds "
                               "%.1f%% of its squared distance from the end",
                               known_text(landscape->known), 100 * path->within / path->square);
    else if (path->n_points > 1)
        g_string_append(note, ". The path of the run hardly lies in it, and is not drawn");
    g_string_append_printf(note, ". The loss is over %s, on %s.", landscape->samples,
                           landscape->device);
    if (landscape->n_left_out > 0 && ripple_landscape_shows_path(landscape))
        g_string_append_printf(note, " Of %u points of the path %u are drawn.",
                               path->n_points + landscape->n_left_out, path->n_points);
    if (landscape->no_start && ripple_landscape_shows_path(landscape))
        g_string_append(note, " The weights that it began with are gone.");
    return g_string_free(g_steal_pointer(&note), FALSE);
}

const char *ripple_landscape_axis(const RippleLandscape *landscape, guint axis)
{
    const RipplePlane *plane = landscape->plane;
    if (plane->kind == RIPPLE_PLANE_RANDOM)
        return axis == 0 ? "first random direction (1: as long as the weights)"
                         : "second random direction (1: as long as the weights)";
    if (axis == 1 && plane->is_line)
        return "a random direction (distance between weights)";
    return axis == 0 ? "first principal direction (distance between weights)"
                     : "second principal direction (distance between weights)";
}

char *ripple_landscape_loss_title(const RippleLandscape *landscape, gboolean is_logarithmic)
{
    return g_strdup_printf("loss: %s%s", landscape->loss_name,
                           is_logarithmic ? ", logarithmic" : "");
}
