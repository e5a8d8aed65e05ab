#include "check/operands.h"

#include <math.h>

/* ---- a divergence --------------------------------------------------------------------------- */

RippleDivergence *ripple_divergence_new(const char *tensor)
{
    RippleDivergence *self = g_new0(RippleDivergence, 1);
    self->tensor = g_intern_string(tensor);
    self->terms = g_array_new(FALSE, FALSE, sizeof(RippleTerm));
    self->operands = g_array_new(FALSE, FALSE, sizeof(RippleOperand));
    return self;
}

void ripple_divergence_free(RippleDivergence *divergence)
{
    if (!divergence)
        return;
    g_free(divergence->formula);
    g_array_unref(divergence->terms);
    g_array_unref(divergence->operands);
    g_free(divergence);
}

void ripple_divergence_add_scalar(RippleDivergence *divergence, const char *name, gdouble value)
{
    RippleOperand operand = {name, TRUE, 0, 0, value};
    g_array_append_val(divergence->operands, operand);
}

void ripple_divergence_add(RippleDivergence *divergence, const char *name, gsize row, gsize column,
                           gdouble value)
{
    RippleOperand operand = {name, FALSE, row, column, value};
    g_array_append_val(divergence->operands, operand);
}

static void add_term(RippleDivergence *divergence, RippleTerm term)
{
    term.value = term.factors[0].value * (term.n_factors == 2 ? term.factors[1].value : 1);
    divergence->magnitude += fabs(term.value);
    g_array_append_val(divergence->terms, term);
}

/* ---- elements of tensors -------------------------------------------------------------------- */

static const char *name_of(RippleRole role, guint layer)
{
    const RippleTensor tensor = {.role = role, .layer = layer};
    g_autofree char *name = ripple_tensor_name(&tensor);
    return g_intern_string(name);
}

static RippleView view_of(const RippleOperands *self, RippleRole role, guint layer)
{
    return ripple_scheduler_view(self->follower->scheduler, role, layer, self->batch.count);
}

static gboolean read_element(const RippleOperands *self, RippleRole role, guint layer, gsize row,
                             gsize column, RippleOperand *operand, GError **error)
{
    RippleView view = view_of(self, role, layer);
    *operand = (RippleOperand){name_of(role, layer), FALSE, row, column, 0};
    view = ripple_view(view.buffer, view.offset + row * view.columns + column, 1, 1);
    return ripple_backend_download_exact(view, &operand->value, error);
}

/* One more operand, where the schedule has its tensor. */
static gboolean add_element(const RippleOperands *self, RippleRole role, guint layer, gsize row,
                            gsize column, RippleDivergence *divergence, GError **error)
{
    RippleOperand operand;
    if (!view_of(self, role, layer).buffer)
        return TRUE;
    if (!read_element(self, role, layer, row, column, &operand, error))
        return FALSE;
    g_array_append_val(divergence->operands, operand);
    return TRUE;
}

/* All elements of a row. */
static gboolean add_row(const RippleOperands *self, RippleRole role, guint layer, gsize row,
                        RippleDivergence *divergence, GError **error)
{
    RippleView view = view_of(self, role, layer);
    for (gsize column = 0; view.buffer && column < view.columns; column++)
        if (!add_element(self, role, layer, row, column, divergence, error))
            return FALSE;
    return TRUE;
}

/* ---- sums ----------------------------------------------------------------------------------- */

/* Where the factors of a sum stand: along a row of a tensor, or down a column. */
typedef struct {
    RippleRole role;
    guint layer;
    gsize at;         /* the row, or the column */
    gboolean is_down; /* the column */
} Factors;

static gboolean read_factor(const RippleOperands *self, Factors factors, gsize k,
                            RippleOperand *operand, GError **error)
{
    return read_element(self, factors.role, factors.layer, factors.is_down ? k : factors.at,
                        factors.is_down ? factors.at : k, operand, error);
}

/* Σ of `length` products, or of single factors where `right` is NULL. */
static gboolean add_sum(const RippleOperands *self, gsize length, Factors left,
                        const Factors *right, RippleDivergence *divergence, GError **error)
{
    for (gsize k = 0; k < length; k++) {
        RippleTerm term = {.n_factors = right ? 2 : 1};
        if (!read_factor(self, left, k, &term.factors[0], error) ||
            (right && !read_factor(self, *right, k, &term.factors[1], error)))
            return FALSE;
        add_term(divergence, term);
    }
    return TRUE;
}

static const RippleLayer *layer_at(const RippleOperands *self, guint layer)
{
    return &ripple_scheduler_schedule(self->follower->scheduler)->network->layers[layer];
}

/* What layer `layer` reads. */
static RippleRole role_of_x(guint layer)
{
    return layer == 0 ? RIPPLE_ROLE_INPUT : RIPPLE_ROLE_ACTIVATION;
}

static gboolean sum_of_gradient(const RippleOperands *self, gboolean is_weight,
                                RippleDivergence *divergence, GError **error)
{
    guint layer = self->step->layer;
    gsize unit = is_weight ? divergence->row : divergence->column;
    Factors delta = {RIPPLE_ROLE_DELTA, layer, unit, TRUE};
    Factors x = {role_of_x(layer), layer > 0 ? layer - 1 : 0, divergence->column, TRUE};
    return add_sum(self, self->batch.count, delta, is_weight ? &x : NULL, divergence, error);
}

/* ---- one function per kind of row ----------------------------------------------------------- */

static gboolean of_gather(const RippleOperands *self, RippleRole role, RippleDivergence *divergence,
                          GError **error)
{
    const RippleDataset *dataset = self->dataset;
    gsize sample = self->samples[divergence->row], column = divergence->column;
    gsize at = sample * dataset->inputs + column;
    gboolean is_scaled = role == RIPPLE_ROLE_INPUT && dataset->input_bytes;
    divergence->formula = g_strdup(is_scaled ? "byte·scale + shift" : "the sample's, as it is");
    if (role == RIPPLE_ROLE_TARGETS)
        ripple_divergence_add(divergence, "samples.targets", sample, column,
                              dataset->target_values[sample * dataset->targets + column]);
    else
        ripple_divergence_add(divergence, "samples.inputs", sample, column,
                              dataset->input_bytes ? dataset->input_bytes[at]
                                                   : dataset->input_values[at]);
    if (is_scaled) {
        ripple_divergence_add_scalar(divergence, "scale", self->batch.data->scale);
        ripple_divergence_add_scalar(divergence, "shift", self->batch.data->shift);
    }
    return TRUE;
}

static gboolean of_forward(const RippleOperands *self, RippleRole role,
                           RippleDivergence *divergence, GError **error)
{
    guint layer = self->step->layer;
    const RippleLayer *shape = layer_at(self, layer);
    gsize row = divergence->row, column = divergence->column;
    Factors x = {role_of_x(layer), layer > 0 ? layer - 1 : 0, row, FALSE};
    Factors weight = {RIPPLE_ROLE_WEIGHT, layer, column, FALSE};
    if (!add_sum(self, shape->inputs, x, &weight, divergence, error) ||
        !add_element(self, RIPPLE_ROLE_BIAS, layer, 0, column, divergence, error))
        return FALSE;
    if (role == RIPPLE_ROLE_Z) {
        divergence->formula = g_strdup("Σ x·w + b");
        return TRUE;
    }
    divergence->formula =
        g_strdup_printf("%s(z), z = Σ x·w + b", ripple_activation_name(shape->activation));
    if (shape->activation == RIPPLE_ACTIVATION_SOFTMAX)
        return add_row(self, RIPPLE_ROLE_Z, layer, row, divergence, error);
    return add_element(self, RIPPLE_ROLE_Z, layer, row, column, divergence, error);
}

static gboolean of_output_delta(const RippleOperands *self, RippleDivergence *divergence,
                                GError **error)
{
    guint layer = self->step->layer;
    gsize row = divergence->row, sample = self->samples[row];
    RippleLoss loss = ripple_scheduler_schedule(self->follower->scheduler)->network->loss;
    divergence->formula =
        g_strdup_printf("∂L/∂z of %s after %s", ripple_loss_name(loss),
                        ripple_activation_name(layer_at(self, layer)->activation));
    ripple_divergence_add_scalar(divergence, "samples", self->batch.count);
    if (self->dataset->labels)
        ripple_divergence_add(divergence, "samples.labels", sample, 0,
                              self->dataset->labels[sample]);
    return add_row(self, RIPPLE_ROLE_Z, layer, row, divergence, error) &&
           add_row(self, RIPPLE_ROLE_ACTIVATION, layer, row, divergence, error) &&
           add_row(self, RIPPLE_ROLE_TARGETS, 0, row, divergence, error);
}

static gboolean of_hidden_delta(const RippleOperands *self, RippleDivergence *divergence,
                                GError **error)
{
    guint layer = self->step->layer;
    gsize row = divergence->row, column = divergence->column;
    Factors above = {RIPPLE_ROLE_DELTA, layer + 1, row, FALSE};
    Factors weight = {RIPPLE_ROLE_WEIGHT, layer + 1, column, TRUE};
    divergence->formula = g_strdup_printf(
        "(Σ δ·w)·f′(z), f = %s", ripple_activation_name(layer_at(self, layer)->activation));
    return add_sum(self, layer_at(self, layer + 1)->outputs, above, &weight, divergence, error) &&
           add_element(self, RIPPLE_ROLE_Z, layer, row, column, divergence, error) &&
           add_element(self, RIPPLE_ROLE_ACTIVATION, layer, row, column, divergence, error);
}

static gboolean of_gradient(const RippleOperands *self, RippleRole role,
                            RippleDivergence *divergence, GError **error)
{
    gboolean is_weight = role == RIPPLE_ROLE_WEIGHT_GRADIENT;
    divergence->formula = g_strdup(is_weight ? "Σ δ·x" : "Σ δ");
    return sum_of_gradient(self, is_weight, divergence, error);
}

/* ---- updates -------------------------------------------------------------------------------- */

/* Of a weight or of a bias: what its update reads. */
static const RippleRole update_roles[2][4] = {
    {RIPPLE_ROLE_BIAS, RIPPLE_ROLE_BIAS_FIRST_MOMENT, RIPPLE_ROLE_BIAS_SECOND_MOMENT,
     RIPPLE_ROLE_BIAS_GRADIENT},
    {RIPPLE_ROLE_WEIGHT, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, RIPPLE_ROLE_WEIGHT_SECOND_MOMENT,
     RIPPLE_ROLE_WEIGHT_GRADIENT},
};

static void add_scalars(const RippleRates *rates, RippleDivergence *divergence)
{
    RippleUpdateScalars scalars = ripple_update_scalars(rates);
    ripple_divergence_add_scalar(divergence, "rate", scalars.rate);
    if (rates->optimizer != RIPPLE_OPTIMIZER_ADAM) {
        ripple_divergence_add_scalar(divergence, "momentum", scalars.first_decay);
        return;
    }
    ripple_divergence_add_scalar(divergence, "first_decay", scalars.first_decay);
    ripple_divergence_add_scalar(divergence, "first_gain", scalars.first_gain);
    ripple_divergence_add_scalar(divergence, "second_decay", scalars.second_decay);
    ripple_divergence_add_scalar(divergence, "second_gain", scalars.second_gain);
    ripple_divergence_add_scalar(divergence, "epsilon", scalars.epsilon);
}

static gboolean of_update(const RippleOperands *self, RippleRole role, RippleDivergence *divergence,
                          GError **error)
{
    gboolean is_weight = role == RIPPLE_ROLE_WEIGHT || role == RIPPLE_ROLE_WEIGHT_FIRST_MOMENT ||
                         role == RIPPLE_ROLE_WEIGHT_SECOND_MOMENT;
    guint layer = self->step->layer;
    const RippleRole *roles = update_roles[is_weight ? 1 : 0];
    gboolean is_adam = self->rates->optimizer == RIPPLE_OPTIMIZER_ADAM;
    gsize row = divergence->row, column = divergence->column;
    divergence->formula =
        g_strdup(is_adam ? "w − rate·m/(√v + epsilon), m = first_decay·m + first_gain·g, "
                           "v = second_decay·v + second_gain·g², g = Σ δ·x"
                 : self->rates->momentum != 0 ? "w − rate·m, m = momentum·m + g, g = Σ δ·x"
                                              : "w − rate·g, g = Σ δ·x");
    for (guint i = 0; i < 3; i++) {
        RippleView view = view_of(self, roles[i], layer);
        if (view.buffer && self->before[roles[i]])
            ripple_divergence_add(divergence, name_of(roles[i], layer), row, column,
                                  self->before[roles[i]][row * view.columns + column]);
    }
    add_scalars(self->rates, divergence);
    return add_element(self, roles[3], layer, row, column, divergence, error) &&
           sum_of_gradient(self, is_weight, divergence, error);
}

gboolean ripple_operands_keep(RippleOperands *operands, GError **error)
{
    if (operands->step->kind != RIPPLE_STEP_UPDATE)
        return TRUE;
    for (guint i = 0; i < 6; i++) {
        RippleRole role = update_roles[i / 3][i % 3];
        RippleView view = view_of(operands, role, operands->step->layer);
        if (!view.buffer)
            continue;
        operands->before[role] = g_new(gdouble, view.rows * view.columns);
        if (!ripple_backend_download_exact(view, operands->before[role], error))
            return FALSE;
    }
    return TRUE;
}

void ripple_operands_clear(RippleOperands *operands)
{
    for (guint role = 0; role < RIPPLE_N_ROLES; role++)
        g_clear_pointer(&operands->before[role], g_free);
}

/* ---- the whole ------------------------------------------------------------------------------ */

gboolean ripple_operands_of_tensor(const RippleOperands *operands, const RippleTensor *tensor,
                                   RippleDivergence *divergence, GError **error)
{
    switch (operands->step->kind) {
    case RIPPLE_STEP_GATHER:
        return of_gather(operands, tensor->role, divergence, error);
    case RIPPLE_STEP_FORWARD:
        return of_forward(operands, tensor->role, divergence, error);
    case RIPPLE_STEP_LOSS:
        return of_output_delta(operands, divergence, error);
    case RIPPLE_STEP_DELTA:
        return of_hidden_delta(operands, divergence, error);
    case RIPPLE_STEP_GRADIENT:
        return of_gradient(operands, tensor->role, divergence, error);
    case RIPPLE_STEP_UPDATE:
        return of_update(operands, tensor->role, divergence, error);
    }
    g_return_val_if_reached(FALSE);
}

/* The loss row over one sample alone: what it adds to the sums. */
static gboolean result_of_sample(const RippleOperands *self, gsize sample, RippleView result,
                                 gdouble *values, GError **error)
{
    const RippleSession *follower = self->follower;
    guint layer = self->step->layer;
    guint32 label = self->dataset->labels ? self->dataset->labels[self->samples[sample]] : 0;
    RippleView z = view_of(self, RIPPLE_ROLE_Z, layer), targets = RIPPLE_NO_VIEW;
    RippleView a = view_of(self, RIPPLE_ROLE_ACTIVATION, layer);
    g_autoptr(RippleBuffer) labels =
        ripple_buffer_new(follower->backend, RIPPLE_ELEMENT_INDEX, 1, error);
    if (!labels || !ripple_backend_upload(ripple_buffer_view(labels), &label, error))
        return FALSE;
    if (!self->dataset->labels) {
        targets = view_of(self, RIPPLE_ROLE_TARGETS, 0);
        targets = ripple_view(targets.buffer, targets.offset + sample * targets.columns, 1,
                              targets.columns);
    }
    RippleLossOperation loss = {
        .loss = ripple_scheduler_schedule(follower->scheduler)->network->loss,
        .activation = layer_at(self, layer)->activation,
        .z = ripple_view(z.buffer, z.offset + sample * z.columns, 1, z.columns),
        .a = ripple_view(a.buffer, a.offset + sample * a.columns, 1, a.columns),
        .labels = self->dataset->labels ? ripple_view(labels, 0, 1, 1) : RIPPLE_NO_VIEW,
        .targets = targets,
        .result = result,
    };
    return ripple_backend_loss(follower->backend, &loss, error) &&
           ripple_backend_download_exact(result, values, error);
}

gboolean ripple_operands_of_result(const RippleOperands *operands, gboolean is_loss,
                                   RippleDivergence *divergence, GError **error)
{
    g_autoptr(RippleBuffer) result =
        ripple_buffer_new(operands->follower->backend, RIPPLE_ELEMENT_REAL, 2, error);
    if (!result)
        return FALSE;
    for (gsize sample = 0; sample < operands->batch.count; sample++) {
        gdouble values[2];
        if (!result_of_sample(operands, sample, ripple_buffer_view(result), values, error))
            return FALSE;
        RippleTerm term = {.n_factors = 1,
                           .factors = {{is_loss ? "loss of sample" : "correct", FALSE, sample, 0,
                                        values[is_loss ? 0 : 1]}}};
        add_term(divergence, term);
    }
    divergence->formula = g_strdup(is_loss ? "(Σ loss of sample) / samples" : "Σ correct");
    ripple_divergence_add_scalar(divergence, "samples", operands->batch.count);
    return TRUE;
}
