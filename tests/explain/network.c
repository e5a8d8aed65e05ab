/* What the picture of a network shows, against the sample's tensors: which units, their values, the
 * norms, the connections; and that the drawing has all of it. */
#include "explain/chain.h"
#include "explain/models.h"
#include "explain/network_view.h"
#include "report/network_picture.h"
#include "report/path_graph.h"

#include <math.h>
#include <string.h>

#define ROUNDING 1e-12

typedef struct {
    guint inputs;
    guint n_layers;
    const guint *widths;
} Shape;

static const Shape shapes[] = {
    {2, 2, (const guint[]){4, 2}},
    {784, 2, (const guint[]){128, 10}},
    {784, 11, (const guint[]){16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 10}},
    {3, 20, (const guint[]){12, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 11, 3}},
};

#define MOST_UNITS 10
#define MOST_COLUMNS 12

static gdouble value_of(const RippleSample *sample, RippleViewKind kind, guint column, guint unit)
{
    const RippleNetwork *network = sample->network;
    if (column > 0)
        return kind == RIPPLE_VIEW_WEIGHTS
                   ? sample->parameters[network->layers[column - 1].bias_offset + unit]
               : kind == RIPPLE_VIEW_FORWARD ? sample->activation[column - 1][unit]
                                             : sample->delta[column - 1][unit];
    if (kind == RIPPLE_VIEW_WEIGHTS)
        return NAN;
    if (kind != RIPPLE_VIEW_BACKWARD)
        return sample->input[unit];
    gdouble sum = 0;
    const RippleLayer *layer = &network->layers[0];
    for (guint o = 0; o < layer->outputs; o++)
        sum += sample->parameters[layer->weight_offset + o * layer->inputs + unit] *
               sample->delta[0][o];
    return sum;
}

static gdouble edge_of(const RippleSample *sample, RippleViewKind kind, guint layer, guint output,
                       guint input)
{
    const RippleLayer *own = &sample->network->layers[layer];
    gsize index = own->weight_offset + output * own->inputs + input;
    gdouble weight = sample->parameters[index];
    gdouble x = layer == 0 ? sample->input[input] : sample->activation[layer - 1][input];
    return kind == RIPPLE_VIEW_WEIGHTS    ? weight
           : kind == RIPPLE_VIEW_FORWARD  ? weight * x
           : kind == RIPPLE_VIEW_BACKWARD ? weight * sample->delta[layer][output]
                                          : sample->gradient[index];
}

static void check_near(gdouble got, gdouble expected)
{
    if (isnan(expected) ? !isnan(got) : !(fabs(got - expected) <= ROUNDING * (1 + fabs(expected))))
        g_error("%.17g instead of %.17g", got, expected);
}

static gboolean is_shown(const RippleViewColumn *column, guint unit)
{
    for (guint n = 0; n < column->n_shown; n++)
        if (column->shown[n].unit == unit)
            return TRUE;
    return FALSE;
}

static void check_column(const RippleSample *sample, RippleViewKind kind,
                         const RippleViewColumn *column)
{
    const RippleNetwork *network = sample->network;
    guint units =
        column->column == 0 ? network->inputs : network->layers[column->column - 1].outputs;
    gdouble least = INFINITY, squares = 0, rest = 0, largest = 0;
    g_assert_cmpuint(column->units, ==, units);
    g_assert_cmpuint(column->n_shown, ==, MIN(units, MOST_UNITS));
    for (guint n = 0; n < column->n_shown; n++) {
        gdouble value = value_of(sample, kind, column->column, column->shown[n].unit);
        check_near(column->shown[n].value, value);
        least = fmin(least, fabs(value));
        if (n > 0)
            g_assert_cmpuint(column->shown[n - 1].unit, <, column->shown[n].unit);
    }
    if (kind == RIPPLE_VIEW_WEIGHTS)
        return;
    for (guint u = 0; u < units; u++) {
        gdouble value = value_of(sample, kind, column->column, u);
        squares += value * value;
        largest = fmax(largest, fabs(value));
        if (is_shown(column, u))
            continue;
        rest += value * value;
        g_assert_cmpfloat(fabs(value), <=, least * (1 + ROUNDING));
    }
    check_near(column->norm, sqrt(squares));
    check_near(column->rest_norm, sqrt(rest));
    check_near(column->largest, largest);
}

static void check_edges(const RippleSample *sample, const RippleNetworkView *view)
{
    guint expected = 0;
    for (guint c = 1; c < view->n_columns; c++) {
        const RippleViewColumn *to = &view->columns[c], *from = &view->columns[c - 1];
        const RippleLayer *layer = &sample->network->layers[to->column - 1];
        gdouble largest = 0;
        for (guint o = 0; o < layer->outputs; o++)
            for (guint i = 0; i < layer->inputs; i++)
                largest = fmax(largest, fabs(edge_of(sample, view->kind, to->column - 1, o, i)));
        check_near(view->largest[c], largest);
        expected += from->column + 1 == to->column ? to->n_shown * from->n_shown : 0;
    }
    g_assert_cmpuint(view->edges->len, ==, expected);
    for (guint i = 0; i < view->edges->len; i++) {
        const RippleViewEdge *edge = &g_array_index(view->edges, RippleViewEdge, i);
        check_near(edge->value,
                   edge_of(sample, view->kind, edge->layer, edge->output, edge->input));
    }
}

static guint count(const char *text, const char *part)
{
    guint found = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        found++;
    return found;
}

static void check_drawing(const RippleModel *model, const RippleSample *sample,
                          const RippleNetworkView *view)
{
    const RippleNetworkDrawing drawing = {.model = model, .sample = sample, .title = "A <network>"};
    g_autoptr(RippleCanvas) canvas = ripple_network_picture(view, &drawing);
    g_autofree char *svg = ripple_canvas_to_svg(canvas, TRUE);
    guint units = 0;
    for (guint c = 0; c < view->n_columns; c++) {
        const RippleViewColumn *column = &view->columns[c];
        units += column->n_shown;
        if (column->n_shown == column->units)
            continue;
        g_autofree char *rest = g_strdup_printf(">+ %u more<", column->units - column->n_shown);
        g_assert_nonnull(strstr(svg, rest));
    }
    g_assert_cmpuint(count(svg, "<circle"), ==, units);
    g_assert_nonnull(strstr(svg, "A &lt;network&gt;"));
    if (view->gap == 0)
        return;
    g_autofree char *more = g_strdup_printf(">+ %u layers<", view->layers + 1 - view->n_columns);
    g_assert_nonnull(strstr(svg, more));
}

static void test_view(gconstpointer data)
{
    const Shape *shape = data;
    g_autoptr(RippleModel) model =
        models_network(shape->inputs, shape->widths, shape->n_layers, RIPPLE_ACTIVATION_TANH);
    g_autoptr(RippleSample) sample = models_sample(model);
    for (guint kind = 0; kind <= RIPPLE_VIEW_GRADIENT; kind++) {
        const RippleViewRequest request = {
            .kind = kind, .most_units = MOST_UNITS, .most_columns = MOST_COLUMNS};
        g_autoptr(RippleNetworkView) view =
            ripple_network_view_new(model, kind == RIPPLE_VIEW_WEIGHTS ? NULL : sample, &request);
        g_assert_cmpuint(view->n_columns, ==, MIN(shape->n_layers + 1, MOST_COLUMNS));
        g_assert_cmpuint(view->columns[view->n_columns - 1].column, ==, shape->n_layers);
        for (guint c = 0; c < view->n_columns; c++)
            check_column(sample, kind, &view->columns[c]);
        check_edges(sample, view);
        check_drawing(model, sample, view);
    }
}

/* Units that were asked for are there, and another kind of view has the same units. */
static void test_wanted(void)
{
    const guint wanted[] = {0, 700, 1, 100, 1, 3};
    g_autoptr(RippleModel) model = models_network(784, shapes[1].widths, 2, RIPPLE_ACTIVATION_TANH);
    g_autoptr(RippleSample) sample = models_sample(model);
    const RippleViewRequest request = {.kind = RIPPLE_VIEW_BACKWARD,
                                       .most_units = 4,
                                       .most_columns = 12,
                                       .wanted = wanted,
                                       .n_wanted = 3};
    g_autoptr(RippleNetworkView) view = ripple_network_view_new(model, sample, &request);
    g_assert_true(is_shown(&view->columns[0], 700));
    g_assert_true(is_shown(&view->columns[1], 100) && is_shown(&view->columns[1], 3));
    g_autoptr(RippleNetworkView) forward =
        ripple_network_view_like(view, model, sample, RIPPLE_VIEW_FORWARD);
    for (guint c = 0; c < 3; c++)
        for (guint n = 0; n < 4; n++) {
            g_assert_cmpuint(forward->columns[c].shown[n].unit, ==, view->columns[c].shown[n].unit);
            check_near(forward->columns[c].shown[n].value,
                       value_of(sample, RIPPLE_VIEW_FORWARD, c, view->columns[c].shown[n].unit));
        }
    check_edges(sample, forward);
}

/* An image is as many pixels as there are inputs, and drawn as one. */
static void test_image(void)
{
    g_autoptr(RippleModel) model = models_network(784, shapes[1].widths, 2, RIPPLE_ACTIVATION_RELU);
    model->image_width = model->image_height = 28;
    g_autoptr(RippleSample) sample = models_sample(model);
    for (guint kind = 0; kind <= RIPPLE_VIEW_GRADIENT; kind++) {
        const RippleViewRequest request = {.kind = kind, .most_units = 5, .most_columns = 12};
        g_autoptr(RippleNetworkView) view = ripple_network_view_new(model, sample, &request);
        g_assert_cmpuint(view->image_width * view->image_height, ==, 784);
        for (guint i = 0; i < 784; i++) {
            gdouble squares = 0;
            for (guint o = 0; o < 128; o++)
                squares += pow(edge_of(sample, RIPPLE_VIEW_WEIGHTS, 0, o, i), 2);
            check_near(view->image[i],
                       kind == RIPPLE_VIEW_WEIGHTS ? sqrt(squares) : value_of(sample, kind, 0, i));
        }
        const RippleNetworkDrawing drawing = {.model = model, .sample = sample};
        g_autoptr(RippleCanvas) canvas = ripple_network_picture(view, &drawing);
        g_autofree char *svg = ripple_canvas_to_svg(canvas, TRUE);
        g_assert_cmpuint(count(svg, "<image"), ==, 1);
    }
}

/* Each connection of the strongest paths is in the graph, once. */
static void test_graph(void)
{
    g_autoptr(GError) error = NULL;
    const RipplePlace place = {0, FALSE, 3, 5};
    g_autoptr(RippleModel) model =
        models_network(784, shapes[2].widths, 11, RIPPLE_ACTIVATION_TANH);
    g_autoptr(RippleSample) sample = models_sample(model);
    g_autoptr(RippleChain) chain = ripple_chain_new(sample, &place, 0.1, 8, &error);
    g_assert_no_error(error);
    g_autofree char *dot = ripple_path_graph(model, sample, chain);
    g_assert_true(g_str_has_prefix(dot, "digraph paths {\n"));
    g_assert_cmpuint(count(dot, "c0u5 -> c1u3 ["), ==, 1);
    for (guint i = 0; i < chain->paths->n_strongest; i++)
        for (guint n = 0; n + 1 < chain->paths->n_units; n++) {
            const guint *units = chain->paths->strongest[i].units;
            g_autofree char *way =
                g_strdup_printf("c%uu%u -> c%uu%u [", n + 1, units[n], n + 2, units[n + 1]);
            g_assert_cmpuint(count(dot, way), ==, 1);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/network/tiny", &shapes[0], test_view);
    g_test_add_data_func("/network/wide", &shapes[1], test_view);
    g_test_add_data_func("/network/narrow", &shapes[2], test_view);
    g_test_add_data_func("/network/deep", &shapes[3], test_view);
    g_test_add_func("/network/wanted", test_wanted);
    g_test_add_func("/network/image", test_image);
    g_test_add_func("/network/graph", test_graph);
    return g_test_run();
}
