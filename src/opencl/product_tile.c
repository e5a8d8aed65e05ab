/* Products, and what follows them in a step, by kernels/product_tile.cl; and product_sum.cl, where
 * the first had to split them. */
#include "opencl/launch.h"
#include "opencl/optimizer.h"
#include "opencl/product_private.h"

#include <ripple/error.h>

/* A·B as the kernel sees it. Neither has gaps: a step is the length of what lies side by side. */
typedef struct {
    RippleOperand a;
    RippleOperand b;
    gsize a_step;
    gsize b_step;
    gboolean a_transposed; /* element (i, k) of A at a[k·a_step + i], otherwise a[i·a_step + k] */
    gboolean b_transposed; /* element (k, j) of B at b[j·b_step + k], otherwise b[k·b_step + j] */
    gsize m;
    gsize n;
    gsize k;
} Product;

/* What is done with the sums (kernels/product_end.cl). */
typedef struct {
    const char *options;
    gboolean row_sums;    /* does it take sums of the rows of A? */
    gboolean can_be_wide; /* may its operands be read and written four numbers at a time? */
    RippleArgument const *arguments;
    guint n_arguments;
} End;

/* Arguments of the kernels whatever the end, and most of any end. */
#define N_PRODUCT_ARGUMENTS 11
#define N_SUM_ARGUMENTS 6
#define MOST_END_ARGUMENTS 8

/* Numbers that are read and written at once where all begin at multiples of it. */
#define WIDE 4

static gboolean is_wide(RippleOperand operand)
{
    return operand.offset % WIDE == 0;
}

static guint width_of(RippleOperand operand, gsize step)
{
    return is_wide(operand) && step % WIDE == 0 ? WIDE : 1;
}

/* ---- the two kernels ------------------------------------------------------------------------ */

/* Multiply in pieces of `depth`, and end each with `end`, `piece_step` elements further. */
static gboolean multiply(RippleOpencl *self, const Product *product, const RippleTileShape *shape,
                         gsize depth, gsize piece_step, const End *end, GError **error)
{
    gboolean is_end_wide = end->can_be_wide && product->n % WIDE == 0 && shape->item_n >= WIDE;
    g_autofree char *options = g_strdup_printf(
        "-DTILE_M=%u -DTILE_N=%u -DTILE_K=%u -DITEM_M=%u -DITEM_N=%u -DA_TRANSPOSED=%d "
        "-DB_TRANSPOSED=%d -DA_WIDTH=%u -DB_WIDTH=%u -DEND_WIDTH=%u %s",
        shape->tile_m, shape->tile_n, shape->tile_k, shape->item_m, shape->item_n,
        product->a_transposed, product->b_transposed, width_of(product->a, product->a_step),
        width_of(product->b, product->b_step), is_end_wide ? WIDE : 1, end->options);
    cl_kernel kernel = ripple_kernel_get(self, "product_tile", options, error);
    if (!kernel)
        return FALSE;

    cl_uint a_step = (cl_uint)product->a_step, b_step = (cl_uint)product->b_step;
    cl_uint m = (cl_uint)product->m, n = (cl_uint)product->n, k = (cl_uint)product->k;
    cl_uint piece_depth = (cl_uint)depth;
    cl_ulong step = piece_step;
    RippleArgument arguments[N_PRODUCT_ARGUMENTS + MOST_END_ARGUMENTS] = {
        RIPPLE_OPERAND(product->a), RIPPLE_ARGUMENT(a_step),      RIPPLE_OPERAND(product->b),
        RIPPLE_ARGUMENT(b_step),    RIPPLE_ARGUMENT(m),           RIPPLE_ARGUMENT(n),
        RIPPLE_ARGUMENT(k),         RIPPLE_ARGUMENT(piece_depth), RIPPLE_ARGUMENT(step),
    };
    memcpy(arguments + N_PRODUCT_ARGUMENTS, end->arguments,
           end->n_arguments * sizeof *end->arguments);
    gsize groups = ripple_ceiling(product->m, shape->tile_m) *
                   ripple_ceiling(product->n, shape->tile_n) * ripple_ceiling(product->k, depth);
    gsize items = ripple_tile_shape_items(shape);
    const gsize global[2] = {groups * items, 1}, local[2] = {items, 1};
    return ripple_kernel_launch_groups(self, kernel, global, local, arguments,
                                       N_PRODUCT_ARGUMENTS + end->n_arguments, error);
}

/* Add the sums that the pieces left in the scratch memory, and end them with `end`. */
static gboolean add_pieces(RippleOpencl *self, const Product *product, gsize n_pieces,
                           gsize piece_step, const End *end, GError **error)
{
    cl_kernel kernel = ripple_kernel_get(self, "product_sum", end->options, error);
    if (!kernel)
        return FALSE;
    cl_ulong step = piece_step, elements = product->m * product->n;
    cl_uint pieces = (cl_uint)n_pieces, m = (cl_uint)product->m, n = (cl_uint)product->n;
    RippleArgument arguments[N_SUM_ARGUMENTS + MOST_END_ARGUMENTS] = {
        RIPPLE_ARGUMENT(self->product.memory),
        RIPPLE_ARGUMENT(step),
        RIPPLE_ARGUMENT(pieces),
        RIPPLE_ARGUMENT(elements),
        RIPPLE_ARGUMENT(m),
        RIPPLE_ARGUMENT(n),
    };
    memcpy(arguments + N_SUM_ARGUMENTS, end->arguments, end->n_arguments * sizeof *end->arguments);
    return ripple_kernel_launch(self, kernel, elements + (end->row_sums ? m : 0), 1, arguments,
                                N_SUM_ARGUMENTS + end->n_arguments, error);
}

static gboolean enqueue(RippleOpencl *self, const Product *product, const End *end, GError **error)
{
    RippleTileShape shape = self->tile_shape;
    if (!shape.pieces)
        shape = ripple_tile_shape_choose(self->device, product->m, product->n, product->k);
    gsize depth = ripple_tile_shape_depth(&shape, product->k);
    gsize pieces = ripple_ceiling(product->k, depth);
    if (pieces == 1)
        return multiply(self, product, &shape, depth, 0, end, error);

    gsize sums = product->m * product->n + (end->row_sums ? product->m : 0);
    gsize piece_step = ripple_ceiling(sums, WIDE) * WIDE;
    if (!ripple_opencl_scratch(self, &self->product, pieces * piece_step * sizeof(cl_float), error))
        return FALSE;
    RippleOperand partial = {self->product.memory, 0};
    const RippleArgument arguments[] = {RIPPLE_OPERAND(partial)};
    const End store = {
        .options = end->row_sums ? "-DROW_SUMS=1" : "",
        .can_be_wide = TRUE,
        .arguments = arguments,
        .n_arguments = G_N_ELEMENTS(arguments),
    };
    return multiply(self, product, &shape, depth, piece_step, &store, error) &&
           add_pieces(self, product, pieces, piece_step, end, error);
}

gboolean ripple_opencl_use_tile_shape(RippleBackend *backend, const RippleTileShape *shape,
                                      GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    if (!shape) {
        self->tile_shape = (RippleTileShape){0};
        return TRUE;
    }
    if (ripple_tile_shape_fits(shape, self->device)) {
        self->tile_shape = *shape;
        return TRUE;
    }
    g_set_error(
        error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
        "%s cannot multiply by tiles of %u×%u×%u, %u×%u of them to a work-item, k in %u "
        "pieces: each must be a power of two but the pieces, and a group takes %" G_GUINT64_FORMAT
        " bytes of local memory and %u work-items at most.",
        backend->device_name, shape->tile_m, shape->tile_n, shape->tile_k, shape->item_m,
        shape->item_n, shape->pieces, self->device->local_memory_bytes,
        self->device->largest_group);
    return FALSE;
}

/* ---- the three forms ------------------------------------------------------------------------ */

static Product forward_product(RippleView x, RippleView weight)
{
    return (Product){
        .a = ripple_operand(x),
        .a_step = x.columns,
        .b = ripple_operand(weight),
        .b_step = weight.columns,
        .b_transposed = TRUE,
        .m = x.rows,
        .n = weight.rows,
        .k = x.columns,
    };
}

static Product delta_product(RippleView above, RippleView weight)
{
    return (Product){
        .a = ripple_operand(above),
        .a_step = above.columns,
        .b = ripple_operand(weight),
        .b_step = weight.columns,
        .m = above.rows,
        .n = weight.columns,
        .k = above.columns,
    };
}

static Product gradient_product(RippleView delta, RippleView x)
{
    return (Product){
        .a = ripple_operand(delta),
        .a_step = delta.columns,
        .a_transposed = TRUE,
        .b = ripple_operand(x),
        .b_step = x.columns,
        .m = delta.columns,
        .n = x.columns,
        .k = delta.rows,
    };
}

static Product product_of(const RippleProduct *product, RippleView a, RippleView b)
{
    gsize m = product->m, n = product->n, k = product->k;
    if (product->form == RIPPLE_PRODUCT_TN)
        return gradient_product(ripple_view(a.buffer, a.offset, k, m),
                                ripple_view(b.buffer, b.offset, k, n));
    a = ripple_view(a.buffer, a.offset, m, k);
    if (product->form == RIPPLE_PRODUCT_NN)
        return delta_product(a, ripple_view(b.buffer, b.offset, k, n));
    return forward_product(a, ripple_view(b.buffer, b.offset, n, k));
}

gboolean ripple_tile_product(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleProduct *product, RippleView a, RippleView b, RippleView c,
                             GError **error)
{
    Product operands = product_of(product, a, b);
    RippleOperand to = ripple_operand(c);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(to)};
    const End end = {"-DEND=END_STORE", FALSE, is_wide(to), arguments, G_N_ELEMENTS(arguments)};
    return enqueue(self, &operands, &end, error);
}

/* ---- operations ----------------------------------------------------------------------------- */

gboolean ripple_tile_forward(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleForward *forward, GError **error)
{
    Product product = forward_product(forward->x, forward->weight);
    g_autofree char *activation = ripple_activation_option(forward->activation);
    g_autofree char *options =
        g_strdup_printf("-DEND=END_FORWARD -DWRITE_Z=%d -DWRITE_A=%d %s", forward->z.buffer != NULL,
                        forward->a.buffer != NULL, activation);
    RippleOperand bias = ripple_operand(forward->bias);
    RippleOperand z = ripple_operand(forward->z), a = ripple_operand(forward->a);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(bias), RIPPLE_OPERAND(z), RIPPLE_OPERAND(a)};
    const End end = {options, FALSE, is_wide(bias) && is_wide(z) && is_wide(a), arguments,
                     G_N_ELEMENTS(arguments)};
    return enqueue(self, &product, &end, error);
}

gboolean ripple_tile_delta(RippleOpencl *self, const RippleProductPlan *plan,
                           const RippleDelta *delta, GError **error)
{
    Product product = delta_product(delta->delta_above, delta->weight_above);
    g_autofree char *activation = ripple_activation_option(delta->activation);
    g_autofree char *options = g_strconcat("-DEND=END_DELTA ", activation, NULL);
    RippleOperand to = ripple_operand(delta->delta);
    RippleOperand source =
        ripple_operand(ripple_activation_needs_z(delta->activation) ? delta->z : delta->a);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(to), RIPPLE_OPERAND(source)};
    const End end = {options, FALSE, is_wide(to) && is_wide(source), arguments,
                     G_N_ELEMENTS(arguments)};
    return enqueue(self, &product, &end, error);
}

gboolean ripple_tile_gradient(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleGradient *gradient, GError **error)
{
    Product product = gradient_product(gradient->delta, gradient->x);
    RippleOperand weight = ripple_operand(gradient->weight_gradient);
    RippleOperand bias = ripple_operand(gradient->bias_gradient);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(weight), RIPPLE_OPERAND(bias)};
    const End end = {"-DEND=END_GRADIENT", TRUE, is_wide(weight), arguments,
                     G_N_ELEMENTS(arguments)};
    return enqueue(self, &product, &end, error);
}

gboolean ripple_tile_descend(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleDescent *descent, const RippleUpdateScalars *scalars,
                             GError **error)
{
    Product product = gradient_product(descent->delta, descent->x);
    g_autofree char *options =
        g_strconcat("-DEND=END_UPDATE ", ripple_opencl_optimizer_option(&descent->rates), NULL);
    RippleOperand parameter = ripple_operand(descent->parameter);
    RippleOperand first = ripple_operand(descent->first_moment);
    RippleOperand second = ripple_operand(descent->second_moment);
    RippleOptimizerArgument optimizer = ripple_opencl_optimizer_argument(scalars);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(parameter), RIPPLE_OPERAND(first),
                                        RIPPLE_OPERAND(second), RIPPLE_ARGUMENT(optimizer)};
    const End end = {options, TRUE, is_wide(parameter) && is_wide(first) && is_wide(second),
                     arguments, G_N_ELEMENTS(arguments)};
    return enqueue(self, &product, &end, error);
}
