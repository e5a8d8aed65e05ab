/* Products, and what follows them in a step, by kernels/product_tile.cl; and product_sum.cl, where
 * the first had to split them. */
#include "opencl/launch.h"
#include "opencl/optimizer.h"
#include "opencl/product_private.h"
#include "opencl/tile_shape.h"

/* A·B as the kernel sees it. Neither has gaps: a step is the length of what lies side by side. */
typedef struct {
    RippleProduct product;
    RippleOperand a;
    RippleOperand b;
    gsize a_step;
    gsize b_step;
    gboolean a_transposed; /* element (i, k) of A at a[k·a_step + i], otherwise a[i·a_step + k] */
    gboolean b_transposed; /* element (k, j) of B at b[j·b_step + k], otherwise b[k·b_step + j] */
} Operands;

/* How it is cut. */
typedef struct {
    RippleTileShape shape;
    gsize depth;      /* of a piece of k */
    gsize pieces;     /* of k */
    gsize piece_step; /* from the sums of one piece to those of the next */
} Cut;

/* Arguments of the kernels whatever the end, and most of any end. */
#define N_PRODUCT_ARGUMENTS 11
#define N_SUM_ARGUMENTS 6
#define MOST_END_ARGUMENTS 8

/* Numbers that are read and written at once where all begin at multiples of it. */
#define WIDE 4

/* What the kernels do at the end (kernels/product_end.cl), by the names they have for it. The last
 * stores the sums of a piece. */
enum { END_STORE, END_FORWARD, END_DELTA, END_GRADIENT, END_UPDATE, END_PIECE };

/* Bits of RippleProductEnd.wide: what can be read or written WIDE numbers at a time. */
enum { WIDE_A = 1, WIDE_B = 2, WIDE_END = 4 };

static gboolean is_wide(RippleOperand operand)
{
    return operand.offset % WIDE == 0;
}

/* ---- the two kernels ------------------------------------------------------------------------ */

static char *end_options(const RippleProductEnd *end)
{
    static const char *const names[] = {"STORE", "FORWARD", "DELTA", "GRADIENT", "UPDATE", "STORE"};
    GString *options = g_string_new(NULL);
    g_string_append_printf(options, "-DEND=END_%s -DROW_SUMS=%u", names[end->end], end->row_sums);
    if (end->end == END_FORWARD)
        g_string_append_printf(options, " -DWRITE_Z=%u -DWRITE_A=%u", end->writes_z, end->writes_a);
    if (end->end == END_FORWARD || end->end == END_DELTA) {
        g_autofree char *activation = ripple_activation_option(end->activation);
        g_string_append_printf(options, " %s", activation);
    }
    if (end->optimizer)
        g_string_append_printf(options, " %s", end->optimizer);
    return g_string_free(options, FALSE);
}

static cl_kernel tile_kernel(RippleOpencl *self, const Operands *operands,
                             const RippleTileShape *shape, const RippleProductEnd *end,
                             GError **error)
{
    g_autofree char *end_text = end_options(end);
    g_autofree char *options = g_strdup_printf(
        "-DTILE_M=%u -DTILE_N=%u -DTILE_K=%u -DITEM_M=%u -DITEM_N=%u -DA_TRANSPOSED=%d "
        "-DB_TRANSPOSED=%d -DA_WIDTH=%d -DB_WIDTH=%d -DEND_WIDTH=%d %s",
        shape->tile_m, shape->tile_n, shape->tile_k, shape->item_m, shape->item_n,
        operands->a_transposed, operands->b_transposed, end->wide & WIDE_A ? WIDE : 1,
        end->wide & WIDE_B ? WIDE : 1, end->wide & WIDE_END ? WIDE : 1, end_text);
    return ripple_kernel_get(self, "product_tile", options, error);
}

/* Multiply in pieces, and end each with `end`, `piece_step` elements further. */
static gboolean multiply(RippleOpencl *self, const RippleProductPlan *plan,
                         const Operands *operands, const Cut *cut, RippleProductEnd end,
                         const RippleArgument *end_arguments, guint n_end, GError **error)
{
    const RippleProduct *product = &operands->product;
    const RippleTileShape *shape = &cut->shape;
    if (is_wide(operands->a) && operands->a_step % WIDE == 0)
        end.wide |= WIDE_A;
    if (is_wide(operands->b) && operands->b_step % WIDE == 0)
        end.wide |= WIDE_B;
    if (product->n % WIDE != 0 || shape->item_n < WIDE)
        end.wide &= ~(guint32)WIDE_END;
    RippleProductCall *call = ripple_product_call(self, plan, product, &end);
    if (!call->kernel && !(call->kernel = tile_kernel(self, operands, shape, &end, error)))
        return FALSE;

    cl_uint a_step = (cl_uint)operands->a_step, b_step = (cl_uint)operands->b_step;
    cl_uint m = (cl_uint)product->m, n = (cl_uint)product->n, k = (cl_uint)product->k;
    cl_uint depth = (cl_uint)cut->depth;
    cl_ulong piece_step = cut->piece_step;
    RippleArgument arguments[N_PRODUCT_ARGUMENTS + MOST_END_ARGUMENTS] = {
        RIPPLE_OPERAND(operands->a), RIPPLE_ARGUMENT(a_step), RIPPLE_OPERAND(operands->b),
        RIPPLE_ARGUMENT(b_step),     RIPPLE_ARGUMENT(m),      RIPPLE_ARGUMENT(n),
        RIPPLE_ARGUMENT(k),          RIPPLE_ARGUMENT(depth),  RIPPLE_ARGUMENT(piece_step),
    };
    memcpy(arguments + N_PRODUCT_ARGUMENTS, end_arguments, n_end * sizeof *end_arguments);
    gsize items = ripple_tile_shape_items(shape);
    gsize groups = ripple_ceiling(m, shape->tile_m) * ripple_ceiling(n, shape->tile_n);
    const gsize global[2] = {groups * cut->pieces * items, 1}, local[2] = {items, 1};
    return ripple_kernel_launch_groups(self, call->kernel, global, local, arguments,
                                       N_PRODUCT_ARGUMENTS + n_end, error);
}

static cl_kernel sum_kernel(RippleOpencl *self, const RippleProductEnd *end, GError **error)
{
    g_autofree char *options = end_options(end);
    return ripple_kernel_get(self, "product_sum", options, error);
}

/* Add the sums that the pieces left in the scratch memory, and end them with `end`. */
static gboolean add_pieces(RippleOpencl *self, const RippleProductPlan *plan,
                           const RippleProduct *product, const Cut *cut,
                           const RippleProductEnd *end, const RippleArgument *end_arguments,
                           guint n_end, GError **error)
{
    RippleProductCall *call = ripple_product_call(self, plan, product, end);
    if (!call->kernel && !(call->kernel = sum_kernel(self, end, error)))
        return FALSE;
    cl_ulong step = cut->piece_step, elements = product->m * product->n;
    cl_uint pieces = (cl_uint)cut->pieces, m = (cl_uint)product->m, n = (cl_uint)product->n;
    RippleArgument arguments[N_SUM_ARGUMENTS + MOST_END_ARGUMENTS] = {
        RIPPLE_ARGUMENT(self->product.memory),
        RIPPLE_ARGUMENT(step),
        RIPPLE_ARGUMENT(pieces),
        RIPPLE_ARGUMENT(elements),
        RIPPLE_ARGUMENT(m),
        RIPPLE_ARGUMENT(n),
    };
    memcpy(arguments + N_SUM_ARGUMENTS, end_arguments, n_end * sizeof *end_arguments);
    return ripple_kernel_launch(self, call->kernel, elements + (end->row_sums ? m : 0), 1,
                                arguments, N_SUM_ARGUMENTS + n_end, error);
}

static Cut cut_of(const RippleOpencl *self, const RippleProductPlan *plan,
                  const RippleProduct *product, const RippleProductEnd *end)
{
    Cut cut = {.shape = plan->tile};
    if (ripple_tile_shape_is_auto(&cut.shape))
        cut.shape = ripple_tile_shape_choose(self->device, product);
    cut.depth = ripple_tile_shape_depth(&cut.shape, product->k);
    cut.pieces = ripple_ceiling(product->k, cut.depth);
    gsize sums = product->m * product->n + (end->row_sums ? product->m : 0);
    cut.piece_step = cut.pieces > 1 ? ripple_ceiling(sums, WIDE) * WIDE : 0;
    return cut;
}

static gsize pieces_bytes(const Cut *cut)
{
    return cut->pieces > 1 ? cut->pieces * cut->piece_step * sizeof(cl_float) : 0;
}

void ripple_tile_add_scratch(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleProduct *product, RippleScratchNeed *need)
{
    const RippleProductEnd end = {.row_sums = product->form == RIPPLE_PRODUCT_TN};
    const Cut cut = cut_of(self, plan, product, &end);
    ripple_scratch_raise(need, &need->product, pieces_bytes(&cut));
}

static gboolean enqueue(RippleOpencl *self, const RippleProductPlan *plan, const Operands *operands,
                        const RippleProductEnd *end, const RippleArgument *end_arguments,
                        guint n_end, GError **error)
{
    const RippleProduct *product = &operands->product;
    const Cut cut = cut_of(self, plan, product, end);
    if (cut.pieces == 1)
        return multiply(self, plan, operands, &cut, *end, end_arguments, n_end, error);

    if (!ripple_opencl_scratch(self, &self->product, pieces_bytes(&cut), error))
        return FALSE;
    RippleOperand partial = {self->product.memory, 0};
    const RippleProductEnd piece = {.end = END_PIECE, .row_sums = end->row_sums, .wide = WIDE_END};
    const RippleArgument to[] = {RIPPLE_OPERAND(partial)};
    return multiply(self, plan, operands, &cut, piece, to, G_N_ELEMENTS(to), error) &&
           add_pieces(self, plan, product, &cut, end, end_arguments, n_end, error);
}

/* ---- the three forms ------------------------------------------------------------------------ */

static Operands forward_operands(RippleView x, RippleView weight)
{
    return (Operands){
        .product = {RIPPLE_PRODUCT_NT, x.rows, weight.rows, x.columns},
        .a = ripple_operand(x),
        .a_step = x.columns,
        .b = ripple_operand(weight),
        .b_step = weight.columns,
        .b_transposed = TRUE,
    };
}

static Operands delta_operands(RippleView above, RippleView weight)
{
    return (Operands){
        .product = {RIPPLE_PRODUCT_NN, above.rows, weight.columns, above.columns},
        .a = ripple_operand(above),
        .a_step = above.columns,
        .b = ripple_operand(weight),
        .b_step = weight.columns,
    };
}

static Operands gradient_operands(RippleView delta, RippleView x)
{
    return (Operands){
        .product = {RIPPLE_PRODUCT_TN, delta.columns, x.columns, delta.rows},
        .a = ripple_operand(delta),
        .a_step = delta.columns,
        .a_transposed = TRUE,
        .b = ripple_operand(x),
        .b_step = x.columns,
    };
}

static Operands operands_of(const RippleProduct *product, RippleView a, RippleView b)
{
    gsize m = product->m, n = product->n, k = product->k;
    if (product->form == RIPPLE_PRODUCT_TN)
        return gradient_operands(ripple_view(a.buffer, a.offset, k, m),
                                 ripple_view(b.buffer, b.offset, k, n));
    a = ripple_view(a.buffer, a.offset, m, k);
    if (product->form == RIPPLE_PRODUCT_NN)
        return delta_operands(a, ripple_view(b.buffer, b.offset, k, n));
    return forward_operands(a, ripple_view(b.buffer, b.offset, n, k));
}

gboolean ripple_tile_product(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleProduct *product, RippleView a, RippleView b, RippleView c,
                             GError **error)
{
    Operands operands = operands_of(product, a, b);
    RippleOperand to = ripple_operand(c);
    const RippleProductEnd end = {.end = END_STORE, .wide = is_wide(to) ? WIDE_END : 0};
    const RippleArgument arguments[] = {RIPPLE_OPERAND(to)};
    return enqueue(self, plan, &operands, &end, arguments, G_N_ELEMENTS(arguments), error);
}

/* ---- operations ----------------------------------------------------------------------------- */

gboolean ripple_tile_forward(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleForward *forward, GError **error)
{
    Operands operands = forward_operands(forward->x, forward->weight);
    RippleOperand bias = ripple_operand(forward->bias);
    RippleOperand z = ripple_operand(forward->z), a = ripple_operand(forward->a);
    const RippleProductEnd end = {
        .end = END_FORWARD,
        .activation = forward->activation,
        .writes_z = z.memory != NULL,
        .writes_a = a.memory != NULL,
        .wide = is_wide(bias) && is_wide(z) && is_wide(a) ? WIDE_END : 0,
    };
    const RippleArgument arguments[] = {RIPPLE_OPERAND(bias), RIPPLE_OPERAND(z), RIPPLE_OPERAND(a)};
    return enqueue(self, plan, &operands, &end, arguments, G_N_ELEMENTS(arguments), error);
}

gboolean ripple_tile_delta(RippleOpencl *self, const RippleProductPlan *plan,
                           const RippleDelta *delta, GError **error)
{
    Operands operands = delta_operands(delta->delta_above, delta->weight_above);
    RippleOperand to = ripple_operand(delta->delta);
    RippleOperand source =
        ripple_operand(ripple_activation_needs_z(delta->activation) ? delta->z : delta->a);
    const RippleProductEnd end = {
        .end = END_DELTA,
        .activation = delta->activation,
        .wide = is_wide(to) && is_wide(source) ? WIDE_END : 0,
    };
    const RippleArgument arguments[] = {RIPPLE_OPERAND(to), RIPPLE_OPERAND(source)};
    return enqueue(self, plan, &operands, &end, arguments, G_N_ELEMENTS(arguments), error);
}

gboolean ripple_tile_gradient(RippleOpencl *self, const RippleProductPlan *plan,
                              const RippleGradient *gradient, GError **error)
{
    Operands operands = gradient_operands(gradient->delta, gradient->x);
    RippleOperand weight = ripple_operand(gradient->weight_gradient);
    RippleOperand bias = ripple_operand(gradient->bias_gradient);
    const RippleProductEnd end = {
        .end = END_GRADIENT, .row_sums = 1, .wide = is_wide(weight) ? WIDE_END : 0};
    const RippleArgument arguments[] = {RIPPLE_OPERAND(weight), RIPPLE_OPERAND(bias)};
    return enqueue(self, plan, &operands, &end, arguments, G_N_ELEMENTS(arguments), error);
}

gboolean ripple_tile_descend(RippleOpencl *self, const RippleProductPlan *plan,
                             const RippleDescent *descent, const RippleUpdateScalars *scalars,
                             GError **error)
{
    Operands operands = gradient_operands(descent->delta, descent->x);
    RippleOperand parameter = ripple_operand(descent->parameter);
    RippleOperand first = ripple_operand(descent->first_moment);
    RippleOperand second = ripple_operand(descent->second_moment);
    RippleOptimizerArgument optimizer = ripple_opencl_optimizer_argument(scalars);
    const RippleProductEnd end = {
        .end = END_UPDATE,
        .row_sums = 1,
        .wide = is_wide(parameter) && is_wide(first) && is_wide(second) ? WIDE_END : 0,
        .optimizer = ripple_opencl_optimizer_option(&descent->rates),
    };
    const RippleArgument arguments[] = {RIPPLE_OPERAND(parameter), RIPPLE_OPERAND(first),
                                        RIPPLE_OPERAND(second), RIPPLE_ARGUMENT(optimizer)};
    return enqueue(self, plan, &operands, &end, arguments, G_N_ELEMENTS(arguments), error);
}
