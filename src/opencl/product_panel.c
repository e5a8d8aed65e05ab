/* Products, and what follows them in a step, by kernels/product_panel.cl. */
#include "opencl/launch.h"
#include "opencl/optimizer.h"
#include "opencl/product_private.h"

/* Shape of the tiles, and what the kernel is compiled with beside its end. */
typedef struct {
    gsize rows;
    gsize vectors;
    gsize depth;
    gsize most_tiles;
} PanelShape;

/* By the columns of C: as many vectors as they fill, up to four, and the rows that the registers
 * have room for. */
static const PanelShape shapes[] = {
    {14, 1, 1024, 22}, {12, 2, 1024, 22}, {9, 3, 1024, 22}, {6, 4, 1024, 22}};

/* A single row of C: B is read but once. */
static const PanelShape single = {1, 8, 256, 1};

/* Up to this many samples, dot products along the rows are faster than a panel of samples. */
#define FEW_SAMPLES 7

/* From this depth on, a transposed A with rows that lie far apart is turned first. */
#define DEEP 256

/* Pieces of work for each compute unit, so that none waits long for the others at the end. Each
 * that copies does so for itself. */
#define PIECES_PER_UNIT 16
#define COPYING_PIECES_PER_UNIT 4
#define LEAST_COPYING_TILES 8

/* Bytes between rows of B from which on they are copied together. */
#define FAR_APART 2048

/* A·B as the kernel sees it. */
typedef struct {
    RippleOperand a;
    RippleOperand b;
    gsize a_step;
    gboolean a_transposed; /* element (i, k) of A at a[k·a_step + i], otherwise a[i·a_step + k] */
    gsize b_step;
    gsize b_columns;
    gsize m;
    gsize n;
    gsize k;
} Panel;

/* Arguments of the kernel whatever its end, and most of any end. */
#define N_ARGUMENTS 11
#define MOST_END_ARGUMENTS 8

static PanelShape choose_shape(const Panel *panel)
{
    PanelShape shape = shapes[MIN(ripple_ceiling(panel->n, 16), G_N_ELEMENTS(shapes)) - 1];
    if (panel->m == 1)
        shape = single;
    /* Fewer rows than a tile has: few kinds of smaller tiles, since each is a program of its own. */
    while (shape.rows > panel->m)
        shape.rows = shape.rows > 8 ? 8 : shape.rows / 2;
    return shape;
}

/* How many tiles each work-item takes. */
static gsize choose_tiles(const RippleOpencl *self, const Panel *panel, const PanelShape *shape,
                          gboolean copy)
{
    gsize panels = ripple_ceiling(panel->n, shape->vectors * 16);
    gsize row_tiles = ripple_ceiling(panel->m, shape->rows);
    gsize pieces = (copy ? COPYING_PIECES_PER_UNIT : PIECES_PER_UNIT) * self->device->compute_units;
    gsize tiles = ripple_ceiling(row_tiles, ripple_ceiling(pieces, panels));
    if (copy) /* worth while for several tiles only */
        tiles = MAX(tiles, MIN(LEAST_COPYING_TILES,
                               ripple_ceiling(row_tiles, self->device->compute_units)));
    return CLAMP(tiles, 1, shape->most_tiles);
}

/* Without a copy, a vector may not reach beyond its row, and rows that lie pages apart miss every
 * cache. */
static gboolean needs_copy(const Panel *panel, gsize columns)
{
    return ripple_ceiling(panel->n, columns) * columns > panel->b_columns ||
           panel->b_step * sizeof(cl_float) >= FAR_APART;
}

/* Enqueue `panel` with the kernel that `end_options` describe. */
static gboolean enqueue(RippleOpencl *self, const Panel *panel, const char *end_options,
                        const RippleArgument *end, guint n_end, GError **error)
{
    PanelShape shape = choose_shape(panel);
    gsize columns = shape.vectors * 16;
    gboolean copy = needs_copy(panel, columns);
    g_autofree char *options = g_strdup_printf(
        "-DROWS=%" G_GSIZE_FORMAT " -DVECTORS=%" G_GSIZE_FORMAT
        " -DA_TRANSPOSED=%d -DPREFETCH=%d -DCOPY=%d -DDEPTH=%" G_GSIZE_FORMAT
        " -DTILES=%" G_GSIZE_FORMAT " %s",
        shape.rows, shape.vectors, panel->a_transposed, self->device->kind == RIPPLE_DEVICE_CPU,
        copy, shape.depth, shape.most_tiles, end_options);
    cl_kernel kernel = ripple_kernel_get(self, "product_panel", options, error);
    if (!kernel)
        return FALSE;

    gsize tiles = choose_tiles(self, panel, &shape, copy);
    cl_uint a_step = (cl_uint)panel->a_step;
    cl_uint b_step = (cl_uint)panel->b_step, b_columns = (cl_uint)panel->b_columns;
    cl_uint m = (cl_uint)panel->m, n = (cl_uint)panel->n, k = (cl_uint)panel->k;
    cl_uint tile_count = (cl_uint)tiles;
    RippleArgument arguments[N_ARGUMENTS + MOST_END_ARGUMENTS] = {
        RIPPLE_OPERAND(panel->a), RIPPLE_ARGUMENT(a_step),    RIPPLE_OPERAND(panel->b),
        RIPPLE_ARGUMENT(b_step),  RIPPLE_ARGUMENT(b_columns), RIPPLE_ARGUMENT(m),
        RIPPLE_ARGUMENT(n),       RIPPLE_ARGUMENT(k),         RIPPLE_ARGUMENT(tile_count),
    };
    memcpy(arguments + N_ARGUMENTS, end, n_end * sizeof *end);
    const gsize global[2] = {ripple_ceiling(panel->n, columns),
                             ripple_ceiling(panel->m, tiles * shape.rows)};
    const gsize local[2] = {1, 1};
    return ripple_kernel_launch_groups(self, kernel, global, local, arguments, N_ARGUMENTS + n_end,
                                       error);
}

/* The product x·Wᵀ as W·xᵀ. */
static Panel forward_panel(RippleView x, RippleView weight, RippleTransposedView transposed)
{
    return (Panel){
        .a = ripple_operand(weight),
        .a_step = weight.columns,
        .b = {transposed.memory, 0},
        .b_step = transposed.step,
        .b_columns = transposed.step,
        .m = weight.rows,
        .n = x.rows,
        .k = x.columns,
    };
}

static Panel delta_panel(RippleView above, RippleView weight)
{
    return (Panel){
        .a = ripple_operand(above),
        .a_step = above.columns,
        .b = ripple_operand(weight),
        .b_step = weight.columns,
        .b_columns = weight.columns,
        .m = above.rows,
        .n = weight.columns,
        .k = above.columns,
    };
}

static gboolean gradient_panel(RippleOpencl *self, RippleView delta, RippleView x, Panel *panel,
                               GError **error)
{
    *panel = (Panel){
        .a = ripple_operand(delta),
        .a_step = delta.columns,
        .a_transposed = TRUE,
        .b = ripple_operand(x),
        .b_step = x.columns,
        .b_columns = x.columns,
        .m = delta.columns,
        .n = x.columns,
        .k = delta.rows,
    };
    if (panel->k < DEEP || panel->a_step * sizeof(cl_float) < FAR_APART)
        return TRUE;
    RippleTransposedView transposed;
    if (!ripple_transposed_once(self, delta, &transposed, error))
        return FALSE;
    panel->a = (RippleOperand){transposed.memory, 0};
    panel->a_step = transposed.step;
    panel->a_transposed = FALSE;
    return TRUE;
}

/* ---- the product alone ---------------------------------------------------------------------- */

static gboolean store(RippleOpencl *self, const Panel *panel, RippleView c, GError **error)
{
    RippleOperand to = ripple_operand(c);
    const RippleArgument end[] = {RIPPLE_OPERAND(to)};
    return enqueue(self, panel, "-DEND=END_STORE", end, G_N_ELEMENTS(end), error);
}

/* What forward writes, and where; what is absent has no memory. */
typedef struct {
    RippleOperand bias;
    RippleOperand z;
    RippleOperand a;
    RippleTransposedView transposed;
    RippleActivation activation;
} ForwardEnd;

static gboolean store_forward(RippleOpencl *self, const Panel *panel, const ForwardEnd *to,
                              GError **error)
{
    g_autofree char *activation = ripple_activation_option(to->activation);
    g_autofree char *options = g_strdup_printf(
        "-DEND=END_FORWARD -DHAS_BIAS=%d -DWRITE_Z=%d -DWRITE_A=%d -DWRITE_TRANSPOSED=%d %s",
        to->bias.memory != NULL, to->z.memory != NULL, to->a.memory != NULL,
        to->transposed.memory != NULL, activation);
    cl_uint step = (cl_uint)to->transposed.step;
    const RippleArgument end[] = {RIPPLE_OPERAND(to->bias), RIPPLE_OPERAND(to->z),
                                  RIPPLE_OPERAND(to->a), RIPPLE_ARGUMENT(to->transposed.memory),
                                  RIPPLE_ARGUMENT(step)};
    return enqueue(self, panel, options, end, G_N_ELEMENTS(end), error);
}

/* x·Wᵀ for few samples, with what ends forward but for the transposed copy: the next layer has few
 * samples, too. */
static gboolean store_rows(RippleOpencl *self, RippleView x, RippleView weight,
                           const ForwardEnd *to, GError **error)
{
    g_autofree char *activation = ripple_activation_option(to->activation);
    g_autofree char *options =
        g_strdup_printf("-DHAS_BIAS=%d -DWRITE_Z=%d -DWRITE_A=%d %s", to->bias.memory != NULL,
                        to->z.memory != NULL, to->a.memory != NULL, activation);
    cl_kernel kernel = ripple_kernel_get(self, "product_rows", options, error);
    if (!kernel)
        return FALSE;
    RippleOperand x_operand = ripple_operand(x), w_operand = ripple_operand(weight);
    cl_uint outputs = (cl_uint)weight.rows, inputs = (cl_uint)weight.columns;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(x_operand), RIPPLE_OPERAND(w_operand),
                                        RIPPLE_OPERAND(to->bias),  RIPPLE_OPERAND(to->z),
                                        RIPPLE_OPERAND(to->a),     RIPPLE_ARGUMENT(outputs),
                                        RIPPLE_ARGUMENT(inputs)};
    const gsize global[2] = {ripple_ceiling(weight.rows, 16), x.rows}, local[2] = {1, 1};
    return ripple_kernel_launch_groups(self, kernel, global, local, arguments,
                                       G_N_ELEMENTS(arguments), error);
}

gboolean ripple_panel_product(RippleOpencl *self, RippleProductForm form, gsize m, gsize n, gsize k,
                              RippleView a, RippleView b, RippleView c, GError **error)
{
    if (form == RIPPLE_PRODUCT_TN) {
        Panel panel;
        return gradient_panel(self, ripple_view(a.buffer, a.offset, k, m),
                              ripple_view(b.buffer, b.offset, k, n), &panel, error) &&
               store(self, &panel, c, error);
    }
    a = ripple_view(a.buffer, a.offset, m, k);
    if (form == RIPPLE_PRODUCT_NN) {
        Panel panel = delta_panel(a, ripple_view(b.buffer, b.offset, k, n));
        return store(self, &panel, c, error);
    }
    b = ripple_view(b.buffer, b.offset, n, k);
    ForwardEnd to = {.z = ripple_operand(c), .activation = RIPPLE_ACTIVATION_IDENTITY};
    if (m <= FEW_SAMPLES)
        return store_rows(self, a, b, &to, error);
    RippleTransposedView transposed;
    if (!ripple_transposed_once(self, a, &transposed, error))
        return FALSE;
    Panel panel = forward_panel(a, b, transposed);
    return store_forward(self, &panel, &to, error);
}

/* ---- operations ----------------------------------------------------------------------------- */

gboolean ripple_panel_forward(RippleOpencl *self, const RippleForward *forward, GError **error)
{
    RippleTransposedView x;
    ForwardEnd to = {
        .bias = ripple_operand(forward->bias),
        .z = ripple_operand(forward->z),
        .a = ripple_operand(forward->a),
        .activation = forward->activation,
    };
    if (forward->x.rows <= FEW_SAMPLES)
        return store_rows(self, forward->x, forward->weight, &to, error);
    if (!ripple_transposed_of(self, forward->x, &x, error))
        return FALSE;
    if (forward->z.buffer)
        ripple_opencl_written(forward->z);
    if (forward->a.buffer && !ripple_transposed_target(forward->a, &to.transposed))
        to.transposed.memory = NULL;
    Panel panel = forward_panel(forward->x, forward->weight, x);
    return store_forward(self, &panel, &to, error);
}

gboolean ripple_panel_delta(RippleOpencl *self, const RippleDelta *delta, GError **error)
{
    g_autofree char *activation = ripple_activation_option(delta->activation);
    g_autofree char *options = g_strconcat("-DEND=END_DELTA ", activation, NULL);
    RippleOperand to = ripple_operand(delta->delta);
    RippleOperand source =
        ripple_operand(ripple_activation_needs_z(delta->activation) ? delta->z : delta->a);
    const RippleArgument end[] = {RIPPLE_OPERAND(to), RIPPLE_OPERAND(source)};
    Panel panel = delta_panel(delta->delta_above, delta->weight_above);
    return enqueue(self, &panel, options, end, G_N_ELEMENTS(end), error);
}

gboolean ripple_panel_gradient(RippleOpencl *self, const RippleGradient *gradient, GError **error)
{
    RippleOperand weight = ripple_operand(gradient->weight_gradient);
    RippleOperand bias = ripple_operand(gradient->bias_gradient);
    const RippleArgument end[] = {RIPPLE_OPERAND(weight), RIPPLE_OPERAND(bias)};
    Panel panel;
    return gradient_panel(self, gradient->delta, gradient->x, &panel, error) &&
           enqueue(self, &panel, "-DEND=END_GRADIENT", end, G_N_ELEMENTS(end), error);
}

gboolean ripple_panel_descend(RippleOpencl *self, const RippleDescent *descent,
                              const RippleUpdateScalars *scalars, GError **error)
{
    g_autofree char *options =
        g_strconcat("-DEND=END_UPDATE ", ripple_opencl_optimizer_option(&descent->rates), NULL);
    RippleOperand parameter = ripple_operand(descent->parameter);
    RippleOperand first = ripple_operand(descent->first_moment);
    RippleOperand second = ripple_operand(descent->second_moment);
    RippleOptimizerArgument optimizer = ripple_opencl_optimizer_argument(scalars);
    const RippleArgument end[] = {RIPPLE_OPERAND(parameter), RIPPLE_OPERAND(first),
                                  RIPPLE_OPERAND(second), RIPPLE_ARGUMENT(optimizer)};
    Panel panel;
    return gradient_panel(self, descent->delta, descent->x, &panel, error) &&
           enqueue(self, &panel, options, end, G_N_ELEMENTS(end), error);
}
