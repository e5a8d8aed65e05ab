#include "playground/grid.h"

#include "train/source.h"

#define POINTS (RIPPLE_GRID_SIDE * RIPPLE_GRID_SIDE)
#define UNIT_POINTS (RIPPLE_GRID_UNIT_SIDE * RIPPLE_GRID_UNIT_SIDE)

struct _RippleGrid {
    RippleSource *source;
    RippleScheduler *scheduler;
};

gfloat *ripple_grid_points(const RippleRange *range)
{
    gfloat *points = g_new(gfloat, POINTS * 2);
    gdouble cell[2];
    for (guint c = 0; c < 2; c++)
        cell[c] = (range->high[c] - range->low[c]) / RIPPLE_GRID_SIDE;
    for (guint row = 0; row < RIPPLE_GRID_SIDE; row++)
        for (guint column = 0; column < RIPPLE_GRID_SIDE; column++) {
            gfloat *point = points + 2 * (row * RIPPLE_GRID_SIDE + column);
            point[0] = (gfloat)(range->low[0] + (column + 0.5) * cell[0]);
            point[1] = (gfloat)(range->low[1] + (row + 0.5) * cell[1]);
        }
    return points;
}

static RippleSource *make_source(RippleBackend *backend, const RippleRange *range, GError **error)
{
    g_autofree gfloat *points = ripple_grid_points(range);
    RippleDataset plane = {
        .samples = POINTS, .inputs = 2, .input_values = points, .target_kind = RIPPLE_TARGET_NONE};
    return ripple_source_new(backend, &plane, NULL, 0, error);
}

RippleGrid *ripple_grid_new(RippleState *state, const RippleRange *range, GError **error)
{
    RippleScheduleOptions options = {
        .purpose = RIPPLE_PURPOSE_PREDICT, .batch = POINTS, .keep_all = TRUE};
    g_autoptr(RippleGrid) self = g_new0(RippleGrid, 1);
    self->source = make_source(state->backend, range, error);
    self->scheduler = self->source ? ripple_scheduler_new(state, &options, error) : NULL;
    if (!self->scheduler || !ripple_source_begin(self->source, NULL, POINTS, POINTS, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_grid_free(RippleGrid *grid)
{
    if (!grid)
        return;
    ripple_scheduler_free(grid->scheduler);
    ripple_source_free(grid->source);
    g_free(grid);
}

gsize ripple_grid_values(const RippleNetwork *network)
{
    gsize hidden = 0;
    for (guint l = 0; l + 1 < network->n_layers; l++)
        hidden += network->layers[l].outputs;
    return (gsize)network->outputs * POINTS + hidden * UNIT_POINTS;
}

/* From a row per point to a map per unit, of every `stride`th point either way. */
static gfloat *spread(const gfloat *rows, guint units, guint stride, gfloat *values)
{
    for (guint unit = 0; unit < units; unit++)
        for (guint row = 0; row < RIPPLE_GRID_SIDE; row += stride)
            for (guint column = 0; column < RIPPLE_GRID_SIDE; column += stride)
                *values++ = rows[(gsize)(row * RIPPLE_GRID_SIDE + column) * units + unit];
    return values;
}

gboolean ripple_grid_run(RippleGrid *grid, gfloat *values, GError **error)
{
    const RippleNetwork *network = ripple_scheduler_schedule(grid->scheduler)->network;
    RippleBatch batch;
    if (!ripple_source_batch(grid->source, 0, POINTS, &batch, error) ||
        !ripple_scheduler_step(grid->scheduler, &batch, NULL, RIPPLE_NO_VIEW, error))
        return FALSE;

    guint last = network->n_layers - 1;
    for (guint i = 0; i < network->n_layers; i++) {
        guint layer = i == 0 ? last : i - 1, units = network->layers[layer].outputs;
        g_autofree gfloat *rows = g_new(gfloat, (gsize)POINTS * units);
        RippleView a =
            ripple_scheduler_view(grid->scheduler, RIPPLE_ROLE_ACTIVATION, layer, POINTS);
        if (!ripple_backend_download(a, rows, error))
            return FALSE;
        values = spread(rows, units, layer == last ? 1 : 2, values);
    }
    return TRUE;
}
