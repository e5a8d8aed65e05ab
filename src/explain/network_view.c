#include "explain/network_view.h"

#include "train/json_object.h"

#include <math.h>
#include <string.h>

const char *ripple_view_kind_name(RippleViewKind kind)
{
    static const char *const names[] = {"network", "forward", "backward", "gradient"};
    return names[kind];
}

/* Less than this is what rounding leaves of 0 on the way forward: an input that is its column's
 * mean, say. */
#define ROUNDING 1e-6

/* ---- values --------------------------------------------------------------------------------- */

static guint units_of(const RippleModel *model, guint column)
{
    return column == 0 ? model->network->inputs : model->network->layers[column - 1].outputs;
}

static gdouble *copy(const gdouble *values, guint count)
{
    return g_memdup2(values, count * sizeof *values);
}

gdouble *ripple_network_view_values(RippleViewKind kind, const RippleModel *model,
                                    const RippleSample *sample, guint column)
{
    guint units = units_of(model, column);
    if (kind != RIPPLE_VIEW_WEIGHTS && column > 0)
        return copy(kind == RIPPLE_VIEW_FORWARD ? sample->activation[column - 1]
                                                : sample->delta[column - 1],
                    units);
    if (kind != RIPPLE_VIEW_WEIGHTS)
        return copy(kind == RIPPLE_VIEW_BACKWARD ? sample->input_delta : sample->input, units);
    gdouble *values = g_new(gdouble, units);
    for (guint u = 0; u < units; u++)
        values[u] = column == 0
                        ? NAN
                        : model->parameters[model->network->layers[column - 1].bias_offset + u];
    return values;
}

static gdouble weight_of(const RippleModel *model, guint layer, guint output, guint input)
{
    const RippleLayer *own = &model->network->layers[layer];
    return model->parameters[own->weight_offset + (gsize)output * own->inputs + input];
}

static gdouble edge_value(RippleViewKind kind, const RippleSample *sample, guint layer,
                          guint output, guint input, gdouble weight)
{
    switch (kind) {
    case RIPPLE_VIEW_WEIGHTS:
        return weight;
    case RIPPLE_VIEW_FORWARD:
        return weight * ripple_sample_x(sample, layer)[input];
    case RIPPLE_VIEW_BACKWARD:
        return weight * sample->delta[layer][output];
    case RIPPLE_VIEW_GRADIENT:
        return sample->delta[layer][output] * ripple_sample_x(sample, layer)[input];
    }
    g_assert_not_reached();
}

/* ---- strength ------------------------------------------------------------------------------- */

/* Multiplies the strength of the units of `column` by the norm of their weights to the other side.
 */
static void multiply_norms(const RippleModel *model, guint layer, gboolean is_output,
                           gdouble *strength)
{
    const RippleLayer *own = &model->network->layers[layer];
    guint units = is_output ? own->outputs : own->inputs;
    g_autofree gdouble *squares = g_new0(gdouble, units);
    for (guint o = 0; o < own->outputs; o++)
        for (guint i = 0; i < own->inputs; i++) {
            gdouble weight = weight_of(model, layer, o, i);
            squares[is_output ? o : i] += weight * weight;
        }
    for (guint u = 0; u < units; u++)
        strength[u] *= sqrt(squares[u]);
}

static gdouble *strengths(RippleViewKind kind, const RippleModel *model, const RippleSample *sample,
                          guint column)
{
    guint units = units_of(model, column);
    gdouble *strength = ripple_network_view_values(kind, model, sample, column);
    for (guint u = 0; u < units; u++)
        strength[u] = kind == RIPPLE_VIEW_WEIGHTS ? 1 : fabs(strength[u]);
    if (kind != RIPPLE_VIEW_WEIGHTS)
        return strength;
    if (column > 0)
        multiply_norms(model, column - 1, TRUE, strength);
    if (column < model->network->n_layers)
        multiply_norms(model, column, FALSE, strength);
    return strength;
}

static gint by_strength(gconstpointer a, gconstpointer b, gpointer strength)
{
    guint x = *(const guint *)a, y = *(const guint *)b;
    gdouble difference = ((gdouble *)strength)[y] - ((gdouble *)strength)[x];
    if (difference != 0)
        return difference > 0 ? 1 : -1;
    return x < y ? -1 : x > y;
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    const RippleViewUnit *x = a, *y = b;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

/* ---- columns -------------------------------------------------------------------------------- */

static void choose_units(RippleViewColumn *self, const RippleModel *model,
                         const RippleSample *sample, const RippleViewRequest *request)
{
    g_autofree gdouble *strength = strengths(request->kind, model, sample, self->column);
    g_autofree guint *order = g_new(guint, self->units);
    for (guint u = 0; u < self->units; u++)
        order[u] = u;
    for (guint n = 0; n < request->n_wanted; n++)
        if (request->wanted[2 * n] == self->column)
            strength[request->wanted[2 * n + 1]] = INFINITY;
    g_qsort_with_data(order, (gint)self->units, sizeof *order, by_strength, strength);
    self->n_shown = MIN(self->units, request->most_units);
    self->shown = g_new0(RippleViewUnit, self->n_shown);
    for (guint n = 0; n < self->n_shown; n++)
        self->shown[n].unit = order[n];
    qsort(self->shown, self->n_shown, sizeof *self->shown, by_number);
}

static void fill_column(RippleViewColumn *self, RippleViewKind kind, const RippleModel *model,
                        const RippleSample *sample)
{
    g_autofree gdouble *values = ripple_network_view_values(kind, model, sample, self->column);
    self->norm = self->rest_norm = NAN;
    self->largest = 0;
    for (guint n = 0; n < self->n_shown; n++)
        self->shown[n].value = values[self->shown[n].unit];
    if (isnan(values[0]))
        return;
    self->largest = kind == RIPPLE_VIEW_FORWARD ? ROUNDING : 0;
    for (guint u = 0; u < self->units; u++)
        self->largest = fmax(self->largest, fabs(values[u]));
    self->norm = ripple_norm(values, self->units);
    for (guint n = 0; n < self->n_shown; n++)
        values[self->shown[n].unit] = 0;
    self->rest_norm = ripple_norm(values, self->units);
}

/* ---- connections ---------------------------------------------------------------------------- */

static void add_edges(RippleNetworkView *self, const RippleModel *model, const RippleSample *sample,
                      guint c)
{
    const RippleViewColumn *to = &self->columns[c], *from = &self->columns[c - 1];
    guint layer = to->column - 1;
    const RippleLayer *own = &model->network->layers[layer];
    self->largest[c] = self->kind == RIPPLE_VIEW_FORWARD ? ROUNDING : 0;
    for (guint o = 0; o < own->outputs; o++)
        for (guint i = 0; i < own->inputs; i++) {
            gdouble weight = weight_of(model, layer, o, i);
            self->largest[c] =
                fmax(self->largest[c], fabs(edge_value(self->kind, sample, layer, o, i, weight)));
        }
    if (from->column + 1 != to->column)
        return;
    for (guint o = 0; o < to->n_shown; o++)
        for (guint i = 0; i < from->n_shown; i++) {
            RippleViewEdge edge = {layer, to->shown[o].unit, from->shown[i].unit, 0, 0};
            edge.weight = weight_of(model, layer, edge.output, edge.input);
            edge.value =
                edge_value(self->kind, sample, layer, edge.output, edge.input, edge.weight);
            g_array_append_val(self->edges, edge);
        }
}

/* ---- the whole ------------------------------------------------------------------------------ */

static RippleNetworkView *view_new(const RippleModel *model, RippleViewKind kind, guint n_columns)
{
    RippleNetworkView *self = g_new0(RippleNetworkView, 1);
    self->kind = self->chosen_by = kind;
    self->layers = model->network->n_layers;
    self->n_columns = n_columns;
    self->columns = g_new0(RippleViewColumn, n_columns);
    self->largest = g_new0(gdouble, n_columns);
    self->edges = g_array_new(FALSE, FALSE, sizeof(RippleViewEdge));
    return self;
}

static void fill_image(RippleNetworkView *self, const RippleModel *model,
                       const RippleSample *sample)
{
    guint inputs = model->network->inputs;
    if (model->image_width == 0 || model->image_height != inputs / model->image_width ||
        inputs % model->image_width != 0)
        return;
    self->image_width = model->image_width;
    self->image_height = model->image_height;
    self->image = ripple_network_view_values(self->kind, model, sample, 0);
    if (self->kind != RIPPLE_VIEW_WEIGHTS)
        return;
    for (guint i = 0; i < inputs; i++)
        self->image[i] = 1;
    multiply_norms(model, 0, FALSE, self->image);
}

static void fill(RippleNetworkView *self, const RippleModel *model, const RippleSample *sample)
{
    fill_image(self, model, sample);
    for (guint c = 0; c < self->n_columns; c++) {
        fill_column(&self->columns[c], self->kind, model, sample);
        if (c > 0)
            add_edges(self, model, sample, c);
    }
}

RippleNetworkView *ripple_network_view_new(const RippleModel *model, const RippleSample *sample,
                                           const RippleViewRequest *request)
{
    guint all = model->network->n_layers + 1, n_columns = MIN(all, request->most_columns);
    RippleNetworkView *self = view_new(model, request->kind, n_columns);
    if (n_columns < all)
        self->gap = (n_columns + 1) / 2;
    for (guint c = 0; c < n_columns; c++) {
        RippleViewColumn *column = &self->columns[c];
        column->column = self->gap == 0 || c < self->gap ? c : all - (n_columns - c);
        column->units = units_of(model, column->column);
        choose_units(column, model, sample, request);
    }
    fill(self, model, sample);
    return self;
}

RippleNetworkView *ripple_network_view_like(const RippleNetworkView *units,
                                            const RippleModel *model, const RippleSample *sample,
                                            RippleViewKind kind)
{
    RippleNetworkView *self = view_new(model, kind, units->n_columns);
    self->gap = units->gap;
    self->chosen_by = units->chosen_by;
    for (guint c = 0; c < units->n_columns; c++) {
        self->columns[c] = units->columns[c];
        self->columns[c].shown =
            g_memdup2(units->columns[c].shown, units->columns[c].n_shown * sizeof(RippleViewUnit));
    }
    fill(self, model, sample);
    return self;
}

void ripple_network_view_free(RippleNetworkView *view)
{
    if (!view)
        return;
    for (guint c = 0; c < view->n_columns; c++)
        g_free(view->columns[c].shown);
    g_free(view->columns);
    g_free(view->largest);
    g_free(view->image);
    g_array_unref(view->edges);
    g_free(view);
}

/* ---- for programs --------------------------------------------------------------------------- */

static void add_column(GString *json, const RippleViewColumn *column, gdouble largest_edge)
{
    ripple_json_begin_object(json, NULL);
    if (column->column > 0)
        ripple_json_set_whole(json, "layer", column->column - 1);
    ripple_json_set_whole(json, "units", column->units);
    ripple_json_set_number(json, "norm", column->norm);
    ripple_json_set_number(json, "rest_norm", column->rest_norm);
    ripple_json_set_number(json, "largest", column->largest);
    ripple_json_set_number(json, "largest_connection", largest_edge);
    ripple_json_begin_array(json, "shown");
    for (guint n = 0; n < column->n_shown; n++) {
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "unit", column->shown[n].unit);
        ripple_json_set_number(json, "value", column->shown[n].value);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}

static void add_image(GString *json, const RippleNetworkView *view)
{
    if (!view->image)
        return;
    ripple_json_begin_object(json, "image");
    ripple_json_set_whole(json, "width", view->image_width);
    ripple_json_set_whole(json, "height", view->image_height);
    ripple_json_set_numbers(json, "values", view->image,
                            (gsize)view->image_width * view->image_height);
    ripple_json_end_object(json);
}

void ripple_network_view_to_json(const RippleNetworkView *view, GString *json)
{
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", ripple_view_kind_name(view->kind));
    ripple_json_set_text(json, "chosen_by", ripple_view_kind_name(view->chosen_by));
    ripple_json_set_whole(json, "layers", view->layers);
    ripple_json_begin_array(json, "columns");
    for (guint c = 0; c < view->n_columns; c++)
        add_column(json, &view->columns[c], view->largest[c]);
    ripple_json_end_array(json);
    add_image(json, view);
    ripple_json_begin_array(json, "connections");
    for (guint i = 0; i < view->edges->len; i++) {
        const RippleViewEdge *edge = &g_array_index(view->edges, RippleViewEdge, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "layer", edge->layer);
        ripple_json_set_whole(json, "output", edge->output);
        ripple_json_set_whole(json, "input", edge->input);
        ripple_json_set_number(json, "weight", edge->weight);
        ripple_json_set_number(json, "value", edge->value);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}
