#include "explain/boundary.h"

#include "explain/confusion.h"
#include "train/json_object.h"

#include <math.h>

/* Beyond the samples, as a share of their span. */
#define BEYOND 0.1

gdouble *ripple_raw_inputs(const RippleModel *model, const RippleDataset *dataset)
{
    const RippleTransform *transform = model->transform;
    gsize count = dataset->samples * dataset->inputs;
    gdouble *raw = g_new(gdouble, count);
    for (gsize i = 0; i < count; i++) {
        gsize column = transform->columns > 1 ? i % dataset->inputs : 0;
        raw[i] = dataset->input_bytes ? dataset->input_bytes[i]
                                      : (dataset->input_values[i] - transform->shift[column]) /
                                            transform->scale[column];
    }
    return raw;
}

static void find_edges(RippleBoundary *self, const RippleModel *model, const RippleDataset *dataset)
{
    g_autofree gdouble *raw = ripple_raw_inputs(model, dataset);
    for (guint axis = 0; axis < self->inputs; axis++) {
        gdouble least = INFINITY, most = -INFINITY;
        for (gsize i = 0; i < dataset->samples; i++) {
            least = fmin(least, raw[i * self->inputs + axis]);
            most = fmax(most, raw[i * self->inputs + axis]);
        }
        gdouble room = most > least ? BEYOND * (most - least) : fmax(fabs(least) / 2, 1);
        self->low[axis] = least - room;
        self->high[axis] = most + room;
    }
}

gdouble ripple_boundary_place(const RippleBoundary *boundary, guint axis, guint index)
{
    gdouble share = (index + 0.5) / boundary->points;
    return boundary->low[axis] + share * (boundary->high[axis] - boundary->low[axis]);
}

/* The middles of all cells, as the model wants them. */
static RippleDataset *grid_new(const RippleBoundary *self, const RippleModel *model, GError **error)
{
    g_autoptr(RippleDataset) grid = g_new0(RippleDataset, 1);
    grid->source = g_strdup("the grid of the figure");
    grid->samples = self->inputs == 2 ? (gsize)self->points * self->points : self->points;
    grid->inputs = self->inputs;
    grid->target_kind = RIPPLE_TARGET_NONE;
    grid->input_values = g_new(gfloat, grid->samples * grid->inputs);
    for (gsize i = 0; i < grid->samples; i++) {
        const guint index[] = {(guint)(i % self->points), (guint)(i / self->points)};
        for (guint axis = 0; axis < self->inputs; axis++)
            grid->input_values[i * self->inputs + axis] =
                (gfloat)ripple_boundary_place(self, axis, index[axis]);
    }
    return ripple_transform_apply(model->transform, grid, error) ? g_steal_pointer(&grid) : NULL;
}

RippleBoundary *ripple_boundary_new(const RippleModel *model, const RippleDataset *dataset,
                                    const char *selector, guint points, GError **error)
{
    g_autoptr(RippleBoundary) self = g_new0(RippleBoundary, 1);
    self->points = points;
    self->inputs = model->network->inputs;
    self->outputs = model->network->outputs;
    find_edges(self, model, dataset);
    g_autoptr(RippleDataset) grid = grid_new(self, model, error);
    if (grid)
        self->values = ripple_explain_predict(model, selector, grid, error);
    return self->values ? g_steal_pointer(&self) : NULL;
}

void ripple_boundary_free(RippleBoundary *boundary)
{
    if (!boundary)
        return;
    g_free(boundary->values);
    g_free(boundary);
}

GString *ripple_boundary_json(const RippleBoundary *boundary, const char *source)
{
    GString *json = g_string_new(NULL);
    gsize cells =
        boundary->inputs == 2 ? (gsize)boundary->points * boundary->points : boundary->points;
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", "boundary");
    ripple_json_set_text(json, "data", source);
    ripple_json_set_whole(json, "points", boundary->points);
    ripple_json_set_numbers(json, "low", boundary->low, boundary->inputs);
    ripple_json_set_numbers(json, "high", boundary->high, boundary->inputs);
    ripple_json_begin_array(json, "outputs");
    for (gsize i = 0; i < cells; i++) {
        ripple_json_begin_array(json, NULL);
        for (guint output = 0; output < boundary->outputs; output++)
            ripple_json_set_number(json, NULL, boundary->values[i * boundary->outputs + output]);
        ripple_json_end_array(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    return json;
}
