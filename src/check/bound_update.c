/* What rounding does to an update: its moments, and the parameters.
 *
 * A gradient or moment below RIPPLE_SMALLEST may count as zero, and so may each product: in all, a
 * moment errs by a few times that, whatever its own size. */
#include "check/bound.h"

#include <math.h>

#define U RIPPLE_UNIT_ROUNDOFF

/* Of one row of parameters, what its update reads and writes. */
typedef struct {
    gdouble *parameter;
    gdouble *gradient;
    gdouble *first;                 /* NULL where it is not kept */
    gdouble *second;                /* NULL where it is not kept */
    const gdouble *gradient_errors; /* NULL for none; borrowed */
} Operands;

static void operands_clear(Operands *operands)
{
    g_free(operands->parameter);
    g_free(operands->gradient);
    g_free(operands->first);
    g_free(operands->second);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Operands, operands_clear)

/* A tensor's values, or NULL where there is none. */
static gboolean read_values(const RippleScheduler *follower, RippleRole role, guint layer,
                            gdouble **values, GError **error)
{
    RippleView view = ripple_scheduler_view(follower, role, layer, 0);
    if (!view.buffer)
        return TRUE;
    *values = ripple_bound_values(view, error);
    return *values != NULL;
}

static gboolean read_operands(const RippleScheduler *follower, gboolean is_weight, guint layer,
                              Operands *to, GError **error)
{
    static const RippleRole roles[][4] = {
        {RIPPLE_ROLE_BIAS, RIPPLE_ROLE_BIAS_GRADIENT, RIPPLE_ROLE_BIAS_FIRST_MOMENT,
         RIPPLE_ROLE_BIAS_SECOND_MOMENT},
        {RIPPLE_ROLE_WEIGHT, RIPPLE_ROLE_WEIGHT_GRADIENT, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT,
         RIPPLE_ROLE_WEIGHT_SECOND_MOMENT},
    };
    const RippleRole *own = roles[is_weight ? 1 : 0];
    return read_values(follower, own[0], layer, &to->parameter, error) &&
           read_values(follower, own[1], layer, &to->gradient, error) &&
           read_values(follower, own[2], layer, &to->first, error) &&
           read_values(follower, own[3], layer, &to->second, error);
}

/* How far the gradient itself may be off. */
static gdouble gradient_error(const Operands *operands, gsize i)
{
    return operands->gradient_errors ? operands->gradient_errors[i] : 0;
}

/* Two products and a sum of them, with both factors rounded to floats. The product with what was
 * there is the difference of the other and what is there now, so that its magnitude is known. */
static gdouble bound_first(const Operands *operands, gsize i, const RippleUpdateScalars *scalars)
{
    gdouble magnitude =
        fabs(operands->first[i]) + scalars->first_gain * fabs(operands->gradient[i]);
    return 4 * U * magnitude + 3 * RIPPLE_SMALLEST +
           scalars->first_gain * gradient_error(operands, i);
}

/* The same of a square, and nothing cancels. */
static gdouble bound_second(const Operands *operands, gsize i, const RippleUpdateScalars *scalars)
{
    gdouble e = gradient_error(operands, i);
    return 6 * U * operands->second[i] + 4 * RIPPLE_SMALLEST +
           scalars->second_gain * e * (2 * fabs(operands->gradient[i]) + e);
}

/* w − rate·m/d with d = √v + ε. The root errs by 3 ulp, and an error δ of v moves it by at most
 * δ/√v and by at most √δ, the less where v is near zero. Whatever the root, d is at least ε. */
static gdouble bound_adam(const Operands *operands, gsize i, const RippleUpdateScalars *scalars)
{
    gdouble first = fabs(operands->first[i]), root = sqrt(operands->second[i]);
    gdouble divisor = root + scalars->epsilon;
    gdouble first_error = bound_first(operands, i, scalars);
    gdouble second_error = bound_second(operands, i, scalars);
    gdouble root_error = fmin(second_error / root, sqrt(second_error)) + 6 * U * root;
    gdouble divisor_error = root_error + 3 * U * divisor;
    gdouble least = fmax(divisor - divisor_error, scalars->epsilon * (1 - 4 * U));
    gdouble quotient = (first + first_error) / least;
    gdouble error = first_error / least + quotient * (divisor_error / least + 8 * U);
    return scalars->rate * (error + RIPPLE_SMALLEST);
}

/* w − rate·direction, with the rate rounded to a float. */
static gdouble bound_sgd(const Operands *operands, gsize i, const RippleUpdateScalars *scalars)
{
    gdouble direction = fabs(operands->gradient[i]);
    if (operands->first)
        direction += fabs(operands->first[i]);
    return scalars->rate * (6 * U * direction + gradient_error(operands, i));
}

static gboolean is_one_of(RippleRole role, RippleRole weight_role, RippleRole bias_role)
{
    return role == weight_role || role == bias_role;
}

static gdouble bound_element(const Operands *operands, gsize i, RippleRole role,
                             const RippleRates *rates, const RippleUpdateScalars *scalars)
{
    if (is_one_of(role, RIPPLE_ROLE_WEIGHT_FIRST_MOMENT, RIPPLE_ROLE_BIAS_FIRST_MOMENT))
        return bound_first(operands, i, scalars);
    if (is_one_of(role, RIPPLE_ROLE_WEIGHT_SECOND_MOMENT, RIPPLE_ROLE_BIAS_SECOND_MOMENT))
        return bound_second(operands, i, scalars);
    gdouble step = rates->optimizer == RIPPLE_OPTIMIZER_ADAM ? bound_adam(operands, i, scalars)
                                                             : bound_sgd(operands, i, scalars);
    return 2 * U * fabs(operands->parameter[i]) + step + RIPPLE_SMALLEST;
}

gboolean ripple_bound_is_weight(RippleRole role)
{
    return role == RIPPLE_ROLE_WEIGHT || role == RIPPLE_ROLE_WEIGHT_FIRST_MOMENT ||
           role == RIPPLE_ROLE_WEIGHT_SECOND_MOMENT;
}

gboolean ripple_bound_update(const RippleScheduler *follower, const RippleTensor *tensor,
                             const RippleRates *rates, const gdouble *gradient_errors,
                             gdouble *allowed, GError **error)
{
    RippleUpdateScalars scalars = ripple_update_scalars(rates);
    g_auto(Operands) operands = {.gradient_errors = gradient_errors};
    if (!read_operands(follower, ripple_bound_is_weight(tensor->role), tensor->layer, &operands,
                       error))
        return FALSE;
    for (gsize i = 0; i < tensor->rows * tensor->columns; i++)
        allowed[i] = bound_element(&operands, i, tensor->role, rates, &scalars);
    return TRUE;
}
