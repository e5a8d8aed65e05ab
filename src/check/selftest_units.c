#include "check/selftest_units.h"

static const gint providers[] = {RIPPLE_PROVIDER_PANEL, RIPPLE_PROVIDER_TILE,
                                 RIPPLE_PROVIDER_CLBLAST};

/* One, less than a vector, a vector and one, two less one, two and one, four and one, eight and
 * one. */
static const gsize sizes[] = {1, 7, 17, 31, 33, 65, 129};

char *ripple_selftest_group_name(const RippleSelftestUnit *unit, RippleTry operation)
{
    const char *name = operation == RIPPLE_TRY_PRODUCT    ? "product"
                       : operation == RIPPLE_TRY_FORWARD  ? "forward"
                       : operation == RIPPLE_TRY_DELTA    ? "delta"
                       : operation == RIPPLE_TRY_DESCENT  ? "descend"
                       : operation == RIPPLE_TRY_GRADIENT ? "gradient"
                       : operation == RIPPLE_TRY_LOSS     ? "loss"
                       : operation == RIPPLE_TRY_GATHER   ? "gather"
                       : operation == RIPPLE_TRY_STEPS    ? "steps at once"
                       : operation == RIPPLE_TRY_FINITE   ? "finite"
                       : operation == RIPPLE_TRY_OBSERVE  ? "observe"
                                                          : "forward in a row";
    if (unit->provider < 0)
        return g_strdup(name);
    return g_strdup_printf("%s, %s", name,
                           ripple_provider_name((RippleProductProvider)unit->provider));
}

/* ---- products alone ------------------------------------------------------------------------- */

static void add_product(GArray *units, gint provider, gsize m, gsize n, gsize k)
{
    const RippleSelftestUnit unit = {.operations = RIPPLE_TRY_PRODUCT,
                                     .provider = provider,
                                     .batch = m,
                                     .inputs = (guint)n,
                                     .outputs = (guint)k};
    g_array_append_val(units, unit);
}

/* Whole tiles, k that is split or copied in several pieces, and A that is turned first; then every
 * pair of sizes for two sides, and so each size of the third with each of either. */
static void add_products(GArray *units, gint provider)
{
    static const gsize others[][3] = {{64, 64, 64}, {7, 17, 1009}, {23, 49, 509}, {520, 33, 257}};
    guint n = G_N_ELEMENTS(sizes);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        add_product(units, provider, others[i][0], others[i][1], others[i][2]);
    if (provider == RIPPLE_PROVIDER_TILE) /* whatever the device would do */
        g_array_index(units, RippleSelftestUnit, units->len - 3).pieces = 3;
    for (guint i = 0; i < n; i++)
        for (guint j = 0; j < n; j++)
            add_product(units, provider, sizes[i], sizes[j], sizes[(i + j) % n]);
}

/* ---- layers --------------------------------------------------------------------------------- */

static RippleSelftestUnit classifier(gsize batch, guint inputs, guint hidden, guint outputs)
{
    return (RippleSelftestUnit){
        .provider = -1,
        .batch = batch,
        .inputs = inputs,
        .hidden = hidden,
        .outputs = outputs,
        .activation = RIPPLE_ACTIVATION_RELU,
        .output_activation = RIPPLE_ACTIVATION_SOFTMAX,
        .loss = RIPPLE_LOSS_CROSS_ENTROPY,
        .has_labels = TRUE,
    };
}

/* Each activation in a shape of its own, with several tiles and ragged ends. */
static void add_activations(GArray *units, gint provider)
{
    static const guint shapes[][4] = {{33, 17, 31, 7},  {65, 33, 65, 5},  {31, 65, 33, 17},
                                      {129, 31, 17, 3}, {17, 129, 65, 2}, {33, 7, 129, 9},
                                      {65, 33, 31, 33}, {31, 17, 65, 65}, {129, 65, 33, 10}};
    for (guint i = 0; i < RIPPLE_ACTIVATION_SOFTMAX; i++) {
        const guint *s = shapes[i % G_N_ELEMENTS(shapes)];
        RippleSelftestUnit unit = classifier(s[0], s[1], s[2], s[3]);
        unit.operations = RIPPLE_TRY_FORWARD | RIPPLE_TRY_DELTA | RIPPLE_TRY_CHAIN;
        unit.provider = provider;
        unit.activation = i;
        unit.has_bytes = i % 2;
        g_array_append_val(units, unit);
    }
}

/* Shapes: a single row or column of everything, fewer samples than a vector has, whole tiles, long
 * sums over inputs, outputs and samples. The optimizers take turns. */
static void add_shapes(GArray *units, gint provider)
{
    static const guint shapes[][4] = {{1, 7, 31, 2},     {7, 33, 17, 3},    {8, 31, 7, 10},
                                      {17, 129, 65, 33}, {31, 65, 129, 2},  {129, 1, 1, 7},
                                      {64, 64, 128, 16}, {9, 1009, 8, 509}, {1009, 7, 3, 2},
                                      {263, 40, 521, 12}};
    for (guint i = 0; i < G_N_ELEMENTS(shapes); i++) {
        const guint *s = shapes[i];
        RippleSelftestUnit unit = classifier(s[0], s[1], s[2], s[3]);
        unit.operations = RIPPLE_TRY_FORWARD | RIPPLE_TRY_DELTA | RIPPLE_TRY_CHAIN;
        unit.operations |= i % 4 == 3 ? RIPPLE_TRY_GRADIENT : RIPPLE_TRY_DESCENT;
        unit.provider = provider;
        unit.optimizer = i % 3 == 2 ? RIPPLE_OPTIMIZER_ADAM : RIPPLE_OPTIMIZER_SGD;
        unit.momentum = i % 3 == 1 ? 0.9 : 0;
        if (i % 2) { /* softmax as an operation, not within the loss */
            unit.loss = RIPPLE_LOSS_MSE;
            unit.has_labels = FALSE;
        }
        g_array_append_val(units, unit);
    }
}

/* Each activation for few samples, which one provider computes by another kernel. */
static void add_few_samples(GArray *units)
{
    for (guint i = 0; i < RIPPLE_ACTIVATION_SOFTMAX; i++) {
        RippleSelftestUnit unit = classifier(5, (guint)sizes[i % 7], (guint)sizes[(i + 3) % 7], 3);
        unit.operations = RIPPLE_TRY_FORWARD;
        unit.provider = RIPPLE_PROVIDER_PANEL;
        unit.activation = i;
        g_array_append_val(units, unit);
    }
}

/* ---- what has no product -------------------------------------------------------------------- */

static void add_loss(GArray *units, RippleLoss loss, RippleActivation activation, guint outputs,
                     gboolean has_labels)
{
    RippleSelftestUnit unit = classifier(sizes[units->len % G_N_ELEMENTS(sizes)], 1, 0, outputs);
    unit.operations = RIPPLE_TRY_LOSS;
    unit.loss = loss;
    unit.output_activation = activation;
    unit.has_labels = has_labels;
    g_array_append_val(units, unit);
}

static void add_losses(GArray *units)
{
    const RippleActivation softmax = RIPPLE_ACTIVATION_SOFTMAX, sigmoid = RIPPLE_ACTIVATION_SIGMOID;
    for (guint i = 0; i < RIPPLE_N_ACTIVATIONS; i++) {
        add_loss(units, RIPPLE_LOSS_MSE, i, (guint)(i % 2 ? 17 : 7), TRUE);
        add_loss(units, RIPPLE_LOSS_MSE, i, (guint)(i % 2 ? 3 : 33), FALSE);
    }
    add_loss(units, RIPPLE_LOSS_MSE, sigmoid, 1, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        add_loss(units, RIPPLE_LOSS_CROSS_ENTROPY, softmax, (guint)sizes[i] + 1, TRUE);
        add_loss(units, RIPPLE_LOSS_BINARY_CROSS_ENTROPY, sigmoid, (guint)sizes[i], TRUE);
        add_loss(units, RIPPLE_LOSS_BINARY_CROSS_ENTROPY, sigmoid, (guint)sizes[i], FALSE);
    }
}

static void add_gathers(GArray *units)
{
    static const guint columns[] = {1, 7, 16, 17, 33, 129, 784};
    for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
        for (guint j = 0; j < 4; j++) {
            RippleSelftestUnit unit =
                classifier(sizes[(i + 2 * j) % G_N_ELEMENTS(sizes)], columns[i], 0, 3);
            unit.operations = RIPPLE_TRY_GATHER;
            unit.has_bytes = j % 2;
            unit.has_labels = j / 2;
            if (!unit.has_labels)
                unit.loss = RIPPLE_LOSS_MSE;
            g_array_append_val(units, unit);
        }
}

static void add_steps(GArray *units)
{
    RippleSelftestUnit unit = classifier(10, 5, 4, 3);
    unit.operations = RIPPLE_TRY_STEPS;
    unit.activation = RIPPLE_ACTIVATION_TANH;
    g_array_append_val(units, unit);
    unit = (RippleSelftestUnit){.operations = RIPPLE_TRY_STEPS,
                                .provider = -1,
                                .batch = 7,
                                .inputs = 9,
                                .hidden = 17,
                                .outputs = 2,
                                .activation = RIPPLE_ACTIVATION_GELU,
                                .output_activation = RIPPLE_ACTIVATION_IDENTITY,
                                .loss = RIPPLE_LOSS_MSE,
                                .has_bytes = TRUE,
                                .optimizer = RIPPLE_OPTIMIZER_ADAM};
    g_array_append_val(units, unit);
    unit.batch = 17;
    unit.activation = RIPPLE_ACTIVATION_SOFTPLUS;
    unit.outputs = 1;
    unit.output_activation = RIPPLE_ACTIVATION_SIGMOID;
    unit.loss = RIPPLE_LOSS_BINARY_CROSS_ENTROPY;
    unit.has_labels = TRUE;
    unit.optimizer = RIPPLE_OPTIMIZER_SGD;
    unit.momentum = 0.9;
    g_array_append_val(units, unit);
}

static void add_finite(GArray *units)
{
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const RippleSelftestUnit unit = {
            .operations = RIPPLE_TRY_FINITE, .provider = -1, .batch = sizes[i]};
        g_array_append_val(units, unit);
    }
}

/* One part, several, and a group of parts and one. */
static void add_observations(GArray *units)
{
    static const gsize counts[] = {1, 7, 33, 1025, 4097, 70001};
    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        const RippleSelftestUnit unit = {
            .operations = RIPPLE_TRY_OBSERVE, .provider = -1, .batch = counts[i]};
        g_array_append_val(units, unit);
    }
}

GArray *ripple_selftest_units(void)
{
    GArray *units = g_array_new(FALSE, FALSE, sizeof(RippleSelftestUnit));
    add_gathers(units);
    for (guint i = 0; i < G_N_ELEMENTS(providers); i++) {
        add_products(units, providers[i]);
        add_shapes(units, providers[i]);
        add_activations(units, providers[i]);
    }
    add_few_samples(units);
    add_losses(units);
    add_steps(units);
    add_finite(units);
    add_observations(units);
    return units;
}
