#include "explain/trajectory.h"

#include "explain/path.h"

#include <ripple/error.h>
#include <string.h>

#define MOST_BYTES (1ull << 30)

/* A point that could be read. */
typedef struct {
    guint64 step;
    gint file; /* index among the files; START or END */
} Place;

enum {
    START = -1,
    END = -2,
};

/* ---- which points there are ------------------------------------------------------------------ */

static guint64 last_step(const RipplePath *path)
{
    return path->n_places > 0 ? path->places[path->n_places - 1].step : 0;
}

/* Start, files and end. What a file has of the end the model has, too. */
static GArray *list_places(const RipplePath *files, gboolean has_start, guint64 end)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Place));
    if (has_start && (files->n_places == 0 || files->places[0].step > 0))
        g_array_append_val(places, ((Place){0, START}));
    for (guint i = 0; i < files->n_places && files->places[i].step < end; i++)
        g_array_append_val(places, ((Place){files->places[i].step, (gint)i}));
    g_array_append_val(places, ((Place){end, END}));
    return places;
}

/* The weights that the run began with, or NULL. Free with g_free. */
static gfloat *start_of(const RippleConfig *config, const RippleNetwork *network)
{
    g_autofree gfloat *weights = g_new(gfloat, network->parameter_span);
    if (!config->init)
        ripple_network_initialise(network, config->seed, weights);
    else if (!ripple_model_load_parameters(config->init, network, weights, NULL))
        return NULL;
    return g_steal_pointer(&weights);
}

/* ---- reading them ---------------------------------------------------------------------------- */

static gboolean read_point(const Place *place, const RipplePath *files, const gfloat *start,
                           const RippleModel *model, gfloat *weights, GError **error)
{
    const RippleNetwork *network = model->network;
    if (place->file >= 0)
        return ripple_path_read(files, (guint)place->file, network, weights, error);
    memcpy(weights, place->file == START ? start : model->parameters,
           network->parameter_span * sizeof *weights);
    return TRUE;
}

/* `count` of the places, evenly, the first and the last among them. */
static gboolean read_points(RippleTrajectory *self, const GArray *places, guint count,
                            const RipplePath *files, const gfloat *start, const RippleModel *model,
                            GError **error)
{
    self->steps = g_new0(guint64, count);
    self->weights = g_new0(gfloat *, count);
    self->n_left_out = places->len - count;
    for (guint i = 0; i < count; i++) {
        guint at = count > 1 ? (guint)((guint64)i * (places->len - 1) / (count - 1)) : 0;
        const Place *place = &g_array_index(places, Place, at);
        self->steps[i] = place->step;
        self->weights[i] = g_new(gfloat, model->network->parameter_span);
        self->n_points = i + 1;
        if (!read_point(place, files, start, model, self->weights[i], error))
            return FALSE;
    }
    return TRUE;
}

RippleTrajectory *ripple_trajectory_new(const char *directory, const RippleConfig *config,
                                        const RippleModel *model, guint64 planned_steps, guint most,
                                        GError **error)
{
    g_autoptr(RipplePath) observed = ripple_path_new(directory, error);
    g_autoptr(RipplePath) checkpoints =
        observed ? ripple_path_of_checkpoints(directory, error) : NULL;
    if (!checkpoints)
        return NULL;
    guint64 end = MAX(last_step(observed), last_step(checkpoints));
    if (end == 0)
        end = planned_steps;

    g_autoptr(RippleTrajectory) self = g_new0(RippleTrajectory, 1);
    g_autofree gfloat *start = start_of(config, model->network);
    const RipplePath *files = observed->n_places > 0 ? observed : checkpoints;
    g_autoptr(GArray) places = list_places(files, start != NULL, end);
    guint64 room = MOST_BYTES / (model->network->parameter_span * sizeof(gfloat));
    guint count = (guint)MIN(places->len, MAX(2, MIN(most, room)));
    if (!read_points(self, places, count, files, start, model, error))
        return NULL;
    self->no_start = self->steps[0] > 0;
    self->kind = observed->n_places > 0 ? RIPPLE_TRAJECTORY_OBSERVED
                 : self->n_points > 2   ? RIPPLE_TRAJECTORY_CHECKPOINTS
                                        : RIPPLE_TRAJECTORY_ENDS;
    return g_steal_pointer(&self);
}

void ripple_trajectory_free(RippleTrajectory *trajectory)
{
    if (!trajectory)
        return;
    for (guint i = 0; i < trajectory->n_points; i++)
        g_free(trajectory->weights[i]);
    g_free(trajectory->weights);
    g_free(trajectory->steps);
    g_free(trajectory);
}
