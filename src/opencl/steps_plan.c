#include "opencl/steps_plan.h"

/* Beyond these nothing fits, and nothing overflows below. The kernel's code grows with the layers.
 */
#define MOST_LAYERS 16
#define WIDEST 65536

/* Where a layer's tensors begin, in floats; steps_layers.cl tells more. */
typedef struct {
    guint64 weight, bias, mirror, x, z, a, delta;
} Places;

typedef struct {
    const RippleNetwork *network;
    guint64 padding; /* rows are padded to a multiple of this */
    guint64 rows;    /* of a tensor with a row per sample */
    guint64 taken;   /* floats so far */
    Places layers[MOST_LAYERS];
    guint64 parameters, output_z, output_delta, target, losses, rights;
} Layout;

static guint64 padded(const Layout *layout, guint64 length)
{
    return (length + layout->padding - 1) / layout->padding * layout->padding;
}

static guint64 take(Layout *layout, guint64 rows, guint64 columns)
{
    guint64 place = layout->taken;
    layout->taken += rows * columns;
    return place;
}

/* Parameters first and close together, since each of their moments lies `parameters` further on. */
static void place_parameters(Layout *layout, guint moments)
{
    for (guint l = 0; l < layout->network->n_layers; l++) {
        const RippleLayer *layer = &layout->network->layers[l];
        guint64 outputs = padded(layout, layer->outputs);
        layout->layers[l].weight = take(layout, padded(layout, layer->inputs), outputs);
        layout->layers[l].bias = take(layout, 1, outputs);
    }
    layout->parameters = layout->taken;
    layout->taken += moments * layout->parameters;
}

/* As in a schedule, deltas of neighbouring layers take turns in two places. */
static void place_tensors(Layout *layout)
{
    const RippleNetwork *network = layout->network;
    guint64 deltas[2], widest = 0, x = take(layout, layout->rows, padded(layout, network->inputs));
    for (guint l = 0; l < network->n_layers; l++)
        widest = MAX(widest, padded(layout, network->layers[l].outputs));
    for (guint i = 0; i < 2; i++)
        deltas[i] = take(layout, layout->rows, widest);

    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        Places *places = &layout->layers[l];
        guint64 outputs = padded(layout, layer->outputs);
        if (l > 0)
            places->mirror = take(layout, layer->outputs, padded(layout, layer->inputs));
        places->x = x;
        places->z = places->a = take(layout, layout->rows, outputs);
        if (ripple_activation_needs_z(layer->activation))
            places->a = take(layout, layout->rows, outputs);
        places->delta = deltas[l % 2];
        x = places->a;
    }
}

/* A row of samples for each output, and for what there is one of per sample. */
static void place_loss(Layout *layout, gboolean has_labels)
{
    guint64 outputs = layout->network->outputs;
    layout->output_z = take(layout, outputs, layout->rows);
    layout->output_delta = take(layout, outputs, layout->rows);
    layout->target = take(layout, has_labels ? 1 : outputs, layout->rows);
    layout->losses = take(layout, 1, layout->rows);
    layout->rights = take(layout, 1, layout->rows);
}

static void make_layout(Layout *layout, const RippleStepsGroup *group, const RippleSteps *steps)
{
    *layout = (Layout){.network = steps->network, .padding = MAX(group->lanes, group->tile)};
    layout->rows = padded(layout, steps->batch);
    place_parameters(layout,
                     ripple_optimizer_moments(steps->rates->optimizer, steps->rates->momentum));
    place_tensors(layout);
    place_loss(layout, steps->labels.buffer != NULL);
}

/* "leaky-relu" → "ACTIVATION_LEAKY_RELU": the names that kernels know. */
static char *name_in_kernels(const char *kind, const char *name)
{
    g_autofree char *upper = g_ascii_strup(name, -1);
    g_strdelimit(upper, "-", '_');
    return g_strdup_printf("%s_%s", kind, upper);
}

static void append_macro(GString *options, const char *name, guint64 value)
{
    g_string_append_printf(options, " -D%s=%" G_GUINT64_FORMAT, name, value);
}

/* Each layer's activation as a bit. */
static void append_activations(GString *options, const RippleNetwork *network)
{
    gboolean seen[RIPPLE_N_ACTIVATIONS] = {FALSE};
    g_string_append(options, " -DACTIVATIONS=(");
    for (guint l = 0; l < network->n_layers; l++) {
        RippleActivation activation = network->layers[l].activation;
        if (seen[activation])
            continue;
        seen[activation] = TRUE;
        g_autofree char *name = name_in_kernels("ACTIVATION", ripple_activation_name(activation));
        g_string_append_printf(options, "%s(1<<%s)", l > 0 ? "|" : "", name);
    }
    g_string_append_c(options, ')');
}

static void append_table(GString *options, const Layout *layout)
{
    g_string_append(options, " -DTABLE=");
    for (guint l = 0; l < layout->network->n_layers; l++) {
        const RippleLayer *layer = &layout->network->layers[l];
        const Places *places = &layout->layers[l];
        const guint64 numbers[] = {layer->weight_offset,
                                   places->weight,
                                   places->bias,
                                   places->mirror,
                                   places->x,
                                   places->z,
                                   places->a,
                                   places->delta};
        g_autofree char *activation =
            name_in_kernels("ACTIVATION", ripple_activation_name(layer->activation));
        g_string_append_printf(options, "%s{%u,%u,%s", l > 0 ? "," : "", layer->inputs,
                               layer->outputs, activation);
        for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
            g_string_append_printf(options, ",%" G_GUINT64_FORMAT, numbers[i]);
        g_string_append_c(options, '}');
    }
}

static void append_vectors(GString *options, guint lanes)
{
    append_macro(options, "LANES", lanes);
    if (lanes == 1)
        g_string_append(options, " -DREAL=float -DWHOLE=int");
    else
        g_string_append_printf(
            options, " -DREAL=float%u -DWHOLE=int%u -DLOAD=vload%u -DTO_REAL=convert_float%u",
            lanes, lanes, lanes, lanes);
}

static char *make_options(const RippleStepsGroup *group, const RippleSteps *steps,
                          const Layout *layout)
{
    g_autoptr(GString) options = g_string_new(NULL);
    g_autofree char *loss = name_in_kernels("LOSS", ripple_loss_name(steps->network->loss));
    g_string_append_printf(options, "-DLOSS=%s", loss);
    append_vectors(options, group->lanes);
    append_macro(options, "ITEMS", group->items);
    append_macro(options, "TILE", group->tile);
    append_macro(options, "BATCH", steps->batch);
    append_macro(options, "BYTES", steps->inputs.buffer->element == RIPPLE_ELEMENT_BYTE);
    append_macro(options, "LABELS", steps->labels.buffer != NULL);
    append_macro(options, "LAYERS", layout->network->n_layers);
    append_activations(options, layout->network);
    append_table(options, layout);
    append_macro(options, "PARAMETERS", layout->parameters);
    append_macro(options, "OUTPUT_Z", layout->output_z);
    append_macro(options, "OUTPUT_DELTA", layout->output_delta);
    append_macro(options, "TARGET", layout->target);
    append_macro(options, "LOSSES", layout->losses);
    append_macro(options, "RIGHTS", layout->rights);
    append_macro(options, "MEMORY", layout->taken);
    return g_string_free(g_steal_pointer(&options), FALSE);
}

static gboolean is_in_range(const RippleSteps *steps)
{
    const RippleNetwork *network = steps->network;
    if (network->n_layers > MOST_LAYERS || network->inputs > WIDEST || steps->batch > WIDEST)
        return FALSE;
    for (guint l = 0; l < network->n_layers; l++)
        if (network->layers[l].outputs > WIDEST)
            return FALSE;
    return TRUE;
}

RippleStepsPlan *ripple_steps_plan_new(const RippleStepsGroup *group, const RippleSteps *steps)
{
    Layout layout;
    if (!is_in_range(steps))
        return NULL;
    make_layout(&layout, group, steps);
    if (layout.taken * sizeof(gfloat) > group->memory_bytes)
        return NULL;
    RippleStepsPlan *plan = g_new0(RippleStepsPlan, 1);
    plan->memory_bytes = layout.taken * sizeof(gfloat);
    plan->options = make_options(group, steps, &layout);
    return plan;
}

void ripple_steps_plan_free(RippleStepsPlan *plan)
{
    if (!plan)
        return;
    g_free(plan->options);
    g_free(plan);
}
