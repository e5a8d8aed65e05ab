#include "report/path_graph.h"

#include "draw/paint.h"
#include "explain/story.h"

#include <math.h>

/* A connection that paths go along, and the sum of their terms. */
typedef struct {
    guint column; /* it begins at, counted as network_view.h does */
    guint from;
    guint to;
    gdouble flow;
} Way;

static void append_quoted(GString *dot, const char *text)
{
    g_string_append_c(dot, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(dot, '\\');
        g_string_append_c(dot, *text == '\n' ? ' ' : *text);
    }
    g_string_append_c(dot, '"');
}

static void add_flow(GArray *ways, guint column, guint from, guint to, gdouble flow)
{
    for (guint i = 0; i < ways->len; i++) {
        Way *way = &g_array_index(ways, Way, i);
        if (way->column == column && way->from == from && way->to == to) {
            way->flow += flow;
            return;
        }
    }
    Way way = {column, from, to, flow};
    g_array_append_val(ways, way);
}

static GArray *collect(const RippleChain *chain)
{
    GArray *ways = g_array_new(FALSE, FALSE, sizeof(Way));
    const RipplePaths *paths = chain->paths;
    for (guint i = 0; i < paths->n_strongest; i++)
        for (guint n = 0; n + 1 < paths->n_units; n++)
            add_flow(ways, paths->layer + 1 + n, paths->strongest[i].units[n],
                     paths->strongest[i].units[n + 1], paths->strongest[i].contribution);
    return ways;
}

static void append_colour(GString *dot, gdouble value)
{
    guint32 colour = ripple_paint_value(value < 0 ? RIPPLE_PAINT_NEGATIVE : RIPPLE_PAINT_POSITIVE,
                                        RIPPLE_THEME_LIGHT);
    g_string_append_printf(dot, "color=\"#%06x\"", colour);
}

/* "c2u7": unit 7 of column 2. */
static void append_unit(GString *dot, const RippleModel *model, const RippleSample *sample,
                        guint column, guint unit)
{
    guint last = sample->network->n_layers;
    g_autofree char *output = column == last ? ripple_story_output(model, unit) : NULL;
    g_autofree char *name = column == 0 ? g_strdup_printf("input %u", unit)
                            : column == last
                                ? g_strdup_printf("output %u: %s", unit, output)
                                : g_strdup_printf("layer %u, unit %u", column - 1, unit);
    g_autofree char *value =
        ripple_story_number(column == 0 ? sample->input[unit] : sample->delta[column - 1][unit]);
    g_autofree char *label = g_strdup_printf("%s, %s = %s", name, column == 0 ? "x" : "δ", value);
    g_string_append_printf(dot, "  c%uu%u [label=", column, unit);
    append_quoted(dot, label);
    g_string_append(dot, "];\n");
}

static void append_units(GString *dot, const RippleModel *model, const RippleSample *sample,
                         const RippleChain *chain, const GArray *ways)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (guint i = 0; i <= 2 * ways->len + 1; i++) {
        guint column = chain->place.layer + 1, unit = chain->place.output;
        if (i == 1) {
            if (chain->place.is_bias)
                continue;
            column = chain->place.layer;
            unit = chain->place.input;
        } else if (i > 1) {
            const Way *way = &g_array_index(ways, Way, (i - 2) / 2);
            column = way->column + i % 2;
            unit = i % 2 ? way->to : way->from;
        }
        gint64 key = (gint64)column << 32 | unit;
        if (g_hash_table_add(seen, g_memdup2(&key, sizeof key)))
            append_unit(dot, model, sample, column, unit);
    }
}

static void append_way(GString *dot, const RippleSample *sample, const Way *way, gdouble largest)
{
    const RippleLayer *layer = &sample->network->layers[way->column];
    g_autofree char *weight = ripple_story_number(
        sample->parameters[layer->weight_offset + (gsize)way->to * layer->inputs + way->from]);
    g_autofree char *flow = ripple_story_number(way->flow);
    char width[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(width, sizeof width, "%.2f",
                    0.5 + 4.5 * (largest > 0 ? fabs(way->flow) / largest : 0));
    g_string_append_printf(dot, "  c%uu%u -> c%uu%u [penwidth=%s, ", way->column, way->from,
                           way->column + 1, way->to, width);
    append_colour(dot, way->flow);
    g_string_append_printf(dot, ", label=\"w = %s\", tooltip=\"brings %s of the gradient\"];\n",
                           weight, flow);
}

char *ripple_path_graph(const RippleModel *model, const RippleSample *sample,
                        const RippleChain *chain)
{
    GString *dot = g_string_new("digraph paths {\n  rankdir=LR;\n  node [shape=box, "
                                "style=rounded, fontname=\"sans-serif\"];\n"
                                "  edge [fontname=\"sans-serif\", fontsize=10];\n");
    g_autofree char *name = ripple_place_name(&chain->place);
    g_autofree char *gradient = ripple_story_number(chain->gradient);
    g_autofree char *value = ripple_story_number(chain->value);
    guint n_paths = chain->paths->n_strongest;
    g_autofree char *paths =
        n_paths == 1 ? g_strdup("path") : g_strdup_printf("%u strongest paths", n_paths);
    g_autofree char *title =
        g_strdup_printf("%s = %s, ∂L/∂w = %s: its %s", name, value, gradient, paths);
    g_autoptr(GArray) ways = collect(chain);
    gdouble largest = 0;
    g_string_append(dot, "  label=");
    append_quoted(dot, title);
    g_string_append(dot, ";\n");
    append_units(dot, model, sample, chain, ways);
    if (!chain->place.is_bias) {
        g_string_append_printf(dot, "  c%uu%u -> c%uu%u [penwidth=5, ", chain->place.layer,
                               chain->place.input, chain->place.layer + 1, chain->place.output);
        append_colour(dot, chain->gradient);
        g_string_append_printf(dot, ", label=\"w = %s, explained\"];\n", value);
    }
    for (guint i = 0; i < ways->len; i++)
        largest = fmax(largest, fabs(g_array_index(ways, Way, i).flow));
    for (guint i = 0; i < ways->len; i++)
        append_way(dot, sample, &g_array_index(ways, Way, i), largest);
    g_string_append(dot, "}\n");
    return g_string_free(dot, FALSE);
}
