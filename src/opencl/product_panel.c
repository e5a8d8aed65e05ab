/* Products, and what follows them in a step, by kernels/product_panel.cl. */
#include "opencl/launch.h"
#include "opencl/optimizer.h"
#include "opencl/product_private.h"

/* From this depth on, a transposed A with rows that lie far apart is turned first. */
#define DEEP 256

/* Pieces of work for each compute unit, so that none waits long for the others at the end. Each
 * that copies does so for itself. */
#define PIECES_PER_UNIT 16
#define COPYING_PIECES_PER_UNIT 4
#define LEAST_COPYING_TILES 8

/* Bytes between rows of B from which on they are copied together. */
#define FAR_APART 2048

/* A·B as the kernel sees it. The rest follows from the product, but for where A and B lie. */
typedef struct {
    RippleProduct product;
    RippleOperand a;
    RippleOperand b;
    gsize a_step;
    gboolean a_transposed; /* element (i, k) of A at a[k·a_step + i], otherwise a[i·a_step + k] */
    gboolean b_in_panels;  /* as wide as the kernel wants them; otherwise rows b_step apart */
    gsize b_step;
    gsize b_columns;
    gsize m;
    gsize n;
    gsize k;
} Panel;

/* Arguments of the kernel whatever its end, and most of any end. */
#define N_ARGUMENTS 12
#define MOST_END_ARGUMENTS 8

static gsize panel_columns(const RippleProductPlan *plan)
{
    return plan->panel.vectors * 16;
}

/* What the kernel does at the end, by the names it has for it; the last is another kernel's. */
enum { END_STORE, END_FORWARD, END_DELTA, END_GRADIENT, END_UPDATE, END_ROWS };

static char *end_options(const RippleProductEnd *end)
{
    static const char *const names[] = {"STORE", "FORWARD", "DELTA", "GRADIENT", "UPDATE"};
    GString *options = g_string_new(NULL);
    g_string_append_printf(options, "-DEND=END_%s", names[end->end]);
    if (end->end == END_FORWARD)
        g_string_append_printf(options,
                               " -DHAS_BIAS=%u -DWRITE_Z=%u -DWRITE_A=%u -DWRITE_TRANSPOSED=%u",
                               end->has_bias, end->writes_z, end->writes_a, end->writes_transposed);
    if (end->end == END_FORWARD || end->end == END_DELTA) {
        g_autofree char *activation = ripple_activation_option(end->activation);
        g_string_append_printf(options, " %s", activation);
    }
    if (end->optimizer)
        g_string_append_printf(options, " %s", end->optimizer);
    return g_string_free(options, FALSE);
}

/* Without a copy, a vector may not reach beyond its row, and rows that lie pages apart miss every
 * cache. */
static gboolean needs_copy(const Panel *panel, const RipplePanelShape *shape, gsize columns)
{
    if (panel->b_in_panels)
        return FALSE;
    if (ripple_ceiling(panel->n, columns) * columns > panel->b_columns)
        return TRUE;
    return shape->copy == RIPPLE_PLAN_AUTO ? panel->b_step * sizeof(cl_float) >= FAR_APART
                                           : shape->copy == 1;
}

/* How many tiles each work-item takes. */
static gsize choose_tiles(const RippleOpencl *self, const Panel *panel,
                          const RipplePanelShape *shape, gsize rows, gboolean copy)
{
    gsize panels = ripple_ceiling(panel->n, shape->vectors * 16);
    gsize row_tiles = ripple_ceiling(panel->m, rows);
    gsize pieces = (copy ? COPYING_PIECES_PER_UNIT : PIECES_PER_UNIT) * self->device->compute_units;
    gsize tiles = ripple_ceiling(row_tiles, ripple_ceiling(pieces, panels));
    if (copy) /* worth while for several tiles only */
        tiles = MAX(tiles, MIN(LEAST_COPYING_TILES,
                               ripple_ceiling(row_tiles, self->device->compute_units)));
    return CLAMP(tiles, 1, shape->tiles);
}

/* Where C has fewer rows than a tile: few kinds of smaller tiles, since each is a program of its
 * own. */
static gsize rows_of_tile(const RipplePanelShape *shape, const Panel *panel)
{
    gsize rows = shape->rows;
    while (rows > panel->m)
        rows = rows > 8 ? 8 : rows / 2;
    return rows;
}

/* Find the kernel for `panel` with `end`, and how it is cut into pieces. */
static gboolean prepare(RippleOpencl *self, const RipplePanelShape *shape, const Panel *panel,
                        const RippleProductEnd *end, RippleProductCall *call, GError **error)
{
    gsize columns = shape->vectors * 16;
    gsize rows = rows_of_tile(shape, panel);
    gboolean copy = needs_copy(panel, shape, columns);
    g_autofree char *end_text = end_options(end);
    g_autofree char *options = g_strdup_printf(
        "-DROWS=%" G_GSIZE_FORMAT
        " -DVECTORS=%u -DA_TRANSPOSED=%d -DPREFETCH=%d -DCOPY=%d -DDEPTH=%u "
        "-DTILES=%u %s",
        rows, shape->vectors, panel->a_transposed, self->device->kind == RIPPLE_DEVICE_CPU, copy,
        shape->depth, shape->tiles, end_text);
    gsize tiles = choose_tiles(self, panel, shape, rows, copy);
    call->tiles = (cl_uint)tiles;
    call->global[0] = ripple_ceiling(panel->n, columns);
    call->global[1] = ripple_ceiling(panel->m, tiles * rows);
    call->kernel = ripple_kernel_get(self, "product_panel", options, error);
    return call->kernel != NULL;
}

/* Enqueue `panel`, which computes `product`, with `end` and its arguments. */
static gboolean enqueue(RippleOpencl *self, const RippleProductPlan *plan, const Panel *panel,
                        const RippleProductEnd *end, const RippleArgument *end_arguments,
                        guint n_end, GError **error)
{
    RippleProductCall *call = ripple_product_call(self, plan, &panel->product, end);
    if (!call->kernel && !prepare(self, &plan->panel, panel, end, call, error))
        return FALSE;

    cl_uint a_step = (cl_uint)panel->a_step;
    gsize columns = panel_columns(plan);
    cl_ulong b_panel = panel->b_in_panels ? panel->k * columns : columns;
    cl_uint b_step = (cl_uint)panel->b_step, b_columns = (cl_uint)panel->b_columns;
    cl_uint m = (cl_uint)panel->m, n = (cl_uint)panel->n, k = (cl_uint)panel->k;
    RippleArgument arguments[N_ARGUMENTS + MOST_END_ARGUMENTS] = {
        RIPPLE_OPERAND(panel->a),     RIPPLE_ARGUMENT(a_step), RIPPLE_OPERAND(panel->b),
        RIPPLE_ARGUMENT(b_panel),     RIPPLE_ARGUMENT(b_step), RIPPLE_ARGUMENT(b_columns),
        RIPPLE_ARGUMENT(m),           RIPPLE_ARGUMENT(n),      RIPPLE_ARGUMENT(k),
        RIPPLE_ARGUMENT(call->tiles),
    };
    memcpy(arguments + N_ARGUMENTS, end_arguments, n_end * sizeof *end_arguments);
    const gsize local[2] = {1, 1};
    return ripple_kernel_launch_groups(self, call->kernel, call->global, local, arguments,
                                       N_ARGUMENTS + n_end, error);
}

/* The product x·Wᵀ as W·xᵀ. */
static Panel forward_panel(RippleView x, RippleView weight, RippleTransposedView transposed)
{
    return (Panel){
        .product = {RIPPLE_PRODUCT_NT, x.rows, weight.rows, x.columns},
        .a = ripple_operand(weight),
        .a_step = weight.columns,
        .b = {transposed.memory, 0},
        .b_in_panels = TRUE,
        .b_step = transposed.width,
        .b_columns = ripple_ceiling(x.rows, transposed.width) * transposed.width,
        .m = weight.rows,
        .n = x.rows,
        .k = x.columns,
    };
}

static Panel delta_panel(RippleView above, RippleView weight)
{
    return (Panel){
        .product = {RIPPLE_PRODUCT_NN, above.rows, weight.columns, above.columns},
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

/* A single panel. */
static gsize deep_width(gsize depth)
{
    return ripple_ceiling(depth, 16) * 16;
}

/* Is a delta of so many rows and columns turned, before a gradient is formed from it? */
static gboolean is_turned(gsize rows, gsize columns)
{
    return rows >= DEEP && columns * sizeof(cl_float) >= FAR_APART;
}

static gboolean gradient_panel(RippleOpencl *self, RippleView delta, RippleView x, Panel *panel,
                               GError **error)
{
    *panel = (Panel){
        .product = {RIPPLE_PRODUCT_TN, delta.columns, x.columns, delta.rows},
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
    if (!is_turned(delta.rows, delta.columns))
        return TRUE;
    RippleTransposedView transposed;
    if (!ripple_transposed_once(self, delta, deep_width(delta.rows), &transposed, error))
        return FALSE;
    panel->a = (RippleOperand){transposed.memory, 0};
    panel->a_step = transposed.width;
    panel->a_transposed = FALSE;
    return TRUE;
}

/* ---- the product alone ---------------------------------------------------------------------- */

static gboolean store(RippleOpencl *self, const RippleProductPlan *plan, const Panel *panel,
                      RippleView c, GError **error)
{
    RippleOperand to = ripple_operand(c);
    const RippleProductEnd end = {.end = END_STORE};
    const RippleArgument arguments[] = {RIPPLE_OPERAND(to)};
    return enqueue(self, plan, panel, &end, arguments, G_N_ELEMENTS(arguments), error);
}

/* What forward writes, and where; what is absent has no memory. */
typedef struct {
    RippleOperand bias;
    RippleOperand z;
    RippleOperand a;
    RippleTransposedView transposed;
    RippleActivation activation;
} ForwardEnd;

static RippleProductEnd forward_end(guint32 end, const ForwardEnd *to)
{
    return (RippleProductEnd){
        .end = end,
        .activation = to->activation,
        .has_bias = to->bias.memory != NULL,
        .writes_z = to->z.memory != NULL,
        .writes_a = to->a.memory != NULL,
        .writes_transposed = to->transposed.memory != NULL,
    };
}

static gboolean store_forward(RippleOpencl *self, const RippleProductPlan *plan, const Panel *panel,
                              const ForwardEnd *to, GError **error)
{
    const RippleProductEnd end = forward_end(END_FORWARD, to);
    cl_uint width = (cl_uint)to->transposed.width;
    const RippleArgument arguments[] = {
        RIPPLE_OPERAND(to->bias), RIPPLE_OPERAND(to->z), RIPPLE_OPERAND(to->a),
        RIPPLE_ARGUMENT(to->transposed.memory), RIPPLE_ARGUMENT(width)};
    return enqueue(self, plan, panel, &end, arguments, G_N_ELEMENTS(arguments), error);
}

static gboolean prepare_rows(RippleOpencl *self, const ForwardEnd *to, RippleProductCall *call,
                             GError **error)
{
    g_autofree char *activation = ripple_activation_option(to->activation);
    g_autofree char *options =
        g_strdup_printf("-DHAS_BIAS=%d -DWRITE_Z=%d -DWRITE_A=%d %s", to->bias.memory != NULL,
                        to->z.memory != NULL, to->a.memory != NULL, activation);
    call->kernel = ripple_kernel_get(self, "product_rows", options, error);
    return call->kernel != NULL;
}

/* x·Wᵀ for few samples, with what ends forward but for the transposed copy: the next layer has few
 * samples, too. */
static gboolean store_rows(RippleOpencl *self, const RippleProductPlan *plan, RippleView x,
                           RippleView weight, const ForwardEnd *to, GError **error)
{
    const RippleProduct product = {RIPPLE_PRODUCT_NT, x.rows, weight.rows, x.columns};
    RippleProductEnd end = forward_end(END_ROWS, to);
    RippleProductCall *call = ripple_product_call(self, plan, &product, &end);
    if (!call->kernel && !prepare_rows(self, to, call, error))
        return FALSE;
    RippleOperand x_operand = ripple_operand(x), w_operand = ripple_operand(weight);
    cl_uint outputs = (cl_uint)weight.rows, inputs = (cl_uint)weight.columns;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(x_operand), RIPPLE_OPERAND(w_operand),
                                        RIPPLE_OPERAND(to->bias),  RIPPLE_OPERAND(to->z),
                                        RIPPLE_OPERAND(to->a),     RIPPLE_ARGUMENT(outputs),
                                        RIPPLE_ARGUMENT(inputs)};
    const gsize global[2] = {ripple_ceiling(weight.rows, 16), x.rows}, local[2] = {1, 1};
    return ripple_kernel_launch_groups(self, call->kernel, global, local, arguments,
                                       G_N_ELEMENTS(arguments), error);
}

gboolean ripple_panel_product(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleProduct *product, RippleView a, RippleView b,
                              RippleView c, GError **error)
{
    gsize m = product->m, n = product->n, k = product->k;
    if (product->form == RIPPLE_PRODUCT_TN) {
        Panel panel;
        return gradient_panel(self, ripple_view(a.buffer, a.offset, k, m),
                              ripple_view(b.buffer, b.offset, k, n), &panel, error) &&
               store(self, plan, &panel, c, error);
    }
    a = ripple_view(a.buffer, a.offset, m, k);
    if (product->form == RIPPLE_PRODUCT_NN) {
        Panel panel = delta_panel(a, ripple_view(b.buffer, b.offset, k, n));
        return store(self, plan, &panel, c, error);
    }
    b = ripple_view(b.buffer, b.offset, n, k);
    ForwardEnd to = {.z = ripple_operand(c), .activation = RIPPLE_ACTIVATION_IDENTITY};
    if (m <= RIPPLE_PANEL_FEW_SAMPLES)
        return store_rows(self, plan, a, b, &to, error);
    RippleTransposedView transposed;
    if (!ripple_transposed_once(self, a, panel_columns(plan), &transposed, error))
        return FALSE;
    Panel panel = forward_panel(a, b, transposed);
    return store_forward(self, plan, &panel, &to, error);
}

/* ---- operations ----------------------------------------------------------------------------- */

gboolean ripple_panel_forward(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleForward *forward, GError **error)
{
    RippleTransposedView x;
    ForwardEnd to = {
        .bias = ripple_operand(forward->bias),
        .z = ripple_operand(forward->z),
        .a = ripple_operand(forward->a),
        .activation = forward->activation,
    };
    if (forward->x.rows <= RIPPLE_PANEL_FEW_SAMPLES)
        return store_rows(self, plan, forward->x, forward->weight, &to, error);
    if (!ripple_transposed_of(self, forward->x, panel_columns(plan), &x, error))
        return FALSE;
    if (forward->z.buffer)
        ripple_opencl_written(forward->z);
    if (forward->a.buffer && !ripple_transposed_target(forward->a, &to.transposed))
        to.transposed.memory = NULL;
    Panel panel = forward_panel(forward->x, forward->weight, x);
    return store_forward(self, plan, &panel, &to, error);
}

gboolean ripple_panel_delta(RippleOpencl *self, const RippleProductPlan *plan,
                            const RippleDelta *delta, GError **error)
{
    const RippleProductEnd end = {.end = END_DELTA, .activation = delta->activation};
    RippleOperand to = ripple_operand(delta->delta);
    RippleOperand source =
        ripple_operand(ripple_activation_needs_z(delta->activation) ? delta->z : delta->a);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(to), RIPPLE_OPERAND(source)};
    Panel panel = delta_panel(delta->delta_above, delta->weight_above);
    return enqueue(self, plan, &panel, &end, arguments, G_N_ELEMENTS(arguments), error);
}

gboolean ripple_panel_gradient(RippleOpencl *self, const RippleProductPlan *plan,
                               const RippleGradient *gradient, GError **error)
{
    const RippleProductEnd end = {.end = END_GRADIENT};
    RippleOperand weight = ripple_operand(gradient->weight_gradient);
    RippleOperand bias = ripple_operand(gradient->bias_gradient);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(weight), RIPPLE_OPERAND(bias)};
    Panel panel;
    return gradient_panel(self, gradient->delta, gradient->x, &panel, error) &&
           enqueue(self, plan, &panel, &end, arguments, G_N_ELEMENTS(arguments), error);
}

gboolean ripple_panel_descend(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleDescent *descent, const RippleUpdateScalars *scalars,
                              GError **error)
{
    const RippleProductEnd end = {.end = END_UPDATE,
                                  .optimizer = ripple_opencl_optimizer_option(&descent->rates)};
    RippleOperand parameter = ripple_operand(descent->parameter);
    RippleOperand first = ripple_operand(descent->first_moment);
    RippleOperand second = ripple_operand(descent->second_moment);
    RippleOptimizerArgument optimizer = ripple_opencl_optimizer_argument(scalars);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(parameter), RIPPLE_OPERAND(first),
                                        RIPPLE_OPERAND(second), RIPPLE_ARGUMENT(optimizer)};
    Panel panel;
    return gradient_panel(self, descent->delta, descent->x, &panel, error) &&
           enqueue(self, plan, &panel, &end, arguments, G_N_ELEMENTS(arguments), error);
}

/* ---- memory --------------------------------------------------------------------------------- */

void ripple_panel_add_scratch(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleProduct *product, RippleScratchNeed *need)
{
    gsize m = product->m, k = product->k;
    if (product->form == RIPPLE_PRODUCT_NT && m > RIPPLE_PANEL_FEW_SAMPLES) {
        guint64 bytes = ripple_transposed_bytes(m, k, panel_columns(plan));
        need->kept += bytes;
        need->largest = MAX(need->largest, bytes);
    }
    if (product->form == RIPPLE_PRODUCT_TN && is_turned(k, m))
        ripple_scratch_raise(need, &need->transposed, ripple_transposed_bytes(k, m, deep_width(k)));
}
